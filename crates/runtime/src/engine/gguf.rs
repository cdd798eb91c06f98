//! Reads a GGUF file's header and its tensors' bytes. The file is untrusted: every count, length and offset is
//! checked against the file's size before anything is allocated or read for it.
//!
//! Source: the GGUF specification in ggml's `docs/gguf.md`, versions 2 and 3, little-endian.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::error::EngineError;
use super::metadata::{Metadata, Value};

/// The longest header. Large vocabularies take some 10 MiB; a header is held in memory several times over.
const HEADER_MAX_BYTES: u64 = 64 << 20;
/// The most tensors: 400 layers of ten.
const TENSORS_MAX: u64 = 4096;
/// The most metadata entries; real files have a few dozen.
const ENTRIES_MAX: u64 = 4096;
/// The longest name of a tensor or a metadata key, as the specification says.
const NAME_MAX_BYTES: u64 = 65_535;
/// Dimensions that the format allows.
const DIMENSIONS_MAX: u32 = 4;

/// Where a tensor lies and what it is made of.
#[derive(Debug, Clone)]
pub(super) struct TensorInfo {
    /// Rows first, the contiguous dimension last.
    pub(super) shape: Vec<usize>,
    pub(super) kind: Kind,
    offset: u64,
    size_bytes: u64,
}

/// How a tensor's numbers are packed: ggml's type number, its block's length and size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) number: u32,
    pub(super) block_len: usize,
    pub(super) block_bytes: usize,
}

impl Kind {
    /// Source: `ggml.h`, enum `ggml_type`, and the block structs of `ggml-common.h`.
    pub(super) fn new(number: u32) -> Option<Self> {
        let (block_len, block_bytes) = match number {
            0 => (1, 4),      // F32
            1 | 30 => (1, 2), // F16, BF16
            2 => (32, 18),    // Q4_0
            3 => (32, 20),    // Q4_1
            6 => (32, 22),    // Q5_0
            7 => (32, 24),    // Q5_1
            8 => (32, 34),    // Q8_0
            11 => (256, 110), // Q3_K
            12 => (256, 144), // Q4_K
            13 => (256, 176), // Q5_K
            14 => (256, 210), // Q6_K
            _ => return None,
        };
        Some(Self { number, block_len, block_bytes })
    }
}

/// An opened GGUF file.
#[derive(Debug)]
pub(super) struct Gguf {
    pub(super) metadata: Metadata,
    pub(super) tensors: HashMap<String, TensorInfo>,
    file: File,
    data_start: u64,
}

impl Gguf {
    /// Opens `path` and reads its header.
    pub(super) fn open(path: &Path) -> Result<Self, EngineError> {
        let file = File::open(path).map_err(EngineError::Read)?;
        let status = file.metadata().map_err(EngineError::Read)?;
        if !status.is_file() {
            return Err(EngineError::NotGguf);
        }
        let mut header = Header { reader: BufReader::new(&file), at: 0, size_bytes: status.len() };
        let (metadata, tensors) = header.read()?;
        let alignment = metadata.u64_or("general.alignment", 32)?;
        if !alignment.is_power_of_two() || alignment > 1 << 20 {
            return Err(malformed("its alignment is not a power of two up to 2^20"));
        }
        let data_start = header.at.next_multiple_of(alignment);
        check_places(&tensors, data_start, alignment, status.len())?;
        Ok(Self { metadata, tensors, file, data_start })
    }

    /// The tensor `name`, which must have the shape `expected`.
    pub(super) fn tensor(&self, name: &str, expected: &[usize]) -> Result<&TensorInfo, EngineError> {
        let info = self.tensors.get(name).ok_or_else(|| EngineError::MissingTensor(name.to_owned()))?;
        if info.shape != expected {
            let (found, expected) = (info.shape.clone(), expected.to_vec());
            return Err(EngineError::Shape { name: name.to_owned(), found, expected });
        }
        Ok(info)
    }

    /// Fills `bytes`, which must be as long as the tensor, with the tensor's bytes.
    pub(super) fn read(&self, info: &TensorInfo, bytes: &mut [u8]) -> Result<(), EngineError> {
        if bytes.len() as u64 != info.size_bytes {
            return Err(malformed("a tensor's size contradicts its shape"));
        }
        self.file.read_exact_at(bytes, self.data_start + info.offset).map_err(EngineError::Read)
    }

    /// The tensor's bytes.
    pub(super) fn bytes(&self, info: &TensorInfo) -> Result<Vec<u8>, EngineError> {
        // The size was checked against the file's, so it is an amount of bytes that exists.
        let mut bytes = vec![0; info.size_bytes as usize];
        self.read(info, &mut bytes)?;
        Ok(bytes)
    }
}

/// Every tensor must lie within the file, and all together must not claim more bytes than it has: a small file
/// whose tensors overlap would otherwise ask for any amount of memory.
fn check_places(
    tensors: &HashMap<String, TensorInfo>,
    data_start: u64,
    alignment: u64,
    file_bytes: u64,
) -> Result<(), EngineError> {
    let mut claimed: u64 = 0;
    for (name, info) in tensors {
        let end = data_start.checked_add(info.offset).and_then(|start| start.checked_add(info.size_bytes));
        if end.is_none_or(|end| end > file_bytes) {
            return Err(EngineError::Truncated(format!("the tensor `{}`", printable(name))));
        }
        if !info.offset.is_multiple_of(alignment) {
            return Err(malformed("a tensor's offset is not aligned"));
        }
        claimed = claimed.saturating_add(info.size_bytes);
    }
    if claimed > file_bytes {
        return Err(malformed("its tensors overlap"));
    }
    Ok(())
}

fn malformed(what: &str) -> EngineError {
    EngineError::Malformed(what.to_owned())
}

/// A name from the file, safe to show: printable ASCII, at most 64 characters.
pub(super) fn printable(name: &str) -> String {
    name.chars().take(64).flat_map(char::escape_default).collect()
}

/// The header's reader; `at` counts the bytes taken.
struct Header<'f> {
    reader: BufReader<&'f File>,
    at: u64,
    size_bytes: u64,
}

impl Header<'_> {
    fn read(&mut self) -> Result<(Metadata, HashMap<String, TensorInfo>), EngineError> {
        if self.size_bytes < 4 || self.take::<4>()? != *b"GGUF" {
            return Err(EngineError::NotGguf);
        }
        let version = self.u32()?;
        if !matches!(version, 2 | 3) {
            return Err(EngineError::Version(version));
        }
        let (tensor_count, entry_count) = (self.u64()?, self.u64()?);
        if tensor_count > TENSORS_MAX || entry_count > ENTRIES_MAX {
            return Err(malformed("its header announces more tensors or metadata than any model has"));
        }
        let mut metadata = Metadata::default();
        for _ in 0..entry_count {
            let key = self.name()?;
            let kind = self.u32()?;
            let value = self.value(kind)?;
            if !metadata.insert(key, value) {
                return Err(malformed("it holds a metadata key twice"));
            }
        }
        let mut tensors = HashMap::new();
        for _ in 0..tensor_count {
            let name = self.name()?;
            let info = self.tensor(&name)?;
            if tensors.insert(name, info).is_some() {
                return Err(malformed("it holds a tensor twice"));
            }
        }
        Ok((metadata, tensors))
    }

    fn tensor(&mut self, name: &str) -> Result<TensorInfo, EngineError> {
        let dimensions = self.u32()?;
        if !(1..=DIMENSIONS_MAX).contains(&dimensions) {
            return Err(malformed("a tensor has no dimension or more than four"));
        }
        let mut shape = Vec::new();
        let mut elements: u64 = 1;
        for _ in 0..dimensions {
            let length = self.u64()?;
            elements = elements.checked_mul(length).ok_or_else(|| malformed("a tensor's size overflows"))?;
            shape.push(usize::try_from(length).map_err(|_| malformed("a tensor's size overflows"))?);
        }
        // The file lists the contiguous dimension first.
        shape.reverse();
        let number = self.u32()?;
        let kind = Kind::new(number).ok_or_else(|| {
            EngineError::Unsupported(format!("quantisation type {number} (tensor `{}`)", printable(name)))
        })?;
        let row_len = shape.last().copied().unwrap_or(0);
        if elements == 0 || !row_len.is_multiple_of(kind.block_len) {
            return Err(malformed("a tensor's rows are not whole blocks"));
        }
        let size_bytes = (elements / kind.block_len as u64)
            .checked_mul(kind.block_bytes as u64)
            .ok_or_else(|| malformed("a tensor's size overflows"))?;
        Ok(TensorInfo { shape, kind, offset: self.u64()?, size_bytes })
    }

    fn value(&mut self, kind: u32) -> Result<Value, EngineError> {
        Ok(match kind {
            0 => Value::Unsigned(self.take::<1>()?[0].into()),
            1 => Value::Signed(i8::from_le_bytes(self.take()?).into()),
            2 => Value::Unsigned(u16::from_le_bytes(self.take()?).into()),
            3 => Value::Signed(i16::from_le_bytes(self.take()?).into()),
            4 => Value::Unsigned(self.u32()?.into()),
            5 => Value::Signed(i32::from_le_bytes(self.take()?).into()),
            6 => Value::Float(f32::from_le_bytes(self.take()?).into()),
            7 => Value::Bool(self.take::<1>()?[0] != 0),
            8 => Value::Text(self.string(HEADER_MAX_BYTES)?),
            9 => self.array()?,
            10 => Value::Unsigned(self.u64()?),
            11 => Value::Signed(i64::from_le_bytes(self.take()?)),
            12 => Value::Float(f64::from_le_bytes(self.take()?)),
            other => return Err(EngineError::Malformed(format!("metadata type {other} does not exist"))),
        })
    }

    /// Arrays of texts and integers are kept, of other things only read over: nothing here needs them.
    fn array(&mut self) -> Result<Value, EngineError> {
        let kind = self.u32()?;
        let count = self.u64()?;
        let least_bytes = match kind {
            0 | 1 | 7 => 1,
            2 | 3 => 2,
            4..=6 => 4,
            8 | 10..=12 => 8,
            _ => return Err(malformed("it holds an array of a type that is not read")),
        };
        if count.saturating_mul(least_bytes) > self.left() {
            return Err(EngineError::Truncated("a metadata array".to_owned()));
        }
        if kind == 8 {
            let texts: Result<Vec<_>, _> = (0..count).map(|_| self.string(HEADER_MAX_BYTES)).collect();
            return texts.map(Value::Texts);
        }
        let mut numbers = Vec::new();
        for _ in 0..count {
            match self.value(kind)? {
                Value::Unsigned(number) => numbers.push(i64::try_from(number).unwrap_or(i64::MAX)),
                Value::Signed(number) => numbers.push(number),
                Value::Float(_) | Value::Bool(_) | Value::Text(_) | Value::Texts(_) | Value::Integers(_) => {}
            }
        }
        Ok(Value::Integers(numbers))
    }

    fn name(&mut self) -> Result<String, EngineError> {
        self.string(NAME_MAX_BYTES)
    }

    fn string(&mut self, max_bytes: u64) -> Result<String, EngineError> {
        let length = self.u64()?;
        if length > max_bytes {
            return Err(malformed("it holds a text longer than any model's"));
        }
        if length > self.left() {
            return Err(EngineError::Truncated("a text".to_owned()));
        }
        let mut bytes = vec![0; length as usize];
        self.fill(&mut bytes)?;
        String::from_utf8(bytes).map_err(|_| malformed("it holds a text that is not UTF-8"))
    }

    fn u32(&mut self) -> Result<u32, EngineError> {
        self.take().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, EngineError> {
        self.take().map(u64::from_le_bytes)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], EngineError> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn left(&self) -> u64 {
        self.size_bytes.min(HEADER_MAX_BYTES).saturating_sub(self.at)
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), EngineError> {
        if bytes.len() as u64 > self.left() {
            return Err(if self.size_bytes > HEADER_MAX_BYTES {
                malformed("its header is longer than 64 MiB")
            } else {
                EngineError::Truncated("the header".to_owned())
            });
        }
        self.reader.read_exact(bytes).map_err(EngineError::Read)?;
        self.at += bytes.len() as u64;
        Ok(())
    }
}
