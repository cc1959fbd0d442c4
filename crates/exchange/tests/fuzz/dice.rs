//! Random choices that a case number gives again, and damage to bytes.

/// A source of choices: splitmix64, seeded by a name and a number.
pub struct Dice {
    state: u64,
}

/// What programs and people write where something else should stand.
const WORDS: [&str; 48] = [
    "",
    "-",
    "?",
    "null",
    "Unknown",
    "<NA>",
    "NaN",
    "Infinity",
    "0",
    "-0",
    "-1",
    "1",
    "1e308",
    "-1e308",
    "1e-320",
    "1e400",
    "90",
    "91",
    "180",
    "180.0000001",
    "-181",
    "255",
    "256",
    "65536",
    "2147483648",
    "4294967295",
    "9007199254740993",
    "9223372036854775807",
    "18446744073709551616",
    "99999999999999999999999999",
    "0.1",
    "[]",
    "{}",
    "[[]]",
    "\"",
    "\\",
    "\\u0000",
    "\n",
    "\r\n",
    ",",
    ";",
    "/",
    "/0/",
    "true",
    "#2",
    "南通",
    "\u{feff}",
    "&amp;",
];

impl Dice {
    pub fn new(name: &str, case: u64) -> Self {
        let mut state = name.bytes().fold(case, |state, byte| state.rotate_left(7) ^ u64::from(byte).wrapping_mul(31));
        state = state.wrapping_add(case.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        Self { state }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`, which is not 0.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// A word that hardly ever fits.
    pub fn word(&mut self) -> &'static str {
        self.of::<&str>(&WORDS)
    }

    /// A range of the length given, mostly short.
    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let from = self.below(length + 1);
        let most = if self.one_in(8) { length } else { 16 };
        let to = (from + self.below(most + 1)).min(length);
        from..to
    }

    /// Damages bytes in one place; `other` is what pieces may come from.
    pub fn damage(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        let length = bytes.len();
        match self.below(12) {
            0 if length > 0 => {
                let at = self.below(length);
                bytes[at] ^= 1 << self.below(8);
            }
            1 if length > 0 => {
                let at = self.below(length);
                bytes[at] = self.below(256) as u8;
            }
            2 => {
                let at = self.below(length + 1);
                bytes.splice(at..at, self.word().bytes());
            }
            3 => {
                let range = self.range(length);
                bytes.drain(range);
            }
            4 => {
                let range = self.range(length);
                let piece = bytes[range.clone()].to_vec();
                bytes.splice(range.end..range.end, piece);
            }
            5 => {
                let (at, from) = (self.range(length), self.range(other.len()));
                bytes.splice(at, other[from].iter().copied());
            }
            6 if self.one_in(4) => bytes.truncate(self.below(length + 1)),
            7 => self.damage_line(bytes),
            8 => self.damage_cell(bytes),
            _ => self.damage_number(bytes),
        }
    }

    /// Puts a word in place of a number.
    fn damage_number(&mut self, bytes: &mut Vec<u8>) {
        let is_part = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
        let from = self.below(bytes.len() + 1);
        let Some(start) = bytes[from..].iter().position(is_part) else { return };
        let start = from + start;
        let end = bytes[start..].iter().position(|byte| !is_part(byte)).map_or(bytes.len(), |at| start + at);
        bytes.splice(start..end, self.word().bytes());
    }

    /// Puts a word in place of what stands between two signs.
    fn damage_cell(&mut self, bytes: &mut Vec<u8>) {
        let is_sign = |byte: &u8| matches!(byte, b',' | b'"' | b'>' | b'<' | b'\n' | b'/');
        let from = self.below(bytes.len() + 1);
        let Some(start) = bytes[from..].iter().position(is_sign) else { return };
        let start = from + start + 1;
        let end = bytes[start..].iter().position(is_sign).map_or(bytes.len(), |at| start + at);
        bytes.splice(start..end, self.word().bytes());
    }

    /// Takes out, doubles or moves a line.
    fn damage_line(&mut self, bytes: &mut Vec<u8>) {
        let mut lines: Vec<Vec<u8>> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        if lines.is_empty() {
            return;
        }
        let at = self.below(lines.len());
        match self.below(3) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[at].clone()),
            _ => {
                let other = self.below(lines.len());
                lines.swap(at, other);
            }
        }
        *bytes = lines.concat();
    }
}
