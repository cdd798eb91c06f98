//! Reading banks and matrices, with limits.

use std::fs;
use std::path::Path;

use assay::{Bank, Calibration, ResponseMatrix, bank_from_csv};

use super::MeasureError;

/// A hundred thousand items with all their keys fit.
const BANK_MOST_BYTES: u64 = 64 << 20;
/// Ten thousand models on a hundred thousand items fit.
const MATRIX_MOST_BYTES: u64 = 2 << 30;
/// Source and scaffold of an item table, which does not say who answered.
const NOT_STATED: &str = "not stated";

/// A bank as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct BankFile {
    /// The bank.
    pub bank: Bank,
    /// Items of a table that cannot be used, each with the reason.
    pub left_out: Vec<String>,
}

/// The population of an item table, which the table itself does not name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TableScale {
    /// The mean of abilities; calibration programs fix 0.
    pub mean: f64,
    /// Their standard deviation; calibration programs fix 1.
    pub deviation: f64,
}

/// Reads a text of at most `most` bytes.
pub(super) fn text(file: &Path, most: u64) -> Result<String, MeasureError> {
    let wrong = |source| MeasureError::Read { file: file.to_owned(), source };
    if fs::metadata(file).map_err(wrong)?.len() > most {
        return Err(MeasureError::TooBig { file: file.to_owned(), most });
    }
    fs::read_to_string(file).map_err(wrong)
}

/// Writes a text.
pub(super) fn write(file: &Path, text: &str) -> Result<(), MeasureError> {
    fs::write(file, text).map_err(|source| MeasureError::Write { file: file.to_owned(), source })
}

/// Reads a bank: JSON in the house's format, or an item table (CSV) with `scale`.
///
/// # Errors
/// [`MeasureError`] with the file.
pub fn read_bank(file: &Path, scale: TableScale) -> Result<BankFile, MeasureError> {
    let text = text(file, BANK_MOST_BYTES)?;
    let wrong = |why| MeasureError::Bank { file: file.to_owned(), why };
    if text.trim_start().starts_with('{') {
        let bank = Bank::from_json(&text).map_err(wrong)?;
        return Ok(BankFile { bank, left_out: Vec::new() });
    }
    let calibration = Calibration {
        source: NOT_STATED.to_owned(),
        persons: 0,
        scaffold: NOT_STATED.to_owned(),
        tokens: 0,
        mean: scale.mean,
        deviation: scale.deviation,
        area_spread: 0.0,
    };
    let name = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or("item table");
    let table = bank_from_csv(name, calibration, &text).map_err(wrong)?;
    let left_out = table.left_out.iter().map(|one| format!("{}: {}", one.item, one.why)).collect();
    Ok(BankFile { bank: table.bank, left_out })
}

/// Reads a response matrix.
///
/// # Errors
/// [`MeasureError`] with the file and the line.
pub fn read_matrix(file: &Path) -> Result<ResponseMatrix, MeasureError> {
    ResponseMatrix::from_csv(&text(file, MATRIX_MOST_BYTES)?)
        .map_err(|why| MeasureError::Matrix { file: file.to_owned(), why })
}
