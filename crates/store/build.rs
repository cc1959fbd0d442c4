//! Tells cargo that the embedded migrations are part of the source.

#[allow(clippy::print_stdout, reason = "how a build script speaks to cargo")]
fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
