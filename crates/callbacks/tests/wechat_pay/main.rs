//! The way of a notice from the wire to the log, against a real PostgreSQL.

mod apply;
mod house;
mod notices;
mod payer;
mod permutations;
mod post_office;
mod way;
