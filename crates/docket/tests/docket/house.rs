//! A house with people who have real keys, for tests that tell stories.

use std::collections::BTreeMap;

use docket::acts::access::{Act as Access, Mode, Terms};
use docket::acts::consultation::Act as Consultation;
use docket::acts::delta::Subject;
use docket::acts::determination::{Act as Determination, Finding, Memo, Reason, Releasable};
use docket::acts::items::{Act as Items, Content, Marking};
use docket::acts::standing::Act as Standing;
use docket::acts::window::Act as Window;
use docket::{
    Act, Actor, Authority, Case, Enrolment, Entry, Envelope, ErrorBudget, Event, Gate, PersonKey, Policies,
    Ppm, Record, Refusal, Register, RegisterAct, Role, Seat, Setting, Signed, StreamId, receive,
    receive_register, receive_time,
};
use types::{Digest, Timestamp};

pub const DAY: i64 = 86_400_000;
/// 2026-12-01T14:00:00Z.
const START: i64 = 1_796_133_600_000;

pub fn at(millis: i64) -> Timestamp {
    Timestamp::from_unix_millis(START + millis).unwrap()
}

pub fn day(days: i64) -> Timestamp {
    at(days * DAY)
}

pub fn digest(name: &str) -> Digest {
    Digest::of(name.as_bytes())
}

pub fn text<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

pub fn seat(role: Role, party: &str) -> Seat {
    Seat { role, party: text(party) }
}

/// Everybody, with their one seat.
pub const PERSONS: [(&str, Role, &str); 9] = [
    ("oda", Role::ReviewingOffice, "house"),
    ("ola", Role::ReviewingOffice, "house"),
    ("dee", Role::Developer, "acme"),
    ("des", Role::DesignatingAuthority, "authority"),
    ("con", Role::ConsultedDepartment, "energy"),
    ("cyd", Role::ConsultedDepartment, "health"),
    ("eva", Role::Evaluator, "measurers"),
    ("par", Role::Partner, "grid"),
    ("aud", Role::Auditor, "auditors"),
];

pub fn key(person: &str) -> PersonKey {
    PersonKey::from_seed(Digest::of(person.as_bytes()).as_bytes()).unwrap()
}

pub fn own(person: &str) -> Actor {
    let (name, role, party) = PERSONS.iter().find(|(name, ..)| *name == person).unwrap();
    Actor { person: text(name), seat: seat(*role, party), authority: Authority::Own }
}

pub fn enrolment(person: &str) -> Enrolment {
    Enrolment {
        person: text(person),
        identity: digest(&format!("identity of {person}")),
        key: key(person).public().unwrap(),
        seat: own(person).seat,
        until: None,
    }
}

/// A register and one case, with everything that was kept.
pub struct House {
    pub register: Record<Register>,
    pub case: Record<Case>,
    pub lines: Vec<String>,
    pub entries: Vec<Entry<Event>>,
    pub register_lines: Vec<String>,
    pub gate: Box<dyn Gate>,
    pub keys: BTreeMap<String, PersonKey>,
}

impl House {
    /// Founded by oda and ola, with everybody enrolled, under the standing policies.
    pub fn new() -> Self {
        let keys = PERSONS.iter().map(|(name, ..)| ((*name).to_owned(), key(name))).collect();
        let mut house = Self {
            register: Record::of_register(),
            case: Record::of_case(text("case-1")),
            lines: Vec::new(),
            entries: Vec::new(),
            register_lines: Vec::new(),
            gate: Box::new(Policies::standing().unwrap()),
            keys,
        };
        let founders = ["oda", "ola"].map(enrolment).to_vec();
        let office = [own("oda"), own("ola")];
        house.register(&office, RegisterAct::Found { house: text("house"), founders }, day(-1)).unwrap();
        for (name, ..) in &PERSONS[2..] {
            house.register(&office, RegisterAct::Enrol(enrolment(name)), day(-1)).unwrap();
        }
        house
    }

    /// The signed envelope for `act` at the present version.
    pub fn signed<A: serde::Serialize>(
        &self,
        stream: StreamId,
        version: u64,
        by: &[Actor],
        act: A,
        now: Timestamp,
    ) -> Signed {
        let expires = Timestamp::from_unix_millis(now.unix_millis() + DAY).unwrap();
        let envelope = Envelope::new(text("house"), stream, version, expires, by.to_vec(), act);
        let line = envelope.line().unwrap();
        let signatures =
            by.iter().map(|actor| self.keys[actor.person.as_str()].sign(&line).unwrap()).collect();
        Signed::new(line, signatures)
    }

    pub fn signed_act(&self, by: &[Actor], act: impl Into<Act>, now: Timestamp) -> Signed {
        let stream = StreamId::Case(self.case.state().id().clone());
        self.signed(stream, self.case.head().version, by, act.into(), now)
    }

    pub fn register(&mut self, by: &[Actor], act: RegisterAct, now: Timestamp) -> Result<(), Refusal> {
        let signed = self.signed(StreamId::Register, self.register.head().version, by, act, now);
        let entries = receive_register(&self.register, &signed, now)?;
        self.register_lines.extend(entries.iter().map(|entry| entry.line().unwrap()));
        self.register = self.register.clone().following(&entries).unwrap();
        Ok(())
    }

    pub fn receive(&mut self, signed: &Signed, now: Timestamp) -> Result<Vec<String>, Refusal> {
        let setting = Setting::new(self.register.state(), &*self.gate);
        let entries = receive(&self.case, &setting, signed, now)?;
        Ok(self.keep(entries))
    }

    /// Signs and takes in; gives the names of what happened.
    pub fn act(&mut self, by: &[Actor], act: impl Into<Act>, now: Timestamp) -> Result<Vec<String>, Refusal> {
        let signed = self.signed_act(by, act, now);
        self.receive(&signed, now)
    }

    pub fn one(&mut self, by: &str, act: impl Into<Act>, now: Timestamp) -> Result<Vec<String>, Refusal> {
        self.act(&[own(by)], act, now)
    }

    pub fn time(&mut self, now: Timestamp) -> Vec<String> {
        let entries = receive_time(&self.case, now).unwrap();
        self.keep(entries)
    }

    fn keep(&mut self, entries: Vec<Entry<Event>>) -> Vec<String> {
        self.lines.extend(entries.iter().map(|entry| entry.line().unwrap()));
        self.case = self.case.clone().following(&entries).unwrap();
        let names = entries.iter().map(|entry| entry.event().name()).collect();
        self.entries.extend(entries);
        names
    }

    /// A case with its review window opened at `now`.
    pub fn with_window(now: Timestamp) -> Self {
        let mut house = Self::new();
        house.offered(now, terms());
        house.one("oda", Access::Accept {}, now).unwrap();
        house
            .one("oda", Access::CommitThreshold { commitment: digest("t"), budget: budget(50, 100) }, now)
            .unwrap();
        house.one("dee", Access::CosignThreshold { checkpoint: digest("log") }, now).unwrap();
        house.one("oda", Window::Open {}, now).unwrap();
        house
    }

    pub fn offered(&mut self, now: Timestamp, terms: Terms) {
        self.one("dee", Standing::Open { developer: text("acme"), model: text("atlas 7") }, now).unwrap();
        self.one("dee", Access::Offer(terms), now).unwrap();
    }

    /// Evidence is held and one department was asked, due two days after `now`.
    pub fn consulted(&mut self, now: Timestamp) {
        let enter = Items::Enter {
            item: text("paper"),
            content: Content::Held(digest("evidence")),
            marking: Marking::Public,
            basis: None,
            lawful_basis: text("published"),
            retain_until: day(1_000),
        };
        self.one("oda", enter, now).unwrap();
        let due_at = Timestamp::from_unix_millis(now.unix_millis() + 2 * DAY).unwrap();
        self.one(
            "oda",
            Consultation::Consult { party: text("energy"), question: text("well?"), due_at },
            now,
        )
        .unwrap();
    }

    pub fn determine(&mut self, now: Timestamp) -> Result<Vec<String>, Refusal> {
        self.one("ola", Determination::Attest(memo("evidence", "memo")), now)?;
        self.one("des", Determination::Determine(memo("evidence", "memo")), now)
    }
}

pub fn budget(alpha: u32, beta: u32) -> ErrorBudget {
    ErrorBudget { alpha_ppm: Ppm::new(alpha).unwrap(), beta_ppm: Ppm::new(beta).unwrap() }
}

pub fn subject() -> Subject {
    Subject { checkpoint: digest("checkpoint 1"), system_prompt: None, safeguards: None }
}

pub fn terms() -> Terms {
    Terms {
        subject: subject(),
        modes: [Mode::Api, Mode::Weights].into(),
        purposes: vec![text("measure")],
        readers: [text("eva"), text("oda")].into(),
        expires: day(400),
        planned_release: None,
    }
}

pub fn memo(evidence: &str, document: &str) -> Memo {
    let reason = |words: &str, releasable| Reason { text: text(words), releasable };
    Memo {
        finding: Finding::Covered,
        evidence: vec![digest(evidence)],
        reasons: vec![
            reason("above the threshold", Releasable::ToDeveloper),
            reason("how we know", Releasable::Withheld),
        ],
        document: digest(document),
    }
}
