//! What happens when two members turn out to be one person, and when that was wrong.

use guanxi_kernel::{BusinessDate, MemberId, SubjectId, TimeZoneId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::points::{Balance, ClawBackPoints, EarnPoints, ReceivePoints, RestorePoints};
use super::super::tier::TierHeld;
use super::holdings::{Holdings, KeptOrder};

/// This member was merged into another: the stream is closed, and what it held is on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Merged {
    /// The survivor.
    pub into: MemberId,
    /// Why somebody thinks that the two are one.
    pub reason: String,
    /// Whether the person had agreed to be a member.
    pub active: bool,
    /// What goes over.
    pub holdings: Holdings,
    /// The tier, which is kept here for the case of a way back, and counts there.
    pub tier: Option<TierHeld>,
    /// Members merged into this one before, who now lead to the survivor.
    pub aliases: Vec<MemberId>,
    /// The subjects under whose keys the person's data is sealed: they are the survivor's too from now on.
    pub subjects: Vec<SubjectId>,
    /// After this event: nothing.
    pub balance: Balance,
    /// The day.
    pub business_date: BusinessDate,
    /// By whose midnight lots and tier end.
    pub time_zone: TimeZoneId,
}

/// Another member was merged into this one, which now answers for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Absorbed {
    /// Who.
    pub source: MemberId,
    /// What came over, each item with the way it came.
    pub holdings: Holdings,
    /// The source's tier.
    pub source_tier: Option<TierHeld>,
    /// This member's own tier, to which a way back leads.
    pub own_tier: Option<TierHeld>,
    /// Members merged into the source before.
    pub aliases: Vec<MemberId>,
    /// The source's subjects.
    pub subjects: Vec<SubjectId>,
    /// After this event.
    pub balance: Balance,
    /// The day.
    pub business_date: BusinessDate,
    /// By whose midnight lots and tier end.
    pub time_zone: TimeZoneId,
}

/// Why a member could not take another in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AbsorbObstacle {
    /// There is no such member.
    Unknown,
    /// The person was forgotten meanwhile.
    Erased,
    /// It was merged into another itself meanwhile.
    Merged,
    /// It is no member, while the source is one.
    NotAMember,
}

/// This member could not take another in; everything goes back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AbsorbDeclined {
    /// Who.
    pub source: MemberId,
    /// Why.
    pub obstacle: AbsorbObstacle,
    /// What goes back, as it came.
    pub holdings: Holdings,
    /// The source's own aliases.
    pub aliases: Vec<MemberId>,
    /// The day.
    pub business_date: BusinessDate,
    /// By whose midnight lots and tier end.
    pub time_zone: TimeZoneId,
}

/// Somebody found that the merge was wrong; the survivor is asked to give back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UnmergeRequested {
    /// The survivor.
    pub from: MemberId,
    /// Why.
    pub reason: String,
    /// The day.
    pub business_date: BusinessDate,
    /// By whose midnight lots and tier end.
    pub time_zone: TimeZoneId,
}

/// The survivor gave back what is left of what came over. What happened meanwhile stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Released {
    /// Who stands alone again.
    pub source: MemberId,
    /// What goes back.
    pub holdings: Holdings,
    /// Orders that earned here meanwhile and name the source or one of its aliases: they stay.
    pub kept: Vec<KeptOrder>,
    /// The source's own aliases.
    pub aliases: Vec<MemberId>,
    /// The source's subjects.
    pub subjects: Vec<SubjectId>,
    /// This member's tier by its own purchases.
    pub own_tier: Option<TierHeld>,
    /// After this event.
    pub balance: Balance,
    /// The day.
    pub business_date: BusinessDate,
    /// By whose midnight lots and tier end.
    pub time_zone: TimeZoneId,
}

/// This member stands alone again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Unmerged {
    /// The survivor of the merge that was taken back.
    pub from: MemberId,
    /// What came back.
    pub holdings: Holdings,
    /// Orders that earned at the survivor meanwhile: their refunds go there.
    pub kept: Vec<KeptOrder>,
    /// Members merged into this one, who lead here again.
    pub aliases: Vec<MemberId>,
    /// The tier as it was.
    pub tier: Option<TierHeld>,
    /// After this event.
    pub balance: Balance,
    /// The day.
    pub business_date: BusinessDate,
    /// By whose midnight lots and tier end.
    pub time_zone: TimeZoneId,
}

/// What reached the wrong member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Misdirected {
    /// An order that earns.
    Earn(Box<EarnPoints>),
    /// A refund that takes back.
    ClawBack(Box<ClawBackPoints>),
    /// A spending that was called off.
    Restore(RestorePoints),
    /// A gift of points.
    Receive(ReceivePoints),
}

/// Something came to this member that belongs to another, because it was on its way during a merge. It goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Forwarded {
    /// To whom.
    pub to: MemberId,
    /// What.
    pub misdirected: Misdirected,
}
