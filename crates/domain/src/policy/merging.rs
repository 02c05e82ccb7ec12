//! A merge and its way back, over random histories: each ends with its own, and what happened meanwhile stays.
//!
//! The reference does not know how a merge works: it takes both ledgers from before the merge and books each event of the
//! survivor on the one whose lot, debt or order it names.

use guanxi_kernel::MemberId;
use proptest::prelude::*;

use super::world::{World, day, programme};
use crate::member::{
    Direction, Ledger, LotChange, MemberCommand, MemberEvent, MemberState, RestorePoints, Spending,
};

const SOURCE: &str = "m-source";
const SURVIVOR: &str = "m-survivor";

/// Something that happens to either of the two.
#[derive(Debug, Clone)]
enum Deed {
    Pay(i64),
    Refund(usize, i64),
    Spend(i64),
    Restore(usize),
    Adjust(i64),
    Pass(i32),
}

type Deeds = Vec<(bool, Deed)>;

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => (1i64..150_000).prop_map(Deed::Pay),
        3 => (0usize..8, 1i64..=100).prop_map(|(which, percent)| Deed::Refund(which, percent)),
        2 => (1i64..900).prop_map(Deed::Spend),
        1 => (0usize..4).prop_map(Deed::Restore),
        1 => (1i64..300).prop_map(Deed::Adjust),
        3 => (1i32..120).prop_map(Deed::Pass),
    ]
}

fn deeds(most: usize) -> impl Strategy<Value = Deeds> {
    prop::collection::vec((any::<bool>(), deed()), 0..most)
}

/// Histories of two, with the names of the orders and spendings that they made.
struct History {
    world: World,
    orders: Vec<String>,
    spendings: Vec<(String, String)>,
    adjustments: usize,
}

impl History {
    fn new() -> Self {
        let mut world = World::new(programme(), day("2026-01-31"));
        world.member(SOURCE);
        world.member(SURVIVOR);
        Self {
            world,
            orders: Vec::new(),
            spendings: Vec::new(),
            adjustments: 0,
        }
    }

    fn live(&mut self, deeds: &Deeds) {
        for (of_source, deed) in deeds {
            let named = if *of_source { SOURCE } else { SURVIVOR };
            // Commands of hands go to whoever answers for the member; orders name whom they always named.
            let answers = match self.world.state(named).merged_into {
                Some(into) => into.to_string(),
                None => named.to_owned(),
            };
            self.happen(named, &answers, deed);
        }
    }

    fn happen(&mut self, named: &str, answers: &str, deed: &Deed) {
        match deed {
            Deed::Pay(base_fen) => {
                let order = format!("o-{}", self.orders.len());
                self.world.order(&order, named, *base_fen);
                self.orders.push(order);
            }
            Deed::Refund(which, percent) => {
                if let Some(order) = self.orders.get(*which).cloned() {
                    self.world.refund(&order, *percent);
                }
            }
            Deed::Spend(points) => {
                let name = format!("x-{}", self.spendings.len());
                if self.world.spend(answers, &name, *points).is_ok() {
                    self.spendings.push((answers.to_owned(), name));
                }
            }
            Deed::Restore(which) => {
                if let Some((who, name)) = self.spendings.get(*which).cloned() {
                    let command = MemberCommand::RestorePoints(RestorePoints {
                        spend_id: Some(name),
                        order_id: None,
                        points: None,
                        restored_on: self.world.today,
                        time_zone: super::world::zone(),
                    });
                    self.world.ask(&who, command).unwrap();
                }
            }
            Deed::Adjust(points) => {
                self.adjustments += 1;
                let command = MemberCommand::AdjustPoints(crate::member::AdjustPoints {
                    reference: format!("a-{}", self.adjustments),
                    reason: "goodwill".to_owned(),
                    points: *points,
                    expires_on: Some(self.world.today.plus_months(2)),
                    adjusted_on: self.world.today,
                    time_zone: super::world::zone(),
                });
                self.world.ask(answers, command).unwrap();
            }
            Deed::Pass(days) => self.pass(*days),
        }
    }

    fn pass(&mut self, days: i32) {
        let to = self.world.today.plus_days(days);
        self.world.advance(to);
    }

    fn both(&self) -> (MemberState, MemberState) {
        (self.world.state(SOURCE), self.world.state(SURVIVOR))
    }
}

/// The two ledgers, each booked by what an event names.
struct Reference {
    source: Ledger,
    survivor: Ledger,
}

impl Reference {
    fn is_sources(way: &[MemberId]) -> bool {
        way.last().is_some_and(|last| last.as_str() == SOURCE)
    }

    fn own(change: &LotChange) -> LotChange {
        let mut own = change.clone();
        own.lot.came_from.pop();
        own
    }

    fn lots(&mut self, changes: &[LotChange]) {
        for change in changes {
            if Self::is_sources(&change.lot.came_from) {
                self.source.change_lots(&[Self::own(change)]);
            } else {
                self.survivor.change_lots(std::slice::from_ref(change));
            }
        }
    }

    fn book(&mut self, event: &MemberEvent) {
        match event {
            MemberEvent::PointsPended(pended) => {
                self.survivor_or_source_earned(&pended.basis, pended.points, &pended.lots);
            }
            MemberEvent::PointsActivated(activated) => {
                for change in &activated.lots {
                    let (ledger, change) = if Self::is_sources(&change.lot.came_from) {
                        (&mut self.source, Self::own(change))
                    } else {
                        (&mut self.survivor, change.clone())
                    };
                    ledger.lots.get_mut(&change.lot.key()).unwrap().lot.activates_on = None;
                }
            }
            MemberEvent::PointsDebtRepaid(repaid) => {
                self.lots(&repaid.lots);
                for debt in &repaid.debts {
                    if Self::is_sources(&debt.came_from) {
                        let mut own = debt.clone();
                        own.came_from.pop();
                        self.source.change_debts(&[own]);
                    } else {
                        self.survivor.change_debts(std::slice::from_ref(debt));
                    }
                }
            }
            MemberEvent::PointsClawedBack(clawed) => {
                self.lots(&clawed.lots);
                let order = self.order(&clawed.basis.order_id);
                order.base_fen = clawed.basis.base_fen;
                order.given -= clawed.points;
            }
            MemberEvent::PointsDebtIncurred(owed) => {
                self.survivor.change_debts(&owed.debts);
                self.order(&owed.order_id).given -= owed.points;
            }
            MemberEvent::PointsExpired(expired) => self.lots(&expired.lots),
            MemberEvent::PointsAdjusted(adjusted) => {
                self.lots(&adjusted.lots);
                self.survivor.references.insert(adjusted.reference.clone());
            }
            MemberEvent::PointsSpent(spent) => {
                self.lots(&spent.lots);
                let mut alone = spent.clone();
                alone.lots.clear();
                self.survivor.spent(&alone);
                let lots = spent.lots.iter().map(|change| {
                    let mut own = change.clone();
                    if Self::is_sources(&own.lot.came_from) {
                        own.lot.came_from.pop();
                    }
                    LotChange::new(&own.lot, -own.points)
                });
                self.survivor.spendings.last_mut().unwrap().spending.lots = lots.collect();
            }
            MemberEvent::PointsRestored(restored) => {
                self.lots(&restored.lots);
                let spending = self.spending(&restored.spend_id);
                for change in &restored.lots {
                    let taken = spending
                        .lots
                        .iter_mut()
                        .find(|lot| lot.lot.lot_id == change.lot.lot_id);
                    taken.unwrap().points -= change.points;
                }
                spending.lots.retain(|lot| lot.points != 0);
            }
            MemberEvent::PointsTransferred(transferred) => assert_eq!(transferred.direction, Direction::Out),
            _ => {}
        }
    }

    fn survivor_or_source_earned(
        &mut self,
        basis: &crate::member::EarningBasis,
        points: i64,
        lots: &[LotChange],
    ) {
        assert!(!self.source.orders.contains_key(&basis.order_id));
        self.survivor.earned(basis, points, lots);
    }

    fn order(&mut self, id: &guanxi_kernel::OrderId) -> &mut crate::member::OrderPoints {
        let source = self.source.orders.get_mut(id);
        source.or_else(|| self.survivor.orders.get_mut(id)).unwrap()
    }

    fn spending(&mut self, name: &str) -> &mut Spending {
        let source = self.source.spendings.iter_mut();
        let all = source.chain(&mut self.survivor.spendings);
        &mut all
            .into_iter()
            .find(|held| held.spend_id == name)
            .unwrap()
            .spending
    }
}

fn cases() -> ProptestConfig {
    let torture = std::env::var_os("GUANXI_TORTURE").is_some();
    ProptestConfig {
        cases: if torture { 10_000 } else { 64 },
        ..ProptestConfig::default()
    }
}

fn same_but_kept(mut one: Ledger, mut other: Ledger) -> (Ledger, Ledger) {
    for ledger in [&mut one, &mut other] {
        ledger.kept_elsewhere.clear();
        ledger.debts.sort_by(|a, b| a.order_id.cmp(&b.order_id));
        ledger.spendings.sort_by(|a, b| a.spend_id.cmp(&b.spend_id));
    }
    (one, other)
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn each_ends_with_its_own_and_what_happened_meanwhile_stays(
        before in deeds(24), meanwhile in deeds(24), after in deeds(12),
    ) {
        let mut history = History::new();
        history.live(&before);
        let (source, survivor) = history.both();
        let frozen = source.tier.clone();
        let start = history.world.log.len();
        history.world.merge(SOURCE, SURVIVOR).unwrap();
        prop_assert_eq!(history.world.balance(SOURCE), (0, 0, 0));
        history.live(&meanwhile);
        let today = history.world.today;
        let mut reference = Reference { source: source.ledger, survivor: survivor.ledger };
        for (id, event) in &history.world.log[start..] {
            if id == SURVIVOR {
                reference.book(event);
            }
        }
        history.world.unmerge(SOURCE).unwrap();
        let (source, survivor) = history.both();
        prop_assert_eq!(&source.merged_into, &None);
        prop_assert!(survivor.absorbed.is_empty());
        let (is, should) = same_but_kept(source.ledger.clone(), reference.source);
        prop_assert_eq!(is, should);
        let (is, should) = same_but_kept(survivor.ledger.clone(), reference.survivor);
        prop_assert_eq!(is, should);
        if frozen.as_ref().is_none_or(|held| held.last_day() >= today) {
            prop_assert_eq!(&source.tier, &frozen);
        }
        // Orders go on where their points are, also those that were paid meanwhile.
        history.live(&after);
        for order in history.orders.clone() {
            history.world.refund(&order, 100);
        }
        let (source, survivor) = history.both();
        for order in source.ledger.orders.values().chain(survivor.ledger.orders.values()) {
            prop_assert_eq!((order.base_fen.0, order.given), (0, 0));
        }
        let held = source.ledger.orders.len() + survivor.ledger.orders.len();
        prop_assert_eq!(held, history.orders.len());
    }

    #[test]
    fn where_nothing_happened_meanwhile_both_are_as_if_never_merged(
        before in deeds(24), days in 0i32..700, after in deeds(12),
    ) {
        let mut merged = History::new();
        let mut never = History::new();
        merged.live(&before);
        never.live(&before);
        let (source, survivor) = merged.both();
        // A debt may be repaid by the other's points while they are one: that has happened, then.
        prop_assume!(days == 0 || source.ledger.debts.is_empty() && survivor.ledger.debts.is_empty());
        merged.world.merge(SOURCE, SURVIVOR).unwrap();
        merged.pass(days);
        never.pass(days);
        merged.world.unmerge(SOURCE).unwrap();
        let alike = |(source, survivor): (MemberState, MemberState)| (source, survivor);
        prop_assert_eq!(alike(merged.both()), alike(never.both()));
        merged.live(&after);
        never.live(&after);
        prop_assert_eq!(alike(merged.both()), alike(never.both()));
    }
}

#[test]
fn members_merged_in_a_chain_lead_to_the_last_and_come_back_one_by_one() {
    let mut world = World::new(programme(), day("2026-01-31"));
    for id in ["a", "b", "c"] {
        world.member(id);
        world.order(&format!("o-{id}"), id, 10_000);
    }
    world.merge("a", "b").unwrap();
    world.merge("b", "c").unwrap();
    assert_eq!(world.balance("c"), (0, 300, 0));
    world.order("late", "a", 5_000);
    assert_eq!(world.balance("c"), (0, 350, 0));
    assert_eq!(
        world.unmerge("a").unwrap_err(),
        crate::member::MemberRefusal::SurvivorMerged
    );
    world.unmerge("b").unwrap();
    assert_eq!(
        (world.balance("b"), world.balance("c")),
        ((0, 200, 0), (0, 150, 0))
    );
    world.unmerge("a").unwrap();
    assert_eq!(
        (world.balance("a"), world.balance("b")),
        ((0, 100, 0), (0, 100, 0))
    );
    // The late order stays where it earned, though it names the first of the three.
    world.refund("late", 100);
    assert_eq!(
        (world.balance("a"), world.balance("c")),
        ((0, 100, 0), (0, 100, 0))
    );
}
