//! The transcript's file: one line per event, each on disk before the next step is taken.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use types::transcript::{Entry, Event};
use types::{Clock, json};

/// The longest line that is read back; the largest event is a command's output.
const LINE_MAX_BYTES: u64 = 16 << 20;

/// A transcript that cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum TranscriptError {
    /// The disk refused.
    #[error("{file} cannot be written; free some space or check its permissions, then run the same command again", file = .file.display())]
    Disk {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line is not an event, or out of order.
    #[error("{file}:{line} is not the transcript line that belongs there", file = .file.display())]
    Broken {
        /// Which file.
        file: PathBuf,
        /// The line, from 1.
        line: u64,
    },
}

/// An open transcript.
pub struct Transcript<'a> {
    file: File,
    path: PathBuf,
    next: u64,
    clock: &'a dyn Clock,
}

impl<'a> Transcript<'a> {
    /// Opens the transcript at `path`, or starts it, and returns what it already says. A last line that was cut off
    /// while it was written is taken away: the step that it would have told of is done again.
    ///
    /// # Errors
    /// [`TranscriptError`]
    pub fn open(path: &Path, clock: &'a dyn Clock) -> Result<(Self, Vec<Entry>), TranscriptError> {
        let disk = |source| TranscriptError::Disk { file: path.to_owned(), source };
        let new = !path.exists();
        let file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(disk)?;
        if new && let Some(folder) = path.parent() {
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(disk)?;
        }
        let (entries, whole_bytes) = read_whole_lines(&file, path)?;
        if file.metadata().map_err(disk)?.len() > whole_bytes {
            file.set_len(whole_bytes).map_err(disk)?;
        }
        let next = entries.len() as u64;
        Ok((Self { file, path: path.to_owned(), next, clock }, entries))
    }

    /// Writes an event and waits until it is on disk.
    ///
    /// # Errors
    /// [`TranscriptError::Disk`]; the line may then be cut off, and is taken away when the transcript is opened again.
    pub fn record(&mut self, event: Event) -> Result<Entry, TranscriptError> {
        let entry = Entry { seq: self.next, at: self.clock.now(), event };
        let disk = |source| TranscriptError::Disk { file: self.path.clone(), source };
        let mut line = json::line(&entry).map_err(|error| disk(io::Error::other(error)))?;
        line.push('\n');
        self.file.write_all(line.as_bytes()).and_then(|()| self.file.sync_data()).map_err(disk)?;
        self.next += 1;
        Ok(entry)
    }
}

/// Reads a finished or unfinished transcript.
///
/// # Errors
/// [`TranscriptError::Broken`] naming the first line that does not belong.
pub fn read(path: &Path) -> Result<Vec<Entry>, TranscriptError> {
    let file = File::open(path).map_err(|source| TranscriptError::Disk { file: path.to_owned(), source })?;
    Ok(read_whole_lines(&file, path)?.0)
}

fn read_whole_lines(mut file: &File, path: &Path) -> Result<(Vec<Entry>, u64), TranscriptError> {
    let disk = |source| TranscriptError::Disk { file: path.to_owned(), source };
    file.seek(SeekFrom::Start(0)).map_err(disk)?;
    let mut reader = BufReader::new(file);
    let (mut entries, mut whole_bytes, mut line) = (Vec::new(), 0, Vec::new());
    loop {
        line.clear();
        let read = io::Read::take(&mut reader, LINE_MAX_BYTES).read_until(b'\n', &mut line).map_err(disk)?;
        let number = entries.len() as u64;
        if read as u64 == LINE_MAX_BYTES {
            return Err(TranscriptError::Broken { file: path.to_owned(), line: number + 1 });
        }
        if read == 0 || line.last() != Some(&b'\n') {
            return Ok((entries, whole_bytes));
        }
        let broken = || TranscriptError::Broken { file: path.to_owned(), line: number + 1 };
        let entry: Entry = serde_json::from_slice(&line).map_err(|_| broken())?;
        if entry.seq != number {
            return Err(broken());
        }
        entries.push(entry);
        whole_bytes += read as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use types::Timestamp;
    use types::transcript::Limit;

    struct Epoch;

    impl Clock for Epoch {
        fn now(&self) -> Timestamp {
            Timestamp::from_unix_millis(0).unwrap()
        }
    }

    fn event() -> Event {
        Event::LimitReached { limit: Limit::Turns }
    }

    #[test]
    fn a_line_cut_off_by_a_crash_is_taken_away_and_the_rest_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.jsonl");
        let (mut transcript, _) = Transcript::open(&path, &Epoch).unwrap();
        transcript.record(event()).unwrap();
        let whole = std::fs::read(&path).unwrap();
        for cut in 1..whole.len() {
            std::fs::write(&path, [&whole[..], &whole[..cut]].concat()).unwrap();
            let (mut transcript, entries) = Transcript::open(&path, &Epoch).unwrap();
            assert_eq!(entries.len(), 1);
            assert_eq!(transcript.record(event()).unwrap().seq, 1);
        }
        assert_eq!(read(&path).unwrap().len(), 2);
    }

    #[test]
    fn a_changed_line_in_the_middle_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.jsonl");
        let (mut transcript, _) = Transcript::open(&path, &Epoch).unwrap();
        for _ in 0..3 {
            transcript.record(event()).unwrap();
        }
        let text = std::fs::read_to_string(&path).unwrap().replace("\"seq\":1", "\"seq\":7");
        std::fs::write(&path, text).unwrap();
        assert!(matches!(Transcript::open(&path, &Epoch), Err(TranscriptError::Broken { line: 2, .. })));
    }
}
