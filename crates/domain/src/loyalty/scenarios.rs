//! What the programme says of days and sums.

use guanxi_kernel::{BasisPoints, BusinessDate, Fen};

use super::*;

fn day(text: &str) -> BusinessDate {
    text.parse().unwrap()
}

fn level(code: &str, threshold_fen: i64, rate: u32) -> Level {
    Level {
        code: code.parse().unwrap(),
        threshold_fen: Fen(threshold_fen),
        rate: BasisPoints(rate),
    }
}

fn programme() -> Programme {
    Programme {
        version: 1,
        points: PointsTerms {
            return_window_days: 7,
            expiry_months: 1,
            expiry_at_month_end: false,
        },
        tiers: TierTerms {
            window: Window::Rolling { months: 12 },
            validity_months: 12,
            grace_days: 30,
            after_refund: AfterRefund::Grace,
            levels: vec![level("ordinary", 0, 100), level("silver", 100_000, 120)],
        },
    }
}

#[test]
fn points_of_the_31st_of_january_end_with_february() {
    let mut programme = programme();
    assert_eq!(programme.expires_on(day("2026-01-31")), Some(day("2026-02-28")));
    assert_eq!(programme.expires_on(day("2024-01-31")), Some(day("2024-02-29")));
    assert_eq!(programme.expires_on(day("2026-01-10")), Some(day("2026-02-10")));
    programme.points.expiry_at_month_end = true;
    assert_eq!(programme.expires_on(day("2026-01-10")), Some(day("2026-02-28")));
    programme.points.expiry_months = 0;
    assert_eq!(programme.expires_on(day("2026-01-10")), None);
}

#[test]
fn points_wait_until_the_midnight_that_ends_the_last_day_to_return() {
    let mut programme = programme();
    assert_eq!(programme.activates_on(day("2026-03-02")), Some(day("2026-03-10")));
    programme.points.return_window_days = 0;
    assert_eq!(programme.activates_on(day("2026-03-02")), None);
}

#[test]
fn purchases_count_over_rolling_months_or_the_calendar_year() {
    let mut programme = programme();
    let today = day("2026-03-02");
    assert_eq!(programme.window(today), (day("2025-03-03"), today));
    assert_eq!(programme.holds_until(today), day("2027-03-02"));
    programme.tiers.window = Window::CalendarYear;
    assert_eq!(programme.window(today), (day("2026-01-01"), day("2026-12-31")));
    assert_eq!(programme.holds_until(today), day("2027-12-31"));
}

#[test]
fn the_highest_threshold_that_is_reached_counts() {
    let programme = programme();
    let reached = |fen| programme.reached(Fen(fen)).map(|level| level.code.as_str());
    assert_eq!(reached(99_999), Some("ordinary"));
    assert_eq!(reached(100_000), Some("silver"));
    assert_eq!(reached(-5), Some("ordinary"));
}

#[test]
fn a_tier_that_the_version_does_not_have_earns_what_everybody_does() {
    let gone = "platinum".parse().unwrap();
    assert_eq!(programme().rate(Some(&gone)), BasisPoints(100));
    assert_eq!(programme().rate(None), BasisPoints(100));
}

#[test]
fn a_programme_that_makes_no_sense_is_not_used() {
    let wrong = |change: fn(&mut Programme)| {
        let mut programme = programme();
        change(&mut programme);
        programme.checked().unwrap_err()
    };
    assert_eq!(wrong(|p| p.tiers.levels.clear()), ProgrammeError::NoTier);
    assert_eq!(
        wrong(|p| p.tiers.levels[0].threshold_fen = Fen(1)),
        ProgrammeError::FirstThreshold
    );
    assert_eq!(
        wrong(|p| p.tiers.levels[1].threshold_fen = Fen(0)),
        ProgrammeError::NotRising("silver".to_owned())
    );
    assert_eq!(
        wrong(|p| p.tiers.levels[1].code = p.tiers.levels[0].code.clone()),
        ProgrammeError::Twice("ordinary".to_owned())
    );
    assert_eq!(
        wrong(|p| p.tiers.validity_months = 0),
        ProgrammeError::Months("tiers.validity_months", 1)
    );
    assert_eq!(
        wrong(|p| p.tiers.levels[0].rate = BasisPoints(2_000_000)),
        ProgrammeError::Rate("ordinary".to_owned())
    );
    assert!(programme().checked().is_ok());
}
