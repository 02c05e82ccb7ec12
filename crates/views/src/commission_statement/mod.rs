//! What each guide earned in each month: accrued, payable, reversed, settled, as the payroll asks it.

mod query;
mod view;

#[cfg(test)]
mod spec;

pub use query::{StatementFilter, StatementLine, query};
pub use view::{CommissionStatement, Statement};
