//! What a notice says, in the words of the house: checked amounts, instants, who was paid and who paid.

mod fact;
mod read;
#[cfg(test)]
mod tests;

pub use fact::{Fact, FactError, Openid, Paid, PaymentFact, RefundFact, RefundResult};
pub use read::facts;
