//! What may be asked to make two members one, and to take that back.

use std::sync::Arc;

use guanxi_kernel::{BusinessDate, MemberId, SubjectId, TimeZoneId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::tier::TierHeld;
use super::holdings::{Holdings, KeptOrder};
use crate::loyalty::Programme;

/// What must be known of the survivor before a merge begins or is taken back. If it changes on the way, everything goes
/// back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Survivor {
    /// Whether there is such a member.
    pub known: bool,
    /// Whether the person has agreed to be a member.
    pub active: bool,
    /// Whether it was merged into another itself.
    pub merged: bool,
    /// Whether the person was forgotten.
    pub erased: bool,
}

/// Closes this member in favour of another: the two are one person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Merge {
    /// This member.
    pub source: MemberId,
    /// The survivor.
    pub into: MemberId,
    /// What is known of the survivor.
    pub survivor: Survivor,
    /// Why somebody thinks that the two are one.
    pub reason: String,
    /// The day.
    pub merged_on: BusinessDate,
    /// By whose midnight lots and tier end.
    pub time_zone: TimeZoneId,
}

/// Takes a merge back: this member stands alone again, with what is left of what it brought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unmerge {
    /// What is known of the survivor.
    pub survivor: Survivor,
    /// Why.
    pub reason: String,
    /// The day.
    pub unmerged_on: BusinessDate,
    /// By whose midnight lots and tier end.
    pub time_zone: TimeZoneId,
}

/// Takes in what a merged member brings; sent by the policy that carries merges out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Absorb {
    /// Who.
    pub source: MemberId,
    /// Whether the source is a member with consent.
    pub active: bool,
    /// What it brings, each item with the way it came.
    pub holdings: Holdings,
    /// Its tier.
    pub tier: Option<TierHeld>,
    /// Members merged into it before.
    pub aliases: Vec<MemberId>,
    /// Its subjects.
    pub subjects: Vec<SubjectId>,
    /// The day.
    pub merged_on: BusinessDate,
    /// By whose midnight lots and tier end.
    pub time_zone: TimeZoneId,
    /// The rules, by which the joint purchases are judged.
    pub programme: Arc<Programme>,
}

/// Gives back what is left of what a merged member brought; sent by the policy that carries merges out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// This member.
    pub survivor: MemberId,
    /// To whom.
    pub source: MemberId,
    /// The day.
    pub unmerged_on: BusinessDate,
    /// By whose midnight lots and tier end.
    pub time_zone: TimeZoneId,
    /// The rules, by which this member's own purchases are judged.
    pub programme: Arc<Programme>,
}

/// Opens this member again; sent by the policy that carries merges out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reopen {
    /// The survivor that gives back or declined.
    pub from: MemberId,
    /// What comes back.
    pub holdings: Holdings,
    /// Orders that stay there.
    pub kept: Vec<KeptOrder>,
    /// Members merged into this one.
    pub aliases: Vec<MemberId>,
    /// The day.
    pub unmerged_on: BusinessDate,
    /// By whose midnight lots and tier end.
    pub time_zone: TimeZoneId,
}
