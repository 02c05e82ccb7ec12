//! Keys and rows as text, the same for the same value always, and the hash of a row.

use std::fmt::Write as _;

use aws_lc_rs::digest::{Context, SHA256};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Longer keys fit no index.
const LONGEST_KEY: usize = 1024;

/// A key as it lies in the table: a string as itself, anything else as JSON.
///
/// # Errors
/// No JSON, longer than 1,024 bytes, or with a NUL, which PostgreSQL cannot hold.
pub fn key_text<K: Serialize>(key: &K) -> Result<String, String> {
    let text = match serde_json::to_value(key).map_err(|error| format!("the key is no JSON: {error}"))? {
        Value::String(text) => text,
        other => canonical(&other)?,
    };
    if text.len() > LONGEST_KEY || text.contains('\0') {
        return Err(format!(
            "the key has {} bytes or a NUL; at most {LONGEST_KEY} without",
            text.len()
        ));
    }
    Ok(text)
}

/// A key from its text.
///
/// # Errors
/// The text is not such a key.
pub fn key_of<K: DeserializeOwned>(text: &str) -> Result<K, serde_json::Error> {
    serde_json::from_value(Value::String(text.to_owned())).or_else(|_| serde_json::from_str(text))
}

/// A row's JSON with sorted fields.
pub(super) fn row_text<R: Serialize>(row: &R) -> Result<String, String> {
    canonical(&serde_json::to_value(row).map_err(|error| format!("the row is no JSON: {error}"))?)
}

/// A value's JSON with sorted fields.
///
/// # Errors
/// A text in it has a NUL, which PostgreSQL cannot hold.
pub(crate) fn canonical(value: &Value) -> Result<String, String> {
    let mut out = String::with_capacity(128);
    write(value, &mut out)?;
    Ok(out)
}

fn write(value: &Value, out: &mut String) -> Result<(), String> {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(name, _)| *name);
            out.push('{');
            for (index, (name, value)) in fields.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_string(name, out)?;
                out.push(':');
                write(value, out)?;
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out)?;
            }
            out.push(']');
        }
        Value::String(text) => write_string(text, out)?,
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            write!(out, "{value}").map_err(|error| error.to_string())?
        }
    }
    Ok(())
}

fn write_string(text: &str, out: &mut String) -> Result<(), String> {
    if text.contains('\0') {
        return Err("a text has a NUL, which PostgreSQL cannot hold".to_owned());
    }
    out.push_str(&serde_json::to_string(text).map_err(|error| error.to_string())?);
    Ok(())
}

/// The hash whose sum over all rows is a table's checksum.
pub(super) fn row_hash(key: &str, row: &str) -> i64 {
    let mut context = Context::new(&SHA256);
    context.update(&(key.len() as u64).to_be_bytes());
    context.update(key.as_bytes());
    context.update(row.as_bytes());
    let digest = context.finish();
    digest
        .as_ref()
        .iter()
        .take(8)
        .fold(0_i64, |hash, byte| (hash << 8) | i64::from(*byte))
}
