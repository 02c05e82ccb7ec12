//! The published form of an event as text, without a tree of values in between.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io;

use serde::Serialize;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter, Serializer};

/// The JSON of an event's named fields (a nested one by `outer.inner`), sorted by name at every depth. `None` where only
/// a tree of values tells their order: a name with escapes in it.
pub(super) fn picked_json(event: &impl Serialize, fields: &'static [&'static str]) -> Option<Vec<u8>> {
    let out = RefCell::new(Vec::with_capacity(1_024));
    let picking = Picking {
        out: &out,
        open: Vec::with_capacity(4),
        known: Vec::with_capacity(32),
        next: Wanted::Of(Cow::Borrowed(fields)),
        naming: false,
    };
    let written = event.serialize(&mut Serializer::with_formatter(Shared(&out), picking));
    let json = out.into_inner();
    (written.is_ok() && json.first() == Some(&b'{')).then_some(json)
}

/// What serializer and formatter both write to.
struct Shared<'a>(&'a RefCell<Vec<u8>>);

impl io::Write for Shared<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What leaves the house of a value.
enum Wanted {
    All,
    Nothing,
    /// If it is an object, these fields of it.
    Of(Cow<'static, [&'static str]>),
}

/// An object that is being written.
struct Open {
    wanted: Wanted,
    /// Which of the wanted fields probably comes next: most are named in the order in which they are written.
    likely: usize,
    /// Where its fields begin among those that are known.
    first: usize,
}

impl Open {
    /// What is wanted of a field.
    fn of(&mut self, name: &[u8]) -> Wanted {
        let paths = match &self.wanted {
            Wanted::All => return Wanted::All,
            Wanted::Nothing => return Wanted::Nothing,
            Wanted::Of(paths) => paths,
        };
        if paths.get(self.likely).is_some_and(|path| path.as_bytes() == name) {
            self.likely += 1;
            return Wanted::All;
        }
        let mut below = Vec::new();
        for (place, path) in paths.iter().enumerate() {
            match path.as_bytes().strip_prefix(name) {
                Some([]) => {
                    self.likely = place + 1;
                    return Wanted::All;
                }
                Some([b'.', ..]) => below.extend(path.get(name.len() + 1..)),
                _ => {}
            }
        }
        if below.is_empty() {
            Wanted::Nothing
        } else {
            Wanted::Of(Cow::Owned(below))
        }
    }
}

/// Where a field lies in the text: from its name's first quote, over the name's last, to the value's end.
struct Field {
    from: usize,
    name_ends: usize,
    to: usize,
    told: Told,
}

/// How much of a field stays in the text.
#[derive(Clone, Copy, PartialEq)]
enum Told {
    All,
    Nothing,
    /// Some fields of it: nothing but an object may stand there.
    Part,
}

/// Compact JSON. What is not wanted is taken back where it ends, and what is wanted put in order where its object ends.
struct Picking<'a> {
    out: &'a RefCell<Vec<u8>>,
    open: Vec<Open>,
    known: Vec<Field>,
    /// What is wanted of the value that comes next.
    next: Wanted,
    naming: bool,
}

impl Picking<'_> {
    fn sort(&mut self, first: usize) {
        let Some(fields) = self.known.get_mut(first..) else {
            return;
        };
        let mut out = self.out.borrow_mut();
        let name = |field: &Field| field.from..field.name_ends - 1;
        if let Some(begin) = fields.first().map(|field| field.from)
            && !fields.is_sorted_by(|a, b| out[name(a)] < out[name(b)])
        {
            fields.sort_unstable_by(|a, b| out[name(a)].cmp(&out[name(b)]));
            // Put in order behind what is there, then moved over it.
            let end = out.len();
            for field in &*fields {
                if out.len() > end {
                    out.push(b',');
                }
                out.extend_from_within(field.from..field.to);
            }
            drop(out.drain(begin..end));
        }
        self.known.truncate(first);
    }
}

fn outside() -> io::Error {
    io::Error::other("a field outside of an object")
}

impl Formatter for Picking<'_> {
    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open.push(Open {
            wanted: std::mem::replace(&mut self.next, Wanted::All),
            likely: 0,
            first: self.known.len(),
        });
        writer.write_all(b"{")
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        let object = self.open.pop().ok_or_else(outside)?;
        self.sort(object.first);
        writer.write_all(b"}")
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, _: bool) -> io::Result<()> {
        let object = self.open.last().ok_or_else(outside)?;
        // Fields before it may have been taken back.
        if self.known.len() > object.first {
            writer.write_all(b",")?;
        }
        let here = self.out.borrow().len();
        self.known.push(Field {
            from: here,
            name_ends: here,
            to: here,
            told: Told::All,
        });
        self.naming = true;
        Ok(())
    }

    fn end_object_key<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.naming = false;
        let out = self.out.borrow();
        let object = self.open.last_mut().ok_or_else(outside)?;
        let field = self.known.last_mut().ok_or_else(outside)?;
        field.name_ends = out.len();
        self.next = object.of(&out[field.from + 1..field.name_ends - 1]);
        field.told = match self.next {
            Wanted::All => Told::All,
            Wanted::Nothing => Told::Nothing,
            Wanted::Of(_) => Told::Part,
        };
        Ok(())
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.next = Wanted::All;
        let mut out = self.out.borrow_mut();
        let field = self.known.last_mut().ok_or_else(outside)?;
        match field.told {
            Told::Nothing => {
                let comma = usize::from(out[field.from - 1] == b',');
                out.truncate(field.from - comma);
                self.known.pop();
                return Ok(());
            }
            // Behind the colon; of what is no object no field is there to be told.
            Told::Part if out.get(field.name_ends + 1) != Some(&b'{') => {
                out.truncate(field.name_ends + 1);
                out.extend_from_slice(b"{}");
            }
            _ => {}
        }
        field.to = out.len();
        Ok(())
    }

    fn write_char_escape<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        if self.naming {
            return Err(io::Error::other("escapes hide the order of names"));
        }
        CompactFormatter.write_char_escape(writer, escape)
    }
}

#[cfg(test)]
mod tests;
