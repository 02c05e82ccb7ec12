//! What may be asked of a member.

use guanxi_kernel::{Channel, MemberId, Sealed, StoreId, SubjectId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::card::{BindCard, UnbindCard};
use super::consent::{ConsentGrant, Purpose};
use super::identity::{Identity, IdentityKind};
use super::merge::{Absorb, Merge, Release, Reopen, Unmerge};
use super::points::{
    ActivatePoints, AdjustPoints, BeginDay, ClawBackPoints, EarnPoints, EvaluateTier, ExpirePoints,
    ReceivePoints, RestorePoints, SpendPoints, TransferPoints,
};
use super::standing::{AssignTag, Reinstate, RemoveTag, Suspend};
use super::touchpoint::Touchpoint;

/// Everything that may be asked of a member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum MemberCommand {
    /// Makes a person known.
    Enrol(Enrol),
    /// Makes a known person a member with consent.
    Activate(Activate),
    /// Notes what the person agreed to.
    RecordConsent(RecordConsent),
    /// Notes that the person no longer agrees.
    WithdrawConsent(WithdrawConsent),
    /// Adds a sign by which the person is known.
    LinkIdentity(LinkIdentity),
    /// Takes such a sign away.
    UnlinkIdentity(UnlinkIdentity),
    /// Notes what the person did.
    RecordTouchpoint(RecordTouchpoint),
    /// Forgets the person.
    Erase(Erase),
    /// Binds a physical card.
    BindCard(BindCard),
    /// Takes a physical card away.
    UnbindCard(UnbindCard),
    /// Gives what an order earns.
    EarnPoints(Box<EarnPoints>),
    /// Takes back what an order no longer earns.
    ClawBackPoints(Box<ClawBackPoints>),
    /// Spends points.
    SpendPoints(SpendPoints),
    /// Calls a spending off.
    RestorePoints(RestorePoints),
    /// Puts points right by hand.
    AdjustPoints(AdjustPoints),
    /// Gives points to another member.
    TransferPoints(TransferPoints),
    /// Takes in points that another member gave.
    ReceivePoints(ReceivePoints),
    /// Makes points usable whose return window has ended.
    ActivatePoints(ActivatePoints),
    /// Ends points whose last day is over.
    ExpirePoints(ExpirePoints),
    /// Judges the tier.
    EvaluateTier(EvaluateTier),
    /// Does the work of a midnight.
    BeginDay(BeginDay),
    /// Closes this member in favour of another.
    Merge(Merge),
    /// Takes a merge back.
    Unmerge(Unmerge),
    /// Takes in what a merged member brings.
    Absorb(Box<Absorb>),
    /// Gives back what a merged member brought.
    Release(Release),
    /// Opens a merged member again.
    Reopen(Box<Reopen>),
    /// Gives the member a tag.
    AssignTag(AssignTag),
    /// Takes a tag from the member.
    RemoveTag(RemoveTag),
    /// Keeps the member from spending.
    Suspend(Suspend),
    /// Lets the member spend again.
    Reinstate(Reinstate),
}

/// Makes a person known, at first contact. Enrolling again changes nothing but adding identities not yet linked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Enrol {
    /// How the person came.
    pub source: EnrolSource,
    /// The subjects under whose keys the person's data is and will be sealed; at least one.
    pub subjects: Vec<SubjectId>,
    /// By what the person is known.
    #[serde(default)]
    pub identities: Vec<Identity>,
    /// What is known of the person.
    #[serde(default)]
    pub profile: Profile,
    /// Where; `null` if at none.
    #[serde(default)]
    pub store_id: Option<StoreId>,
    /// Through which channel.
    #[serde(default)]
    pub channel: Option<Channel>,
}

/// How a person came to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EnrolSource {
    /// By paying: a walk-in, who agreed to nothing.
    Payment,
    /// By asking to become a member.
    Application,
    /// By becoming the contact of a guide, who agreed to nothing and paid nothing yet.
    Contact,
    /// From another system's records.
    Import,
}

/// What is known of a person. What names the person is sealed; what views count by is not.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// Full name.
    pub name: Option<Sealed<String>>,
    /// Postal address.
    pub address: Option<Sealed<String>>,
    /// City, which alone names nobody.
    pub city: Option<String>,
    /// Year of birth, which alone names nobody.
    pub birth_year: Option<i16>,
}

impl Profile {
    /// The subjects under whose keys it is sealed.
    #[must_use]
    pub fn subjects(&self) -> Vec<&SubjectId> {
        self.name
            .iter()
            .chain(&self.address)
            .map(|sealed| &sealed.subject)
            .collect()
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Makes a known person a member. Needs consent to the membership terms, given here or before; doing it again changes
/// nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Activate {
    /// Consents given on this occasion.
    #[serde(default)]
    pub consents: Vec<ConsentGrant>,
    /// What the person told on this occasion; fields left out stay as they are.
    #[serde(default)]
    pub profile: Profile,
    /// Where; `null` if at none.
    #[serde(default)]
    pub store_id: Option<StoreId>,
    /// Through which channel.
    #[serde(default)]
    pub channel: Option<Channel>,
}

/// Notes what the person agreed to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordConsent {
    /// To what.
    pub consent: ConsentGrant,
}

/// Notes that the person no longer agrees. Never refused to a living member; without consent it changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawConsent {
    /// To what.
    pub purpose: Purpose,
    /// When the person said so.
    pub withdrawn_at: Timestamp,
}

/// Adds a sign by which the person is known. Another member's is refused as `member.identity.<kind>_taken`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkIdentity {
    /// The sign.
    pub identity: Identity,
}

/// Takes a sign away; it may then belong to somebody else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnlinkIdentity {
    /// What kind.
    pub kind: IdentityKind,
    /// Within which account of the issuer.
    #[serde(default)]
    pub issuer: Option<String>,
    /// The sign, sealed under the subject under which it was linked.
    pub value: Sealed<String>,
}

/// Notes what the person did. A fact: never refused once the person is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordTouchpoint {
    /// What.
    pub touchpoint: Touchpoint,
}

/// Forgets the person for good: the keys of all the subjects are destroyed and all identities given back. Totals,
/// hashes and proofs stay. Erasing again changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Erase {
    /// On whose word.
    pub basis: ErasureBasis,
    /// Subjects that the member owns beside those the stream knows (of notices received), as the vault lists them.
    #[serde(default)]
    pub subjects: Vec<SubjectId>,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// The member into whom this one was merged, with whom it is forgotten; alone, a merged member is not.
    #[serde(default)]
    pub survivor: Option<MemberId>,
}

/// Why a person is forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErasureBasis {
    /// The person asked for it.
    Request,
    /// The time for which the data may be kept is over.
    RetentionEnded,
    /// A court or an authority ordered it.
    Order,
}
