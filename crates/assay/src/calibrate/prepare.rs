//! Which columns can be fitted, and what is to be said about the data.

use std::collections::HashMap;

use super::maximise::{Kind, Parameters, Prior};
use super::{CalibrateOptions, kind_of};
use crate::math::{count, ln};
use crate::matrix::ResponseMatrix;

/// Fewer persons than this estimate a curve so badly that its standard errors mean little either.
const PERSONS_FEW: usize = 50;

/// Something about the data or the result that a reader must know.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Warning {
    /// A column without two different scores.
    #[error(
        "item {0:?} is left out: everybody who answered it scored the same, which says nothing of its curve"
    )]
    ConstantColumn(String),
    /// A column that equals another.
    #[error(
        "item {copy:?} is left out: its scores are those of {first:?}; a copy would count as independent evidence"
    )]
    Duplicate {
        /// The one left out.
        copy: String,
        /// The one kept.
        first: String,
    },
    /// A score in the middle that nobody has.
    #[error(
        "item {item:?} is left out: nobody has score {score}, though others have more; merge its milestones"
    )]
    EmptyScore {
        /// The item.
        item: String,
        /// The score.
        score: u8,
    },
    /// Persons who passed everything they answered.
    #[error("{0} persons passed everything that they answered: they count, their abilities are open upwards")]
    PerfectScores(usize),
    /// Persons who failed everything they answered.
    #[error(
        "{0} persons failed everything that they answered: they count, their abilities are open downwards"
    )]
    ZeroScores(usize),
    /// Persons without a score.
    #[error("{0} persons have no score at all and do not count")]
    EmptyRows(usize),
    /// Cells without a score.
    #[error(
        "{0} of {1} cells have no score; they are left out of the likelihood, which is right only if it does not depend on the ability why they are missing"
    )]
    MissingCells(usize, usize),
    /// Too few persons.
    #[error("{0} persons are too few for curves: expect large standard errors, and none for one person")]
    FewPersons(usize),
    /// A prior for an item that the matrix does not have.
    #[error("there is a prior for item {0:?}, which was not fitted")]
    UnusedPrior(String),
    /// A slope at its bound.
    #[error(
        "item {0:?} separates passes from failures without overlap: its slope has no maximum and was held at {1}"
    )]
    Separable(String, f64),
    /// A falling curve.
    #[error("item {0:?} is left out: abler persons pass it less often")]
    Backwards(String),
    /// A difficulty outside what the persons show.
    #[error(
        "item {0:?} is left out: its curve is so flat or so far from every person that its difficulty is not measured"
    )]
    OutOfReach(String),
    /// Standard errors from the complete data, because the sharper ones do not exist.
    #[error(
        "item {0:?} has too few answers for standard errors from its scores; those of known abilities stand in, which are too small"
    )]
    RoughErrors(String),
    /// No convergence.
    #[error("the estimates still moved after {iterations} iterations: treat them as rough")]
    NotSettled {
        /// How many.
        iterations: usize,
    },
}

/// The columns that are fitted.
pub(super) struct Columns {
    pub items: Vec<Column>,
    /// For each column of the matrix, its place in `items`.
    pub fitted: Vec<Option<usize>>,
    /// Whether any cell of a fitted column is missing.
    pub missing: bool,
}

pub(super) struct Column {
    pub name: String,
    /// Its place in the matrix.
    pub place: usize,
    pub kind: Kind,
    /// Mean score as a share of the highest, and how many answered.
    pub share: f64,
    pub answered: usize,
    pub prior: Option<Prior>,
}

/// Everything counted about one column.
struct Tally {
    by_score: [usize; crate::model::SCORES_MOST],
}

impl Tally {
    fn of(matrix: &ResponseMatrix, item: usize) -> Self {
        let mut by_score = [0; crate::model::SCORES_MOST];
        for person in 0..matrix.persons().len() {
            if let Some(score) = matrix.score(person, item) {
                by_score[usize::from(score)] += 1;
            }
        }
        Self { by_score }
    }

    fn highest(&self) -> u8 {
        self.by_score.iter().rposition(|n| *n > 0).unwrap_or(0) as u8
    }

    fn distinct(&self) -> usize {
        self.by_score.iter().filter(|n| **n > 0).count()
    }

    fn answered(&self) -> usize {
        self.by_score.iter().sum()
    }

    fn share(&self) -> f64 {
        let sum: f64 = self.by_score.iter().zip(0..).map(|(n, score)| count(*n) * f64::from(score)).sum();
        sum / (count(self.answered()) * f64::from(self.highest())).max(1.0)
    }

    fn gap(&self) -> Option<u8> {
        (0..self.highest()).find(|score| self.by_score[usize::from(*score)] == 0)
    }
}

/// Sorts the columns, and says what is to be said.
pub(super) fn prepare(matrix: &ResponseMatrix, options: &CalibrateOptions) -> (Columns, Vec<Warning>) {
    let mut warnings = persons(matrix);
    let mut priors: HashMap<&str, Prior> = options
        .priors
        .iter()
        .map(|prior| (prior.item.as_str(), Prior { mean: prior.mean, deviation: prior.deviation.max(1e-6) }))
        .collect();
    let mut seen: HashMap<Vec<u8>, usize> = HashMap::new();
    let mut columns = Columns { items: Vec::new(), fitted: Vec::new(), missing: false };
    for (place, name) in matrix.items().iter().enumerate() {
        let tally = Tally::of(matrix, place);
        let column: Vec<u8> = (0..matrix.persons().len()).map(|person| matrix.row(person)[place]).collect();
        let warning = refuse(matrix, name, &tally, &column, &seen);
        if let Some(warning) = warning {
            warnings.push(warning);
            columns.fitted.push(None);
            continue;
        }
        seen.insert(column, place);
        columns.fitted.push(Some(columns.items.len()));
        columns.missing |= tally.answered() < matrix.persons().len();
        columns.items.push(Column {
            name: name.clone(),
            place,
            kind: kind_of(tally.highest(), options),
            share: tally.share(),
            answered: tally.answered(),
            prior: priors.remove(name.as_str()),
        });
    }
    let mut unused: Vec<&str> = priors.into_keys().collect();
    unused.sort_unstable();
    warnings.extend(unused.into_iter().map(|name| Warning::UnusedPrior(name.to_owned())));
    (columns, warnings)
}

fn refuse(
    matrix: &ResponseMatrix,
    name: &str,
    tally: &Tally,
    column: &[u8],
    seen: &HashMap<Vec<u8>, usize>,
) -> Option<Warning> {
    if tally.distinct() < 2 {
        return Some(Warning::ConstantColumn(name.to_owned()));
    }
    if let Some(first) = seen.get(column) {
        let first = matrix.items()[*first].clone();
        return Some(Warning::Duplicate { copy: name.to_owned(), first });
    }
    tally.gap().map(|score| Warning::EmptyScore { item: name.to_owned(), score })
}

/// What is to be said about the rows.
fn persons(matrix: &ResponseMatrix) -> Vec<Warning> {
    let (mut perfect, mut zero, mut empty, mut missing) = (0, 0, 0, 0);
    let highest: Vec<u8> = (0..matrix.items().len()).map(|item| Tally::of(matrix, item).highest()).collect();
    for person in 0..matrix.persons().len() {
        let scores: Vec<(u8, u8)> = (0..matrix.items().len())
            .filter_map(|item| matrix.score(person, item).map(|score| (score, highest[item].max(1))))
            .collect();
        missing += matrix.items().len() - scores.len();
        if scores.is_empty() {
            empty += 1;
        } else if scores.iter().all(|(score, highest)| score == highest) {
            perfect += 1;
        } else if scores.iter().all(|(score, _)| *score == 0) {
            zero += 1;
        }
    }
    let cells = matrix.persons().len() * matrix.items().len();
    let answered = matrix.persons().len() - empty;
    [
        (answered < PERSONS_FEW).then_some(Warning::FewPersons(answered)),
        (perfect > 0).then_some(Warning::PerfectScores(perfect)),
        (zero > 0).then_some(Warning::ZeroScores(zero)),
        (empty > 0).then_some(Warning::EmptyRows(empty)),
        (missing > 0).then_some(Warning::MissingCells(missing, cells)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

impl Columns {
    /// Where the iterations begin: slope one, and the intercept of the share passed.
    pub fn start(&self, options: &CalibrateOptions) -> Vec<Parameters> {
        let logit = |share: f64| {
            let share = share.clamp(0.01, 0.99);
            ln(share / (1.0 - share))
        };
        self.items
            .iter()
            .map(|column| {
                let intercept = 1.2 * logit(column.share);
                let values = match column.kind {
                    Kind::TwoPl => vec![1.0, intercept],
                    Kind::ThreePl { guess } => {
                        let above = (column.share - guess) / (1.0 - guess);
                        vec![1.0, 1.2 * logit(above), logit(guess)]
                    }
                    Kind::Graded { steps } => {
                        let apart = |k: usize| count(steps) / 2.0 - 0.5 - count(k);
                        std::iter::once(1.0).chain((0..steps).map(|k| intercept + apart(k))).collect()
                    }
                };
                Parameters { kind: column.kind, values, prior: column.prior, guess: options.guess }
            })
            .collect()
    }
}
