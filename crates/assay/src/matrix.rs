//! Recorded responses: who scored what on which item.

use std::collections::HashSet;

use crate::bank::is_name;

/// What stands in a cell without a score: refused, unscorable or never attempted.
pub(crate) const MISSING: u8 = u8::MAX;
/// Cells that a matrix has at most: a reader with a bound cannot be made to fill the memory.
pub const CELLS_MOST: usize = 1 << 30;

/// Persons × items. A person is whoever answered: a model, an agent, a checkpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct ResponseMatrix {
    persons: Vec<String>,
    items: Vec<String>,
    cells: Vec<u8>,
}

/// Why something is not a response matrix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MatrixError {
    /// No header, no persons or no items.
    #[error("a response matrix has a header with the items and at least one line with a person")]
    Empty,
    /// Too big to hold.
    #[error("a response matrix has at most {CELLS_MOST} cells")]
    TooBig,
    /// A text that cannot be a name.
    #[error(
        "line {line}: {name:?} cannot be a name; a name is 1 to 128 printable ASCII characters without commas and quotes"
    )]
    Name {
        /// Which line, from 1.
        line: usize,
        /// The text.
        name: String,
    },
    /// Two of one name.
    #[error("line {line}: {name:?} occurs twice; give each person and each item its own name")]
    Twice {
        /// Which line, from 1.
        line: usize,
        /// The name.
        name: String,
    },
    /// A line of another length.
    #[error("line {line} has {cells} cells where the header has {wanted}")]
    Ragged {
        /// Which line, from 1.
        line: usize,
        /// Its cells.
        cells: usize,
        /// The header's.
        wanted: usize,
    },
    /// A cell that is no score.
    #[error(
        "line {line}: {cell:?} is no score; write a whole number from 0 to 31, or nothing or NA where there is none"
    )]
    Cell {
        /// Which line, from 1.
        line: usize,
        /// The text.
        cell: String,
    },
}

impl MatrixError {
    /// A code that stays the same when the words change.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "matrix-empty",
            Self::TooBig => "matrix-too-big",
            Self::Name { .. } => "matrix-name",
            Self::Twice { .. } => "matrix-twice",
            Self::Ragged { .. } => "matrix-ragged",
            Self::Cell { .. } => "matrix-cell",
        }
    }
}

impl ResponseMatrix {
    /// The matrix whose cells `score` gives, `None` where there is no score.
    ///
    /// # Errors
    /// [`MatrixError`].
    pub fn new(
        persons: Vec<String>,
        items: Vec<String>,
        score: impl Fn(usize, usize) -> Option<u8>,
    ) -> Result<Self, MatrixError> {
        check_names(persons.iter().map(String::as_str), 0)?;
        check_names(items.iter().map(String::as_str), 1)?;
        let size = persons.len().checked_mul(items.len()).filter(|size| *size <= CELLS_MOST);
        let size = size.ok_or(MatrixError::TooBig)?;
        if size == 0 {
            return Err(MatrixError::Empty);
        }
        let mut cells = Vec::with_capacity(size);
        for person in 0..persons.len() {
            for item in 0..items.len() {
                cells.push(checked(score(person, item), person + 2)?);
            }
        }
        Ok(Self { persons, items, cells })
    }

    /// Reads a table: a header with the items' names after one cell, then a line for each person with its name and
    /// scores. An empty cell or `NA` is missing.
    ///
    /// # Errors
    /// [`MatrixError`].
    pub fn from_csv(text: &str) -> Result<Self, MatrixError> {
        let mut lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
        let (header, _) = lines.next().ok_or(MatrixError::Empty)?;
        let items: Vec<String> = header.split(',').skip(1).map(|cell| unquoted(cell).to_owned()).collect();
        check_names(items.iter().map(String::as_str), 1)?;
        let (mut persons, mut cells) = (Vec::new(), Vec::new());
        for (line, number) in lines {
            let before = cells.len();
            let mut row = line.split(',');
            persons.push(unquoted(row.next().unwrap_or_default()).to_owned());
            for cell in row {
                cells.push(parsed(unquoted(cell), number)?);
            }
            if cells.len() - before != items.len() {
                let (cells, wanted) = (cells.len() - before + 1, items.len() + 1);
                return Err(MatrixError::Ragged { line: number, cells, wanted });
            }
            if cells.len() > CELLS_MOST {
                return Err(MatrixError::TooBig);
            }
        }
        check_names(persons.iter().map(String::as_str), 0)?;
        if cells.is_empty() {
            return Err(MatrixError::Empty);
        }
        Ok(Self { persons, items, cells })
    }

    /// The matrix as a table.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut text = format!("person,{}\n", self.items.join(","));
        for (person, name) in self.persons.iter().enumerate() {
            text += name;
            for item in 0..self.items.len() {
                text.push(',');
                if let Some(score) = self.score(person, item) {
                    text += &score.to_string();
                }
            }
            text.push('\n');
        }
        text
    }

    /// Who answered.
    #[must_use]
    pub fn persons(&self) -> &[String] {
        &self.persons
    }

    /// What was asked.
    #[must_use]
    pub fn items(&self) -> &[String] {
        &self.items
    }

    /// A score, or `None` where there is none.
    #[must_use]
    pub fn score(&self, person: usize, item: usize) -> Option<u8> {
        Some(self.row(person)[item]).filter(|cell| *cell != MISSING)
    }

    /// A person's cells.
    pub(crate) fn row(&self, person: usize) -> &[u8] {
        &self.cells[person * self.items.len()..(person + 1) * self.items.len()]
    }
}

fn checked(score: Option<u8>, line: usize) -> Result<u8, MatrixError> {
    match score {
        None => Ok(MISSING),
        Some(score) if usize::from(score) < crate::model::SCORES_MOST => Ok(score),
        Some(score) => Err(MatrixError::Cell { line, cell: score.to_string() }),
    }
}

fn parsed(cell: &str, line: usize) -> Result<u8, MatrixError> {
    match cell {
        "" | "NA" => Ok(MISSING),
        "0" => Ok(0),
        "1" => Ok(1),
        _ => {
            let wrong = || MatrixError::Cell { line, cell: cell.to_owned() };
            checked(Some(cell.parse().map_err(|_| wrong())?), line).map_err(|_| wrong())
        }
    }
}

fn unquoted(cell: &str) -> &str {
    let cell = cell.trim();
    cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"')).unwrap_or(cell)
}

/// `line` 1 is the header; 0 says that each name stands on a line of its own.
fn check_names<'a>(names: impl Iterator<Item = &'a str>, line: usize) -> Result<(), MatrixError> {
    let mut seen = HashSet::new();
    for (place, name) in names.enumerate() {
        let line = if line == 0 { place + 2 } else { line };
        if !is_name(name) {
            return Err(MatrixError::Name { line, name: name.to_owned() });
        }
        if !seen.insert(name) {
            return Err(MatrixError::Twice { line, name: name.to_owned() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_is_read_back_as_it_was_written_and_missing_stays_missing() {
        let text = "person,i1,i2,i3\nm1,1,0,\nm2,,2,1\n";
        let matrix = ResponseMatrix::from_csv(text).unwrap();
        assert_eq!(matrix.to_csv(), text);
        assert_eq!((matrix.score(0, 2), matrix.score(1, 1), matrix.score(0, 1)), (None, Some(2), Some(0)));
        let quoted = "\"\",\"i1\",\"i2\",\"i3\"\r\n\"m1\",1,0,NA\r\n\"m2\",NA,2,1\r\n";
        assert_eq!(ResponseMatrix::from_csv(quoted).unwrap(), matrix);
    }

    #[test]
    fn what_is_wrong_in_a_matrix_has_a_name_and_a_line() {
        for (text, code, line) in [
            ("", "matrix-empty", 0),
            ("person,i1\n", "matrix-empty", 0),
            ("person\nm1\n", "matrix-empty", 0),
            ("person,i1,i1\nm,1,1\n", "matrix-twice", 1),
            ("person,i1\nm,1\nm,0\n", "matrix-twice", 3),
            ("person,i1\nm,1,1\n", "matrix-ragged", 2),
            ("person,i1\nm,0.5\n", "matrix-cell", 2),
            ("person,i1\nm,255\n", "matrix-cell", 2),
            ("person,i1\nm,-1\n", "matrix-cell", 2),
            ("person,i1\nm,NaN\n", "matrix-cell", 2),
            ("person,\u{1b}\nm,1\n", "matrix-name", 1),
        ] {
            let error = ResponseMatrix::from_csv(text).unwrap_err();
            assert_eq!(error.code(), code, "{text:?}: {error}");
            assert!(line == 0 || error.to_string().contains(&format!("line {line}")), "{error}");
        }
    }
}
