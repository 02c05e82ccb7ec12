//! Events told as a story, and views folded over them in memory, so that a spec needs no database.

use std::collections::BTreeMap;
use std::sync::Arc;

use guanxi_domain::GuanxiEvent;
use guanxi_domain::member::{Activated, EnrolSource, Enrolled, Erased, ErasureBasis, MemberEvent, Profile};
use guanxi_domain::order::{OrderEvent, OrderKind, Paid, PaymentCaptured, RefundSucceeded, Tender, Totals};
use guanxi_event_store::{self as store, Change, View};
use guanxi_kernel::{DomainEvent, EventId, Fact, Fen, Metadata, Recorded, StreamRef, TimeZoneId, Timestamp};

/// What has happened, in the order of the log.
#[derive(Default)]
pub struct Story {
    events: Vec<Recorded<GuanxiEvent>>,
}

/// Noon of a day in Shanghai.
pub fn noon(day: &str) -> Timestamp {
    format!("{day}T12:00:00+08:00").parse().unwrap()
}

impl Story {
    /// Adds an event of a stream, dated at noon.
    pub fn add<E: DomainEvent + Into<GuanxiEvent>>(
        mut self,
        kind: &str,
        id: &str,
        day: &str,
        event: E,
    ) -> Self {
        let position = self.events.len() as u64 + 1;
        let occurred_at = noon(day);
        self.events.push(Recorded {
            position,
            event_id: EventId::new(format!("e-{position}")).unwrap(),
            command_id: None,
            stream: StreamRef::new(kind, id),
            sequence: 1,
            event_type: event.name().into(),
            metadata: Metadata {
                occurred_at,
                business_date: TimeZoneId::shanghai().business_date(occurred_at),
                actor: Arc::from("test"),
                channel: None,
                store_id: None,
                correlation_id: Arc::from("test"),
                causation_id: None,
                depth: 0,
            },
            recorded_at: occurred_at,
            fact: Fact::Own(event.into()),
        });
        self
    }

    /// Adds an event of an order.
    pub fn order(self, id: &str, day: &str, event: impl Into<OrderEvent>) -> Self {
        self.add("order", id, day, event.into())
    }

    /// Adds an event of a member.
    pub fn member(self, id: &str, day: &str, event: impl Into<MemberEvent>) -> Self {
        self.add("member", id, day, event.into())
    }

    /// The same events in another order of arrival; each keeps its position.
    pub fn rearranged(&self, places: &[usize]) -> Self {
        Self {
            events: places.iter().map(|place| self.events[*place].clone()).collect(),
        }
    }

    /// The rows of a view at the end.
    pub fn rows<V: View<Event = GuanxiEvent>>(&self, view: &V) -> BTreeMap<V::Key, V::Row> {
        let mut rows = BTreeMap::new();
        for event in &self.events {
            for key in view.keys(event) {
                let row = view.evolve(&key, rows.remove(&key), event);
                rows.extend(row.map(|row| (key, row)));
            }
        }
        rows.into_iter()
            .map(|(key, row)| (key, view.conclude(row)))
            .collect()
    }

    /// The second table of a view at the end. Where changes are said to add up, it is held against what all events of a
    /// row at once come to.
    pub fn totals<V: store::Totals<Event = GuanxiEvent>>(&self, view: &V) -> BTreeMap<V::Cell, V::Total> {
        let (mut rows, mut totals) = (BTreeMap::<V::Key, V::Row>::new(), BTreeMap::new());
        for event in &self.events {
            for key in view.keys(event) {
                let before = rows.remove(&key);
                let after = view.evolve(&key, before.clone(), event);
                let after = after.map(|row| view.conclude(row));
                let change = Change {
                    key: &key,
                    before: before.as_ref(),
                    after: after.as_ref(),
                    event,
                };
                for cell in view.cells(&change) {
                    let total = view.fold(&cell, totals.remove(&cell), &change);
                    totals.extend(total.map(|total| (cell, total)));
                }
                rows.extend(after.map(|row| (key, row)));
            }
        }
        assert!(
            !V::ADDS_UP || totals == self.totals_at_once(view, &rows),
            "changes do not add up"
        );
        totals
    }

    fn totals_at_once<V: store::Totals<Event = GuanxiEvent>>(
        &self,
        view: &V,
        rows: &BTreeMap<V::Key, V::Row>,
    ) -> BTreeMap<V::Cell, V::Total> {
        let events = self.events.iter();
        let touches = events.flat_map(|event| view.keys(event).into_iter().map(move |key| (key, event)));
        let mut totals = BTreeMap::new();
        for (key, event) in touches.collect::<BTreeMap<_, _>>() {
            let change = Change {
                key: &key,
                before: None,
                after: rows.get(&key),
                event,
            };
            for cell in view.cells(&change) {
                let total = view.fold(&cell, totals.remove(&cell), &change);
                totals.extend(total.map(|total| (cell, total)));
            }
        }
        totals
    }
}

/// An order of two pieces: 120.00 on the shelf, 10.00 promotion, 5.00 coupon, 8.00 of it freight, so 105.00 paid.
pub fn paid(day: &str, store: &str, channel: &str, member: Option<&str>) -> Paid {
    Paid {
        paid_at: noon(day),
        business_date: day.parse().unwrap(),
        kind: OrderKind::Counter,
        store_id: store.parse().unwrap(),
        channel: channel.parse().unwrap(),
        member_id: member.map(|member| member.parse().unwrap()),
        totals: Totals {
            shelf_fen: Fen(12_000),
            promotion_fen: Fen(1_000),
            coupon_fen: Fen(500),
            manufacturer_coupon_fen: Fen(200),
            freight_fen: Fen(800),
            payable_fen: Fen(10_500),
            units: 2,
        },
        lines: Vec::new(),
        coupons: Vec::new(),
        guide: None,
        tenders: vec![Tender::Wechat],
        refunded_before_fen: Fen(0),
        earning_base_fen: Fen(9_700),
        coupons_returned: Vec::new(),
        time_zone: guanxi_kernel::TimeZoneId::shanghai(),
        test: false,
    }
}

/// A paid order of this many fen, without discounts and goods.
pub fn bought(day: &str, member: &str, paid_fen: i64) -> Paid {
    Paid {
        totals: Totals {
            shelf_fen: Fen(paid_fen),
            payable_fen: Fen(paid_fen),
            ..Totals::default()
        },
        ..paid(day, "s-1", "counter", Some(member))
    }
}

/// The money of an order that went back after it was paid.
pub fn given_back(day: &str, member: &str, amount_fen: i64) -> RefundSucceeded {
    RefundSucceeded {
        member_id: Some(member.parse().unwrap()),
        ..refunded(day, Some(day), "s-1", amount_fen)
    }
}

/// A person who only paid, at a store.
pub fn walked_in(store: &str) -> MemberEvent {
    Enrolled {
        source: EnrolSource::Payment,
        walk_in: true,
        subjects: Vec::new(),
        profile: Profile::default(),
        store_id: Some(store.parse().unwrap()),
        channel: Some("counter".parse().unwrap()),
    }
    .into()
}

/// A person who joined, at a store.
pub fn joined(store: &str) -> MemberEvent {
    Activated {
        document: "v1".to_owned(),
        profile: Profile::default(),
        store_id: Some(store.parse().unwrap()),
        channel: Some("counter".parse().unwrap()),
        was_walk_in: true,
    }
    .into()
}

/// A person who is forgotten.
pub fn erased(day: &str) -> MemberEvent {
    Erased {
        basis: ErasureBasis::Request,
        subjects: Vec::new(),
        requested_at: noon(day),
        absorbed: Vec::new(),
    }
    .into()
}

/// Money that came.
pub fn captured(day: &str, store: &str, channel: &str, amount_fen: i64, surplus_fen: i64) -> PaymentCaptured {
    PaymentCaptured {
        tender: Tender::Wechat,
        provider: "wechat".to_owned(),
        transaction_id: "t-1".parse().unwrap(),
        mchid: None,
        out_trade_no: None,
        amount_fen: Fen(amount_fen),
        payer_total_fen: None,
        surplus_fen: Fen(surplus_fen),
        succeeded_at: noon(day),
        business_date: day.parse().unwrap(),
        store_id: store.parse().unwrap(),
        channel: channel.parse().unwrap(),
        member_id: None,
        cancels: None,
        test: false,
    }
}

/// Money of a sale of `sale_day` that went back.
pub fn refunded(day: &str, sale_day: Option<&str>, store: &str, amount_fen: i64) -> RefundSucceeded {
    RefundSucceeded {
        provider: "wechat".to_owned(),
        refund_id: "r-1".parse().unwrap(),
        out_refund_no: "or-1".parse().unwrap(),
        transaction_id: "t-1".parse().unwrap(),
        amount_fen: Fen(amount_fen),
        payer_refund_fen: None,
        succeeded_at: noon(day),
        business_date: day.parse().unwrap(),
        sale_date: sale_day.map(|day| day.parse().unwrap()),
        of_surplus: false,
        store_id: store.parse().unwrap(),
        channel: "counter".parse().unwrap(),
        member_id: None,
        guide: None,
        tender: Some(Tender::Wechat),
        lines: Vec::new(),
        allocated: false,
        earning_base_fen: Fen(0),
        coupons_returned: Vec::new(),
        time_zone: guanxi_kernel::TimeZoneId::shanghai(),
        test: false,
    }
}
