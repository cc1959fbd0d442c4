//! What people read, as it stands: a change here is a change for every reader, and wants a look.

use linewright_audit::{By, Summary, audit};
use linewright_catalog::Catalog;
use linewright_exchange::input::File;
use linewright_exchange::plan::Outcome;
use linewright_exchange::{Format, ImportOptions};
use linewright_model::{ChangeSet, Network, Version};
use linewright_plan::{find, trace};
use linewright_search::Topology;
use linewright_store::LogEntry;

use super::words::Lang;
use crate::commands::check::{Checked, Figures, Since};
use crate::commands::history::{Entry, History, Undone};
use crate::commands::import::Imported;

const MANIFEST: &str = "format = \"linewright-native\"\nversion = 1\nname = \"street\"\ndescription = \"\"\n";
const PLACE: &str = "code,name,kind,lon,lat,within\nX,核心局,site_core,120.00,32,\nM,,manhole,120.01,32,\nJ,,closure,,,M\n\
                     Y,Y Street,distribution_box,120.02,32,\n";
const SPAN: &str = "code,kind,a,b,length_m,trench\nD1,duct,X,M,950,T9\nD2,duct,M,Y,950,\n";
const CABLE: &str = "code,a,b,cores,cores_per_tube,length_m,route,occupancy\n\
                     C1,X,J,24,6,960,D1:2,proven\nC2,J,Y,24,6,960,D2,proven\n";
const DEVICE: &str = "code,place,kind,blocks\nODF-X,X,odf,1:1+24:optical_terminal\n";
const SPLICE: &str = "code,at,a,a_first,b,b_first,count\n\
                      S1,X,device:ODF-X,1,cable:C1:a,1,24\nS2,J,cable:C1:b,1,cable:C2:a,1,24\n";
const TRAIL: &str = "code,layer,grade,customer,legs\n\
                     R1,fibre,AA,银行,working=cable:C1:1 occupied;cable:C1:2/1 occupied;cable:C2:1 occupied;cable:C2:2/1 occupied\n";

fn compared(span: &str, network: &Network) -> Outcome {
    let files = [
        ("manifest.toml", MANIFEST),
        ("place.csv", PLACE),
        ("span.csv", span),
        ("cable.csv", CABLE),
        ("device.csv", DEVICE),
        ("splice.csv", SPLICE),
        ("trail.csv", TRAIL),
    ];
    let files = files.map(|(name, text)| File::new(name, text));
    let options = ImportOptions { format: Some(Format::Native), ..ImportOptions::default() };
    linewright_exchange::import(&files, &options, network).unwrap()
}

fn changes() -> ChangeSet {
    compared(SPAN, &Network::new()).changes
}

fn street() -> Network {
    let mut network = Network::new();
    network.apply(&changes()).unwrap();
    network
}

fn imported(outcome: Outcome, base: u64, version: Option<u64>) -> Imported {
    Imported {
        format: "native",
        base: Version(base),
        version: version.map(Version),
        refused: outcome.refused,
        dry_run: false,
        changed: version.is_some(),
        findings_out: None,
        report: outcome.report,
    }
}

#[test]
fn an_import_says_what_it_did() {
    let first = imported(compared(SPAN, &Network::new()), 0, Some(1));
    insta::assert_snapshot!("import", super::import::render(&first, [5, 5], false, Lang::En));
    let again = imported(compared(SPAN, &street()), 1, None);
    insta::assert_snapshot!("import_again_zh", super::import::render(&again, [5, 5], false, Lang::Zh));
    let bad = SPAN.replace("950", "far").replace("M,Y", "M,Z");
    let refused = imported(compared(&bad, &street()), 1, None);
    insta::assert_snapshot!("import_refused", super::import::render(&refused, [1, 5], false, Lang::En));
    insta::assert_snapshot!("import_refused_zh", super::import::render(&refused, [1, 5], false, Lang::Zh));
}

#[test]
fn a_trace_is_a_tree() {
    let network = street();
    let check = |name: &str, asked: &str, lang| {
        let subject = find(&network, asked).unwrap();
        let traced = trace(&network, &Topology::build(&network), subject).unwrap();
        insta::assert_snapshot!(name, super::trace::render(&traced, lang));
    };
    check("trace_core", "C1/2", Lang::En);
    check("trace_duct_zh", "D1", Lang::Zh);
    check("trace_route", "R1", Lang::En);
    check("trace_place_zh", "X", Lang::Zh);
}

#[test]
fn a_check_lists_by_rule() {
    let network = street();
    let findings = audit(&network, &Catalog::builtin(), chrono::DateTime::UNIX_EPOCH);
    let mut checked = Checked {
        base: network.version(),
        checked_at: chrono::DateTime::UNIX_EPOCH,
        checked_by: "li".to_owned(),
        summary: Summary::of(&findings),
        figures: None,
        since: None,
        findings,
    };
    insta::assert_snapshot!("check", super::check::render(&checked, &network, 1, Lang::En));
    insta::assert_snapshot!("check_zh", super::check::render(&checked, &network, 1, Lang::Zh));
    let rows = linewright_audit::figures(&network, &checked.findings, By::Unit);
    checked.figures = Some(Figures { by: By::Unit, rows });
    let new = checked.findings[..1].to_vec();
    checked.since = Some(Since { version: Version(0), new, gone: Vec::new() });
    insta::assert_snapshot!("check_since", super::check::render(&checked, &network, 1, Lang::En));
    insta::assert_snapshot!("check_since_zh", super::check::render(&checked, &network, 1, Lang::Zh));
}

#[test]
fn the_history_is_a_line_a_change() {
    let entry = |version: u64, why: &str, changes| {
        let (who, at) = ("li".to_owned(), chrono::DateTime::UNIX_EPOCH);
        Entry::from(LogEntry { version: Version(version), at, who, why: why.to_owned(), changes })
    };
    let inverse = changes().inverse();
    let entries = vec![entry(2, "wrong street", inverse), entry(1, "import of street", changes())];
    insta::assert_snapshot!("log", super::history::log(&History { head: Version(2), as_of: None, entries }, Lang::En));
    let undone = Undone {
        undone: entry(2, "wrong street", changes().inverse()),
        version: Version(3),
        restored: Some(Version(1)),
    };
    insta::assert_snapshot!("undo_zh", super::history::undone(&undone, Lang::Zh));
}

#[test]
fn the_catalogue_lists_versions_and_products() {
    insta::assert_snapshot!("catalog", super::catalog::render(&Catalog::builtin(), Lang::En));
    insta::assert_snapshot!("catalog_zh", super::catalog::render(&Catalog::builtin(), Lang::Zh));
}
