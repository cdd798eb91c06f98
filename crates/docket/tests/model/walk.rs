//! Random weighted steps through the wide case: whole lives of cases, one after the other.

use docket::invariant::{INVARIANTS, Invariant};
use docket::{NoPolicies, Rules, Setting};

use super::alphabet::wide;
use super::people::{DAY, at, register};
use super::world::{Replay, World};

/// A small generator of random numbers (SplitMix64, Steele, Lea and Flood 2014): the same seed, the same walk.
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// Which invariants a walk looks at.
#[derive(Clone, Copy)]
pub enum Watch {
    All,
    Only(&'static str),
}

/// What a walk came to.
pub struct Walked {
    /// Acts tried and times passed.
    pub steps: u64,
    /// Those that changed the case.
    pub taken: u64,
    /// The invariant that was broken, and at which step.
    pub broken: Option<&'static str>,
}

/// One case's life is at most so many steps.
const LIFE_STEPS: u64 = 160;
/// Every so manieth life is also read back from JSON at every step.
const READ_BACK_EVERY: u64 = 8;

/// Walks until an invariant is broken, or for so many steps.
pub fn walk(steps: u64, seed: u64, rules: Rules, watch: Watch) -> Walked {
    let register = register();
    let setting = Setting::new(&register, &NoPolicies).under(rules);
    let acts = wide();
    // A wheel on which every act has as many places as its weight.
    let places = acts.iter().enumerate().flat_map(|(at, it)| vec![at; it.weight as usize]);
    let wheel: Vec<usize> = places.collect();
    let invariants: Vec<Invariant> = match watch {
        Watch::All => INVARIANTS.to_vec(),
        Watch::Only(name) => INVARIANTS.iter().filter(|it| it.0 == name).copied().collect(),
    };
    assert!(!invariants.is_empty(), "there is an invariant of that name");
    let (mut chance, mut walked) = (Chance(seed), Walked { steps: 0, taken: 0, broken: None });
    let mut life = 0;
    while walked.steps < steps {
        let replay = match watch {
            Watch::All if life % READ_BACK_EVERY != 0 => Replay::Skipped,
            Watch::All | Watch::Only(_) => Replay::FromJson,
        };
        life += 1;
        let (mut millis, mut world) = (0, World::new(at(0)));
        for _ in 0..LIFE_STEPS.min(steps - walked.steps) {
            walked.steps += 1;
            let changed = match chance.below(12) {
                0 => {
                    millis += pause(&mut chance);
                    // A timer that comes late, or never, makes no difference.
                    chance.below(2) == 0 && world.pass_time(rules, &setting, at(millis), replay)
                }
                _ => {
                    let act = &acts[wheel[chance.below(wheel.len() as u64) as usize]].act;
                    let events = world.decided(act, &setting, at(millis));
                    if let Some(events) = &events {
                        world.take(events, act, &setting, at(millis), replay);
                    }
                    events.is_some()
                }
            };
            if !changed {
                continue;
            }
            walked.taken += 1;
            let seen = world.seen(&setting, replay);
            walked.broken = invariants.iter().find(|(_, holds)| !holds(&seen)).map(|(name, _)| *name);
            if walked.broken.is_some() {
                return walked;
            }
        }
    }
    walked
}

/// How long until the next step: mostly hours, now and then days, and sometimes exactly to a day's edge.
fn pause(chance: &mut Chance) -> i64 {
    let some = |chance: &mut Chance, most: i64| chance.below(most.unsigned_abs()).cast_signed();
    match chance.below(4) {
        0 => 1 + some(chance, 1_000),
        1 => some(chance, DAY),
        2 => DAY,
        _ => some(chance, 9) * DAY,
    }
}
