//! Replay: the adaptive test played over recorded responses, beside the decision that all items give.

use crate::adaptive::{Design, DesignError, Instrument, Lines, Next, Session};
use crate::bank::Bank;
use crate::decision::Recommendation;
use crate::estimate::{Estimate, eap};
use crate::math::{count, mean};
use crate::matrix::ResponseMatrix;
use crate::model::Curve;

/// One person's test, played again.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed {
    /// Who.
    pub person: String,
    /// What the adaptive test recommends.
    pub adaptive: Recommendation,
    /// After how many items.
    pub items: usize,
    /// What the ability from all recorded items says of the cut: [`Recommendation::Undetermined`] within the indifference
    /// region, where either answer is right.
    pub full: Recommendation,
    /// Ability from the items given.
    pub from_given: Estimate,
    /// Ability from all recorded items.
    pub from_all: Estimate,
}

/// A replay, with what it comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    /// Each person, in the matrix's order; those without a response are left out.
    pub persons: Vec<Replayed>,
    /// Items of the matrix that the bank does not have.
    pub unknown_items: Vec<String>,
    /// Items of the bank that the matrix does not have: never given.
    pub unrecorded_items: usize,
    /// Mean number of items.
    pub items: f64,
    /// Of those outside the indifference region by all items: the share decided the same way.
    pub agreeing: f64,
    /// The share decided the other way.
    pub contradicting: f64,
    /// The share left undetermined.
    pub undetermined: f64,
    /// Mean absolute difference of the two abilities.
    pub ability_off: f64,
}

/// Why there is nothing to replay.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReplayError {
    /// No item in common.
    #[error("the matrix and the bank have no item in common: their items have to have the same names")]
    NothingShared,
    /// A design that cannot be used with the recorded items.
    #[error(transparent)]
    Design(#[from] DesignError),
}

impl ReplayError {
    /// A code that stays the same when the words change.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NothingShared => "replay-nothing-shared",
            Self::Design(why) => why.code(),
        }
    }
}

/// Plays the test over every person of `matrix`. A missing cell is a missing result, as in a review.
///
/// # Errors
/// [`ReplayError`].
pub fn replay(
    bank: &Bank,
    matrix: &ResponseMatrix,
    design: &Design,
    lines: Lines,
    controls: &[f64],
    seed: u64,
) -> Result<Replay, ReplayError> {
    let columns: Vec<Option<usize>> = columns(bank, matrix);
    if columns.iter().all(Option::is_none) {
        return Err(ReplayError::NothingShared);
    }
    let instrument = Instrument::new(bank, design, |place| columns[place].is_some())?;
    let known: std::collections::HashSet<&str> = bank.items().iter().map(|item| item.name.as_str()).collect();
    let persons = (0..matrix.persons().len())
        .filter_map(|person| one(&instrument, matrix, &columns, lines, controls, (seed, person)))
        .collect();
    Ok(summarised(Replay {
        persons,
        unknown_items: matrix.items().iter().filter(|item| !known.contains(item.as_str())).cloned().collect(),
        unrecorded_items: columns.iter().filter(|column| column.is_none()).count(),
        items: 0.0,
        agreeing: 0.0,
        contradicting: 0.0,
        undetermined: 0.0,
        ability_off: 0.0,
    }))
}

/// For each item of the bank, its column.
fn columns(bank: &Bank, matrix: &ResponseMatrix) -> Vec<Option<usize>> {
    let by_name: std::collections::HashMap<&str, usize> =
        matrix.items().iter().enumerate().map(|(column, name)| (name.as_str(), column)).collect();
    bank.items().iter().map(|item| by_name.get(item.name.as_str()).copied()).collect()
}

fn one(
    instrument: &Instrument<'_>,
    matrix: &ResponseMatrix,
    columns: &[Option<usize>],
    lines: Lines,
    controls: &[f64],
    (seed, person): (u64, usize),
) -> Option<Replayed> {
    let bank = instrument.bank();
    let (prior, spread) = (bank.calibration().mean, bank.calibration().deviation);
    let score = |place: usize| {
        let highest = (bank.items()[place].curve.scores() - 1) as u8;
        columns[place].and_then(|column| matrix.score(person, column)).map(|score| score.min(highest))
    };
    let curve = |place: usize| &bank.items()[place].curve;
    let scored = |places: &mut dyn Iterator<Item = usize>| -> Vec<(&Curve, u8)> {
        places.filter_map(|place| Some((curve(place), score(place)?))).collect()
    };
    let inside = |place: &usize| instrument.shares()[bank.items()[*place].area] > 0.0;
    let all = scored(&mut (0..columns.len()).filter(inside));
    if all.is_empty() {
        return None;
    }
    let session_seed = crate::math::Rng::part(seed, person as u64).bits();
    let mut session = Session::new(instrument, lines, controls, session_seed);
    let conclusion = loop {
        match session.next_item() {
            Next::Item(place) => session.record(place, score(place)),
            Next::Stop(conclusion) => break conclusion,
        }
    };
    let given = scored(&mut session.path().iter().map(|step| step.item));
    let from_all = eap(&all, prior, spread);
    Some(Replayed {
        person: matrix.persons()[person].clone(),
        adaptive: conclusion.recommendation,
        items: session.path().len(),
        full: full(instrument.design(), from_all.ability),
        from_given: eap(&given, prior, spread),
        from_all,
    })
}

fn full(design: &Design, ability: f64) -> Recommendation {
    if ability >= design.cut + design.indifference {
        Recommendation::Covered
    } else if ability <= design.cut - design.indifference {
        Recommendation::NotCovered
    } else {
        Recommendation::Undetermined
    }
}

fn summarised(mut replay: Replay) -> Replay {
    let outside: Vec<&Replayed> =
        replay.persons.iter().filter(|person| person.full != Recommendation::Undetermined).collect();
    let share = |wanted: &dyn Fn(&Replayed) -> bool| {
        count(outside.iter().filter(|person| wanted(person)).count()) / count(outside.len().max(1))
    };
    let agreeing = share(&|person| person.adaptive == person.full);
    let undetermined = share(&|person| person.adaptive == Recommendation::Undetermined);
    let off = |person: &Replayed| (person.from_given.ability - person.from_all.ability).abs();
    replay.items = mean(&replay.persons.iter().map(|person| count(person.items)).collect::<Vec<_>>());
    replay.ability_off = mean(&replay.persons.iter().map(off).collect::<Vec<_>>());
    replay.agreeing = agreeing;
    replay.undetermined = undetermined;
    replay.contradicting = (1.0 - agreeing - undetermined).max(0.0);
    if outside.is_empty() {
        replay.contradicting = 0.0;
    }
    replay
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adaptive::{Criterion, Estimand, Guard, Lengths, Selection, Statistic};
    use crate::simulated;

    fn design() -> Design {
        Design {
            estimand: Estimand::Overall,
            cut: 0.2,
            indifference: 0.2,
            alpha: 0.01,
            beta: 0.01,
            statistic: Statistic::Sprt,
            lengths: Lengths { least: 4, most: 300, least_per_area: 1 },
            selection: Selection {
                criterion: Criterion::Information,
                randomesque: 5,
                exposure_most: None,
                per_family_most: 1,
            },
            guard: Guard::default(),
        }
    }

    #[test]
    fn few_items_decide_as_all_do() {
        let bank = simulated::bank(700, 2, 41);
        let (matrix, _) = simulated::matrix(&bank, 300, 42);
        let played = replay(&bank, &matrix, &design(), Lines::wald(0.01, 0.01), &[], 1).unwrap();
        assert!(played.agreeing > 0.97 && played.contradicting < 0.02, "{}", played.agreeing);
        assert!(played.items < 60.0, "{}", played.items);
    }

    #[test]
    fn items_without_a_record_are_never_given_and_said() {
        let bank = simulated::bank(60, 2, 43);
        let (matrix, _) = simulated::matrix(&bank, 20, 44);
        let names: Vec<String> = matrix
            .items()
            .iter()
            .map(|n| if n == "item-3" { "other".to_owned() } else { n.clone() })
            .collect();
        let renamed =
            ResponseMatrix::new(matrix.persons().to_vec(), names, |p, i| matrix.score(p, i)).unwrap();
        let played = replay(&bank, &renamed, &design(), Lines::wald(0.01, 0.01), &[], 1).unwrap();
        assert_eq!((played.unknown_items, played.unrecorded_items), (vec!["other".to_owned()], 1));
        let none = ResponseMatrix::new(vec!["p".to_owned()], vec!["x".to_owned()], |_, _| Some(1)).unwrap();
        let error = replay(&bank, &none, &design(), Lines::wald(0.01, 0.01), &[], 1).unwrap_err();
        assert_eq!(error.code(), "replay-nothing-shared");
    }

    #[test]
    fn a_person_whose_cells_are_missing_is_undetermined() {
        let bank = simulated::bank(60, 2, 45);
        let names = bank.items().iter().map(|item| item.name.clone()).collect();
        let one = ResponseMatrix::new(vec!["p".to_owned()], names, |_, i| (i < 2).then_some(1)).unwrap();
        let played = replay(&bank, &one, &design(), Lines::wald(0.01, 0.01), &[], 1).unwrap();
        assert_eq!(played.persons[0].adaptive, Recommendation::Undetermined);
    }
}
