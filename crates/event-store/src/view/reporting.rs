//! What analysts see of a view: typed columns with a comment on each, under a stable name.

/// A plain SQL view in schema `reporting`. The engine creates it over the live tables, comments it and grants it to
/// the reader role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportingView {
    /// Name in schema `reporting`; stable over versions and rebuilds.
    pub name: &'static str,
    /// What a line of it is, for people.
    pub comment: &'static str,
    /// What stands behind `from`; `{rows}` and `{totals}` are the tables, e.g. `{rows}` or
    /// `{rows} r cross join lateral jsonb_array_elements(r.row -> 'steps') as step`. May go on with `where` and
    /// `group by`.
    pub from: &'static str,
    /// The columns, in order.
    pub columns: Vec<Column>,
}

/// A column of a reporting view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name, e.g. `paid_fen`.
    pub name: &'static str,
    /// Its SQL expression over `key`, `row` and `position`, e.g. `(row ->> 'paid_fen')::bigint`.
    pub sql: &'static str,
    /// The one definition of the figure.
    pub comment: &'static str,
}

impl Column {
    /// A column by name, expression and comment.
    #[must_use]
    pub const fn new(name: &'static str, sql: &'static str, comment: &'static str) -> Self {
        Self { name, sql, comment }
    }
}
