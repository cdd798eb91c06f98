//! Random numbers that are the same everywhere and for ever: a plan's digest covers what was simulated with them.

use super::normal_quantile;

/// xoshiro256++ (Blackman and Vigna, ACM TOMS 47, 2021), seeded by SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
///
/// For simulation only. Nothing secret may be drawn from it.
#[derive(Debug, Clone)]
pub struct Rng([u64; 4]);

/// SplitMix64's next output from its state.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Rng {
    /// The generator of `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut state = seed;
        Self([0; 4].map(|_| split_mix(&mut state)))
    }

    /// The generator for part `number` of what `seed` generates, so that parts can run in any order.
    #[must_use]
    pub fn part(seed: u64, number: u64) -> Self {
        let mut state = seed;
        let mixed = split_mix(&mut state);
        Self::new(mixed ^ number.wrapping_mul(0xd120_2fb9_5c7f_3a4d))
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        let s = &mut self.0;
        let out = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        out
    }

    /// A number from 0 to below 1, with 53 bits.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// A whole number below `n`; zero when `n` is. Biased by less than n / 2^64.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }

    /// A draw from the standard normal distribution, by its quantile function.
    pub fn normal(&mut self) -> f64 {
        // The middle of a cell: never 0, never 1.
        normal_quantile(self.unit() + 0.5 / 9_007_199_254_740_992.0)
    }

    /// Puts `values` into random order (Durstenfeld, CACM 7, 1964).
    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        for last in (1..values.len()).rev() {
            values.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reference implementation's first outputs from the state 1, 2, 3, 4 (as in `rand_xoshiro`'s own test).
    #[test]
    fn the_stream_is_the_published_one() {
        let mut rng = Rng([1, 2, 3, 4]);
        let wanted =
            [41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386, 9_228_616_714_210_784_205];
        assert_eq!([0; 5].map(|_| rng.bits()), wanted);
        let mut state = 1_234_567;
        assert_eq!(split_mix(&mut state), 6_457_827_717_110_365_317);
    }

    #[test]
    fn normal_draws_have_the_moments_of_a_normal() {
        let mut rng = Rng::new(7);
        let draws: Vec<f64> = (0..100_000).map(|_| rng.normal()).collect();
        assert!(crate::math::mean(&draws).abs() < 0.01);
        assert!((crate::math::deviation(&draws) - 1.0).abs() < 0.01);
    }

    #[test]
    fn parts_differ_and_repeat() {
        assert_eq!(Rng::part(1, 2).bits(), Rng::part(1, 2).bits());
        assert_ne!(Rng::part(1, 2).bits(), Rng::part(1, 3).bits());
        assert_ne!(Rng::part(2, 2).bits(), Rng::part(1, 2).bits());
    }
}
