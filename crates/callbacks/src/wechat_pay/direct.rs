//! The short way of a notice: where everything that it means is known, it is recorded before it is answered, and goes
//! into the log together with its command.
//!
//! That is most of them: one payment, of an order that has registered it, by somebody whom we know. Whatever is not
//! plain goes the long way, through the inbox, as does what this way cannot do in time; taking both changes nothing
//! twice, since the command's id is made of the payment.

use std::time::Duration;

use guanxi_domain::member::{Member, MemberState};
use guanxi_domain::order::Order;
use guanxi_event_store::inbox::{Inbox, NewNotice};
use guanxi_event_store::{Answer, EventStore, Outcome, SubjectKey};
use guanxi_kernel::{MemberId, OrderId, StreamRef};

use super::SOURCE;
use super::apply::{self, ApplyError, Place};
use super::body::Body;
use super::facts::{self, Fact, PaymentFact};
use super::payer;
use super::receiver::VerifiedNotice;
use super::translate::{self, Attempt, Target};
use crate::person;

/// After this long the long way is taken: its rows need no head of the log.
const WITHIN: Duration = Duration::from_secs(1);

/// Whom and what a payment concerns.
struct Known {
    order: OrderId,
    place: Place,
    payer: MemberId,
    /// The payer's own: whatever is sealed under it is forgotten with the payer.
    key: SubjectKey,
}

/// Records what a notice means, and keeps it as `kept`. False: it must go the long way.
pub(super) async fn record(inbox: &Inbox, notice: &VerifiedNotice, kept: &NewNotice) -> bool {
    let Some(payment) = only_payment(notice) else {
        return false;
    };
    let fact = Fact::Payment(payment);
    let recorded = tokio::time::timeout(WITHIN, try_record(inbox, &fact, notice, kept)).await;
    let recorded = match recorded {
        Ok(Ok(recorded)) => recorded,
        Ok(Err(error)) => {
            tracing::debug!(%error, notice = %notice.envelope.id, "a notice goes the long way");
            false
        }
        Err(_) => false,
    };
    if recorded {
        metrics::counter!("guanxi_notices_translated_total", "partner" => SOURCE, "outcome" => "at_once")
            .increment(1);
    }
    recorded
}

/// The payment that a notice tells of, if it tells of nothing else.
fn only_payment(notice: &VerifiedNotice) -> Option<PaymentFact> {
    let opened = notice.opened.as_ref()?;
    let body = Body::read(&notice.envelope.event_type, &opened.plaintext).ok()?;
    let facts = facts::facts(&body, &opened.mchid, &notice.envelope.create_time).ok()?;
    match <[Fact; 1]>::try_from(facts) {
        Ok([Fact::Payment(payment)]) => Some(payment),
        _ => None,
    }
}

async fn try_record(
    inbox: &Inbox,
    fact: &Fact,
    notice: &VerifiedNotice,
    kept: &NewNotice,
) -> Result<bool, ApplyError> {
    let (store, Fact::Payment(payment)) = (inbox.store(), fact) else {
        return Ok(false);
    };
    let Some(known) = known(store, payment, &Attempt::of(fact)?).await? else {
        return Ok(false);
    };
    let Known {
        order,
        place,
        payer,
        key,
    } = known;
    let request = translate::request(fact, Some(order), Some(payer))?;
    let Target::Order(order, command) = request.target else {
        return Ok(false);
    };
    let metadata = apply::metadata(payment.paid.success_time, &place, &notice.envelope.id);
    let context = apply::context(store, fact, request.command_id, metadata);
    let settled = inbox.settled(kept, &key, format!("recorded: order {order}"))?;
    let answer = store
        .execute_noticed::<Order>(order.as_str(), &command, &context, settled)
        .await?;
    Ok(is_new(&answer))
}

/// Only then did the notice go in with it.
fn is_new(answer: &Answer) -> bool {
    !answer.known && matches!(answer.outcome, Outcome::Appended { .. })
}

async fn known(
    store: &EventStore,
    payment: &PaymentFact,
    attempt: &Attempt,
) -> Result<Option<Known>, ApplyError> {
    let signs = payer::signs(&payment.payer);
    let mut claims = vec![apply::claim(attempt)];
    claims.extend(person::claims(store, &signs));
    let mut holders = store.holders(&claims).await?.into_iter();
    let order = apply::order(holders.next().flatten())?;
    let (Some(order), Some(holder)) = (order, holders.flatten().next()) else {
        return Ok(None);
    };
    let place = Place::of(&store.glance::<Order>(order.as_str()).await?.state);
    let (payer, key) = tokio::join!(person::survivor(store, holder.clone()), own_key(store, &holder));
    let payer = payer.map_err(ApplyError::Payer)?;
    Ok(place.zip(key?).map(|(place, key)| Known {
        order,
        place,
        payer,
        key,
    }))
}

/// A key that is the member's alone. A member into whom another was merged has the other's keys too, and would lose
/// them with the other: then the long way gives the notice a key of its own.
async fn own_key(store: &EventStore, member: &StreamRef) -> Result<Option<SubjectKey>, ApplyError> {
    let member = store.glance::<Member>(&member.aggregate_id).await?;
    let MemberState {
        absorbed, subjects, ..
    } = &*member.state;
    let Some(subject) = subjects.first().filter(|_| absorbed.is_empty()) else {
        return Ok(None);
    };
    let keys = store.vault().keys(std::slice::from_ref(subject)).await?;
    Ok(keys.get(subject).cloned())
}
