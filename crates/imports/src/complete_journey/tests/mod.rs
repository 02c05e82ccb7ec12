//! The reader and the mapping, on files written here and, where it is at hand, on the whole year.

mod files;
mod mapping;
mod reading;
mod year;
