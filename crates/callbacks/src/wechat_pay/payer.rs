//! Who paid: the member who holds the openid, or a walk-in enrolled for it.
//!
//! The claim on the openid decides, not this program: of two servers that enrol the same unknown person at once, one
//! loses the claim and is led to its holder.

use guanxi_domain::member::{Enrol, EnrolSource, Identity, IdentityKind, Member, MemberCommand, lookup_kind};
use guanxi_event_store::{CommandContext, EventStore, ExecuteError, Keep, NewSubject, StoreError};
use guanxi_kernel::claim::LookupHash;
use guanxi_kernel::{Channel, ClaimKey, CommandId, IdError, MemberId, Metadata, StoreId, SubjectId};

use super::SOURCE;
use super::body::Body;
use super::body::person::Sign;
use super::facts::Openid;

/// The payment by which an unknown person becomes known.
#[derive(Debug, Clone, Copy)]
pub struct Introduction<'a> {
    /// The payment's business key: it names the walk-in.
    pub business_key: &'a str,
    /// The shop, if the order is known.
    pub store_id: Option<&'a StoreId>,
    /// The order's channel, if the order is known.
    pub channel: Option<&'a Channel>,
    /// When, where and by whom the enrolment is said to happen.
    pub metadata: &'a Metadata,
}

/// Why nobody could be found nor enrolled.
#[derive(Debug, thiserror::Error)]
pub enum PayerError {
    /// The log.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The member's rules, or a command id used for something else.
    #[error("the payer cannot be enrolled: {0}")]
    Enrol(#[from] ExecuteError),
    /// A holder's or a new id is no id.
    #[error("the payer's id cannot be used: {0}")]
    Id(#[from] IdError),
}

impl PayerError {
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

/// Finds the member by the first openid that somebody holds; enrols a walk-in with all of them where nobody does.
///
/// `None`: there is no openid, or the person was enrolled by this very payment before and has been erased since.
///
/// # Errors
/// The log, or a rule of the member's other than "somebody else holds it".
pub async fn find_or_enrol(
    store: &EventStore,
    openids: &[Openid],
    introduction: Introduction<'_>,
) -> Result<Option<MemberId>, PayerError> {
    if openids.is_empty() {
        return Ok(None);
    }
    let hashes: Vec<LookupHash> = openids.iter().map(|openid| lookup(store, openid)).collect();
    if let Some(member) = holder(store, &hashes).await? {
        return Ok(Some(member));
    }
    match enrol(store, openids, &hashes, introduction).await {
        // Also when it says that it was done before: the holder is who counts, and may be gone.
        Ok(()) => Ok(holder(store, &hashes).await?),
        Err(PayerError::Enrol(ExecuteError::Refused(refused)))
            if refused.code == format!("{}_taken", IdentityKind::Openid.scope()) =>
        {
            Ok(holder(store, &hashes).await?)
        }
        Err(error) => Err(error),
    }
}

/// Joins a notice that is only kept to the member whom it names, so that it is forgotten with the member. Nobody is
/// enrolled for it.
///
/// # Errors
/// The log.
pub async fn adopt_kept(store: &EventStore, body: &Body, subject: &SubjectId) -> Result<(), PayerError> {
    let claim = |sign: &Sign<'_>| {
        let hash = store
            .vault()
            .lookup_hash(&lookup_kind(sign.kind, sign.issuer), sign.value);
        ClaimKey::open(sign.kind.scope(), hash.0)
    };
    let claims: Vec<_> = body.signs().iter().map(claim).collect();
    if claims.is_empty() {
        return Ok(());
    }
    if let Some(stream) = store.holders(&claims).await?.into_iter().flatten().next() {
        let member = MemberId::new(&stream.aggregate_id)?;
        store
            .vault()
            .adopt(std::slice::from_ref(subject), &member)
            .await?;
    }
    Ok(())
}

fn lookup(store: &EventStore, openid: &Openid) -> LookupHash {
    let kind = lookup_kind(IdentityKind::Openid, Some(&openid.appid));
    store.vault().lookup_hash(&kind, &openid.openid)
}

async fn holder(store: &EventStore, hashes: &[LookupHash]) -> Result<Option<MemberId>, PayerError> {
    let claims: Vec<_> = hashes
        .iter()
        .map(|hash| ClaimKey::open(IdentityKind::Openid.scope(), hash.0.clone()))
        .collect();
    let holders = store.holders(&claims).await?;
    let first = holders.into_iter().flatten().next();
    Ok(first
        .map(|stream| MemberId::new(&stream.aggregate_id))
        .transpose()?)
}

async fn enrol(
    store: &EventStore,
    openids: &[Openid],
    hashes: &[LookupHash],
    introduction: Introduction<'_>,
) -> Result<(), PayerError> {
    let key = introduction.business_key;
    let member = hex(&store.digest(&("walk-in", SOURCE, key)).0[..12]);
    let NewSubject {
        key: subject_key,
        stored,
    } = store.vault().new_subject(SubjectId::new(subject_id()?)?)?;
    let mut identities = Vec::with_capacity(openids.len());
    for (openid, hash) in openids.iter().zip(hashes) {
        identities.push(Identity {
            kind: IdentityKind::Openid,
            issuer: Some(openid.appid.clone()),
            value: subject_key.seal(&openid.openid)?,
            lookup: subject_key.seal(hash)?,
        });
    }
    let command = MemberCommand::Enrol(Enrol {
        source: EnrolSource::Payment,
        subjects: vec![subject_key.subject().clone()],
        identities,
        profile: Default::default(),
        store_id: introduction.store_id.cloned(),
        channel: introduction.channel.cloned(),
    });
    let context = CommandContext {
        command_id: CommandId::new(format!("{SOURCE}/enrol/{key}"))?,
        // Everything else in the command is made for this try.
        digest: store.digest(&key),
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

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
