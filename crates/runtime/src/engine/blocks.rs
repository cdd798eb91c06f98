//! Products of packed weights with activations.
//!
//! Activations are rounded to 14 bits per block of 32, which loses far less than the 8 bits that ggml uses, so
//! that a product is sums of integers and one rounding per block. Whether one row of activations is multiplied
//! or many, each row's numbers are added up in the same order: a product does not depend on what else is in the
//! batch, to the last bit. The key-value cache relies on it.

use rayon::prelude::*;
use wide::{f32x8, i16x16};

use super::formats::{BLOCK_LEN, Block, Format, rounded};

/// Weight rows that are multiplied together: as many as fit in registers, with what they are multiplied with.
const TILE_ROWS: usize = 4;
/// Weight rows per parallel task: enough work to pay for handing it out.
const TASK_ROWS: usize = 32;
/// Blocks of activations that are rounded in one parallel task.
const TASK_BLOCKS: usize = 128;

/// Thirty-two activations, rounded.
#[derive(Debug, Clone, Copy)]
struct Activations {
    values: [i16x16; 2],
    scale: f32,
    /// Their sum: what a weight block's offset is multiplied with.
    sum: f32,
}

/// Rows of activations, rounded for products.
#[derive(Debug)]
pub(super) struct Rounded {
    blocks_per_row: usize,
    blocks: Vec<Activations>,
}

impl Rounded {
    /// Rounds rows of `width` numbers, a multiple of [`BLOCK_LEN`].
    pub(super) fn new(rows: &[f32], width: usize) -> Self {
        let (chunks, _) = rows.as_chunks::<BLOCK_LEN>();
        let blocks = if chunks.len() <= TASK_BLOCKS {
            chunks.iter().map(activations).collect()
        } else {
            chunks.par_iter().with_min_len(TASK_BLOCKS).map(activations).collect()
        };
        Self { blocks_per_row: width / BLOCK_LEN, blocks }
    }

    fn rows(&self) -> usize {
        self.blocks.len() / self.blocks_per_row
    }
}

fn activations(numbers: &[f32; BLOCK_LEN]) -> Activations {
    let Block { values, scale, .. } = rounded(numbers);
    let ones = i16x16::ONE;
    let sum = values[0].dot(ones) + values[1].dot(ones);
    Activations { values, scale, sum: scale * sum.reduce_add() as f32 }
}

/// The same block of `R` rows of weights.
#[derive(Clone, Copy)]
struct Tile<const R: usize> {
    values: [[i16x16; 2]; R],
    scales: [f32; R],
    offsets: [f32; R],
}

impl<const R: usize> Tile<R> {
    #[inline(always)]
    fn new<F: Format>(packed: &[F::Packed; R], at: usize) -> Self {
        let mut tile = Self { values: [[i16x16::ZERO; 2]; R], scales: [0.0; R], offsets: [0.0; R] };
        for (row, packed) in packed.iter().enumerate() {
            let block = F::unpack(packed, at);
            (tile.values[row], tile.scales[row], tile.offsets[row]) =
                (block.values, block.scale, block.offset);
        }
        tile
    }
}

/// The sums of `R` rows of weights for one row of activations, while they grow.
#[derive(Clone, Copy)]
struct Sums<const R: usize> {
    products: [f32x8; R],
    offsets: [f32; R],
}

impl<const R: usize> Sums<R> {
    const ZERO: Self = Self { products: [f32x8::ZERO; R], offsets: [0.0; R] };

    #[inline(always)]
    fn add(&mut self, tile: &Tile<R>, activations: &Activations) {
        let scale = f32x8::splat(activations.scale);
        for row in 0..R {
            let [first, second] = tile.values[row];
            let product = first.dot(activations.values[0]) + second.dot(activations.values[1]);
            let scaled = f32x8::from_i32x8(product) * scale;
            self.products[row] = scaled.mul_add(f32x8::splat(tile.scales[row]), self.products[row]);
            self.offsets[row] += tile.offsets[row] * activations.sum;
        }
    }

    fn finish(self) -> [f32; R] {
        std::array::from_fn(|row| self.products[row].reduce_add() + self.offsets[row])
    }
}

/// A matrix of weights in a packed format.
///
/// Rows lie in groups of [`TILE_ROWS`], the first blocks of all rows of a group, then the second ones, and so on:
/// a product then reads the memory from front to back, which is twice as fast as four rows side by side. Rows
/// that are left over at the end lie one after the other.
pub(super) struct Packed<F: Format> {
    per_row: usize,
    packed: Vec<F::Packed>,
}

impl<F: Format> Packed<F> {
    /// A matrix of rows of `width` weights, which come one after the other.
    pub(super) fn new(mut packed: Vec<F::Packed>, width: usize) -> Self {
        let per_row = width / BLOCK_LEN / F::BLOCKS;
        let mut rows = Vec::with_capacity(TILE_ROWS * per_row);
        for group in packed.chunks_exact_mut(TILE_ROWS * per_row) {
            rows.clear();
            rows.extend_from_slice(group);
            for (at, packed) in group.iter_mut().enumerate() {
                *packed = rows[at % TILE_ROWS * per_row + at / TILE_ROWS];
            }
        }
        Self { per_row, packed }
    }

    /// Appends one row's weights to `out`.
    pub(super) fn unpacked_row(&self, row: usize, out: &mut Vec<f32>) {
        let group = row / TILE_ROWS * TILE_ROWS;
        let is_grouped = (group + TILE_ROWS) * self.per_row <= self.packed.len();
        let (first, step) = match is_grouped {
            true => (group * self.per_row + row % TILE_ROWS, TILE_ROWS),
            false => (row * self.per_row, 1),
        };
        for packed in self.packed[first..].iter().step_by(step).take(self.per_row) {
            for block in (0..F::BLOCKS).map(|at| F::unpack(packed, at)) {
                let numbers = block.values.into_iter().flat_map(i16x16::to_array);
                out.extend(numbers.map(|value| block.scale * f32::from(value) + block.offset));
            }
        }
    }

    /// The products of all weight rows with all of `rows`: one row of products per row of activations.
    pub(super) fn products(&self, rows: &Rounded) -> Vec<f32> {
        let count = rows.rows();
        // Weight row by weight row, so that each task owns its part; turned round at the end.
        let mut products = vec![0.0; self.packed.len() / self.per_row * count];
        products
            .par_chunks_mut(TASK_ROWS * count)
            .zip(self.packed.par_chunks(TASK_ROWS * self.per_row))
            .for_each(|(out, packed)| self.multiply_task(packed, rows, out));
        if count == 1 { products } else { transposed(&products, count) }
    }

    fn multiply_task(&self, packed: &[F::Packed], rows: &Rounded, out: &mut [f32]) {
        let mut tiles = packed.chunks_exact(TILE_ROWS * self.per_row);
        let mut outs = out.chunks_exact_mut(TILE_ROWS * rows.rows());
        let mut scratch = Vec::new();
        for (packed, out) in tiles.by_ref().zip(outs.by_ref()) {
            self.multiply_rows::<TILE_ROWS>(packed, rows, out, &mut scratch);
        }
        let mut scratch = Vec::new();
        let rest = tiles.remainder().chunks_exact(self.per_row);
        for (packed, out) in rest.zip(outs.into_remainder().chunks_exact_mut(rows.rows())) {
            self.multiply_rows::<1>(packed, rows, out, &mut scratch);
        }
    }

    /// `R` rows of weights with all rows of activations. The weights are unpacked once if they are used often.
    fn multiply_rows<const R: usize>(
        &self,
        packed: &[F::Packed],
        rows: &Rounded,
        out: &mut [f32],
        tiles: &mut Vec<Tile<R>>,
    ) {
        let (places, _) = packed.as_chunks::<R>();
        let count = rows.rows();
        if count == 1 {
            let mut sums = Sums::<R>::ZERO;
            for (packed, activations) in places.iter().zip(rows.blocks.chunks_exact(F::BLOCKS)) {
                each_block::<F>(|at| sums.add(&Tile::new::<F>(packed, at), &activations[at]));
            }
            out.copy_from_slice(&sums.finish());
            return;
        }
        tiles.clear();
        for packed in places {
            each_block::<F>(|at| tiles.push(Tile::new::<F>(packed, at)));
        }
        for (column, row) in rows.blocks.chunks_exact(rows.blocks_per_row).enumerate() {
            let mut sums = Sums::<R>::ZERO;
            for (tile, activations) in tiles.iter().zip(row) {
                sums.add(tile, activations);
            }
            for (row, sum) in sums.finish().into_iter().enumerate() {
                out[row * count + column] = sum;
            }
        }
    }
}

/// Calls `each` with every block of a packed one, written out so that each call is compiled for its block.
#[inline(always)]
fn each_block<F: Format>(mut each: impl FnMut(usize)) {
    each(0);
    if F::BLOCKS == 8 {
        each(1);
        each(2);
        each(3);
        each(4);
        each(5);
        each(6);
        each(7);
    }
}

/// `rows` of `columns` numbers each, turned round.
fn transposed(rows: &[f32], columns: usize) -> Vec<f32> {
    let height = rows.len() / columns;
    let mut out = vec![0.0; rows.len()];
    out.par_chunks_mut(height).enumerate().for_each(|(column, out)| {
        for (number, row) in out.iter_mut().zip(rows.chunks_exact(columns)) {
            *number = row[column];
        }
    });
    out
}
