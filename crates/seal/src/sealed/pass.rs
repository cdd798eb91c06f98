//! The one pass over a part: read, SHA-256, BLAKE3, encrypt, write, 128 KiB at a time.

use types::Hasher;

use super::cobblestone::{CHUNK_BYTES, HEADER_BYTES, MessageKey, SEALED_CHUNK_BYTES};
use super::error::IntakeError;
use super::store::PartSink;

/// Chunks that are worked on together: reading, hashing and encrypting them stays in a core's own cache.
const BATCH_CHUNKS: usize = 8;

/// What one worker holds: about 260 KiB, however large the artefact is.
pub(crate) struct Buffers {
    plain: Vec<u8>,
    sealed: Vec<u8>,
}

impl Buffers {
    pub(crate) fn new() -> Self {
        let plain = vec![0; BATCH_CHUNKS * CHUNK_BYTES];
        Self { plain, sealed: Vec::with_capacity(HEADER_BYTES + BATCH_CHUNKS * SEALED_CHUNK_BYTES) }
    }
}

/// Fills a buffer with a part's bytes from an offset within it.
pub(crate) type ReadPart<'a> = dyn FnMut(&mut [u8], u64) -> Result<(), IntakeError> + 'a;

/// Encrypts `size_bytes` bytes, which `read` gives by offset within the part, into `sink`, and gives their BLAKE3 digest.
/// `whole` is the SHA-256 of the file up to here.
pub(crate) fn seal_part(
    key: &MessageKey,
    size_bytes: u64,
    read: &mut ReadPart<'_>,
    whole: &mut Hasher,
    sink: &mut dyn PartSink,
    buffers: &mut Buffers,
) -> Result<blake3::Hash, IntakeError> {
    let mut digest = blake3::Hasher::new();
    let Buffers { plain, sealed } = buffers;
    sealed.clear();
    sealed.extend_from_slice(key.header());
    let (mut at, mut chunk) = (0, 0);
    loop {
        let left = size_bytes - at;
        let count = usize::try_from(left).map_or(plain.len(), |left| left.min(plain.len()));
        let batch = &mut plain[..count];
        if count > 0 {
            read(batch, at)?;
        }
        whole.update(batch);
        digest.update(batch);
        at += count as u64;
        // The last chunk is the one that is shorter, and may be empty.
        let pieces = batch.chunks(CHUNK_BYTES);
        let closing = at == size_bytes && count.is_multiple_of(CHUNK_BYTES);
        for piece in pieces.chain(closing.then_some(&[][..])) {
            let from = sealed.len();
            sealed.extend_from_slice(piece);
            let tag = key.seal(chunk, &mut sealed[from..]).ok_or(IntakeError::Cipher)?;
            sealed.extend_from_slice(&tag);
            chunk += 1;
        }
        sink.write(sealed)?;
        sealed.clear();
        if at == size_bytes {
            return Ok(digest.finalize());
        }
    }
}
