//! The views over a real log: commands in, figures and lists out by SQL and by query, the same after a rebuild.

#[cfg(test)]
mod figures;
#[cfg(test)]
mod log;
#[cfg(test)]
mod work_list;
