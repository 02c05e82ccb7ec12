//! A coupon that nobody uses expires by itself when its time is over: at midnight, by its campaign's calendar.

use guanxi_kernel::policy::{Deadline, DeadlineChange, Facts, Policy, Reaction, Start};
use guanxi_kernel::{Decider, Recorded, StreamRef, TimeZoneId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::coupon::{Coupon, CouponCommand, CouponEvent, ExpireCoupon};
use crate::{GuanxiCommand, GuanxiEvent};

/// Coupon issued, released or returned → expired at the end of its validity.
#[derive(Debug)]
pub struct CouponExpiry;

/// What a deadline needs to know.
#[derive(Debug, Serialize, Deserialize)]
struct Calendar {
    time_zone: Option<TimeZoneId>,
}

impl Policy for CouponExpiry {
    const NAME: &'static str = "coupon_expiry";
    const STARTS: Start = Start::Beginning;
    type Event = GuanxiEvent;
    type Command = GuanxiCommand;

    fn react(&self, _: &Recorded<GuanxiEvent>, _: &Facts<'_>) -> Vec<Reaction<GuanxiCommand>> {
        Vec::new()
    }

    fn deadlines(&self, event: &Recorded<GuanxiEvent>, _: &Facts<'_>) -> Vec<DeadlineChange> {
        let Some(GuanxiEvent::Coupon(coupon)) = event.own() else {
            return Vec::new();
        };
        let key = event.stream.aggregate_id.to_string();
        let change = match coupon {
            CouponEvent::CouponIssued(it) => set(key, it.validity.until, Some(&it.time_zone)),
            // Its time may be over while an order holds it: a deadline that has passed is due at once.
            CouponEvent::ReservationReleased(it) => set(key, it.valid_until, None),
            CouponEvent::CouponReturned(it) => set(key, it.valid_until, None),
            CouponEvent::CouponRedeemed(_)
            | CouponEvent::CouponExpired(_)
            | CouponEvent::CouponRevoked(_) => DeadlineChange::Cancel { key },
            CouponEvent::CouponReserved(_)
            | CouponEvent::RedemptionAwaited(_)
            | CouponEvent::RedemptionMissed(_)
            | CouponEvent::CouponTransferred(_) => return Vec::new(),
        };
        vec![change]
    }

    fn due(&self, deadline: &Deadline) -> Vec<Reaction<GuanxiCommand>> {
        let command = CouponCommand::ExpireCoupon(ExpireCoupon {
            expired_at: deadline.due_at,
        });
        let target = StreamRef::new(Coupon::TYPE, deadline.key.as_str());
        let reaction = Reaction::new("expire", target, command.into());
        let zone = deadline.payload::<Calendar>().ok();
        let zone = zone
            .and_then(|calendar| calendar.time_zone)
            .unwrap_or_else(TimeZoneId::shanghai);
        vec![reaction.dated(deadline.due_at, zone.business_date(deadline.due_at))]
    }
}

fn set(key: String, due_at: Timestamp, zone: Option<&TimeZoneId>) -> DeadlineChange {
    let time_zone = zone.cloned();
    DeadlineChange::Set {
        key,
        due_at,
        payload: json!(Calendar { time_zone }),
    }
}
