//! A house in memory: two officers, a developer, and cases that can be acted in.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use docket::{Act, CaseId, NoPolicies, RegisterAct, Role, Seat, Signed, StreamId};
use flows::cases::log::{CaseLogs, Followed};
use flows::cases::{CaseError, Office, Taken, cosigner_of, take_in_logged};
use flows::error::FlowError;
use ledger::log::MemoryObjects;
use ledger::{Cosigner, SignerKey};
use serde_json::{Value, json};
use store::Memory;
use types::{Clock, Digest, Timestamp};

use crate::cosigned::cosigned;
use crate::people::{Person, enrolment, signed};

pub const HOUSE: &str = "sample.example/house";
pub const START: i64 = 1_800_000_000_000;
const DAY_MS: i64 = 86_400_000;

pub struct Time(pub AtomicI64);

impl Clock for Time {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

pub type Logs<'a> = CaseLogs<'a, Arc<MemoryObjects>>;

pub struct Scene {
    pub journal: Memory,
    pub objects: Arc<MemoryObjects>,
    pub clock: Time,
}

pub fn signer() -> Result<SignerKey, FlowError> {
    Ok(SignerKey::from_seed(HOUSE, [7; 32]).unwrap())
}

pub fn case(name: &str) -> CaseId {
    name.parse().unwrap()
}

fn seat(role: Role, party: &str) -> Seat {
    Seat { role, party: party.parse().unwrap() }
}

/// Whoever is called that, with a seed of equal bytes.
fn person(name: &str) -> Person<'_> {
    let (seed, seat) = match name {
        "ada" => (1, seat(Role::ReviewingOffice, "house")),
        "bea" => (2, seat(Role::ReviewingOffice, "house")),
        "dev" => (3, seat(Role::Developer, "lab")),
        other => panic!("nobody is called {other}"),
    };
    (name, [seed; 32], seat)
}

pub fn cosigner(name: &str) -> Cosigner {
    cosigner_of(&name.parse().unwrap(), person(name).1).unwrap()
}

impl Scene {
    /// The house, founded and with its developer, at a clock that moves a second with each act.
    pub fn new() -> Self {
        let scene = Self {
            journal: Memory::new(),
            objects: Arc::new(MemoryObjects::default()),
            clock: Time(AtomicI64::new(START)),
        };
        let founders = ["ada", "bea"].map(person).map(enrolment).to_vec();
        let found = RegisterAct::Found { house: "sample-house".parse().unwrap(), founders };
        scene.register(found);
        scene.register(RegisterAct::Enrol(enrolment(person("dev"))));
        scene
    }

    /// With the ordinary acts done in case c-1.
    pub fn with_case() -> Self {
        let scene = Self::new();
        for (name, act) in story() {
            scene.act("c-1", name, act).unwrap();
        }
        scene
    }

    pub fn office(&self) -> Office<'_> {
        Office { journal: &self.journal, gate: &NoPolicies, clock: &self.clock }
    }

    /// The logs, with a draw that is the same each time: a log that is made again is the same log.
    pub fn with_logs<T>(&self, with: impl FnOnce(&Logs<'_>) -> T) -> T {
        with(&CaseLogs::new(Arc::clone(&self.objects), &signer, &|| Ok([9; 32])))
    }

    pub fn follow(&self, name: &str) -> Result<Followed, CaseError> {
        Ok(self.with_logs(|logs| logs.follow(&self.office(), &case(name)))?.unwrap())
    }

    fn register(&self, act: RegisterAct) {
        let signed = signed(&self.office(), StreamId::Register, &["ada", "bea"].map(person), act);
        self.with_logs(|logs| take_in_logged(&self.office(), logs, &signed, &[])).unwrap();
    }

    pub fn envelope(&self, name: &str, by: &str, act: &Value) -> Signed {
        let act: Act = serde_json::from_value(act.clone()).unwrap();
        signed(&self.office(), StreamId::Case(case(name)), &[person(by)], act)
    }

    /// Takes an act in, a second later.
    pub fn act(&self, name: &str, by: &str, act: Value) -> Result<Taken, CaseError> {
        self.clock.0.fetch_add(1_000, Ordering::SeqCst);
        self.submit(&self.envelope(name, by, &act), &[])
    }

    /// The act that names the checkpoint which `by` cosigned, and its text.
    pub fn cosigned(&self, name: &str, by: &str) -> (Value, String) {
        let (act, note) = self.with_logs(|logs| {
            cosigned(&self.office(), logs, &case(name), &signer().unwrap(), (by, person(by).1))
        });
        (serde_json::to_value(Act::from(act)).unwrap(), note)
    }

    pub fn submit(&self, signed: &Signed, attached: &[String]) -> Result<Taken, CaseError> {
        self.with_logs(|logs| take_in_logged(&self.office(), logs, signed, attached))
    }
}

pub fn ask(question: &str) -> Value {
    json!({"inquiry": {"ask": {"question": question}}})
}

pub fn open() -> Value {
    json!({"standing": {"open": {"developer": "lab", "model": "m"}}})
}

pub fn commitment() -> Digest {
    Digest::of(b"a salted threshold")
}

pub fn commit() -> Value {
    let budget = json!({"alpha_ppm": 50_000, "beta_ppm": 50_000});
    json!({"access": {"commit_threshold": {"commitment": commitment().to_string(), "budget": budget}}})
}

pub fn evidence() -> Digest {
    Digest::of(b"what shows a safeguard")
}

/// Who does what in an ordinary case: entries 1 to 5, with a commitment and evidence among them.
pub fn story() -> Vec<(&'static str, Value)> {
    let due = Timestamp::from_unix_millis(START + 30 * DAY_MS).unwrap().to_string();
    let promise = json!({"safeguard": "s-1", "kind": "filters", "what": "a filter", "due_at": due});
    let deliver = json!({"safeguard": "s-1", "evidence": evidence().to_string()});
    vec![
        ("dev", open()),
        ("dev", ask("Is it covered?")),
        ("ada", commit()),
        ("dev", json!({"safeguards": {"promise": promise}})),
        ("dev", json!({"safeguards": {"deliver": deliver}})),
    ]
}
