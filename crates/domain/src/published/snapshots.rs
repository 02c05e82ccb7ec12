//! Stored and published form of every event.
