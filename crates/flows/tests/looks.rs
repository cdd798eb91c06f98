//! Looks over a journal whose every effect can fail, beside others who act meanwhile.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail the test")]

mod cosigned;
mod people;

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use docket::acts::access::{Act as Access, Mode, Terms};
use docket::acts::delta::{Act as Delta, Subject};
use docket::acts::grants::Act as Grants;
use docket::acts::standing::Act as Standing;
use docket::acts::window::Act as Window;
use docket::journal::{Append, AppendError, Journal, JournalError, MessageId, Waiting};
use docket::{
    Act, CaseId, ErrorBudget, NoPolicies, PersonKey, Ppm, Refusal, RegisterAct, Role, Seat, StreamId,
};
use flows::cases::log::CaseLogs;
use flows::cases::{CaseError, LookDesk, Office, Signatory, take_in_logged};
use flows::plan::PlannedModel;
use flows::review::Clerk;
use ledger::SignerKey;
use ledger::log::MemoryObjects;
use serde::Serialize;
use store::{Fault, Memory};
use types::{Clock, Digest, Timestamp};

use people::{Person, enrolment};

const NOW: i64 = 1_800_000_000_000;
const DAY_MS: i64 = 86_400_000;
/// Everybody, with the seed of their key and their seat.
const PERSONS: [(&str, u8, Role, &str); 4] = [
    ("ada", 1, Role::ReviewingOffice, "house"),
    ("bea", 2, Role::ReviewingOffice, "house"),
    ("dev", 3, Role::Developer, "lab"),
    ("eve", 4, Role::Evaluator, "institute"),
];

struct Time(AtomicI64);

impl Time {
    fn at(day: i64) -> Self {
        Self(AtomicI64::new(NOW + day * DAY_MS))
    }
}

impl Clock for Time {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(self.0.load(Ordering::Relaxed)).unwrap()
    }
}

fn case() -> CaseId {
    "c-1".parse().unwrap()
}

/// The seed of that person's key.
fn seed(at: usize) -> [u8; 32] {
    [PERSONS[at].1; 32]
}

fn key(at: usize) -> PersonKey {
    PersonKey::from_seed(&seed(at)).unwrap()
}

fn person(at: usize) -> Person<'static> {
    let (person, _, role, party) = PERSONS[at];
    (person, seed(at), Seat { role, party: party.parse().unwrap() })
}

fn house() -> SignerKey {
    SignerKey::from_seed("sample.example/house", [7; 32]).unwrap()
}

fn with_logs<T>(with: impl FnOnce(&CaseLogs<'_, MemoryObjects>) -> T) -> T {
    with(&CaseLogs::new(MemoryObjects::default(), &|| Ok(house()), &|| Ok([9; 32])))
}

fn act<A: Serialize>(office: &Office<'_>, stream: StreamId, by: &[usize], act: A, attached: &[String]) {
    let by: Vec<_> = by.iter().copied().map(person).collect();
    let signed = people::signed(office, stream, &by, act);
    with_logs(|logs| take_in_logged(office, logs, &signed, attached)).unwrap();
}

fn in_case(office: &Office<'_>, by: usize, said: impl Into<Act>) {
    act(office, StreamId::Case(case()), &[by], said.into(), &[]);
}

fn model() -> PlannedModel {
    PlannedModel::Claimed { endpoint: "https://lab.example/v1".to_owned(), model: "m".to_owned() }
}

fn budget(ppm: u32) -> ErrorBudget {
    ErrorBudget { alpha_ppm: Ppm::new(ppm).unwrap(), beta_ppm: Ppm::new(ppm).unwrap() }
}

/// A case with an open window, a planned look and a grant for eve.
fn ready(journal: &dyn Journal) {
    let clock = Time::at(0);
    let office = Office { journal, gate: &NoPolicies, clock: &clock };
    let founders = [0, 1].map(person).map(enrolment).to_vec();
    let found = RegisterAct::Found { house: "sample-house".parse().unwrap(), founders };
    act(&office, StreamId::Register, &[0, 1], found, &[]);
    for at in [2, 3] {
        act(&office, StreamId::Register, &[0, 1], RegisterAct::Enrol(enrolment(person(at))), &[]);
    }
    let subject = Subject { checkpoint: model().identity(), system_prompt: None, safeguards: None };
    in_case(&office, 2, Standing::Open { developer: "lab".parse().unwrap(), model: "m".parse().unwrap() });
    let terms = Terms {
        subject,
        modes: [Mode::Api].into(),
        purposes: vec!["measure".parse().unwrap()],
        readers: ["eve".parse().unwrap()].into(),
        expires: Time::at(300).now(),
        planned_release: None,
    };
    in_case(&office, 2, Access::Offer(terms));
    in_case(&office, 0, Access::Accept {});
    in_case(&office, 0, Access::CommitThreshold { commitment: Digest::of(b"t"), budget: budget(100) });
    let (cosign, note) =
        with_logs(|logs| cosigned::cosigned(&office, logs, &case(), &house(), ("dev", seed(2))));
    act(&office, StreamId::Case(case()), &[2], Act::from(cosign), &[note]);
    in_case(&office, 0, Window::Open {});
    let look = "first".parse().unwrap();
    in_case(&office, 3, Delta::PlanLook { look, subject: subject.digest(), spends: budget(1) });
    let grant = Grants::Grant {
        grant: "g-1".parse().unwrap(),
        person: "eve".parse().unwrap(),
        mode: Mode::Api,
        purpose: "measure".parse().unwrap(),
        until: Time::at(300).now(),
    };
    in_case(&office, 0, grant);
}

fn desk<'a>(office: Office<'a>, key: &'a PersonKey) -> Result<LookDesk<'a>, CaseError> {
    let eve = Signatory { person: "eve".parse().unwrap(), seat: None, delegation: None };
    LookDesk::open(office, (case(), "first".parse().unwrap()), eve, key)
}

/// What happened in the case, by name.
fn events(journal: &dyn Journal, name: &str) -> usize {
    let clock = Time::at(0);
    let office = Office { journal, gate: &NoPolicies, clock: &clock };
    office.entries(&case()).unwrap().iter().filter(|entry| entry.event().name() == name).count()
}

/// A review as far as the docket sees it.
fn look(office: Office<'_>) -> Result<(), CaseError> {
    let key = key(3);
    let desk = desk(office, &key)?;
    let package = Some(Digest::of(b"package"));
    desk.may_look(&model(), package)?;
    desk.start(&model(), Digest::of(b"package"))?;
    desk.may_look(&model(), package)?;
    desk.finish(Digest::of(b"evidence"))
}

#[test]
fn whichever_effect_fails_a_review_that_is_started_until_it_succeeds_is_recorded_once() {
    let (mut failures, mut all) = (0, 0_u32);
    for (fault, at) in
        [Fault::Before, Fault::After].into_iter().flat_map(|it| (0..40).map(move |at| (it, at)))
    {
        let journal = Memory::new();
        ready(&journal);
        let clock = Time::at(1);
        let office = Office { journal: &journal, gate: &NoPolicies, clock: &clock };
        journal.fail_after(at, fault);
        for _ in 0..3 {
            match look(office) {
                // Recorded by the try before this one, whose end was not known: a review asks for nothing then.
                Ok(()) | Err(CaseError::Refused(Refusal::LookDone)) => break,
                Err(_) => failures += 1,
            }
        }
        if journal.fault_pending() {
            // The review has fewer effects than that.
            continue;
        }
        all += 1;
        assert_eq!(events(&journal, "delta.look_started"), 1, "{fault:?} at {at}");
        assert_eq!(events(&journal, "delta.result_recorded"), 1, "{fault:?} at {at}");
    }
    assert!(failures > 20 && all > 20, "{failures} failures of {all} faults");
}

/// A journal in which somebody else acts right before the first append.
struct Busy<'a> {
    inner: &'a Memory,
    acted: AtomicBool,
}

impl Journal for Busy<'_> {
    fn read(&self, stream: &StreamId) -> Result<Vec<String>, JournalError> {
        self.inner.read(stream)
    }

    fn streams(&self) -> Result<Vec<StreamId>, JournalError> {
        self.inner.streams()
    }

    fn append(&self, append: &Append<'_>) -> Result<u64, AppendError> {
        if !self.acted.swap(true, Ordering::Relaxed) {
            let clock = Time::at(1);
            let office = Office { journal: self.inner, gate: &NoPolicies, clock: &clock };
            let (work, what) = ("w-1".parse().unwrap(), "a part".parse().unwrap());
            in_case(&office, 0, Window::PlanWork { work, what, business_days: 1 });
        }
        self.inner.append(append)
    }

    fn waiting(&self, most: u32) -> Result<Vec<Waiting>, JournalError> {
        self.inner.waiting(most)
    }

    fn sent(&self, id: &MessageId) -> Result<(), JournalError> {
        self.inner.sent(id)
    }

    fn document(&self, digest: Digest) -> Result<Option<String>, JournalError> {
        self.inner.document(digest)
    }
}

#[test]
fn a_case_that_moved_while_the_review_ran_gets_its_result_all_the_same() {
    let memory = Memory::new();
    ready(&memory);
    let busy = Busy { inner: &memory, acted: AtomicBool::new(false) };
    let clock = Time::at(1);
    look(Office { journal: &busy, gate: &NoPolicies, clock: &clock }).unwrap();
    assert_eq!(events(&memory, "window.work_planned"), 1);
    assert_eq!(events(&memory, "delta.result_recorded"), 1);
}

#[test]
fn a_window_that_closes_in_the_middle_is_noticed_before_the_next_question_and_the_result_still_counts() {
    let journal = Memory::new();
    ready(&journal);
    let clock = Time::at(1);
    let office = Office { journal: &journal, gate: &NoPolicies, clock: &clock };
    let key = key(3);
    let desk = desk(office, &key).unwrap();
    let package = Digest::of(b"package");
    desk.start(&model(), package).unwrap();
    clock.0.store(NOW + 30 * DAY_MS - 1, Ordering::Relaxed);
    desk.may_look(&model(), Some(package)).unwrap();
    clock.0.store(NOW + 30 * DAY_MS, Ordering::Relaxed);
    let closed = desk.may_look(&model(), Some(package)).unwrap_err();
    assert!(matches!(closed, CaseError::Refused(Refusal::WindowNotOpen)), "{closed}");
    // A run that ended in time is recorded after it.
    desk.finish(Digest::of(b"evidence")).unwrap();
    desk.finish(Digest::of(b"evidence")).unwrap();
    let other = desk.finish(Digest::of(b"what suits better")).unwrap_err();
    assert!(matches!(other, CaseError::Refused(Refusal::LookDone)), "{other}");
}

#[test]
fn a_key_that_is_revoked_in_the_middle_ends_the_look_until_another_one_goes_on() {
    let journal = Memory::new();
    ready(&journal);
    let clock = Time::at(1);
    let office = Office { journal: &journal, gate: &NoPolicies, clock: &clock };
    let key = key(3);
    let desk = desk(office, &key).unwrap();
    let package = Digest::of(b"package");
    desk.start(&model(), package).unwrap();
    let revoke = RegisterAct::RevokeKey {
        person: "eve".parse().unwrap(),
        key: key.public().unwrap(),
        suspect_since: None,
    };
    act(&office, StreamId::Register, &[0], revoke, &[]);
    let revoked = desk.may_look(&model(), Some(package)).unwrap_err();
    assert!(matches!(revoked, CaseError::Refused(Refusal::RevokedKey { .. })), "{revoked}");
}
