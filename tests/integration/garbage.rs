//! The targets of `make fuzz` over their corpora, as they are and changed in seeded ways.

#[path = "../fuzz/targets.rs"]
mod targets;

use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

/// What is done to a file.
#[derive(Debug, Clone)]
enum Change {
    Cut(Index, Index),
    Repeat(Index, Index),
    Put(Index, Vec<u8>),
    /// Everything behind here comes from another file.
    Graft(Index, Index, Index),
}

/// Things that parsers and sums stumble over.
const WORDS: [&str; 12] = [
    "9223372036854775807",
    "-9223372036854775808",
    "1e400",
    "0",
    "null",
    "{",
    "]]>",
    "&lol;",
    "\\u0000",
    "\u{202e}",
    "9999-12-31T23:59:59Z",
    "[[[[[[[[",
];

fn change() -> impl Strategy<Value = Change> {
    let any_index = any::<Index>;
    let words = prop::sample::select(WORDS.to_vec()).prop_map(|word| word.as_bytes().to_vec());
    prop_oneof![
        (any_index(), any_index()).prop_map(|(from, to)| Change::Cut(from, to)),
        (any_index(), any_index()).prop_map(|(from, to)| Change::Repeat(from, to)),
        (any_index(), prop_oneof![words, vec(any::<u8>(), 1..4)])
            .prop_map(|(at, bytes)| Change::Put(at, bytes)),
        (any_index(), any_index(), any_index()).prop_map(|(at, file, from)| Change::Graft(at, file, from)),
    ]
}

fn range(bytes: &[u8], from: Index, to: Index) -> std::ops::Range<usize> {
    let (a, b) = (from.index(bytes.len() + 1), to.index(bytes.len() + 1));
    a.min(b)..a.max(b)
}

fn changed(corpus: &[Vec<u8>], file: Index, changes: Vec<Change>) -> Vec<u8> {
    let mut bytes = file.get(corpus).clone();
    for change in changes {
        match change {
            Change::Cut(from, to) => drop(bytes.drain(range(&bytes, from, to))),
            Change::Repeat(from, to) => {
                let part = bytes[range(&bytes, from, to)].to_vec();
                bytes.extend(part);
            }
            Change::Put(at, word) => {
                let at = at.index(bytes.len() + 1);
                // In place of what stands there, so that a number becomes another number.
                let end = bytes.len().min(at + word.len());
                drop(bytes.splice(at..end, word));
            }
            Change::Graft(at, file, from) => {
                bytes.truncate(at.index(bytes.len() + 1));
                let other = file.get(corpus);
                bytes.extend(&other[from.index(other.len() + 1)..]);
            }
        }
    }
    bytes
}

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(name);
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

#[test]
fn nothing_that_strangers_send_stops_the_program() {
    for (name, target) in targets::TARGETS {
        let corpus = corpus(name);
        assert!(corpus.len() > 2, "the corpus of {name}");
        corpus.iter().for_each(|bytes| target(bytes));
        let cases = (any::<Index>(), vec(change(), 1..5));
        proptest!(|((file, changes) in cases)| target(&changed(&corpus, file, changes)));
    }
}

#[test]
fn every_target_has_its_driver() {
    for (name, _) in targets::TARGETS {
        let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fuzz/fuzz_targets/{name}.rs"));
        let text = std::fs::read_to_string(&driver).unwrap();
        assert!(
            text.contains(&format!("targets::run(\"{name}\"")),
            "{}",
            driver.display()
        );
        targets::run(name, b"");
    }
}
