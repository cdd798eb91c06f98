//! Rotary position embedding: pairs of neighbouring numbers, turned by an angle that grows with the position.
//!
//! Source: Su et al., "RoFormer", section 3.4; the pairing of neighbours and the optional factors are those of
//! GGUF's llama models.

/// The turning speeds of a head's pairs.
#[derive(Debug)]
pub(super) struct Rope {
    frequencies: Vec<f64>,
}

/// The turns at some consecutive positions: cosine and sine for each pair.
#[derive(Debug)]
pub(super) struct Turns {
    pairs: usize,
    turns: Vec<(f32, f32)>,
}

impl Rope {
    /// Speeds for `width` numbers of each head; `factors`, one per pair, slow them down.
    pub(super) fn new(width: usize, base: f32, factors: Option<&[f32]>) -> Self {
        let speed = |pair: usize| {
            let speed = f64::from(base).powf(-2.0 * pair as f64 / width as f64);
            factors.map_or(speed, |factors| speed / f64::from(factors[pair]))
        };
        Self { frequencies: (0..width / 2).map(speed).collect() }
    }

    /// The turns at `count` positions from `first` on.
    pub(super) fn turns(&self, first: usize, count: usize) -> Turns {
        let mut turns = Vec::with_capacity(count * self.frequencies.len());
        for position in first..first + count {
            turns.extend(self.frequencies.iter().map(|frequency| {
                let (sine, cosine) = (position as f64 * frequency).sin_cos();
                (cosine as f32, sine as f32)
            }));
        }
        Turns { pairs: self.frequencies.len(), turns }
    }
}

impl Turns {
    /// Turns every head of `heads`, each of `head_width` numbers, as the `index`th position wants.
    pub(super) fn apply(&self, index: usize, heads: &mut [f32], head_width: usize) {
        let turns = &self.turns[index * self.pairs..(index + 1) * self.pairs];
        for head in heads.chunks_exact_mut(head_width) {
            for (pair, (cosine, sine)) in head.as_chunks_mut::<2>().0.iter_mut().zip(turns) {
                let [a, b] = *pair;
                *pair = [a * cosine - b * sine, a * sine + b * cosine];
            }
        }
    }
}
