//! KML and KMZ: what they hold, what is wrong with them, and that they come back.

use std::io::{Cursor, Write as _};

use linewright_model::{Cable, Network, Place, Span};
use zip::write::SimpleFileOptions;

use crate::finding::Severity::{self, Error, Info, Warning};
use crate::format::{ExportOptions, Format, ImportOptions};
use crate::input::File;
use crate::plan::Outcome;

pub(crate) fn kml(placemarks: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<kml xmlns=\"http://www.opengis.net/kml/2.2\">\n<Document><name>Map</name>\n{placemarks}</Document>\n</kml>\n"
    )
}

pub(crate) fn kmz(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// Two nodes and a line between them, in folders, with attributes.
pub(crate) fn small() -> String {
    kml("<Folder><name>Sites</name>
<Placemark><name>A</name><Point><coordinates>1.0,5.0,12</coordinates></Point></Placemark>
<Placemark id=\"b\"><name>B &amp; C</name><Point><coordinates> 1.0,5.1 </coordinates></Point></Placemark>
</Folder><Folder><name>Links</name>
<Placemark><name>A - B</name><description><![CDATA[24 cores<br>]]></description><styleUrl>#x</styleUrl>
<ExtendedData><Data name=\"cores\"><displayName>Cores</displayName><value>24</value></Data>
<SchemaData schemaUrl=\"#s\"><SimpleData name=\"status\">Planned</SimpleData></SchemaData></ExtendedData>
<LineString><tessellate>1</tessellate><coordinates>1.0,5.0,0 1.001,5.05,0 1.0,5.1,0</coordinates></LineString></Placemark>
</Folder>")
}

fn import(bytes: impl Into<Vec<u8>>, repair: bool, network: &mut Network) -> Outcome {
    let options = ImportOptions { repair, limit_bytes: Some(1 << 20), ..ImportOptions::default() };
    let options = ImportOptions { format: Some(Format::Kml), ..options };
    let outcome = crate::import(&[File::new("m.kml", bytes)], &options, network).unwrap();
    network.apply(&outcome.changes).unwrap();
    outcome
}

fn codes(outcome: &Outcome) -> Vec<(Severity, &'static str)> {
    let mut codes: Vec<_> = outcome.report.findings.iter().map(|f| (f.severity, f.code)).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

#[track_caller]
fn check(bytes: impl Into<Vec<u8>>, expected: &[(Severity, &str)]) -> Network {
    let mut network = Network::new();
    let outcome = import(bytes, false, &mut network);
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(codes(&outcome), expected, "{:#?}", outcome.report.findings);
    network
}

#[test]
fn placemarks_are_places_and_lines_with_their_attributes() {
    let network = check(small(), &[(Info, "name-as-id")]);
    let places: Vec<String> = network.all::<Place>().map(|(_, p)| format!("{} {}", p.tag.code, p.tag.name)).collect();
    assert_eq!(places, ["A A", "b B & C"]);
    let (_, cable) = network.all::<Cable>().next().unwrap();
    let end = |id| network.get(id).map(|p: &std::sync::Arc<Place>| p.tag.code.to_string()).unwrap();
    assert_eq!(
        (&*cable.tag.code, cable.cores, end(cable.a), end(cable.b)),
        ("A - B", Some(24), "A".into(), "b".into())
    );
    assert_eq!(cable.plant.stage, linewright_model::Stage::Planned);
    let extra = cable.tag.extra.as_ref().unwrap();
    assert_eq!((&extra["folder"], &extra["description"]), (&"Links".into(), &"24 cores<br>".into()));
}

#[test]
fn what_is_exported_comes_back() {
    let network = check(small(), &[(Info, "name-as-id")]);
    let exported = crate::export(&network, Format::Kml, &ExportOptions::default()).unwrap();
    assert_eq!(exported.len(), 1);
    assert_eq!(Format::detect(&exported), Ok(Format::Kml));
    let back = crate::import(&exported, &ImportOptions::default(), &network).unwrap();
    assert!(back.changes.is_empty(), "{:#?}\n{}", back.changes, String::from_utf8_lossy(&exported[0].bytes));
    // As GeoJSON too: it is a plain map like any other.
    let exported = crate::export(&network, Format::Geojson, &ExportOptions::default()).unwrap();
    assert!(crate::import(&exported, &ImportOptions::default(), &network).unwrap().changes.is_empty());
}

#[test]
fn an_archive_is_its_document() {
    let network = check(small(), &[(Info, "name-as-id")]);
    let files = [("images/icon.png", &b"\x89PNG"[..]), ("Doc.KML", small().as_bytes())].map(|(n, b)| (n, b.to_vec()));
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    let archive = kmz(&files);
    assert_eq!(Format::detect(&[File::new("x", archive.clone())]), Ok(Format::Kml));
    assert!(check(archive, &[(Info, "name-as-id")]).same_records(&network));
    let two = kmz(&[("a.kml", small().as_bytes()), ("b.kml", b"<kml/>")]);
    check(two, &[(Warning, "more-documents"), (Info, "name-as-id")]);
    check(kmz(&[("a.txt", b"x")]), &[(Error, "no-kml")]);
    let whole = kmz(&[("doc.kml", small().as_bytes())]);
    check(&whole[..whole.len() / 2], &[(Error, "bad-zip")]);
    let book = File::new("book.xlsx", kmz(&[("xl/workbook.xml", b"<x/>")]));
    assert_eq!(Format::detect(&[book]), Ok(Format::Tables));
}

#[test]
fn bombs_are_refused() {
    let long = kml(&" ".repeat(2 << 20));
    let bomb = kmz(&[("doc.kml", long.as_bytes())]);
    assert!(bomb.len() < 20_000);
    check(bomb.clone(), &[(Error, "zip-bomb")]);
    // An archive that lies about the size is read no further than the limit: the size stands in two places.
    let size = (long.len() as u32).to_le_bytes();
    let mut lying = bomb;
    for at in 0..lying.len() - 4 {
        if lying[at..at + 4] == size {
            lying[at..at + 4].copy_from_slice(&100_u32.to_le_bytes());
        }
    }
    let mut network = Network::new();
    let outcome = import(lying, false, &mut network);
    assert!(matches!(codes(&outcome)[..], [(Error, "zip-bomb" | "bad-zip" | "bad-xml")]), "{:?}", codes(&outcome));
    let many: Vec<String> = (0..10_001).map(|n| format!("{n}.kml")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
    check(kmz(&many), &[(Error, "zip-bomb")]);
    check(kml(&"<Folder>".repeat(100_000)), &[(Error, "too-deep")]);
    let laughs = "<!DOCTYPE kml [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><kml>&b;</kml>";
    check(laughs, &[(Error, "doctype")]);
    check(" ".repeat((1 << 20) + 1), &[(Error, "too-large")]);
}

#[test]
fn dirty_documents_have_findings() {
    let placemark = |inner: &str| kml(&format!("<Placemark>{inner}</Placemark>"));
    let point = "<name>P</name><Point><coordinates>1,5</coordinates></Point>";
    let empty = (Warning, "nothing-to-import");
    check("", &[(Error, "not-kml")]);
    check("<html><body/></html>", &[(Error, "not-kml")]);
    check("<kml><Document>", &[(Error, "bad-xml")]);
    check("<kml><Document></kml>", &[(Error, "bad-xml")]);
    check(kml(""), &[empty, (Warning, "no-features")]);
    check(placemark("<name>P</name>"), &[empty, (Warning, "no-features"), (Warning, "no-geometry")]);
    let named = (Info, "name-as-id");
    check(
        placemark(&format!("{point}<description>a &nbsp; b & c</description>")),
        &[(Warning, "no-lines"), (Warning, "unknown-entity"), named],
    );
    let ring = "<Polygon><outerBoundaryIs><LinearRing><coordinates>0,0 1,1 0,1 0,0</coordinates></LinearRing></outerBoundaryIs></Polygon>";
    check(placemark(ring), &[empty, (Warning, "no-features"), (Warning, "unused-geometry")]);
    let line = "<LineString><coordinates>1,5 1, 5.1</coordinates></LineString>";
    let label = placemark(&format!("<name>L</name><MultiGeometry>{point}{line}</MultiGeometry>"));
    check(label, &[(Warning, "unused-geometry"), (Info, "end-without-node"), named]);
    let bad =
        |text: &str| placemark(&format!("<name>L</name><LineString><coordinates>{text}</coordinates></LineString>"));
    let no_ends = (Error, "no-ends");
    check(bad("1,x 1,5"), &[(Error, "bad-coordinate"), no_ends, named]);
    check(bad("1,NaN 1,5"), &[(Error, "bad-coordinate"), no_ends, named]);
    check(bad("100,200 1,5"), &[no_ends, (Error, "outside-world"), named]);
    check(bad(""), &[no_ends, (Warning, "short-line"), named]);
    let link = kml("<NetworkLink><Link><href>http://x</href></Link></NetworkLink>");
    check(link, &[(Warning, "more-on-server"), empty, (Warning, "no-features")]);
}

#[test]
fn a_name_that_occurs_again_is_numbered() {
    let line = |lat: f64| {
        format!(
            "<Placemark><name>L</name><LineString><coordinates>1,{lat} 1.1,{lat}</coordinates></LineString></Placemark>"
        )
    };
    let network =
        check(kml(&(line(5.0) + &line(6.0))), &[(Info, "end-without-node"), (Info, "islands"), (Info, "name-as-id")]);
    let spans: Vec<String> = network.all::<Span>().map(|(_, s)| s.tag.code.to_string()).collect();
    assert_eq!(spans, ["L", "L#2"]);
}

#[test]
fn documents_are_read_in_the_encoding_they_declare() {
    let text = small().replace("<name>A</name>", "<name>南通</name>");
    let expected = check(text.clone(), &[(Info, "name-as-id")]);
    let gb = text.replace("UTF-8", "GB18030");
    let utf16: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [encoding_rs::GB18030.encode(&gb).0.into_owned(), utf16, format!("\u{feff}{text}").into_bytes()] {
        assert_eq!(Format::detect(&[File::new("x", bytes.clone())]), Ok(Format::Kml));
        assert!(check(bytes, &[(Info, "name-as-id")]).same_records(&expected));
    }
    check(encoding_rs::GB18030.encode(&text).0.into_owned(), &[(Error, "not-utf8")]);
}

#[test]
fn the_map_of_sierra_leone_hangs_together() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/watra/SLE.kmz");
    let Ok(bytes) = std::fs::read(&path) else {
        assert!(std::env::var("CI").is_err(), "the real data must be there in CI");
        println!("skipped: no {}", path.display());
        return;
    };
    let mut network = Network::new();
    let outcome = crate::import(&[File::new("SLE.kmz", bytes)], &ImportOptions::default(), &network).unwrap();
    assert!(!outcome.refused, "{:#?}", outcome.report.findings);
    network.apply(&outcome.changes).unwrap();
    assert!(network.all::<Place>().any(|(_, place)| &*place.tag.code == "Moyamba"));
    let names: Vec<String> = network.all::<Cable>().map(|(_, cable)| cable.tag.name.to_string()).collect();
    assert!(names.iter().any(|name| name == "Daru - Pendembu Fiber Cable"), "{names:#?}");
    let exported = crate::export(&network, Format::Kml, &ExportOptions::default()).unwrap();
    let mut fresh = Network::new();
    let outcome = crate::import(&exported, &ImportOptions::default(), &fresh).unwrap();
    fresh.apply(&outcome.changes).unwrap();
    assert!(fresh.same_records(&network));
}
