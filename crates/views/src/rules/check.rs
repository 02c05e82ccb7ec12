//! The checks that all rules share.

use std::collections::BTreeSet;

use super::Fault;

/// Versions of rules that fit between two versions of a program.
pub(super) const MOST_VERSIONS: u32 = 10_000;
/// Ten years.
const LONGEST_WINDOW: u32 = 3_660;

pub(crate) fn check_version(version: u32) -> Result<(), Fault> {
    if (1..MOST_VERSIONS).contains(&version) {
        Ok(())
    } else {
        Err(Fault::Version)
    }
}

pub(crate) fn check_id(id: &str) -> Result<(), Fault> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if (1..=64).contains(&id.len()) && id.chars().all(plain) {
        Ok(())
    } else {
        Err(Fault::Id)
    }
}

pub(crate) fn check_positive(name: &'static str, number: i64) -> Result<(), Fault> {
    if number > 0 {
        Ok(())
    } else {
        Err(Fault::NotPositive(name))
    }
}

pub(crate) fn check_share(name: &'static str, share_bp: u32) -> Result<(), Fault> {
    if (1..=10_000).contains(&share_bp) {
        Ok(())
    } else {
        Err(Fault::Share(name))
    }
}

pub(crate) fn check_window(name: &'static str, days: Option<u32>) -> Result<(), Fault> {
    if days.is_none_or(|days| (1..=LONGEST_WINDOW).contains(&days)) {
        Ok(())
    } else {
        Err(Fault::Window(name))
    }
}

pub(crate) fn check_listed<T>(name: &'static str, list: &BTreeSet<T>) -> Result<(), Fault> {
    if list.is_empty() {
        Err(Fault::Empty(name))
    } else {
        Ok(())
    }
}
