//! `demo`: a sample city in a fresh database, and what its customers are told.

use std::io::IsTerminal;
use std::path::PathBuf;

use linewright_catalog::{Bandwidth, Catalog};
use linewright_exchange::input::File;
use linewright_exchange::{Format, ImportOptions};
use linewright_model::{Network, TableKind};
use linewright_plan::{Survey, SurveyRequest, Where, survey};
use linewright_search::Topology;
use linewright_service::accounts::NewAccount;
use linewright_service::{Bounds, Role, Secret, Service};
use linewright_store::{Mode, Proposal, Storage, Store};
use serde::Serialize;

use crate::args::Demo;
use crate::commands::serve::{Options, config, listen};
use crate::failure::Failure;
use crate::output::Answer;
use crate::session::Session;
use crate::text;

macro_rules! sample {
    ($($name:literal),* $(,)?) => {
        /// The files of the sample, built in so that the program needs nothing beside it.
        const SAMPLE: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../../../topology-samples/nantong/", $name)))),*];
    };
}
sample!(
    "manifest.toml",
    "place.csv",
    "span.csv",
    "cable.csv",
    "device.csv",
    "splice.csv",
    "jumper.csv",
    "trail.csv",
    "link.csv",
    "slot_mark.csv",
    "address.csv",
);

/// One customer who asks.
struct Story {
    /// Standard address, by code.
    address: &'static str,
    product: &'static str,
    bandwidth: &'static str,
    protect: bool,
    /// What there is to see, English and Chinese.
    shows: [&'static str; 2],
}

const fn story(
    address: &'static str,
    product: &'static str,
    bandwidth: &'static str,
    protect: bool,
    shows: [&'static str; 2],
) -> Story {
    Story { address, product, bandwidth, protect, shows }
}

/// The customers of the demo; `topology-samples/nantong/README.md` tells all of them.
#[rustfmt::skip]
const STORIES: &[Story] = &[
    story("DZ-CC-001", "internet", "100M", false,
        ["An office tower with a splitter of its own", "楼内已有分光器的写字楼"]),
    story("DZ-CC-002", "data", "155M", false,
        ["A building whose box has free cores: jumpers are enough", "箱体有空闲纤芯，跳纤即可"]),
    story("DZ-CC-003", "internet", "100M", false,
        ["The box that lists the building is next door", "覆盖本楼的分纤箱在邻近"]),
    story("DZ-CC-010", "data", "155M", false,
        ["The best box is under construction: offered with its date", "最近的分纤箱在建，按交付日期提供"]),
    story("DZ-KF-002", "data", "155M", false,
        ["A cable whose cores nobody has proven: to be checked on site", "纤芯占用未知，需现场核查"]),
    story("DZ-CC-005", "internet", "100M", false,
        ["The splitter next door is full", "邻近分光器已占满"]),
    story("DZ-CC-006", "data", "155M", false,
        ["Free cores at the box, but its feeder cable is full", "箱体有空闲纤芯，主干光缆已占满"]),
    story("DZ-QD-001", "data", "155M", false,
        ["Free cores, but the SDH equipment has no free port", "有空闲纤芯，传输设备无空闲端口"]),
    story("DZ-HM-001", "internet", "100M", false,
        ["A box that no cable connects to the network", "未接入网络的孤立分纤箱"]),
    story("DZ-CC-007", "data", "155M", true,
        ["A bank that wants two ways which share nothing", "要求双路由、互不同路由的银行"]),
    story("DZ-CC-008", "data", "155M", true,
        ["The same for a building with a single entry", "同样要求，但大楼只有一个进楼口"]),
];

/// A story with its answer.
#[derive(Serialize)]
pub struct Told {
    /// Address, by code.
    pub address: &'static str,
    /// What there is to see.
    pub shows: &'static str,
    /// The answer.
    pub survey: Survey,
}

/// The whole demo.
#[derive(Serialize)]
pub struct Demonstration {
    /// The database, when it was kept.
    pub database: Option<String>,
    /// Records loaded.
    pub records: usize,
    /// The customers.
    pub stories: Vec<Told>,
    /// How the sample is served, where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serving: Option<Serving>,
}

/// How the sample is served.
#[derive(Serialize)]
pub struct Serving {
    /// Where.
    pub address: String,
    /// Who may log in: names and roles.
    pub accounts: Vec<(&'static str, &'static str)>,
    /// The password of all of them, made up for this demo.
    pub password: String,
}

/// Runs the command.
pub async fn run(args: &Demo, session: &Session) -> Result<Answer, Failure> {
    if let Some(path) = args.keep.as_ref().filter(|path| path.exists()) {
        let advice = "the demo wants a fresh file: give another name, or remove it";
        return Err(Failure::Exists { path: path.clone(), advice });
    }
    let serve = args.serve || (!args.once && !session.json && std::io::stdout().is_terminal());
    let sample = Sample::load(args, session).await?;
    let topology = Topology::build(&sample.network);
    let catalog = Catalog::builtin();
    let mut stories = Vec::new();
    for story in STORIES {
        let survey = survey(&sample.network, &topology, &request(story)?, &catalog, session.now)?;
        let shows = session.lang.pick(story.shows[0], story.shows[1]);
        stories.push(Told { address: story.address, shows, survey });
    }
    let database = args.keep.as_ref().map(|path| path.display().to_string());
    let records = TableKind::ALL.iter().map(|table| sample.network.count_of(*table)).sum();
    let answer = |serving| {
        let demonstration = Demonstration { database, records, stories, serving };
        Answer::new(session, &demonstration, || text::demo::render(&demonstration, session.lang))
    };
    if !serve {
        sample.store.close().await;
        return answer(None);
    }
    let Sample { store, folder, .. } = sample;
    let options = Options { provider: None, listen: args.listen.clone(), bounds: Bounds::default(), config: config() };
    let listening = listen(store, catalog, options).await?;
    let serving = people(listening.service(), session, listening.address.clone()).await?;
    let answer = answer(Some(serving))?.said();
    listening.answer().await?;
    // Only now: the database lay in it.
    drop(folder);
    Ok(answer)
}

/// Makes the demo's accounts, one of each kind of work, with one password made up for this run.
async fn people(service: &Service, session: &Session, address: String) -> Result<Serving, Failure> {
    const LETTERS: usize = 12;
    const PEOPLE: [(&str, Role); 4] = [
        ("planner", Role::Planner),
        ("surveyor", Role::Surveyor),
        ("viewer", Role::Viewer),
        ("admin", Role::Administrator),
    ];
    let password: String = Secret::new()?.reveal().chars().take(LETTERS).collect();
    for (name, role) in PEOPLE {
        let new = NewAccount {
            name: name.to_owned(),
            display_name: session.lang.pick(role.row().en, role.row().zh).to_owned(),
            role,
            region: None,
            expires_at: None,
            password: password.clone(),
        };
        service.accounts().add(new, &session.who, "demo").await?;
    }
    let accounts = PEOPLE.iter().map(|(name, role)| (*name, role.row().word)).collect();
    Ok(Serving { address, accounts, password })
}

/// The sample, by way of a database as any network comes.
struct Sample {
    network: Network,
    store: Store,
    /// Where a temporary database lies.
    folder: Option<tempfile::TempDir>,
}

impl Sample {
    async fn load(args: &Demo, session: &Session) -> Result<Self, Failure> {
        let line = session.progress(session.lang.pick("loading Nantong", "载入南通样例"));
        let temporary = || {
            let folder = tempfile::Builder::new().prefix("linewright-demo").tempdir();
            folder.map_err(|error| Failure::System { what: "make a temporary folder", error })
        };
        let folder = if args.keep.is_none() { Some(temporary()?) } else { None };
        let path: PathBuf = match (&folder, &args.keep) {
            (Some(folder), _) => folder.path().join("demo.db"),
            (None, Some(path)) => path.clone(),
            (None, None) => return Err(Failure::Internal("the demo has no database".to_owned())),
        };
        let files: Vec<File> = SAMPLE.iter().map(|(name, text)| File::new(*name, *text)).collect();
        let options = ImportOptions { format: Some(Format::Native), ..ImportOptions::default() };
        let outcome = linewright_exchange::import(&files, &options, &Network::new())?;
        if outcome.refused {
            let first = outcome.report.findings.first().map_or_else(String::new, ToString::to_string);
            return Err(Failure::Internal(format!("the built-in sample is refused: {first}")));
        }
        let store = linewright_store::connect(&path.to_string_lossy(), Mode::Create).await?;
        store.migrate().await?;
        let proposal = Proposal::new(outcome.changes, session.who.clone(), "demo: Nantong", session.now);
        store.commit(proposal.with_progress(line.records())).await?;
        // From the tables, not from memory: what is shown is what was kept.
        let network = store.load().await?;
        Ok(Self { network, store, folder })
    }
}

fn request(story: &Story) -> Result<SurveyRequest, Failure> {
    let bandwidth = Bandwidth::parse(story.bandwidth).map_err(|error| Failure::Internal(error.to_string()))?;
    Ok(SurveyRequest {
        customer: Where::Address(story.address.to_owned()),
        far: None,
        product: story.product.to_owned(),
        bandwidth,
        protect: story.protect,
        alternatives: Some(1),
        latest: None,
    })
}
