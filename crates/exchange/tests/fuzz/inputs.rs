//! The importers with what they are fed: valid inputs to damage, and inputs of the right shape made at random.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::path::Path;
use std::sync::OnceLock;

use linewright_exchange::input::{File, read_files};
use linewright_exchange::{ExportOptions, Format, ImportOptions, export, import};
use linewright_model::Network;

use crate::dice::Dice;

/// An importer and its inputs.
pub struct Input {
    pub name: &'static str,
    pub format: Format,
    /// Whether the valid inputs are without a fault: cut pieces of a whole are not.
    pub sound: bool,
    pub valid: Vec<Vec<File>>,
    /// Makes an input of the right shape.
    made: fn(&mut Dice) -> Vec<File>,
    /// What is done last, to damaged inputs too: a file is put into an archive.
    pack: Option<fn(&File) -> File>,
}

impl Input {
    /// The valid inputs as they are imported.
    pub fn sound_files(&self) -> Vec<Vec<File>> {
        let packed = |file: &File| self.pack.map_or_else(|| file.clone(), |pack| pack(file));
        self.valid.iter().map(|files| files.iter().map(packed).collect()).collect()
    }

    /// The files of a case.
    pub fn files(&self, dice: &mut Dice) -> Vec<File> {
        let mut files = if dice.one_in(4) { (self.made)(dice) } else { dice.of(&self.valid).clone() };
        let (mut before, mut after) = (self.pack, None);
        if dice.one_in(4) {
            std::mem::swap(&mut before, &mut after);
        }
        if let Some(pack) = after {
            files = files.iter().map(pack).collect();
        }
        for _ in 0..dice.below(6) {
            // Pieces of the first valid input are put into others.
            let other = dice.of(&self.valid[0]).bytes.clone();
            let at = dice.below(files.len());
            dice.damage(&mut files[at].bytes, &other);
        }
        if dice.one_in(64) {
            files.rotate_left(1);
        }
        if let Some(pack) = before {
            files = files.iter().map(pack).collect();
        }
        files
    }
}

/// A file in an archive, not compressed so that damage reaches it.
fn pack_kml(file: &File) -> File {
    File::new("m.kmz", archive(&[("doc.kml", &file.bytes)]))
}

fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in entries {
        archive.start_file(*name, stored).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

const NODES: &str = r#"{"type": "FeatureCollection", "name": "m_nodes", "features": [
{"type": "Feature", "properties": {"node_id": "a", "name": "A", "status": "Planned"}, "geometry": {"type": "Point", "coordinates": [1.0, 5.0, 3.5]}},
{"type": "Feature", "properties": {"node_id": "b", "name": null, "kind": "manhole"}, "geometry": {"type": "Point", "coordinates": [1.0, 5.1]}},
{"type": "Feature", "properties": {"node_id": "c", "name": "Unknown", "within": "b"}, "geometry": {"type": "Point", "coordinates": [1.0, 5.05]}}
]}"#;

const LINES: &str = r#"{"type": "FeatureCollection", "name": "m_lines", "crs": {"properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}, "features": [
{"type": "Feature", "properties": {"line_id": "l", "from": "A", "to": "B", "distance": 11000, "cores": 24, "fibre": "G.652D"}, "geometry": {"type": "LineString", "coordinates": [[1.0, 5.0], [1.0, 5.04], [1.0, 5.1]]}},
{"type": "Feature", "properties": {"line_id": "s", "from": "X", "to": "X", "medium": "Microwave"}, "geometry": {"type": "MultiLineString", "coordinates": [[[1.0, 5.02], [1.1, 5.02]], [[1.1, 5.02], [1.2, 5.02]]]}}
]}"#;

const PACKAGE: &str = r#"{"networks": [{
"id": "a096d627-72e1-4f9b-b129-951b1737bff4", "name": "N", "crs": {"name": "urn:ogc:def:crs:OGC::CRS84"},
"nodes": [
{"id": "a", "name": "A", "type": ["pop"], "location": {"type": "Point", "coordinates": [1.0, 5.0]}},
{"id": "b", "name": "B", "status": "planned", "location": {"type": "Point", "coordinates": [1.0, 5.1, 12.5]}}],
"spans": [
{"id": "s", "name": "S", "start": "a", "end": "b", "readyForServiceDate": "2027-01-01", "deployment": ["aboveGround"],
"transmissionMedium": ["fibre"], "physicalInfrastructureProvider": {"id": "o", "name": "Owner"}, "fibreCount": 48, "fibreLength": 11.5,
"route": {"type": "LineString", "coordinates": [[1.0, 5.0, 1.5], [1.001, 5.05, 2], [1.0, 5.1, 12.5]]}}],
"organisations": [{"id": "o", "name": "Owner", "roles": ["transmissionMediumOwner"]}],
"links": [{"rel": "describedby", "href": "https://standard.ofds.info/en/0__4__0/network-schema.json"}]
}]}"#;

const NETWORKS_CSV: &str = "id,name,publisher/name,crs/name,accuracy\nn,N,P,urn:ogc:def:crs:OGC::CRS84,250\n";
const NODES_CSV: &str = "id,nodes/0/id,nodes/0/name,nodes/0/status,nodes/0/location,nodes/0/type,nodes/0/accessPoint
n,1,A,operational,POINT (1.0 5.0),pop;exchange,True
n,2,B,planned,POINT Z (1.0 5.1 3),,False
";
const SPANS_CSV: &str = "id,spans/0/id,spans/0/name,spans/0/start,spans/0/end,spans/0/route,spans/0/fibreCount,spans/0/fibreLength,spans/0/transmissionMedium
n,1,S,1,2,\"LINESTRING (1.0 5.0, 1.001 5.05, 1.0 5.1)\",24,11.5,fibre
";
const PROVIDERS_CSV: &str =
    "id,nodes/0/id,nodes/0/networkProviders/0/id,nodes/0/networkProviders/0/name\nn,1,o,Owner\nn,2,o,Owner\n";

const KML: &str = r##"<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2">
<Document><name>Map</name>
<Folder><name>Sites</name>
<Placemark><name>A</name><Point><coordinates>1.0,5.0,12</coordinates></Point></Placemark>
<Placemark id="b"><name>B &amp; C</name><Point><coordinates> 1.0,5.1 </coordinates></Point></Placemark>
</Folder>
<Placemark><name>A - B</name><description><![CDATA[24 cores<br>]]></description><styleUrl>#x</styleUrl>
<ExtendedData><Data name="cores"><value>24</value></Data>
<SchemaData schemaUrl="#s"><SimpleData name="status">Planned</SimpleData></SchemaData></ExtendedData>
<MultiGeometry><LineString><coordinates>1.0,5.0,0 1.001,5.05,0 1.0,5.1,0</coordinates></LineString>
<LineString><coordinates>1.0,5.1 1.1,5.1</coordinates></LineString></MultiGeometry></Placemark>
</Document>
</kml>"##;

fn map() -> Vec<File> {
    vec![File::new("m_nodes.geojson", NODES), File::new("m_lines.geojson", LINES)]
}

/// What a network of these files looks like in another format.
fn as_format(files: &[File], from: Format, to: Format) -> Vec<File> {
    let mut network = Network::new();
    let options = ImportOptions { format: Some(from), ..ImportOptions::default() };
    let outcome = import(files, &options, &network).unwrap();
    assert!(!outcome.refused, "{:#?}", outcome.report.findings);
    network.apply(&outcome.changes).unwrap();
    export(&network, to, &ExportOptions::default()).unwrap()
}

pub fn native() -> Input {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../topology-samples/nantong");
    let mut sample = read_files(&[folder], 1 << 30).unwrap();
    // The first rows of every table: what they refer to is partly cut off.
    for file in sample.iter_mut().filter(|file| file.name.ends_with(".csv")) {
        file.bytes = file.bytes.split_inclusive(|byte| *byte == b'\n').take(4).collect::<Vec<_>>().concat();
    }
    let valid = vec![sample, as_format(&map(), Format::Geojson, Format::Native)];
    let made = |dice: &mut Dice| {
        static EMPTY: OnceLock<Vec<File>> = OnceLock::new();
        let mut files = EMPTY.get_or_init(|| as_format(&map(), Format::Geojson, Format::Native)).clone();
        for file in &mut files {
            let lines: Vec<&[u8]> = file.bytes.split_inclusive(|byte| *byte == b'\n').collect();
            let header = String::from_utf8_lossy(lines.first().copied().unwrap_or_default()).into_owned();
            if !file.name.ends_with(".csv") {
                continue;
            }
            let mut text = header.clone();
            for row in 0..dice.below(4) {
                let cells: Vec<String> = header.trim().split(',').map(|_| cell(dice, row)).collect();
                text.push_str(&format!("{}\n", cells.join(",")));
            }
            file.bytes = text.into_bytes();
        }
        files
    };
    Input { name: "native", format: Format::Native, sound: false, valid, made, pack: None }
}

/// A cell of a table: mostly something that could stand there.
fn cell(dice: &mut Dice, row: usize) -> String {
    match dice.below(8) {
        0 => format!("c{row}"),
        1 => format!("c{}", dice.below(4)),
        2 => format!("{}", dice.below(200)),
        3 => format!("{:.3}", dice.below(400_000) as f64 / 1000.0 - 200.0),
        4 => String::new(),
        5 => (*dice.of(&[
            "in_service",
            "duct",
            "manhole",
            "fibre",
            "2026-01-01",
            "LINESTRING (1 5, 1 5.1)",
            "POINT (1 5)",
        ]))
        .to_owned(),
        6 => "m".to_owned(),
        _ => dice.word().replace([',', '\n', '\r', '"'], ""),
    }
}

/// Coordinates that are mostly good.
fn position(dice: &mut Dice, sign: &str) -> String {
    let number = |dice: &mut Dice, base: usize| match dice.one_in(40) {
        true => dice.word().to_owned(),
        false => format!("{}", base as f64 + dice.below(21) as f64 / 100.0),
    };
    let mut text = format!("{}{sign}{}", number(dice, 1), number(dice, 5));
    if dice.one_in(4) {
        let _ = write!(text, "{sign}{}", dice.below(100));
    }
    text
}

fn positions(dice: &mut Dice, sign: &str, between: &str, around: [&str; 2]) -> String {
    let count = dice.below(5);
    let all: Vec<String> = (0..count).map(|_| format!("{}{}{}", around[0], position(dice, sign), around[1])).collect();
    all.join(between)
}

/// A JSON value that is mostly text.
fn json(dice: &mut Dice, row: usize) -> String {
    match dice.below(6) {
        0 => "null".to_owned(),
        1 => format!("{}", dice.below(100)),
        2 => "{\"id\": \"a\"}".to_owned(),
        3 => "[\"a\", 1]".to_owned(),
        _ => format!("\"{}\"", cell(dice, row).replace(['"', '\\'], "")),
    }
}

fn json_geometry(dice: &mut Dice, line: bool) -> String {
    if dice.one_in(20) {
        return json(dice, 0);
    }
    match (line, dice.one_in(3)) {
        (false, _) => format!("{{\"type\": \"Point\", \"coordinates\": [{}]}}", position(dice, ", ")),
        (true, false) => {
            format!("{{\"type\": \"LineString\", \"coordinates\": [{}]}}", positions(dice, ",", ",", ["[", "]"]))
        }
        (true, true) => {
            let parts: Vec<String> =
                (0..dice.below(4)).map(|_| format!("[{}]", positions(dice, ",", ",", ["[", "]"]))).collect();
            format!("{{\"type\": \"MultiLineString\", \"coordinates\": [{}]}}", parts.join(","))
        }
    }
}

fn json_members(dice: &mut Dice, keys: &[&str], row: usize) -> String {
    let members: Vec<String> =
        (0..dice.below(6)).map(|_| format!("\"{}\": {}", dice.of(keys), json(dice, row))).collect();
    members.join(", ")
}

pub fn geojson() -> Input {
    let made = |dice: &mut Dice| {
        let keys =
            ["node_id", "line_id", "name", "from", "to", "status", "cores", "distance", "medium", "kind", "within"];
        let features: Vec<String> = (0..dice.below(7))
            .map(|row| {
                let line = dice.one_in(2);
                let (members, geometry) = (json_members(dice, &keys, row), json_geometry(dice, line));
                format!("{{\"type\": \"Feature\", \"properties\": {{{members}}}, \"geometry\": {geometry}}}")
            })
            .collect();
        let text = format!("{{\"type\": \"FeatureCollection\", \"features\": [{}]}}", features.join(",\n"));
        vec![File::new("m.geojson", text)]
    };
    Input { name: "geojson", format: Format::Geojson, sound: true, valid: vec![map()], made, pack: None }
}

pub fn ofds_json() -> Input {
    let made = |dice: &mut Dice| {
        let keys =
            ["id", "name", "start", "end", "status", "fibreCount", "fibreLength", "phase", "type", "nonconforming"];
        let nodes: Vec<String> = (0..dice.below(4))
            .map(|row| {
                format!("{{\"id\": \"c{row}\", \"location\": {}, {}}}", json_geometry(dice, false), {
                    let members = json_members(dice, &keys[1..], row);
                    if members.is_empty() { "\"x\": 1".to_owned() } else { members }
                })
            })
            .collect();
        let spans: Vec<String> = (0..dice.below(4))
            .map(|row| {
                let (start, end) = (dice.below(4), dice.below(4));
                let (route, more) = (json_geometry(dice, true), json_members(dice, &keys, row));
                let more = if more.is_empty() { String::new() } else { format!(", {more}") };
                format!(
                    "{{\"id\": \"s{row}\", \"start\": \"c{start}\", \"end\": \"c{end}\", \"route\": {route}{more}}}"
                )
            })
            .collect();
        let text = format!("{{\"id\": \"n\", \"nodes\": [{}], \"spans\": [{}]}}", nodes.join(",\n"), spans.join(",\n"));
        vec![File::new("p.json", format!("{{\"networks\": [{text}]}}"))]
    };
    let valid = vec![vec![File::new("p.json", PACKAGE)]];
    Input { name: "ofds_json", format: Format::Ofds, sound: true, valid, made, pack: None }
}

pub fn ofds_geojson() -> Input {
    let package = [File::new("p.json", PACKAGE)];
    let valid = vec![as_format(&package, Format::Ofds, Format::OfdsGeojson)];
    let made = |dice: &mut Dice| {
        let keys = ["id", "name", "start", "end", "network", "featureType", "status", "phase", "networkProviders"];
        let features: Vec<String> = (0..dice.below(6))
            .map(|row| {
                let line = dice.one_in(2);
                let (members, geometry) = (json_members(dice, &keys, row), json_geometry(dice, line));
                format!("{{\"type\": \"Feature\", \"properties\": {{{members}}}, \"geometry\": {geometry}}}")
            })
            .collect();
        let text = format!("{{\"type\": \"FeatureCollection\", \"features\": [{}]}}", features.join(",\n"));
        vec![File::new("nodes.geojson", text)]
    };
    Input { name: "ofds_geojson", format: Format::OfdsGeojson, sound: true, valid, made, pack: None }
}

pub fn ofds_csv() -> Input {
    let valid = vec![vec![
        File::new("networks.csv", NETWORKS_CSV),
        File::new("nodes.csv", NODES_CSV),
        File::new("spans.csv", SPANS_CSV),
        File::new("nodes_networkProviders.csv", PROVIDERS_CSV),
    ]];
    let made = |dice: &mut Dice| {
        let names = [
            "id",
            "name",
            "location",
            "route",
            "start",
            "end",
            "status",
            "fibreCount",
            "type",
            "networkProviders/0/id",
        ];
        let table = |list: &str, dice: &mut Dice| {
            let columns: Vec<String> =
                (0..dice.below(8)).map(|_| format!("{list}/{}/{}", dice.below(2), dice.of(&names))).collect();
            let mut text = format!("id,{list}/0/id,{}\n", columns.join(","));
            for row in 0..dice.below(4) {
                let cells: Vec<String> = columns.iter().map(|_| cell(dice, row)).collect();
                let _ = writeln!(text, "n,c{row},{}", cells.join(","));
            }
            File::new(format!("{list}.csv"), text)
        };
        vec![table("nodes", dice), table("spans", dice), table("phases", dice)]
    };
    Input { name: "ofds_csv", format: Format::Ofds, sound: true, valid, made, pack: None }
}

fn made_kml(dice: &mut Dice) -> Vec<File> {
    let mut text = String::from("<kml><Document>\n");
    for row in 0..dice.below(7) {
        if dice.one_in(4) {
            text.push_str(dice.of::<&str>(&["<Folder>", "</Folder>", "<Folder><name>F</name>", "<NetworkLink/>"]));
        }
        let _ = write!(text, "<Placemark><name>{}</name><ExtendedData>", cell(dice, row).replace(['<', '&'], ""));
        for key in ["cores", "status", "from", "to", "line_id"] {
            if dice.one_in(3) {
                let _ = write!(
                    text,
                    "<Data name=\"{key}\"><value>{}</value></Data>",
                    cell(dice, row).replace(['<', '&'], "")
                );
            }
        }
        text.push_str("</ExtendedData>");
        for _ in 0..dice.below(3) {
            let line = dice.one_in(2);
            let kind = if line { "LineString" } else { dice.of::<&str>(&["Point", "Point", "Polygon"]) };
            let _ = write!(text, "<{kind}><coordinates>{}</coordinates></{kind}>", positions(dice, ",", " ", ["", ""]));
        }
        text.push_str("</Placemark>\n");
    }
    text.push_str("</Document></kml>");
    vec![File::new("m.kml", text)]
}

pub fn kml() -> Input {
    let valid = vec![vec![File::new("m.kml", KML)]];
    Input { name: "kml", format: Format::Kml, sound: true, valid, made: made_kml, pack: None }
}

pub fn kmz() -> Input {
    let valid = vec![vec![File::new("m.kml", KML)]];
    Input { name: "kmz", format: Format::Kml, sound: true, valid, made: made_kml, pack: Some(pack_kml) }
}

const CABLES: &str = "光缆段编码,光缆段名称,A端设施,Z端设施,纤芯数,皮长(公里)\nGL-1,一段,城东局,GJ-1,24,1.25\nGL-2,二段,GJ-1,GJ-2,２４芯,800米\n";
const CORES: &str = "光缆段,纤芯,状态,使用电路\nGL-1,1-2,占用,银行专线\nGL-1,2-3,占用,学校专线\nGL-1,5-12,空闲,\n";
const PORTS: &str =
    "设备编码,设备类型,所在设施,盘,端子,状态\nODF-1,ODF,城东局,盘1,1-12,\nODF-1,ODF,城东局,盘1,13-24,空闲\n";
const ENDS: &str = "光缆段,纤芯,odf,端子\nGL-1,1-12,ODF-1,1-12\nGL-1,12-13,ODF-1,13-14\n";
const SPLICES: &str = "接头盒,光缆段1,纤芯1,光缆段2,纤芯2\nGJ-1,GL-1,1-6,GL-2,7-12\n";
const CIRCUITS: &str = "电路编号,电路名称,客户,等级,光缆段,芯号,设备,端口,状态\nD-1,银行专线,某银行,AAA,GL-1,1-2,ODF-1,1-2,占用\nD-1,,,,GL-2,\"7,8\",,,\n";

/// Rows of the right headings and random cells.
fn made_rows(dice: &mut Dice) -> Vec<(&'static str, String)> {
    let tables = [
        ("光缆段.csv", CABLES),
        ("纤芯.csv", CORES),
        ("端口.csv", PORTS),
        ("成端.csv", ENDS),
        ("接续.csv", SPLICES),
        ("电路.csv", CIRCUITS),
    ];
    let mut made = vec![("光缆段.csv", CABLES.to_owned())];
    for _ in 0..1 + dice.below(2) {
        let (name, table) = *dice.of(&tables[1..]);
        let header = table.lines().next().unwrap_or_default();
        let mut text = format!("{header}\n");
        for _ in 0..dice.below(5) {
            let cells: Vec<String> = header.split(',').map(|_| table_cell(dice)).collect();
            let _ = writeln!(text, "{}", cells.join(","));
        }
        made.push((name, text));
    }
    made
}

fn table_cell(dice: &mut Dice) -> String {
    let words = [
        "GL-1",
        "GL-2",
        "GJ-1",
        "ODF-1",
        "D-1",
        "1",
        "1-4",
        "3-9",
        "24",
        "空闲",
        "占用",
        "损坏",
        "ODF",
        "城东局",
        "",
        "=1+1",
        "1,2",
    ];
    if dice.one_in(8) { dice.word().replace(['\n', '\r', ','], "") } else { dice.of(&words).replace(',', "、") }
}

pub fn tables() -> Input {
    let files = [
        ("光缆段.csv", CABLES),
        ("纤芯.csv", CORES),
        ("端口.csv", PORTS),
        ("成端.csv", ENDS),
        ("接续.csv", SPLICES),
        ("电路.csv", CIRCUITS),
    ];
    let valid = vec![
        files[..2].iter().map(|(name, text)| File::new(*name, *text)).collect(),
        files.map(|(name, text)| File::new(name, text)).into(),
    ];
    let made = |dice: &mut Dice| made_rows(dice).into_iter().map(|(name, text)| File::new(name, text)).collect();
    Input { name: "tables", format: Format::Tables, sound: true, valid, made, pack: None }
}

/// A sheet as a workbook has it, each cell text or a number.
fn sheet(csv: &str) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>\n",
    );
    for (number, line) in csv.lines().enumerate() {
        let _ = write!(text, "<row r=\"{}\">", number + 1);
        for (column, cell) in line.split(',').enumerate().take(26) {
            let at = format!("{}{}", (b'A' + column as u8) as char, number + 1);
            let cell = cell.replace(['<', '&', '"'], "");
            let _ = match cell.parse::<f64>() {
                Ok(number) if number.is_finite() => write!(text, "<c r=\"{at}\"><v>{cell}</v></c>"),
                _ => write!(text, "<c r=\"{at}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>"),
            };
        }
        text.push_str("</row>\n");
    }
    text + "</sheetData></worksheet>"
}

/// A workbook of one sheet.
fn pack_sheet(file: &File) -> File {
    const TYPES: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/><Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/></Types>";
    const RELATIONS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";
    const BOOK: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>";
    const SHEETS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>";
    let entries: [(&str, &[u8]); 5] = [
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", RELATIONS.as_bytes()),
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", SHEETS.as_bytes()),
        ("xl/worksheets/sheet1.xml", &file.bytes),
    ];
    File::new(format!("{}.xlsx", file.name.trim_end_matches(".csv")), archive(&entries))
}

pub fn xlsx() -> Input {
    let file = |(name, text): (&str, &str)| File::new(name, sheet(text));
    let valid = vec![vec![file(("光缆段.csv", CABLES))], vec![file(("光缆段.csv", CABLES)), file(("纤芯.csv", CORES))]];
    let made =
        |dice: &mut Dice| made_rows(dice).into_iter().map(|(name, text)| File::new(name, sheet(&text))).collect();
    Input { name: "xlsx", format: Format::Tables, sound: true, valid, made, pack: Some(pack_sheet) }
}
