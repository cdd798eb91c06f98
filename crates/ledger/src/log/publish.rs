//! Publishing: a checkpoint is put where readers look, at once or only when enough witnesses have cosigned it.
//!
//! A log that waits for witnesses says so in its state, so that no writer, whatever it was started with, publishes
//! past them: what is in the log and not yet cosigned waits, and the next writer asks again.

use types::Timestamp;

use super::error::{CommitError, OpenError};
use super::objects::{Object, ObjectError, Objects, public};
use super::state::State;
use super::write::Log;
use crate::cosign::{CosignatureError, CosignerKey, Quorum};
use crate::note::Note;
use crate::tiles::CHECKPOINT;
use crate::tree::TreeHead;
use crate::witness::{AskError, MAX_AHEAD_MILLIS};

/// More would make each checkpoint's note longer than its readers like, and a round of asking slow.
pub const MAX_WITNESSES: usize = 32;

/// Which witnesses must have cosigned a checkpoint before it is published, and where each is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witnessing {
    quorum: Quorum,
    addresses: Vec<String>,
}

/// Why there is no such rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WitnessingError {
    /// Name at least one witness, at most [`MAX_WITNESSES`], and an address for each.
    #[error("1 to 32 witnesses are needed, each with an address without spaces")]
    Witnesses,
    /// Name more witnesses, or a smaller number.
    #[error(transparent)]
    Quorum(#[from] CosignatureError),
    /// A rule that anybody meets is none.
    #[error("at least one witness must be needed")]
    Nobody,
}

impl Witnessing {
    /// `wanted` of `witnesses`, each with the address at which it is asked.
    ///
    /// # Errors
    /// [`WitnessingError`].
    pub fn new(witnesses: Vec<(CosignerKey, String)>, wanted: usize) -> Result<Self, WitnessingError> {
        let (keys, addresses): (Vec<_>, Vec<_>) = witnesses.into_iter().unzip();
        let sound = |address: &String| {
            !address.is_empty() && address.chars().all(|c| !c.is_whitespace() && !c.is_control())
        };
        if keys.is_empty() || keys.len() > MAX_WITNESSES || !addresses.iter().all(sound) {
            return Err(WitnessingError::Witnesses);
        }
        if wanted == 0 {
            return Err(WitnessingError::Nobody);
        }
        Ok(Self { quorum: Quorum::new(keys, wanted)?, addresses })
    }

    /// Who, and how many of them.
    #[must_use]
    pub fn quorum(&self) -> &Quorum {
        &self.quorum
    }

    /// Each witness with its address.
    pub fn witnesses(&self) -> impl Iterator<Item = (&CosignerKey, &str)> {
        self.quorum.witnesses().iter().zip(self.addresses.iter().map(String::as_str))
    }
}

/// Too few witnesses cosigned. Mend or replace those that are named; the log publishes with the next quorum.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found} of the {wanted} witnesses that are needed have cosigned{}", named(.missing))]
pub struct Unwitnessed {
    /// Witnesses whose cosignature holds.
    pub found: usize,
    /// Witnesses needed.
    pub wanted: usize,
    /// Who did not cosign, and why.
    pub missing: Vec<(String, AskError)>,
}

fn named(missing: &[(String, AskError)]) -> String {
    let each: Vec<_> = missing.iter().map(|(name, error)| format!("{name}: {error}")).collect();
    if each.is_empty() { String::new() } else { format!(" ({})", each.join("; ")) }
}

/// The way to a log's witnesses.
pub trait Cosigning: Send {
    /// `checkpoint`, whose tree is `head`, with cosignatures of at least as many witnesses as are needed. The tiles
    /// up to `head` can be read when this is called.
    ///
    /// # Errors
    /// [`Unwitnessed`].
    fn cosign(&mut self, checkpoint: &Note, head: TreeHead, now: Timestamp) -> Result<Note, Unwitnessed>;
}

/// Why a checkpoint is not where readers look.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// Storage does not answer: mend it and open the log again.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// See there.
    #[error("the checkpoint waits for its witnesses")]
    Unwitnessed(#[from] Unwitnessed),
}

impl<O: Objects> Log<O> {
    /// The same log, which asks its witnesses by `way` where its state says that it must.
    #[must_use]
    pub fn with_witnesses(mut self, way: Box<dyn Cosigning>) -> Self {
        self.way = Some(way);
        self
    }

    /// Who must have cosigned before a checkpoint of this log is published; nobody when `None`.
    #[must_use]
    pub fn witnessing(&self) -> Option<&Witnessing> {
        self.state.witnessing.as_ref()
    }

    /// Whether the log has a checkpoint that readers cannot see yet.
    #[must_use]
    pub fn is_unpublished(&self) -> bool {
        self.unpublished
    }

    /// From now on nothing is published that `rule` does not hold for; or, with `None`, everything at once again.
    /// `cosigned` is the current checkpoint with the cosignatures that the rule asks for: one that could not be met
    /// today is not set.
    ///
    /// # Errors
    /// [`OpenError::Witnesses`] when `cosigned` does not meet the rule, and what publishing and swapping fail with.
    pub fn set_witnessing(
        &mut self,
        rule: Option<(Witnessing, &Note)>,
        now: Timestamp,
    ) -> Result<(), CommitError> {
        if self.unsettled {
            self.recover(now)?;
        }
        let witnessing = match rule {
            Some((witnessing, cosigned)) => {
                witnessing.quorum.verify(cosigned, ahead(now)).map_err(OpenError::Witnesses)?;
                // The old rule, if there is one, must hold for it too.
                if !self.publish_cosigned(cosigned, now)? {
                    return Err(CommitError::Unsettled);
                }
                Some(witnessing)
            }
            None => None,
        };
        self.swap(State { witnessing, ..self.state.clone() })?;
        if self.unpublished {
            self.place_checkpoint().map_err(OpenError::from)?;
        }
        Ok(())
    }

    /// Publishes the current checkpoint with witnesses' cosignatures; the log's own signature is checked again.
    /// `false` when the log has grown since, and the note is of no use any more.
    ///
    /// # Errors
    /// [`OpenError::Checkpoint`], [`OpenError::Object`], and [`OpenError::Witnesses`] where too few have cosigned for
    /// this log.
    pub fn publish_cosigned(&mut self, note: &Note, now: Timestamp) -> Result<bool, OpenError> {
        self.keys.open(note)?;
        if note.unverified_text() != self.state.checkpoint.unverified_text() {
            return Ok(false);
        }
        if let Some(witnessing) = &self.state.witnessing {
            witnessing.quorum.verify(note, ahead(now)).map_err(OpenError::Witnesses)?;
        }
        self.objects.put(&public(CHECKPOINT), note.to_string().as_bytes())?;
        self.unpublished = false;
        Ok(true)
    }

    /// Puts the current checkpoint where readers look, if it is not there: asks the witnesses where it must.
    ///
    /// # Errors
    /// [`PublishError`].
    pub fn publish(&mut self, now: Timestamp) -> Result<(), PublishError> {
        if !self.unpublished {
            return Ok(());
        }
        let Some(witnessing) = &self.state.witnessing else { return Ok(self.place_checkpoint()?) };
        let (head, wanted) = (self.edge.head(), witnessing.quorum.wanted());
        let few = |found| Unwitnessed { found, wanted, missing: Vec::new() };
        let way = self.way.as_mut().ok_or_else(|| few(0))?;
        let note = way.cosign(&self.state.checkpoint, head, now)?;
        // Whatever the way says, only what holds is published.
        match self.publish_cosigned(&note, now) {
            Ok(true) => Ok(()),
            Err(OpenError::Object(error)) => Err(error.into()),
            Err(OpenError::Witnesses(CosignatureError::TooFew { found, .. })) => Err(few(found).into()),
            Ok(false) | Err(_) => Err(few(0).into()),
        }
    }

    /// Without witnesses.
    pub(super) fn place_checkpoint(&mut self) -> Result<(), ObjectError> {
        let bytes = self.state.checkpoint.to_string().into_bytes();
        self.objects.place(&[Object { name: public(CHECKPOINT), bytes }])?;
        self.unpublished = false;
        Ok(())
    }

    /// Whether a published note is what this log would publish.
    pub(super) fn is_published(&self, note: &Note, now: Timestamp) -> bool {
        let same = note.unverified_text() == self.state.checkpoint.unverified_text();
        let enough = match &self.state.witnessing {
            // The key before may have signed it: it speaks for this tree too, and a quorum has seen it.
            Some(rule) => rule.quorum.verify(note, ahead(now)).is_ok(),
            None => note.verify(self.keys.current()).is_ok(),
        };
        same && enough
    }
}

/// The latest time at which a cosignature may have been made: witnesses' clocks are not ours.
fn ahead(now: Timestamp) -> Timestamp {
    let millis = now.unix_millis().saturating_add_unsigned(MAX_AHEAD_MILLIS);
    Timestamp::from_unix_millis(millis).unwrap_or(now)
}
