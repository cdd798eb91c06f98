//! `proofhouse ledger public`: the log of commitments that anybody may read. The rules are in `ledger::public`.

mod arguments;
mod house;
mod outside;
mod period;

pub use arguments::Public;

use std::path::Path;
use std::process::ExitCode;

use flows::public::FactsError;
use ledger::log::PosixObjects;
use ledger::public::{CHARTER_NAME, CharterError, PublicError, PublicLog, SlotError};
use types::Clock as _;

use super::{committing, opening, public_half, said, ways, write};
use crate::shell::{Failure, SystemClock};

pub fn run(command: &Public) -> Result<ExitCode, Failure> {
    match command {
        Public::New(arguments) => house::new(arguments),
        Public::Queue(arguments) => house::queue(arguments),
        Public::Close(arguments) => house::close(arguments),
        Public::List(arguments) => house::list(arguments),
        Public::Open(arguments) => house::open_leaf(arguments),
        Public::Check(arguments) => outside::check(arguments),
        Public::Openings(arguments) => period::openings(arguments),
        Public::Count(arguments) => period::count(arguments),
        Public::Audit(arguments) => period::audit(arguments),
        Public::Publish(arguments) => period::publish(arguments),
        Public::Verify(arguments) => outside::verify(arguments),
    }
}

/// Whether the folder is a public log's.
pub fn is_public(folder: &Path) -> bool {
    use ledger::tiles::TileSource as _;
    public_half(folder).fetch(CHARTER_NAME).is_ok_and(|charter| charter.is_some())
}

/// The public log in `folder`, for this house to write to.
fn open(folder: &Path) -> Result<PublicLog<PosixObjects>, Failure> {
    if !is_public(folder) {
        let text = format!("{} holds no public log; make one with `ledger public new`", folder.display());
        return Err(Failure::input(text));
    }
    let (objects, keys, signer) = write::held(folder)?;
    let log = PublicLog::open(objects, keys, signer, SystemClock::after(None).now());
    let log = log.map_err(|error| slot(folder, &error))?;
    Ok(match log.log().witnessing() {
        Some(rule) => {
            let way = ways::panel(folder, rule, ways::ANSWER_WITHIN);
            log.with_witnesses(Box::new(way))
        }
        None => log,
    })
}

fn slot(folder: &Path, error: &SlotError) -> Failure {
    let text = format!("{}: {}", folder.display(), said(error));
    match error {
        SlotError::Open(error) => opening(folder, error),
        SlotError::Commit(error) => committing(folder, error),
        SlotError::Charter(CharterError::Numbers(_)) => Failure::input(said(error)),
        SlotError::TooMany { late, .. } => {
            Failure::record(format!("{text} If it is, say so with --late {late}"))
        }
        SlotError::Object(_)
        | SlotError::Charter(_)
        | SlotError::Time { .. }
        | SlotError::Queue
        | SlotError::Full(_)
        | SlotError::Openings(_)
        | SlotError::Uneven { .. } => Failure::record(text),
    }
}

fn failed(folder: &Path, error: &PublicError) -> Failure {
    match error {
        PublicError::Slot(error) => slot(folder, error),
        PublicError::Aggregate(error) => Failure::input(format!("{}: {}", folder.display(), said(error))),
    }
}

fn facts(error: FactsError) -> Failure {
    match error {
        FactsError::Case(error) => error.into(),
        FactsError::House(error) => error.into(),
        FactsError::Measure(error) => Failure::input(error.to_string()),
    }
}
