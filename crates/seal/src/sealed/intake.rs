//! Taking an artefact in, part by part: from a folder here, or from whoever sends parts.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use types::Hasher;

use super::cobblestone::{seal_message, sealed_bytes};
use super::error::{IntakeError, OpenError};
use super::index::{Index, PartSize, Plan, PlannedFile, SealedFile, part_name};
use super::open::{MAX_LIST_BYTES, Whereabouts, list, part_key, read_part, whereabouts};
use super::pass::{Buffers, ReadPart, seal_part};
use super::place::{Content, DataKey, Place};
use super::store::{Parts, StoreError};
use crate::hash::workers;
use crate::source::{Listed, Source};
use crate::take::{SealError, first_change};

const PLAN: &str = "plan";
const INDEX: &str = "index";
/// What the lists and the file system's own records may take beside the parts.
const SPARE_BYTES: u64 = 1 << 20;

/// The address of a part within its artefact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartId {
    /// Number of the file, in code point order of the paths.
    pub file: u32,
    /// Number of the part within it.
    pub part: u32,
}

/// An intake that was begun and may have been continued any number of times.
pub struct Intake<'a> {
    place: Place,
    key: DataKey,
    parts: &'a dyn Parts,
    plan: Plan,
    have: Mutex<BTreeSet<PartId>>,
}

/// Where the bytes of parts that are not there yet come from.
trait Origin: Sync {
    fn read(&self, file: usize, buffer: &mut [u8], at: u64) -> Result<(), IntakeError>;
}

impl<'a> Intake<'a> {
    /// Begins an intake of files with these paths and sizes, or continues it. Nothing is written unless all of it fits.
    ///
    /// # Errors
    /// Any [`IntakeError`].
    pub fn begin(
        place: Place,
        key: DataKey,
        parts: &'a dyn Parts,
        name: String,
        part_size: PartSize,
        files: Vec<(String, u64)>,
    ) -> Result<Self, IntakeError> {
        let planned = |(path, size_bytes)| PlannedFile { path, size_bytes, stamp: String::new() };
        let files = files.into_iter().map(planned).collect();
        Self::begin_plan(place, key, parts, Plan { name, part_bytes: part_size, files })
    }

    fn begin_plan(place: Place, key: DataKey, parts: &'a dyn Parts, plan: Plan) -> Result<Self, IntakeError> {
        let entries = plan.files.iter().map(|file| crate::FileEntry {
            path: file.path.clone(),
            size_bytes: file.size_bytes,
            sha256: types::Digest::of(b""),
        });
        // The same rules for names and their order as for a manifest.
        crate::Manifest::new(plan.name.clone(), entries.collect())
            .map_err(|error| IntakeError::OtherFiles(error.to_string()))?;
        parts.settle()?;
        if list(&place, &key, parts, Content::Index, INDEX).map_err(begun_otherwise)?.is_some() {
            // Killed between its last two effects.
            parts.remove(PLAN)?;
            return Err(IntakeError::Finished);
        }
        let begun = list(&place, &key, parts, Content::Plan, PLAN).map_err(begun_otherwise)?;
        if let Some(text) = &begun {
            let begun: Plan = serde_json::from_slice(text).map_err(|_| IntakeError::OtherKey)?;
            if begun != plan {
                return Err(IntakeError::OtherFiles(first_difference(&begun, &plan)));
            }
        }
        let have = existing(parts, &plan)?;
        let intake = Self { place, key, parts, plan, have: Mutex::new(have) };
        let needed = intake.all().filter(|here| !intake.has(here)).map(|here| sealed_bytes(here.size_bytes));
        let needed = needed.fold(SPARE_BYTES, u64::saturating_add);
        let free = parts.free_bytes()?;
        if needed > free {
            return Err(IntakeError::NoSpace { needed, free });
        }
        if begun.is_none() {
            intake.write_list(Content::Plan, PLAN, &intake.plan)?;
        }
        Ok(intake)
    }

    fn all(&self) -> impl Iterator<Item = Whereabouts<'_>> {
        (0..).zip(&self.plan.files).flat_map(|(file, planned)| self.of_file(file, planned))
    }

    fn of_file<'b>(
        &self,
        file: u32,
        planned: &'b PlannedFile,
    ) -> impl Iterator<Item = Whereabouts<'b>> + use<'b> {
        whereabouts(file, &planned.path, planned.size_bytes, self.plan.part_bytes)
    }

    fn has(&self, here: &Whereabouts<'_>) -> bool {
        let have = self.have.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        have.contains(&PartId { file: here.file, part: here.part })
    }

    fn note(&self, here: &Whereabouts<'_>) {
        let mut have = self.have.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        have.insert(PartId { file: here.file, part: here.part });
    }

    /// The parts that are still to come.
    #[must_use]
    pub fn missing(&self) -> Vec<PartId> {
        let missing = self.all().filter(|here| !self.has(here));
        missing.map(|here| PartId { file: here.file, part: here.part }).collect()
    }

    /// Takes one part in. Sending a part again is no error: it replaces the one that is there.
    ///
    /// # Errors
    /// [`IntakeError::NoSuchPart`], [`IntakeError::WrongLength`] and [`IntakeError::WrongHash`]: then nothing was kept.
    pub fn receive(&self, id: PartId, blake3: [u8; 32], from: &mut dyn Read) -> Result<(), IntakeError> {
        let no_such = || IntakeError::NoSuchPart { file: id.file, part: id.part };
        let planned = self.plan.files.get(id.file as usize).ok_or_else(no_such)?;
        let here = self.of_file(id.file, planned).nth(id.part as usize).ok_or_else(no_such)?;
        let length = || IntakeError::WrongLength { path: planned.path.clone(), part: id.part };
        let end = here.size_bytes;
        let mut whole = Hasher::default();
        let mut read = |buffer: &mut [u8], at: u64| {
            from.read_exact(buffer).map_err(|_| length())?;
            // Before the part is committed: one byte more than planned is as wrong as one less.
            let over = at + buffer.len() as u64 == end && from.read(&mut [0]).map_err(|_| length())? > 0;
            if over { Err(length()) } else { Ok(()) }
        };
        if end == 0 {
            read(&mut [], 0)?;
        }
        self.seal(here, &mut read, &mut whole, &mut Buffers::new(), Some(blake3))?;
        Ok(())
    }

    /// Encrypts one part; keeps it only if its digest is the one that was announced.
    fn seal(
        &self,
        here: Whereabouts<'_>,
        read: &mut ReadPart<'_>,
        whole: &mut Hasher,
        buffers: &mut Buffers,
        announced: Option<[u8; 32]>,
    ) -> Result<(blake3::Hash, String), IntakeError> {
        let content = Content::Part { file: here.file, path: here.path, part: here.part };
        let message = self.place.message(&self.key, content).ok_or(IntakeError::Cipher)?;
        let mut sink = self.parts.create(&part_name(here.file, here.part))?;
        let digest = seal_part(&message, here.size_bytes, read, whole, &mut *sink, buffers)?;
        if announced.is_some_and(|announced| digest != announced) {
            return Err(IntakeError::WrongHash { path: here.path.to_owned(), part: here.part });
        }
        sink.commit()?;
        self.note(&here);
        Ok((digest, message.commitment()))
    }

    /// Reads every part back, computes the files' digests, and writes the index. After this the artefact can be opened.
    ///
    /// # Errors
    /// [`IntakeError::Incomplete`] while parts are missing; a part that does not open any more counts as missing from
    /// then on.
    pub fn finish(self) -> Result<Index, IntakeError> {
        let missing = self.missing().len();
        if missing > 0 {
            return Err(IntakeError::Incomplete(missing));
        }
        let index = self.run(None, &|_| ())?;
        self.close(&index)?;
        Ok(index)
    }

    /// Every file once, several at a time, then the index.
    fn run(&self, origin: Option<&dyn Origin>, done: &(dyn Fn(u64) + Sync)) -> Result<Index, IntakeError> {
        let mut order: Vec<usize> = (0..self.plan.files.len()).collect();
        order.sort_by_key(|&file| std::cmp::Reverse(self.plan.files[file].size_bytes));
        let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
        let (sender, results) = mpsc::channel();
        thread::scope(|scope| {
            for _ in 0..workers(order.len()) {
                let (sender, next, stop, order) = (sender.clone(), &next, &stop, &order);
                scope.spawn(move || {
                    let mut buffers = Buffers::new();
                    while let Some(&file) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let sealed = self.file(file, origin, done, stop, &mut buffers);
                        let failed = sealed.is_err();
                        // The receiver outlives the workers.
                        let _ = sender.send((file, sealed));
                        if failed {
                            stop.store(true, Ordering::Relaxed);
                            return;
                        }
                    }
                });
            }
        });
        drop(sender);
        let mut files = Vec::with_capacity(order.len());
        for (file, sealed) in results {
            if let Some(sealed) = sealed? {
                files.push((file, sealed));
            }
        }
        files.sort_by_key(|(file, _)| *file);
        let files = files.into_iter().map(|(_, sealed)| sealed).collect();
        Ok(Index::new(self.plan.name.clone(), self.plan.part_bytes, files))
    }

    /// One file: parts that are there are read back, the others are encrypted. `None` when another worker failed.
    fn file(
        &self,
        file: usize,
        origin: Option<&dyn Origin>,
        done: &(dyn Fn(u64) + Sync),
        stop: &AtomicBool,
        buffers: &mut Buffers,
    ) -> Result<Option<SealedFile>, IntakeError> {
        let planned = &self.plan.files[file];
        let number = u32::try_from(file).map_err(|_| IntakeError::TooLarge)?;
        let mut whole = Hasher::default();
        let (mut parts_blake3, mut parts_commitment) = (Vec::new(), Vec::new());
        for here in self.of_file(number, planned) {
            if stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let start = u64::from(here.part) * self.plan.part_bytes.bytes();
            // A clone of the state before this part: a part that turns out bad half-way is begun again from there.
            let (digest, commitment) = match self.has(&here).then(|| self.read_back(here, &whole)) {
                Some(Ok((digest, commitment, state))) => {
                    whole = state;
                    (digest, commitment)
                }
                Some(Err(OpenError::Store(error))) => return Err(error.into()),
                None | Some(Err(_)) => {
                    let Some(origin) = origin else {
                        self.parts.remove(&part_name(here.file, here.part))?;
                        return Err(IntakeError::Incomplete(1));
                    };
                    let mut read = |buffer: &mut [u8], at| origin.read(file, buffer, start + at);
                    self.seal(here, &mut read, &mut whole, buffers, None)?
                }
            };
            parts_blake3.push(digest.to_hex().to_string());
            parts_commitment.push(commitment);
            done(here.size_bytes);
        }
        let (path, size_bytes) = (planned.path.clone(), planned.size_bytes);
        Ok(Some(SealedFile { path, size_bytes, sha256: whole.finish(), parts_blake3, parts_commitment }))
    }

    fn read_back(
        &self,
        here: Whereabouts<'_>,
        before: &Hasher,
    ) -> Result<(blake3::Hash, String, Hasher), OpenError> {
        let key = part_key(&self.place, &self.key, self.parts, here)?;
        let (mut whole, mut digest) = (before.clone(), blake3::Hasher::new());
        read_part(self.parts, &key, here, &mut |bytes| {
            whole.update(bytes);
            digest.update(bytes);
        })?;
        Ok((digest.finalize(), key.commitment(), whole))
    }

    fn write_list(
        &self,
        content: Content<'_>,
        name: &str,
        value: &impl serde::Serialize,
    ) -> Result<(), IntakeError> {
        let text = serde_json::to_vec(value).map_err(|_| IntakeError::TooLarge)?;
        if sealed_bytes(text.len() as u64) > MAX_LIST_BYTES {
            return Err(IntakeError::TooLarge);
        }
        let message = self.place.message(&self.key, content).ok_or(IntakeError::Cipher)?;
        let sealed = seal_message(&message, &text).ok_or(IntakeError::Cipher)?;
        let mut sink = self.parts.create(name)?;
        sink.write(&sealed)?;
        sink.commit()?;
        self.parts.settle()?;
        Ok(())
    }

    /// The index last: once it is there, everything else is.
    fn close(&self, index: &Index) -> Result<(), IntakeError> {
        self.parts.settle()?;
        self.write_list(Content::Index, INDEX, index)?;
        Ok(self.parts.remove(PLAN)?)
    }
}

struct FromDisk<'a> {
    source: &'a Source,
    files: Vec<(std::fs::File, &'a Listed)>,
}

impl Origin for FromDisk<'_> {
    fn read(&self, file: usize, buffer: &mut [u8], at: u64) -> Result<(), IntakeError> {
        let (file, listed) = &self.files[file];
        let mut done = 0;
        while done < buffer.len() {
            done += self.source.read_listed(file, listed, &mut buffer[done..], at + done as u64)?;
        }
        Ok(())
    }
}

/// Takes in the file or folder at `path`: each byte is read once, hashed twice, encrypted and written. The same call
/// again continues where a killed one stopped. `progress` is told the bytes done and the bytes in all.
///
/// # Errors
/// Any [`IntakeError`].
pub fn take_sealed(
    path: &Path,
    place: Place,
    key: DataKey,
    parts: &dyn Parts,
    part_size: PartSize,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Index, IntakeError> {
    let source = Source::open(path)?;
    let listed = source.list_without(&[])?;
    let planned = |file: &Listed| PlannedFile {
        path: file.path.clone(),
        size_bytes: file.stamp.size_bytes,
        stamp: format!("{:?}", file.stamp),
    };
    let plan =
        Plan { name: source.name()?, part_bytes: part_size, files: listed.iter().map(planned).collect() };
    let total = listed.iter().fold(0, |sum: u64, file| sum.saturating_add(file.stamp.size_bytes));
    let intake = Intake::begin_plan(place, key, parts, plan)?;
    let files = listed.iter().map(|file| Ok((source.open_listed(file)?, file)));
    let disk = FromDisk { source: &source, files: files.collect::<Result<_, SealError>>()? };
    progress(0, total);
    let done = AtomicU64::new(0);
    let index = intake
        .run(Some(&disk), &|bytes| progress(done.fetch_add(bytes, Ordering::Relaxed) + bytes, total))?;
    for (file, listed) in &disk.files {
        source.expect_end(file, listed)?;
    }
    if let Some(changed) = first_change(&listed, &Source::open(path)?.list_without(&[])?) {
        return Err(SealError::Changed { path: source.full(changed) }.into());
    }
    intake.close(&index)?;
    Ok(index)
}

/// The parts that are there whole. What has another name or size is none and is removed: nothing is left to lie about.
fn existing(parts: &dyn Parts, plan: &Plan) -> Result<BTreeSet<PartId>, StoreError> {
    let mut have = BTreeSet::new();
    for (name, size) in parts.list()? {
        if name == PLAN {
            continue;
        }
        let id = name
            .split_once('-')
            .and_then(|(file, part)| Some(PartId { file: file.parse().ok()?, part: part.parse().ok()? }));
        let fits = id.filter(|id| part_name(id.file, id.part) == name).filter(|id| {
            let planned = plan.files.get(id.file as usize);
            let here = planned.and_then(|planned| {
                whereabouts(id.file, &planned.path, planned.size_bytes, plan.part_bytes).nth(id.part as usize)
            });
            here.is_some_and(|here| sealed_bytes(here.size_bytes) == size)
        });
        match fits {
            Some(id) => drop(have.insert(id)),
            None => parts.remove(&name)?,
        }
    }
    Ok(have)
}

fn begun_otherwise(error: OpenError) -> IntakeError {
    match error {
        OpenError::Store(error) => error.into(),
        _ => IntakeError::OtherKey,
    }
}

fn first_difference(begun: &Plan, now: &Plan) -> String {
    let pairs = begun.files.iter().zip(&now.files).find(|(begun, now)| begun != now);
    match pairs {
        Some((begun, now)) => begun.path.clone().min(now.path.clone()),
        None if begun.files.len() == now.files.len() => "the name or the part size".to_owned(),
        None => "the number of files".to_owned(),
    }
}
