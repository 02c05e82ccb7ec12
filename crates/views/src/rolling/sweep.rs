//! The sweep over facts as they come into a window and fall out of it.

use super::{Evidence, Moment, Span};

/// What is summed over a window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    /// Facts.
    pub times: i64,
    /// Facts of a special kind among them.
    pub special: i64,
    /// Pieces.
    pub pieces: i64,
    /// Money.
    pub fen: i64,
    /// The part of it, or of something larger, that a share asks for.
    pub part_fen: i64,
}

impl Sums {
    fn add(&mut self, other: &Self, sign: i64) {
        let add = |own: &mut i64, others: i64| *own = own.saturating_add(others.saturating_mul(sign));
        add(&mut self.times, other.times);
        add(&mut self.special, other.special);
        add(&mut self.pieces, other.pieces);
        add(&mut self.fen, other.fen);
        add(&mut self.part_fen, other.part_fen);
    }
}

/// When the sums over the last `days` days (over everything, without) satisfy a condition. A fact counts from its
/// moment until the start of the day that lies `days` days later. `facts` are in order.
pub(crate) fn spans(facts: &[(Moment, Sums)], days: Option<u32>, holds: impl Fn(&Sums) -> bool) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    let mut open: Option<(Moment, std::ops::Range<usize>)> = None;
    let (mut oldest, mut next) = (0, 0);
    let mut sums = Sums::default();
    loop {
        let leaves = days
            .filter(|_| oldest < next)
            .map(|days| facts[oldest].0.days_later(days));
        let comes = facts.get(next).map(|(moment, _)| *moment);
        let at = match (leaves, comes) {
            (Some(leaves), Some(comes)) => leaves.min(comes),
            (Some(at), None) | (None, Some(at)) => at,
            (None, None) => break,
        };
        let came = leaves != Some(at);
        if came {
            sums.add(&facts[next].1, 1);
            next += 1;
        } else {
            sums.add(&facts[oldest].1, -1);
            oldest += 1;
            // Everything that falls out at the start of one day falls out together.
            let another = days
                .filter(|_| oldest < next)
                .map(|days| facts[oldest].0.days_later(days));
            if another == Some(at) {
                continue;
            }
        }
        match (holds(&sums), &mut open) {
            (true, None) => open = Some((at, oldest..next)),
            (true, Some((_, counted))) if came => *counted = oldest..next,
            (false, Some(_)) => found.extend(open.take().map(|open| close(facts, open, Some(at)))),
            (true, Some(_)) | (false, None) => {}
        }
    }
    found.extend(open.map(|open| close(facts, open, None)));
    found
}

fn close(
    facts: &[(Moment, Sums)],
    (from, counted): (Moment, std::ops::Range<usize>),
    until: Option<Moment>,
) -> Span {
    let evidence = Evidence::of(facts[counted].iter().map(|(moment, _)| moment.position));
    Span {
        from,
        until,
        evidence,
    }
}

#[cfg(test)]
mod tests {
    use guanxi_kernel::BusinessDate;
    use proptest::prelude::*;

    use super::*;

    fn day(number: i32) -> BusinessDate {
        "2026-01-01".parse::<BusinessDate>().unwrap().plus_days(number)
    }

    fn facts(days: &[(i32, i64)]) -> Vec<(Moment, Sums)> {
        let with = |(index, (number, fen)): (usize, &(i32, i64))| {
            let sums = Sums {
                times: 1,
                fen: *fen,
                ..Sums::default()
            };
            (Moment::fact(day(*number), index as u64 + 1), sums)
        };
        days.iter().enumerate().map(with).collect()
    }

    #[test]
    fn a_sum_holds_from_the_fact_that_completes_it_until_one_falls_out() {
        let found = spans(&facts(&[(0, 100), (5, 100), (8, 10)]), Some(10), |it| {
            it.fen >= 200
        });
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].from, Moment::fact(day(5), 2));
        assert_eq!(found[0].until, Some(Moment::start_of(day(10))));
        assert_eq!(found[0].evidence.positions, [1, 2, 3]);
    }

    #[test]
    fn without_a_window_nothing_falls_out() {
        let found = spans(&facts(&[(0, 1), (900, 1)]), None, |it| it.times >= 2);
        assert_eq!((found[0].from, found[0].until), (Moment::fact(day(900), 2), None));
    }

    proptest! {
        #[test]
        fn each_day_says_what_counting_that_day_alone_says(
            mut days in prop::collection::vec((0_i32..40, -3_i64..10), 0..25),
            window in 1_u32..20,
            least in 1_i64..25,
        ) {
            days.sort_unstable();
            let facts = facts(&days);
            let found = spans(&facts, Some(window), |it| it.fen >= least);
            for number in 0..70 {
                let at = Moment::start_of(day(number));
                let swept = found.iter().any(|it| it.from <= at && it.until.is_none_or(|until| at < until));
                let counted: i64 = days
                    .iter()
                    .filter(|(on, _)| *on < number && number - on < i32::try_from(window).unwrap())
                    .map(|(_, fen)| fen)
                    .sum();
                prop_assert_eq!(swept, counted >= least, "day {}", number);
            }
        }
    }
}
