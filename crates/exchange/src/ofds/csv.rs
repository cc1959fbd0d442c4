//! OFDS as CSV: a folder of tables whose column names are paths, as `spans/0/name`, into networks.

use linewright_model::phrase;
use std::collections::{BTreeMap, HashMap};

use serde_json::{Number, Value};

use crate::draft::Draft;
use crate::finding::{Finding, Source, shown};
use crate::geojson::json::Object;
use crate::input::File;
use crate::ofds::normal::{Parts, new_name};
use crate::ofds::schema::{self, Member, Shape};
use crate::ofds::wkt;
use crate::sheets::csv_file::decoded;

/// Steps of a column's path; the standard's longest has five.
const MAX_STEPS: usize = 8;

/// Whether a file is a table of OFDS: its column names are paths; only the table of networks itself has no lists.
pub(crate) fn looks_like(file: &File) -> bool {
    let head = file.bytes.get(..65_536).unwrap_or(&file.bytes);
    // Of UTF-16 text every second byte is zero.
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line: Vec<u8> = line.iter().copied().filter(|byte| *byte != 0).collect();
    let has = |word: &str| line.windows(word.len()).any(|w| w == word.as_bytes());
    file.name.to_ascii_lowercase().ends_with(".csv") && (has("/0/") || has("publisher/name"))
}

/// The networks of tables, in the order in which they occur.
pub(crate) fn networks<'a>(files: impl Iterator<Item = &'a File>, draft: &mut Draft) -> Vec<Parts> {
    let mut tables: Vec<Table> = files.filter_map(|file| Table::open(file, draft)).collect();
    // What a row of a list inside a record belongs to must be there first.
    tables.sort_by_key(|table| table.is_inner());
    let mut networks = Networks::default();
    for table in tables {
        table.read(&mut networks, draft);
    }
    networks.all
}

#[derive(Default)]
struct Networks {
    all: Vec<Parts>,
    by_id: BTreeMap<String, usize>,
    /// Where the first record of an id stands, by network and list.
    records: HashMap<(usize, String, String), usize>,
}

impl Networks {
    fn of(&mut self, id: &str, source: &Source) -> usize {
        let all = &mut self.all;
        *self.by_id.entry(id.to_owned()).or_insert_with(|| {
            let mut members = Object::new();
            if !id.is_empty() {
                members.insert("id".to_owned(), Value::from(id));
            }
            let file = Source::file(source.file.clone());
            all.push(Parts { source: file, members, nodes: Vec::new(), spans: Vec::new() });
            all.len() - 1
        })
    }

    /// Adds a record to a list of a network.
    fn add(&mut self, at: usize, list: &str, record: Value, source: &Source) {
        let Some(network) = self.all.get_mut(at) else { return };
        let id = record.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let number = match list {
            "nodes" => push(&mut network.nodes, (source.clone(), record)),
            "spans" => push(&mut network.spans, (source.clone(), record)),
            _ => match network.members.entry(list).or_insert_with(|| Value::Array(Vec::new())) {
                Value::Array(records) => push(records, record),
                _ => return,
            },
        };
        self.records.entry((at, list.to_owned(), id)).or_insert(number);
    }

    /// Adds what lies in lists of a record to the record of that id; `false` when there is none.
    fn add_inner(&mut self, at: usize, list: &str, record: Object) -> bool {
        let id = record.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let Some(number) = self.records.get(&(at, list.to_owned(), id)).copied() else { return false };
        let Some(network) = self.all.get_mut(at) else { return false };
        let known = match list {
            "nodes" => network.nodes.get_mut(number).map(|(_, node)| node),
            "spans" => network.spans.get_mut(number).map(|(_, span)| span),
            _ => network.members.get_mut(list).and_then(|list| list.get_mut(number)),
        };
        let Some(known) = known.and_then(Value::as_object_mut) else { return false };
        for (key, value) in record {
            match (known.get_mut(&key), value) {
                (Some(Value::Array(before)), Value::Array(more)) => before.extend(more),
                (Some(_), _) => {}
                (None, value) => {
                    known.insert(key, value);
                }
            }
        }
        true
    }
}

fn push<T>(list: &mut Vec<T>, item: T) -> usize {
    list.push(item);
    list.len() - 1
}

/// A step of a column's path.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Step {
    Member(String),
    /// Which of the items that the row has in a list.
    Item(usize),
}

struct Column {
    path: Vec<Step>,
    shape: Leaf,
}

/// What the cells of a column are.
#[derive(Clone, Copy)]
enum Leaf {
    Geometry,
    Value(&'static Shape),
}

struct Table {
    source: Source,
    columns: Vec<Option<Column>>,
    rows: Vec<csv::StringRecord>,
    first_row: u64,
}

impl Table {
    fn open(file: &File, draft: &mut Draft) -> Option<Self> {
        let source = Source::file(file.name.clone());
        let text = decoded(&file.bytes, &source, draft)?;
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut records = reader.records();
        let header = match records.next() {
            Some(Ok(header)) => header,
            Some(Err(error)) => return bad(&source, &error, draft),
            None => {
                draft.note(Finding::warning("empty-file", &source, "", phrase!("the table is empty", "表为空")));
                return None;
            }
        };
        let mut rows = Vec::new();
        for record in records {
            match record {
                Ok(record) => rows.push(record),
                Err(error) => return bad(&source, &error, draft),
            }
        }
        let mut items = BTreeMap::new();
        let columns = header.iter().map(|name| Column::of(name, &mut items)).collect();
        Some(Self { source, columns, rows, first_row: 2 })
    }

    /// Whether the rows are items of lists inside records, as `nodes/0/networkProviders/0/id`, and of the records
    /// themselves only the id.
    fn is_inner(&self) -> bool {
        let lists = |path: &[Step]| path.iter().filter(|step| matches!(step, Step::Item(_))).count();
        let paths = || self.columns.iter().flatten().map(|column| column.path.as_slice());
        let is_id = |path: &[Step]| path.last() == Some(&Step::Member("id".to_owned()));
        paths().any(|path| lists(path) > 1) && paths().all(|path| lists(path) > 1 || is_id(path))
    }

    fn read(self, networks: &mut Networks, draft: &mut Draft) {
        let inner = self.is_inner();
        for (number, row) in self.rows.iter().enumerate() {
            let source = self.source.record(self.first_row + number as u64, "");
            if row.len() > self.columns.len() {
                let reason = phrase!(
                    "the row has {} cells, the header {}; the rest is left out",
                    "该行有 {} 格，表头有 {} 格；其余已略去",
                    row.len(),
                    self.columns.len()
                );
                draft.note(Finding::warning("surplus-cells", &source, "", reason));
            }
            let mut record = Value::Object(Object::new());
            for (column, cell) in self.columns.iter().zip(row) {
                let Some(column) = column.as_ref().filter(|_| !cell.trim().is_empty()) else { continue };
                put(&mut record, &column.path, column.value(cell.trim(), &source, draft));
            }
            let Value::Object(mut record) = record else { continue };
            if record.is_empty() {
                continue;
            }
            let id = match record.shift_remove("id") {
                Some(Value::String(id)) => id,
                _ => String::new(),
            };
            let at = networks.of(&id, &source);
            take(record, at, inner, &source, networks, draft);
        }
    }
}

/// Adds what a row says to its network.
fn take(record: Object, at: usize, inner: bool, source: &Source, networks: &mut Networks, draft: &mut Draft) {
    for (key, value) in record {
        let Value::Array(items) = value else {
            let Some(network) = networks.all.get_mut(at) else { continue };
            if network.members.contains_key(&key) {
                let reason = phrase!(
                    "the network has another row that says so; the first one counts",
                    "该网络另有一行给出此项；以第一行为准"
                );
                draft.note(Finding::warning("same-network", source, key, reason));
            } else {
                network.members.insert(key, value);
            }
            continue;
        };
        for item in items {
            match item {
                Value::Object(item) if inner => {
                    if !networks.add_inner(at, &key, item) {
                        let reason = phrase!(
                            "there is no record of that id among the {key}; add it",
                            "{key} 中没有该 id 的记录；请补充"
                        );
                        let finding = Finding::error("dangling-row", source, key.as_str(), reason);
                        draft.note(finding.repairable(draft.repair(), phrase!("left the row out", "已略过该行")));
                    }
                }
                Value::Null => {}
                item => networks.add(at, &key, item, source),
            }
        }
    }
}

fn bad(source: &Source, error: &csv::Error, draft: &mut Draft) -> Option<Table> {
    draft.note(Finding::error(
        "bad-csv",
        source,
        "",
        phrase!("not CSV: {error}; correct it there", "不是 CSV：{error}；请更正该处"),
    ));
    None
}

/// Puts a value where a path leads; a path that leads through something else is of no use.
fn put(into: &mut Value, path: &[Step], value: Value) {
    let Some((step, rest)) = path.split_first() else {
        *into = value;
        return;
    };
    let slot = match step {
        Step::Member(name) => {
            if into.is_null() {
                *into = Value::Object(Object::new());
            }
            let Some(object) = into.as_object_mut() else { return };
            object.entry(name.as_str()).or_insert(Value::Null)
        }
        Step::Item(at) => {
            if into.is_null() {
                *into = Value::Array(Vec::new());
            }
            let Some(list) = into.as_array_mut() else { return };
            // A row has no more items than the header has columns.
            list.resize(list.len().max(at + 1), Value::Null);
            let Some(slot) = list.get_mut(*at) else { return };
            slot
        }
    };
    put(slot, rest, value);
}

impl Column {
    /// The column of a name; `None` for one without a name or of absurd depth. `items` numbers the items of lists.
    fn of(name: &str, items: &mut BTreeMap<Vec<Step>, BTreeMap<String, usize>>) -> Option<Self> {
        let words: Vec<&str> = name.trim().split('/').map(str::trim).collect();
        if words.len() > MAX_STEPS || words.iter().any(|word| word.is_empty()) {
            return None;
        }
        let mut path = Vec::with_capacity(words.len());
        for word in words {
            if word.bytes().all(|byte| byte.is_ascii_digit()) && !path.is_empty() {
                let known = items.entry(path.clone()).or_default();
                let next = known.len();
                path.push(Step::Item(*known.entry(word.to_owned()).or_insert(next)));
            } else {
                path.push(Step::Member(word.to_owned()));
            }
        }
        let shape = leaf(&path);
        Some(Self { path, shape })
    }

    fn value(&self, cell: &str, source: &Source, draft: &mut Draft) -> Value {
        match self.shape {
            Leaf::Value(shape) => value(shape, cell),
            Leaf::Geometry => wkt::geometry(cell).unwrap_or_else(|| {
                let field = match self.path.last() {
                    Some(Step::Member(name)) => name.as_str(),
                    _ => "geometry",
                };
                let reason = phrase!(
                    "{} is no point or line as well-known text; correct it",
                    "{} 不是 WKT 点或线；请更正",
                    shown(cell)
                );
                let finding = Finding::error("bad-wkt", source, field, reason);
                draft.note(finding.repairable(draft.repair(), phrase!("left it out", "已略去")));
                Value::Null
            }),
        }
    }
}

/// What the standard wants where a path leads; text where it says nothing.
fn leaf(path: &[Step]) -> Leaf {
    const TEXT: Leaf = Leaf::Value(&Shape::Text);
    let name = |at: usize| match path.get(at) {
        Some(Step::Member(name)) => new_name(name),
        _ => "",
    };
    let (members, skip): (&'static [Member], usize) = match name(0) {
        "nodes" if name(2) == "location" => return Leaf::Geometry,
        "spans" if name(2) == "route" => return Leaf::Geometry,
        "nodes" => (schema::NODE, 2),
        "spans" => (schema::SPAN, 2),
        list if path.len() > 1 => match schema::NETWORK_LISTS.iter().find(|(name, _)| *name == list) {
            Some((_, Shape::Object(members))) => (members, 2),
            _ => (schema::NETWORK, 0),
        },
        _ => (schema::NETWORK, 0),
    };
    let (mut members, mut shape) = (members, &Shape::Text);
    for step in path.get(skip..).unwrap_or_default() {
        match step {
            Step::Item(_) => {
                let Shape::List(item) = shape else { return TEXT };
                shape = item;
            }
            Step::Member(name) => {
                let name = new_name(name);
                let Some((_, found)) = members.iter().find(|(known, _)| *known == name) else { return TEXT };
                shape = found;
            }
        }
        members = if let Shape::Object(inner) = shape { inner } else { &[] };
    }
    Leaf::Value(shape)
}

/// The value of a cell where a shape is wanted; what does not fit stays text.
fn value(shape: &Shape, cell: &str) -> Value {
    let text = || Value::from(cell);
    match shape {
        Shape::Flag if cell.eq_ignore_ascii_case("true") => Value::Bool(true),
        Shape::Flag if cell.eq_ignore_ascii_case("false") => Value::Bool(false),
        Shape::Number | Shape::Whole => {
            let whole = || cell.parse::<i64>().ok().map(Value::from);
            let any = || cell.parse().ok().and_then(Number::from_f64).map(Value::Number);
            whole().or_else(any).unwrap_or_else(text)
        }
        Shape::List(item) => {
            cell.split(';').map(str::trim).filter(|part| !part.is_empty()).map(|part| value(item, part)).collect()
        }
        _ => text(),
    }
}

#[cfg(test)]
mod tests {
    use linewright_model::{Cable, Network, Place};

    use super::*;
    use crate::finding::Severity::{self, Error, Info, Warning};
    use crate::format::{Format, ImportOptions};
    use crate::input::{DEFAULT_LIMIT_BYTES, read_files};
    use crate::ofds::tests::{data, round_trip};

    const NETWORKS: &str = "id,name,publisher/name,crs/name\nn,N,P,urn:ogc:def:crs:OGC::CRS84\n";
    const NODES: &str = "id,nodes/0/id,nodes/0/name,nodes/0/location,nodes/0/type,nodes/0/accessPoint\n\
        n,1,A,POINT (1.0 5.0),pop;exchange,True\nn,2,B,POINT (1.0 5.1),,False\n";
    const SPANS: &str = "id,spans/0/id,spans/0/start,spans/0/end,spans/0/route,spans/0/fibreCount\n\
        n,s,1,2,\"LINESTRING (1.0 5.0, 1.0 5.1)\",24\n";
    const LINKS: &str = "id,links/0/href,links/0/rel\n\
        n,https://standard.ofds.info/en/0__4__0/network-schema.json,describedby\n";
    const PROVIDERS: &str =
        "id,nodes/0/id,nodes/0/networkProviders/0/id,nodes/0/networkProviders/0/name\nn,1,o,Owner\n";

    fn tables(changed: &str, content: impl Into<Vec<u8>>) -> Vec<File> {
        let tables = [
            ("providers.csv", PROVIDERS),
            ("networks.csv", NETWORKS),
            ("nodes.csv", NODES),
            ("spans.csv", SPANS),
            ("links.csv", LINKS),
        ];
        let mut files: Vec<File> = tables.map(|(name, text)| File::new(name, text)).into();
        let content = content.into();
        files.iter_mut().filter(|file| &*file.name == changed).for_each(|file| file.bytes.clone_from(&content));
        files
    }

    #[track_caller]
    fn check(changed: &str, content: impl Into<Vec<u8>>, repair: bool, expected: &[(Severity, &str)]) -> Network {
        let files = tables(changed, content);
        let mut network = Network::new();
        let options = ImportOptions { repair, ..ImportOptions::default() };
        let outcome = crate::import(&files, &options, &network).unwrap();
        let mut found: Vec<_> = outcome.report.findings.iter().map(|f| (f.severity, f.code)).collect();
        found.sort_unstable();
        found.dedup();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(found, expected, "{:#?}", outcome.report.findings);
        network.apply(&outcome.changes).unwrap();
        network
    }

    #[test]
    fn tables_are_a_network_with_typed_values() {
        let not_uuid = (Info, "not-a-uuid");
        let network = check("", "", false, &[not_uuid]);
        let (_, place) = network.all::<Place>().next().unwrap();
        let extra = place.tag.extra.as_ref().unwrap();
        assert_eq!(extra["type"], serde_json::json!(["pop", "exchange"]));
        assert_eq!(extra["accessPoint"], true);
        assert_eq!(extra["networkProviders"], serde_json::json!([{"id": "o", "name": "Owner"}]));
        let (_, cable) = network.all::<Cable>().next().unwrap();
        assert_eq!((cable.cores, network.count::<Place>()), (Some(24), 2));
        let (_, _, package) = round_trip(&tables("", ""), false);
        assert_eq!(package["networks"][0]["publisher"]["name"], "P");
    }

    #[test]
    fn dirty_tables_have_findings() {
        let not_uuid = (Info, "not-a-uuid");
        let orphan = format!("{PROVIDERS}n,9,o,Owner\n");
        check("providers.csv", orphan.as_str(), false, &[(Error, "dangling-row"), not_uuid]);
        check("providers.csv", orphan, true, &[(Error, "dangling-row"), not_uuid]);
        let no_point = NODES.replace("POINT (1.0 5.0)", "PINT (1.0 5.0)");
        check("nodes.csv", no_point.as_str(), false, &[(Error, "bad-wkt"), not_uuid]);
        assert_eq!(check("nodes.csv", no_point, true, &[(Error, "bad-wkt"), not_uuid]).count::<Place>(), 2);
        let twice = format!("{NODES}n,2,C,POINT (1.0 5.2),,\n");
        check("nodes.csv", twice, false, &[(Error, "duplicate-id"), not_uuid]);
        check("nodes.csv", NODES.replace("True", "True,1"), false, &[(Warning, "surplus-cells"), not_uuid]);
        check("nodes.csv", NODES.replace("True", "perhaps"), false, &[(Warning, "not-as-schema"), not_uuid]);
        check("networks.csv", format!("{NETWORKS}n,M,,\n"), false, &[(Warning, "same-network"), not_uuid]);
        check("spans.csv", SPANS.replace(",2,", ",7,"), false, &[(Error, "dangling-end"), not_uuid]);
        let gb = encoding_rs::GB18030.encode(&NODES.replace('A', "南通")).0.into_owned();
        let network = check("nodes.csv", gb, false, &[(Info, "gb18030"), not_uuid]);
        assert!(network.all::<Place>().any(|(_, place)| &*place.tag.name == "南通"));
        check(
            "nodes.csv",
            b"id,nodes/0/id\nn,\xff\xff\n".as_slice(),
            false,
            &[(Error, "dangling-end"), (Error, "dangling-row"), (Error, "not-text"), not_uuid],
        );
    }

    #[test]
    fn the_example_tables_are_the_example_package() {
        let (Some(folder), Some(package)) = (data("ofds/examples/csv"), data("ofds/examples/network-package.json"))
        else {
            return;
        };
        let read = |path| read_files(&[path], DEFAULT_LIMIT_BYTES).unwrap();
        let tables = read(folder);
        assert_eq!(Format::detect(&tables), Ok(Format::Ofds));
        let (_, _, of_tables) = round_trip(&tables, false);
        let (_, _, of_package) = round_trip(&read(package), false);
        let numbers = |value: &Value| serde_json::from_str::<Value>(&schema::canonical(value)).unwrap();
        assert_eq!(numbers(&of_tables), numbers(&of_package));
    }
}
