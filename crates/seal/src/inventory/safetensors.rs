//! The header of a safetensors file: its length (8 bytes, little-endian), then JSON.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Header, MAX_HEADER_BYTES};

#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Tensor { dtype: String, shape: Vec<u64>, data_offsets: (u64, u64) },
    Metadata(BTreeMap<String, String>),
}

/// The header's length, which the file begins with.
pub(super) fn header_bytes(start: &[u8], file_bytes: u64) -> Result<u64, String> {
    let length = start.first_chunk().map(|raw| u64::from_le_bytes(*raw)).ok_or("it is cut short")?;
    if length > MAX_HEADER_BYTES || length > file_bytes.saturating_sub(8) {
        return Err(format!("it claims to be {length} bytes long"));
    }
    Ok(length)
}

/// Bits of an element; `None` for a type that is not known.
fn bits(dtype: &str) -> Option<u64> {
    Some(match dtype {
        "BOOL" | "U8" | "I8" | "F8_E5M2" | "F8_E4M3" | "F8_E8M0" => 8,
        "U16" | "I16" | "F16" | "BF16" => 16,
        "U32" | "I32" | "F32" => 32,
        "U64" | "I64" | "F64" | "C64" => 64,
        "F4" => 4,
        "F6_E2M3" | "F6_E3M2" => 6,
        _ => return None,
    })
}

/// Reads the JSON. The tensors must fill `data_bytes` without gap or overlap, as the format asks.
pub(crate) fn parse(text: &[u8], data_bytes: u64) -> Result<Header, String> {
    let entries: BTreeMap<String, Entry> = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let (mut header, mut spans) = (Header::default(), Vec::new());
    for (name, entry) in entries {
        let (dtype, shape, (start, end)) = match entry {
            Entry::Metadata(metadata) if name == "__metadata__" => {
                header.licence = metadata.get("license").cloned();
                continue;
            }
            Entry::Metadata(_) => return Err(format!("{name:?} is no tensor")),
            Entry::Tensor { dtype, shape, data_offsets } => (dtype, shape, data_offsets),
        };
        let count = shape.iter().try_fold(1_u64, |count, side| count.checked_mul(*side));
        let count = count.ok_or_else(|| format!("{name:?} is larger than can be"))?;
        let bits = bits(&dtype).ok_or_else(|| format!("{name:?} is of the unknown type {dtype:?}"))?;
        let size = count.checked_mul(bits).filter(|bits| bits % 8 == 0).map(|bits| bits / 8);
        if size.is_none() || end.checked_sub(start) != size {
            return Err(format!("{name:?} has another size than its shape"));
        }
        header.tensors += 1;
        header.parameters = header.parameters.saturating_add(count);
        spans.push((start, end));
    }
    spans.sort_unstable();
    let mut at = 0;
    for (start, end) in spans {
        if start != at {
            return Err(format!("there is a gap or an overlap at byte {at}"));
        }
        at = end;
    }
    if at == data_bytes { Ok(header) } else { Err(format!("{data_bytes} bytes of data follow, not {at}")) }
}
