//! The sheet of a field sample: one row for each attribute of each record drawn, with room for what the crew finds.

use std::collections::{BTreeMap, BTreeSet};

use linewright_audit::sample::{Drawn, Kind};
use linewright_exchange::sheets::{Filled, Heading, Kind as TableOf};
use linewright_model::{
    AnyId, Cable, CableId, Carrier, Device, DeviceId, Grade, Id, Network, Place, PlaceId, Record, Span, SpanId,
    TableKind, Take, Trail, TrailId,
};
use serde::Serialize;

use crate::text::words::Lang;

/// Headings, Chinese and English.
pub const HEADS: [Heading; 11] = [
    ["类别", "kind"],
    ["编码", "code"],
    ["序号", "number"],
    ["名称", "name"],
    ["区县", "district"],
    ["维护单位", "unit"],
    ["属性", "attribute"],
    ["记录值", "recorded"],
    ["结果", "result"],
    ["现场值", "found"],
    ["备注", "remark"],
];

/// Those without which a sheet cannot be read: kind, code, attribute, recorded, result.
pub const WANTED: [usize; 5] = [0, 1, 6, 7, 8];

/// What the crew found of an attribute.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 一致
    Agrees,
    /// 不一致
    Differs,
    /// 现场无: the record is of something that is not there.
    Missing,
    /// 记录无: something is there that the records do not have.
    Unrecorded,
}

impl Outcome {
    /// Words for each, those of the help first.
    const WORDS: [(Outcome, &'static [&'static str]); 4] = [
        (Outcome::Agrees, &["一致", "as recorded", "相符", "是", "ok", "yes", "1", "√"]),
        (Outcome::Differs, &["不一致", "differs", "不符", "否", "no", "2", "×"]),
        (Outcome::Missing, &["现场无", "missing in field", "missing", "3"]),
        (Outcome::Unrecorded, &["记录无", "not in records", "未登记", "4"]),
    ];

    fn of(word: &str) -> Option<Self> {
        let word = word.trim().to_lowercase();
        Self::WORDS.iter().find(|(_, words)| words.contains(&word.as_str())).map(|(outcome, _)| *outcome)
    }
}

/// One row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    pub kind: Kind,
    pub code: String,
    /// Core or port.
    pub number: String,
    pub name: String,
    pub region: String,
    pub unit: String,
    pub attribute: String,
    pub recorded: String,
    pub found: String,
}

impl Line {
    /// The code, and behind a colon the core or port.
    pub fn record(&self) -> String {
        if self.number.is_empty() { self.code.clone() } else { format!("{}:{}", self.code, self.number) }
    }

    /// The row as it is to be filled in.
    pub fn cells(&self, lang: Lang) -> [String; 11] {
        let [zh, en] = self.kind.words();
        let Line { code, number, name, region, unit, attribute, recorded, .. } = self.clone();
        let nothing = String::new;
        [
            lang.pick(en, zh).to_owned(),
            code,
            number,
            name,
            region,
            unit,
            attribute,
            recorded,
            nothing(),
            nothing(),
            nothing(),
        ]
    }
}

/// What kinds of records are called.
pub trait Words {
    /// In Chinese and English.
    fn words(self) -> Heading;
}

impl Words for Kind {
    fn words(self) -> Heading {
        match self {
            Kind::Place => ["设施", "place"],
            Kind::Span => ["路由段", "span"],
            Kind::Cable => ["光缆段", "cable section"],
            Kind::Port => ["端口", "port"],
            Kind::Core => ["纤芯", "core"],
            Kind::Route => ["电路", "route"],
        }
    }
}

/// The table whose records are sampled.
pub fn table(kind: Kind) -> TableKind {
    match kind {
        Kind::Place => TableKind::Place,
        Kind::Span => TableKind::Span,
        Kind::Cable | Kind::Core => TableKind::Cable,
        Kind::Port => TableKind::Device,
        Kind::Route => TableKind::Trail,
    }
}

/// All codes of the tables that are sampled.
pub fn codes(network: &Network) -> BTreeMap<TableKind, BTreeSet<&str>> {
    fn of<'a, R: Record>(records: impl Iterator<Item = &'a std::sync::Arc<R>>) -> BTreeSet<&'a str> {
        records.map(|record| record.tag().code.as_str()).collect()
    }
    BTreeMap::from([
        (TableKind::Place, of(network.all::<Place>().map(|(_, record)| record))),
        (TableKind::Span, of(network.all::<Span>().map(|(_, record)| record))),
        (TableKind::Cable, of(network.all::<Cable>().map(|(_, record)| record))),
        (TableKind::Device, of(network.all::<Device>().map(|(_, record)| record))),
        (TableKind::Trail, of(network.all::<Trail>().map(|(_, record)| record))),
    ])
}

/// The rows of a record drawn, one for each attribute that can be seen in the field.
pub fn lines(network: &Network, drawn: &Drawn, lang: Lang) -> Vec<Line> {
    let Some(tag) = network.tag(drawn.id) else { return Vec::new() };
    let line = |(attribute, recorded): (String, String)| Line {
        kind: drawn.kind,
        code: tag.code.to_string(),
        number: drawn.slot.map_or_else(String::new, |slot| slot.to_string()),
        name: tag.name.to_string(),
        region: drawn.region.to_string(),
        unit: drawn.unit.to_string(),
        attribute,
        recorded,
        found: String::new(),
    };
    attributes(network, drawn, lang).unwrap_or_default().into_iter().map(line).collect()
}

/// The heading under which the import's tables have a field, so that a correction finds it.
fn heading(of: TableOf, key: &str, lang: Lang) -> String {
    let field = of.fields().iter().find(|field| field.key == key);
    field.map_or_else(|| key.to_owned(), |field| lang.pick(field.heads[1], field.heads[0]).to_owned())
}

fn attributes(network: &Network, drawn: &Drawn, lang: Lang) -> Option<Vec<(String, String)>> {
    let code = |id: AnyId| network.tag(id).map_or_else(String::new, |tag| tag.code.to_string());
    let number = |value: Option<u32>| value.map_or_else(String::new, |value| value.to_string());
    let own = |en: &str, zh: &str| lang.pick(en, zh).to_owned();
    Some(match drawn.kind {
        Kind::Place => {
            let place = network.get(drawn.id.typed::<PlaceId>()?)?;
            let head = |key| heading(TableOf::Places, key, lang);
            let within = place.within.map_or_else(String::new, |within| code(within.any()));
            vec![(head("kind"), lang.place(place.kind).to_owned()), (head("within"), within)]
        }
        Kind::Span => {
            let span = network.get(drawn.id.typed::<SpanId>()?)?;
            let head = |key| heading(TableOf::Cables, key, lang);
            vec![
                (own("Kind", "类型"), lang.span(span.kind).to_owned()),
                (head("a"), code(span.a.any())),
                (head("z"), code(span.b.any())),
                (head("length_m"), span.length_m.to_string()),
                (own("Bores or attachments", "管孔/挂点数"), number(span.capacity)),
            ]
        }
        Kind::Cable => {
            let cable = network.get(drawn.id.typed::<CableId>()?)?;
            let head = |key| heading(TableOf::Cables, key, lang);
            vec![
                (head("a"), code(cable.a.any())),
                (head("z"), code(cable.b.any())),
                (head("model"), cable.model.to_string()),
                (head("cores"), number(cable.cores)),
                (head("length_m"), cable.length_m.to_string()),
            ]
        }
        Kind::Port => slot(network, Carrier::Device(drawn.id.typed::<DeviceId>()?), drawn.slot?, TableOf::Ports, lang),
        Kind::Core => slot(network, Carrier::Cable(drawn.id.typed::<CableId>()?), drawn.slot?, TableOf::Cores, lang),
        Kind::Route => {
            let trail = network.get(drawn.id.typed::<TrailId>()?)?;
            let head = |key| heading(TableOf::Circuits, key, lang);
            vec![
                (head("customer"), trail.customer.to_string()),
                (head("grade"), trail.grade.map_or_else(String::new, |grade| graded(grade, lang))),
                (own("Way", "路由"), way(network, trail)),
            ]
        }
    })
}

fn graded(grade: Grade, lang: Lang) -> String {
    match grade {
        Grade::AAA => "AAA".to_owned(),
        Grade::AA => "AA".to_owned(),
        Grade::A => "A".to_owned(),
        Grade::Plain => lang.pick("plain", "普通").to_owned(),
    }
}

fn slot(network: &Network, carrier: Carrier, slot: u32, of: TableOf, lang: Lang) -> Vec<(String, String)> {
    let status = network.slot(carrier, slot);
    let owner = status.owner.and_then(|owner| network.tag(owner.any()));
    vec![
        (heading(of, "state", lang), lang.state(status.state)),
        (heading(of, "owner", lang), owner.map_or_else(String::new, |tag| tag.code.to_string())),
    ]
}

/// The elements that a route holds, in its order: `ODF-1:3 – GL-0001:3 – ODF-2:3`.
fn way(network: &Network, trail: &Trail) -> String {
    let element = |holding: &linewright_model::Holding| {
        let tag = network.tag(holding.carrier.any())?;
        Some(match holding.take {
            Take::Slot(slot) => format!("{}:{slot}", tag.code),
            Take::Amount(_) => tag.code.to_string(),
        })
    };
    trail.holdings().filter_map(element).collect::<Vec<_>>().join(" – ")
}

/// A row by its number, with what was found; none where nothing was filled in.
pub type Answered = (u64, Line, Option<Outcome>);

/// The rows of a filled-in sheet, with what was found; none where nothing was filled in.
///
/// # Errors
/// Every row that cannot be understood, by its number.
pub fn read(rows: &[Filled<11>]) -> Result<Vec<Answered>, Vec<String>> {
    let (mut lines, mut wrong) = (Vec::new(), Vec::new());
    for (row, cells) in rows {
        let [kind_word, code, number, name, region, unit, attribute, recorded, result, found, _] =
            cells.clone().map(|cell| cell.trim().to_owned());
        if code.is_empty() && result.is_empty() {
            continue;
        }
        let known = |kind: &Kind| kind.words().iter().any(|word| word.eq_ignore_ascii_case(&kind_word));
        let Some(kind) = Kind::ALL.into_iter().find(known) else {
            let all = Kind::ALL.map(|kind| kind.words().join(" ")).join(", ");
            wrong.push(format!("row {row}: the kind {kind_word:?} is none of {all}"));
            continue;
        };
        let outcome = Outcome::of(&result);
        if outcome.is_none() && !result.is_empty() {
            let all = Outcome::WORDS.map(|(_, words)| words.iter().take(2).copied().collect::<Vec<_>>().join(" "));
            wrong.push(format!("row {row}: the result {result:?} is none of {}", all.join(", ")));
            continue;
        }
        lines.push((*row, Line { kind, code, number, name, region, unit, attribute, recorded, found }, outcome));
    }
    /// Rows named in one message.
    const NAMED: usize = 20;
    let more = wrong.len().saturating_sub(NAMED);
    wrong.truncate(NAMED);
    if more > 0 {
        wrong.push(format!("and {more} more rows"));
    }
    if wrong.is_empty() { Ok(lines) } else { Err(wrong) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_read_as_people_write_them() {
        let check = |word: &str, expected| assert_eq!(Outcome::of(word), expected, "{word}");
        check(" 一致 ", Some(Outcome::Agrees));
        check("As Recorded", Some(Outcome::Agrees));
        check("不一致", Some(Outcome::Differs));
        check("missing in field", Some(Outcome::Missing));
        check("记录无", Some(Outcome::Unrecorded));
        check("maybe", None);
        check("", None);
    }

    #[test]
    fn rows_that_cannot_be_understood_are_all_named() {
        let row = |number, kind: &str, result: &str| {
            let mut cells: [String; 11] = Default::default();
            (cells[0], cells[1], cells[8]) = (kind.to_owned(), "GL-1".to_owned(), result.to_owned());
            (number, cells)
        };
        let wrong = read(&[row(2, "光缆段", "一致"), row(3, "cabel", "一致"), row(4, "core", "perhaps")]).unwrap_err();
        assert_eq!(wrong.len(), 2);
        assert!(wrong[0].starts_with("row 3: the kind \"cabel\" is none of 设施 place,"), "{wrong:?}");
        assert!(wrong[1].starts_with("row 4: the result \"perhaps\" is none of 一致 as recorded,"), "{wrong:?}");
        let lines = read(&[row(2, "Cable Section", ""), row(3, "光缆段", "ok")]).unwrap();
        assert_eq!(lines.iter().map(|(_, _, outcome)| *outcome).collect::<Vec<_>>(), [None, Some(Outcome::Agrees)]);
        let many: Vec<_> = (2..100).map(|number| row(number, "x", "")).collect();
        assert_eq!(read(&many).unwrap_err().last().map(String::as_str), Some("and 78 more rows"));
    }
}
