//! Asking several witnesses at once: whoever answers in time counts, whoever does not is named.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use types::Timestamp;

use super::ask::{AskError, Transport, ask};
use crate::cosign::{CosignerKey, Quorum};
use crate::log::{Cosigning, Unwitnessed};
use crate::note::{Note, NoteSignature};
use crate::tiles::{LogReader, TileSource};
use crate::tree::TreeHead;

/// How long the rest is waited for once enough have answered: most of them take about as long as each other.
const GRACE: Duration = Duration::from_millis(200);

/// A witness, the way to it, and what it saw last.
struct Seat<T> {
    key: CosignerKey,
    way: T,
    older: u64,
    /// Set while a request of an earlier round is under way: one that sleeps is not asked again and again.
    busy: Arc<AtomicBool>,
}

/// What came of asking.
#[derive(Debug, Clone)]
pub struct Round {
    /// The checkpoint with every cosignature that came and holds.
    pub note: Note,
    /// Whose they are.
    pub cosigned: Vec<String>,
    /// Who else was asked, and why there is no cosignature.
    pub missing: Vec<(String, AskError)>,
}

/// Witnesses that are asked together. The tiles of the log come from `S`, a copy for each witness.
pub struct Panel<S, T> {
    source: S,
    seats: Vec<Seat<T>>,
    wanted: usize,
}

type Heard = (usize, Result<NoteSignature, AskError>);

impl<S, T> Panel<S, T>
where
    S: TileSource + Clone + Send + 'static,
    T: Transport + Clone + Send + 'static,
{
    /// Asks the witnesses of `quorum` by `ways`, in the same order. A way gives up after a time limit of its own.
    pub fn new(source: S, quorum: &Quorum, ways: impl IntoIterator<Item = T>) -> Self {
        let seat = |(key, way): (&CosignerKey, T)| Seat {
            key: key.clone(),
            way,
            older: 0,
            busy: Arc::new(AtomicBool::new(false)),
        };
        let seats = quorum.witnesses().iter().zip(ways).map(seat).collect();
        Self { source, seats, wanted: quorum.wanted() }
    }

    /// Asks everybody at once for `checkpoint`, whose tree is `head`, and waits until enough have cosigned and the
    /// rest had a moment, or until everybody has answered or given up.
    pub fn ask(&mut self, checkpoint: &Note, head: TreeHead, now: Timestamp) -> Round {
        let (heard, hearing) = channel();
        let mut missing = Vec::new();
        let mut asked = 0;
        for number in 0..self.seats.len() {
            if self.send(number, checkpoint, head, now, &heard) {
                asked += 1;
            } else {
                let late = AskError::Silent("it has not answered the last request yet".to_owned());
                missing.push((self.seats[number].key.name().to_owned(), late));
            }
        }
        drop(heard);
        let mut round = Round { note: checkpoint.clone(), cosigned: Vec::new(), missing };
        let mut silent: Vec<_> = (0..self.seats.len()).collect();
        silent.retain(|number| !round.missing.iter().any(|(name, _)| name == self.seats[*number].key.name()));
        for _ in 0..asked {
            let enough = round.cosigned.len() >= self.wanted;
            let Some((number, answer)) = next(&hearing, enough) else { break };
            silent.retain(|other| *other != number);
            self.count(&mut round, number, answer, head);
        }
        for number in silent {
            let late = AskError::Silent("the others were enough".to_owned());
            round.missing.push((self.seats[number].key.name().to_owned(), late));
        }
        round
    }

    /// Asks one witness in a thread of its own, unless it is being asked.
    fn send(
        &self,
        number: usize,
        checkpoint: &Note,
        head: TreeHead,
        now: Timestamp,
        heard: &Sender<Heard>,
    ) -> bool {
        let seat = &self.seats[number];
        if seat.busy.swap(true, Ordering::AcqRel) {
            return false;
        }
        let (key, mut way, older) = (seat.key.clone(), seat.way.clone(), seat.older);
        let (busy, heard) = (Arc::clone(&seat.busy), heard.clone());
        let (source, note) = (self.source.clone(), checkpoint.clone());
        std::thread::spawn(move || {
            let answer = LogReader::open(source, head)
                .map_err(AskError::from)
                .and_then(|mut reader| ask(&mut way, &key, &note, &mut reader, older, now));
            busy.store(false, Ordering::Release);
            // Nobody may be listening any more.
            heard.send((number, answer)).ok();
        });
        true
    }

    fn count(
        &mut self,
        round: &mut Round,
        number: usize,
        answer: Result<NoteSignature, AskError>,
        head: TreeHead,
    ) {
        let seat = &mut self.seats[number];
        let name = seat.key.name().to_owned();
        let signed = answer.and_then(|line| {
            let full = AskError::Lied("the note has no room for it");
            round.note.clone().with_signature(line).map_err(|_| full)
        });
        match signed {
            Ok(note) => {
                seat.older = head.size;
                round.note = note;
                round.cosigned.push(name);
            }
            Err(error) => round.missing.push((name, error)),
        }
    }
}

/// The next answer; once there are enough, only if it comes soon.
fn next(hearing: &Receiver<Heard>, enough: bool) -> Option<Heard> {
    if !enough {
        return hearing.recv().ok();
    }
    hearing.recv_timeout(GRACE).ok()
}

impl<S, T> Cosigning for Panel<S, T>
where
    S: TileSource + Clone + Send + 'static,
    T: Transport + Clone + Send + 'static,
{
    fn cosign(&mut self, checkpoint: &Note, head: TreeHead, now: Timestamp) -> Result<Note, Unwitnessed> {
        let round = self.ask(checkpoint, head, now);
        let (found, wanted) = (round.cosigned.len(), self.wanted);
        if found >= wanted {
            Ok(round.note)
        } else {
            Err(Unwitnessed { found, wanted, missing: round.missing })
        }
    }
}
