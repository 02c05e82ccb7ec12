//! Physical cards: a card number is an identity like others, and belongs to one member at a time.

use guanxi_kernel::Sealed;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::decide::MOST_IDENTITIES;
use super::identity::{Identity, IdentityKind};
use super::points::Draft;
use super::refusal::MemberRefusal;

/// Binds a physical card. Another member's is refused as `member.identity.card_taken`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BindCard {
    /// The card, as an identity of kind `card`.
    pub card: Identity,
}

/// Takes a physical card away, e.g. a lost one; it may then be bound to somebody else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnbindCard {
    /// Who issued it, if it was bound with an issuer.
    #[serde(default)]
    pub issuer: Option<String>,
    /// The number, sealed under the subject under which it was bound.
    pub value: Sealed<String>,
}

/// A physical card was bound. Takes the claim on its number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CardBound {
    /// The card.
    pub card: Identity,
}

/// A physical card was taken away. Gives the claim back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CardUnbound {
    /// The card.
    pub card: Identity,
}

type Done = Result<(), MemberRefusal>;

/// Binds a card that is not bound yet.
pub(super) fn bind(draft: &mut Draft, command: &BindCard) -> Done {
    if command.card.kind != IdentityKind::Card {
        return Err(MemberRefusal::NotACard);
    }
    let identities = &draft.state.identities;
    if identities.iter().any(|known| known.same_as(&command.card)) {
        return Ok(());
    }
    if identities.len() >= MOST_IDENTITIES {
        return Err(MemberRefusal::TooManyIdentities(MOST_IDENTITIES));
    }
    draft.push(CardBound {
        card: command.card.clone(),
    });
    Ok(())
}

/// Takes a bound card away.
pub(super) fn unbind(draft: &mut Draft, command: &UnbindCard) -> Done {
    let bound = draft
        .state
        .identity(IdentityKind::Card, command.issuer.as_deref(), &command.value);
    let card = bound.ok_or(MemberRefusal::IdentityNotLinked)?.clone();
    draft.push(CardUnbound { card });
    Ok(())
}
