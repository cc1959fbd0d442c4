//! Rows of devices, their port blocks, and jumpers.

use linewright_model::{Device, DeviceId, Id, Jumper, PlaceId, Port, PortBlock, Tag};

use super::{Cell, Cells, Damage, ListSink, Lists, Overflow, Row, Shape, Tabular, record_columns};

impl Tabular for Device {
    const MAIN: Shape = Shape {
        table: "device",
        columns: record_columns![
            "place",
            "kind",
            "model",
            "free_board_slots",
            "stage",
            "available_from",
            "ownership",
            "notice_party",
            "unit",
        ],
        order: "id",
    };
    const LISTS: &'static [Shape] = &[Shape {
        table: "port_block",
        columns: &["device", "seq", "name", "first", "count", "kind", "interface", "rate"],
        order: "seq",
    }];

    fn put(&self, row: &mut Row<'_>) -> Result<(), Overflow> {
        row.add(self.place.raw()).name(&self.kind)?.add(&self.model).add(self.free_board_slots).plant(&self.plant)?;
        Ok(())
    }

    fn put_lists(&self, lists: &mut ListSink<'_>) -> Result<(), Overflow> {
        for (seq, block) in (0u32..).zip(&self.blocks) {
            let (first, count) = (Cell::from(block.first), Cell::from(block.count));
            let (kind, interface) = (Cell::name(&block.kind)?, Cell::from(&block.interface));
            let (name, rate) = (Cell::from(&block.name), Cell::from(&block.rate));
            lists.row(0, [Cell::from(seq), name, first, count, kind, interface, rate]);
        }
        Ok(())
    }

    fn take(tag: Tag, row: &mut Cells, lists: &mut Lists) -> Result<Self, Damage> {
        Ok(Device {
            tag,
            place: PlaceId::from_raw(row.whole()?),
            kind: row.name()?,
            model: row.text()?,
            free_board_slots: row.whole_or_none()?,
            plant: row.plant()?,
            blocks: lists.rows(0, block)?.into(),
        })
    }
}

fn block(row: &mut Cells) -> Result<PortBlock, Damage> {
    let _seq: u32 = row.whole()?;
    Ok(PortBlock {
        name: row.text()?,
        first: row.whole()?,
        count: row.whole()?,
        kind: row.name()?,
        interface: row.text()?,
        rate: row.text()?,
    })
}

impl Row<'_> {
    pub(super) fn port(&mut self, port: Port) -> &mut Self {
        self.add(port.device.raw()).add(port.port)
    }
}

impl Cells {
    pub(super) fn port(&mut self) -> Result<Port, Damage> {
        Ok(Port { device: DeviceId::from_raw(self.whole()?), port: self.whole()? })
    }
}

impl Tabular for Jumper {
    const MAIN: Shape =
        Shape { table: "jumper", columns: record_columns!["a_device", "a_port", "b_device", "b_port"], order: "id" };

    fn put(&self, row: &mut Row<'_>) -> Result<(), Overflow> {
        row.port(self.a).port(self.b);
        Ok(())
    }

    fn take(tag: Tag, row: &mut Cells, _: &mut Lists) -> Result<Self, Damage> {
        Ok(Jumper { tag, a: row.port()?, b: row.port()? })
    }
}
