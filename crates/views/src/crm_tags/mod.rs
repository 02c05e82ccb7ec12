//! Which tags a member has, from when until when, and why: by rules, and by hand.
//!
//! A rule's tag is a span of days, computed from the member's facts each time one comes in. What time alone will change
//! (a window that runs out, a member who falls asleep) is known in advance, so the spans reach into the future and a
//! question names its day. Every span carries the rule, its version and the log positions of the events behind it.
//! A tag given by hand stands beside them and is never touched by a rule.

mod evaluate;
mod facts;
mod query;
mod reporting;
mod rules;
mod view;

#[cfg(test)]
mod spec;

pub use evaluate::{HISTORY_DAYS, Source, Tag};
pub use facts::{Facts, Given, Touch};
pub use query::{MemberTags, TagFilter, WholeMember, get, query};
pub use rules::{Condition, TagRule, TagRules};
pub use view::{CrmTags, TagRow};
