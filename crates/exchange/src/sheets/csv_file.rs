//! CSV files as people save them: any of the encodings and separators that spreadsheets write.

use linewright_model::phrase;
use std::borrow::Cow;

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

use crate::draft::Draft;
use crate::finding::{Finding, Source};
use crate::input::File;
use crate::sheets::grid::{Cell, Grid, MAX_CELLS, MAX_COLUMNS};

/// The grid of a CSV file.
pub(crate) fn read(file: &File, cells: &mut u64, draft: &mut Draft) -> Option<Grid> {
    let source = Source::file(file.name.clone());
    let text = decoded(&file.bytes, &source, draft)?;
    let separator = separator_of(&text);
    if text.bytes().filter(|byte| *byte == separator).count() as u64 > MAX_CELLS {
        draft.note(too_many_cells(&source));
        return None;
    }
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes());
    let mut grid = Grid { source, ..Grid::default() };
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                let reason = phrase!(
                    "the file is no CSV table: {error}; save it again as CSV",
                    "文件不是 CSV 表：{error}；请重新另存为 CSV"
                );
                draft.note(Finding::error("not-a-table", &grid.source, "", reason));
                return None;
            }
        }
        let line = record.position().map_or(0, csv::Position::line);
        let mut row: Vec<Cell> = record.iter().take(MAX_COLUMNS).map(Cell::text).collect();
        while row.last().is_some_and(Cell::is_empty) {
            row.pop();
        }
        *cells = cells.saturating_add(row.len() as u64);
        if *cells > MAX_CELLS {
            draft.note(too_many_cells(&grid.source));
            return None;
        }
        if !row.is_empty() {
            grid.rows.push((line, row));
        }
    }
    Some(grid)
}

pub(crate) fn too_many_cells(source: &Source) -> Finding {
    let reason = phrase!(
        "the tables have more than {MAX_CELLS} cells; import them in parts",
        "表格超过 {MAX_CELLS} 个单元格；请分批导入"
    );
    Finding::error("too-many-cells", source, "", reason)
}

/// The text of a file in UTF-8, UTF-16 or GB18030; a finding says so where it is not UTF-8.
pub(crate) fn decoded<'a>(bytes: &'a [u8], source: &Source, draft: &mut Draft) -> Option<Cow<'a, str>> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        let (text, bad) = encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
        if bad {
            let reason = phrase!(
                "the file begins as {} and is not; save it again as UTF-8",
                "文件开头声明为 {}，实际不是；请另存为 UTF-8",
                encoding.name()
            );
            draft.note(Finding::error("not-text", source, "", reason));
            return None;
        }
        return Some(text);
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        let (text, bad) = encoding.decode_without_bom_handling(bytes);
        if !bad {
            return Some(text);
        }
    }
    if bytes.contains(&0) {
        let reason = phrase!("the file is not text; give an XLSX or CSV file", "文件不是文本；请提供 XLSX 或 CSV 文件");
        draft.note(Finding::error("not-text", source, "", reason));
        return None;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(Cow::Borrowed(text));
    }
    if !is_mixed(bytes)
        && let Some(text) = GB18030.decode_without_bom_handling_and_without_replacement(bytes)
    {
        let reason = phrase!("the text is not UTF-8; read as GB18030", "文本不是 UTF-8，按 GB18030 读取");
        draft.note(Finding::info("gb18030", source, "", reason));
        return Some(text);
    }
    line_by_line(bytes, source, draft)
}

/// Whether more than a tenth of the lines that are not ASCII are UTF-8; of GB18030 text hardly a line looks so.
fn is_mixed(bytes: &[u8]) -> bool {
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_ascii());
    let (all, utf8) =
        lines.fold((0_u64, 0_u64), |(all, utf8), line| (all + 1, utf8 + u64::from(std::str::from_utf8(line).is_ok())));
    utf8 > all / 10
}

/// UTF-16 shows by the zero bytes of ASCII signs at every other place.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = bytes.get(..4_096).unwrap_or(bytes);
    let zeros = |at: usize| head.iter().skip(at).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let many = head.len() / 8;
    // Of Chinese signs a few have a zero byte too.
    if odd > many && odd > 4 * even {
        Some(UTF_16LE)
    } else if even > many && even > 4 * odd {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Text whose lines are partly UTF-8 and partly GB18030, as files put together from several have.
fn line_by_line<'a>(bytes: &[u8], source: &Source, draft: &mut Draft) -> Option<Cow<'a, str>> {
    let mut text = String::with_capacity(bytes.len());
    for (at, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        if let Ok(line) = std::str::from_utf8(line) {
            text.push_str(line);
        } else if let Some(line) = GB18030.decode_without_bom_handling_and_without_replacement(line) {
            text.push_str(&line);
        } else {
            let reason = phrase!(
                "the line is neither UTF-8 nor GB18030; save the file again as UTF-8",
                "该行既不是 UTF-8 也不是 GB18030；请将文件另存为 UTF-8"
            );
            draft.note(Finding::error("not-text", &source.record(at as u64 + 1, ""), "", reason));
            return None;
        }
    }
    let reason = phrase!(
        "the lines are partly UTF-8 and partly GB18030; each was read in its own",
        "部分行为 UTF-8、部分行为 GB18030；已分别读取"
    );
    draft.note(Finding::warning("mixed-encoding", source, "", reason));
    Some(Cow::Owned(text))
}

/// The sign that separates columns: the one that the first lines have most evenly.
fn separator_of(text: &str) -> u8 {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(20).collect();
    let score = |separator: u8| {
        let counts = lines.iter().map(|line| outside_quotes(line, separator));
        // A title above the table has none, so the most frequent count decides.
        let mut by_count = std::collections::BTreeMap::<usize, usize>::new();
        counts.filter(|count| *count > 0).for_each(|count| *by_count.entry(count).or_default() += 1);
        by_count.into_iter().map(|(count, lines)| (lines, count)).max().unwrap_or_default()
    };
    let best = [b',', b'\t', b';', b'|'].into_iter().rev().max_by_key(|separator| score(*separator));
    best.unwrap_or(b',')
}

fn outside_quotes(line: &str, separator: u8) -> usize {
    let mut quoted = false;
    let signs = line.bytes().filter(|byte| {
        quoted ^= *byte == b'"';
        !quoted && *byte == separator
    });
    signs.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(bytes: &[u8]) -> (Option<Grid>, Vec<&'static str>) {
        let mut draft = Draft::new(false);
        let grid = read(&File::new("x.csv", bytes), &mut 0, &mut draft);
        let codes = draft.findings().iter().map(|finding| finding.code).collect();
        (grid, codes)
    }

    fn check(bytes: &[u8], expected_codes: &[&str]) {
        let (grid, codes) = grid(bytes);
        assert_eq!(codes, expected_codes);
        let rows: Vec<Vec<String>> =
            grid.unwrap().rows.iter().map(|(_, row)| row.iter().map(Cell::shown).collect()).collect();
        assert_eq!(rows, [["编码", "名称"], ["G1", "城东, 一"]]);
    }

    #[test]
    fn every_encoding_and_separator_reads_the_same() {
        let text = "编码,名称\r\n\r\nG1,\"城东, 一\"\r\n";
        check(text.as_bytes(), &[]);
        check(format!("\u{feff}{text}").as_bytes(), &[]);
        check(&GB18030.encode(text).0, &["gb18030"]);
        for separator in ["\t", ";", "|"] {
            check(text.replacen(',', separator, 1).replace("1,\"", &format!("1{separator}\"")).as_bytes(), &[]);
        }
        let utf16 = |to: fn(u16) -> [u8; 2], mark: bool| -> Vec<u8> {
            let text = if mark { format!("\u{feff}{text}") } else { text.to_owned() };
            text.encode_utf16().flat_map(to).collect()
        };
        check(&utf16(u16::to_le_bytes, true), &[]);
        check(&utf16(u16::to_be_bytes, true), &[]);
        check(&utf16(u16::to_le_bytes, false), &[]);
        check(&utf16(u16::to_be_bytes, false), &[]);
        check(
            &[&GB18030.encode("编码,名称\r\n").0[..], "G1,\"城东, 一\"\r\n".as_bytes()].concat(),
            &["mixed-encoding"],
        );
    }

    #[test]
    fn what_is_no_text_is_said_to_be_none() {
        for bytes in [&b"a\0\x01b,c\n"[..], b"\xff\xfe\x00\xd8", b"\xff\xff\xff,\xff\n"] {
            let (grid, codes) = grid(bytes);
            assert!(grid.is_none() && codes == ["not-text"], "{bytes:?} {codes:?}");
        }
    }
}
