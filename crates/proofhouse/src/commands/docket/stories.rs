//! Stories: `cases/*.txt`, each a script of commands with what they print. A story is told again and must come out
//! word for word; with `TELL_STORIES=1` it is written down anew.
//!
//! `@ TIME` sets the clock, `key NAME` makes `NAME.key`, `file NAME TEXT` makes a file, `change NAME FROM TO` changes
//! one word of it, `as in NAME` tells another story
//! first and prints nothing of it, `$ …` runs the program, and what follows is what it printed.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser;
use docket::NoPolicies;
use docket::view::PublicFigures;
use flows::cases::Office;
use flows::house::House;
use ledger::SignerKey;
use store::Sqlite;
use types::{Clock, Digest, Timestamp};

use super::{Desk, Lines, keys};
use crate::cli::{Cli, Command};
use crate::shell::Failure;

struct Teller {
    folder: tempfile::TempDir,
    now: Timestamp,
    keys: u8,
}

struct At(Timestamp);

impl Clock for At {
    fn now(&self) -> Timestamp {
        self.0
    }
}

impl Teller {
    fn new() -> Self {
        let now = Timestamp::from_unix_millis(0).unwrap();
        Self { folder: tempfile::tempdir().unwrap(), now, keys: 0 }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// File names stand in the teller's folder, and never in what is printed.
    fn placed(&self, word: &str) -> String {
        let is_file = [
            ".key",
            ".pub",
            ".md",
            ".envelope",
            ".export",
            ".tlog-proof",
            ".checkpoint",
            ".log",
            ".html",
            ".json",
            ".packs",
        ]
        .iter()
        .any(|kind| word.ends_with(kind));
        let place = |name: &str| self.path(name).display().to_string();
        match word.split_once("=@") {
            _ if !is_file => word.to_owned(),
            Some((name, file)) => format!("{name}=@{}", place(file)),
            None => place(word),
        }
    }

    fn run(&self, words: &str) -> Lines {
        let words = shlex::split(words).unwrap();
        let words = words.iter().map(|word| self.placed(word));
        let told = match Cli::try_parse_from(std::iter::once("proofhouse".to_owned()).chain(words)) {
            Ok(cli) => self.told(&cli.command).unwrap_or_else(|failure| failure.lines().to_vec()),
            Err(error) => error.to_string().lines().map(str::to_owned).collect(),
        };
        let folder = format!("{}/", self.folder.path().display());
        told.iter().map(|line| line.replace(&folder, "")).collect()
    }

    /// The house, under a key that is the same each time.
    fn house(&self) -> Result<House, Failure> {
        let house = House::open(self.path("house"))?;
        let file = self.path("house/signer.key");
        if !file.exists() {
            let key = SignerKey::from_seed("proofhouse.local/house", [255; 32]).unwrap();
            fs::write(file, format!("{}\n", key.to_secret().expose())).unwrap();
        }
        Ok(house)
    }

    fn told(&self, command: &Command) -> Result<Lines, Failure> {
        let clock = At(self.now);
        let house = || self.house();
        match command {
            Command::Case(case) => {
                let mut desk = Desk::open(&case.place, house()?, &clock)?;
                // What a log is called and how it is salted, the same each time that a story is told.
                let draws = Cell::new(0);
                let logs = fs::read_dir(desk.logs.join("cases")).map_or(0, Iterator::count);
                desk.draw = Box::new(move || {
                    draws.set(draws.get() + 1);
                    Ok([u8::try_from(logs * 16).unwrap() + draws.get(); 32])
                });
                desk.case(&case.what)
            }
            Command::Person(person) => Desk::open(&person.place, house()?, &clock)?.person(&person.what),
            Command::Verify(verify) => {
                let key = verify.key.as_ref().map(|file| fs::read_to_string(file).unwrap());
                let key = key.map(|text| text.trim_end().parse().unwrap());
                let told = crate::commands::verify::told(verify, key.as_ref())?;
                Ok(told.unwrap_or_else(|broken| vec![format!("does not hold: {broken}")]))
            }
            Command::Figures(figures) => Desk::open(&figures.place, house()?, &clock)?.figures(figures),
            _ => panic!("stories are told with case, person, figures and verify"),
        }
    }

    /// Whether `line` is a directive, which prints nothing.
    fn direct(&mut self, line: &str) -> bool {
        if let Some(time) = line.strip_prefix("@ ") {
            self.now = time.parse().unwrap();
        } else if let Some(person) = line.strip_prefix("key ") {
            self.keys += 1;
            let file = self.path(&format!("{person}.key"));
            keys::make(&person.split('-').next().unwrap().parse().unwrap(), [self.keys; 32], &file).unwrap();
        } else if let Some(name) = line.strip_prefix("as in ") {
            self.tell(&fs::read_to_string(folder().join(name).with_extension("txt")).unwrap());
        } else if let Some(change) = line.strip_prefix("change ") {
            let [name, from, to] = change.split(' ').collect::<Vec<_>>().try_into().unwrap();
            let text = fs::read_to_string(self.path(name)).unwrap();
            assert!(text.contains(from), "{name} has no {from}");
            fs::write(self.path(name), text.replacen(from, to, 1)).unwrap();
        } else if let Some(file) = line.strip_prefix("file ") {
            let (name, text) = file.split_once(' ').unwrap();
            fs::write(self.path(name), text).unwrap();
        } else {
            return line.is_empty() || line.starts_with('#');
        }
        true
    }

    /// Values that a story names before it can know them: `{key:NAME}` and `{id:NAME}`.
    fn filled(&self, line: &str) -> String {
        let mut line = line.to_owned();
        while let Some((before, rest)) = line.split_once("{key:") {
            let (name, after) = rest.split_once('}').unwrap();
            let held = keys::read(&self.path(&format!("{name}.key"))).unwrap();
            line = format!("{before}{}{after}", held.key.public().unwrap());
        }
        while let Some((before, rest)) = line.split_once("{id:") {
            let (name, after) = rest.split_once('}').unwrap();
            line = format!("{before}{}{after}", Digest::of(name.as_bytes()));
        }
        line
    }

    /// The story as it comes out now.
    fn tell(&mut self, story: &str) -> String {
        let mut told = String::new();
        for line in story.lines() {
            if let Some(words) = line.strip_prefix("$ ") {
                writeln!(told, "{line}").unwrap();
                for line in self.run(&self.filled(words)) {
                    writeln!(told, "  {line}").unwrap();
                }
            } else if self.direct(line) {
                writeln!(told, "{line}").unwrap();
            } else {
                // Printed when the story was last told.
                assert!(line.starts_with("  "), "{line:?} is nothing that a story says");
            }
        }
        told
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cases")
}

#[test]
fn every_story_comes_out_as_it_is_written() {
    #[expect(clippy::disallowed_methods, reason = "the one way to have stories written down anew")]
    let anew = std::env::var_os("TELL_STORIES").is_some();
    let mut differ = Vec::new();
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|kind| kind == "txt")) {
        let written = fs::read_to_string(file).unwrap();
        let told = Teller::new().tell(&written);
        if told == written {
            continue;
        }
        if anew {
            fs::write(file, told).unwrap();
        } else {
            let at = told.lines().zip(written.lines()).find(|(told, written)| told != written);
            differ.push(format!("{}: {at:?}", file.display()));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
    assert!(files.len() > 1);
}

/// Facts by measure, each with its amounts.
fn counted(teller: &Teller) -> BTreeMap<String, Vec<u32>> {
    let journal = Sqlite::open(&teller.path("house/docket.sqlite")).unwrap();
    let office = Office { journal: &journal, gate: &NoPolicies, clock: &At(teller.now) };
    let house = House::open(teller.path("house")).unwrap();
    let facts = flows::public::facts(&office, &house).unwrap();
    let again = flows::public::facts(&office, &house).unwrap();
    assert_eq!(facts, again, "the same record gives the same facts under the same keys");
    let keys: BTreeSet<_> = facts.iter().map(|(key, _)| key).collect();
    assert_eq!(keys.len(), facts.len(), "each under a key of its own");
    let mut counted: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for (_, fact) in facts {
        assert!(flows::public::MEASURES.contains(&fact.measure.to_string().as_str()), "{}", fact.measure);
        counted.entry(fact.measure.to_string()).or_default().push(fact.amount);
    }
    let cases: Vec<_> = office.cases().unwrap().iter().map(|id| office.case(id).unwrap()).collect();
    let figures = PublicFigures::of(cases.iter().map(docket::Record::state));
    let count = |measure: &str| counted.get(measure).map_or(0, |amounts| amounts.len() as u64);
    assert_eq!(count("inquiry/asked"), figures.inquiries);
    assert_eq!(count("review/days"), figures.reviews);
    let mut days: Vec<u64> =
        counted.get("review/days").into_iter().flatten().map(|day| u64::from(*day)).collect();
    days.sort_unstable();
    assert_eq!(days, figures.review_days);
    assert_eq!(count("safeguard/promised"), figures.safeguards_promised);
    assert_eq!(count("safeguard/delivered"), figures.safeguards_delivered);
    assert_eq!(count("safeguard/lapsed"), figures.safeguards_lapsed);
    // A determination that was reconsidered was made twice; one that is to come is not "none" yet.
    assert!(count("determination/covered") >= figures.determined_covered);
    assert!(count("determination/not-covered") >= figures.determined_not_covered);
    assert!(count("determination/none") <= figures.no_determination_made);
    counted
}

#[test]
fn the_facts_of_every_story_add_up_to_its_public_figures() {
    let mut measures = BTreeSet::new();
    for file in fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()) {
        if file.extension().is_none_or(|kind| kind != "txt") {
            continue;
        }
        let mut teller = Teller::new();
        teller.tell(&fs::read_to_string(&file).unwrap());
        let counted = counted(&teller);
        if file.ends_with("withdrawal-on-day-3.txt") {
            assert!(counted.keys().all(|measure| !measure.contains("withdraw")));
            assert_eq!(counted.get("review/days"), Some(&vec![2]), "a review like any other");
        }
        measures.extend(counted.into_keys());
    }
    // The stories are worth counting.
    assert_eq!(measures.len(), flows::public::MEASURES.len(), "{measures:?}");
}

/// Every case of the story's docket: each entry has the developer's receipt, which the house signed over its line.
fn receipts_of(teller: &Teller) -> usize {
    let house = House::open(teller.path("house")).unwrap();
    let (clock, signer) = (At(teller.now), house.signer().unwrap());
    let place = super::Place { docket: None, json: false };
    let desk = Desk::open(&place, House::open(teller.path("house")).unwrap(), &clock).unwrap();
    let mut count = 0;
    for case in desk.office().cases().unwrap() {
        for entry in desk.office().entries(&case).unwrap() {
            let file = house.receipts_path().join(format!("{case}/{:06}.txt", entry.version()));
            let text = fs::read(&file).unwrap();
            let note = ledger::Note::parse(&text).unwrap();
            let line = Digest::of(entry.line().unwrap().as_bytes());
            let told = note.verify(signer.verifier()).unwrap();
            assert!(told.contains(&format!("version {}\n", entry.version())), "{told}");
            assert!(told.ends_with(&format!("entry {line}\n")), "{told}");
            count += 1;
        }
    }
    count
}

#[test]
fn every_step_of_every_story_leaves_the_developer_a_receipt_of_it() {
    let mut count = 0;
    for file in fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()) {
        let mut teller = Teller::new();
        teller.tell(&fs::read_to_string(file).unwrap());
        count += receipts_of(&teller);
    }
    assert!(count > 200, "only {count} steps");
}
