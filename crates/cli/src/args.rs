//! What can be said on the command line, with the help that teaches it.

mod ask;
mod check;
mod exchange;
mod keep;
mod oidc;
mod people;
mod samples;
mod serve;
mod values;

use std::path::PathBuf;

use clap::{ArgAction, Parser, Subcommand, ValueEnum};

use self::values::not_blank;
use crate::text::words::Lang;

pub use ask::{Survey, Trace};
pub use check::{Check, CheckBy, Least};
pub use exchange::{Export, Import};
pub use keep::{BackUp, Log, Restore, Undo};
pub use oidc::Oidc;
pub use people::{AccountAction, AccountArgs, TokenAction, TokenArgs};
pub use samples::{Demo, Generate};
pub use serve::Serve;
pub use values::{Past, coordinate};

/// The database used when none is named.
pub const DEFAULT_DATABASE: &str = "linewright.db";

/// Can we serve this address, how, over exactly which cores, and at what cost?
///
/// Linewright keeps the fibre map of a carrier in a database (a SQLite file, or PostgreSQL) and answers from it. Import a map,
/// then survey a point.
#[derive(Parser, Debug)]
#[command(name = "linewright", version, max_term_width = 110, after_help = FIRST_STEPS)]
pub struct Args {
    #[command(flatten, next_help_heading = "Common options")]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

const FIRST_STEPS: &str = "\
First steps:
  linewright demo                                          a city to look at, nothing left behind
  linewright import nodes.geojson lines.geojson            your own map into ./linewright.db
  linewright survey --at 120.8815,31.9823 --product internet
  linewright trace CABLE-CODE

Exit codes: 0 done (a survey that says \"not feasible\" is an answer: 0), 1 refused with the reason, 2 wrong usage,
130 interrupted.
With --json standard output is exactly one JSON document, also for refusals and wrong usage:
{\"error\": {\"kind\": ..., \"message\": ...}}. Progress and logs go to standard error.";

/// Options of every command.
#[derive(clap::Args, Debug)]
pub struct Global {
    /// Database: a SQLite file, as a path or `sqlite:PATH`, or `postgres://USER:PASSWORD@HOST/NAME`; by default a file in
    /// the working directory
    #[arg(long, global = true, value_name = "URL", env = "LINEWRIGHT_DATABASE", default_value = DEFAULT_DATABASE, hide_env_values = true)]
    pub database: String,
    /// Answer with one JSON document on standard output
    #[arg(long, global = true)]
    pub json: bool,
    /// Language of what people read [default: from LC_ALL, LC_MESSAGES or LANG, else en]
    #[arg(long, global = true, value_enum, value_name = "en|zh", hide_possible_values = true)]
    pub lang: Option<LangName>,
    /// No progress bars and no remarks
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Who is recorded for a change [default: the login name]
    #[arg(long, global = true, value_name = "NAME", env = "LINEWRIGHT_USER", hide_env_values = true, value_parser = not_blank)]
    pub user: Option<String>,
    /// Say more on standard error: -v what is done, -vv details
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
}

/// A language by name.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub enum LangName {
    En,
    Zh,
}

impl From<LangName> for Lang {
    fn from(name: LangName) -> Self {
        match name {
            LangName::En => Lang::En,
            LangName::Zh => Lang::Zh,
        }
    }
}

/// What to do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Load a sample city, survey its customers and print the answers
    Demo(Demo),
    /// Serve the network over HTTP: API, map tiles and console
    Serve(Serve),
    /// Say who may log in to the service
    Account(AccountArgs),
    /// Let programs use the service
    Token(TokenArgs),
    /// Read a fibre map into the database, all or nothing
    Import(Import),
    /// Write the network, or one data set of it, as files
    Export(Export),
    /// Answer whether and how a customer can be connected, over which cores, at what cost
    Survey(Survey),
    /// Show what an element rides on, down to the duct, and what it carries, up to the customers
    Trace(Trace),
    /// Check the network against the consistency rules
    Check(Check),
    /// Create the database, or bring its schema up to this program's
    Migrate,
    /// Write the whole database, history and all, into one file
    Backup(BackUp),
    /// Fill a database from a backup, whichever kind of database it was made from
    Restore(Restore),
    /// Show who changed the network, when and why
    Log(Log),
    /// Take back a change, as a new version
    Undo(Undo),
    /// Make an invented network of a wanted size, clean or with known errors
    Generate(Generate),
    /// Show the prices, products and limits in use, or write the tables to edit them
    Catalog(ShowCatalog),
}

/// `catalog`
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  linewright catalog
  linewright catalog --write my-catalog      the built-in tables, to edit
  linewright survey --catalog my-catalog --at 120.8815,31.9823 --product internet")]
pub struct ShowCatalog {
    /// Folder with your own tables [default: built in]
    #[arg(long, value_name = "DIR")]
    pub catalog: Option<PathBuf>,
    /// Write the built-in tables into this folder, which must not have them yet
    #[arg(long, value_name = "DIR", conflicts_with = "catalog")]
    pub write: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::values::{as_of, bandwidth};
    use super::*;
    use clap::CommandFactory;
    use linewright_exchange::Format;
    use linewright_model::Version;
    use linewright_store::AsOf;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn coordinates_are_two_numbers() {
        let check = |given: &str, expected: Option<[f64; 2]>| assert_eq!(coordinate(given).ok(), expected, "{given}");
        check("-13.2,8.4", Some([-13.2, 8.4]));
        check(" 120.88 , 31.98 ", Some([120.88, 31.98]));
        check("120.88，31.98", Some([120.88, 31.98]));
        check("１２０.８８，　３１．９８", Some([120.88, 31.98]));
        check("－１３.２,8.4", Some([-13.2, 8.4]));
        check("40581685,3541234.5", Some([40_581_685.0, 3_541_234.5]));
        for given in ["", ",", "120.88", "120.88 31.98", "1,2,3", "Bo", "Bo,Kenema", "1;2"] {
            check(given, None);
        }
    }

    #[test]
    fn what_is_no_number_or_day_is_told_what_to_give() {
        let check = |option: &str, given: &str, says: &str| {
            let arguments = ["linewright", "survey", "--at", "1,2", "--product", "data", option, given];
            match Args::try_parse_from(arguments) {
                Ok(args) => assert!(says.is_empty(), "{given}: {args:?}"),
                Err(error) => assert!(!says.is_empty() && error.to_string().contains(says), "{error}"),
            }
        };
        check("--alternatives", "abc", "from 1 to 20, such as 3");
        check("--alternatives", "３", "");
        check("--latest", "2026-13-45", "such as 2026-12-31");
        check("--latest", "２０２６-12-31", "");
        check("--bandwidth", "１００Ｍ", "");
        check("--bandwidth", "fast", "is not a bandwidth");
        assert_eq!(bandwidth("１００Ｍ"), bandwidth("100M"));
        let error = Args::try_parse_from(["linewright", "undo", "x"]).unwrap_err().to_string();
        assert!(error.contains("such as 7"), "{error}");
    }

    #[test]
    fn help_lists_the_tables_and_the_keys_of_a_mapping() {
        let mut command = Args::command();
        let mut help = |name: &str| command.find_subcommand_mut(name).unwrap().render_long_help().to_string();
        let trace = help("trace");
        for table in linewright_model::TableKind::ALL {
            assert!(trace.contains(table.name()), "{}", table.name());
        }
        let import = help("import");
        for key in ["snap_m = 100.0", "cut_m = 10.0", "[nodes]", "[lines]", "cores = [", "operator = [", "within = ["] {
            assert!(import.contains(key), "{key} is not in {import}");
        }
        for format in Format::ALL {
            assert!(import.contains(format.name()), "{format}");
            // Tables are a way in: their templates say what goes where.
            assert!(*format == Format::Tables || help("export").contains(format.name()), "{format}");
        }
    }

    #[test]
    fn a_past_is_a_version_a_time_or_the_end_of_a_day() {
        let time = |text: &str| Some(AsOf::Time(text.parse().unwrap()));
        let check = |given: &str, expected: Option<AsOf>| assert_eq!(as_of(given).ok(), expected, "{given}");
        check("7", Some(AsOf::Version(Version(7))));
        check("７", Some(AsOf::Version(Version(7))));
        check("0", Some(AsOf::Version(Version(0))));
        check("2026-03-01T08:00:00+08:00", time("2026-03-01T00:00:00Z"));
        check("2026-03-01T08:00:00Z", time("2026-03-01T08:00:00Z"));
        check(" 2026-03-01 ", time("2026-03-01T23:59:59.999999Z"));
        for given in ["", "-1", "v7", "2026-13-01", "2026-02-30", "2026-03-01T08:00:00", "yesterday", "1.5"] {
            check(given, None);
        }
        check("99999999999999999999", None);
    }

    #[test]
    fn negative_longitudes_parse_in_both_spellings() {
        for spelling in [&["--at", "-13.2,8.4"][..], &["--at=-13.2,8.4"][..]] {
            let arguments = ["linewright", "survey", "--product", "data"].iter().chain(spelling);
            let args = Args::try_parse_from(arguments).unwrap();
            let Command::Survey(survey) = args.command else { panic!("not a survey") };
            assert_eq!(survey.at, Some([-13.2, 8.4]));
        }
    }
}
