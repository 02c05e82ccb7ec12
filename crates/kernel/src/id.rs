//! Typed ids. All are text of 1 to 128 bytes, chosen by whoever creates the thing.

use std::fmt;

use serde::Deserializer;
use serde::de::{Error, Visitor};

/// The most bytes an id may have: the log's primary key and every index hold them.
pub const MAX_BYTES: usize = 128;

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Nothing there.
    #[error("an id needs at least one character")]
    Empty,
    /// Longer than [`MAX_BYTES`].
    #[error("an id has at most 128 bytes, this one has {0}")]
    TooLong(usize),
    /// A control character, which PostgreSQL or a log line could not carry.
    #[error("an id has no control characters")]
    Control,
}

/// Checks a text against the rule for ids.
///
/// # Errors
/// Empty, too long, or with a control character.
pub fn check(text: &str) -> Result<(), IdError> {
    if text.is_empty() {
        Err(IdError::Empty)
    } else if text.len() > MAX_BYTES {
        Err(IdError::TooLong(text.len()))
    } else if text.chars().any(char::is_control) {
        Err(IdError::Control)
    } else {
        Ok(())
    }
}

/// Reads a text, and wraps it without a copy in between: ids are most of what an event holds.
///
/// # Errors
/// No text, or none that the wrapper takes.
pub fn read<'de, D: Deserializer<'de>, T>(
    from: D,
    wrap: fn(&str) -> Result<T, IdError>,
) -> Result<T, D::Error> {
    struct Wrap<T>(fn(&str) -> Result<T, IdError>);

    impl<T> Visitor<'_> for Wrap<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            (self.0)(text).map_err(E::custom)
        }
    }

    from.deserialize_str(Wrap(wrap))
}

/// Declares a typed id: a checked, cheaply cloned text.
#[macro_export]
macro_rules! typed_id {
    ($($(#[$meta:meta])* $name:ident;)+) => {$(
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, $crate::private::schemars::JsonSchema)]
        #[schemars(with = "String", crate = "guanxi_kernel::private::schemars")]
        pub struct $name(::std::sync::Arc<str>);

        impl $name {
            /// Checks and wraps a text.
            ///
            /// # Errors
            /// Empty, longer than 128 bytes, or with a control character.
            pub fn new(text: impl AsRef<str>) -> Result<Self, $crate::IdError> {
                $crate::id::check(text.as_ref())?;
                Ok(Self(text.as_ref().into()))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str { &self.0 }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::IdError;
            fn try_from(text: String) -> Result<Self, Self::Error> { Self::new(text) }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::IdError;
            fn from_str(text: &str) -> Result<Self, Self::Err> { Self::new(text) }
        }

        impl $crate::private::serde::Serialize for $name {
            fn serialize<S: $crate::private::serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(&self.0)
            }
        }
        impl<'de> $crate::private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::private::serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                $crate::id::read(from, |text| Self::new(text))
            }
        }
        impl From<$name> for String { fn from(id: $name) -> Self { id.0.as_ref().to_owned() } }
        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result { f.write_str(&self.0) }
        }
        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result { write!(f, "{:?}", &self.0) }
        }
    )+};
}

typed_id! {
    /// A member, also a walk-in.
    MemberId;
    /// An order.
    OrderId;
    /// A shop. (A *store* is always a shop here, never a database.)
    StoreId;
    /// A shop guide.
    GuideId;
    /// The person, or the first contact with one, under whose key personal data is sealed.
    SubjectId;
    /// Where a thing was sold or a member met, e.g. `counter`, `mini_program`, `guide`; open, since chains name their own.
    Channel;
    /// The idempotency key of a command: for good, over all aggregates.
    CommandId;
    /// An event, for ever.
    EventId;
}
