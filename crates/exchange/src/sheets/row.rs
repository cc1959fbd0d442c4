//! One row of a table: its cells by field, and findings that name file, sheet, row, heading and value.

use linewright_model::crs::Geographic;
use linewright_model::{Phrase, Position, Text, phrase};

use crate::draft::Draft;
use crate::finding::{Finding, Severity, Source, shown};
use crate::sheets::grid::Cell;
use crate::sheets::header::Table;
use crate::sheets::mapping::Mapping;
use crate::sheets::value::{self, CodeDoubt};
use crate::sheets::words::{Word, squeezed};

/// A row below the headings.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    table: &'a Table,
    number: u64,
    cells: &'a [Cell],
}

impl<'a> Row<'a> {
    /// The rows of a table.
    pub(crate) fn all(table: &'a Table) -> impl Iterator<Item = Row<'a>> {
        table.rows().iter().map(move |(number, cells)| Row { table, number: *number, cells })
    }

    /// Whether the table has a column for this field.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.columns.contains_key(key)
    }

    pub(crate) fn cell(&self, key: &str) -> &'a Cell {
        const NOTHING: &Cell = &Cell::Empty;
        self.table.columns.get(key).and_then(|(column, _)| self.cells.get(*column)).unwrap_or(NOTHING)
    }

    pub(crate) fn is_empty(&self, key: &str) -> bool {
        self.cell(key).is_empty()
    }

    /// Where the row stands; `record` is what it is about.
    pub(crate) fn source(&self, record: &str) -> Source {
        self.table.grid.source.record(self.number, record)
    }

    /// A finding about one field of the row.
    pub(crate) fn finding(
        &self,
        severity: Severity,
        code: &'static str,
        key: &str,
        record: &str,
        reason: Phrase,
    ) -> Finding {
        let head = self.table.columns.get(key).map_or_else(|| Text::from(key), |(_, head)| head.clone());
        let source = self.source(record);
        Finding::new(severity, code, &source, head, reason).of_value(self.cell(key).shown())
    }

    /// Notes an error that a repairing import mends by leaving the row out.
    pub(crate) fn refuse(&self, code: &'static str, key: &str, record: &str, reason: Phrase, draft: &mut Draft) {
        let finding = self.finding(Severity::Error, code, key, record, reason);
        draft.note(finding.repairable(draft.repair(), phrase!("left the row out", "已略过该行")));
    }

    /// What a field says in words.
    pub(crate) fn text(&self, key: &str) -> Text {
        match self.cell(key) {
            // What is wrong with it has been said.
            Cell::Error(_) => Text::default(),
            cell => value::text(cell),
        }
    }

    /// A code; what a spreadsheet may have done to it is a finding.
    pub(crate) fn code(&self, key: &str, draft: &mut Draft) -> Text {
        if matches!(self.cell(key), Cell::Error(_)) {
            return Text::default();
        }
        let (code, doubt) = value::code(self.cell(key));
        let (severity, name, reason) = match doubt {
            None => return code,
            Some(CodeDoubt::Number) => (
                Severity::Info,
                "code-as-number",
                phrase!(
                    "the code is a number, so zeros in front are gone if it had any",
                    "编码成了数字，前面的零（如有）已丢失"
                ),
            ),
            Some(CodeDoubt::Shortened) => (
                Severity::Warning,
                "code-shortened",
                phrase!(
                    "the spreadsheet shortened a long number; its last digits are gone",
                    "电子表格缩短了长数字，末几位已丢失"
                ),
            ),
            Some(CodeDoubt::Date) => (
                Severity::Warning,
                "code-as-day",
                phrase!("the spreadsheet made a day of the code", "电子表格把编码变成了日期"),
            ),
        };
        draft.note(self.finding(
            severity,
            name,
            key,
            &code,
            phrase!("{}; format the column as text", "{}；请将该列设为文本格式", reason),
        ));
        code
    }

    /// A code that must be there.
    pub(crate) fn wanted_code(&self, key: &str, record: &str, draft: &mut Draft) -> Option<Text> {
        let code = self.code(key, draft);
        if code.is_empty() {
            if !matches!(self.cell(key), Cell::Error(_)) {
                self.refuse(
                    "missing-value",
                    key,
                    record,
                    phrase!("the cell is empty, and a value is wanted", "单元格为空，须填写"),
                    draft,
                );
            }
            return None;
        }
        Some(code)
    }

    /// What a reader of cells makes of a field; a value that it cannot read is an error, mended by leaving it empty.
    pub(crate) fn read<T>(
        &self,
        key: &str,
        record: &str,
        draft: &mut Draft,
        read: impl FnOnce(&Cell) -> Result<Option<T>, Phrase>,
    ) -> Option<T> {
        match self.cell(key) {
            Cell::Error(_) => None,
            cell => read(cell).unwrap_or_else(|why| {
                let reason = phrase!("{} {}", "{} {}", shown(&cell.shown()), why);
                let finding = self.finding(Severity::Error, "bad-value", key, record, reason);
                draft.note(finding.repairable(draft.repair(), phrase!("left the field empty", "已将该项视为空")));
                None
            }),
        }
    }

    /// Slot numbers that must be there.
    pub(crate) fn wanted_slots(&self, key: &str, record: &str, draft: &mut Draft) -> Option<Vec<u32>> {
        match self.cell(key) {
            Cell::Error(_) => None,
            cell => match value::slots(cell) {
                Ok(slots) if slots.is_empty() => {
                    let reason = phrase!(
                        "the cell is empty, and numbers as 1-12,15 are wanted",
                        "单元格为空，须填写序号，如 1-12,15"
                    );
                    self.refuse("missing-value", key, record, reason, draft);
                    None
                }
                Ok(slots) => Some(slots),
                Err(why) => {
                    let reason = phrase!("{} {}", "{} {}", shown(&cell.shown()), why);
                    self.refuse("bad-value", key, record, reason, draft);
                    None
                }
            },
        }
    }

    /// A value of a closed list; an unknown word is a warning, and the field counts as empty.
    pub(crate) fn word<W: Word>(&self, key: &str, record: &str, mapping: &Mapping, draft: &mut Draft) -> Option<W> {
        let given = self.text(key);
        if given.is_empty() {
            return None;
        }
        let own = || mapping.words.iter().find(|(word, _)| squeezed(word) == squeezed(&given));
        let found = match own() {
            Some((_, meaning)) => W::of(meaning).or_else(|| W::of(&given)),
            None => W::of(&given),
        };
        if found.is_none() {
            let reason =
                phrase!("{} is none of {}; taken as empty", "{} 不在 {} 之中；视为空", shown(&given), W::listed());
            draft.note(self.finding(Severity::Warning, "unknown-word", key, record, reason));
        }
        found
    }

    /// The position that two fields give in the coordinate system of the tables.
    pub(crate) fn position(
        &self,
        x: &str,
        y: &str,
        record: &str,
        crs: Option<linewright_model::crs::Crs>,
        draft: &mut Draft,
    ) -> Option<Position> {
        let number = |cell: &Cell| match value::number(cell)? {
            Some((number, unit)) if matches!(unit.as_str(), "" | "°" | "e" | "n" | "m" | "米") => Ok(Some(number)),
            Some(_) => Err(phrase!("has a unit that is not known", "的单位无法识别")),
            None => Ok(None),
        };
        let [east, north] = [x, y].map(|key| self.read(key, record, draft, number));
        let (Some(east), Some(north)) = (east, north) else {
            if east.is_some() != north.is_some() && (self.is_empty(x) || self.is_empty(y)) {
                let missing = if east.is_none() { x } else { y };
                let reason =
                    phrase!("a position needs both coordinates; this one is missing", "位置须有两个坐标；缺此一项");
                draft.note(self.finding(Severity::Warning, "half-position", missing, record, reason));
            }
            return None;
        };
        let found = crs?.to_wgs84(east, north).map_err(|error| error.phrase());
        let position = |at: Geographic| Position::new(at.lon_deg, at.lat_deg);
        let found = found.and_then(|at| position(at).map_err(|error| Phrase::same(error.to_string())));
        found
            .map_err(|why| {
                let finding = self.finding(Severity::Error, "bad-position", x, record, why);
                draft.note(finding.repairable(draft.repair(), phrase!("left the position out", "已略去位置")));
            })
            .ok()
    }
}
