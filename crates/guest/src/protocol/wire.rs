//! Fields and frames, written and read with bounds.

use super::{FRAME_MAX_BYTES, LIST_MAX};
use std::fmt;

/// Bytes that are not a frame of this protocol; says which rule they break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Malformed {}

/// The length of a frame's kind and fields, from its first four bytes.
///
/// # Errors
/// [`Malformed`] when it is zero or above [`FRAME_MAX_BYTES`].
pub fn decode_length(header: [u8; 4]) -> Result<usize, Malformed> {
    let length = u32::from_le_bytes(header) as usize;
    match length {
        0 => Err(Malformed("an empty frame")),
        1..=FRAME_MAX_BYTES => Ok(length),
        _ => Err(Malformed("a frame above the size limit")),
    }
}

/// A whole frame: the length, and `content` (a kind and its fields).
///
/// # Errors
/// [`Malformed`] when `content` is above [`FRAME_MAX_BYTES`].
pub fn frame(content: &[u8]) -> Result<Vec<u8>, Malformed> {
    let length = u32::try_from(content.len()).map_err(|_| Malformed("a frame above the size limit"))?;
    decode_length(length.to_le_bytes())?;
    let mut bytes = Vec::with_capacity(4 + content.len());
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(content);
    Ok(bytes)
}

/// Collects the fields of one frame.
pub(super) struct Fields(pub(super) Vec<u8>);

impl Fields {
    pub(super) fn new(kind: u8) -> Self {
        Self(vec![kind])
    }

    pub(super) fn byte(mut self, value: u8) -> Self {
        self.0.push(value);
        self
    }

    pub(super) fn u32(mut self, value: u32) -> Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    pub(super) fn u64(mut self, value: u64) -> Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    /// Bytes with their length. A length above four bytes' range cannot be framed, and `frame` refuses it.
    pub(super) fn bytes(mut self, value: &[u8]) -> Self {
        self.0.extend_from_slice(&u32::try_from(value.len()).unwrap_or(u32::MAX).to_le_bytes());
        self.0.extend_from_slice(value);
        self
    }

    pub(super) fn text(self, value: &str) -> Self {
        self.bytes(value.as_bytes())
    }

    pub(super) fn count(self, value: usize) -> Self {
        self.u32(u32::try_from(value).unwrap_or(u32::MAX))
    }
}

/// Takes the fields of one frame, in order.
pub(super) struct Taker<'a>(&'a [u8]);

impl<'a> Taker<'a> {
    pub(super) fn new(content: &'a [u8]) -> Self {
        Self(content)
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) =
            self.0.split_at_checked(count).ok_or(Malformed("a frame that ends within a field"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.take(N)?.try_into().map_err(|_| Malformed("a frame that ends within a field"))
    }

    pub(super) fn byte(&mut self) -> Result<u8, Malformed> {
        Ok(self.array::<1>()?[0])
    }

    pub(super) fn u32(&mut self) -> Result<u32, Malformed> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(super) fn u64(&mut self) -> Result<u64, Malformed> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    pub(super) fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.u32()? as usize;
        self.take(length)
    }

    pub(super) fn text(&mut self) -> Result<String, Malformed> {
        std::str::from_utf8(self.bytes()?)
            .map(str::to_owned)
            .map_err(|_| Malformed("a text that is not UTF-8"))
    }

    /// A list's length. Every element takes at least four bytes, so a list cannot be longer than what is left.
    pub(super) fn count(&mut self) -> Result<usize, Malformed> {
        let count = self.u32()? as usize;
        if count <= LIST_MAX && count <= self.0.len() / 4 {
            Ok(count)
        } else {
            Err(Malformed("a list above the length limit"))
        }
    }

    pub(super) fn end(self) -> Result<(), Malformed> {
        if self.0.is_empty() { Ok(()) } else { Err(Malformed("bytes after the last field")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_never_empty_nor_above_the_limit() {
        assert!(frame(&[]).is_err());
        assert!(frame(&vec![0; FRAME_MAX_BYTES + 1]).is_err());
        let whole = frame(&vec![7; FRAME_MAX_BYTES]).unwrap();
        assert_eq!(decode_length(whole[..4].try_into().unwrap()), Ok(FRAME_MAX_BYTES));
    }
}
