//! Person fit: whether a pattern of passes and failures fits any ability.

use crate::bank::Bank;
use crate::estimate::wle;
use crate::math::ln;
use crate::model::Curve;

/// How a pattern fits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PersonFit {
    /// The standardised log likelihood with the estimated ability accounted for (lz*; Snijders, Psychometrika 66,
    /// 2001): about standard normal where the model holds, low where hard items are passed and easy ones failed.
    pub lz_star: f64,
    /// Pairs of items of which the easier was failed and the harder passed, as a share of all pairs of a pass and a
    /// failure (Guttman errors; Meijer, Applied Psychological Measurement 18, 1994).
    pub guttman_share: f64,
}

/// The fit of responses, each an item's place and its score; `None` where there is no pattern: fewer than two items of
/// passed or failed. Graded items are left out.
#[must_use]
pub fn person_fit(bank: &Bank, responses: &[(usize, u8)]) -> Option<PersonFit> {
    let binary: Vec<(&Curve, u8)> = responses
        .iter()
        .map(|(place, score)| (&bank.items()[*place].curve, *score))
        .filter(|(curve, _)| curve.scores() == 2)
        .collect();
    if binary.len() < 2 {
        return None;
    }
    let ability = wle(&binary)?.ability;
    Some(PersonFit { lz_star: lz_star(&binary, ability), guttman_share: guttman_share(&binary, ability) })
}

fn lz_star(responses: &[(&Curve, u8)], ability: f64) -> f64 {
    const STEP: f64 = 1e-4;
    let terms: Vec<Term> = responses
        .iter()
        .map(|(curve, score)| {
            let (below, here, above) =
                (curve.expected(ability - STEP), curve.expected(ability), curve.expected(ability + STEP));
            let first = (above - below) / (2.0 * STEP);
            let variance = (here * (1.0 - here)).max(1e-12);
            Term {
                off: f64::from(*score) - here,
                weight: ln(here / (1.0 - here)),
                first,
                second: (above - 2.0 * here + below) / (STEP * STEP),
                variance,
                ratio: first / variance,
            }
        })
        .collect();
    let sum = |of: &dyn Fn(&Term) -> f64| terms.iter().map(of).sum::<f64>();
    let information = sum(&|t| t.first * t.ratio).max(1e-12);
    let along = sum(&|t| t.first * t.weight) / information;
    // The ability solves Σ (u − P) r + J / 2I = 0.
    let correction = sum(&|t| t.ratio * t.second) / (2.0 * information);
    let deviation = sum(&|t| (t.weight - along * t.ratio).powi(2) * t.variance).sqrt();
    if deviation < 1e-9 {
        // All items equally hard: every pattern is as likely.
        return 0.0;
    }
    (sum(&|t| t.off * t.weight) + along * correction) / deviation
}

/// What one item adds.
struct Term {
    off: f64,
    weight: f64,
    first: f64,
    second: f64,
    variance: f64,
    ratio: f64,
}

fn guttman_share(responses: &[(&Curve, u8)], ability: f64) -> f64 {
    let mut order: Vec<(f64, u8)> =
        responses.iter().map(|(curve, score)| (curve.expected(ability), *score)).collect();
    order.sort_by(|x, y| y.0.total_cmp(&x.0));
    // From the easiest: each pass errs with every failure before it.
    let (mut failed, mut errors, mut passed) = (0_u32, 0_u32, 0_u32);
    for (_, score) in order {
        if score == 0 {
            failed += 1;
        } else {
            errors += failed;
            passed += 1;
        }
    }
    f64::from(errors) / f64::from((failed * passed).max(1))
}
