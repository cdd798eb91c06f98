use std::collections::VecDeque;
use std::sync::Arc;

use types::{Digest, Timestamp};

use super::distinguisher::{Sample, accuracy};
use super::signer;
use crate::log::{Fault, Log, MemoryObjects, Objects};
use crate::public::{
    AggregateError, Charter, DeveloperTag, Fact, Measure, Opening, Rules, Schedule, Slot, SlotError, Waiting,
    aggregate, audit_aggregate, cosign_aggregate, sign_aggregate, verify_period,
};
use crate::tiles::{LogReader, MapSource};
use crate::{LogKeys, TlogProof};

const ORIGIN: &str = "house.example/public";
const WIDTH: u64 = 8;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_unix_millis(millis).unwrap()
}

fn keys() -> LogKeys {
    LogKeys::new(ORIGIN, signer("house.example", 1).verifier().clone())
}

fn schedule() -> Schedule {
    Schedule { start: at(1_000), every_millis: 1_000, width: WIDTH }
}

fn rules() -> Rules {
    let measures =
        ["case/days", "outcome/covered", "outcome/withdrawn"].map(|text| Measure::new(text).unwrap());
    Rules { width: WIDTH, k: 3, period_slots: 4, lag_slots: 2, measures: measures.into_iter().collect() }
}

/// Random bytes that a seed decides, so that no test depends on luck.
fn draws(seed: u64) -> impl FnMut() -> [u8; 32] {
    let mut number = 0_u64;
    move || {
        number += 1;
        *Digest::of_parts(&[&seed.to_be_bytes(), &number.to_be_bytes()]).as_bytes()
    }
}

fn fact(developer: u8, measure: &str, amount: u32) -> Fact {
    Fact { developer: DeveloperTag([developer; 16]), measure: Measure::new(measure).unwrap(), amount }
}

fn log() -> (Arc<MemoryObjects>, Log<Arc<MemoryObjects>>) {
    let objects = Arc::new(MemoryObjects::default());
    let log = Log::create(Arc::clone(&objects), keys(), signer("house.example", 1), at(1)).unwrap();
    (objects, log)
}

/// Facts that were known before the first slot, each about something of its own.
fn waiting(facts: &[Fact]) -> Vec<Waiting> {
    let one = |(number, fact): (u64, &Fact)| {
        let key = Digest::of_parts(&[b"fact", &number.to_be_bytes()]);
        Waiting { key, at: at(0), fact: fact.clone() }
    };
    (0..).zip(facts).map(one).collect()
}

fn append_slots(
    log: &mut Log<Arc<MemoryObjects>>,
    schedule: &Schedule,
    facts: &[Fact],
    draw: &mut impl FnMut() -> [u8; 32],
    now: Timestamp,
) -> Result<Vec<Slot>, SlotError> {
    crate::public::append_slots(log, schedule, &waiting(facts), draw, (now, 100))
}

fn charter() -> Charter {
    Charter::new(ORIGIN, schedule(), rules()).unwrap()
}

/// What an outsider sees.
fn public(objects: &MemoryObjects) -> MapSource {
    let all = objects.all().into_iter();
    MapSource(
        all.filter_map(|(name, bytes)| Some((name.strip_prefix("public/")?.to_owned(), bytes))).collect(),
    )
}

#[test]
fn every_slot_has_the_same_number_of_leaves_at_its_time_whatever_happens() {
    let (objects, mut log) = log();
    let mut queue: VecDeque<_> = (0..11).map(|number| fact(number, "case/days", 7)).collect();
    let mut draw = draws(1);
    for (now, size) in [(999, 0), (1_000, 8), (1_999, 8), (2_000, 16), (6_500, 48)] {
        let slots = append_slots(&mut log, &schedule(), queue.make_contiguous(), &mut draw, at(now)).unwrap();
        let taken: Vec<_> = slots.iter().flat_map(|slot| slot.openings().filter_map(Opening::fact)).collect();
        queue.retain(|fact| !taken.contains(&fact));
        assert_eq!(log.size(), size, "{now}");
    }
    assert!(queue.is_empty());
    let source = public(&objects);
    let mut reader = LogReader::open(&source, log.head()).unwrap();
    assert!((0..48).all(|index| reader.entry(index).unwrap().len() == 32));
    let facts = (0..6).map(|number| Slot::kept(&objects, number).unwrap());
    let facts: Vec<_> = facts.map(|slot| slot.openings().filter_map(Opening::fact).count()).collect();
    assert_eq!(facts, [8, 3, 0, 0, 0, 0]);
}

#[test]
fn a_slot_that_was_begun_is_added_as_it_was_begun_after_any_fault() {
    for fault in
        [Fault::Fails, Fault::FailsAfterPersisting, Fault::Killed, Fault::KilledAfter, Fault::PowerLost(2)]
    {
        for index in 0..8 {
            let (objects, mut log) = log();
            objects.plan(index, fault);
            let facts = [fact(1, "case/days", 7)];
            append_slots(&mut log, &schedule(), &facts, &mut draws(1), at(1_000)).ok();
            objects.restart();
            let mut log =
                Log::open(Arc::clone(&objects), keys(), signer("house.example", 1), at(1_500)).unwrap();
            // The caller's queue still holds the fact, unless it was told.
            append_slots(&mut log, &schedule(), &facts, &mut draws(2), at(1_600)).unwrap();
            assert_eq!(log.size(), WIDTH);
            let slot = Slot::kept(&objects, 0).unwrap();
            assert_eq!(slot.openings().filter_map(Opening::fact).count(), 1, "{index} {fault:?}");
            let source = public(&objects);
            let mut reader = LogReader::open(&source, log.head()).unwrap();
            for (index, opening) in (0..).zip(slot.openings()) {
                assert_eq!(reader.entry(index).unwrap(), opening.leaf());
            }
        }
    }
}

#[test]
fn a_log_with_other_entries_or_lost_openings_is_named() {
    let (objects, mut log) = log();
    append_slots(&mut log, &schedule(), &[], &mut draws(1), at(1_000)).unwrap();
    objects.put("openings/1", b"half of it").unwrap();
    let damaged = append_slots(&mut log, &schedule(), &[], &mut draws(1), at(2_000));
    assert!(matches!(damaged, Err(SlotError::Openings(1))));
    log.commit(&[b"stray"], at(3_000)).unwrap();
    let uneven = append_slots(&mut log, &schedule(), &[], &mut draws(1), at(4_000));
    assert!(matches!(uneven, Err(SlotError::Uneven { size: 9, width: 8 })));
}

#[test]
fn a_party_opens_its_own_leaf_with_a_proof_and_a_salt_and_nothing_else() {
    let (objects, mut log) = log();
    let slots =
        append_slots(&mut log, &schedule(), &[fact(7, "case/days", 12)], &mut draws(1), at(1_000)).unwrap();
    let openings: Vec<_> = slots[0].openings().cloned().collect();
    let index = openings.iter().position(|opening| opening.fact().is_some()).unwrap();
    let source = public(&objects);
    let hashes = LogReader::open(&source, log.head()).unwrap().inclusion(index as u64).unwrap();
    let proof = TlogProof::new(index as u64, hashes, log.checkpoint().clone());
    let read = Opening::parse(&openings[index].to_secret()).unwrap();
    assert_eq!(read, openings[index]);
    assert!(read.verify(&proof, &keys()).is_ok());
    // Neither another salt nor another fact opens it.
    let other = Opening::new(Some(fact(7, "case/days", 13)), draws(1)());
    assert!(other.verify(&proof, &keys()).is_err());
    let salt = Opening::new(read.fact().cloned(), [0; 32]);
    assert!(salt.verify(&proof, &keys()).is_err());
    assert!(!format!("{read:?}").contains("case"));
    for text in ["", "proofhouse opening v1\n", "proofhouse opening v1\n00\n", "x"] {
        assert!(Opening::parse(&types::Secret::new(text.to_owned())).is_err(), "{text}");
    }
}

/// Six slots with `facts` in the first; then the log, and the openings of the first period.
fn period(facts: &[Fact], seed: u64) -> (Arc<MemoryObjects>, Log<Arc<MemoryObjects>>, Vec<Opening>) {
    let (objects, mut log) = log();
    let slots = append_slots(&mut log, &schedule(), facts, &mut draws(seed), at(6_000)).unwrap();
    let openings = slots[..4].iter().flat_map(|slot| slot.openings().cloned()).collect();
    (objects, log, openings)
}

#[test]
fn an_auditor_cosigns_what_the_openings_add_up_to_and_nothing_else() {
    let facts: Vec<_> = (0..4).map(|n| fact(n, "case/days", 10 + u32::from(n))).collect();
    let (objects, log, openings) = period(&facts, 1);
    let (house, auditor) = (signer("house.example", 1), signer("auditor.example", 2));
    let period = rules().period(0, 6).unwrap();
    assert!(matches!(rules().period(0, 5), Err(AggregateError::TooEarly { end: 4, from: 6 })));
    let source = public(&objects);
    let mut reader = LogReader::open(&source, log.head()).unwrap();
    let head = reader.head_at(4 * WIDTH).unwrap();
    let made = aggregate(ORIGIN, head, period, &openings, &rules()).unwrap();
    assert!(made.text().ends_with("k 3\noutcome suppressed\ncase/days 3 median 10\n"), "{}", made.text());
    let claimed = sign_aggregate(&made, &house).unwrap();
    let mut audit = |claimed: &crate::Note, openings: &[Opening]| {
        audit_aggregate(claimed, &keys(), &mut reader, period, openings, &rules())
    };
    let audited = audit(&claimed, &openings).unwrap();
    let note = cosign_aggregate(&claimed, &audited, &auditor).unwrap();
    // A house that counts wrongly, leaves openings out, or swaps one for another, finds no auditor.
    let wrong = crate::Note::sign(&made.text().replace("days 3", "days 6"), &house).unwrap();
    assert_eq!(audit(&wrong, &openings), Err(AggregateError::Count));
    assert_eq!(audit(&claimed, &openings[..24]), Err(AggregateError::Openings));
    let mut swapped = openings.clone();
    let at = swapped.iter().position(|opening| opening.fact().is_some()).unwrap();
    swapped[at] = Opening::new(None, [3; 32]);
    assert_eq!(audit(&claimed, &swapped), Err(AggregateError::Opening(at as u64)));
    assert!(cosign_aggregate(&wrong, &audited, &auditor).is_err());
    // The outsider has the log, the charter and two keys.
    let mut outside = |note: &crate::Note| {
        verify_period(note, (&keys(), auditor.verifier()), &charter(), period, &mut reader)
    };
    assert_eq!(outside(&note), Ok(made.clone()));
    assert!(matches!(outside(&claimed), Err(AggregateError::Note(_))));
    // Both together cannot break what is fixed beforehand.
    let both = |text: &str| {
        let note = crate::Note::sign(text, &house).unwrap();
        let own = crate::Note::sign(text, &auditor).unwrap();
        note.with_signature(own.signatures()[0].clone()).unwrap()
    };
    assert!(outside(&both(made.text())).is_ok());
    for (from, to) in [
        ("days 3", "days 4"),
        ("k 3", "k 1"),
        ("median 10", "median 11"),
        ("slots 0 4", "slots 0 5"),
        ("outcome suppressed\n", ""),
        ("outcome suppressed\n", "outcome/withdrawn 3 median 0\n"),
        ("median 10\n", "median 10\ncase/other 3 median 0\n"),
        ("days 3", "days 0"),
        (ORIGIN, "house.example/other"),
    ] {
        let changed = made.text().replace(from, to);
        assert_ne!(changed, made.text());
        assert!(matches!(outside(&both(&changed)), Err(AggregateError::Charter(_))), "{from} to {to}");
    }
    let alone = verify_period(&claimed, (&keys(), house.verifier()), &charter(), period, &mut reader);
    assert!(matches!(alone, Err(AggregateError::Charter(_))));
    let half = crate::public::Period { first: 1, end: 5 };
    assert_eq!(aggregate(ORIGIN, head, half, &openings, &rules()), Err(AggregateError::Period(4)));
}

#[test]
fn a_family_with_too_few_developers_behind_one_measure_is_suppressed_whole() {
    let outcomes = |withdrawn: u8| {
        let covered = (0..6).map(|n| fact(n, "outcome/covered", 1));
        let facts: Vec<_> =
            covered.chain((0..withdrawn).map(|n| fact(10 + n, "outcome/withdrawn", 1))).collect();
        let (_, log, openings) = period(&facts, 1);
        let text = aggregate(ORIGIN, log.head(), rules().period(0, 6).unwrap(), &openings, &rules()).unwrap();
        text.text().split_once("k 3\n").unwrap().1.to_owned()
    };
    // Many facts about one developer are still one developer.
    assert_eq!(outcomes(0), "case suppressed\noutcome suppressed\n");
    assert_eq!(outcomes(2), outcomes(0));
    assert_eq!(outcomes(3), "case suppressed\noutcome/covered 6 median 0\noutcome/withdrawn 3 median 0\n");
}

/// How a history becomes public bytes: as built here, or with one rule broken on purpose.
#[derive(Clone, Copy, Debug)]
enum Variant {
    AsBuilt,
    PaddingOfZeros,
    Unsalted,
    OnlyRealLeaves,
    RepeatedDeveloper,
    ExactCounts,
}

/// All that an outsider sees of a history, as one sample.
fn published(facts: &[Fact], seed: u64, variant: Variant) -> Sample {
    let (objects, log, openings) = period(facts, seed);
    let mut rules = rules();
    if let Variant::ExactCounts = variant {
        rules.k = 1;
    }
    let head = log.head();
    let text = aggregate(ORIGIN, head, rules.period(0, 6).unwrap(), &openings, &rules).unwrap();
    let source = public(&objects);
    let mut reader = LogReader::open(&source, head).unwrap();
    let mut leaves: Vec<[u8; 32]> =
        (0..head.size).map(|index| reader.entry(index).unwrap().try_into().unwrap()).collect();
    let broken = |opening: &Opening| match (variant, opening.fact()) {
        (Variant::PaddingOfZeros, None) => [0; 32],
        (Variant::Unsalted, Some(fact)) => Opening::new(Some(fact.clone()), [0; 32]).leaf(),
        (Variant::RepeatedDeveloper, Some(fact)) => {
            let mut leaf = opening.leaf();
            leaf[0] = fact.developer.0[0];
            leaf
        }
        _ => opening.leaf(),
    };
    for (leaf, opening) in leaves.iter_mut().zip(&openings) {
        *leaf = broken(opening);
    }
    if let Variant::OnlyRealLeaves = variant {
        leaves.truncate(openings.iter().filter(|opening| opening.fact().is_some()).count());
    }
    // The root and the names of files follow from the leaves; only the numbers in the aggregate do not.
    let counts = text.text().split_once("\nk ").unwrap().1.to_owned();
    let names = source.0.keys().cloned().collect::<Vec<_>>().join(" ");
    Sample { leaves, words: format!("{names}\n{counts}") }
}

/// A history of four developers with a case each, and the same one with one developer more, less, or another.
fn histories() -> [(&'static str, Vec<Fact>, Vec<Fact>); 3] {
    let base: Vec<_> = (0..4).map(|n| fact(n, "case/days", 12)).collect();
    let with = |developer: u8| [base.clone(), vec![fact(developer, "case/days", 12)]].concat();
    [
        ("more", base.clone(), with(9)),
        ("another", with(8), with(9)),
        ("none at all", Vec::new(), vec![fact(9, "case/days", 12)]),
    ]
}

/// Samples of each history; half to learn from, half to be tried on.
const SAMPLES: u64 = 240;

fn told_apart(left: &[Fact], right: &[Fact], variant: Variant) -> f64 {
    let samples = |facts: &[Fact], from: u64| -> Vec<_> {
        (from..from + SAMPLES).map(|seed| published(facts, seed, variant)).collect()
    };
    accuracy(&samples(left, 1), &samples(right, 1_000_000))
}

/// Better than chance is more than four standard deviations off: 0.5 plus or minus 0.13 with 240 tries.
#[test]
fn histories_that_differ_in_one_developer_cannot_be_told_apart() {
    for (name, left, right) in histories() {
        let accuracy = told_apart(&left, &right, Variant::AsBuilt);
        assert!((0.37..=0.63).contains(&accuracy), "one developer {name}: {accuracy}");
    }
}

/// The positive control: the same distinguisher finds each leak that is put in on purpose.
#[test]
fn the_distinguisher_finds_every_rule_that_is_broken_on_purpose() {
    let [more, another, _] = histories();
    for (variant, (name, left, right)) in [
        (Variant::PaddingOfZeros, &more),
        (Variant::Unsalted, &another),
        (Variant::OnlyRealLeaves, &more),
        (Variant::RepeatedDeveloper, &another),
        (Variant::ExactCounts, &more),
    ] {
        let accuracy = told_apart(left, right, variant);
        assert!(accuracy > 0.9, "{variant:?}, one developer {name}: {accuracy}");
    }
}

/// What `docs/public-log.md` admits: a count at the edge of a step gives one developer more away.
#[test]
fn a_count_at_the_edge_of_a_step_is_told_apart_as_the_page_says() {
    let five: Vec<_> = (0..5).map(|n| fact(n, "case/days", 12)).collect();
    let six: Vec<_> = (0..6).map(|n| fact(n, "case/days", 12)).collect();
    assert!(told_apart(&five, &six, Variant::AsBuilt) > 0.9);
}
