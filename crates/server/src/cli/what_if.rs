//! `guanxi what-if`: who would change under other rules.

use std::path::Path;

use guanxi_event_store::view::RebuildProgress;
use guanxi_views::rules::AnyRules;
use guanxi_views::what_if::{Asked, Outcome, what_if};

use super::grammar::WhatIf;
use crate::config::Config;
use crate::exit::Failure;
use crate::platform::connect;
use crate::terminal::{Output, bar, table};

/// Replays history under the rules of a file and prints who would change. Nothing is written anywhere.
pub async fn run(config: &Config, what: WhatIf, output: Output) -> Result<(), Failure> {
    let rules = read(&what.rules)?;
    let pool = connect(&config.database).await?;
    let drawn = bar("replaying", 0);
    let progress = drawn.clone();
    let show = move |at: RebuildProgress| {
        progress.set_length(at.head);
        progress.set_position(at.position);
    };
    let asked = Asked {
        on: what.on,
        after: what.after,
        limit: what.limit,
    };
    let outcome = what_if(&pool, rules, &asked, &show).await;
    drawn.finish_and_clear();
    let outcome = outcome.map_err(Failure::unavailable)?;
    output.answer(&outcome, human)
}

fn read(file: &Path) -> Result<AnyRules, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::not_found(format!("{}: {error}", file.display())))?;
    AnyRules::parse(&text).map_err(|error| {
        Failure::configuration(format!("{}: {error}", file.display()))
            .advise("The files under deploy/rules show how rules are written.")
    })
}

fn human(outcome: &Outcome) -> String {
    let names = outcome.by_name.iter().map(|(name, tally)| {
        let numbers = [tally.now, tally.then, tally.gained, tally.lost, tally.moved];
        let [now, then, gained, lost, moved] = numbers.map(|number| number.to_string());
        [name.clone(), now, then, gained, lost, moved]
    });
    let names = table(["name", "now", "then", "gained", "lost", "other days"], names);
    let members = outcome.changes.iter().map(|change| {
        let [gained, lost, moved] =
            [&change.gained, &change.lost, &change.moved].map(|names| names.join(", "));
        [change.member_id.clone(), gained, lost, moved]
    });
    let members = table(["member", "gained", "lost", "other days"], members);
    let more = outcome
        .next
        .as_ref()
        .map_or_else(String::new, |next| format!("\nThere are more: --after {next}"));
    let aside = match outcome.aside.len() {
        0 => String::new(),
        number => format!(
            "\n{number} members are left aside: their rows are parked, or they have to do with a merge."
        ),
    };
    format!(
        "{names}\n{members}{more}\nUnder version {} of the {} rules, {} of {} members would change; counted on {}, as \
         of position {}.{aside}",
        outcome.version, outcome.rules, outcome.would_change, outcome.members, outcome.on, outcome.position
    )
}
