//! Item tables as other programs write them: mirt's `a1,d,g,u` and the textbooks' `a,b,c`.

use super::{Area, Bank, BankError, Calibration, Item};
use crate::model::{Curve, CurveError, ParameterError};

/// What a table gave.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedBank {
    /// The bank of all items that can be used.
    pub bank: Bank,
    /// The others. They are named, never guessed at.
    pub left_out: Vec<LeftOut>,
}

/// An item that a table has and the bank has not.
#[derive(Debug, Clone, PartialEq)]
pub struct LeftOut {
    /// Its name.
    pub item: String,
    /// Why.
    pub why: CurveError,
}

/// Where each number stands in a line.
struct Columns {
    name: usize,
    slope: usize,
    location: Location,
    guess: Option<usize>,
    upper: Option<usize>,
    area: Option<usize>,
    errors: Option<(usize, usize)>,
}

/// Difficulty, or mirt's intercept `d = −a·b`.
enum Location {
    Difficulty(usize),
    Intercept(usize),
}

impl Columns {
    fn find(header: &str) -> Result<Self, BankError> {
        let names: Vec<String> = header.split(',').map(|cell| unquoted(cell).to_ascii_lowercase()).collect();
        let at = |wanted: &[&str]| names.iter().position(|name| wanted.contains(&name.as_str()));
        let missing = |what: &str| BankError::Table { line: 1, why: format!("there is no column {what}") };
        let location = match (at(&["b"]), at(&["d"])) {
            (Some(_), Some(_)) => {
                let why = "there are both `b` and `d`: keep one".to_owned();
                return Err(BankError::Table { line: 1, why });
            }
            (Some(b), None) => Location::Difficulty(b),
            (None, Some(d)) => Location::Intercept(d),
            (None, None) => return Err(missing("`b` or `d`")),
        };
        Ok(Self {
            name: at(&["item", "name", "id", ""])
                .ok_or_else(|| missing("`item` (or one without a name, as R writes it)"))?,
            slope: at(&["a", "a1"]).ok_or_else(|| missing("`a` or `a1`"))?,
            location,
            guess: at(&["c", "g"]),
            upper: at(&["u"]),
            area: at(&["area"]),
            errors: at(&["se_a"]).zip(at(&["se_b"])),
        })
    }
}

fn unquoted(cell: &str) -> &str {
    let cell = cell.trim();
    cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"')).unwrap_or(cell)
}

/// Reads a table of items with a header: `item`, `a` or `a1`, `b` or `d`, and optionally `c` or `g`, `u`, `area`,
/// `se_a` and `se_b`. Items whose curve cannot be used, such as those with a negative slope, are left out and named.
///
/// # Errors
/// [`BankError`].
pub fn bank_from_csv(name: &str, calibration: Calibration, text: &str) -> Result<ImportedBank, BankError> {
    let mut lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    let header = lines.next().map_or("", |(line, _)| line);
    let columns = Columns::find(header)?;
    let width = header.split(',').count();
    let (mut areas, mut items, mut left_out) = (Vec::<String>::new(), Vec::new(), Vec::new());
    for (line, number) in lines {
        let cells: Vec<&str> = line.split(',').map(unquoted).collect();
        if cells.len() != width {
            let why = format!("there are {} cells where the header has {width}", cells.len());
            return Err(BankError::Table { line: number, why });
        }
        let item_name = cells[columns.name].to_owned();
        match curve(&columns, &cells, number)? {
            Ok(curve) => {
                let area = columns.area.map_or("all", |at| cells[at]);
                let area = place(&mut areas, area);
                let error = errors(&columns, &cells, number)?;
                let (family, minutes, anchor, retired) = (None, None, false, None);
                items.push(Item { name: item_name, area, family, curve, error, minutes, anchor, retired });
            }
            Err(why) => left_out.push(LeftOut { item: item_name, why }),
        }
    }
    let weight = 1.0 / crate::math::count(areas.len().max(1));
    let areas = areas.into_iter().map(|name| Area { name, weight }).collect();
    let bank = Bank::new(name.to_owned(), calibration, areas, Vec::new(), items)?;
    Ok(ImportedBank { bank, left_out })
}

/// The place of `name` in `names`, to which it is added if it is new.
fn place(names: &mut Vec<String>, name: &str) -> usize {
    names.iter().position(|known| known == name).unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    })
}

fn number(cells: &[&str], at: usize, line: usize) -> Result<f64, BankError> {
    let value = cells[at].parse::<f64>().ok().filter(|value| value.is_finite());
    value.ok_or_else(|| BankError::Table { line, why: format!("{:?} is not a number", cells[at]) })
}

fn curve(columns: &Columns, cells: &[&str], line: usize) -> Result<Result<Curve, CurveError>, BankError> {
    let slope = number(cells, columns.slope, line)?;
    let difficulty = match columns.location {
        Location::Difficulty(at) => number(cells, at, line)?,
        // A slope of zero is refused for itself below.
        Location::Intercept(at) if slope == 0.0 => number(cells, at, line)?,
        Location::Intercept(at) => -number(cells, at, line)? / slope,
    };
    let guess = columns.guess.map_or(Ok(0.0), |at| number(cells, at, line))?;
    let upper = columns.upper.map_or(Ok(1.0), |at| number(cells, at, line))?;
    Ok(Curve::binary(slope, difficulty, guess, upper))
}

fn errors(columns: &Columns, cells: &[&str], line: usize) -> Result<ParameterError, BankError> {
    let Some((slope, difficulty)) = columns.errors else { return Ok(ParameterError::default()) };
    Ok(ParameterError {
        slope: number(cells, slope, line)?,
        difficulty: number(cells, difficulty, line)?,
        correlation: 0.0,
    })
}

/// The items of passed or failed as a table with the columns of both conventions, and how many graded ones it
/// cannot hold.
#[must_use]
pub fn bank_to_csv(bank: &Bank) -> (String, usize) {
    let mut text = "item,area,a1,b,c,u,se_a,se_b\n".to_owned();
    let mut graded = 0;
    for item in bank.items() {
        let Curve::Binary { slope, difficulty, guess, upper } = item.curve else {
            graded += 1;
            continue;
        };
        let (area, error) = (&bank.areas()[item.area].name, item.error);
        text += &format!(
            "{},{area},{slope},{difficulty},{guess},{upper},{},{}\n",
            item.name, error.slope, error.difficulty
        );
    }
    (text, graded)
}
