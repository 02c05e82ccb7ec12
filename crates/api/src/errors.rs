//! The page behind each problem's `type`, served by the program that answers with it.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use rust_embed::Embed;

use crate::http::Problem;

/// Pages of refusals, generated from the rules.
#[derive(Embed)]
#[folder = "../../docs/errors"]
struct Refusals;

/// Pages of the API's own problems, written by hand.
#[derive(Embed)]
#[folder = "../../docs/problems"]
struct Problems;

/// The page of a code, as Markdown.
pub(crate) async fn page(Path(code): Path<String>) -> Response {
    let name = format!("{}.md", code.trim_end_matches(".md"));
    match Refusals::get(&name).or_else(|| Problems::get(&name)) {
        Some(page) => {
            let kind = [(header::CONTENT_TYPE, "text/markdown; charset=utf-8")];
            (kind, page.data.into_owned()).into_response()
        }
        None => Problem::not_found(format!("There is no error `{code}`.")).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_apis_own_codes_have_pages() {
        for code in [
            "invalid",
            "unauthorised",
            "forbidden",
            "not_found",
            "unavailable",
            "internal",
            "not_json",
            "too_large",
            "method",
            "key_reused",
        ] {
            assert!(
                Problems::get(&format!("api.{code}.md")).is_some(),
                "docs/problems/api.{code}.md is missing"
            );
        }
    }
}
