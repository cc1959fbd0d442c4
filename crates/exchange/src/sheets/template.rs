//! Templates: a workbook with one sheet for each kind of table, an example in each, and a sheet that explains them.

use linewright_model::phrase;
use rust_xlsxwriter::{Color, Format, Workbook, XlsxError};

use crate::draft::Draft;
use crate::finding::Finding;
use crate::input::File;
use crate::sheets::grid::Cell;
use crate::sheets::header::Table;
use crate::sheets::kind::{Field, Kind};

/// Language of a template.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Language {
    /// 中文
    Chinese,
    /// English.
    English,
}

impl Language {
    pub(crate) fn pick<T>(self, of: [T; 2]) -> T {
        let [zh, en] = of;
        match self {
            Language::Chinese => zh,
            Language::English => en,
        }
    }
}

/// Title of the sheet that explains the others.
pub(crate) const NOTES: [&str; 2] = ["填写说明", "Notes"];

/// What differs in a further example row: field and its value in Chinese and English.
type Variant = &'static [(&'static str, [&'static str; 2])];

/// Further example rows, so that what the examples refer to is there.
const VARIANTS: [(Kind, Variant); 4] = [
    (
        Kind::Places,
        &[
            ("code", ["GJ-01", "GJ-01"]),
            ("name", ["一号光交箱", "Cabinet 1"]),
            ("kind", ["光交箱", "cabinet"]),
            ("x", ["120.8702", "120.8702"]),
            ("y", ["32.0201", "32.0201"]),
        ],
    ),
    (
        Kind::Places,
        &[
            ("code", ["GJ-02", "GJ-02"]),
            ("name", ["二号光交箱", "Cabinet 2"]),
            ("kind", ["光交箱", "cabinet"]),
            ("x", ["120.8759", "120.8759"]),
            ("y", ["32.0233", "32.0233"]),
        ],
    ),
    (
        Kind::Cables,
        &[
            ("code", ["GL-0002", "GL-0002"]),
            ("name", ["GJ01–GJ02光缆段", "GJ01 – GJ02"]),
            ("a", ["GJ-01", "GJ-01"]),
            ("z", ["GJ-02", "GJ-02"]),
            ("length_m", ["780", "780"]),
        ],
    ),
    (
        Kind::Ports,
        &[("ports", ["1-2", "1-2"]), ("state", ["占用", "occupied"]), ("owner", ["NT-ZX-0001", "NT-ZX-0001"])],
    ),
];

/// The template in a language, as an XLSX file.
///
/// # Errors
/// When the workbook cannot be put together.
pub fn template(language: Language) -> Result<File, XlsxError> {
    let mut book = Workbook::new();
    let head = Format::new().set_bold().set_background_color(Color::RGB(0x00DD_EBF7)).set_num_format("@");
    // Text keeps a range from becoming a day and a code its zeros.
    let text = Format::new().set_num_format("@");
    for kind in Kind::ALL {
        let sheet = book.add_worksheet().set_name(language.pick(kind.title()))?;
        sheet.set_freeze_panes(1, 0)?;
        for (column, field) in (0_u16..).zip(kind.fields()) {
            sheet.set_column_format(column, &text)?;
            sheet.set_column_width(column, 18.0)?;
            sheet.write_string_with_format(0, column, language.pick(field.heads), &head)?;
        }
        for (row, values) in (1_u32..).zip(examples(kind, language)) {
            for (column, value) in (0_u16..).zip(values).filter(|(_, value)| !value.is_empty()) {
                sheet.write_string_with_format(row, column, value, &text)?;
            }
        }
    }
    notes(&mut book, language, &head)?;
    let name = language.pick(["linewright-模板.xlsx", "linewright-template.xlsx"]);
    Ok(File::new(name, book.save_to_buffer()?))
}

/// What the codes of examples begin with, in Chinese and English, so that nobody's own record is taken for one.
const EXAMPLE: [&str; 2] = ["示例-", "EXAMPLE-"];

/// Columns of codes.
const CODES: [&str; 9] = ["code", "a", "z", "cable", "cable_a", "cable_b", "device", "place", "owner"];

/// Takes the examples of a template out of a table; each is a finding. Returns how many.
pub(crate) fn pass_over_examples(table: &mut Table, draft: &mut Draft) -> usize {
    // The first column says what a row is about.
    let column = table.kind.fields().first().and_then(|field| table.columns.get(field.key)).cloned();
    let Some((column, heading)) = column else { return 0 };
    let before = table.grid.rows.len();
    let skipped = table.skipped;
    let source = table.grid.source.clone();
    let mut place = 0;
    table.grid.rows.retain(|(number, row)| {
        place += 1;
        let code = row.get(column).map(Cell::shown).unwrap_or_default();
        let is_example = place > skipped && EXAMPLE.iter().any(|mark| code.starts_with(mark));
        if is_example {
            let reason = phrase!(
                "an example of the template is passed over; delete the row, or give it a code of your own",
                "已跳过模板中的示例行；请删除该行，或改用自己的编码"
            );
            draft.note(Finding::warning("example-row", &source.record(*number, code), &heading, reason));
        }
        !is_example
    });
    before - table.grid.rows.len()
}

/// The example rows of a kind; their codes bear the mark of examples.
fn examples(kind: Kind, language: Language) -> Vec<Vec<String>> {
    let marked = |(field, value): (&Field, &str)| match value.is_empty() || !CODES.contains(&field.key) {
        true => value.to_owned(),
        false => format!("{}{value}", language.pick(EXAMPLE)),
    };
    let rows = values(kind, language);
    rows.into_iter().map(|row| kind.fields().iter().zip(row).map(marked).collect()).collect()
}

fn values(kind: Kind, language: Language) -> Vec<Vec<&'static str>> {
    let plain = |field: &Field| language.pick(field.examples);
    let mut rows: Vec<Vec<&str>> = vec![kind.fields().iter().map(plain).collect()];
    for (_, variant) in VARIANTS.iter().filter(|(of, _)| *of == kind) {
        let value = |field: &Field| {
            let own = variant.iter().find(|(key, _)| *key == field.key);
            own.map_or_else(|| plain(field), |(_, value)| language.pick(*value))
        };
        rows.push(kind.fields().iter().map(value).collect());
    }
    rows
}

/// The sheet that explains every column.
fn notes(book: &mut Workbook, language: Language, head: &Format) -> Result<(), XlsxError> {
    let sheet = book.add_worksheet().set_name(language.pick(NOTES))?;
    let heads =
        language.pick([["工作表", "列名", "必填", "含义与取值"], ["Sheet", "Column", "Wanted", "Meaning and values"]]);
    for ((column, title), width) in (0_u16..).zip(heads).zip([18.0, 20.0, 8.0, 90.0]) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, title, head)?;
    }
    let fields = Kind::ALL.into_iter().flat_map(|kind| kind.fields().iter().map(move |field| (kind, field)));
    let mut row = 1;
    for (kind, field) in fields {
        let wanted = if field.required { language.pick(["是", "yes"]) } else { "" };
        let cells = [language.pick(kind.title()), language.pick(field.heads), wanted, language.pick(field.notes)];
        for (column, cell) in (0_u16..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(row, column, cell)?;
        }
        row += 1;
    }
    let remarks = language.pick([
        [
            "导入：linewright import 文件.xlsx；先看差异：加 --dry-run。示例行（编码以“示例-”开头）请删除，导入时会跳过。",
            "空单元格表示不详；没有的列不改变已有数据。未证实占用的纤芯为未知：可查，不可分配。",
            "两行给同一纤芯或端口不同使用者时，后者记为争议（disputed），不入库，也不影响其余数据。",
        ],
        [
            "Import with `linewright import FILE.xlsx`; --dry-run shows the difference first. Delete the examples (EXAMPLE-...); they are passed over.",
            "An empty cell means not known; a column left out changes nothing. Cores not proven free stay unknown: found, never allocated.",
            "Where two rows give a core or port to different users, the second is a finding (disputed) and the rest is imported.",
        ],
    ]);
    for remark in remarks {
        row += 1;
        sheet.write_string(row, 0, remark)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use linewright_model::{Cable, Network, Trail};

    use super::*;
    use crate::format::{Format as Known, ImportOptions};
    use crate::plan::Outcome;

    fn import(files: &[File]) -> Outcome {
        let options = ImportOptions { format: Some(Known::Tables), all_findings: true, ..ImportOptions::default() };
        crate::import(files, &options, &Network::new()).unwrap()
    }

    /// The examples as tables, with codes of one's own.
    fn filled(language: Language) -> Vec<File> {
        let table = |kind: Kind| {
            let heads = kind.fields().iter().map(|field| language.pick(field.heads)).collect();
            let rows = std::iter::once(heads).chain(values(kind, language));
            let cell = |text: &str| format!("\"{text}\"");
            let lines = rows.map(|row| row.iter().map(|text| cell(text)).collect::<Vec<_>>().join(",") + "\n");
            File::new(format!("{}.csv", language.pick(kind.title())), lines.collect::<String>())
        };
        Kind::ALL.map(table).to_vec()
    }

    #[test]
    fn examples_are_passed_over_until_they_have_codes_of_ones_own() {
        for language in [Language::Chinese, Language::English] {
            let outcome = import(&[template(language).unwrap()]);
            let examples: usize = Kind::ALL.iter().map(|kind| values(*kind, language).len()).sum();
            let codes: Vec<&str> = outcome.report.findings.iter().map(|finding| finding.code).collect();
            assert_eq!(codes.iter().filter(|code| **code == "example-row").count(), examples, "{codes:?}");
            assert!(outcome.changes.is_empty() && !outcome.refused, "{codes:?}");

            let outcome = import(&filled(language));
            let mut network = Network::new();
            network.apply(&outcome.changes).unwrap();
            assert_eq!((network.count::<Cable>(), network.count::<Trail>()), (2, 1));
            assert_eq!(outcome.report.findings.len(), 0, "{:?}", outcome.report.findings);
        }
        let same = |language| import(&filled(language)).changes.changes.len();
        assert_eq!(same(Language::Chinese), same(Language::English));
    }
}
