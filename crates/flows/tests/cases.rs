//! Cases over a journal whose every effect can fail.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail the test")]

mod people;

use std::iter;

use docket::acts::items::Audience;
use docket::acts::{inquiry, standing};
use docket::journal::Journal;
use docket::{Act, CaseId, Enrolment, NoPolicies, Refusal, RegisterAct, Role, Seat, Signed, StreamId};
use flows::cases::{
    Broken, CaseError, Enclosed, Office, Parcel, Taken, check, deliver, parcel, pass_time, take_in,
};
use flows::error::FlowError;
use ledger::SignerKey;
use serde::Serialize;
use store::{Fault, Memory, Sqlite};
use types::{Clock, Timestamp};

struct Time(i64);

impl Clock for Time {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(self.0).unwrap()
    }
}

const DAY_MS: i64 = 86_400_000;

fn seat(role: Role, party: &str) -> Seat {
    Seat { role, party: party.parse().unwrap() }
}

fn enrolment(person: &str, seed: u8, seat: Seat) -> Enrolment {
    people::enrolment((person, [seed; 32], seat))
}

/// An envelope for the version that the stream has now.
fn signed<A: Serialize>(office: &Office<'_>, stream: StreamId, by: &[(&str, u8, Seat)], act: A) -> Signed {
    let by: Vec<_> = by.iter().map(|(person, seed, seat)| (*person, [*seed; 32], seat.clone())).collect();
    people::signed(office, stream, &by, act)
}

fn office_seat() -> Seat {
    seat(Role::ReviewingOffice, "house")
}

fn founders() -> [(&'static str, u8, Seat); 2] {
    [("ada", 1, office_seat()), ("bea", 2, office_seat())]
}

fn case() -> CaseId {
    "c-1".parse().unwrap()
}

/// The acts of a short story, one after the other.
fn story(office: &Office<'_>, step: usize) -> Option<Signed> {
    let lab = || seat(Role::Developer, "lab");
    let case = || StreamId::Case(case());
    Some(match step {
        0 => {
            let founders = founders().map(|(person, seed, seat)| enrolment(person, seed, seat)).to_vec();
            let act = RegisterAct::Found { house: "sample-house".parse().unwrap(), founders };
            signed(office, StreamId::Register, &self::founders(), act)
        }
        1 => signed(office, StreamId::Register, &founders(), RegisterAct::Enrol(enrolment("dev", 3, lab()))),
        2 => {
            let act = standing::Act::Open { developer: "lab".parse().unwrap(), model: "m".parse().unwrap() };
            signed(office, case(), &[("dev", 3, lab())], Act::from(act))
        }
        3 => {
            let act = inquiry::Act::Ask { question: "Is it covered?".parse().unwrap() };
            signed(office, case(), &[("dev", 3, lab())], Act::from(act))
        }
        _ => return None,
    })
}

fn lines(journal: &dyn Journal) -> Vec<Vec<String>> {
    journal.streams().unwrap().iter().map(|stream| journal.read(stream).unwrap()).collect()
}

const NOW: i64 = 1_800_000_000_000;

/// Tells the story and gives its envelopes.
fn tell(journal: &dyn Journal) -> Vec<Signed> {
    let office = Office { journal, gate: &NoPolicies, clock: &Time(NOW) };
    (0..)
        .map_while(|step| story(&office, step).inspect(|signed| drop(take_in(&office, signed, &[]).unwrap())))
        .collect()
}

#[test]
fn the_same_story_is_the_same_record_in_memory_and_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let (file, memory) = (Sqlite::open(&folder.path().join("docket.sqlite")).unwrap(), Memory::new());
    assert_eq!(tell(&file), tell(&memory));
    assert_eq!(lines(&file), lines(&memory));
    assert_eq!(lines(&memory).iter().map(Vec::len).sum::<usize>(), 6);
}

#[test]
fn whichever_effect_fails_an_act_that_is_sent_until_it_succeeds_is_kept_once() {
    let undisturbed = Memory::new();
    let envelopes = tell(&undisturbed);
    let mut faults = 0;
    for (fault, effect) in
        [Fault::Before, Fault::After].into_iter().flat_map(|fault| (0..).map(move |at| (fault, at)).take(20))
    {
        let journal = Memory::new();
        let office = Office { journal: &journal, gate: &NoPolicies, clock: &Time(NOW) };
        journal.fail_after(effect, fault);
        for signed in &envelopes {
            let failures = iter::from_fn(|| take_in(&office, signed, &[]).err());
            failures.for_each(|error| assert!(matches!(error, CaseError::Journal(_)), "{error:?}"));
        }
        if journal.fault_pending() {
            continue;
        }
        faults += 1;
        assert_eq!(lines(&journal), lines(&undisturbed), "effect {effect}, {fault:?}");
        assert_eq!(journal.waiting(100).unwrap(), undisturbed.waiting(100).unwrap());
    }
    assert!(faults > 12, "only {faults} faults happened");
}

#[test]
fn an_envelope_that_comes_again_is_answered_with_what_it_became() {
    let journal = Memory::new();
    let office = Office { journal: &journal, gate: &NoPolicies, clock: &Time(NOW) };
    let found = story(&office, 0).unwrap();
    assert!(matches!(take_in(&office, &found, &[]).unwrap(), Taken::Register(_)));
    assert!(matches!(take_in(&office, &found, &[]).unwrap(), Taken::Before { .. }));
    let enrol = story(&office, 1).unwrap();
    let other = signed(
        &office,
        StreamId::Register,
        &founders(),
        RegisterAct::Enrol(enrolment("eve", 4, office_seat())),
    );
    take_in(&office, &enrol, &[]).unwrap();
    let late = take_in(&office, &other, &[]);
    assert!(matches!(late, Err(CaseError::Refused(Refusal::Stale { .. }))), "{late:?}");
}

#[test]
fn every_step_leaves_a_receipt_that_the_house_signed() {
    let journal = Memory::new();
    tell(&journal);
    let office = Office { journal: &journal, gate: &NoPolicies, clock: &Time(NOW) };
    let folder = tempfile::tempdir().unwrap();
    let signer = || Ok::<_, FlowError>(SignerKey::from_seed("sample.example/house", [7; 32]).unwrap());
    let count = deliver(&office, folder.path(), signer).unwrap();
    assert_eq!(count, lines(&journal)[1].len(), "one for each entry of the case");
    assert_eq!(deliver(&office, folder.path(), || panic!("nothing waits")).unwrap(), 0);
    let first = std::fs::read(folder.path().join("c-1/000001.txt")).unwrap();
    let note = ledger::Note::parse(&first).unwrap();
    assert!(note.verify(signer().unwrap().verifier()).unwrap().contains("step standing.opened"));
}

#[test]
fn time_that_passes_where_nothing_is_due_leaves_nothing() {
    let journal = Memory::new();
    tell(&journal);
    let before = lines(&journal);
    let office = Office { journal: &journal, gate: &NoPolicies, clock: &Time(NOW + 400 * DAY_MS) };
    assert_eq!(pass_time(&office).unwrap(), 0);
    assert_eq!(lines(&journal), before);
}

/// An export of the story, and one whose body was rewritten and signed again by the house itself.
fn exports(rewrite: impl Fn(&str) -> String) -> [String; 2] {
    let journal = Memory::new();
    tell(&journal);
    let office = Office { journal: &journal, gate: &NoPolicies, clock: &Time(NOW) };
    let signer = SignerKey::from_seed("sample.example/house", [7; 32]).unwrap();
    let parcel = parcel(&office, &case(), Audience::Auditor, Enclosed::default()).unwrap();
    let body = rewrite(&parcel.body);
    let lie = Parcel { body, ..parcel.clone() };
    [parcel, lie].map(|parcel| parcel.signed(3, office.clock.now(), &signer).unwrap())
}

#[track_caller]
fn found(rewrite: impl Fn(&str) -> String) -> Broken {
    let key = SignerKey::from_seed("sample.example/house", [7; 32]).unwrap();
    let [truth, lie] = exports(rewrite);
    let checked = check(&truth, Some(key.verifier()), &NoPolicies, &[]).unwrap();
    assert_eq!((checked.replayed, checked.envelopes), (2, 4));
    assert_ne!(truth, lie);
    check(&lie, Some(key.verifier()), &NoPolicies, &[]).unwrap_err()
}

/// The body without its lines of which `drop` is true.
fn without(body: &str, drop: impl Fn(&str) -> bool) -> String {
    body.lines().filter(|line| !drop(line)).map(|line| format!("{line}\n")).collect()
}

#[test]
fn an_export_that_the_house_itself_rewrote_does_not_hold() {
    let missing =
        found(|body| without(body, |line| line.starts_with("envelope") && line.contains("Is it covered?")));
    assert!(matches!(missing, Broken::NoEnvelope { stream: "case", version: 2 }), "{missing:?}");
    let hole = found(|body| without(body, |line| line.starts_with("case") && line.contains("opened")));
    assert!(matches!(hole, Broken::Chain { stream: "case", .. }), "{hole:?}");
    let changed = found(|body| body.replacen("case {\"v\":1", "case {\"v\":2", 1));
    assert!(matches!(changed, Broken::Chain { stream: "case", .. }), "{changed:?}");
    let unknown = found(|body| format!("{body}note x\n"));
    assert!(matches!(unknown, Broken::NoExport(_)), "{unknown:?}");
}

#[test]
fn a_signature_that_nobody_made_does_not_hold_in_an_export() {
    // The last signature of the question's envelope, with one digit turned.
    let forged = found(|body| {
        let lines = body.lines().map(|line| {
            let question = line.starts_with("envelope") && line.contains("Is it covered?");
            let Some(end) = line.rfind("\\n\"").filter(|_| question) else { return format!("{line}\n") };
            let turned = if line.as_bytes()[end - 1] == b'0' { '1' } else { '0' };
            format!("{}{turned}{}\n", &line[..end - 1], &line[end..])
        });
        lines.collect()
    });
    let refused = Broken::Refused {
        stream: "case",
        version: 2,
        source: Refusal::BadSignature { person: "dev".parse().unwrap() },
    };
    assert_eq!(forged, refused);
}

#[test]
fn an_export_under_another_key_is_refused_when_the_key_is_given() {
    let [truth, _] = exports(str::to_owned);
    let other = SignerKey::from_seed("sample.example/house", [8; 32]).unwrap();
    assert!(matches!(check(&truth, Some(other.verifier()), &NoPolicies, &[]), Err(Broken::Signature(_))));
    assert_eq!(check(&truth, None, &NoPolicies, &[]).unwrap().signer, None);
    for cut in (0..truth.len()).step_by(7) {
        assert!(check(&truth[..cut], None, &NoPolicies, &[]).is_err(), "cut at {cut}");
    }
}

#[test]
fn who_has_no_part_in_a_case_gets_no_export() {
    let journal = Memory::new();
    tell(&journal);
    let office = Office { journal: &journal, gate: &NoPolicies, clock: &Time(NOW) };
    for audience in [Audience::Public, Audience::Partner("bank".parse().unwrap())] {
        assert!(matches!(parcel(&office, &case(), audience, Enclosed::default()), Err(CaseError::NoPart)));
    }
}
