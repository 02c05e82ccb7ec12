//! The SQL of the stable views, from the declaration of a view.

use std::fmt::Write as _;

use super::table::Tables;
use super::{ReportingView, View};
use crate::follow::{FollowError, Identity};

/// The SQL that makes all stable views over these tables.
pub(super) fn definition<V: View>(view: &V, who: &Identity) -> String {
    let tables = Tables::of(who);
    let name = V::NAME;
    let mut sql = format!(
        "create or replace view views.{name} as select key, row, position from {}; \
         create or replace view views.{name}_totals as select key, row, position from {}; ",
        tables.rows, tables.totals
    );
    for shown in view.reporting() {
        push_reporting(&mut sql, &shown, &tables);
    }
    sql
}

fn push_reporting(sql: &mut String, view: &ReportingView, tables: &Tables) {
    let name = view.name;
    let columns: Vec<String> = view
        .columns
        .iter()
        .map(|column| format!("{} as {}", column.sql, column.name))
        .collect();
    let from = tables.fill(view.from);
    let _ = write!(
        sql,
        "create or replace view reporting.{name} as select {} from {from}; ",
        columns.join(", ")
    );
    let _ = write!(
        sql,
        "comment on view reporting.{name} is {}; ",
        literal(view.comment)
    );
    for column in &view.columns {
        let _ = write!(
            sql,
            "comment on column reporting.{name}.{} is {}; ",
            column.name,
            literal(column.comment)
        );
    }
    let _ = write!(sql, "grant select on reporting.{name} to guanxi_reader; ");
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Names go into SQL as they are, so they must be plain.
pub(super) fn check_names<V: View>(view: &V) -> Result<(), FollowError> {
    let plain = |name: &str| {
        !name.is_empty()
            && name.len() <= 40
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let views = view.reporting();
    let columns = views
        .iter()
        .flat_map(|view| view.columns.iter().map(|column| column.name));
    let names = std::iter::once(V::NAME)
        .chain(views.iter().map(|view| view.name))
        .chain(columns);
    match names.into_iter().find(|name| !plain(name)) {
        Some(name) => Err(FollowError::Fault(format!(
            "`{name}` is no plain name for a view or a column"
        ))),
        None => Ok(()),
    }
}
