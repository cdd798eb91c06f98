//! Group commit: many callers, one writer, and one sync for all that came while the last one was under way.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;

use types::{Clock, Timestamp};

use super::error::{CommitError, OpenError};
use super::objects::{ObjectError, Objects};
use super::settle::Settled;
use super::write::Log;
use crate::tiles::{BundleError, check_entry};

/// Entries waiting: a caller that comes when there are so many waits itself.
const MAX_WAITING: usize = 65_536;
/// Entries in one batch: it bounds a batch's memory and the time to its acknowledgement.
const MAX_BATCH: usize = 16_384;
/// Bytes in one batch, for the same reasons.
const MAX_BATCH_BYTES: usize = 32 << 20;
/// How long the first entry of a batch waits for others.
const LINGER: Duration = Duration::from_millis(1);
/// Waits for the clock's next millisecond, where storage is faster than that. A clock that stands still for longer
/// is broken, and the log says so.
const MAX_CLOCK_WAITS: usize = 100;

/// Where an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// Its index.
    pub index: u64,
    /// Size of the checkpoint that first covers it.
    pub size: u64,
}

/// Why an entry has no receipt.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AppendError {
    /// The entry cannot be logged.
    #[error(transparent)]
    Entry(#[from] BundleError),
    /// See there; shared by every entry of the batch.
    #[error(transparent)]
    Commit(Arc<CommitError>),
    /// The writer has ended: open the log again.
    #[error("the log's writer has ended")]
    Ended,
}

type Outcome = Result<Receipt, AppendError>;

struct Waiting {
    entry: Vec<u8>,
    reply: Arc<Reply>,
}

/// One outcome, handed from the writer to the one who waits.
#[derive(Default)]
struct Reply {
    outcome: OnceLock<Outcome>,
    waiter: std::sync::Mutex<()>,
    ready: std::sync::Condvar,
}

impl Reply {
    fn set(&self, outcome: Outcome) {
        // Set once: the writer answers each entry once.
        self.outcome.set(outcome).ok();
        drop(self.waiter.lock());
        self.ready.notify_all();
    }
}

/// Dropped without an answer, as when the writer ends: whoever waits is told.
impl Drop for Waiting {
    fn drop(&mut self) {
        if self.reply.outcome.get().is_none() {
            self.reply.set(Err(AppendError::Ended));
        }
    }
}

/// An entry on its way.
pub struct Ticket(Arc<Reply>);

impl Ticket {
    /// Waits until the entry is in the log, durably, and can be read.
    ///
    /// # Errors
    /// [`AppendError`].
    pub fn wait(self) -> Outcome {
        let mut guard = self.0.waiter.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        loop {
            if let Some(outcome) = self.0.outcome.get() {
                return outcome.clone();
            }
            guard = self.0.ready.wait(guard).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }
}

/// A log's one writer, in a thread of its own. Shared by reference; ends when [`Appender::close`] is called.
pub struct Appender<O: Objects + 'static> {
    queue: SyncSender<Waiting>,
    writer: JoinHandle<Log<O>>,
}

impl<O: Objects + 'static> Appender<O> {
    /// Starts the writer.
    #[must_use]
    pub fn start(log: Log<O>, clock: Arc<dyn Clock>) -> Self {
        let (queue, waiting) = sync_channel(MAX_WAITING);
        let writer = std::thread::spawn(move || write(log, &waiting, &*clock));
        Self { queue, writer }
    }

    /// Hands in an entry, and waits while too many are waiting already.
    ///
    /// # Errors
    /// [`AppendError::Entry`] and [`AppendError::Ended`].
    pub fn append(&self, entry: Vec<u8>) -> Result<Ticket, AppendError> {
        let (waiting, ticket) = waiting(entry)?;
        self.queue.send(waiting).map_err(|_| AppendError::Ended)?;
        Ok(ticket)
    }

    /// Hands in an entry unless too many are waiting: `None` then.
    ///
    /// # Errors
    /// [`AppendError::Entry`] and [`AppendError::Ended`].
    pub fn try_append(&self, entry: Vec<u8>) -> Result<Option<Ticket>, AppendError> {
        let (waiting, ticket) = waiting(entry)?;
        match self.queue.try_send(waiting) {
            Ok(()) => Ok(Some(ticket)),
            Err(TrySendError::Full(_)) => Ok(None),
            Err(TrySendError::Disconnected(_)) => Err(AppendError::Ended),
        }
    }

    /// Writes what is waiting, ends the writer and gives the log back.
    ///
    /// # Errors
    /// [`AppendError::Ended`] when the writer broke down.
    pub fn close(self) -> Result<Log<O>, AppendError> {
        drop(self.queue);
        self.writer.join().map_err(|_| AppendError::Ended)
    }
}

fn waiting(entry: Vec<u8>) -> Result<(Waiting, Ticket), AppendError> {
    check_entry(&entry)?;
    let reply = Arc::new(Reply::default());
    Ok((Waiting { entry, reply: Arc::clone(&reply) }, Ticket(reply)))
}

fn write<O: Objects + 'static>(mut log: Log<O>, queue: &Receiver<Waiting>, clock: &dyn Clock) -> Log<O> {
    let mut settling: Option<JoinHandle<Result<Settled, ObjectError>>> = None;
    while let Ok(first) = queue.recv() {
        let batch = gather(first, queue);
        if let Some(done) = settling.take_if(|thread| thread.is_finished()) {
            done.join().into_iter().for_each(|outcome| log.settled(outcome));
        }
        let now = next_time(&log, clock);
        answer(&mut log, &batch, now);
        if settling.is_none() {
            settling = log.settling().map(|settling| std::thread::spawn(|| settling.run()));
        }
    }
    if let Some(thread) = settling {
        thread.join().into_iter().for_each(|outcome| log.settled(outcome));
    }
    // Whoever opens the log next has less to do; that it fails loses nothing.
    log.settle().ok();
    log
}

/// `first` and whatever else is waiting, or comes within a moment.
fn gather(first: Waiting, queue: &Receiver<Waiting>) -> Vec<Waiting> {
    let mut bytes = first.entry.len();
    let mut batch = vec![first];
    let mut patience = LINGER;
    while batch.len() < MAX_BATCH && bytes < MAX_BATCH_BYTES {
        match queue.recv_timeout(patience) {
            Ok(next) => {
                bytes += next.entry.len();
                batch.push(next);
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
        }
        // From here on, what is there already is taken without waiting.
        patience = Duration::ZERO;
    }
    batch
}

/// The time, once it has moved forward since the last checkpoint.
fn next_time<O: Objects>(log: &Log<O>, clock: &dyn Clock) -> Timestamp {
    for _ in 0..MAX_CLOCK_WAITS {
        let now = clock.now();
        if now != log.signed_at() {
            return now;
        }
        std::thread::park_timeout(LINGER);
    }
    clock.now()
}

fn answer<O: Objects>(log: &mut Log<O>, batch: &[Waiting], now: Timestamp) {
    let entries: Vec<_> = batch.iter().map(|waiting| &waiting.entry).collect();
    match log.commit(&entries, now) {
        Ok(appended) => {
            for (index, waiting) in (appended.first..).zip(batch) {
                waiting.reply.set(Ok(Receipt { index, size: appended.head.size }));
            }
        }
        Err(error) => {
            let error = Arc::new(error);
            for waiting in batch {
                waiting.reply.set(Err(AppendError::Commit(Arc::clone(&error))));
            }
        }
    }
}

/// Whether the writer can do nothing more until somebody mends something by hand.
#[must_use]
pub fn is_fatal(error: &CommitError) -> bool {
    matches!(error, CommitError::Open(OpenError::Time { .. } | OpenError::RolledBack { .. }))
}
