//! Small symmetric systems.

/// Solves `matrix · x = right` for a symmetric positive definite matrix of rows of `n`, by Cholesky's decomposition;
/// `None` if it is not positive definite.
pub(crate) fn solve(matrix: &[f64], right: &[f64]) -> Option<Vec<f64>> {
    let factor = cholesky(matrix, right.len())?;
    Some(back(&factor, right))
}

/// The inverse of a symmetric positive definite matrix, or `None` if it is not one.
pub(crate) fn inverse(matrix: &[f64], n: usize) -> Option<Vec<f64>> {
    let factor = cholesky(matrix, n)?;
    let mut all = vec![0.0; n * n];
    let mut unit = vec![0.0; n];
    for column in 0..n {
        unit.fill(0.0);
        unit[column] = 1.0;
        for (row, value) in back(&factor, &unit).into_iter().enumerate() {
            all[row * n + column] = value;
        }
    }
    Some(all)
}

fn cholesky(matrix: &[f64], n: usize) -> Option<Vec<f64>> {
    // A pivot that lost this share of its diagonal to rounding means a singular matrix.
    const PIVOT_LEAST: f64 = 1e-12;
    let mut factor = vec![0.0; n * n];
    for row in 0..n {
        for column in 0..=row {
            let sum: f64 = (0..column).map(|k| factor[row * n + k] * factor[column * n + k]).sum();
            let rest = matrix[row * n + column] - sum;
            if row == column {
                let sound = rest.is_finite() && rest > PIVOT_LEAST * matrix[row * n + row].abs();
                if !sound {
                    return None;
                }
                factor[row * n + row] = rest.sqrt();
            } else {
                factor[row * n + column] = rest / factor[column * n + column];
            }
        }
    }
    Some(factor)
}

fn back(factor: &[f64], right: &[f64]) -> Vec<f64> {
    let n = right.len();
    let mut x = right.to_vec();
    for row in 0..n {
        let sum: f64 = (0..row).map(|k| factor[row * n + k] * x[k]).sum();
        x[row] = (x[row] - sum) / factor[row * n + row];
    }
    for row in (0..n).rev() {
        let sum: f64 = (row + 1..n).map(|k| factor[k * n + row] * x[k]).sum();
        x[row] = (x[row] - sum) / factor[row * n + row];
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_solved_and_a_singular_one_refused() {
        let matrix = [4.0, 1.0, 0.5, 1.0, 3.0, 0.2, 0.5, 0.2, 2.0];
        let x = solve(&matrix, &[1.0, 2.0, 3.0]).unwrap();
        for (row, wanted) in matrix.chunks(3).zip([1.0, 2.0, 3.0]) {
            let found: f64 = row.iter().zip(&x).map(|(m, x)| m * x).sum();
            assert!((found - wanted).abs() < 1e-12);
        }
        let inverse = inverse(&matrix, 3).unwrap();
        let product: f64 = (0..3).map(|k| matrix[k] * inverse[k * 3]).sum();
        assert!((product - 1.0).abs() < 1e-12);
        assert_eq!(solve(&[1.0, 1.0, 1.0, 1.0], &[1.0, 1.0]), None);
        assert_eq!(solve(&[f64::NAN], &[1.0]), None);
    }
}
