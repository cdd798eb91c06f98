//! All reachable states of the bounded case, by stateright.

use docket::invariant::{INVARIANTS, Seen};
use docket::{NoPolicies, Register, Rules, Setting};
use stateright::{Checker, Model, Property};
use types::Timestamp;

use super::alphabet::{Slice, Try, bounded};
use super::people::{day, register};
use super::world::{Replay, World};

/// A world, and how far the clock has come.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Moment {
    world: World,
    hour: usize,
}

pub struct Bounded {
    register: Register,
    acts: Vec<Try>,
    hours: Vec<Timestamp>,
    rules: Rules,
}

impl Bounded {
    /// The case with acts at these days.
    pub fn new(slice: Slice, days: &[i64], rules: Rules) -> Self {
        let hours = days.iter().map(|days| day(*days)).collect();
        Self { register: register(), acts: bounded(slice), hours, rules }
    }

    fn setting(&self) -> Setting<'_> {
        Setting::new(&self.register, &NoPolicies).under(self.rules)
    }

    fn holds(&self, moment: &Moment, invariant: fn(&Seen) -> bool) -> bool {
        let setting = self.setting();
        let seen = moment.world.seen(&setting, Replay::FromJson);
        invariant(&seen)
    }
}

/// What may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Next {
    Act(usize),
    Time,
}

macro_rules! property {
    ($($number:literal)*) => {
        [$(|model: &Bounded, moment: &Moment| model.holds(moment, INVARIANTS[$number].1)),*]
    };
}

impl Model for Bounded {
    type State = Moment;
    type Action = Next;

    fn init_states(&self) -> Vec<Moment> {
        vec![Moment { world: World::new(self.hours[0]), hour: 0 }]
    }

    fn actions(&self, moment: &Moment, actions: &mut Vec<Next>) {
        actions.extend((0..self.acts.len()).map(Next::Act));
        if moment.hour + 1 < self.hours.len() {
            actions.push(Next::Time);
        }
    }

    fn next_state(&self, moment: &Moment, next: Next) -> Option<Moment> {
        let setting = self.setting();
        match next {
            Next::Act(number) => {
                let now = self.hours[moment.hour];
                let act = &self.acts[number].act;
                let events = moment.world.decided(act, &setting, now)?;
                let mut next = moment.clone();
                next.world.take(&events, act, &setting, now, Replay::FromJson);
                Some(next)
            }
            Next::Time => {
                let mut next = Moment { world: moment.world.clone(), hour: moment.hour + 1 };
                next.world.pass_time(self.rules, &setting, self.hours[next.hour], Replay::FromJson);
                Some(next)
            }
        }
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let conditions: [fn(&Self, &Moment) -> bool; INVARIANTS.len()] =
            property!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19);
        let named = INVARIANTS.iter().zip(conditions);
        named.map(|((name, _), condition)| Property::always(name, condition)).collect()
    }
}

/// What checking found.
pub struct Explored {
    /// Distinct states.
    pub states: usize,
    /// Names of invariants that some state breaks.
    pub broken: Vec<&'static str>,
}

/// Walks through every reachable state.
pub fn explore(slice: Slice, days: &[i64], threads: usize) -> Explored {
    let model = Bounded::new(slice, days, Rules::default());
    let checker = model.checker().threads(threads).spawn_bfs().join();
    Explored { states: checker.unique_state_count(), broken: checker.discoveries().into_keys().collect() }
}
