//! UUIDs for networks that have none: always the same for the same code (RFC 9562, version 8).

/// Whether a text is a UUID, as the schema asks of a network's id.
pub(crate) fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|g| g.len()).collect();
    lengths == [8, 4, 4, 4, 12] && groups.iter().all(|g| g.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// The UUID of a code: the 128-bit FNV-1a hash of it, marked as of our own making.
pub(crate) fn of(code: &str) -> String {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let hash = code.bytes().fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME));
    let marked = (hash & !(0xf << 76) & !(0x3 << 62)) | (0x8 << 76) | (0x2 << 62);
    let hex = format!("{marked:032x}");
    // 32 ASCII digits, so every cut is inside.
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_owned();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_get_uuids_of_their_own() {
        let (a, b) = (of("1"), of("2"));
        assert!(is_uuid(&a) && is_uuid(&b) && a != b && of("1") == a);
        assert_eq!((a.as_bytes()[14], of("南通").as_bytes()[14]), (b'8', b'8'));
        assert!(b"89ab".contains(&a.as_bytes()[19]));
        for not in ["", "1", "a096d627-72e1-4f9b-b129-951b1737bff", "a096d627-72e1-4f9b-b129-951b1737bffg"] {
            assert!(!is_uuid(not), "{not}");
        }
    }
}
