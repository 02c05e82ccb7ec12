//! Migrations are embedded by a macro, which cargo cannot see through: a new file alone would not be built in.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
