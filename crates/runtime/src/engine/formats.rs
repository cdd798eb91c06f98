//! The packed formats of weights: how 32 numbers at a time are unpacked to integers with a scale and an offset.
//!
//! Every number of the file is reproduced exactly but for floats (F32, F16, BF16), which are rounded to 14 bits
//! per block of 32 when they are read. Integer scales of parts of a block are multiplied into the values.
//!
//! Source: ggml's `ggml-common.h` (the block structs) and `ggml-quants.c` (`dequantize_row_*`).

use half::f16;
use wide::{i8x16, i16x16, u8x16};

/// Numbers per block, in every format here.
pub(super) const BLOCK_LEN: usize = 32;
/// The largest rounded value of floats and activations: 32 products of two such still fit in an i32.
pub(super) const VALUE_MAX: f32 = 8191.0;

/// Thirty-two numbers: `scale * value + offset` each, in two vectors.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    pub(super) values: [i16x16; 2],
    pub(super) scale: f32,
    pub(super) offset: f32,
}

/// A packed format. `Packed` holds [`Format::BLOCKS`] blocks as they lie in the file.
pub(super) trait Format: Send + Sync + 'static {
    /// The bytes of some blocks.
    type Packed: Copy + Send + Sync;
    /// How many blocks of 32 they hold.
    const BLOCKS: usize;
    /// Unpacks the block `at`, below [`Format::BLOCKS`].
    fn unpack(packed: &Self::Packed, at: usize) -> Block;
}

/// A format whose packed blocks are read from a file as they are.
pub(super) trait FileFormat: Format {
    /// Packed blocks to be read into.
    fn empty(count: usize) -> Vec<Self::Packed>;
    /// The packed blocks' bytes.
    fn bytes_mut(packed: &mut [Self::Packed]) -> &mut [u8];
}

/// Defines a format: its name, bytes, blocks, and how block `at` is unpacked.
macro_rules! format {
    ($name:ident, $bytes:literal, $blocks:literal, |$packed:ident, $at:pat_param| $unpack:expr) => {
        #[derive(Debug)]
        pub(super) enum $name {}

        impl Format for $name {
            type Packed = [u8; $bytes];
            const BLOCKS: usize = $blocks;

            #[inline(always)]
            fn unpack($packed: &Self::Packed, $at: usize) -> Block {
                $unpack
            }
        }

        impl FileFormat for $name {
            fn empty(count: usize) -> Vec<Self::Packed> {
                vec![[0; $bytes]; count]
            }

            fn bytes_mut(packed: &mut [Self::Packed]) -> &mut [u8] {
                packed.as_flattened_mut()
            }
        }
    };
}

format!(Q40, 18, 1, |packed, _| {
    let eight = i16x16::splat(8);
    let [low, high] = nibbles(packed, 2);
    Block { values: [low - eight, high - eight], scale: half_at(packed, 0), offset: 0.0 }
});
format!(Q41, 20, 1, |packed, _| {
    Block { values: nibbles(packed, 4), scale: half_at(packed, 0), offset: half_at(packed, 2) }
});
format!(Q50, 22, 1, |packed, _| {
    let (low, high, sixteen) = (nibbles(packed, 6), fifth_bits(packed, 2), i16x16::splat(16));
    let values = [low[0] + high[0] - sixteen, low[1] + high[1] - sixteen];
    Block { values, scale: half_at(packed, 0), offset: 0.0 }
});
format!(Q51, 24, 1, |packed, _| {
    let (low, high) = (nibbles(packed, 8), fifth_bits(packed, 4));
    let values = [low[0] + high[0], low[1] + high[1]];
    Block { values, scale: half_at(packed, 0), offset: half_at(packed, 2) }
});
format!(Q80, 34, 1, |packed, _| {
    let values = halves(|half| i16x16::from(i8x16::new(signed_at(packed, 2 + half))));
    Block { values, scale: half_at(packed, 0), offset: 0.0 }
});
// d, dmin, 12 bytes of scales, 128 bytes of low bits: 64 numbers in each 32, low halves first.
format!(Q4K, 144, 8, |packed, at| {
    let (scale, least) = six_bit_scales(&bytes_at(packed, 4), at);
    let values = four_bits_of_64(packed, 16, at);
    Block { values, scale: half_at(packed, 0) * scale, offset: -half_at(packed, 2) * least }
});
// As Q4_K, with 32 bytes of fifth bits before the low bits: bit `at` of each.
format!(Q5K, 176, 8, |packed, at| {
    let (scale, least) = six_bit_scales(&bytes_at(packed, 4), at);
    let low = four_bits_of_64(packed, 48, at);
    let high = halves(|half| (widened(packed, 16 + half) >> at as u32 & i16x16::ONE) << 4);
    let values = [low[0] + high[0], low[1] + high[1]];
    Block { values, scale: half_at(packed, 0) * scale, offset: -half_at(packed, 2) * least }
});
// 128 bytes of low bits, 64 of high bits, 16 scales of one byte for 16 numbers each, d.
format!(Q6K, 210, 8, |packed, at| {
    let (part, place) = (at / 4, at % 4);
    let values = halves(|half| {
        let low = widened(packed, part * 64 + place % 2 * 32 + half);
        let low = low >> (place / 2 * 4) as u32 & i16x16::splat(15);
        let high = widened(packed, 128 + part * 32 + half);
        let high = (high >> (place * 2) as u32 & i16x16::splat(3)) << 4;
        let scale = packed[192 + at * 2 + half / 16].cast_signed();
        (low + high - i16x16::splat(32)) * i16x16::splat(scale.into())
    });
    Block { values, scale: half_at(packed, 208), offset: 0.0 }
});
// 32 bytes of third bits, 64 of low bits, 12 bytes of 16 scales of six bits, d.
format!(Q3K, 110, 8, |packed, at| {
    let (part, place) = (at / 4, at % 4);
    let values = halves(|half| {
        let low = widened(packed, 32 + part * 32 + half);
        let low = low >> (place * 2) as u32 & i16x16::splat(3);
        let third = widened(packed, half) >> at as u32 & i16x16::ONE;
        let scale = three_bit_scale(&bytes_at(packed, 96), at * 2 + half / 16);
        (low + (third << 2) - i16x16::splat(4)) * i16x16::splat(scale)
    });
    Block { values, scale: half_at(packed, 108), offset: 0.0 }
});

/// Floats, rounded when they were read.
#[derive(Debug)]
pub(super) enum Floats {}

impl Format for Floats {
    type Packed = Block;
    const BLOCKS: usize = 1;

    #[inline(always)]
    fn unpack(packed: &Block, _: usize) -> Block {
        *packed
    }
}

/// Rounds 32 numbers. What is not a number becomes a scale that is not one, so that it shows in the logits.
pub(super) fn rounded(numbers: &[f32; BLOCK_LEN]) -> Block {
    let largest = numbers.iter().fold(
        0.0_f32,
        |largest, number| {
            if number.abs() <= largest { largest } else { number.abs() }
        },
    );
    let inverse = if largest > 0.0 { VALUE_MAX / largest } else { 0.0 };
    let mut values = [0_i16; BLOCK_LEN];
    for (value, number) in values.iter_mut().zip(numbers) {
        *value = (number * inverse).round_ties_even() as i16;
    }
    let (parts, _) = values.as_chunks::<16>();
    Block { values: [i16x16::new(parts[0]), i16x16::new(parts[1])], scale: largest / VALUE_MAX, offset: 0.0 }
}

#[inline(always)]
fn bytes_at<const N: usize>(packed: &[u8], at: usize) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.copy_from_slice(&packed[at..at + N]);
    bytes
}

/// Sixteen signed bytes.
#[inline(always)]
fn signed_at(packed: &[u8], at: usize) -> [i8; 16] {
    let mut signed = [0; 16];
    for (signed, byte) in signed.iter_mut().zip(&packed[at..at + 16]) {
        *signed = byte.cast_signed();
    }
    signed
}

/// Both halves of a block. (`array::map` is not inlined here, which makes unpacking five times slower.)
#[inline(always)]
fn halves(half: impl Fn(usize) -> i16x16) -> [i16x16; 2] {
    [half(0), half(16)]
}

/// Sixteen bytes as integers from 0 to 255.
#[inline(always)]
fn widened(packed: &[u8], at: usize) -> i16x16 {
    i16x16::from(u8x16::new(bytes_at(packed, at)))
}

#[inline(always)]
fn half_at(packed: &[u8], at: usize) -> f32 {
    f16::from_le_bytes(bytes_at(packed, at)).to_f32()
}

/// The 32 values of 16 bytes: low halves first, then high halves.
#[inline(always)]
fn nibbles(packed: &[u8], at: usize) -> [i16x16; 2] {
    let bytes = widened(packed, at);
    [bytes & i16x16::splat(15), bytes >> 4]
}

/// Sixteen or nothing for each of the 32 bits at `at`.
#[inline(always)]
fn fifth_bits(packed: &[u8], at: usize) -> [i16x16; 2] {
    const BITS: i16x16 =
        i16x16::new([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, i16::MIN]);
    halves(|half| {
        let word = i16::from_le_bytes(bytes_at(packed, at + half / 8));
        (i16x16::splat(word) & BITS).simd_eq(BITS) & i16x16::splat(16)
    })
}

/// Block `at` of values of four bits: 32 bytes hold one block in their low halves and the next in their high ones.
#[inline(always)]
fn four_bits_of_64(packed: &[u8], start: usize, at: usize) -> [i16x16; 2] {
    halves(|half| {
        let bytes = widened(packed, start + at / 2 * 32 + half);
        bytes >> (at % 2 * 4) as u32 & i16x16::splat(15)
    })
}

/// Scale and offset of block `at`, six bits each. Source: `get_scale_min_k4`.
#[inline(always)]
fn six_bit_scales(packed: &[u8; 12], at: usize) -> (f32, f32) {
    let (scale, least) = if at < 4 {
        (packed[at] & 63, packed[at + 4] & 63)
    } else {
        let low = packed[at + 4];
        (low & 15 | packed[at - 4] >> 6 << 4, low >> 4 | packed[at] >> 6 << 4)
    };
    (f32::from(scale), f32::from(least))
}

/// The scale of the sixteen numbers `at`: four low bits in the first eight bytes, two high bits in the last four.
#[inline(always)]
fn three_bit_scale(packed: &[u8; 12], at: usize) -> i16 {
    let low = packed[at % 8] >> (at / 8 * 4) & 15;
    let high = packed[8 + at % 4] >> (at / 4 * 2) & 3;
    i16::from(low | high << 4) - 32
}
