//! The way of a notice from the wire to the log, against a real PostgreSQL.

#[cfg(test)]
mod apply;
#[cfg(test)]
mod direct;
#[cfg(test)]
mod forgetting;
#[cfg(test)]
mod house;
#[cfg(test)]
mod notices;
#[cfg(test)]
mod payer;
#[cfg(test)]
mod permutations;
#[cfg(test)]
mod post_office;
#[cfg(test)]
mod way;
