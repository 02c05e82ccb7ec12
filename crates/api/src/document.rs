//! What is the same for every endpoint is said of every endpoint here, once, so that the document promises no more and
//! no less than the gate and the checks of input keep.

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

/// Completes the document: every endpoint may answer with a problem, and every problem has its own content type.
pub(crate) fn completed(document: OpenApi) -> OpenApi {
    let Ok(mut json) = serde_json::to_value(&document) else {
        return document;
    };
    let items = json["paths"].as_object_mut().into_iter().flatten();
    for (_, item) in items {
        for (_, operation) in item.as_object_mut().into_iter().flatten() {
            responses(&mut operation["responses"]);
            for parameter in operation["parameters"].as_array_mut().into_iter().flatten() {
                constrain(parameter);
            }
        }
    }
    serde_json::from_value(json).unwrap_or(document)
}

fn responses(responses: &mut Value) {
    let Some(responses) = responses.as_object_mut() else {
        return;
    };
    for (status, response) in responses.iter_mut() {
        if !status.starts_with('2')
            && let Some(content) = response["content"].as_object_mut()
            && let Some(problem) = content.remove("application/json")
        {
            content.insert("application/problem+json".to_owned(), problem);
        }
    }
    add(
        responses,
        "4XX",
        "Not valid, no key, not allowed, not there, or refused.",
    );
    add(
        responses,
        "5XX",
        "A fault on our side, or too much at once; the same request may be sent again.",
    );
}

fn add(responses: &mut Map<String, Value>, status: &str, description: &str) {
    responses.entry(status).or_insert_with(|| {
        json!({
            "description": description,
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } }
        })
    });
}

/// Texts that every endpoint reads alike.
fn constrain(parameter: &mut Value) {
    let (name, place) = (parameter["name"].as_str(), parameter["in"].as_str());
    match (name, place) {
        (Some("Idempotency-Key"), _) => {
            parameter["schema"]["pattern"] = json!("^[!-~]{1,64}$");
        }
        (_, Some("path")) => {
            parameter["schema"]["minLength"] = json!(1);
        }
        _ => {}
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
}
