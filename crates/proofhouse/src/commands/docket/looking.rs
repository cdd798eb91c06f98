//! A review that is a look in a case: who takes it, and the docket in which it is kept.

use std::path::{Path, PathBuf};

use docket::{CaseId, LookId};
use flows::cases::{LookDesk, Signatory};
use flows::house::House;
use types::Clock;

use super::keys::{self, Held};
use super::log::Prove;
use super::sign::From;
use super::{Desk, Place};
use crate::shell::Failure;

/// The look in a case that a review takes.
#[derive(Debug, clap::Args)]
pub struct InCase {
    /// Take a look in this case: while its window is open, at its present subject, against its committed threshold. The
    /// result is recorded in the case.
    #[arg(long, value_name = "CASE", requires_all = ["look", "key"])]
    pub case: Option<CaseId>,
    /// Who takes it.
    #[command(flatten)]
    pub taker: Taker,
}

/// Who takes a look, and which.
#[derive(Debug, clap::Args)]
pub struct Taker {
    /// The look, as the case planned it.
    #[arg(long, value_name = "NAME")]
    pub look: Option<LookId>,
    /// The key file of the person who measures.
    #[arg(long, value_name = "FILE", requires = "look")]
    pub key: Option<PathBuf>,
    /// From which seat they measure, where they have several.
    #[arg(long = "as", value_name = "PERSON[:ROLE/PARTY[:DELEGATION]]", requires = "look")]
    pub from: Option<From>,
    /// The docket's file, where it is not the house folder's.
    #[arg(long, value_name = "FILE", requires = "look")]
    pub docket: Option<PathBuf>,
}

/// A look with its docket open and its taker's key at hand.
pub struct Looking<'a> {
    desk: Desk<'a>,
    held: Held,
    signatory: Signatory,
    case: CaseId,
    look: LookId,
}

impl<'a> Looking<'a> {
    /// Opens the docket and reads the key; none where no look is named.
    pub fn open(
        case: Option<&CaseId>,
        taker: &Taker,
        house: &House,
        clock: &'a dyn Clock,
    ) -> Result<Option<Self>, Failure> {
        let (case, look) = match (case, &taker.look) {
            (Some(case), Some(look)) => (case.clone(), look.clone()),
            (None, None) => return Ok(None),
            (None, Some(_)) => return Err(Failure::usage("name the look's case with --case")),
            (Some(_), None) => return Err(Failure::usage("name the look with --look")),
        };
        let Some(key) = &taker.key else {
            return Err(Failure::usage("name the key of whoever measures with --key FILE"));
        };
        let held = keys::read(key)?;
        let signatory = signatory(&held, taker.from.as_ref(), key)?;
        let place = Place { docket: taker.docket.clone(), json: false };
        let desk = Desk::open(&place, house.clone(), clock)?;
        desk.pass_time(Some(&case))?;
        Ok(Some(Self { desk, held, signatory, case, look }))
    }

    /// The look itself.
    pub fn look(&self) -> Result<LookDesk<'_>, Failure> {
        let place = (self.case.clone(), self.look.clone());
        Ok(LookDesk::open(self.desk.office(), place, self.signatory.clone(), &self.held.key)?)
    }

    /// Records what time did meanwhile, and delivers what the review left to be delivered.
    pub fn settle(&self) -> Result<(), Failure> {
        self.desk.pass_time(Some(&self.case))
    }
}

impl Looking<'_> {
    /// Writes into `package`, whose result is recorded, the proof that the case's log names it.
    pub fn prove(&self, package: &Path) -> Result<(), Failure> {
        self.desk.prove(&Prove::package(self.case.clone(), package)).map(drop)
    }
}

fn signatory(held: &Held, from: Option<&From>, key: &Path) -> Result<Signatory, Failure> {
    let Some(from) = from.map(From::signatory) else {
        return Ok(Signatory { person: held.person.clone(), seat: None, delegation: None });
    };
    if from.person == held.person {
        return Ok(from.clone());
    }
    Err(Failure::usage(format!("{} holds the key of {}, not of {}", key.display(), held.person, from.person)))
}
