//! A case with what is needed to check it: the case as read back, and the outsider's books.

use docket::invariant::{Audit, Seen};
use docket::{Act, Case, Event, Rules, Setting, Verified, decide, evolve_all, read_back, tick};
use types::Timestamp;

/// Everything that the invariants look at. Two worlds that are equal have the same future.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    pub case: Case,
    pub replayed: Case,
    pub audit: Audit,
    /// The last moment at which something was recorded.
    pub at: Timestamp,
}

/// How the case is read back beside the one that goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    /// From the JSON that would be recorded.
    FromJson,
    /// Not at all: the walk samples.
    Skipped,
}

impl World {
    pub fn new(at: Timestamp) -> Self {
        let case = Case::unopened("case-1".parse().unwrap());
        Self { replayed: case.clone(), case, audit: Audit::default(), at }
    }

    /// Tries `act` at `now`: what happens, or `None` when the rules say no.
    pub fn decided(&self, act: &Verified<Act>, setting: &Setting, now: Timestamp) -> Option<Vec<Event>> {
        decide(&self.case, act, setting, now).ok()
    }

    /// Takes in what was decided on `act` at `now`.
    pub fn take(
        &mut self,
        events: &[Event],
        act: &Verified<Act>,
        setting: &Setting,
        now: Timestamp,
        replay: Replay,
    ) {
        let rules = setting.rules();
        // What was due comes first, then what was signed.
        let due = tick(&self.case, rules, now).len();
        let id = self.case.id().clone();
        for (place, event) in events.iter().enumerate() {
            let by = if place == due { act.by() } else { &[] };
            self.audit.observe(&id, setting.register(), by, event, now);
        }
        self.evolve(events, rules, now, replay);
    }

    fn evolve(&mut self, events: &[Event], rules: Rules, now: Timestamp, replay: Replay) {
        let placeholder = Case::Unopened(self.case.id().clone());
        if replay == Replay::FromJson {
            let read: Vec<_> = events.iter().map(|event| read_back(event, rules).unwrap()).collect();
            let before = std::mem::replace(&mut self.replayed, placeholder.clone());
            self.replayed = evolve_all(before, &read, rules, now);
        }
        self.case = evolve_all(std::mem::replace(&mut self.case, placeholder), events, rules, now);
        self.at = now;
    }

    /// What time alone does by `now`.
    pub fn pass_time(&mut self, rules: Rules, setting: &Setting, now: Timestamp, replay: Replay) -> bool {
        let events = tick(&self.case, rules, now);
        if events.is_empty() {
            return false;
        }
        for event in &events {
            self.audit.observe(&self.case.id().clone(), setting.register(), &[], event, now);
        }
        self.evolve(&events, rules, now, replay);
        true
    }

    pub fn seen<'a>(&'a self, setting: &'a Setting<'a>, replay: Replay) -> Seen<'a> {
        let replayed = if replay == Replay::FromJson { &self.replayed } else { &self.case };
        Seen { case: &self.case, replayed, audit: &self.audit, setting, at: self.at }
    }
}
