//! `proofhouse assay replay`: the adaptive test over recorded responses, beside what all items decide.

use std::path::{Path, PathBuf};

use assay::{Design, Lines, Recommendation, Replayed, ResponseMatrix, Simulation, Stage, plan_watched};
use report::measure as shown;

use super::{BankFile, DesignOptions, MeasureError, TableScale, files, read_bank, read_matrix};

/// The format of a replay's JSON.
const FORMAT: &str = "proofhouse-replay-1";

/// Where the lines come from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LinesFrom {
    /// Wald's formula.
    Wald,
    /// A plan simulated for this bank, on the items that the matrix has.
    Plan(Simulation),
}

/// What is to be replayed.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayOrder {
    /// The bank's file.
    pub bank: PathBuf,
    /// The population of an item table.
    pub scale: TableScale,
    /// The matrix's file.
    pub responses: PathBuf,
    /// The design.
    pub design: DesignOptions,
    /// The lines.
    pub lines: LinesFrom,
    /// The seed of randomesque choices.
    pub seed: u64,
}

/// A replay with everything that its pages are drawn from.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayDone {
    /// What is shown.
    pub shown: shown::Replay,
    bank: BankFile,
    design: Design,
    lines: Lines,
    replayed: Vec<Replayed>,
    /// Items that the matrix has.
    recorded: Vec<bool>,
}

/// Plays every person's test; `watch` is told what is being simulated.
///
/// # Errors
/// [`MeasureError`]
pub fn run(order: &ReplayOrder, watch: &mut dyn FnMut(Stage)) -> Result<ReplayDone, MeasureError> {
    let file = read_bank(&order.bank, order.scale)?;
    let matrix = read_matrix(&order.responses)?;
    let design = order.design.design(&file.bank);
    let names: std::collections::HashSet<&str> = matrix.items().iter().map(String::as_str).collect();
    let recorded: Vec<bool> =
        file.bank.items().iter().map(|item| names.contains(item.name.as_str())).collect();
    let (lines, controls) = match order.lines {
        LinesFrom::Wald => (Lines::wald(design.alpha, design.beta), Vec::new()),
        LinesFrom::Plan(simulation) => {
            let plan = plan_watched(&file.bank, &design, simulation, |place| recorded[place], watch)?;
            (plan.lines, plan.controls)
        }
    };
    let replay = assay::replay(&file.bank, &matrix, &design, lines, &controls, order.seed)?;
    let shown = show(order, &file, &matrix, &design, lines, &replay);
    Ok(ReplayDone { shown, bank: file, design, lines, replayed: replay.persons, recorded })
}

fn show(
    order: &ReplayOrder,
    file: &BankFile,
    matrix: &ResponseMatrix,
    design: &Design,
    lines: Lines,
    replay: &assay::Replay,
) -> shown::Replay {
    let persons: Vec<shown::Played> =
        replay.persons.iter().map(|one| played(one, recorded_by(file, matrix, &one.person))).collect();
    let mut lengths: Vec<usize> = persons.iter().map(|one| one.items).collect();
    lengths.sort_unstable();
    let outside = replay.persons.iter().filter(|one| one.full != Recommendation::Undetermined).count();
    let recorded = persons.iter().map(|one| one.recorded as f64).sum::<f64>();
    shown::Replay {
        format: FORMAT.to_owned(),
        bank: super::shown::bank(&file.bank, &file.left_out),
        guarantee: super::shown::guarantee(&file.bank, design, lines),
        lines_from: lines_words(order.lines, lines),
        seed: order.seed,
        unknown_items: replay.unknown_items.clone(),
        unrecorded_items: replay.unrecorded_items,
        without_responses: matrix.persons().len() - persons.len(),
        items: replay.items,
        items_p90: lengths.get(lengths.len() * 9 / 10).copied().unwrap_or(0),
        recorded: recorded / persons.len().max(1) as f64,
        ability_off: replay.ability_off,
        shares: shown::Shares {
            outside,
            agreeing: replay.agreeing,
            contradicting: replay.contradicting,
            undetermined: replay.undetermined,
        },
        persons,
    }
}

fn lines_words(from: LinesFrom, lines: Lines) -> String {
    let at =
        format!("covered from {:.3} on, not covered from \u{2212}{:.3} on", lines.covered, lines.not_covered);
    match from {
        LinesFrom::Wald => format!("Wald's lines: {at}"),
        LinesFrom::Plan(simulation) => {
            format!("lines from a plan of {} simulated reviews: {at}", simulation.replications)
        }
    }
}

/// Scored cells of a person on the bank's items.
fn recorded_by(file: &BankFile, matrix: &ResponseMatrix, person: &str) -> usize {
    let Some(row) = matrix.persons().iter().position(|name| name == person) else { return 0 };
    let known: std::collections::HashSet<&str> =
        file.bank.items().iter().map(|item| item.name.as_str()).collect();
    let columns = matrix.items().iter().enumerate();
    columns.filter(|(at, name)| known.contains(name.as_str()) && matrix.score(row, *at).is_some()).count()
}

fn played(one: &Replayed, recorded: usize) -> shown::Played {
    shown::Played {
        person: one.person.clone(),
        adaptive: super::shown::word(one.adaptive).to_owned(),
        full: super::shown::word(one.full).to_owned(),
        items: one.items,
        recorded,
        ability_given: (one.from_given.ability, one.from_given.error),
        ability_all: (one.from_all.ability, one.from_all.error),
    }
}

impl ReplayDone {
    /// Writes one person's test as a page: decision path, areas, item map, test information.
    ///
    /// # Errors
    /// [`MeasureError`]
    pub fn draw(&self, person: &str, file: &Path) -> Result<(), MeasureError> {
        let found = self.replayed.iter().zip(&self.shown.persons).find(|(one, _)| one.person == person);
        let (one, played) = found.ok_or_else(|| MeasureError::NoPerson(person.to_owned()))?;
        let (bank, cut) = (&self.bank.bank, self.design.cut);
        let given: Vec<usize> = one.path.iter().map(|step| step.item).collect();
        let mut given_here = vec![false; bank.items().len()];
        given.iter().for_each(|place| given_here[*place] = true);
        let responses: Vec<(usize, u8)> =
            one.path.iter().filter_map(|step| Some((step.item, step.score?))).collect();
        let page = shown::person_page(
            (&self.shown, played),
            &super::shown::item_map(bank, cut, (person, one.from_given, responses.len()), &given_here),
            &super::shown::information(bank, cut, |place| self.recorded[place], &given),
            &super::shown::path(bank, &one.path, self.lines, one.adaptive),
            &super::shown::areas(bank, cut, &responses),
            None,
        )?;
        files::write(file, &page)
    }
}
