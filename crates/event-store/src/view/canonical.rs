//! Keys and rows as text, the same for the same value always, and the hash of a row.

use std::cell::RefCell;
use std::io;

use aws_lc_rs::digest::{Context, SHA256};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter, Serializer};

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

/// A value's JSON with sorted fields.
///
/// # Errors
/// It is no JSON, or a text in it has a NUL, which PostgreSQL cannot hold.
pub(crate) fn canonical<T: Serialize + ?Sized>(value: &T) -> Result<String, String> {
    let out = RefCell::new(Vec::with_capacity(256));
    let sorting = Sorting {
        out: &out,
        open: Vec::new(),
    };
    value
        .serialize(&mut Serializer::with_formatter(Shared(&out), sorting))
        .map_err(|error| format!("no JSON for a table: {error}"))?;
    String::from_utf8(out.into_inner()).map_err(|error| error.to_string())
}

/// What serializer and formatter both write to.
struct Shared<'a>(&'a RefCell<Vec<u8>>);

impl io::Write for Shared<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Compact JSON; an object's fields are put in order where it ends, in place. A tree of values would cost an
/// allocation for every name and every text of every row that changes.
struct Sorting<'a> {
    out: &'a RefCell<Vec<u8>>,
    open: Vec<Vec<Field>>,
}

/// Where a field lies in the text: from its name's first quote, over the name's last, to the value's end.
struct Field {
    from: usize,
    name_ends: usize,
    to: usize,
}

impl Sorting<'_> {
    fn here(&self) -> usize {
        self.out.borrow().len()
    }

    fn field(&mut self) -> io::Result<&mut Field> {
        let fields = self.open.last_mut();
        fields
            .and_then(|fields| fields.last_mut())
            .ok_or_else(|| io::Error::other("a field outside of an object"))
    }

    fn sort(&self, mut fields: Vec<Field>) {
        let mut out = self.out.borrow_mut();
        let name = |field: &Field| field.from..field.name_ends.saturating_sub(1);
        if fields.is_sorted_by(|a, b| out[name(a)] < out[name(b)]) {
            return;
        }
        let Some(begin) = fields.first().map(|field| field.from) else {
            return;
        };
        fields.sort_by(|a, b| out[name(a)].cmp(&out[name(b)]));
        let mut sorted = Vec::with_capacity(out.len() - begin);
        for field in &fields {
            if !sorted.is_empty() {
                sorted.push(b',');
            }
            sorted.extend_from_slice(&out[field.from..field.to]);
        }
        out.truncate(begin);
        out.append(&mut sorted);
    }
}

impl Formatter for Sorting<'_> {
    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open.push(Vec::new());
        writer.write_all(b"{")
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        let fields = self.open.pop().unwrap_or_default();
        self.sort(fields);
        writer.write_all(b"}")
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if !first {
            writer.write_all(b",")?;
        }
        let here = self.here();
        if let Some(fields) = self.open.last_mut() {
            fields.push(Field {
                from: here,
                name_ends: here,
                to: here,
            });
        }
        Ok(())
    }

    fn end_object_key<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        let here = self.here();
        self.field()?.name_ends = here;
        Ok(())
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        let here = self.here();
        self.field()?.to = here;
        Ok(())
    }

    fn write_char_escape<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        if matches!(escape, CharEscape::AsciiControl(0)) {
            return Err(io::Error::other("a text has a NUL, which PostgreSQL cannot hold"));
        }
        CompactFormatter.write_char_escape(writer, escape)
    }
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

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde_json::json;

    use super::*;

    #[derive(Serialize)]
    struct Row {
        zone: &'static str,
        amount: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        absent: Option<u8>,
        nested: HashMap<String, Vec<(u8, Option<bool>)>>,
    }

    #[test]
    fn fields_are_sorted_at_every_depth_and_a_stored_row_has_the_same_text() {
        let nested = [("b", 1), ("a_longer", 2), ("a", 3), ("\"quoted\"", 4)]
            .map(|(name, number)| (name.to_owned(), vec![(number, None), (0, Some(true))]));
        let row = Row {
            zone: "上海\n\u{1}",
            amount: -7,
            absent: None,
            nested: nested.into(),
        };
        let text = canonical(&row).unwrap();
        let stored: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(stored, serde_json::to_value(&row).unwrap());
        assert_eq!(canonical(&stored).unwrap(), text);
        let plain = json!({ "b": { "d": [], "c": {} }, "a": [{ "z": 1, "y": null }] });
        assert_eq!(
            canonical(&plain).unwrap(),
            r#"{"a":[{"y":null,"z":1}],"b":{"c":{},"d":[]}}"#
        );
    }

    #[test]
    fn a_nul_is_refused_wherever_it_stands() {
        for value in [json!("a\0"), json!({ "a\0": 1 }), json!([{ "b": ["\0"] }])] {
            assert!(canonical(&value).is_err(), "{value}");
        }
    }
}
