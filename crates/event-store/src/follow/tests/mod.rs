//! The loop, from a kill to a rebuild, over accounts with points.

mod convoy;
mod deadlines;
mod feeding;
mod fixture;
mod from_nothing;
mod log_faults;
mod parking;
mod policies;
mod rebuild;
mod views;
