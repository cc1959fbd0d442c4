//! `device.csv` and `jumper.csv`.

use linewright_model::{Device, Jumper, PortBlock, Tag, Text};

use super::Table;
use crate::native::codes::{Parsed, malformed, not_of_form};
use crate::native::escape;
use crate::native::out::{Out, text_in_list};
use crate::native::row::{Row, range, word_in};
use crate::native::words::Word as _;

impl Table for Device {
    const COLUMNS: &'static [&'static str] = &[
        "place",
        "kind",
        "model",
        "blocks",
        "free_board_slots",
        "stage",
        "available_from",
        "ownership",
        "notice_party",
        "unit",
    ];

    fn read(row: &mut Row<'_>, tag: Tag) -> Option<Self> {
        let place = row.reference("place");
        let kind = row.word("kind");
        let model = Text::from(row.text("model"));
        let blocks = row.list("blocks", ';', |_, item| block(item));
        let free_board_slots = row.whole("free_board_slots");
        let plant = row.plant();
        Some(Device { tag, place: place?, kind: kind?, model, blocks: blocks.into(), free_board_slots, plant })
    }

    fn write(&self, out: &mut Out<'_>) {
        out.put_reference("place", self.place);
        out.put_word("kind", self.kind);
        out.put_text("model", &self.model);
        out.put_list("blocks", self.blocks.iter().map(block_text));
        out.put_some("free_board_slots", self.free_board_slots);
        out.put_plant(&self.plant);
    }
}

fn block(item: &str) -> Parsed<PortBlock> {
    let parts: Vec<&str> = item.split(':').collect();
    let (name, ports, kind, interface, rate) = match parts[..] {
        [name, ports, kind] => (name, ports, kind, "", ""),
        [name, ports, kind, interface] => (name, ports, kind, interface, ""),
        [name, ports, kind, interface, rate] => (name, ports, kind, interface, rate),
        _ => {
            return Err(not_of_form(item, "name:first+count:kind[:interface[:rate]]"));
        }
    };
    let text = |encoded| escape::decode(encoded).map(Text::from).map_err(malformed);
    let (first, count) = range(ports)?;
    let kind = word_in(kind)?;
    Ok(PortBlock { name: text(name)?, first, count, kind, interface: text(interface)?, rate: text(rate)? })
}

fn block_text(block: &PortBlock) -> String {
    let mut item = format!("{}:{}+{}:{}", text_in_list(&block.name), block.first, block.count, block.kind.word());
    let (interface, rate) = (text_in_list(&block.interface), text_in_list(&block.rate));
    if !rate.is_empty() {
        item.push_str(&format!(":{interface}:{rate}"));
    } else if !interface.is_empty() {
        item.push_str(&format!(":{interface}"));
    }
    item
}

impl Table for Jumper {
    const COLUMNS: &'static [&'static str] = &["a", "b"];

    fn read(row: &mut Row<'_>, tag: Tag) -> Option<Self> {
        let a = row.required("a", |row, text| row.codes.port(row.dataset, text));
        let b = row.required("b", |row, text| row.codes.port(row.dataset, text));
        Some(Jumper { tag, a: a?, b: b? })
    }

    fn write(&self, out: &mut Out<'_>) {
        out.put("a", out.port(self.a));
        out.put("b", out.port(self.b));
    }
}
