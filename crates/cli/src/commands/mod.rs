//! The commands: each file reads its arguments, does one thing, and says what it did.

mod account;
pub mod backup;
mod catalog;
pub mod check;
pub mod demo;
pub mod export;
mod generate;
pub mod history;
pub mod import;
mod migrate;
pub mod sample;
pub mod serve;
mod survey;
mod trace;

use crate::args::Command;
use crate::failure::Failure;
use crate::output::Answer;
use crate::session::Session;

/// Runs a command.
pub async fn run(command: Command, session: &Session) -> Result<Answer, Failure> {
    match command {
        Command::Demo(args) => demo::run(&args, session).await,
        Command::Serve(args) => serve::run(&args, session).await,
        Command::Account(args) => account::account(args.action, session).await,
        Command::Token(args) => account::token(args.action, session).await,
        Command::Import(args) => import::run(&args, session).await,
        Command::Export(args) => export::run(&args, session).await,
        Command::Generate(args) => generate::run(&args, session).await,
        Command::Survey(args) => survey::run(&args, session).await,
        Command::Trace(args) => trace::run(&args, session).await,
        Command::Check(args) => check::run(&args, session).await,
        Command::Backup(args) => backup::back_up(&args, session).await,
        Command::Restore(args) => backup::restore(&args, session).await,
        Command::Migrate => migrate::run(session).await,
        Command::Log(args) => history::log(&args, session).await,
        Command::Undo(args) => history::undo(&args, session).await,
        Command::Catalog(args) => catalog::run(&args, session),
    }
}
