//! Records of a tape (docs/tape.md): a header of 32 bytes and a payload, checked by CRC-32.

/// Length of a header.
pub const HEADER: usize = 32;
/// A frame as received.
pub const KIND_IN: u8 = 1;

/// One record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Record<'a> {
    pub kind: u8,
    pub link: u32,
    pub wall_ns: u64,
    pub mono_ns: u64,
    pub payload: &'a [u8],
    /// Where the next record begins.
    pub next: usize,
}

/// The checksum of a record is wrong.
#[derive(Debug, PartialEq, Eq)]
pub struct Corrupt {
    /// Where the record begins.
    pub offset: usize,
    /// The checksum it carries.
    pub wanted: u32,
    /// The checksum of its bytes.
    pub found: u32,
}

/// Add a record to a buffer.
#[inline]
pub fn append(out: &mut Vec<u8>, kind: u8, link: u32, wall_ns: u64, mono_ns: u64, payload: &[u8]) {
    let mut head = [0u8; HEADER];
    head[..4].copy_from_slice(&(payload.len() as u32).to_le_bytes());
    head[8..16].copy_from_slice(&wall_ns.to_le_bytes());
    head[16..24].copy_from_slice(&mono_ns.to_le_bytes());
    head[24..28].copy_from_slice(&link.to_le_bytes());
    head[28] = kind;
    let mut crc = crc32fast::Hasher::new();
    crc.update(&head[8..]);
    crc.update(payload);
    head[4..8].copy_from_slice(&crc.finalize().to_le_bytes());
    out.extend_from_slice(&head);
    out.extend_from_slice(payload);
}

/// Read the record at an offset; `None` when bytes are missing.
#[inline]
pub fn read(block: &[u8], offset: usize) -> Result<Option<Record<'_>>, Corrupt> {
    let Some(head) = block.get(offset..).and_then(<[u8]>::first_chunk::<HEADER>) else {
        return Ok(None);
    };
    let word = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let long = |at: usize| u64::from(word(at)) | u64::from(word(at + 4)) << 32;
    let next = offset + HEADER + word(0) as usize;
    let Some(checked) = block.get(offset + 8..next) else {
        return Ok(None);
    };
    let (wanted, found) = (word(4), crc32fast::hash(checked));
    if found != wanted {
        return Err(Corrupt { offset, wanted, found });
    }
    let payload = &block[offset + HEADER..next];
    let (wall_ns, mono_ns) = (long(8), long(16));
    Ok(Some(Record { kind: head[28], link: word(24), wall_ns, mono_ns, payload, next }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_wrote() {
        let mut out = Vec::new();
        append(&mut out, 1, 7, 11, 13, b"abc");
        append(&mut out, 2, 8, 12, 14, b"");
        let first = read(&out, 0).unwrap().unwrap();
        assert_eq!(
            (1, 7, 11, 13, &b"abc"[..], 35),
            (first.kind, first.link, first.wall_ns, first.mono_ns, first.payload, first.next)
        );
        assert_eq!(8, read(&out, first.next).unwrap().unwrap().link);
        assert_eq!(Ok(None), read(&out, out.len()));
        assert_eq!(Ok(None), read(&out[..34], 0));
    }

    #[test]
    fn notices_every_flipped_bit_but_in_the_length() {
        let mut out = Vec::new();
        append(&mut out, 1, 7, 11, 13, b"abc");
        for at in 4..out.len() {
            out[at] ^= 1;
            assert!(read(&out, 0).is_err());
            out[at] ^= 1;
        }
    }
}
