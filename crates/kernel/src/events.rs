//! One place where an event's stored name, its version and its Rust type meet.

/// Declares the enum over all events of one aggregate.
///
/// Each line gives variant, payload struct and the literal stored name, which ends in `.vN`. The name never
/// follows a renamed type: it is what the log holds. The macro derives serde's internal tagging with that name
/// (so that a stored payload says what it is), [`DomainEvent`](crate::DomainEvent), `From` each payload, and the
/// list of names.
///
/// ```
/// use guanxi_kernel::domain_events;
/// # use guanxi_kernel::DomainEvent;
/// /// A light went on.
/// #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
/// pub struct SwitchedOn { /** Watts. */ pub watts: u32 }
/// domain_events! {
///     /// What happens to a lamp.
///     pub enum LampEvent {
///         /// It shines.
///         SwitchedOn(SwitchedOn) = "lamp.switched_on.v1",
///     }
/// }
/// let event = LampEvent::from(SwitchedOn { watts: 5 });
/// assert_eq!((event.name(), event.version()), ("lamp.switched_on.v1", 1));
/// ```
#[macro_export]
macro_rules! domain_events {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident($payload:ty) = $stored:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, $crate::private::serde::Serialize, $crate::private::serde::Deserialize,
                 $crate::private::schemars::JsonSchema)]
        #[serde(tag = "type", crate = "guanxi_kernel::private::serde")]
        #[schemars(crate = "guanxi_kernel::private::schemars")]
        pub enum $name { $($(#[$doc])* #[serde(rename = $stored)] $variant($payload),)+ }

        impl $name {
            /// Every stored name of this aggregate, in the order of declaration.
            pub const NAMES: &'static [&'static str] = &[$($stored),+];

            /// Reads a stored payload by its stored name; `None` if the name is not one of ours.
            ///
            /// # Errors
            /// The payload is not what its name promises.
            pub fn decode(name: &str, payload: &str) -> Option<Result<Self, $crate::private::serde_json::Error>> {
                match name {
                    $($stored => Some($crate::private::serde_json::from_str::<$payload>(payload).map(Self::$variant)),)+
                    _ => None,
                }
            }
        }

        impl $crate::DomainEvent for $name {
            fn name(&self) -> &'static str { match self { $(Self::$variant(_) => $stored,)+ } }

            fn read(name: &str, payload: &str) -> Result<Self, $crate::DecodeError> {
                match Self::decode(name, payload) {
                    Some(Ok(event)) => Ok(event),
                    Some(Err(source)) => Err($crate::DecodeError::Payload { name: name.to_owned(), source }),
                    None => Err($crate::DecodeError::UnknownName(name.to_owned())),
                }
            }
        }

        $(impl From<$payload> for $name { fn from(payload: $payload) -> Self { Self::$variant(payload) } })+
    };
}
