//! The service as a client sees it, on both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that fails says so by a panic"
)]

mod bad;
mod bench;
mod door;
mod endpoints;
mod files;
mod nodes;
mod oidc;
mod people;
mod slow;
