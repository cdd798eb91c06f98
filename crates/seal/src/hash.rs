//! Hashing listed files, several at a time, with flat memory.

use std::fs::File;
use std::io::{self, Read as _};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, SyncSender};
use std::thread;

use types::Hasher;

use crate::manifest::FileEntry;
use crate::source::{Listed, Source};
use crate::take::SealError;

/// Large enough that system calls cost nothing beside hashing, small enough to stay in the cache.
const BUFFER_BYTES: usize = 1 << 20;
/// Each worker holds one buffer; more workers than this outrun any disk.
const MAX_WORKERS: usize = 16;
/// Events wait here for the caller's progress display; a slow display slows the reading instead of filling memory.
const MAX_WAITING_EVENTS: usize = 64;

/// What a worker tells the caller's thread.
enum Event {
    Read(u64),
    Hashed(Result<FileEntry, SealError>),
}

/// The entries of all `listed` files in the same order. `progress` is told the bytes done and the bytes in all.
pub(crate) fn hash_all(
    source: &Source,
    listed: &[Listed],
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Vec<FileEntry>, SealError> {
    // Sparse files can claim more than fits.
    let bytes_total = listed.iter().fold(0, |sum: u64, file| sum.saturating_add(file.stamp.size_bytes));
    progress(0, bytes_total);
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let next = AtomicUsize::new(0);
    let (sender, events) = mpsc::sync_channel(MAX_WAITING_EVENTS);
    let mut entries = thread::scope(|scope| {
        for _ in 0..cores.min(listed.len()).min(MAX_WORKERS) {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || work(source, listed, next, &sender));
        }
        drop(sender);
        let mut bytes_done = 0;
        let mut entries = Vec::with_capacity(listed.len());
        // Leaving this loop drops the receiver, which stops the workers.
        for event in events {
            match event {
                Event::Read(bytes) => {
                    bytes_done += bytes;
                    progress(bytes_done, bytes_total);
                }
                Event::Hashed(entry) => entries.push(entry?),
            }
        }
        Ok(entries)
    })?;
    entries.sort_unstable_by(|one, other| one.path.cmp(&other.path));
    Ok(entries)
}

fn work(source: &Source, listed: &[Listed], next: &AtomicUsize, events: &SyncSender<Event>) {
    let mut buffer = vec![0; BUFFER_BYTES];
    while let Some(file) = listed.get(next.fetch_add(1, Ordering::Relaxed)) {
        let Some(entry) = hash(source, file, &mut buffer, events).transpose() else { return };
        if events.send(Event::Hashed(entry)).is_err() {
            return;
        }
    }
}

/// The entry of one file; `None` when nobody waits for it any more.
fn hash(
    source: &Source,
    listed: &Listed,
    buffer: &mut [u8],
    events: &SyncSender<Event>,
) -> Result<Option<FileEntry>, SealError> {
    let mut file = source.open_listed(listed)?;
    let mut hasher = Hasher::default();
    let mut size_bytes = 0;
    loop {
        let count = read(&mut file, buffer)
            .map_err(|error| SealError::Read { path: source.full(&listed.path), source: error })?;
        size_bytes += count as u64;
        // A file that grows as fast as it is read would never end.
        if count == 0 || size_bytes > listed.stamp.size_bytes {
            break;
        }
        hasher.update(&buffer[..count]);
        if events.send(Event::Read(count as u64)).is_err() {
            return Ok(None);
        }
    }
    source.expect_unchanged(&file, listed)?;
    if size_bytes != listed.stamp.size_bytes {
        return Err(SealError::Changed { path: source.full(&listed.path) });
    }
    Ok(Some(FileEntry { path: listed.path.clone(), size_bytes, sha256: hasher.finish() }))
}

fn read(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}
