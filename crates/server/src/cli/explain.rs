//! `guanxi explain`: the very events behind a row or a cell of a view.

use guanxi_event_store::view::{Asked, key_text};
use guanxi_views::explain::{Explanation, explained};
use guanxi_views::store_dashboard::Cell;
use serde_json::json;

use super::grammar::{Explain, Explained};
use crate::config::Config;
use crate::exit::Failure;
use crate::platform::House;
use crate::terminal::{Output, table};

/// Explains.
pub async fn run(config: &Config, what: Explain, output: Output) -> Result<(), Failure> {
    let (view, asked, what) = match what {
        Explain::Dashboard {
            date,
            store,
            channel,
            what,
        } => {
            let cell = match (store, channel) {
                (Some(store), Some(channel)) => Cell::Channel(store, date, channel),
                (Some(store), None) => Cell::Store(store, date),
                (None, _) => Cell::Chain(date),
            };
            let key = key_text(&cell).map_err(Failure::fault)?;
            ("store_dashboard".to_owned(), Asked::Cell(key), what)
        }
        Explain::Row { view, key, what } => (view, Asked::Row(key), what),
        Explain::Cell { view, key, what } => (view, Asked::Cell(key), what),
    };
    let Explained { field, until } = what;
    let house = House::open(config).await?;
    let told = house
        .followers
        .explain(&view, std::slice::from_ref(&asked), until.into())
        .await;
    let names: Vec<_> = house
        .followers
        .views()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    house.close().await;
    let told = told.map_err(Failure::unavailable)?.ok_or_else(|| {
        Failure::not_found(format!("there is no view `{view}`"))
            .advise(format!("Views: {}.", names.join(", ")))
    })?;
    let told = told.first().map(|told| explained(&view, told, field.as_deref()));
    let told = told.filter(|told| told.value.is_some() || !told.events.is_empty());
    let told = told.ok_or_else(|| Failure::not_found(format!("{view} has nothing at {asked:?}")))?;
    show(&told, output)
}

fn show(told: &Explanation, output: Output) -> Result<(), Failure> {
    output.answer(&json!(told), |_| {
        let rows = told.events.iter().flat_map(|event| {
            event.changes.iter().map(|change| {
                let text = |value: &Option<serde_json::Value>| {
                    value.as_ref().map(ToString::to_string).unwrap_or_default()
                };
                [
                    event.position.to_string(),
                    event.name.clone(),
                    event.stream.clone(),
                    event.business_date.to_string(),
                    change.field.clone(),
                    change
                        .contribution
                        .map_or_else(|| text(&change.after), |by| format!("{by:+}")),
                ]
            })
        });
        let sums = told.sums.iter().map(|(field, sum)| format!("{field} = {sum}"));
        format!(
            "{}\n{}\nAs of position {}.",
            table(
                ["position", "event", "stream", "day", "field", "contribution"],
                rows
            ),
            sums.collect::<Vec<_>>().join("\n"),
            told.as_of_position
        )
    })
}
