//! The header of a GGUF file, versions 2 and 3: key-value pairs, then the tensors' names, shapes and places.

use super::Header;

/// More pairs, tensors, dimensions or nested lists than any model has.
const MAX_PAIRS: u64 = 4096;
const MAX_TENSORS: u64 = 1 << 20;
const MAX_DIMENSIONS: u32 = 8;
const MAX_DEPTH: u32 = 4;
const MAX_NAME_BYTES: usize = 1 << 16;

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or("it is cut short, or longer than 32 MiB")?;
        self.0 = rest;
        Ok(taken)
    }

    fn u32(&mut self) -> Result<u32, String> {
        let mut raw = [0; 4];
        raw.copy_from_slice(self.take(4)?);
        Ok(u32::from_le_bytes(raw))
    }

    fn u64(&mut self) -> Result<u64, String> {
        let mut raw = [0; 8];
        raw.copy_from_slice(self.take(8)?);
        Ok(u64::from_le_bytes(raw))
    }

    fn length(&mut self) -> Result<usize, String> {
        let length = self.u64()?;
        usize::try_from(length).map_err(|_| format!("a text is {length} bytes long"))
    }

    fn text(&mut self) -> Result<&'a [u8], String> {
        let length = self.length()?;
        self.take(length)
    }

    fn name(&mut self) -> Result<String, String> {
        let name = self.text()?;
        if name.len() > MAX_NAME_BYTES {
            return Err(format!("a name is {} bytes long", name.len()));
        }
        String::from_utf8(name.to_vec()).map_err(|_| "a name is not UTF-8".to_owned())
    }

    /// Steps over a value.
    fn skip(&mut self, kind: u32, depth: u32) -> Result<(), String> {
        match width(kind) {
            Some(width) => self.take(width).map(drop),
            None if kind == STRING => self.text().map(drop),
            None if kind == ARRAY && depth < MAX_DEPTH => {
                let (inner, count) = (self.u32()?, self.u64()?);
                if let Some(width) = width(inner) {
                    let bytes = usize::try_from(count).ok().and_then(|count| count.checked_mul(width));
                    return self.take(bytes.ok_or("a list is longer than can be")?).map(drop);
                }
                // Each takes at least eight bytes, so that a false count ends where the file does.
                (0..count).try_for_each(|_| self.skip(inner, depth + 1))
            }
            None => Err(format!("a value is of the unknown type {kind}")),
        }
    }
}

const STRING: u32 = 8;
const ARRAY: u32 = 9;

fn width(kind: u32) -> Option<usize> {
    match kind {
        0 | 1 | 7 => Some(1),
        2 | 3 => Some(2),
        4..=6 => Some(4),
        10..=12 => Some(8),
        _ => None,
    }
}

pub(crate) fn parse(bytes: &[u8]) -> Result<Header, String> {
    let mut reader = Reader(bytes);
    if reader.take(4)? != b"GGUF" {
        return Err("it does not begin with GGUF".to_owned());
    }
    let version = reader.u32()?;
    if !matches!(version, 2 | 3) {
        return Err(format!("its version is {version}, and 2 and 3 are known"));
    }
    let (tensors, pairs) = (reader.u64()?, reader.u64()?);
    if tensors > MAX_TENSORS || pairs > MAX_PAIRS {
        return Err(format!("it claims {tensors} tensors and {pairs} pairs"));
    }
    let mut header = Header { tensors, ..Header::default() };
    for _ in 0..pairs {
        let (name, kind) = (reader.name()?, reader.u32()?);
        let place = match name.as_str() {
            "general.architecture" => &mut header.architecture,
            "tokenizer.ggml.model" => &mut header.tokenizer,
            "general.license" => &mut header.licence,
            _ => {
                reader.skip(kind, 0)?;
                continue;
            }
        };
        if kind != STRING {
            return Err(format!("{name:?} is not a text"));
        }
        *place = Some(reader.name()?);
    }
    for _ in 0..tensors {
        let (name, dimensions) = (reader.name()?, reader.u32()?);
        if dimensions > MAX_DIMENSIONS {
            return Err(format!("{name:?} has {dimensions} dimensions"));
        }
        let mut count = 1_u64;
        for _ in 0..dimensions {
            count =
                count.checked_mul(reader.u64()?).ok_or_else(|| format!("{name:?} is larger than can be"))?;
        }
        header.parameters =
            header.parameters.checked_add(count).ok_or("its tensors are larger than can be")?;
        let _ = (reader.u32()?, reader.u64()?);
    }
    Ok(header)
}
