//! Reads tensors: matrices of weights in any packed format, and vectors.

use half::{bf16, f16};

use super::blocks::{Packed, Rounded};
use super::error::EngineError;
use super::formats::{
    BLOCK_LEN, FileFormat, Floats, Format, Q3K, Q4K, Q5K, Q6K, Q40, Q41, Q50, Q51, Q80, rounded,
};
use super::gguf::{Gguf, TensorInfo, printable};

/// A matrix of weights.
pub(super) trait Matrix: Send + Sync {
    /// Appends one row's weights to `out`.
    fn row(&self, row: usize, out: &mut Vec<f32>);

    /// The products of all weight rows with all of `rows`: one row of products per row of activations.
    fn multiply(&self, rows: &Rounded) -> Vec<f32>;
}

impl<F: Format> Matrix for Packed<F> {
    fn row(&self, row: usize, out: &mut Vec<f32>) {
        self.unpacked_row(row, out);
    }

    fn multiply(&self, rows: &Rounded) -> Vec<f32> {
        self.products(rows)
    }
}

/// Reads the tensor `name`, `rows` of `width` weights.
pub(super) fn matrix(
    gguf: &Gguf,
    name: &str,
    rows: usize,
    width: usize,
) -> Result<Box<dyn Matrix>, EngineError> {
    let info = gguf.tensor(name, &[rows, width])?;
    Ok(match info.kind.number {
        0 | 1 | 30 => Box::new(floats(gguf, name, info, width)?),
        2 => Box::new(packed::<Q40>(gguf, info, width)?),
        3 => Box::new(packed::<Q41>(gguf, info, width)?),
        6 => Box::new(packed::<Q50>(gguf, info, width)?),
        7 => Box::new(packed::<Q51>(gguf, info, width)?),
        8 => Box::new(packed::<Q80>(gguf, info, width)?),
        11 => Box::new(packed::<Q3K>(gguf, info, width)?),
        12 => Box::new(packed::<Q4K>(gguf, info, width)?),
        13 => Box::new(packed::<Q5K>(gguf, info, width)?),
        14 => Box::new(packed::<Q6K>(gguf, info, width)?),
        other => return Err(unsupported(name, other)),
    })
}

fn packed<F: FileFormat>(gguf: &Gguf, info: &TensorInfo, width: usize) -> Result<Packed<F>, EngineError> {
    // The header's reader has checked that rows are whole blocks of the format.
    let numbers: usize = info.shape.iter().product();
    let mut packed = F::empty(numbers / BLOCK_LEN / F::BLOCKS);
    gguf.read(info, F::bytes_mut(&mut packed))?;
    Ok(Packed::new(packed, width))
}

fn floats(gguf: &Gguf, name: &str, info: &TensorInfo, width: usize) -> Result<Packed<Floats>, EngineError> {
    if !width.is_multiple_of(BLOCK_LEN) {
        return Err(EngineError::Unsupported(format!(
            "rows of {width} floats (tensor `{}`)",
            printable(name)
        )));
    }
    let numbers = numbers(gguf, name, info)?;
    let (chunks, _) = numbers.as_chunks::<BLOCK_LEN>();
    Ok(Packed::new(chunks.iter().map(rounded).collect(), width))
}

/// Reads a tensor of one dimension as numbers.
pub(super) fn vector(gguf: &Gguf, name: &str, length: usize) -> Result<Vec<f32>, EngineError> {
    numbers(gguf, name, gguf.tensor(name, &[length])?)
}

fn numbers(gguf: &Gguf, name: &str, info: &TensorInfo) -> Result<Vec<f32>, EngineError> {
    let bytes = gguf.bytes(info)?;
    let halves = || bytes.as_chunks::<2>().0.iter();
    Ok(match info.kind.number {
        0 => bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
        1 => halves().map(|bytes| f16::from_le_bytes(*bytes).to_f32()).collect(),
        30 => halves().map(|bytes| bf16::from_le_bytes(*bytes).to_f32()).collect(),
        other => return Err(unsupported(name, other)),
    })
}

fn unsupported(name: &str, number: u32) -> EngineError {
    EngineError::Unsupported(format!("quantisation type {number} (tensor `{}`)", printable(name)))
}
