//! Devices with their ports, and the jumpers between them.

use serde::{Deserialize, Serialize};

use super::{Record, code_fault, refer_tag, remap_id, remap_tag};
use crate::sharing::Sharing;
use crate::{Alike, AnyId, DeviceId, Discipline, Id as _, JumperId, Phrase, PlaceId, Plant, Tag, Text, phrase};

/// Kind of a device.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// 光纤配线架, also the frame inside a cabinet or box
    Odf,
    /// 数字配线架
    Ddf,
    /// 分光器
    Splitter,
    /// 分插复用器
    Adm,
    /// 光线路终端
    Olt,
    /// 光网络单元
    Onu,
    /// 交换机
    Switch,
    /// 路由器
    Router,
}

/// What a block of ports is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PortKind {
    /// ODF terminal: back spliced, front patched
    OpticalTerminal,
    /// DDF terminal
    DigitalTerminal,
    /// Splitter, common side
    SplitterIn,
    /// Splitter, branch side
    SplitterOut,
    /// Optical port of an NE
    Optical,
    /// PON port of an OLT
    Pon,
    /// E1 tributary
    E1,
    /// Electrical Ethernet
    Ethernet,
}

/// Consecutive ports of one kind: a tray, a board.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PortBlock {
    /// Name of the tray or board, unique inside the device.
    pub name: Text,
    /// First port number, from 1, unique inside the device.
    pub first: u32,
    /// Number of ports.
    pub count: u32,
    /// What they are for.
    pub kind: PortKind,
    /// Optical interface code of the catalogue (`S-4.1`, `GPON B+`); empty for terminals and unplugged ports.
    #[serde(default, skip_serializing_if = "crate::common::is_empty")]
    pub interface: Text,
    /// Line rate of the ports (`STM-4`, `1GE`); empty when the kind says it all.
    #[serde(default, skip_serializing_if = "crate::common::is_empty")]
    pub rate: Text,
}

impl PortBlock {
    /// Whether the block has this port.
    pub fn contains(&self, port: u32) -> bool {
        port >= self.first && port - self.first < self.count
    }

    /// Its port numbers.
    pub fn ports(&self) -> std::ops::Range<u32> {
        self.first..self.first.saturating_add(self.count)
    }
}

/// A device: frames, splitters and network elements. Offers its ports.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Device {
    /// Identity.
    #[serde(flatten)]
    pub tag: Tag,
    /// Where it stands.
    pub place: PlaceId,
    /// What it is.
    pub kind: DeviceKind,
    /// Equipment model; empty when unknown.
    #[serde(default, skip_serializing_if = "crate::common::is_empty")]
    pub model: Text,
    /// Its ports.
    #[serde(default)]
    pub blocks: Alike<Vec<PortBlock>>,
    /// Free board slots 空槽位; none when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_board_slots: Option<u16>,
    /// Life cycle, owner, keeper.
    #[serde(default)]
    pub plant: Alike<Plant>,
}

impl Device {
    /// The block that has this port.
    pub fn block_of(&self, port: u32) -> Option<&PortBlock> {
        self.blocks.iter().find(|block| block.contains(port))
    }

    /// What it offers: exclusive ports up to the highest number.
    pub fn discipline(&self) -> Discipline {
        let last = self.blocks.iter().map(|block| block.ports().end.saturating_sub(1)).max();
        Discipline::Exclusive { count: Some(last.unwrap_or(0)) }
    }
}

/// A port of a device.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Port {
    /// The device.
    pub device: DeviceId,
    /// Its port number.
    pub port: u32,
}

/// A jumper 跳纤 (or DDF patch): joins two ports from the front.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Jumper {
    /// Identity.
    #[serde(flatten)]
    pub tag: Tag,
    /// One end.
    pub a: Port,
    /// The other end.
    pub b: Port,
}

impl Record for Device {
    type Id = DeviceId;
    fn tag(&self) -> &Tag {
        &self.tag
    }
    fn tag_mut(&mut self) -> &mut Tag {
        &mut self.tag
    }
    fn remap(&mut self, f: &mut dyn FnMut(AnyId) -> AnyId) {
        remap_tag(&mut self.tag, f);
        remap_id(&mut self.place, f);
    }
    fn refer(&self, f: &mut dyn FnMut(AnyId)) {
        refer_tag(&self.tag, f);
        f(self.place.any());
    }
    fn share(&mut self, sharing: &mut Sharing) {
        sharing.text(&mut self.model);
        sharing.blocks(&mut self.blocks);
        sharing.plant(&mut self.plant);
    }
    fn fault(&self) -> Option<Phrase> {
        let mut blocks: Vec<&PortBlock> = self.blocks.iter().collect();
        blocks.sort_by_key(|block| block.first);
        code_fault(&self.tag)
            .or_else(|| {
                let bad =
                    blocks.iter().find(|b| b.first == 0 || b.count == 0 || b.first > MAX_PORT || b.count > MAX_PORT)?;
                let name = &bad.name;
                Some(phrase!(
                    "port block {name:?} must have at least one port, numbered from 1",
                    "端口组 {name:?} 至少一个端口，从 1 起编号"
                ))
            })
            .or_else(|| {
                let pair = blocks.windows(2).find(|pair| pair[0].ports().end > pair[1].first)?;
                let [one, other] = [&pair[0].name, &pair[1].name];
                Some(phrase!("port blocks {one:?} and {other:?} overlap", "端口组 {one:?} 与 {other:?} 重叠"))
            })
    }
}

/// Bound on port numbers against absurd input.
const MAX_PORT: u32 = 1_000_000;

impl Record for Jumper {
    type Id = JumperId;
    fn tag(&self) -> &Tag {
        &self.tag
    }
    fn tag_mut(&mut self) -> &mut Tag {
        &mut self.tag
    }
    fn remap(&mut self, f: &mut dyn FnMut(AnyId) -> AnyId) {
        remap_tag(&mut self.tag, f);
        remap_id(&mut self.a.device, f);
        remap_id(&mut self.b.device, f);
    }
    fn refer(&self, f: &mut dyn FnMut(AnyId)) {
        refer_tag(&self.tag, f);
        f(self.a.device.any());
        f(self.b.device.any());
    }
    fn fault(&self) -> Option<Phrase> {
        code_fault(&self.tag).or_else(|| {
            (self.a == self.b).then(|| phrase!("a jumper joins two different ports", "跳纤连接两个不同的端口"))
        })
    }
}
