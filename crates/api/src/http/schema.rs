//! A command of the rules as a request body: read by serde, described by the schema that the rules carry.

use axum::extract::{FromRequest, Request};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::openapi::{Object, RefOr, Schema};

use super::Problem;
use super::input::object;

/// A body that is a command of the rules; the rules check it.
#[derive(Debug)]
pub struct Command<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Command<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        object(request, state).await.map(Self)
    }
}

/// The schema that the rules carry, as OpenAPI 3.1 has it.
#[must_use]
pub fn schema_of<T: JsonSchema>() -> RefOr<Schema> {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    name_choices(&mut schema);
    serde_json::from_value(schema).unwrap_or_else(|_| RefOr::T(Schema::Object(Object::new())))
}

/// The document's types know `enum` and not `const`: without it, the names of a choice would be lost.
fn name_choices(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if let Some(only) = fields.remove("const") {
                fields.insert("enum".to_owned(), Value::Array(vec![only]));
            }
            fields.values_mut().for_each(name_choices);
        }
        Value::Array(items) => items.iter_mut().for_each(name_choices),
        _ => {}
    }
}

/// Declares the OpenAPI component of an answer whose type lies outside of this crate, by the schema that it carries.
macro_rules! answer {
    ($name:ident, $answer:ty) => {
        /// The answer, as its view describes it.
        #[derive(Debug, serde::Serialize)]
        pub struct $name;

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                $crate::http::schema_of::<$answer>()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}
pub(crate) use answer;
