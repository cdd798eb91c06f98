//! Chooses the next token: the likeliest, or one drawn by its probability from a seeded sequence.

/// How tokens are chosen.
#[derive(Debug)]
pub(super) enum Sampler {
    /// The likeliest token, the first of equals.
    Greedy,
    /// A token drawn at a temperature.
    Drawn {
        /// What the logits are divided by.
        temperature: f64,
        /// The state of the sequence.
        state: u64,
    },
}

impl Sampler {
    /// Greedy at temperature 0 or without one; otherwise drawn, the same for the same seed (0 when there is none).
    pub(super) fn new(temperature: Option<f64>, seed: Option<u64>) -> Self {
        match temperature {
            Some(temperature) if temperature > 0.0 => {
                Self::Drawn { temperature, state: seed.unwrap_or_default() }
            }
            _ => Self::Greedy,
        }
    }

    /// The next token; `None` when the logits are not numbers.
    pub(super) fn choose(&mut self, logits: &[f32]) -> Option<u32> {
        let mut best = 0;
        for (token, logit) in logits.iter().enumerate() {
            if !logit.is_finite() {
                return None;
            }
            if *logit > logits[best] {
                best = token;
            }
        }
        match self {
            Self::Greedy => u32::try_from(best).ok(),
            Self::Drawn { temperature, state } => {
                let largest = f64::from(*logits.get(best)?);
                let weight = |logit: &f32| ((f64::from(*logit) - largest) / *temperature).exp();
                let total: f64 = logits.iter().map(weight).sum();
                let mut left = unit(state) * total;
                let drawn = logits.iter().position(|logit| {
                    left -= weight(logit);
                    left < 0.0
                });
                // Rounding may leave a little over after the last token; then the likeliest is as good as any.
                u32::try_from(drawn.unwrap_or(best)).ok()
            }
        }
    }
}

/// The next number in [0, 1). Source: Steele et al., SplitMix64, "Fast Splittable Pseudorandom Number Generators".
fn unit(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^= mixed >> 31;
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}
