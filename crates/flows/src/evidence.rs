//! The evidence package: a folder of files, an append-only log of what happened, and a signed checkpoint over it.
//!
//! Layout: `plan.json`, `manifest.json`, `signer.pub`, `log.jsonl`, `checkpoint`, `report.html`, `report.json`,
//! `run-N.eval`, and per run `runs/N/controls.json`, `runs/N/attempts/ITEM.jsonl`, `runs/N/submissions/ITEM`, for
//! weights `runs/N/model-probe-K.json` at each start K of the run and, for an endpoint, `runs/N/endpoint-start.json` and
//! `runs/N/endpoint-end.json`.
//!
//! Each line of `log.jsonl`, without its line end, is an entry of an RFC 6962 tree; `checkpoint` is a signed note
//! over the tree. Order of writing: a file, then the log's line that names it, then the checkpoint; each is on disk
//! before the next. What a crash cuts off is therefore never vouched for, and is done again. Behind the checkpoint come
//! proof files, which follow from log and checkpoint and stand in neither: `report.json.tlog-proof` and, where the
//! package belongs to a case, `case.tlog-proof`.

mod report_proof;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use ledger::{Checkpoint, Note, SignerKey, Tree, VerifierKey, leaf_hash, open_checkpoint, sign_checkpoint};
use range::agent::write_file;
use serde::{Deserialize, Serialize};
use types::{Clock, Digest, Hasher, ItemId, Outcome, RunNumber, Timestamp, json};

use report_proof::ends_with_a_view;

pub use report_proof::report_proof;

/// The format that the log's first line names.
pub const EVIDENCE_FORMAT: &str = "proofhouse-evidence-1";
/// The log's file.
pub const LOG: &str = "log.jsonl";
/// The checkpoint's file.
pub const CHECKPOINT: &str = "checkpoint";
/// Beside the log: the proof that the log's line which adds the report is in it, for somebody who has nothing else.
pub const REPORT_PROOF: &str = "report.json.tlog-proof";
/// Beside the log, where the package belongs to a case: the proof that the case's log names the package.
pub const CASE_PROOF: &str = "case.tlog-proof";
/// The verifier's key, as the signer gave it.
pub const SIGNER: &str = "signer.pub";
/// Held while a review writes; empty, stays, and is not part of the evidence. (Taking it away would let a writer that
/// waits for it and one that comes later hold two files of one name.)
pub const LOCK: &str = ".lock";
/// Log lines are short; a review has a few hundred.
const LOG_MAX_BYTES: u64 = 256 << 20;

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The line's number, from 0, without a gap.
    pub seq: u64,
    /// When it was written.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub record: Record,
}

/// What happens in a review.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case", deny_unknown_fields)]
pub enum Record {
    /// The review exists: its plan and the threshold's commitment are fixed from here on.
    ReviewOpened {
        /// The package's format.
        format: String,
        /// The program that writes it.
        proofhouse: String,
        /// Digest of `plan.json`.
        plan: Digest,
        /// The threshold's salted commitment.
        commitment: Digest,
    },
    /// A file belongs to the evidence as it is now. Views (the report, Inspect logs) are added again when they are
    /// drawn anew; nothing else ever is.
    FileAdded {
        /// Its path beneath the package's folder.
        path: String,
        /// Digest of its bytes.
        digest: Digest,
        /// Its size.
        size_bytes: u64,
    },
    /// A run starts.
    RunStarted {
        /// Its number.
        run: RunNumber,
        /// How limits are enforced, in words.
        limits: String,
    },
    /// A run goes on after the review was stopped.
    RunResumed {
        /// Its number.
        run: RunNumber,
        /// How limits are enforced from here on, in words.
        limits: String,
    },
    /// An attempt starts: written before its first prompt.
    AttemptStarted {
        /// The run.
        run: RunNumber,
        /// The item.
        item: ItemId,
    },
    /// An attempt ended.
    AttemptEnded {
        /// The run.
        run: RunNumber,
        /// The item.
        item: ItemId,
        /// Its outcome, as its transcript says.
        outcome: Outcome,
    },
    /// A run ended: every item of the plan has an outcome.
    RunEnded {
        /// Its number.
        run: RunNumber,
    },
}

/// Evidence that cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// The disk refused.
    #[error("{file} cannot be written; free some space or check its permissions, then run the same command again", file = .file.display())]
    Disk {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file cannot be read.
    #[error("{file} cannot be read; check that the package is whole", file = .file.display())]
    Unreadable {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is not what it was.
    #[error("{file}: {what}", file = .file.display())]
    Broken {
        /// Which file.
        file: PathBuf,
        /// What does not hold.
        what: String,
    },
    /// Another process writes.
    #[error("another review writes to {folder}; wait for it, or name another folder with --out", folder = .folder.display())]
    Busy {
        /// The folder.
        folder: PathBuf,
    },
}

/// The log as it stands on disk.
#[derive(Debug, Clone)]
pub struct Log {
    /// Its lines.
    pub lines: Vec<Line>,
    /// The tree over them.
    pub tree: Tree,
    /// Hashes of the lines.
    pub leaves: Vec<Digest>,
    /// Bytes of whole lines; more than these were cut off while being written.
    pub whole_bytes: u64,
}

/// An evidence package that is being written.
pub struct Evidence<'a> {
    folder: PathBuf,
    _lock: File,
    file: File,
    log: Log,
    signer: SignerKey,
    clock: &'a dyn Clock,
}

impl<'a> Evidence<'a> {
    /// Opens the package in `folder`, or starts one. What an interrupted writer left half done is taken away.
    ///
    /// # Errors
    /// [`EvidenceError`]; in particular when what is there is not what its checkpoint vouches for.
    pub fn open(folder: &Path, signer: SignerKey, clock: &'a dyn Clock) -> Result<Self, EvidenceError> {
        let disk = |file: &Path, source| EvidenceError::Disk { file: file.to_owned(), source };
        fs::create_dir_all(folder).map_err(|source| disk(folder, source))?;
        let lock_path = folder.join(LOCK);
        let lock = File::create(&lock_path).map_err(|source| disk(&lock_path, source))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(EvidenceError::Busy { folder: folder.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(disk(&lock_path, source)),
        }
        let path = folder.join(LOG);
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(&path)
            .map_err(|source| disk(&path, source))?;
        let log = read_lines(&file, &path)?;
        let signed = vouched(folder, &log, signer.verifier())?;
        if file.metadata().map_err(|source| disk(&path, source))?.len() > log.whole_bytes {
            file.set_len(log.whole_bytes).map_err(|source| disk(&path, source))?;
        }
        let evidence = Self { folder: folder.to_owned(), _lock: lock, file, log, signer, clock };
        if signed < evidence.log.tree.size() {
            // The writer was stopped between the log's last line and its signature.
            evidence.sign()?;
        } else if ends_with_a_view(&evidence.log) {
            // Or between that signature and the proof under it.
            evidence.prove(&evidence.checkpoint()?)?;
        }
        Ok(evidence)
    }

    /// The package's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The key that checks this package's signatures.
    #[must_use]
    pub fn signer(&self) -> &VerifierKey {
        self.signer.verifier()
    }

    /// The log so far.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Appends to the log, and signs.
    ///
    /// # Errors
    /// [`EvidenceError::Disk`]
    pub fn append(&mut self, record: Record) -> Result<(), EvidenceError> {
        let path = self.folder.join(LOG);
        let disk = |source| EvidenceError::Disk { file: path.clone(), source };
        let line = Line { seq: self.log.tree.size(), at: self.clock.now(), record };
        let mut text = json::line(&line).map_err(|error| disk(io::Error::other(error)))?;
        let leaf = leaf_hash(text.as_bytes());
        text.push('\n');
        self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data()).map_err(disk)?;
        self.log.tree.append(leaf);
        self.log.leaves.push(leaf);
        self.log.lines.push(line);
        self.sign()
    }

    fn sign(&self) -> Result<(), EvidenceError> {
        let file = self.folder.join(CHECKPOINT);
        let checkpoint = Checkpoint::new(self.log.origin(), self.log.tree.head(), Vec::new())
            .map_err(|error| EvidenceError::Broken { file: file.clone(), what: error.to_string() })?;
        let note = sign_checkpoint(&checkpoint, &self.signer);
        self.put(CHECKPOINT, note.as_bytes())?;
        if ends_with_a_view(&self.log) { self.prove(&note) } else { Ok(()) }
    }

    fn checkpoint(&self) -> Result<String, EvidenceError> {
        let file = self.folder.join(CHECKPOINT);
        fs::read_to_string(&file).map_err(|source| EvidenceError::Unreadable { file, source })
    }

    /// Writes the report's proof under the checkpoint `note`, unless it is there already.
    fn prove(&self, note: &str) -> Result<(), EvidenceError> {
        let Some(proof) = Note::parse(note.as_bytes()).ok().and_then(|note| report_proof(&self.log, note))
        else {
            return Ok(());
        };
        let proof = proof.to_string();
        if fs::read_to_string(self.folder.join(REPORT_PROOF)).is_ok_and(|found| found == proof) {
            return Ok(());
        }
        self.put(REPORT_PROOF, proof.as_bytes())
    }

    /// Writes a file whole or not at all, without a word in the log.
    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), EvidenceError> {
        let file = self.folder.join(path);
        write_file(&file, bytes).map_err(|error| match error {
            range::transcript::TranscriptError::Disk { file, source } => EvidenceError::Disk { file, source },
            broken @ range::transcript::TranscriptError::Broken { .. } => {
                EvidenceError::Broken { file, what: broken.to_string() }
            }
        })
    }

    /// Writes a file and adds it to the log.
    ///
    /// # Errors
    /// [`EvidenceError::Disk`]
    pub fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), EvidenceError> {
        self.put(path, bytes)?;
        self.add(path)
    }

    /// Adds a file that is on disk to the log, unless the log says just that already.
    ///
    /// # Errors
    /// [`EvidenceError`]
    pub fn add(&mut self, path: &str) -> Result<(), EvidenceError> {
        let (digest, size_bytes) = digest_of(&self.folder.join(path))?;
        if self.log.file(path).is_some_and(|(known, _)| known == digest) {
            return Ok(());
        }
        self.append(Record::FileAdded { path: path.to_owned(), digest, size_bytes })
    }
}

impl Log {
    /// Reads the log in `folder`.
    ///
    /// # Errors
    /// [`EvidenceError`]
    pub fn read(folder: &Path) -> Result<Self, EvidenceError> {
        let path = folder.join(LOG);
        let file =
            File::open(&path).map_err(|source| EvidenceError::Unreadable { file: path.clone(), source })?;
        read_lines(&file, &path)
    }

    /// The log's name: it follows from the plan.
    #[must_use]
    pub fn origin(&self) -> String {
        let plan = self.lines.first().and_then(|line| match &line.record {
            Record::ReviewOpened { plan, .. } => Some(plan.to_hex()),
            _ => None,
        });
        format!("proofhouse.local/review/{}", plan.unwrap_or_default().get(..16).unwrap_or("unopened"))
    }

    /// What names this package from its first line on: the root of the log when it had one line.
    #[must_use]
    pub fn package(&self) -> Option<Digest> {
        self.leaves.first().copied()
    }

    /// What the log last said of the file at `path`, and in which line.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<(Digest, u64)> {
        self.lines.iter().rev().find_map(|line| match &line.record {
            Record::FileAdded { path: added, digest, .. } if added == path => Some((*digest, line.seq)),
            _ => None,
        })
    }
}

/// The digest by which a case's record names a finished package: the root of its log.
///
/// # Errors
/// As [`Log::read`].
pub fn root(folder: &Path) -> Result<Digest, EvidenceError> {
    Ok(Log::read(folder)?.tree.root())
}

/// Digest and size of a file.
///
/// # Errors
/// [`EvidenceError::Unreadable`]
pub fn digest_of(file: &Path) -> Result<(Digest, u64), EvidenceError> {
    let unreadable = |source| EvidenceError::Unreadable { file: file.to_owned(), source };
    let mut reader = File::open(file).map_err(unreadable)?;
    let (mut hasher, mut size, mut buffer) = (Hasher::default(), 0, vec![0; 1 << 16]);
    loop {
        let read = reader.read(&mut buffer).map_err(unreadable)?;
        if read == 0 {
            return Ok((hasher.finish(), size));
        }
        hasher.update(&buffer[..read]);
        size += read as u64;
    }
}

fn read_lines(mut file: &File, path: &Path) -> Result<Log, EvidenceError> {
    let unreadable = |source| EvidenceError::Unreadable { file: path.to_owned(), source };
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    file.take(LOG_MAX_BYTES).read_to_end(&mut bytes).map_err(unreadable)?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let mut log =
        Log { lines: Vec::new(), tree: Tree::default(), leaves: Vec::new(), whole_bytes: whole as u64 };
    for text in bytes[..whole].split_inclusive(|byte| *byte == b'\n') {
        let text = &text[..text.len() - 1];
        let number = log.tree.size();
        let broken = |what: &str| EvidenceError::Broken {
            file: path.to_owned(),
            what: format!("line {} {what}", number + 1),
        };
        let line: Line = serde_json::from_slice(text).map_err(|_| broken("is not a record"))?;
        if line.seq != number {
            return Err(broken("is not the one that belongs there"));
        }
        let leaf = leaf_hash(text);
        log.tree.append(leaf);
        log.leaves.push(leaf);
        log.lines.push(line);
    }
    Ok(log)
}

/// Checks that everything that was signed is still there, before anything is added to it, and says how many lines
/// that is.
fn vouched(folder: &Path, log: &Log, key: &VerifierKey) -> Result<u64, EvidenceError> {
    let file = folder.join(CHECKPOINT);
    let broken = |what: &str| EvidenceError::Broken { file: file.clone(), what: what.to_owned() };
    let note = match fs::read(&file) {
        Ok(note) => note,
        Err(error) if error.kind() == io::ErrorKind::NotFound && log.lines.len() <= 1 => return Ok(0),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(broken("is missing, but the log is not"));
        }
        Err(source) => return Err(EvidenceError::Unreadable { file, source }),
    };
    let checkpoint = open_checkpoint(&note, key)
        .map_err(|_| broken("was not signed with this house's key; use the house that started the review"))?;
    let mut signed = Tree::default();
    for leaf in log.leaves.iter().take(usize::try_from(checkpoint.head().size).unwrap_or(usize::MAX)) {
        signed.append(*leaf);
    }
    if signed.head() == checkpoint.head() {
        Ok(signed.size())
    } else {
        Err(broken("vouches for another log than the one that is there"))
    }
}
