//! Logs that publish only what a quorum has cosigned, witnesses that misbehave, and logs that show two faces.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

use types::Timestamp;

use super::{faults, signer};
use crate::log::{
    CommitError, Cosigning, Fault, Log, MemoryObjects, Objects, OpenError, Unwitnessed, Witnessing,
    WitnessingError,
};
use crate::tiles::{LogReader, MapSource};
use crate::witness::{Answer, AskError, Panel, Transport, Witness, WitnessError, ask};
use crate::{Cosigner, CosignerKey, LogKeys, Note, Quorum, TreeHead};

const ORIGIN: &str = "log.example/case";

fn at(millis: i64) -> Timestamp {
    Timestamp::from_unix_millis(millis).unwrap()
}

fn keys() -> LogKeys {
    LogKeys::new(ORIGIN, signer("log.example", 1).verifier().clone())
}

type Memory = Arc<MemoryObjects>;

/// What a witness does when it is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mood {
    Works,
    Sleeps,
    /// It says again what it said first.
    Replays,
    /// It cosigns without looking at what it remembers.
    Careless,
    /// It says that it has seen more than there is.
    Boasts,
}

/// A witness, and the way to it.
#[derive(Clone)]
struct Person {
    cosigner: Arc<Cosigner>,
    witness: Arc<Witness<Memory>>,
    memory: Memory,
    mood: Arc<Mutex<Mood>>,
    first: Arc<Mutex<Option<Answer>>>,
}

impl Person {
    fn new(number: u8) -> Self {
        let cosigner = || Cosigner::from_seed(&format!("w{number}.example"), [number + 10; 32]).unwrap();
        let memory = Memory::default();
        let witness = Witness::new(Arc::clone(&memory), cosigner());
        witness.admit(keys(), at(0)).unwrap();
        Self {
            cosigner: Arc::new(cosigner()),
            witness: Arc::new(witness),
            memory,
            mood: Arc::new(Mutex::new(Mood::Works)),
            first: Arc::default(),
        }
    }

    fn key(&self) -> CosignerKey {
        self.cosigner.verifier().clone()
    }

    fn is_now(&self, mood: Mood) {
        *self.mood.lock().unwrap_or_else(PoisonError::into_inner) = mood;
    }

    fn answer(&self, body: &str) -> Answer {
        match self.witness.add_checkpoint(body.as_bytes(), at(1_000)) {
            Ok(line) => Answer { status: 200, body: format!("{line}\n").into_bytes() },
            Err(WitnessError::Refused(refusal)) => {
                let text = refusal.conflict().map_or(refusal.to_string(), |size| size.to_string());
                Answer { status: refusal.status(), body: format!("{text}\n").into_bytes() }
            }
            Err(error) => panic!("{error}"),
        }
    }
}

impl Transport for Person {
    fn post(&mut self, body: &str) -> Result<Answer, String> {
        let mood = *self.mood.lock().unwrap_or_else(PoisonError::into_inner);
        match mood {
            Mood::Sleeps => Err("no answer within 10 seconds".to_owned()),
            Mood::Boasts => Ok(Answer { status: 409, body: b"1000000\n".to_vec() }),
            Mood::Careless => {
                let note = body.split_once("\n\n").unwrap().1;
                let line =
                    self.cosigner.cosign(Note::parse(note.as_bytes()).unwrap().unverified_text(), at(1_000));
                Ok(Answer { status: 200, body: format!("{line}\n").into_bytes() })
            }
            Mood::Replays if self.first.lock().unwrap().is_some() => {
                Ok(self.first.lock().unwrap().clone().unwrap())
            }
            Mood::Works | Mood::Replays => {
                let answer = self.answer(body);
                self.first.lock().unwrap().get_or_insert_with(|| answer.clone());
                Ok(answer)
            }
        }
    }
}

fn persons(count: u8) -> Vec<Person> {
    (1..=count).map(Person::new).collect()
}

fn rule(persons: &[Person], wanted: usize) -> Witnessing {
    let named = persons.iter().map(|person| (person.key(), format!("http://{}", person.key().name())));
    Witnessing::new(named.collect(), wanted).unwrap()
}

/// What an outsider sees. It counts as no effect.
fn public(objects: &MemoryObjects) -> MapSource {
    let all = objects.all().into_iter();
    MapSource(
        all.filter_map(|(name, bytes)| Some((name.strip_prefix("public/")?.to_owned(), bytes))).collect(),
    )
}

/// Asks one after the other, so that effects come in the same order each time.
struct InTurn {
    persons: Vec<Person>,
    objects: Memory,
    wanted: usize,
}

impl Cosigning for InTurn {
    fn cosign(&mut self, checkpoint: &Note, head: TreeHead, now: Timestamp) -> Result<Note, Unwitnessed> {
        let (mut note, mut missing) = (checkpoint.clone(), Vec::new());
        for person in &mut self.persons {
            let mut reader = LogReader::open(public(&self.objects), head).unwrap();
            match ask(person, &person.key(), checkpoint, &mut reader, 0, now) {
                Ok(line) => note = note.with_signature(line).unwrap(),
                Err(error) => missing.push((person.key().name().to_owned(), error)),
            }
        }
        let found = self.persons.len() - missing.len();
        if found >= self.wanted { Ok(note) } else { Err(Unwitnessed { found, wanted: self.wanted, missing }) }
    }
}

fn in_turn(persons: &[Person], objects: &Memory, wanted: usize) -> Box<InTurn> {
    Box::new(InTurn { persons: persons.to_vec(), objects: Arc::clone(objects), wanted })
}

fn open(objects: &Memory, persons: &[Person], millis: i64) -> Log<Memory> {
    let log = Log::open(Arc::clone(objects), keys(), signer("log.example", 1), at(millis)).unwrap();
    log.with_witnesses(in_turn(persons, objects, 2))
}

/// A log of one batch that waits for two of three witnesses.
fn witnessed() -> (Memory, Log<Memory>, Vec<Person>) {
    let (objects, persons) = (Memory::default(), persons(3));
    let mut log = Log::create(Arc::clone(&objects), keys(), signer("log.example", 1), at(1)).unwrap();
    log.commit(&batch(0), at(2)).unwrap();
    let cosigned = in_turn(&persons, &objects, 2).cosign(log.checkpoint(), log.head(), at(3)).unwrap();
    log.set_witnessing(Some((rule(&persons, 2), &cosigned)), at(3)).unwrap();
    let log = log.with_witnesses(in_turn(&persons, &objects, 2));
    (objects, log, persons)
}

fn batch(number: u64) -> Vec<Vec<u8>> {
    (0..90).map(|entry| format!("batch {number} entry {entry}").into_bytes()).collect()
}

/// The published tree, which a quorum has cosigned whatever happened.
#[track_caller]
fn published(objects: &MemoryObjects, persons: &[Person]) -> TreeHead {
    let note = Note::parse(&public(objects).0["checkpoint"]).unwrap();
    rule(persons, 2).quorum().verify(&note, at(2_000)).unwrap();
    keys().open(&note).unwrap().head()
}

#[test]
fn nothing_is_published_before_enough_witnesses_cosigned_and_all_of_it_after() {
    let (objects, mut log, persons) = witnessed();
    persons[2].is_now(Mood::Sleeps);
    log.commit(&batch(1), at(10)).unwrap();
    assert_eq!(published(&objects, &persons).size, 180);
    persons[1].is_now(Mood::Boasts);
    let late = log.commit(&batch(2), at(11)).unwrap_err();
    let CommitError::Unwitnessed { first: 180, source } = late else { panic!("{late}") };
    assert_eq!((source.found, source.wanted), (1, 2));
    let said = source.to_string();
    assert!(said.contains("w2.example: the witness has cosigned 1000000 entries"), "{said}");
    assert!(said.contains("w3.example: the witness did not answer"), "{said}");
    assert_eq!(published(&objects, &persons).size, 180);
    // What comes next is not taken in, whoever opens the log.
    assert!(matches!(log.commit(&batch(3), at(12)), Err(CommitError::Held(_))));
    let mut without = Log::open(Arc::clone(&objects), keys(), signer("log.example", 1), at(13)).unwrap();
    assert!(without.is_unpublished());
    assert!(matches!(without.commit(&batch(3), at(14)), Err(CommitError::Held(_))));
    assert_eq!(published(&objects, &persons).size, 180);
    persons[1].is_now(Mood::Works);
    let mut log = open(&objects, &persons, 15);
    log.publish(at(16)).unwrap();
    assert_eq!(published(&objects, &persons), log.head());
    assert_eq!(log.commit(&batch(3), at(17)).unwrap().first, 270);
}

/// Three batches with one fault at effect `index`, and a witness away now and then; then a restart that publishes.
fn survives(index: u64, fault: Fault, seen_waiting: &mut bool) -> bool {
    let (objects, mut log, persons) = witnessed();
    objects.plan(index, fault);
    let mut expected = vec![(0, Some(true))];
    for number in 1..4 {
        persons[2].is_now(if number == 2 { Mood::Sleeps } else { Mood::Works });
        persons[1].is_now(if number == 3 { Mood::Sleeps } else { Mood::Works });
        let outcome = log.commit(&batch(number), at(10 + number as i64));
        expected.push((
            number,
            match &outcome {
                Ok(_) | Err(CommitError::Pending { .. } | CommitError::Unwitnessed { .. }) => Some(true),
                Err(CommitError::Unknown(_)) => None,
                Err(_) => Some(false),
            },
        ));
        published(&objects, &persons);
    }
    let hit = objects.effects() > index;
    drop(log);
    objects.restart();
    published(&objects, &persons);
    let mut log = open(&objects, &persons, 50);
    *seen_waiting |= log.is_unpublished();
    published(&objects, &persons);
    log.publish(at(51)).unwrap();
    let head = published(&objects, &persons);
    assert_eq!(head, log.head(), "{index} {fault:?}");
    let mut reader = LogReader::open(public(&objects), head).unwrap();
    let found: Vec<_> = (0..head.size).map(|entry| reader.entry(entry).unwrap()).collect();
    let mut whole = Vec::new();
    for (number, is_in) in expected {
        let found = found.contains(&batch(number)[0]);
        assert!(is_in.is_none_or(|is_in| is_in == found), "{index} {fault:?}: batch {number}");
        if found {
            whole.extend(batch(number));
        }
    }
    assert_eq!(found, whole, "{index} {fault:?}");
    hit
}

#[test]
fn a_fault_at_any_effect_publishes_nothing_unwitnessed_and_recovery_publishes_the_rest() {
    for fault in faults(8) {
        let mut seen_waiting = false;
        let count = (0..).take_while(|index| survives(*index, fault, &mut seen_waiting)).count();
        assert!(count >= 12, "only {count} effects were tried for {fault:?}");
        assert!(
            seen_waiting || matches!(fault, Fault::Fails | Fault::FailsMidway),
            "{fault:?} never left one waiting"
        );
    }
}

#[test]
fn a_rule_is_set_only_when_it_is_met_and_a_bare_checkpoint_in_its_place_is_not_kept() {
    let (objects, mut log, persons) = witnessed();
    let alone = in_turn(&persons[..1], &objects, 1).cosign(log.checkpoint(), log.head(), at(4)).unwrap();
    let refused = log.set_witnessing(Some((rule(&persons, 3), &alone)), at(4));
    assert!(matches!(refused, Err(CommitError::Open(OpenError::Witnesses(_)))), "{refused:?}");
    assert!(matches!(log.publish_cosigned(&alone, at(4)), Err(OpenError::Witnesses(_))));
    // A program that knows nothing of witnesses, or a thief of the log's key, puts its own there.
    objects.put("public/checkpoint", log.checkpoint().to_string().as_bytes()).unwrap();
    let mut again = open(&objects, &persons, 5);
    assert!(again.is_unpublished());
    again.publish(at(6)).unwrap();
    published(&objects, &persons);
    // Without the rule everything is published at once again.
    persons.iter().for_each(|person| person.is_now(Mood::Sleeps));
    assert!(matches!(again.commit(&batch(1), at(7)), Err(CommitError::Unwitnessed { .. })));
    again.set_witnessing(None, at(8)).unwrap();
    assert_eq!(
        keys().open(&Note::parse(&public(&objects).0["checkpoint"]).unwrap()).unwrap().head().size,
        180
    );
    again.commit(&batch(2), at(9)).unwrap();
    assert!(matches!(Witnessing::new(Vec::new(), 1), Err(WitnessingError::Witnesses)));
    let spaced = Witnessing::new(vec![(persons[0].key(), "http://a b".to_owned())], 1);
    assert_eq!(spaced, Err(WitnessingError::Witnesses));
    assert_eq!(Witnessing::new(vec![(persons[0].key(), "a".to_owned())], 0), Err(WitnessingError::Nobody));
    assert!(Witnessing::new(vec![(persons[0].key(), "a".to_owned())], 2).is_err());
}

/// A way on which nothing comes back until the test says so.
#[derive(Clone)]
struct Held {
    person: Person,
    asked: Sender<()>,
    release: Arc<Mutex<Receiver<()>>>,
    held: Arc<AtomicBool>,
}

impl Transport for Held {
    fn post(&mut self, body: &str) -> Result<Answer, String> {
        if self.held.load(Ordering::SeqCst) {
            self.asked.send(()).ok();
            self.release.lock().unwrap().recv().map_err(|_| "it never answered".to_owned())?;
        }
        self.person.post(body)
    }
}

#[test]
fn witnesses_are_asked_at_once_and_one_that_sleeps_holds_nobody_up() {
    let (objects, persons) = (Memory::default(), persons(3));
    let mut log = Log::create(Arc::clone(&objects), keys(), signer("log.example", 1), at(1)).unwrap();
    log.commit(&batch(0), at(2)).unwrap();
    let (asked, asking) = channel();
    let (releasing, release) = channel();
    let release = Arc::new(Mutex::new(release));
    let way = |(number, person): (usize, &Person)| Held {
        person: person.clone(),
        asked: asked.clone(),
        release: Arc::clone(&release),
        held: Arc::new(AtomicBool::new(number == 0)),
    };
    let ways: Vec<_> = persons.iter().enumerate().map(way).collect();
    let quorum = rule(&persons, 2).quorum().clone();
    let mut panel = Panel::new(public(&objects), &quorum, ways);
    let round = panel.ask(log.checkpoint(), log.head(), at(3));
    asking.recv().unwrap();
    assert_eq!(round.cosigned.len(), 2);
    assert!(!round.cosigned.contains(&"w1.example".to_owned()));
    assert!(matches!(&round.missing[..], [(name, AskError::Silent(_))] if name == "w1.example"));
    assert_eq!(quorum.verify(&round.note, at(2_000)), Ok(()));
    // It is not asked a second time while it has not answered the first.
    let round = panel.ask(log.checkpoint(), log.head(), at(4));
    assert_eq!(round.cosigned.len(), 2);
    assert!(matches!(&round.missing[..], [(_, AskError::Silent(why))] if why.contains("last request")));
    assert!(asking.try_recv().is_err());
    drop(releasing);
}

#[test]
fn a_round_without_enough_names_each_witness_and_its_reason() {
    let (objects, persons) = (Memory::default(), persons(4));
    let mut log = Log::create(Arc::clone(&objects), keys(), signer("log.example", 1), at(1)).unwrap();
    let quorum = rule(&persons, 3).quorum().clone();
    let mut panel = Panel::new(public(&objects), &quorum, persons.clone());
    assert_eq!(panel.ask(log.checkpoint(), log.head(), at(2)).cosigned.len(), 4);
    log.commit(&batch(0), at(3)).unwrap();
    for (person, mood) in persons.iter().zip([Mood::Sleeps, Mood::Boasts, Mood::Replays, Mood::Works]) {
        person.is_now(mood);
    }
    let mut panel = Panel::new(public(&objects), &quorum, persons.clone());
    let unwitnessed = panel.cosign(log.checkpoint(), log.head(), at(4)).unwrap_err();
    assert_eq!((unwitnessed.found, unwitnessed.wanted), (1, 3));
    let said = unwitnessed.to_string();
    for words in [
        "w1.example: the witness did not answer",
        "w2.example: the witness has cosigned 1000000",
        "w3.example: the cosignature by",
    ] {
        assert!(said.contains(words), "{words:?} in {said}");
    }
    assert!(!said.contains("w4.example"), "{said}");
}

/// A log that shows one history to `left` and another to `right`: what cosignatures each can show for its own.
fn two_faces(left: &[Person], right: &[Person]) -> [Note; 2] {
    let face = |last: u64, persons: &[Person]| {
        let objects = Memory::default();
        let mut log = Log::create(Arc::clone(&objects), keys(), signer("log.example", 1), at(1)).unwrap();
        log.commit(&batch(last), at(2)).unwrap();
        let ways = persons.iter().map(|person| (person.key(), person.clone()));
        ways.fold(log.checkpoint().clone(), |note, (key, mut way)| {
            let mut reader = LogReader::open(public(&objects), log.head()).unwrap();
            let line = ask(&mut way, &key, log.checkpoint(), &mut reader, 0, at(3));
            line.map_or(note.clone(), |line| note.with_signature(line).unwrap())
        })
    };
    [face(1, left), face(2, right)]
}

fn is_witnessed(note: &Note, persons: &[Person], wanted: usize) -> bool {
    let keys = persons.iter().map(Person::key).collect();
    Quorum::new(keys, wanted).unwrap().verify(note, at(2_000)).is_ok()
}

#[test]
fn a_log_that_shows_two_faces_gets_a_quorum_for_one_at_most() {
    let persons = persons(3);
    let [left, right] = two_faces(&persons, &persons);
    assert!(is_witnessed(&left, &persons, 2) && !is_witnessed(&right, &persons, 1));
    let persons = self::persons(3);
    let [left, right] = two_faces(&persons[..2], &persons[1..]);
    assert!(is_witnessed(&left, &persons, 2) && !is_witnessed(&right, &persons, 2));
}

/// What `docs/verify.md` says of the number to ask for: with M of N, fewer than 2 M - N bad witnesses do no harm.
#[test]
fn a_witness_that_cosigns_both_or_was_rolled_back_needs_as_many_others_as_the_page_says() {
    let rolled_back = |person: &Person| {
        let before = person.memory.all();
        let person = person.clone();
        move || person.memory.restore(before)
    };
    // One of four is bad, and three are needed: no two quorums without an honest witness in both.
    for careless in [true, false] {
        for (wanted, count, both) in [(3_usize, 4_u8, false), (2, 3, true)] {
            let persons = persons(count);
            let (bad, rest) = persons.split_first().unwrap();
            let back = rolled_back(bad);
            let half = rest.len() / 2;
            let left = [&[bad.clone()][..], &rest[..half]].concat();
            let [left, _] = two_faces(&left, &[]);
            if careless {
                bad.is_now(Mood::Careless);
            } else {
                back();
            }
            let right = [&[bad.clone()][..], &rest[half..]].concat();
            let [_, right] = two_faces(&[], &right);
            let both_hold = is_witnessed(&left, &persons, wanted) && is_witnessed(&right, &persons, wanted);
            assert_eq!(both_hold, both, "{wanted} of {count}");
            // Either face can be shown to anybody as what the witness did.
            assert!(bad.key().verify(&left).is_ok() && bad.key().verify(&right).is_ok());
        }
    }
}

#[test]
fn a_witness_that_signs_one_checkpoint_twice_counts_not_even_once() {
    let (_, log, persons) = witnessed();
    let text = log.checkpoint().unverified_text();
    let lines = [at(1_000), at(5_000)].map(|time| persons[0].cosigner.cosign(text, time));
    let twice = format!("{}{}\n{}\n", log.checkpoint(), lines[0], lines[1]);
    let note = Note::parse(twice.as_bytes()).unwrap();
    assert!(!is_witnessed(&note, &persons, 1));
    let once = format!("{}{}\n", log.checkpoint(), lines[0]);
    assert!(is_witnessed(&Note::parse(once.as_bytes()).unwrap(), &persons, 1));
    // A line under a name and key that were not asked for changes nothing.
    let stranger = Cosigner::from_seed("w1.example", [99; 32]).unwrap().cosign(text, at(1_000));
    let beside = Note::parse(format!("{once}{stranger}\n").as_bytes()).unwrap();
    assert!(is_witnessed(&beside, &persons, 1) && !is_witnessed(&beside, &persons, 2));
}
