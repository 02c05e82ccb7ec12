//! What is the same for every endpoint is said of every endpoint here, once, so that the document promises no more and
//! no less than the gate and the checks of input keep.

use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response, Responses, Schema};

const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

/// Completes the document: every endpoint may answer with a problem, and every problem has its own content type.
pub(crate) fn completed(mut document: OpenApi) -> OpenApi {
    for item in document.paths.paths.values_mut() {
        for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
            complete(operation);
        }
    }
    document
}

fn complete(operation: &mut Operation) {
    let Responses { responses, .. } = &mut operation.responses;
    for (status, response) in responses.iter_mut() {
        if let RefOr::T(response) = response
            && !status.starts_with('2')
            && let Some(problem) = response.content.shift_remove(JSON)
        {
            response.content.insert(PROBLEM.to_owned(), problem);
        }
    }
    for (status, description) in [
        ("4XX", "Not valid, no key, not allowed, not there, or refused."),
        (
            "5XX",
            "A fault on our side, or too much at once; the same request may be sent again.",
        ),
    ] {
        responses
            .entry(status.to_owned())
            .or_insert_with(|| RefOr::T(problem(description)));
    }
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter {
            constrain(parameter);
        }
    }
}

fn problem(description: &str) -> Response {
    let mut response = Response::new(description);
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    response.content.insert(PROBLEM.to_owned(), RefOr::T(content));
    response
}

/// Texts that every endpoint reads alike.
fn constrain(parameter: &mut Parameter) {
    if let Some(RefOr::T(Schema::Object(text))) = &mut parameter.schema {
        if parameter.name == "Idempotency-Key" {
            text.pattern = Some("^[!-~]{1,64}$".to_owned());
        } else if parameter.parameter_in == ParameterIn::Path {
            text.min_length = Some(1);
        }
    }
}

#[cfg(test)]
mod tests {

    #[test]
    fn every_endpoint_promises_problems() {
        let document = serde_json::to_value(crate::openapi()).unwrap();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (verb, operation) in item.as_object().unwrap() {
                for status in ["4XX", "5XX"] {
                    let content = &operation["responses"][status]["content"];
                    assert!(
                        content["application/problem+json"].is_object(),
                        "{verb} {path} {status}"
                    );
                }
            }
        }
        assert!(document["components"]["schemas"]["Problem"].is_object());
    }

    #[test]
    fn a_choice_of_names_stays_one() {
        let document = serde_json::to_value(crate::openapi()).unwrap();
        let text = document.to_string();
        assert!(text.contains("\"not_placed\""), "the names of an enum are lost");
    }

    /// Components are found by name: two lists whose lines are named alike would promise the lines of one of them.
    #[test]
    fn each_list_promises_lines_of_its_own() {
        let document = serde_json::to_value(crate::openapi()).unwrap();
        let mut promised = std::collections::BTreeMap::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            let schema = &item["get"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"];
            if let Some(page) = schema.as_str().filter(|name| name.contains("/Page_")) {
                let other = promised.insert(page.to_owned(), path.clone());
                assert_eq!(other, None, "{path}: {page}");
            }
        }
        assert!(promised.len() > 10, "{promised:?}");
    }
}
