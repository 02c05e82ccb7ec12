//! What every refusal says of itself, for the pages under docs/errors and for the one place where it becomes a status.

use crate::{campaign, coupon, guide, handover, member, order, store, suspense};

/// A refusal as its page explains it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusalDoc {
    /// Stable code, `aggregate.reason`.
    pub code: &'static str,
    /// A few words.
    pub title: &'static str,
    /// When the rules say so.
    pub meaning: &'static str,
    /// What the caller can do.
    pub action: &'static str,
}

impl RefusalDoc {
    /// A refusal with its page.
    #[must_use]
    pub const fn new(
        code: &'static str,
        title: &'static str,
        meaning: &'static str,
        action: &'static str,
    ) -> Self {
        Self {
            code,
            title,
            meaning,
            action,
        }
    }
}

/// Every refusal that the rules know, those of taken claims (`<scope>_taken`) included, aggregate by aggregate.
#[must_use]
pub fn refusals() -> Vec<RefusalDoc> {
    [
        member::DOCS,
        campaign::DOCS,
        coupon::DOCS,
        order::DOCS,
        guide::DOCS,
        handover::DOCS,
        suspense::DOCS,
        store::DOCS,
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The codes as the sources write them: `Self::Variant => "aggregate.reason"`.
    fn written() -> BTreeSet<&'static str> {
        let sources = [
            include_str!("member/refusal.rs"),
            include_str!("campaign/refusal.rs"),
            include_str!("coupon/refusal.rs"),
            include_str!("order/refusal.rs"),
            include_str!("guide/refusal.rs"),
            include_str!("handover/refusal.rs"),
            include_str!("suspense/refusal.rs"),
            include_str!("store/refusal.rs"),
        ];
        let arms = sources
            .into_iter()
            .flat_map(|source| source.split("=> \"").skip(1));
        arms.filter_map(|arm| arm.split('"').next()).collect()
    }

    #[test]
    fn every_refusal_has_a_page() {
        let documented: BTreeSet<_> = refusals().iter().map(|doc| doc.code).collect();
        let missing: Vec<_> = written().difference(&documented).copied().collect();
        assert_eq!(missing, Vec::<&str>::new());
    }

    #[test]
    fn every_page_is_of_a_refusal() {
        let written = written();
        let stray: Vec<_> = refusals()
            .iter()
            .map(|doc| doc.code)
            .filter(|code| !written.contains(code) && !code.ends_with("_taken"))
            .collect();
        assert_eq!(stray, Vec::<&str>::new());
    }

    #[test]
    fn codes_are_unique() {
        let codes: Vec<_> = refusals().iter().map(|doc| doc.code).collect();
        let unique: BTreeSet<_> = codes.iter().collect();
        assert_eq!(codes.len(), unique.len());
    }
}
