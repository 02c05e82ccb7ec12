//! A year of one member, to the point and to the fen: what a shop manager can follow with a pencil.

use super::world::{World, day, programme, zone};
use crate::member::{MemberCommand, RestorePoints};

const ANNA: &str = "anna";

/// Date, what can be spent, what waits, what is owed, tier with its last day.
type Row = (&'static str, i64, i64, i64, Option<&'static str>);

struct Year {
    world: World,
}

impl Year {
    fn on(&mut self, date: &str) -> &mut World {
        self.world.advance(day(date));
        &mut self.world
    }

    /// Looks at the member at the end of a day.
    fn stands(&mut self, row: Row) {
        let (date, available, pending, debt, tier) = row;
        self.world.advance(day(date));
        let held = self.world.state(ANNA).tier;
        let held = held.map(|held| format!("{} to {}", held.tier, held.last_day()));
        println!(
            "{date}  {:?}  {}",
            self.world.balance(ANNA),
            held.as_deref().unwrap_or("ordinary")
        );
        assert_eq!(self.world.balance(ANNA), (available, pending, debt), "{date}");
        assert_eq!(held.as_deref(), tier, "{date}");
    }

    fn restore(&mut self, spend: &str) {
        let command = MemberCommand::RestorePoints(RestorePoints {
            spend_id: Some(spend.to_owned()),
            order_id: None,
            points: None,
            restored_on: self.world.today,
            time_zone: zone(),
        });
        self.world.ask(ANNA, command).unwrap();
    }
}

#[test]
fn a_year_of_one_member() {
    let mut world = World::new(programme(), day("2026-01-31"));
    world.member(ANNA);
    let mut year = Year { world };
    first_half(&mut year);
    second_half(&mut year);
}

fn first_half(year: &mut Year) {
    // 1,000.00 at one point for each yuan; the purchase reaches silver.
    year.on("2026-01-31").order("o-1", ANNA, 100_000);
    year.stands(("2026-02-07", 0, 1_000, 0, Some("silver to 2027-01-31")));
    // The return window was over with the seventh.
    year.stands(("2026-02-08", 1_000, 0, 0, Some("silver to 2027-01-31")));
    year.on("2026-02-15").spend(ANNA, "x-1", 300).unwrap();
    // 500.00 at silver's rate: 600.
    year.on("2026-02-28").order("o-2", ANNA, 50_000);
    year.stands(("2026-03-04", 700, 600, 0, Some("silver to 2027-01-31")));
    // 400.00 of the first come back: 400 of its own lot. The last twelve months still reach silver with 1,100.00.
    year.on("2026-03-05").order("o-1", ANNA, 60_000);
    year.stands(("2026-03-05", 300, 600, 0, Some("silver to 2027-01-31")));
    // All of the second comes back: 600.00 do not reach silver. Grace.
    year.on("2026-04-10").order("o-2", ANNA, 0);
    year.stands(("2026-04-10", 300, 0, 0, Some("silver to 2026-05-10")));
    // 2,000.00 within the grace: silver is earned again. 2,400 points.
    year.on("2026-05-01").order("o-3", ANNA, 200_000);
    year.stands(("2026-05-09", 2_700, 0, 0, Some("silver to 2027-05-01")));
    // 3,100.00 in the year: gold, but this purchase still earned silver's 600.
    year.on("2026-06-18").order("o-4", ANNA, 50_000);
    year.stands(("2026-06-26", 3_300, 0, 0, Some("gold to 2027-06-18")));
}

fn second_half(year: &mut Year) {
    // What January gave ends with July: six months, to the end of the month.
    year.stands(("2026-07-31", 3_300, 0, 0, Some("gold to 2027-06-18")));
    year.stands(("2026-08-01", 3_000, 0, 0, Some("gold to 2027-06-18")));
    year.on("2026-11-11").spend(ANNA, "x-2", 3_000).unwrap();
    // The June purchase comes back, its points are spent: 600 are owed. 2,600.00 do not reach gold. Grace.
    year.on("2026-11-15").order("o-4", ANNA, 0);
    year.stands(("2026-11-15", 0, 0, 600, Some("gold to 2026-12-15")));
    // The spending is called off after the end of May's 2,400: back and gone. June's 600 end with December.
    year.on("2026-12-01");
    year.restore("x-2");
    year.stands(("2026-12-01", 600, 0, 600, Some("gold to 2026-12-15")));
    assert!(
        year.world.spend(ANNA, "x-3", 1).is_err(),
        "what is owed cannot be spent"
    );
    // The grace is over: silver, by 2,600.00, for a year from its last day.
    year.stands(("2026-12-16", 600, 0, 600, Some("silver to 2027-12-15")));
    // 1,000.00 at silver's rate; when its 1,200 become usable, they pay the 600.
    year.on("2026-12-20").order("o-5", ANNA, 100_000);
    year.stands(("2026-12-27", 600, 1_200, 600, Some("gold to 2027-12-20")));
    year.stands(("2026-12-28", 1_200, 0, 0, Some("gold to 2027-12-20")));
    year.stands(("2027-01-01", 600, 0, 0, Some("gold to 2027-12-20")));
}
