//! pass@k.

/// Counts that give no pass@k.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PassError {
    /// Fewer attempts than k.
    #[error("pass@{k} needs at least {k} attempts of each item, at least one, and there are {attempts}")]
    FewAttempts {
        /// k.
        k: u32,
        /// How many there are.
        attempts: u32,
    },
    /// More passes than attempts.
    #[error("{passed} of {attempts} attempts cannot have passed")]
    Passed {
        /// Passes.
        passed: u32,
        /// Attempts.
        attempts: u32,
    },
}

/// The unbiased estimate of the chance that at least one of `k` attempts passes, from `passed` of `attempts`:
/// `1 − C(n − c, k) / C(n, k)` (Chen et al., Evaluating Large Language Models Trained on Code, 2021).
///
/// # Errors
/// [`PassError`].
pub fn pass_at_k(attempts: u32, passed: u32, k: u32) -> Result<f64, PassError> {
    if k == 0 || attempts < k {
        return Err(PassError::FewAttempts { k, attempts });
    }
    if passed > attempts {
        return Err(PassError::Passed { passed, attempts });
    }
    if attempts - passed < k {
        return Ok(1.0);
    }
    let none: f64 = (attempts - passed + 1..=attempts).map(|i| 1.0 - f64::from(k) / f64::from(i)).product();
    Ok(1.0 - none)
}
