//! The network once more, as plainly as it can be written, in 64-bit floats and over the weights as they are in
//! the file: what the engine's numbers are held against.

use half::f16;

use super::synthetic::{
    F16, F32, HEAD_WIDTH, HEADS, KV_HEADS, LAYERS, Q4_0, Q4_1, Q8_0, RawTensor, Synthetic, WIDTH,
};

/// The logits after the last of `tokens`.
pub(super) fn logits(file: &Synthetic, tokens: &[u32]) -> Vec<f64> {
    let weights = |name: &str| -> Vec<f64> {
        unpacked(file.tensors.iter().find(|tensor| tensor.name == name).unwrap())
    };
    let embedding = weights("token_embd.weight");
    let mut rows: Vec<Vec<f64>> =
        tokens.iter().map(|token| embedding[*token as usize * WIDTH..][..WIDTH].to_vec()).collect();
    for layer in 0..LAYERS {
        let part = |part: &str| weights(&format!("blk.{layer}.{part}.weight"));
        let normed: Vec<_> = rows.iter().map(|row| norm(row, &part("attn_norm"))).collect();
        let turned = |name: &str| -> Vec<Vec<f64>> {
            let products = normed.iter().map(|row| product(&part(name), row));
            products.enumerate().map(|(position, row)| turn(row, position)).collect()
        };
        let (queries, keys) = (turned("attn_q"), turned("attn_k"));
        let values: Vec<_> = normed.iter().map(|row| product(&part("attn_v"), row)).collect();
        for (position, row) in rows.iter_mut().enumerate() {
            let attended = attend(&queries[position], &keys[..=position], &values[..=position]);
            add(row, &product(&part("attn_output"), &attended));
            let normed = norm(row, &part("ffn_norm"));
            let (gates, ups) = (product(&part("ffn_gate"), &normed), product(&part("ffn_up"), &normed));
            let gated: Vec<_> =
                gates.iter().zip(ups).map(|(gate, up)| gate / (1.0 + (-gate).exp()) * up).collect();
            add(row, &product(&part("ffn_down"), &gated));
        }
    }
    product(&embedding, &norm(rows.last().unwrap(), &weights("output_norm.weight")))
}

fn attend(query: &[f64], keys: &[Vec<f64>], values: &[Vec<f64>]) -> Vec<f64> {
    let mut out = Vec::new();
    for head in 0..HEADS {
        let at = head / (HEADS / KV_HEADS) * HEAD_WIDTH;
        let query = &query[head * HEAD_WIDTH..][..HEAD_WIDTH];
        let score = |key: &Vec<f64>| dot(query, &key[at..at + HEAD_WIDTH]) / (HEAD_WIDTH as f64).sqrt();
        let weights: Vec<f64> = keys.iter().map(|key| score(key).exp()).collect();
        let total: f64 = weights.iter().sum();
        for number in 0..HEAD_WIDTH {
            let sum: f64 =
                weights.iter().zip(values).map(|(weight, value)| weight * value[at + number]).sum();
            out.push(sum / total);
        }
    }
    out
}

fn turn(mut row: Vec<f64>, position: usize) -> Vec<f64> {
    for head in row.chunks_exact_mut(HEAD_WIDTH) {
        for (pair, numbers) in head.chunks_exact_mut(2).enumerate() {
            let angle = position as f64 * 10_000_f64.powf(-2.0 * pair as f64 / HEAD_WIDTH as f64);
            let (a, b) = (numbers[0], numbers[1]);
            numbers[0] = a * angle.cos() - b * angle.sin();
            numbers[1] = a * angle.sin() + b * angle.cos();
        }
    }
    row
}

fn norm(row: &[f64], weights: &[f64]) -> Vec<f64> {
    let scale = 1.0 / (dot(row, row) / row.len() as f64 + 1e-5).sqrt();
    row.iter().zip(weights).map(|(number, weight)| number * scale * weight).collect()
}

fn product(matrix: &[f64], row: &[f64]) -> Vec<f64> {
    matrix.chunks_exact(row.len()).map(|weights| dot(weights, row)).collect()
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

fn add(row: &mut [f64], other: &[f64]) {
    row.iter_mut().zip(other).for_each(|(number, other)| *number += other);
}

/// A tensor's numbers. Source: the block structs of ggml's `ggml-common.h`.
fn unpacked(tensor: &RawTensor) -> Vec<f64> {
    let half = |bytes: &[u8]| f16::from_le_bytes([bytes[0], bytes[1]]).to_f64();
    let bytes = &tensor.bytes;
    let low_then_high = |packed: &[u8]| -> Vec<u8> {
        packed.iter().map(|byte| byte & 15).chain(packed.iter().map(|byte| byte >> 4)).collect()
    };
    match tensor.kind {
        F32 => bytes.as_chunks::<4>().0.iter().map(|number| f32::from_le_bytes(*number).into()).collect(),
        F16 => bytes.chunks_exact(2).map(half).collect(),
        Q4_0 => bytes
            .chunks_exact(18)
            .flat_map(|block| {
                low_then_high(&block[2..]).into_iter().map(|value| half(block) * (f64::from(value) - 8.0))
            })
            .collect(),
        Q4_1 => bytes
            .chunks_exact(20)
            .flat_map(|block| {
                let offset = half(&block[2..]);
                low_then_high(&block[4..])
                    .into_iter()
                    .map(move |value| half(block) * f64::from(value) + offset)
            })
            .collect(),
        Q8_0 => bytes
            .chunks_exact(34)
            .flat_map(|block| block[2..].iter().map(|value| half(block) * f64::from(value.cast_signed())))
            .collect(),
        other => panic!("no tensors of type {other} here"),
    }
}
