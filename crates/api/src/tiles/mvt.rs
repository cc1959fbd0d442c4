//! Mapbox Vector Tile 2.1, written. The format is five small messages of varints.

use std::collections::HashMap;

/// Units across a tile.
pub(super) const EXTENT: i32 = 4096;

/// A value of a property.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Value {
    Text(String),
    Number(u64),
}

/// A point in a tile, from its upper left corner.
pub(super) type Point = [i32; 2];

/// One layer being written.
pub(super) struct Layer {
    name: &'static str,
    features: Vec<u8>,
    count: usize,
    keys: Interned<&'static str>,
    values: Interned<Value>,
}

struct Interned<T> {
    numbers: HashMap<T, u64>,
    all: Vec<T>,
    /// What all of them take when written, bytes.
    size: usize,
}

/// A text or value as it lies in a layer.
trait Written {
    /// Bytes it takes there, with its field.
    fn size(&self) -> usize;
}

impl Written for &'static str {
    fn size(&self) -> usize {
        field_size(self.len())
    }
}

impl Written for Value {
    fn size(&self) -> usize {
        field_size(match self {
            Value::Text(text) => field_size(text.len()),
            Value::Number(number) => 1 + varint_size(*number),
        })
    }
}

/// Bytes of a field of one-byte number with content of this length.
fn field_size(content: usize) -> usize {
    1 + varint_size(content as u64) + content
}

/// A state of a layer that can be gone back to.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    features: usize,
    count: usize,
    keys: usize,
    values: usize,
}

impl<T: Clone + Eq + std::hash::Hash + Written> Interned<T> {
    fn new() -> Self {
        Self { numbers: HashMap::new(), all: Vec::new(), size: 0 }
    }

    fn number(&mut self, of: T) -> u64 {
        let next = self.all.len() as u64;
        *self.numbers.entry(of.clone()).or_insert_with(|| {
            self.size += of.size();
            self.all.push(of);
            next
        })
    }

    /// Forgets all but the first `count`.
    fn truncate(&mut self, count: usize) {
        for gone in self.all.drain(count.min(self.all.len())..) {
            self.size -= gone.size();
            self.numbers.remove(&gone);
        }
    }
}

// Field numbers of vector_tile.proto, with their wire types.
const TILE_LAYERS: u64 = 3 << 3 | BYTES;
const LAYER_VERSION: u64 = 15 << 3;
const LAYER_NAME: u64 = 1 << 3 | BYTES;
const LAYER_FEATURES: u64 = 2 << 3 | BYTES;
const LAYER_KEYS: u64 = 3 << 3 | BYTES;
const LAYER_VALUES: u64 = 4 << 3 | BYTES;
const LAYER_EXTENT: u64 = 5 << 3;
const FEATURE_ID: u64 = 1 << 3;
const FEATURE_TAGS: u64 = 2 << 3 | BYTES;
const FEATURE_TYPE: u64 = 3 << 3;
const FEATURE_GEOMETRY: u64 = 4 << 3 | BYTES;
const VALUE_STRING: u64 = 1 << 3 | BYTES;
const VALUE_UINT: u64 = 5 << 3;
const BYTES: u64 = 2;

const POINT: u64 = 1;
const LINESTRING: u64 = 2;

const MOVE_TO: u32 = 1;
const LINE_TO: u32 = 2;

impl Layer {
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, features: Vec::new(), count: 0, keys: Interned::new(), values: Interned::new() }
    }

    /// Bytes it takes in a tile; 0 while it is empty.
    pub(super) fn size(&self) -> usize {
        if self.count == 0 { 0 } else { field_size(self.content_size()) }
    }

    fn content_size(&self) -> usize {
        let extent = 1 + varint_size(EXTENT.unsigned_abs().into());
        2 + field_size(self.name.len()) + self.features.len() + self.keys.size + self.values.size + extent
    }

    /// How it stands, for [`Layer::undo`].
    pub(super) fn mark(&self) -> Mark {
        Mark {
            features: self.features.len(),
            count: self.count,
            keys: self.keys.all.len(),
            values: self.values.all.len(),
        }
    }

    /// Takes back what came since.
    pub(super) fn undo(&mut self, to: Mark) {
        self.features.truncate(to.features);
        self.count = to.count;
        self.keys.truncate(to.keys);
        self.values.truncate(to.values);
    }

    /// Adds a point.
    pub(super) fn point(&mut self, id: u64, at: Point, properties: Vec<(&'static str, Value)>) {
        let mut pen = Pen::default();
        pen.move_to(at);
        self.feature(id, POINT, &pen.written, properties);
    }

    /// Adds lines of at least two points each.
    pub(super) fn lines(&mut self, id: u64, lines: &[Vec<Point>], properties: Vec<(&'static str, Value)>) {
        let mut pen = Pen::default();
        for line in lines {
            let Some((first, rest)) = line.split_first().filter(|(_, rest)| !rest.is_empty()) else { continue };
            pen.move_to(*first);
            pen.line_to(rest);
        }
        if !pen.written.is_empty() {
            self.feature(id, LINESTRING, &pen.written, properties);
        }
    }

    fn feature(&mut self, id: u64, kind: u64, geometry: &[u8], properties: Vec<(&'static str, Value)>) {
        let mut tags = Vec::new();
        for (key, value) in properties {
            varint(&mut tags, self.keys.number(key));
            varint(&mut tags, self.values.number(value));
        }
        let mut feature = Vec::with_capacity(geometry.len() + tags.len() + 16);
        varint(&mut feature, FEATURE_ID);
        varint(&mut feature, id);
        bytes(&mut feature, FEATURE_TAGS, &tags);
        varint(&mut feature, FEATURE_TYPE);
        varint(&mut feature, kind);
        bytes(&mut feature, FEATURE_GEOMETRY, geometry);
        bytes(&mut self.features, LAYER_FEATURES, &feature);
        self.count += 1;
    }

    /// Appends the layer to a tile; an empty one leaves nothing.
    pub(super) fn end(self, tile: &mut Vec<u8>) {
        if self.count == 0 {
            return;
        }
        let mut layer = Vec::with_capacity(self.content_size());
        varint(&mut layer, LAYER_VERSION);
        varint(&mut layer, 2);
        bytes(&mut layer, LAYER_NAME, self.name.as_bytes());
        layer.extend_from_slice(&self.features);
        for key in self.keys.all {
            bytes(&mut layer, LAYER_KEYS, key.as_bytes());
        }
        for value in self.values.all {
            let mut written = Vec::new();
            match value {
                Value::Text(text) => bytes(&mut written, VALUE_STRING, text.as_bytes()),
                Value::Number(number) => {
                    varint(&mut written, VALUE_UINT);
                    varint(&mut written, number);
                }
            }
            bytes(&mut layer, LAYER_VALUES, &written);
        }
        varint(&mut layer, LAYER_EXTENT);
        varint(&mut layer, EXTENT.unsigned_abs().into());
        bytes(tile, TILE_LAYERS, &layer);
    }
}

/// Draws a geometry: every point relative to the one before.
#[derive(Default)]
struct Pen {
    at: Point,
    written: Vec<u8>,
}

impl Pen {
    fn move_to(&mut self, to: Point) {
        self.command(MOVE_TO, 1);
        self.to(to);
    }

    fn line_to(&mut self, points: &[Point]) {
        self.command(LINE_TO, points.len());
        points.iter().for_each(|point| self.to(*point));
    }

    fn command(&mut self, command: u32, times: usize) {
        varint(&mut self.written, (times as u64) << 3 | u64::from(command));
    }

    fn to(&mut self, to: Point) {
        for axis in [0, 1] {
            let by = to[axis].wrapping_sub(self.at[axis]);
            varint(&mut self.written, u64::from(((by << 1) ^ (by >> 31)) as u32));
        }
        self.at = to;
    }
}

fn varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn varint_size(number: u64) -> usize {
    (64 - (number | 1).leading_zeros() as usize).div_ceil(7)
}

fn bytes(out: &mut Vec<u8>, field: u64, content: &[u8]) {
    varint(out, field);
    varint(out, content.len() as u64);
    out.extend_from_slice(content);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes worked out by hand from the examples of the specification (4.3.5.2 and 4.3.5.4).
    #[test]
    fn geometries_are_those_of_the_specification() {
        let mut pen = Pen::default();
        pen.move_to([25, 17]);
        assert_eq!(pen.written, [9, 50, 34]);
        let mut pen = Pen::default();
        pen.move_to([2, 2]);
        pen.line_to(&[[2, 10], [10, 10]]);
        assert_eq!(pen.written, [9, 4, 4, 18, 0, 16, 16, 0]);
    }

    #[test]
    fn a_layer_holds_each_key_and_value_once() {
        let mut layer = Layer::new("place");
        layer.point(1, [0, 0], vec![("code", Value::Text("A".to_owned())), ("free", Value::Number(300))]);
        layer.point(2, [1, -1], vec![("code", Value::Text("A".to_owned())), ("free", Value::Number(300))]);
        let (size, mark) = (layer.size(), layer.mark());
        layer.point(3, [7, 7], vec![("name", Value::Text("長".repeat(99))), ("free", Value::Number(u64::MAX))]);
        assert!(layer.size() > size + 300, "{}", layer.size());
        layer.undo(mark);
        assert_eq!(layer.size(), size);
        let mut tile = Vec::new();
        layer.end(&mut tile);
        #[rustfmt::skip]
        let expected = [
            0x1a, 64, 0x78, 2, 0x0a, 5, b'p', b'l', b'a', b'c', b'e',
            0x12, 15, 8, 1, 0x12, 4, 0, 0, 1, 1, 0x18, 1, 0x22, 3, 9, 0, 0,
            0x12, 15, 8, 2, 0x12, 4, 0, 0, 1, 1, 0x18, 1, 0x22, 3, 9, 2, 1,
            0x1a, 4, b'c', b'o', b'd', b'e', 0x1a, 4, b'f', b'r', b'e', b'e',
            0x22, 3, 0x0a, 1, b'A', 0x22, 3, 0x28, 0xac, 2, 0x28, 0x80, 0x20,
        ];
        assert_eq!(tile[2..], expected[2..]);
        assert_eq!(usize::from(tile[1]), tile.len() - 2);
        assert_eq!(tile.len(), size);
        let mut empty = Vec::new();
        Layer::new("span").end(&mut empty);
        assert!(empty.is_empty());
    }
}
