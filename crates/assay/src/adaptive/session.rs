//! One adaptive test.

use super::{Arm, Doubt, Evidence, Instrument, Lines};
use crate::decision::Recommendation;
use crate::math::Rng;

/// After so many items one that exposure control set aside may be chosen again. Sympson and Hetter set it aside for
/// good, which takes half of the best items from long tests although it is the many short ones that expose them.
const RETURN_AFTER: usize = 8;

/// What a session asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// The item of this place in the bank.
    Item(usize),
    /// Nothing more.
    Stop(Conclusion),
}

/// Why a session is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Both extremes lie beyond the same line.
    Line,
    /// The most items were given.
    Length,
    /// No item may be given any more.
    Exhausted,
}

/// How a session ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Conclusion {
    /// What is recommended.
    pub recommendation: Recommendation,
    /// With everything missing counted as failed.
    pub missing_failed: Recommendation,
    /// With everything missing counted as passed.
    pub missing_passed: Recommendation,
    /// Why it is over.
    pub reason: Reason,
    /// What speaks against "not covered", where its line is crossed.
    pub doubts: Vec<Doubt>,
}

/// One item of the decision's path. Not for the developer: it gives the cut away.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The item.
    pub item: usize,
    /// What came of it.
    pub score: Option<u8>,
    /// The statistic, with everything missing counted as failed.
    pub missing_failed: f64,
    /// The same with everything missing counted as passed.
    pub missing_passed: f64,
}

/// One adaptive test of one model.
pub struct Session<'i, 'b> {
    instrument: &'i Instrument<'b>,
    lines: Lines,
    /// For each item, the chance that it is given when it is chosen (Sympson and Hetter).
    controls: &'i [f64],
    rng: Rng,
    evidence: Evidence,
    path: Vec<Step>,
    /// Given, or set aside by exposure control.
    gone: Vec<bool>,
    /// With the number of items at which they come back.
    set_aside: Vec<(usize, usize)>,
    worth_by_area: Vec<f64>,
    count_by_area: Vec<usize>,
    by_family: Vec<u32>,
    anchors: usize,
    arms: Vec<Arm>,
}

impl<'i, 'b> Session<'i, 'b> {
    /// A session that has not begun. `controls` has a chance for each item of the bank; where it has none the chance
    /// is one.
    #[must_use]
    pub fn new(instrument: &'i Instrument<'b>, lines: Lines, controls: &'i [f64], seed: u64) -> Self {
        let bank = instrument.bank();
        Self {
            instrument,
            lines,
            controls,
            rng: Rng::new(seed),
            evidence: Evidence::new(instrument),
            path: Vec::new(),
            gone: vec![false; bank.items().len()],
            set_aside: Vec::new(),
            worth_by_area: vec![0.0; bank.areas().len()],
            count_by_area: vec![0; bank.areas().len()],
            by_family: vec![0; bank.families().len()],
            anchors: 0,
            arms: Vec::new(),
        }
    }

    /// What other arms of elicitation led to.
    pub fn arms(&mut self, arms: Vec<Arm>) {
        self.arms = arms;
    }

    /// The path so far.
    #[must_use]
    pub fn path(&self) -> &[Step] {
        &self.path
    }

    /// What the responses so far say.
    #[must_use]
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// The next item, or the end. An item that is named here and not recorded is not named again.
    pub fn next_item(&mut self) -> Next {
        let conclusion = self.conclude();
        if conclusion.recommendation != Recommendation::Undetermined || conclusion.reason == Reason::Length {
            return Next::Stop(conclusion);
        }
        match self.choose() {
            Some(item) => {
                self.gone[item] = true;
                Next::Item(item)
            }
            None => Next::Stop(Conclusion { reason: Reason::Exhausted, ..conclusion }),
        }
    }

    /// Takes in what came of an item; `None` is refused, unscorable or never attempted.
    pub fn record(&mut self, item: usize, score: Option<u8>) {
        self.gone[item] = true;
        self.evidence.record(self.instrument, item, score);
        let described = &self.instrument.bank().items()[item];
        self.worth_by_area[described.area] += self.instrument.worth(item);
        self.count_by_area[described.area] += 1;
        self.anchors += usize::from(described.anchor && score.is_some());
        if let Some(family) = described.family {
            self.by_family[family] += 1;
        }
        let (missing_failed, missing_passed) = self.evidence.statistics(self.instrument);
        self.path.push(Step { item, score, missing_failed, missing_passed });
    }

    /// What would be concluded if the session ended now.
    #[must_use]
    pub fn conclude(&self) -> Conclusion {
        let design = self.instrument.design();
        let (low, high) =
            self.path.last().map_or((0.0, 0.0), |step| (step.missing_failed, step.missing_passed));
        let (missing_failed, missing_passed) = (self.beyond(low), self.beyond(high));
        let mut recommendation =
            if missing_failed == missing_passed { missing_failed } else { Recommendation::Undetermined };
        if !self.long_enough() {
            recommendation = Recommendation::Undetermined;
        }
        let mut doubts = Vec::new();
        if recommendation == Recommendation::NotCovered {
            let given: Vec<(usize, Option<u8>)> =
                self.path.iter().map(|step| (step.item, step.score)).collect();
            doubts = design.guard.doubts(self.instrument, &given, &self.arms);
            if !doubts.is_empty() {
                recommendation = Recommendation::Undetermined;
            }
        }
        let crossed = recommendation != Recommendation::Undetermined;
        let long = self.path.len() >= design.lengths.most;
        let reason = if crossed || !long { Reason::Line } else { Reason::Length };
        Conclusion { recommendation, missing_failed, missing_passed, reason, doubts }
    }

    fn beyond(&self, statistic: f64) -> Recommendation {
        if statistic >= self.lines.covered {
            Recommendation::Covered
        } else if statistic <= -self.lines.not_covered {
            Recommendation::NotCovered
        } else {
            Recommendation::Undetermined
        }
    }

    /// Whether the lengths allow a decision.
    pub(crate) fn long_enough(&self) -> bool {
        let lengths = self.instrument.design().lengths;
        let shares = self.instrument.shares().iter();
        self.path.len() >= lengths.least.max(1)
            && shares.zip(&self.count_by_area).all(|(share, n)| *share <= 0.0 || *n >= lengths.least_per_area)
    }

    /// The next item, with exposure control; items set aside come back after a while, or when nothing else is left.
    fn choose(&mut self) -> Option<usize> {
        let (wants_anchor, given) = (self.wants_anchor(), self.path.len());
        let gone = &mut self.gone;
        self.set_aside.retain(|(item, until)| {
            gone[*item] = *until > given;
            gone[*item]
        });
        loop {
            let Some(item) = self.candidate(wants_anchor) else {
                if self.set_aside.is_empty() {
                    return if wants_anchor { self.candidate(false) } else { None };
                }
                self.set_aside.drain(..).for_each(|(item, _)| self.gone[item] = false);
                return self.candidate(wants_anchor).or_else(|| self.candidate(false));
            };
            let chance = self.controls.get(item).copied().unwrap_or(1.0);
            if chance >= 1.0 || self.rng.unit() < chance {
                return Some(item);
            }
            self.gone[item] = true;
            self.set_aside.push((item, given + RETURN_AFTER));
        }
    }

    /// Whether the next item has to be an anchor: the lower line is crossed, or, with a secret cut, from the start, so
    /// that the order says nothing of the line.
    fn wants_anchor(&self) -> bool {
        let design = self.instrument.design();
        if self.anchors >= design.guard.anchors {
            return false;
        }
        let low = self.path.last().is_some_and(|step| step.missing_passed <= -self.lines.not_covered);
        low || design.selection.criterion == super::Criterion::Secret
    }

    /// One of the best of the area that has had least of its share.
    fn candidate(&mut self, anchor: bool) -> Option<usize> {
        let wanted = self.instrument.design().selection.randomesque;
        let least = self.instrument.design().lengths.least_per_area;
        let mut areas: Vec<usize> =
            (0..self.count_by_area.len()).filter(|area| self.instrument.shares()[*area] > 0.0).collect();
        // Ties at the start are broken by chance.
        self.rng.shuffle(&mut areas);
        let need = |area: usize| {
            let had = self.worth_by_area[area] / self.instrument.shares()[area];
            (self.count_by_area[area] >= least, had)
        };
        areas.sort_by(|x, y| need(*x).0.cmp(&need(*y).0).then(need(*x).1.total_cmp(&need(*y).1)));
        for area in areas {
            let best: Vec<usize> = self.instrument.ranked()[area]
                .iter()
                .copied()
                .filter(|item| self.may_follow(*item, anchor))
                .take(wanted)
                .collect();
            if !best.is_empty() {
                return Some(best[self.rng.below(best.len())]);
            }
        }
        None
    }

    fn may_follow(&self, item: usize, anchor: bool) -> bool {
        let described = &self.instrument.bank().items()[item];
        let most = self.instrument.design().selection.per_family_most;
        let family_full = described.family.is_some_and(|family| self.by_family[family] as usize >= most);
        !self.gone[item] && !family_full && (!anchor || described.anchor)
    }
}
