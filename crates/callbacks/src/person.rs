//! Whom a notice concerns: the member who holds a sign, or somebody enrolled for it.
//!
//! The claim on the sign decides, not this program: of two servers that enrol the same unknown person at once, one
//! loses the claim and is led to its holder.

use std::fmt;

use guanxi_domain::member::{
    ALIAS, Enrol, EnrolSource, Identity, IdentityKind, Member, MemberCommand, SCOPE_PREFIX, lookup_kind,
};
use guanxi_event_store::{CommandContext, EventStore, ExecuteError, Keep, NewSubject, StoreError};
use guanxi_kernel::claim::LookupHash;
use guanxi_kernel::{
    Channel, ClaimKey, CommandId, IdError, MemberId, Metadata, StoreId, StreamRef, SubjectId,
};

/// A sign by which a notice names a person.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Sign<'a> {
    /// What kind.
    pub kind: IdentityKind,
    /// Within which account of the issuer: the application of an openid, the company of a WeCom id.
    pub issuer: Option<&'a str>,
    /// The sign itself.
    pub value: &'a str,
}

/// Never printed: it names a person.
impl fmt::Debug for Sign<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sign({}, …)", self.kind)
    }
}

/// The occasion on which an unknown person becomes known.
#[derive(Debug, Clone, Copy)]
pub struct Introduction<'a> {
    /// The partner.
    pub partner: &'static str,
    /// What the partner told of: it names the person's stream, and the same occasion enrols nobody twice. Nothing in it
    /// may be matched with a sign.
    pub occasion: &'a str,
    /// How the person came.
    pub source: EnrolSource,
    /// The shop, if it is known.
    pub store_id: Option<&'a StoreId>,
    /// The channel, if it is known.
    pub channel: Option<&'a Channel>,
    /// When, where and by whom the enrolment is said to happen.
    pub metadata: &'a Metadata,
}

/// Why nobody could be found nor enrolled.
#[derive(Debug, thiserror::Error)]
pub enum PersonError {
    /// The log.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The member's rules, or a command id used for something else.
    #[error("the person cannot be enrolled: {0}")]
    Enrol(#[from] ExecuteError),
    /// A holder's or a new id is no id.
    #[error("the person's id cannot be used: {0}")]
    Id(#[from] IdError),
}

impl PersonError {
    /// Whether trying again may help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Store(error) => error.is_transient(),
            Self::Enrol(error) => error.is_transient(),
            Self::Id(_) => false,
        }
    }
}

/// Finds the member by the first sign that somebody holds; enrols a person with all of them where nobody does.
///
/// `None`: there is no sign, or the person was enrolled on this very occasion before and has been erased since.
///
/// # Errors
/// The log, or a rule of the member's other than "somebody else holds it".
pub async fn find_or_enrol(
    store: &EventStore,
    signs: &[Sign<'_>],
    introduction: Introduction<'_>,
) -> Result<Option<MemberId>, PersonError> {
    if signs.is_empty() {
        return Ok(None);
    }
    if let Some(member) = find(store, signs).await? {
        return Ok(Some(member));
    }
    match enrol(store, signs, introduction).await {
        // Also when it says that it was done before: the holder is who counts, and may be gone.
        Ok(()) => find(store, signs).await,
        Err(PersonError::Enrol(ExecuteError::Refused(refused))) if is_taken(&refused.code) => {
            find(store, signs).await
        }
        Err(error) => Err(error),
    }
}

/// The member by the first sign that somebody holds; the survivor, where that member was merged into another.
///
/// # Errors
/// The log.
pub async fn find(store: &EventStore, signs: &[Sign<'_>]) -> Result<Option<MemberId>, PersonError> {
    if signs.is_empty() {
        return Ok(None);
    }
    let holders = store.holders(&claims(store, signs)).await?;
    match holders.into_iter().flatten().next() {
        Some(holder) => survivor(store, holder).await.map(Some),
        None => Ok(None),
    }
}

/// What whoever is known by these signs holds.
pub(crate) fn claims(store: &EventStore, signs: &[Sign<'_>]) -> Vec<ClaimKey> {
    let claim = |sign: &Sign<'_>| ClaimKey::open(sign.kind.scope(), lookup(store, sign).0);
    signs.iter().map(claim).collect()
}

/// The member who holds a sign, or into whom that member was merged.
pub(crate) async fn survivor(store: &EventStore, holder: StreamRef) -> Result<MemberId, PersonError> {
    let alias = ClaimKey::open(ALIAS, holder.aggregate_id.to_string());
    let survivor = store.holders(&[alias]).await?.into_iter().flatten().next();
    Ok(MemberId::new(&survivor.unwrap_or(holder).aggregate_id)?)
}

/// Joins a notice to the member whom it names, so that it is forgotten with the member. Nobody is enrolled for it.
///
/// # Errors
/// The log.
pub async fn adopt(store: &EventStore, signs: &[Sign<'_>], subject: &SubjectId) -> Result<(), PersonError> {
    if let Some(member) = find(store, signs).await? {
        let subjects = std::slice::from_ref(subject);
        store.vault().adopt(subjects, &member).await?;
    }
    Ok(())
}

fn is_taken(code: &str) -> bool {
    code.starts_with(SCOPE_PREFIX) && code.ends_with("_taken")
}

fn lookup(store: &EventStore, sign: &Sign<'_>) -> LookupHash {
    let kind = lookup_kind(sign.kind, sign.issuer);
    store.vault().lookup_hash(&kind, sign.value)
}

async fn enrol(
    store: &EventStore,
    signs: &[Sign<'_>],
    introduction: Introduction<'_>,
) -> Result<(), PersonError> {
    let Introduction {
        partner, occasion, ..
    } = introduction;
    let member = hex(&store.digest(&("walk-in", partner, occasion)).0[..12]);
    let NewSubject {
        key: subject_key,
        stored,
    } = store.vault().new_subject(SubjectId::new(subject_id()?)?)?;
    let mut identities = Vec::with_capacity(signs.len());
    for sign in signs {
        identities.push(Identity {
            kind: sign.kind,
            issuer: sign.issuer.map(str::to_owned),
            value: subject_key.seal(&sign.value.to_owned())?,
            lookup: subject_key.seal(&lookup(store, sign))?,
        });
    }
    let command = MemberCommand::Enrol(Enrol {
        source: introduction.source,
        subjects: vec![subject_key.subject().clone()],
        identities,
        profile: Default::default(),
        store_id: introduction.store_id.cloned(),
        channel: introduction.channel.cloned(),
    });
    let context = CommandContext {
        command_id: CommandId::new(format!("{partner}/enrol/{occasion}"))?,
        // Everything else in the command is made for this try.
        digest: store.digest(&occasion),
        metadata: introduction.metadata.clone(),
        // A refusal means that somebody else enrolled the person just now; that may be undone later.
        keep: Keep::Appended,
        new_keys: vec![stored],
    };
    store
        .execute::<Member>(&format!("w-{member}"), &command, &context)
        .await?;
    Ok(())
}

fn subject_id() -> Result<String, StoreError> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| StoreError::Unstorable("no random bytes".to_owned()))?;
    Ok(hex(&bytes))
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
