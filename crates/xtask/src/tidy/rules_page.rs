//! The page of rules and the scenarios that show them: each scenario is a test that runs, in the file beside it.

use std::fs;
use std::path::Path;

const PAGE: &str = "docs/rules.md";

/// A row of the page: a scenario and the file that it stands in, from the root.
#[derive(Debug, PartialEq)]
struct Row<'a> {
    scenario: &'a str,
    file: &'a str,
}

/// A rule of the page, by its heading, with its rows; a row that cannot be read is kept as it stands.
struct Rule<'a> {
    heading: &'a str,
    rows: Vec<Result<Row<'a>, &'a str>>,
}

pub fn findings(root: &Path) -> Vec<String> {
    let Ok(page) = fs::read_to_string(root.join(PAGE)) else {
        return vec![format!(
            "{PAGE}: cannot be read; it says which tests show the rules"
        )];
    };
    of_page(&page, |file| fs::read_to_string(root.join(file)).ok())
}

fn of_page(page: &str, source: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let rules = rules(page);
    if rules.is_empty() {
        return vec![format!("{PAGE}: has no rule (`## 1. …`)")];
    }
    let of_rule = |rule: &Rule<'_>| -> Vec<String> {
        let heading = rule.heading;
        if rule.rows.is_empty() {
            return vec![format!("{PAGE}: {heading}: name a scenario that shows it")];
        }
        let wrong = rule.rows.iter().filter_map(|row| match row {
            Ok(row) => of_row(row, source(row.file).as_deref()),
            Err(line) => Some(format!(
                "cannot read `{line}`; write | `scenario` | [text](../file) |"
            )),
        });
        wrong.map(|what| format!("{PAGE}: {heading}: {what}")).collect()
    };
    rules.iter().flat_map(of_rule).collect()
}

fn rules(page: &str) -> Vec<Rule<'_>> {
    let mut rules: Vec<Rule<'_>> = Vec::new();
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            let rows = Vec::new();
            rules.push(Rule { heading, rows });
        } else if line.starts_with('|')
            && let Some(rule) = rules.last_mut()
            && !line.starts_with("| Scenario |")
            && !line.starts_with("| --- |")
        {
            rule.rows.push(row(line).ok_or(line));
        }
    }
    rules
}

/// Reads `` | `scenario` | [text](../file) | ``.
fn row(line: &str) -> Option<Row<'_>> {
    let (scenario, link) = line.strip_prefix("| `")?.split_once("` | [")?;
    let (_, file) = link.strip_suffix(") |")?.split_once("](../")?;
    Some(Row { scenario, file })
}

fn of_row(row: &Row<'_>, source: Option<&str>) -> Option<String> {
    let Row { scenario, file } = row;
    let Some(source) = source else {
        return Some(format!("there is no {file}"));
    };
    let Some(attributes) = attributes(source, scenario) else {
        return Some(format!("no `{scenario}` in {file}"));
    };
    if !attributes.contains("test") {
        return Some(format!("`{scenario}` in {file} is no test"));
    }
    attributes
        .contains("ignore")
        .then(|| format!("`{scenario}` in {file} is not run by `make test`"))
}

/// The attributes of a function, as they stand above it.
fn attributes(source: &str, function: &str) -> Option<String> {
    let declared = format!("fn {function}(");
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let is_it = |line: &&str| {
        let after_keywords = line.trim_start_matches("pub ").trim_start_matches("async ");
        after_keywords.starts_with(&declared)
    };
    let at = lines.iter().position(is_it)?;
    let above = lines.iter().take(at).rev();
    let above = above.take_while(|line| line.starts_with("#[") || line.starts_with("//"));
    let attributes = above.filter(|line| line.starts_with("#["));
    Some(attributes.copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "#[test]\nfn one_wins() {}\n\nfn set_up() {}\n\n    /// Long.\n    #[sqlx::test(x)]\n    \
                          #[ignore = \"long\"]\n    async fn a_year() {}\n";

    fn of(rows: &str) -> Vec<String> {
        let page = format!("# Rules\n\n## 1. Once\n\n| Scenario | File |\n| --- | --- |\n{rows}");
        of_page(&page, |file| (file == "a.rs").then(|| SOURCE.to_owned()))
    }

    #[test]
    fn a_scenario_that_stands_in_its_file_is_fine() {
        assert_eq!(of("| `one_wins` | [a.rs](../a.rs) |\n"), Vec::<String>::new());
    }

    #[test]
    fn a_scenario_that_was_renamed_moved_or_is_not_run_is_found() {
        for row in [
            "| `one_win` | [a.rs](../a.rs) |",
            "| `one_wins` | [b.rs](../b.rs) |",
            "| `set_up` | [a.rs](../a.rs) |",
            "| `a_year` | [a.rs](../a.rs) |",
            "| one_wins | a.rs |",
        ] {
            assert_eq!(of(row).len(), 1, "{row}");
        }
    }

    #[test]
    fn a_rule_that_nothing_shows_is_found() {
        assert_eq!(of("").len(), 1);
        assert_eq!(of_page("# Rules\n", |_| None).len(), 1);
    }
}
