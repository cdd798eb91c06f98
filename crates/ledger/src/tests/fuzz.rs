//! Every parser is given thousands of inputs that nearly are what it reads: the files of `corpus/`, changed by a
//! generator that is the same each time. Nothing may panic; what is read is written back byte for byte; and nothing
//! that a key vouched for is believed in any other form. An input that ever broke something is put into the corpus.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use types::{Digest, Secret};

use super::signer;
use crate::private::{self, CaseLogSecret};
use crate::public::{DeveloperTag, Fact, Measure, Opening};
use crate::tiles::{CHECKPOINT, Edge, LogReader, MapSource, TileId, split_bundle};
use crate::witness::AddCheckpoint;
use crate::{
    Checkpoint, Cosigner, CosignerKey, LogKeys, Note, TlogProof, TreeHead, VerifierKey, inclusion_proof,
    root_of, sign_checkpoint, sign_rotation,
};

const NAME: &str = "log.example";
const ORIGIN: &str = "log.example/case/0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b";
/// Changed inputs made of each file of the corpus.
const INPUTS: u64 = 1_500;
/// Tiles are held against a whole log each time: fewer of them.
const TILES: u64 = 150;
/// What mutations put in: what parsers stumble over.
const TOKENS: [&str; 14] = [
    "\n",
    "\n\n",
    "\u{2014} ",
    "0",
    "-1",
    "+1",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "=",
    "\r\n",
    "\u{0}",
    "extra AAAA\n",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// What this version writes, by file name.
fn written() -> BTreeMap<&'static str, Vec<u8>> {
    let secret = CaseLogSecret::from_draws([11; 32], [12; 32]);
    let openings: Vec<_> = (0..7).map(|index| secret.opening(index, &format!("entry {index}\n"))).collect();
    let leaves: Vec<_> = openings.iter().map(private::Opening::leaf).collect();
    let head = TreeHead { size: 7, root: root_of(&leaves) };
    let checkpoint = Checkpoint::new(ORIGIN.to_owned(), head, vec!["an extension".to_owned()]).unwrap();
    let note = Note::parse(sign_checkpoint(&checkpoint, &signer(NAME, 6)).as_bytes()).unwrap();
    let witness = Cosigner::from_seed("witness.example", [8; 32]).unwrap();
    let at = types::Timestamp::from_unix_millis(1_800_000_000_000).unwrap();
    let cosigned = note.clone().with_signature(witness.cosign(note.unverified_text(), at)).unwrap();
    let hashes = inclusion_proof(&leaves, 3, 7).unwrap();
    let proof = TlogProof::new(3, hashes, cosigned.clone());
    let request = AddCheckpoint { older: 2, proof: leaves[..3].to_vec(), checkpoint: note.clone() };
    let rotation = sign_rotation(ORIGIN, 7, &signer(NAME, 6), &signer(NAME, 7)).unwrap();
    let fact = Fact {
        developer: DeveloperTag([3; 16]),
        measure: Measure::new("outcome/covered").unwrap(),
        amount: 1,
    };
    let (_, log) = tiles();
    let tile = |name: &str| log.0[name].clone();
    BTreeMap::from([
        ("checkpoint", cosigned.to_string().into_bytes()),
        ("checkpoint-text", checkpoint.text().into_bytes()),
        ("tlog-proof", proof.to_string().into_bytes()),
        ("opened.tlog-proof", proof.with_extra(openings[3].text().into_bytes()).to_string().into_bytes()),
        ("add-checkpoint", request.to_string().into_bytes()),
        ("rotation", rotation.to_string().into_bytes()),
        ("private-opening", openings[3].text().into_bytes()),
        ("private-secret", secret.to_secret().expose().to_owned().into_bytes()),
        ("public-opening", Opening::new(Some(fact), [4; 32]).to_secret().expose().to_owned().into_bytes()),
        ("verifier-key", signer(NAME, 6).verifier().to_string().into_bytes()),
        ("witness-key", witness.verifier().to_string().into_bytes()),
        ("tile-name", b"tile/entries/x001/x234/067.p/8".to_vec()),
        ("tile", tile("tile/0/001.p/44")),
        ("bundle", tile("tile/entries/001.p/44")),
    ])
}

/// A log of 300 entries and its head.
fn tiles() -> (TreeHead, MapSource) {
    let mut edge = Edge::default();
    let entries: Vec<_> = (0..300_u64).map(|index| index.to_be_bytes()).collect();
    let grown = edge.extend(entries.iter().map(AsRef::as_ref));
    let files = grown.into_iter().map(|(id, bytes)| (id.to_string(), bytes));
    (edge.head(), MapSource(files.chain([(CHECKPOINT.to_owned(), Vec::new())]).collect()))
}

fn corpus() -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap());
    files.map(|file| (file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap())).collect()
}

#[test]
fn the_corpus_holds_what_this_version_writes() {
    let corpus = corpus();
    for (name, bytes) in written() {
        assert_eq!(corpus.get(name), Some(&bytes), "corpus/{name}");
    }
}

/// xorshift64*: the same numbers each time.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap() % limit.max(1)
    }

    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let from = self.below(length);
        from..(from + 1 + self.below(40)).min(length)
    }

    /// `bytes`, changed at one to four places.
    fn changed(&mut self, bytes: &[u8], corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len());
            let range = self.range(bytes.len());
            match self.below(8) {
                0 if !bytes.is_empty() => bytes[at] ^= 1 << self.below(8),
                1 if !bytes.is_empty() => bytes[at] = self.next().to_le_bytes()[0],
                2 => drop(bytes.drain(range)),
                3 => {
                    let copied = bytes[range].to_vec();
                    drop(bytes.splice(at..at, copied));
                }
                4 => drop(bytes.splice(at..at, TOKENS[self.below(TOKENS.len())].bytes())),
                5 => bytes.truncate(at),
                6 => {
                    let other = &corpus[self.below(corpus.len())];
                    let tail = other[self.below(other.len())..].to_vec();
                    bytes.truncate(at);
                    bytes.extend(tail);
                }
                _ => bytes = self.lines_swapped(&bytes),
            }
        }
        bytes
    }

    fn lines_swapped(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut lines: Vec<_> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        if !lines.is_empty() {
            let (one, other) = (self.below(lines.len()), self.below(lines.len()));
            lines.swap(one, other);
        }
        lines.concat()
    }
}

/// What is true of everything that is read, and how often something was.
#[derive(Default)]
struct Seen {
    parsed: BTreeMap<&'static str, u64>,
    believed: u64,
}

impl Seen {
    fn same(&mut self, parser: &'static str, bytes: &[u8], again: Option<Vec<u8>>) {
        if let Some(again) = again {
            assert_eq!(again, bytes, "{parser} wrote another text than it read");
            *self.parsed.entry(parser).or_default() += 1;
        }
    }

    fn try_all(&mut self, bytes: &[u8], known: &Known) {
        let note = Note::parse(bytes).ok();
        self.same("note", bytes, note.as_ref().map(|note| note.to_string().into_bytes()));
        if let Some(note) = &note {
            self.notes(note, known);
        }
        let proof = TlogProof::parse(bytes).ok();
        self.same("proof", bytes, proof.as_ref().map(|proof| proof.to_string().into_bytes()));
        if let Some(proof) = &proof {
            self.proofs(proof, known);
        }
        let request = AddCheckpoint::parse(bytes).ok();
        self.same("request", bytes, request.map(|request| request.to_string().into_bytes()));
        let opening = private::Opening::parse(bytes).ok();
        self.same("private opening", bytes, opening.map(|opening| opening.text().into_bytes()));
        let bundle = split_bundle(bytes).ok().map(|entries| {
            let entry = |entry: &&[u8]| [&(entry.len() as u16).to_be_bytes()[..], entry].concat();
            entries.iter().flat_map(entry).collect()
        });
        self.same("bundle", bytes, bundle);
        if let Ok(text) = std::str::from_utf8(bytes) {
            self.texts(text);
        }
    }

    fn texts(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let secret = || Secret::new(text.to_owned());
        let checkpoint = Checkpoint::parse(text).ok();
        self.same("checkpoint", bytes, checkpoint.map(|it| it.text().into_bytes()));
        let tile = text.parse::<TileId>().ok();
        self.same("tile name", bytes, tile.map(|it| it.to_string().into_bytes()));
        let key = text.parse::<VerifierKey>().ok();
        self.same("verifier key", bytes, key.map(|it| it.to_string().into_bytes()));
        let key = text.parse::<CosignerKey>().ok();
        self.same("witness key", bytes, key.map(|it| it.to_string().into_bytes()));
        let kept = CaseLogSecret::parse(&secret());
        self.same("private secret", bytes, kept.map(|it| it.to_secret().expose().as_bytes().to_vec()));
        let opening = Opening::parse(&secret()).ok();
        self.same("public opening", bytes, opening.map(|it| it.to_secret().expose().as_bytes().to_vec()));
    }

    fn notes(&mut self, note: &Note, known: &Known) {
        if let Ok(text) = note.verify(signer(NAME, 6).verifier()) {
            assert!(known.texts.contains(text), "a text that nobody signed is believed:\n{text}");
            self.believed += 1;
        }
        let witness = Cosigner::from_seed("witness.example", [8; 32]).unwrap();
        if witness.verifier().verify(note).is_ok() {
            assert!(known.texts.contains(note.unverified_text()), "a text that nobody cosigned is believed");
        }
        let mut keys = LogKeys::new(ORIGIN, signer(NAME, 6).verifier().clone());
        if keys.follow(note).is_ok() {
            assert!(
                known.texts.contains(note.unverified_text()),
                "a rotation that nobody signed is followed"
            );
        }
    }

    fn proofs(&mut self, proof: &TlogProof, known: &Known) {
        let key = signer(NAME, 6);
        if proof.verify(&known.leaf, key.verifier()).is_ok() {
            assert_eq!(proof.index(), 3, "another index is believed");
            self.believed += 1;
        }
        if let Ok(opened) = private::open_proof(proof, Some(key.verifier())) {
            assert_eq!((opened.opening.said(), opened.index), ("entry 3\n", 3), "a lie is believed");
            self.believed += 1;
        }
    }
}

/// What was signed.
struct Known {
    texts: BTreeSet<String>,
    leaf: Digest,
}

#[test]
fn nothing_that_was_changed_makes_a_parser_panic_write_otherwise_or_believe() {
    let corpus = corpus();
    let files: Vec<_> = corpus.values().cloned().collect();
    let notes = ["checkpoint", "rotation"].map(|name| Note::parse(&corpus[name]).unwrap());
    let known = Known {
        texts: notes.iter().map(|note| note.unverified_text().to_owned()).collect(),
        leaf: CaseLogSecret::from_draws([11; 32], [12; 32]).opening(3, "entry 3\n").leaf(),
    };
    let mut seen = Seen::default();
    files.iter().for_each(|bytes| seen.try_all(bytes, &known));
    assert!(seen.parsed.len() == 11 && seen.believed >= 4, "the corpus itself is read and believed");
    let mut draws = Draws(0x5EED);
    for bytes in files.iter().flat_map(|bytes| (0..INPUTS).map(move |_| bytes)) {
        seen.try_all(&draws.changed(bytes, &files), &known);
    }
    for (parser, count) in &seen.parsed {
        assert!(*count > 20, "only {count} changed inputs were still read by the parser of a {parser}");
    }
    assert!(seen.believed > 20, "changes outside of what is signed leave some believed");
}

#[test]
fn no_tile_or_bundle_that_was_changed_is_taken_for_the_log_s() {
    let (head, log) = tiles();
    let audit = |log: &MapSource| LogReader::open(log, head).and_then(|mut reader| reader.audit(0));
    assert_eq!(audit(&log), Ok(300));
    let (mut draws, files) = (Draws(0x711E), corpus().into_values().collect::<Vec<_>>());
    for (name, whole) in log.0.iter().filter(|(name, _)| name.starts_with("tile/")) {
        for _ in 0..TILES {
            let changed = draws.changed(whole, &files);
            if changed == *whole {
                continue;
            }
            let mut forged = log.clone();
            forged.0.insert(name.clone(), changed);
            assert!(audit(&forged).is_err(), "{name}");
        }
    }
}
