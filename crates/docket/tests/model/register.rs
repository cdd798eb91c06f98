//! The register's model: acts with random persons, keys, seats and dates.

use docket::invariant::{REGISTER_INVARIANTS, RegisterAudit};
use docket::{
    Actor, Authority, DelegationId, Enrolment, Interest, PublicKey, Register, RegisterAct, Role, Rules, Seat,
    Verified, decide_register, evolve_register,
};
use types::{Digest, Timestamp};

use super::people::{DAY, at, seat};
use super::walk::{Chance, Walked};

const NAMES: [&str; 6] = ["ada", "bob", "cyn", "dan", "eli", "fay"];

fn seats() -> [Seat; 5] {
    [
        seat(Role::ReviewingOffice, "house"),
        seat(Role::Developer, "acme"),
        seat(Role::Developer, "bolt"),
        seat(Role::DesignatingAuthority, "authority"),
        seat(Role::Partner, "grid"),
    ]
}

/// Walks until an invariant of the register is broken, or for so many steps.
pub fn walk_register(steps: u64, seed: u64, rules: Rules) -> Walked {
    let (mut chance, mut walked) = (Chance(seed), Walked { steps: 0, taken: 0, broken: None });
    while walked.steps < steps {
        let (mut register, mut audit, mut millis) = (Register::default(), RegisterAudit::default(), 0);
        for _ in 0..120.min(steps - walked.steps) {
            walked.steps += 1;
            millis += if chance.below(6) == 0 { DAY * 10 } else { 1 };
            let now = at(millis);
            let act = random_act(&mut chance, now);
            let by = signers(&mut chance, &register, &act, now);
            let act = Verified::trusted(act, by);
            let Ok(events) = decide_register(&register, &act, rules, now) else { continue };
            walked.taken += 1;
            for event in &events {
                audit.observe(act.by(), event);
                register = evolve_register(register, event, now);
            }
            let broken = REGISTER_INVARIANTS.iter().find(|(_, holds)| !holds(&register, &audit));
            if let Some((name, _)) = broken {
                walked.broken = Some(name);
                return walked;
            }
        }
    }
    walked
}

fn name(chance: &mut Chance) -> &'static str {
    NAMES[chance.below(6) as usize]
}

fn any_seat(chance: &mut Chance) -> Seat {
    // Most are of the office, so that there are persons who can act.
    seats()[[0, 0, 0, 1, 2, 3, 4][chance.below(7) as usize]].clone()
}

/// One or two who have the seats that they sign from: the register vouched for them.
fn signers(chance: &mut Chance, register: &Register, act: &RegisterAct, now: Timestamp) -> Vec<Actor> {
    if let RegisterAct::Found { founders, .. } = act {
        let founder = |it: &Enrolment| Actor {
            person: it.person.clone(),
            seat: it.seat.clone(),
            authority: Authority::Own,
        };
        return founders.iter().map(founder).collect();
    }
    let mut sound = Vec::new();
    for person in register.persons() {
        for seat in seats() {
            let delegated = Authority::Delegated(delegation(person.as_str()));
            for authority in [Authority::Own, delegated] {
                let actor = Actor { person: person.clone(), seat: seat.clone(), authority };
                if register.vouch(&actor, now).is_ok() {
                    sound.push(actor);
                }
            }
        }
    }
    if sound.is_empty() {
        return sound;
    }
    let count = 1 + chance.below(3).min(1);
    (0..count).map(|_| sound[chance.below(sound.len() as u64) as usize].clone()).collect()
}

fn delegation(person: &str) -> DelegationId {
    format!("to-{person}").parse().unwrap()
}

fn enrolment(name: &str, seat: Seat) -> Enrolment {
    let number = 1 + NAMES.iter().position(|it| *it == name).unwrap_or(0);
    Enrolment {
        person: name.parse().unwrap(),
        identity: Digest::of(name.as_bytes()),
        key: PublicKey::from_bytes([u8::try_from(number).unwrap_or(0); 32]),
        seat,
        until: None,
    }
}

fn random_act(chance: &mut Chance, now: Timestamp) -> RegisterAct {
    let later =
        |days: u64| Timestamp::from_unix_millis(now.unix_millis() + DAY * days.cast_signed()).unwrap();
    let person = name(chance).parse().unwrap();
    match chance.below(9) {
        0 => RegisterAct::Found {
            house: "house".parse().unwrap(),
            founders: ["ada", "bob"].map(|name| enrolment(name, seats()[0].clone())).to_vec(),
        },
        1 | 2 => RegisterAct::Enrol(enrolment(name(chance), any_seat(chance))),
        3 => {
            let until = (chance.below(2) == 0).then(|| later(1 + chance.below(40)));
            RegisterAct::Appoint { person, seat: any_seat(chance), until }
        }
        4 => RegisterAct::Vacate { person, seat: any_seat(chance) },
        5 => RegisterAct::AddKey { person, key: PublicKey::from_bytes([chance.below(256) as u8; 32]) },
        6 | 7 => {
            let to = name(chance);
            let from = later(chance.below(20));
            let until = Timestamp::from_unix_millis(from.unix_millis() + DAY * 30).unwrap();
            let (seat, to) = (any_seat(chance), to.parse().unwrap());
            let delegation = delegation(&format!("{to}"));
            RegisterAct::Delegate { delegation, seat, to, from, until }
        }
        _ => {
            let interest = Interest::Party("acme".parse().unwrap());
            RegisterAct::DeclareConflict { person, interest, basis: "shares".parse().unwrap() }
        }
    }
}
