//! The way of a WeCom notice from the wire to the log, against a real PostgreSQL.

#[cfg(test)]
mod house;
#[cfg(test)]
mod post_office;
#[cfg(test)]
mod transfers;
#[cfg(test)]
mod way;
