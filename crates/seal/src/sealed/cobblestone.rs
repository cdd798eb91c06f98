//! Cobblestone-256 (C2SP chunked-encryption): HKDF-Expand with SHA-512, AES-256-GCM over chunks of 16 KiB, a key
//! commitment, the chunk's number in the nonce. A message is salt (24), commitment (32), then chunks, the last of which
//! is shorter than the others.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA512, KeyType, Prk};
use zeroize::Zeroizing;

/// Plaintext bytes of a chunk that is not the last.
pub const CHUNK_BYTES: usize = 16 << 10;
/// What encryption adds to a chunk.
pub const TAG_BYTES: usize = 16;
/// A chunk that is not the last, encrypted.
pub const SEALED_CHUNK_BYTES: usize = CHUNK_BYTES + TAG_BYTES;
/// Salt and commitment.
pub const HEADER_BYTES: usize = SALT_BYTES + COMMITMENT_BYTES;
/// A salt, which never repeats for one key: 24 random bytes.
pub const SALT_BYTES: usize = 24;
const COMMITMENT_BYTES: usize = 32;
const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 12;
const DERIVED_BYTES: usize = KEY_BYTES + NONCE_BYTES + COMMITMENT_BYTES;
/// "2³⁸ chunks": far more than a part has.
const MAX_CHUNKS: u64 = 1 << 38;

struct Derived;

impl KeyType for Derived {
    fn len(&self) -> usize {
        DERIVED_BYTES
    }
}

/// The key of one message. Opens and seals its chunks in any order.
pub struct MessageKey {
    key: LessSafeKey,
    base_nonce: [u8; NONCE_BYTES],
    header: [u8; HEADER_BYTES],
}

impl MessageKey {
    /// Derives the key of the message with this salt and context.
    #[must_use]
    pub fn derive(input_key: &[u8; KEY_BYTES], salt: &[u8; SALT_BYTES], context: &[u8]) -> Option<Self> {
        let prk = Prk::new_less_safe(HKDF_SHA512, input_key);
        let info = [b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0", &salt[..], context];
        let mut derived = Zeroizing::new([0; DERIVED_BYTES]);
        prk.expand(&info, Derived).ok()?.fill(&mut derived[..]).ok()?;
        let (key, rest) = derived.split_at(KEY_BYTES);
        let (nonce, commitment) = rest.split_at(NONCE_BYTES);
        let mut header = [0; HEADER_BYTES];
        header[..SALT_BYTES].copy_from_slice(salt);
        header[SALT_BYTES..].copy_from_slice(commitment);
        let mut base_nonce = [0; NONCE_BYTES];
        base_nonce.copy_from_slice(nonce);
        Some(Self { key: LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?), base_nonce, header })
    }

    /// The key that a message was sealed with, if it commits to this key and context.
    #[must_use]
    pub fn of(input_key: &[u8; KEY_BYTES], header: &[u8; HEADER_BYTES], context: &[u8]) -> Option<Self> {
        let mut salt = [0; SALT_BYTES];
        salt.copy_from_slice(&header[..SALT_BYTES]);
        let key = Self::derive(input_key, &salt, context)?;
        let same = aws_lc_rs::constant_time::verify_slices_are_equal(&key.header, header).is_ok();
        same.then_some(key)
    }

    /// What the message begins with.
    #[must_use]
    pub fn header(&self) -> &[u8; HEADER_BYTES] {
        &self.header
    }

    /// What tells this message from any other of the same key, as hexadecimal digits.
    pub(crate) fn commitment(&self) -> String {
        let mut raw = [0; COMMITMENT_BYTES];
        raw.copy_from_slice(&self.header[SALT_BYTES..]);
        types::Digest::from_bytes(raw).to_hex()
    }

    fn nonce(&self, chunk: u64) -> Option<Nonce> {
        let mut nonce = self.base_nonce;
        for (byte, part) in nonce[NONCE_BYTES - 8..].iter_mut().zip(chunk.to_be_bytes()) {
            *byte ^= part;
        }
        (chunk < MAX_CHUNKS).then(|| Nonce::assume_unique_for_key(nonce))
    }

    /// Encrypts `chunk` in place and gives its tag. `None` if there are too many chunks.
    pub fn seal(&self, number: u64, chunk: &mut [u8]) -> Option<[u8; TAG_BYTES]> {
        let tag = self.key.seal_in_place_separate_tag(self.nonce(number)?, Aad::empty(), chunk).ok()?;
        let mut raw = [0; TAG_BYTES];
        raw.copy_from_slice(tag.as_ref());
        Some(raw)
    }

    /// Decrypts a chunk with its tag in place. `None` if it is not chunk `number` of this message.
    pub fn open<'a>(&self, number: u64, sealed: &'a mut [u8]) -> Option<&'a mut [u8]> {
        self.key.open_in_place(self.nonce(number)?, Aad::empty(), sealed).ok()
    }
}

/// The size of a message of `size_bytes` bytes when it is encrypted.
#[must_use]
pub fn sealed_bytes(size_bytes: u64) -> u64 {
    let chunks = size_bytes / CHUNK_BYTES as u64 + 1;
    HEADER_BYTES as u64 + size_bytes + chunks * TAG_BYTES as u64
}

/// The size of the message that was encrypted to `sealed_bytes` bytes; `None` if none is.
#[must_use]
pub fn plain_bytes(sealed_bytes: u64) -> Option<u64> {
    let body = sealed_bytes.checked_sub(HEADER_BYTES as u64)?;
    let last = (body % SEALED_CHUNK_BYTES as u64).checked_sub(TAG_BYTES as u64)?;
    Some(body / SEALED_CHUNK_BYTES as u64 * CHUNK_BYTES as u64 + last)
}

/// Encrypts a message that fits in memory.
#[must_use]
pub fn seal_message(key: &MessageKey, message: &[u8]) -> Option<Vec<u8>> {
    let mut sealed = key.header().to_vec();
    let chunks = message.len() / CHUNK_BYTES + 1;
    for number in 0..chunks {
        let from = sealed.len();
        let end = message.len().min((number + 1) * CHUNK_BYTES);
        sealed.extend_from_slice(&message[number * CHUNK_BYTES..end]);
        let tag = key.seal(number as u64, &mut sealed[from..])?;
        sealed.extend_from_slice(&tag);
    }
    Some(sealed)
}

/// Decrypts a message that fits in memory.
#[must_use]
pub fn open_message(input_key: &[u8; KEY_BYTES], context: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    plain_bytes(sealed.len() as u64)?;
    let (header, body) = sealed.split_first_chunk()?;
    let key = MessageKey::of(input_key, header, context)?;
    let mut message = Vec::with_capacity(body.len());
    let last = body.len() / SEALED_CHUNK_BYTES;
    for number in 0..=last {
        let end = body.len().min((number + 1) * SEALED_CHUNK_BYTES);
        let mut chunk = body[number * SEALED_CHUNK_BYTES..end].to_vec();
        message.extend_from_slice(key.open(number as u64, &mut chunk)?);
    }
    Some(message)
}
