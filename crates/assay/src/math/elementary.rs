//! Exponential, logarithm and what follows from them, with IEEE operations alone.

/// Beyond these the exponential would leave the normal doubles.
const EXP_LOWEST: f64 = -708.0;
const EXP_HIGHEST: f64 = 709.0;
/// 1.5 · 2^52, plus the bias of the exponent: adding it leaves a rounded number in the low bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0 + 1023.0;
/// ln 2 in two parts, the first short enough that its product with an exponent is exact (Cody and Waite, Software
/// Manual for the Elementary Functions, 1980).
const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// 1/n! for n = 13 down to 0.
const EXP_SERIES: [f64; 14] = [
    1.0 / 6_227_020_800.0,
    1.0 / 479_001_600.0,
    1.0 / 39_916_800.0,
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    0.5,
    1.0,
    1.0,
];

/// e^x. Below -708 and above 709 it stays at the value there, so it is never zero and never infinite.
#[inline(always)]
pub(crate) fn exp(x: f64) -> f64 {
    let x = x.clamp(EXP_LOWEST, EXP_HIGHEST);
    let rounded = x.mul_add(std::f64::consts::LOG2_E, ROUNDER);
    let whole = rounded - ROUNDER;
    let rest = (-whole).mul_add(LN_2_LOW, (-whole).mul_add(LN_2_HIGH, x));
    let mut sum = EXP_SERIES[0];
    for term in &EXP_SERIES[1..] {
        sum = sum.mul_add(rest, *term);
    }
    // The low bits of `rounded` are the biased exponent.
    sum * f64::from_bits(rounded.to_bits() << 52)
}

/// 2 artanh(s) for |s| up to 0.172, by its series.
#[inline(always)]
fn twice_artanh(s: f64) -> f64 {
    let square = s * s;
    let mut sum: f64 = 1.0 / 23.0;
    for odd in [21.0, 19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0, 1.0] {
        sum = sum.mul_add(square, 1.0 / odd);
    }
    2.0 * s * sum
}

/// ln x of a positive normal number; smaller ones count as the smallest.
#[inline(always)]
pub(crate) fn ln(x: f64) -> f64 {
    let bits = x.max(f64::MIN_POSITIVE).to_bits();
    // Moves the exponent so that the mantissa lies between the root of a half and the root of two.
    let shifted = bits.wrapping_sub(0x3fe6_a09e_667f_3bcd);
    let exponent = (shifted as i64 >> 52) as f64;
    let mantissa = f64::from_bits(bits.wrapping_sub(shifted & 0xfff0_0000_0000_0000));
    let log = twice_artanh((mantissa - 1.0) / (mantissa + 1.0));
    exponent.mul_add(LN_2_HIGH, exponent.mul_add(LN_2_LOW, log))
}

/// 1 / (1 + e^-x).
#[inline(always)]
pub(crate) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x))
}

/// x^y of a positive x.
pub(crate) fn pow(x: f64, y: f64) -> f64 {
    exp(y * ln(x))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(found: f64, wanted: f64) -> bool {
        (found - wanted).abs() <= 1e-15 + 4e-16 * wanted.abs()
    }

    proptest! {
        #[test]
        fn exponentials_agree_with_the_c_library(x in -700.0_f64..700.0) {
            prop_assert!((exp(x) / x.exp() - 1.0).abs() < 1e-15, "{x}: {} {}", exp(x), x.exp());
        }

        #[test]
        fn logarithms_agree_with_the_c_library(x in prop_oneof![1e-300_f64..1e-10, 1e-10_f64..3.0, 3.0_f64..1e300]) {
            prop_assert!(close(ln(x), x.ln()), "{x}: {} {}", ln(x), x.ln());
        }
    }

    #[test]
    fn the_extremes_stay_finite() {
        for x in [f64::MIN, -1e9, 1e9, f64::MAX, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(exp(x).is_finite() && exp(x) > 0.0 && logistic(x).is_finite(), "{x}");
        }
        assert!(ln(0.0).is_finite());
    }
}
