//! A public log as its house keeps it: every fact once, whatever fails, and each slot with what was known in time.

use std::collections::BTreeMap;
use std::sync::Arc;

use types::{Digest, Secret, Timestamp};

use super::{faults, signer};
use crate::log::{CommitError, Fault, MemoryObjects, Objects, OpenError};
use crate::public::{
    AggregateError, Charter, CharterError, DeveloperTag, Fact, Measure, Opening, Openings, Place,
    PublicError, PublicLog, Rules, Schedule, Slot, SlotError, audit_aggregate, cosign_aggregate,
    published_charter, verify_period,
};
use crate::tiles::{LogReader, MapSource};
use crate::{LogKeys, Note, TlogProof, leaf_hash};

const ORIGIN: &str = "house.example/public";
const WIDTH: u64 = 4;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_unix_millis(millis).unwrap()
}

fn keys() -> LogKeys {
    LogKeys::new(ORIGIN, signer("house.example", 1).verifier().clone())
}

fn charter() -> Charter {
    let measures = ["review/days", "review/over"].map(|text| Measure::new(text).unwrap());
    let rules =
        Rules { width: WIDTH, k: 2, period_slots: 3, lag_slots: 1, measures: measures.into_iter().collect() };
    let schedule = Schedule { start: at(10_000), every_millis: 1_000, width: WIDTH };
    Charter::new(ORIGIN, schedule, rules).unwrap()
}

fn fact(number: u8) -> (Digest, Fact) {
    // Two facts can be the same in every word, and are two all the same.
    let developer = DeveloperTag([number % 3; 16]);
    (Digest::of(&[number]), Fact { developer, measure: Measure::new("review/over").unwrap(), amount: 1 })
}

fn draws(seed: u64) -> impl FnMut() -> [u8; 32] {
    let mut number = 0_u64;
    move || {
        number += 1;
        *Digest::of_parts(&[&seed.to_be_bytes(), &number.to_be_bytes()]).as_bytes()
    }
}

type Memory = Arc<MemoryObjects>;

fn create(objects: &Memory) -> Result<PublicLog<Memory>, SlotError> {
    PublicLog::create(Arc::clone(objects), charter(), signer("house.example", 1), at(1))
}

fn open(objects: &Memory, millis: i64) -> Result<PublicLog<Memory>, SlotError> {
    PublicLog::open(Arc::clone(objects), keys(), signer("house.example", 1), at(millis))
}

fn public(objects: &MemoryObjects) -> MapSource {
    let all = objects.all().into_iter();
    MapSource(
        all.filter_map(|(name, bytes)| Some((name.strip_prefix("public/")?.to_owned(), bytes))).collect(),
    )
}

/// A house's day: what is queued and closed, step by step. Each step can be taken again.
fn step(log: &mut PublicLog<Memory>, number: usize, now: i64) -> Result<(), SlotError> {
    let queue = |log: &mut PublicLog<Memory>, facts: &[u8]| {
        log.queue(&facts.iter().map(|number| fact(*number)).collect::<Vec<_>>(), at(now)).map(drop)
    };
    match number {
        0 => queue(log, &[1, 2, 3]),
        1 | 3 | 5 => log.close(&mut draws(now as u64), at(now), 100).map(drop),
        2 => queue(log, &[4, 5, 6, 7, 8, 9]),
        4 => queue(log, &[10]),
        _ => unreachable!("a day has six steps"),
    }
}

/// Facts by key as they are behind the leaves that an outsider sees, each with the number of its leaves.
fn in_log(objects: &Memory, log: &PublicLog<Memory>) -> BTreeMap<Digest, u32> {
    let mut reader = LogReader::open(public(objects), log.log().head()).unwrap();
    let mut found = BTreeMap::new();
    for slot in 0..log.log().size() / WIDTH {
        let kept = Slot::kept(objects, slot).unwrap();
        for (index, opening) in (slot * WIDTH..).zip(kept.openings()) {
            assert_eq!(reader.leaf(index).unwrap(), leaf_hash(&opening.leaf()));
        }
    }
    for (key, slot, _) in log.facts().unwrap() {
        if slot.is_some() {
            *found.entry(key).or_insert(0) += 1;
        }
    }
    found
}

/// A day with one fault at effect `index`; then the process starts again and takes the step that failed once more.
fn survives(index: u64, fault: Fault) -> bool {
    let objects = Memory::default();
    let mut log = create(&objects).unwrap();
    objects.plan(index, fault);
    let mut now = 10_000;
    let mut hit = false;
    for number in 0..6 {
        now += 700;
        if step(&mut log, number, now).is_err() || objects.effects() > index {
            hit = true;
            objects.restart();
            log = open(&objects, now + 10)
                .unwrap_or_else(|error| panic!("{index} {fault:?} {number}: {error}"));
            step(&mut log, number, now + 20).unwrap();
        }
    }
    objects.restart();
    let mut log = open(&objects, now + 2_000).unwrap();
    log.close(&mut draws(99), at(now + 3_000), 100).unwrap();
    let found = in_log(&objects, &log);
    let wanted: BTreeMap<_, _> = (1..=10).map(|number| (fact(number).0, 1)).collect();
    assert_eq!(found, wanted, "{index} {fault:?}");
    let facts: usize = (0..log.log().size() / WIDTH)
        .map(|slot| Slot::kept(&objects, slot).unwrap().openings().filter_map(Opening::fact).count())
        .sum();
    assert_eq!(facts, 10, "{index} {fault:?}");
    hit
}

#[test]
fn a_fault_at_any_effect_of_a_day_loses_no_fact_and_doubles_none() {
    for fault in faults(8) {
        let count = (0..).take_while(|index| survives(*index, fault)).count();
        assert!(count >= 30, "only {count} effects were tried for {fault:?}");
    }
}

/// The same without a restart: whoever holds the log takes the step that failed again.
fn goes_on(index: u64, fault: Fault) -> bool {
    let objects = Memory::default();
    let mut log = create(&objects).unwrap();
    objects.plan(index, fault);
    let mut hit = false;
    for number in 0..6_usize {
        let now = 10_700 + number as i64 * 700;
        if step(&mut log, number, now).is_err() {
            hit = true;
            objects.restart();
            step(&mut log, number, now + 20)
                .unwrap_or_else(|error| panic!("{index} {fault:?} {number}: {error}"));
        }
    }
    hit |= objects.effects() > index;
    objects.restart();
    log.close(&mut draws(99), at(17_000), 100).unwrap();
    let wanted: BTreeMap<_, _> = (1..=10).map(|number| (fact(number).0, 1)).collect();
    assert_eq!(in_log(&objects, &log), wanted, "{index} {fault:?}");
    hit
}

#[test]
fn a_house_that_goes_on_after_an_error_without_starting_again_adds_no_slot_twice() {
    // Storage that is away for a while looks like a process that was killed, to one that was not.
    for fault in
        [Fault::Fails, Fault::FailsMidway, Fault::FailsAfterPersisting, Fault::Killed, Fault::KilledAfter]
    {
        let count = (0..).take_while(|index| goes_on(*index, fault)).count();
        assert!(count >= 20, "only {count} effects were tried for {fault:?}");
    }
}

#[test]
fn a_fault_while_making_a_public_log_leaves_one_that_opens_or_none() {
    for fault in
        [Fault::Fails, Fault::FailsAfterPersisting, Fault::Killed, Fault::KilledAfter, Fault::PowerLost(1)]
    {
        for index in 0..4 {
            let objects = Memory::default();
            objects.plan(index, fault);
            drop(create(&objects));
            objects.restart();
            let log = match open(&objects, 10) {
                Err(SlotError::Open(OpenError::NoLog)) => create(&objects),
                other => other,
            };
            assert_eq!(log.unwrap().charter(), &charter(), "{index} {fault:?}");
            assert!(matches!(create(&objects), Err(SlotError::Open(OpenError::Exists))));
        }
    }
}

#[test]
fn a_slot_that_is_late_holds_what_was_known_in_time_and_nothing_later() {
    let objects = Memory::default();
    let mut log = create(&objects).unwrap();
    log.queue(&[fact(1)], at(9_000)).unwrap();
    log.queue(&[fact(2), fact(3)], at(11_500)).unwrap();
    log.queue(&[fact(4)], at(13_000)).unwrap();
    // Nothing was closed for four slots: 10, 11, 12 and 13 seconds.
    let closed = log.close(&mut draws(1), at(13_900), 100).unwrap();
    assert_eq!((closed.first, closed.slots, closed.facts, closed.waiting), (0, 4, 4, 0));
    let slots: Vec<_> = log.facts().unwrap().into_iter().map(|(_, slot, _)| slot.unwrap()).collect();
    assert_eq!(slots, [0, 2, 2, 3]);
    assert_eq!(log.find(&fact(5).0).unwrap(), None);
    log.queue(&[fact(5)], at(14_500)).unwrap();
    assert_eq!(log.find(&fact(5).0).unwrap(), Some(Place::Waiting));
    // Slot 4 was due before it was known.
    log.close(&mut draws(2), at(14_600), 100).unwrap();
    assert_eq!(log.find(&fact(5).0).unwrap(), Some(Place::Waiting));
    // The same thing is queued once, for ever.
    assert_eq!(log.queue(&[fact(5), fact(1), fact(6)], at(14_700)).unwrap(), 1);
}

#[test]
fn a_clock_that_goes_back_or_leaps_ahead_is_refused() {
    let objects = Memory::default();
    let mut log = create(&objects).unwrap();
    log.queue(&[fact(1)], at(20_000)).unwrap();
    assert!(matches!(log.queue(&[fact(2)], at(19_999)), Err(SlotError::Time { .. })));
    assert!(matches!(open(&objects, 19_999), Err(SlotError::Time { .. })));
    log.close(&mut draws(1), at(20_500), 100).unwrap();
    assert!(matches!(open(&objects, 20_400), Err(SlotError::Open(OpenError::Time { .. }))));
    // Where nothing is due there is nothing to refuse; where something would be, there is.
    assert_eq!(log.close(&mut draws(1), at(20_000), 100).unwrap().slots, 0);
    let leap = log.close(&mut draws(1), at(999_000_000), 100);
    assert!(matches!(leap, Err(SlotError::TooMany { late, most: 100 }) if late > 900_000));
    assert_eq!(log.close(&mut draws(1), at(22_000), 100).unwrap().slots, 2);
    let back = log.close(&mut draws(1), at(22_000), 100).unwrap();
    assert_eq!((back.slots, log.log().size()), (0, 13 * WIDTH));
}

/// Seven slots with facts of three developers in the first; the charter allows period 0 from slot 4 on.
fn period() -> (Memory, PublicLog<Memory>) {
    let objects = Memory::default();
    let mut log = create(&objects).unwrap();
    log.queue(&(1..=7).map(fact).collect::<Vec<_>>(), at(9_000)).unwrap();
    log.close(&mut draws(1), at(12_000), 100).unwrap();
    assert!(matches!(log.openings(0), Err(PublicError::Aggregate(AggregateError::TooEarly { .. }))));
    log.close(&mut draws(2), at(16_000), 100).unwrap();
    (objects, log)
}

#[test]
fn a_party_is_handed_its_own_opening_and_no_more() {
    let (objects, log) = period();
    let Some(Place::Leaf { index, slot: 1, opening }) = log.find(&fact(7).0).unwrap() else {
        panic!("no leaf")
    };
    let hashes = LogReader::open(public(&objects), log.log().head()).unwrap().inclusion(index).unwrap();
    let proof = TlogProof::new(index, hashes, log.log().checkpoint().clone());
    assert!(opening.verify(&proof, &keys()).is_ok());
    assert_eq!(opening.fact(), Some(&fact(7).1));
    let text = opening.to_secret().expose().to_owned();
    assert!(!text.contains(&fact(7).0.to_hex()), "the house's key is nobody else's business");
    // Another party's opening does not fit this leaf.
    let Some(Place::Leaf { opening, .. }) = log.find(&fact(1).0).unwrap() else { panic!("no leaf") };
    assert!(opening.verify(&proof, &keys()).is_err());
}

#[test]
fn an_auditor_gets_every_opening_counts_and_cosigns_and_the_house_publishes_what_holds() {
    let (objects, log) = period();
    let auditor = signer("auditor.example", 2);
    let openings = log.openings(0).unwrap();
    let read = Openings::parse(&openings.to_secret()).unwrap();
    assert_eq!((&read, read.openings.len()), (&openings, 12));
    assert!(!openings.to_secret().expose().contains("key "));
    let claimed = log.count(0).unwrap();
    assert!(claimed.unverified_text().contains("k 2\nreview suppressed\n"));
    let mut reader = LogReader::open(public(&objects), log.log().head()).unwrap();
    let audited =
        audit_aggregate(&claimed, &keys(), &mut reader, read.period, &read.openings, charter().rules())
            .unwrap();
    let note = cosign_aggregate(&claimed, &audited, &auditor).unwrap();
    assert!(log.publish_aggregate(0, &claimed, auditor.verifier()).is_err());
    log.publish_aggregate(0, &note, auditor.verifier()).unwrap();
    let published = Note::parse(&public(&objects).0["aggregate/0"]).unwrap();
    let shown = published_charter(&public(&objects), &keys()).unwrap();
    let period = shown.rules().period(0, shown.schedule().due(at(16_000))).unwrap();
    verify_period(&published, (&keys(), auditor.verifier()), &shown, period, &mut reader).unwrap();
    for text in ["", "x", "proofhouse openings v1\nx\nslots 0 1\n", "proofhouse openings v1\nx\nslots 0\n"] {
        assert!(Openings::parse(&Secret::new(text.to_owned())).is_err(), "{text}");
    }
    assert!(format!("{openings:?}").contains("withheld"));
}

#[test]
fn what_a_public_log_keeps_and_is_damaged_is_named_and_nothing_is_added() {
    let (objects, log) = period();
    drop(log);
    let all = objects.all();
    let with = |name: &str, change: &dyn Fn(&[u8]) -> Option<Vec<u8>>| {
        let mut changed = all.clone();
        let bytes = changed.remove(name).unwrap();
        changed.extend(change(&bytes).map(|bytes| (name.to_owned(), bytes)));
        objects.restore(changed);
        open(&objects, 30_000).map(drop)
    };
    let half = |bytes: &[u8]| Some(bytes[..bytes.len() / 2].to_vec());
    assert!(matches!(with("queue", &half), Err(SlotError::Queue)));
    assert!(matches!(with("public/charter", &half), Err(SlotError::Charter(_))));
    assert!(matches!(with("public/charter", &|_| None), Err(SlotError::Charter(CharterError::Malformed))));
    let wider =
        |bytes: &[u8]| Some(String::from_utf8_lossy(bytes).replace("width 4", "width 5").into_bytes());
    assert!(matches!(with("public/charter", &wider), Err(SlotError::Charter(CharterError::Note(_)))));
    // A queue that is gone is made again from the log: what is in slots is known by its key.
    with("queue", &|_| None).unwrap();
    let mut log = open(&objects, 30_001).unwrap();
    assert_eq!(log.queue(&(1..=7).map(fact).collect::<Vec<_>>(), at(30_002)).unwrap(), 0);
    objects.restore(all.clone());
    objects.remove("queue").unwrap();
    objects.put("openings/0", b"half").unwrap();
    assert!(matches!(open(&objects, 30_000), Err(SlotError::Openings(0))));
    // Something else was logged beside the slots.
    objects.restore(all);
    let keys = keys();
    let mut stray =
        crate::log::Log::open(Arc::clone(&objects), keys, signer("house.example", 1), at(30_000)).unwrap();
    stray.commit(&[b"stray"], at(30_001)).unwrap();
    assert!(matches!(open(&objects, 30_002), Err(SlotError::Uneven { width: 4, .. })));
    let refused = matches!(create(&objects), Err(SlotError::Open(OpenError::Exists)));
    assert!(refused && !matches!(stray.commit(&[b"x"], at(1)), Ok(_) | Err(CommitError::Unknown(_))));
}

#[test]
fn a_charter_has_one_spelling_and_sound_numbers() {
    let good = charter();
    let note = good.sign(&signer("house.example", 1)).unwrap();
    assert_eq!(Charter::open(&note, &keys()).unwrap(), good);
    let other = LogKeys::new("house.example/other", keys().current().clone());
    assert!(matches!(Charter::open(&note, &other), Err(CharterError::Origin(_))));
    for (from, to) in [
        ("width 4", "width 04"),
        ("k 2", "k 1"),
        ("lag 1\n", "lag 1\nmeasure review/zzz\nmeasure review/aaa\n"),
        ("measure review/days\n", "measure days\n"),
        ("every 1000", "every 999"),
        ("period 3", "period 0"),
        ("proofhouse", "proofhaus"),
    ] {
        let changed = good.text().replace(from, to);
        assert_ne!(changed, good.text());
        let note = Note::sign(&changed, &signer("house.example", 1)).unwrap();
        assert_eq!(Charter::open(&note, &keys()), Err(CharterError::Malformed), "{from} to {to}");
    }
    let wide = Schedule { width: 4_097, ..*good.schedule() };
    let rules = Rules { width: 4_097, ..good.rules().clone() };
    assert!(matches!(Charter::new(ORIGIN, wide, rules), Err(CharterError::Numbers(_))));
    // What is far away is due never, and not soon because a number ran over.
    assert_eq!(good.schedule().due_at(u64::MAX), None);
    assert_eq!(good.schedule().due_at(3), Some(at(13_000)));
}
