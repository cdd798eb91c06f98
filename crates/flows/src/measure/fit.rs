//! `proofhouse assay fit`: a bank from recorded responses.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use assay::{Area, Bank, CalibrateOptions, Calibration, CalibrationResult, Fitted, Item, ResponseMatrix};
use report::measure as shown;

use super::{MeasureError, files, read_matrix};

/// The format of a fit's JSON.
const FORMAT: &str = "proofhouse-fit-1";
/// A table of a hundred thousand items fits.
const ITEMS_MOST_BYTES: u64 = 64 << 20;
/// Items whose infit lies outside are named (Wright and Linacre, Rasch Measurement Transactions 8, 1994, for tests of
/// this stake).
const INFIT: std::ops::RangeInclusive<f64> = 0.7..=1.3;

/// What is to be fitted, and under which conditions the responses came about. Nobody but the caller knows these.
#[derive(Debug, Clone, PartialEq)]
pub struct FitOrder {
    /// The matrix's file.
    pub responses: PathBuf,
    /// A table of items with their areas.
    pub items: Option<PathBuf>,
    /// The bank's name.
    pub name: String,
    /// Who answered, in words.
    pub source: String,
    /// Under which scaffold.
    pub scaffold: String,
    /// With how many tokens an attempt.
    pub tokens: u64,
    /// The expected chance to guess, where guessing is possible.
    pub guess: Option<f64>,
    /// How much areas differ, where the responses are too few to say.
    pub area_spread: Option<f64>,
    /// Threads to compute with.
    pub threads: usize,
}

/// A bank, and how it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct FitDone {
    /// The bank.
    pub bank: Bank,
    /// What is shown of it.
    pub shown: shown::FittedBank,
}

/// What a table says of an item.
#[derive(Debug, Clone, PartialEq)]
struct Described {
    area: String,
    minutes: Option<f64>,
    anchor: bool,
}

/// Fits the bank.
///
/// # Errors
/// [`MeasureError`]
pub fn run(order: &FitOrder) -> Result<FitDone, MeasureError> {
    check(order)?;
    let matrix = read_matrix(&order.responses)?;
    let described = match &order.items {
        Some(file) => describe(file, &matrix)?,
        None => HashMap::new(),
    };
    let options = CalibrateOptions { guess: order.guess, threads: order.threads, ..Default::default() };
    let result = assay::calibrate(&matrix, &options);
    if result.items.is_empty() {
        let why = result.warnings.iter().find(|warning| warning.name() != "FewPersons");
        let why =
            why.or(result.warnings.first()).map_or("it has no responses".to_owned(), ToString::to_string);
        return Err(MeasureError::NothingFitted { file: order.responses.clone(), why });
    }
    let flat = bank(order, &matrix, &result, &described, 0.0)?;
    let (spread, from) = spread(order, &flat, &matrix)?;
    let bank = bank(order, &matrix, &result, &described, spread)?;
    let shown = show(&bank, &matrix, &result, (spread, from));
    Ok(FitDone { bank, shown })
}

/// Writes the bank.
///
/// # Errors
/// [`MeasureError::Write`]
pub fn write(bank: &Bank, file: &Path) -> Result<(), MeasureError> {
    files::write(file, &bank.to_json())
}

fn check(order: &FitOrder) -> Result<(), MeasureError> {
    let wrong = |text: String| Err(MeasureError::Usage(text));
    if let Some(guess) = order.guess.filter(|guess| !(*guess > 0.0 && *guess < 0.6)) {
        return wrong(format!("the chance to guess is above 0 and below 0.6, not {guess}"));
    }
    match order.area_spread {
        Some(spread) if !(0.0..=10.0).contains(&spread) => {
            wrong(format!("the area spread is a standard deviation from 0 to 10, not {spread}"))
        }
        _ => Ok(()),
    }
}

/// How much areas differ: as measured, else as given. Never assumed.
fn spread(order: &FitOrder, bank: &Bank, matrix: &ResponseMatrix) -> Result<(f64, String), MeasureError> {
    if bank.areas().len() == 1 {
        return Ok((0.0, "one area".to_owned()));
    }
    if let Some(spread) = order.area_spread {
        return Ok((spread, "as given".to_owned()));
    }
    match assay::area_spread(bank, matrix) {
        Some(spread) => Ok((spread, "measured from these responses".to_owned())),
        None => Err(MeasureError::Usage(
            "these responses are too few to measure how much a person's areas differ; say so with --area-spread".to_owned(),
        )),
    }
}

fn bank(
    order: &FitOrder,
    matrix: &ResponseMatrix,
    result: &CalibrationResult,
    described: &HashMap<String, Described>,
    area_spread: f64,
) -> Result<Bank, MeasureError> {
    let mut areas: Vec<String> = Vec::new();
    let mut items = Vec::new();
    for fitted in &result.items {
        let of_item = described.get(&fitted.item);
        let name = of_item.map_or("all", |described| described.area.as_str());
        let area = areas.iter().position(|known| known == name).unwrap_or_else(|| {
            areas.push(name.to_owned());
            areas.len() - 1
        });
        items.push(item(fitted, area, of_item));
    }
    let weight = 1.0 / areas.len() as f64;
    let areas = areas.into_iter().map(|name| Area { name, weight }).collect();
    let answered =
        |person: &usize| (0..matrix.items().len()).any(|item| matrix.score(*person, item).is_some());
    let persons = (0..matrix.persons().len()).filter(answered).count();
    let calibration = Calibration {
        source: order.source.clone(),
        persons: u32::try_from(persons).unwrap_or(u32::MAX),
        scaffold: order.scaffold.clone(),
        tokens: order.tokens,
        // What the calibration fixes.
        mean: 0.0,
        deviation: 1.0,
        area_spread,
    };
    Bank::new(order.name.clone(), calibration, areas, Vec::new(), items)
        .map_err(|why| MeasureError::Bank { file: order.responses.clone(), why })
}

fn item(fitted: &Fitted, area: usize, described: Option<&Described>) -> Item {
    Item {
        name: fitted.item.clone(),
        area,
        family: None,
        curve: fitted.curve.clone(),
        error: fitted.error,
        minutes: described.and_then(|described| described.minutes),
        anchor: described.is_some_and(|described| described.anchor),
        retired: None,
    }
}

/// Reads the table of items: a header with `item`, `area` and optionally `minutes` and `anchor`.
fn describe(file: &Path, matrix: &ResponseMatrix) -> Result<HashMap<String, Described>, MeasureError> {
    let text = files::text(file, ITEMS_MOST_BYTES)?;
    let wrong = |line: usize, what: String| MeasureError::Items { file: file.to_owned(), line, what };
    let mut lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    let header: Vec<&str> = lines.next().map_or("", |(line, _)| line).split(',').map(str::trim).collect();
    let at = |name: &str| header.iter().position(|cell| *cell == name);
    let needed = |name: &str| at(name).ok_or_else(|| wrong(1, format!("there is no column `{name}`")));
    let (item_at, area_at) = (needed("item")?, needed("area")?);
    if let Some(other) = header.iter().find(|cell| !["item", "area", "minutes", "anchor"].contains(cell)) {
        let what = format!("the columns are item, area, minutes and anchor, not {other:?}");
        return Err(wrong(1, what));
    }
    let (minutes_at, anchor_at) = (at("minutes"), at("anchor"));
    let mut described = HashMap::new();
    for (line, number) in lines {
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        if cells.len() != header.len() {
            let what = format!("there are {} cells where the header has {}", cells.len(), header.len());
            return Err(wrong(number, what));
        }
        let minutes = match minutes_at.map(|at| cells[at]).filter(|cell| !cell.is_empty()) {
            None => None,
            Some(cell) => {
                Some(cell.parse().map_err(|_| wrong(number, format!("{cell:?} is no number of minutes")))?)
            }
        };
        let anchor = match anchor_at.map_or("", |at| cells[at]) {
            "" | "no" => false,
            "yes" => true,
            other => return Err(wrong(number, format!("an item is an anchor, yes or no, not {other:?}"))),
        };
        let one = Described { area: cells[area_at].to_owned(), minutes, anchor };
        if described.insert(cells[item_at].to_owned(), one).is_some() {
            return Err(wrong(number, format!("item {:?} occurs twice", cells[item_at])));
        }
    }
    match matrix.items().iter().find(|item| !described.contains_key(*item)) {
        Some(item) => Err(wrong(1, format!("the matrix has item {item:?}, and the table does not"))),
        None => Ok(described),
    }
}

fn show(
    bank: &Bank,
    matrix: &ResponseMatrix,
    result: &CalibrationResult,
    area_spread: (f64, String),
) -> shown::FittedBank {
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let misfits = assay::item_fit(bank, matrix);
    let mut misfits: Vec<(String, f64)> = misfits
        .into_iter()
        .filter(|fit| !INFIT.contains(&fit.infit))
        .map(|fit| (fit.item, fit.infit))
        .collect();
    misfits.sort_by(|x, y| (y.1 - 1.0).abs().total_cmp(&(x.1 - 1.0).abs()));
    shown::FittedBank {
        format: FORMAT.to_owned(),
        bank: super::shown::bank(bank, &[]),
        asked: matrix.items().len(),
        iterations: result.iterations,
        log_likelihood: result.log_likelihood,
        area_spread,
        median_errors: (
            median(result.items.iter().map(|item| item.error.slope).collect()),
            median(result.items.iter().map(|item| item.error.difficulty).collect()),
        ),
        warnings: result.warnings.iter().map(|w| (w.name().to_owned(), w.to_string())).collect(),
        misfits,
    }
}
