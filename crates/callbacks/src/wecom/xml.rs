//! Flat XML: the texts of the elements right under the root. Plain text and CDATA both occur, in any order.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::Event;

/// The texts of the elements under the root, by name.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fields(BTreeMap<String, String>);

/// Not flat XML of the kind that the protocol knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// Not XML.
    #[error("not well-formed XML")]
    Malformed,
    /// A document type: entities may follow, which this protocol has no use for.
    #[error("document types and entities are not accepted")]
    Entities,
    /// Which of both is meant?
    #[error("element {0} is there twice")]
    Twice(String),
}

impl Fields {
    /// Reads a document. What lies deeper than the root's children is passed over.
    ///
    /// # Errors
    /// Not such a document.
    pub fn read(text: &str) -> Result<Self, XmlError> {
        let mut reader = Reader::from_str(text);
        let mut reading = Reading::default();
        loop {
            match reader.read_event().map_err(|_| XmlError::Malformed)? {
                Event::Eof => return reading.ended(),
                Event::DocType(_) => return Err(XmlError::Entities),
                Event::Start(start) => reading.start(start.name().into_inner()),
                Event::Empty(empty) => {
                    reading.start(empty.name().into_inner());
                    reading.end()?;
                }
                Event::End(_) => reading.end()?,
                Event::Text(part) => reading.text(&part)?,
                Event::CData(part) => reading.text(&part)?,
                Event::GeneralRef(reference) => {
                    let character = match reference.resolve_char_ref() {
                        Ok(Some(character)) => character,
                        Ok(None) => named(&reference.xml10_content()).ok_or(XmlError::Entities)?,
                        Err(_) => return Err(XmlError::Malformed),
                    };
                    reading.text(character.encode_utf8(&mut [0; 4]))?;
                }
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            }
        }
    }

    /// The text of an element, unless it is missing or empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let text = self.0.get(name)?.trim();
        (!text.is_empty()).then_some(text)
    }
}

/// How far a document has been read.
#[derive(Default)]
struct Reading {
    fields: Fields,
    roots: usize,
    depth: usize,
    open: Option<(String, String)>,
}

impl Reading {
    fn start(&mut self, name: &str) {
        self.depth += 1;
        match self.depth {
            1 => self.roots += 1,
            2 => self.open = Some((name.to_owned(), String::new())),
            _ => {}
        }
    }

    fn end(&mut self) -> Result<(), XmlError> {
        if self.depth == 2
            && let Some((name, text)) = self.open.take()
            && self.fields.0.insert(name.clone(), text).is_some()
        {
            return Err(XmlError::Twice(name));
        }
        self.depth = self.depth.checked_sub(1).ok_or(XmlError::Malformed)?;
        Ok(())
    }

    /// Text between the elements is layout; inside of deeper ones it is none of ours.
    fn text(&mut self, part: &str) -> Result<(), XmlError> {
        match (self.depth, &mut self.open) {
            (0, _) if !part.trim().is_empty() => Err(XmlError::Malformed),
            (2, Some((_, text))) => {
                text.push_str(part);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn ended(self) -> Result<Fields, XmlError> {
        if self.depth == 0 && self.roots == 1 {
            Ok(self.fields)
        } else {
            Err(XmlError::Malformed)
        }
    }
}

/// Never printed: a message names people.
impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

fn named(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_cdata_and_nothing_in_any_order() {
        let fields = Fields::read(
            "<?xml version=\"1.0\"?>\n<xml>\n <B>a &amp; b&#33;</B><A><![CDATA[<x> ]]>y</A><C/><D></D><L><I>9</I></L>\n</xml>",
        )
        .unwrap();
        assert_eq!(fields.get("A"), Some("<x> y"));
        assert_eq!(fields.get("B"), Some("a & b!"));
        assert_eq!(
            (fields.get("C"), fields.get("D"), fields.get("I")),
            (None, None, None)
        );
        assert!(!format!("{fields:?}").contains("<x>"));
    }

    #[test]
    fn nothing_is_expanded_and_nothing_guessed() {
        for (text, error) in [
            (
                "<!DOCTYPE x [<!ENTITY e \"boom\">]><xml><A>&e;</A></xml>",
                XmlError::Entities,
            ),
            ("<xml><A>&e;</A></xml>", XmlError::Entities),
            ("<xml><A>1</A><A>2</A></xml>", XmlError::Twice("A".into())),
            ("<xml><A>1</A>", XmlError::Malformed),
            ("<xml></A></xml>", XmlError::Malformed),
            ("<xml/><xml/>", XmlError::Malformed),
            ("{}", XmlError::Malformed),
            ("", XmlError::Malformed),
        ] {
            assert_eq!(Fields::read(text), Err(error), "{text}");
        }
    }
}
