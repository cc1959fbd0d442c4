//! The `linewright` command: the composition root, the only place that reads the clock and the environment.

#![allow(unreachable_pub, reason = "a binary has no outside: here `pub` says what a module offers the others")]

mod args;
mod commands;
mod failure;
mod output;
mod progress;
mod session;
mod text;

use std::process::ExitCode;

use clap::Parser;

use args::Args;
use failure::Failure;
use session::Session;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments: Vec<std::ffi::OsString> = std::env::args_os().collect();
    let args = match Args::try_parse_from(&arguments) {
        Ok(args) => args,
        Err(error) => return output::not_parsed(&error, &arguments),
    };
    session::start_log(args.global.verbose, args.global.json, matches!(args.command, args::Command::Serve(_)));
    let session = Session::new(&args.global);
    let answered = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::System { what: "start the runtime", error })
        .and_then(|runtime| {
            let answered = runtime.block_on(commands::run(args.command, &session));
            // What an interrupted command still computes nobody waits for.
            runtime.shutdown_background();
            answered
        });
    output::hand_over(answered, &session, &arguments)
}
