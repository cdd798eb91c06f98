//! Hashing listed files, or ranges of them, several at a time, with flat memory.

use std::fs::File;
use std::io;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, SyncSender};
use std::thread;

use types::{Digest, Hasher};

use crate::manifest::FileEntry;
use crate::source::{Listed, Source};
use crate::take::SealError;

/// Stays in a core's own cache between reading and hashing; system calls cost little beside hashing it.
pub(crate) const BUFFER_BYTES: usize = 128 << 10;
/// Each worker holds one buffer; more workers than this outrun any disk.
const MAX_WORKERS: usize = 16;
/// Events wait here for the caller's progress display; a slow display slows the reading instead of filling memory.
const MAX_WAITING_EVENTS: usize = 64;
/// Bytes between two reports of progress.
const REPORT_BYTES: u64 = 1 << 20;

/// What the digests are made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Sha256,
    Blake3,
}

/// A range of a listed file whose digest is wanted.
pub(crate) struct Job<'a> {
    pub(crate) file: &'a Listed,
    pub(crate) bytes: Range<u64>,
}

impl<'a> Job<'a> {
    /// All of a file.
    pub(crate) fn whole(file: &'a Listed) -> Self {
        Self { file, bytes: 0..file.stamp.size_bytes }
    }

    fn size_bytes(&self) -> u64 {
        self.bytes.end - self.bytes.start
    }
}

/// What a worker tells the caller's thread.
enum Event {
    Read(u64),
    Hashed(usize, Result<Digest, SealError>),
}

/// The number of workers that use every core, but never more than there are `jobs`.
pub(crate) fn workers(jobs: usize) -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get).min(MAX_WORKERS).min(jobs)
}

/// The entries of all `listed` files in the same order. `progress` is told the bytes done and the bytes in all.
pub(crate) fn hash_all(
    source: &Source,
    listed: &[Listed],
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Vec<FileEntry>, SealError> {
    let jobs: Vec<_> = listed.iter().map(Job::whole).collect();
    let digests = hash_ranges(source, &jobs, Algorithm::Sha256, progress)?;
    let entry = |(file, sha256): (&Listed, Digest)| FileEntry {
        path: file.path.clone(),
        size_bytes: file.stamp.size_bytes,
        sha256,
    };
    Ok(listed.iter().zip(digests).map(entry).collect())
}

/// The digests of all `jobs` in the same order.
pub(crate) fn hash_ranges(
    source: &Source,
    jobs: &[Job<'_>],
    algorithm: Algorithm,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Vec<Digest>, SealError> {
    // Sparse files can claim more than fits.
    let bytes_total = jobs.iter().fold(0, |sum: u64, job| sum.saturating_add(job.size_bytes()));
    progress(0, bytes_total);
    // Long ones first: a long one that is begun last keeps one core busy while the others wait.
    let mut order: Vec<_> = (0..jobs.len()).collect();
    order.sort_by_key(|&job| std::cmp::Reverse(jobs[job].size_bytes()));
    let (next, order) = (AtomicUsize::new(0), order.as_slice());
    let (sender, events) = mpsc::sync_channel(MAX_WAITING_EVENTS);
    let mut digests = thread::scope(|scope| {
        for _ in 0..workers(jobs.len()) {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || work(source, jobs, order, algorithm, next, &sender));
        }
        drop(sender);
        let mut bytes_done = 0;
        let mut digests = Vec::with_capacity(jobs.len());
        // Leaving this loop drops the receiver, which stops the workers.
        for event in events {
            match event {
                Event::Read(bytes) => {
                    bytes_done += bytes;
                    progress(bytes_done, bytes_total);
                }
                Event::Hashed(job, digest) => digests.push((job, digest?)),
            }
        }
        Ok(digests)
    })?;
    digests.sort_unstable_by_key(|(job, _)| *job);
    Ok(digests.into_iter().map(|(_, digest)| digest).collect())
}

fn work(
    source: &Source,
    jobs: &[Job<'_>],
    order: &[usize],
    algorithm: Algorithm,
    next: &AtomicUsize,
    events: &SyncSender<Event>,
) {
    let mut buffer = vec![0; BUFFER_BYTES];
    while let Some(&job) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
        let Some(digest) = hash(source, &jobs[job], algorithm, &mut buffer, events).transpose() else {
            return;
        };
        if events.send(Event::Hashed(job, digest)).is_err() {
            return;
        }
    }
}

/// The digest of one range; `None` when nobody waits for it any more.
fn hash(
    source: &Source,
    job: &Job<'_>,
    algorithm: Algorithm,
    buffer: &mut [u8],
    events: &SyncSender<Event>,
) -> Result<Option<Digest>, SealError> {
    let file = source.open_listed(job.file)?;
    let mut digest = Running::new(algorithm);
    let (mut at, mut unreported) = (job.bytes.start, 0);
    while at < job.bytes.end {
        let wanted = usize::try_from(job.bytes.end - at).map_or(buffer.len(), |left| left.min(buffer.len()));
        let count = source.read_listed(&file, job.file, &mut buffer[..wanted], at)?;
        digest.update(&buffer[..count]);
        at += count as u64;
        unreported += count as u64;
        if unreported >= REPORT_BYTES || at == job.bytes.end {
            if events.send(Event::Read(unreported)).is_err() {
                return Ok(None);
            }
            unreported = 0;
        }
    }
    source.expect_end(&file, job.file)?;
    Ok(Some(digest.finish()))
}

/// Reads at `at`, at least one byte, or nothing at the end of the file.
pub(crate) fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    loop {
        match file.read_at(buffer, at) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// A digest of bytes that arrive in pieces.
enum Running {
    Sha256(Hasher),
    Blake3(Box<blake3::Hasher>),
}

impl Running {
    fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha256 => Self::Sha256(Hasher::default()),
            Algorithm::Blake3 => Self::Blake3(Box::default()),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hasher) => hasher.update(bytes),
            Self::Blake3(hasher) => {
                hasher.update(bytes);
            }
        }
    }

    fn finish(self) -> Digest {
        match self {
            Self::Sha256(hasher) => hasher.finish(),
            Self::Blake3(hasher) => Digest::from_bytes(*hasher.finalize().as_bytes()),
        }
    }
}
