//! `proofhouse case`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use docket::view::{OfficeView, view_for};
use docket::{Act, Actor, Authority, CaseId, RegisterAct, Setting, Signed, StreamId, deadlines};
use flows::{cases, review};
use serde_json::Value;

use super::acts::{CaseAct, act};
use super::export::Export;
use super::log::{CheckLog, Cosign, Log, Prove};
use super::packs::Report;
use super::retention::Retention;
use super::sign::Signing;
use super::{Desk, Lines, fields, shown};
use crate::shell::Failure;

/// Cases.
#[derive(Debug, Subcommand)]
pub enum Case {
    /// Acts, each signed by those whom it takes.
    #[command(flatten)]
    Act(CaseAct),
    /// Sign an envelope that somebody else drafted, after it was shown.
    Sign(Sign),
    /// Submit an envelope that everybody signed.
    Submit(Submit),
    /// Show a case as its reader may see it.
    Show(Show),
    /// Show what happened in a case, entry by entry.
    Timeline(Look),
    /// Show what is to come in a case, and when.
    Deadlines(Look),
    /// List the cases.
    List,
    /// Make a report pack for one reader, to look at; a pack that leaves goes with an export.
    Report(Report),
    /// List what is kept longer than its retention date, holder by holder.
    Retention(Retention),
    /// Export a case for an audience, signed by two persons and the house.
    Export(Export),
    /// Write a party's copy of its case's log, which it can check offline.
    Log(Log),
    /// Write the proof file of an entry, a commitment or evidence in a case's log.
    Prove(Prove),
    /// Check that a case's log holds the threshold's commitment, and cosign the checkpoint. Needs no docket.
    Cosign(Cosign),
    /// Hold the logs against the records.
    CheckLog(CheckLog),
}

/// `proofhouse case sign`.
#[derive(Debug, Args)]
pub struct Sign {
    /// The envelope's file.
    pub envelope: PathBuf,
    /// The signer's key file.
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
}

/// `proofhouse case submit`.
#[derive(Debug, Args)]
pub struct Submit {
    /// The envelope's file.
    pub envelope: PathBuf,
    /// A text that the act names by digest, to be kept with the record.
    #[arg(long, value_name = "FILE")]
    pub attach: Vec<PathBuf>,
}

/// A case to look at.
#[derive(Debug, Args)]
pub struct Look {
    /// The case.
    pub case: CaseId,
}

/// `proofhouse case show`.
#[derive(Debug, Args)]
pub struct Show {
    /// The case.
    pub case: CaseId,
    /// Who looks.
    #[command(flatten)]
    pub reader: Signing,
}

impl Case {
    /// The case that is acted on or looked at, where it is one.
    fn touches(&self) -> Result<Option<CaseId>, Failure> {
        Ok(match self {
            Self::Act(said) => Some(said.parts().2.case.clone()),
            Self::Submit(submit) => super::log::case_of(&read(&submit.envelope)?),
            Self::Show(show) => Some(show.case.clone()),
            Self::Timeline(look) | Self::Deadlines(look) => Some(look.case.clone()),
            Self::Report(report) => Some(report.case.clone()),
            Self::Retention(retention) => retention.case.clone(),
            Self::Export(export) => Some(export.case.clone()),
            Self::Log(log) => Some(log.case.clone()),
            Self::Prove(prove) => Some(prove.case.clone()),
            Self::CheckLog(_) | Self::Sign(_) | Self::Cosign(_) | Self::List => None,
        })
    }

    fn withdraws(&self) -> Result<bool, Failure> {
        Ok(match self {
            Self::Act(CaseAct::Withdraw(_)) => true,
            Self::Submit(submit) => super::log::withdraws(&read(&submit.envelope)?),
            _ => false,
        })
    }
}

impl Desk<'_> {
    /// Does what `case` says.
    pub fn case(&self, case: &Case) -> Result<Lines, Failure> {
        // Windows close and dates pass before anybody acts or looks.
        if !matches!(case, Case::Sign(_) | Case::Cosign(_)) {
            // That a developer can withdraw does not depend on a log.
            let touched = if case.withdraws()? { None } else { case.touches()? };
            self.pass_time(touched.as_ref())?;
        }
        match case {
            Case::Act(said) => self.in_case(said),
            Case::Sign(sign) => add_signature(sign),
            Case::Submit(submit) => {
                let attached =
                    submit.attach.iter().map(|file| read_text(file)).collect::<Result<Vec<_>, _>>()?;
                self.submit(&read(&submit.envelope)?, &attached)
            }
            Case::Show(show) => self.show(show),
            Case::Timeline(look) => self.timeline(&look.case),
            Case::Deadlines(look) => {
                let record = self.office().case(&look.case)?;
                record.state().file()?;
                let deadlines = deadlines(record.state(), self.clock.now());
                if self.json {
                    shown::json(&deadlines)
                } else {
                    Ok(deadlines.iter().map(shown::deadline).collect())
                }
            }
            Case::Report(report) => self.report(report),
            Case::Retention(retention) => self.retention(retention),
            Case::Export(export) => self.export(export),
            Case::Log(log) => self.log(log),
            Case::Prove(prove) => self.prove(prove),
            Case::Cosign(cosign) => super::log::cosign(cosign, self.clock.now()),
            Case::CheckLog(check) => self.check_log(check),
            Case::List => {
                let cases = self.office().cases()?;
                if self.json {
                    shown::json(&cases)
                } else {
                    Ok(cases.iter().map(CaseId::to_string).collect())
                }
            }
        }
    }

    /// An act in a case: its fields are read, what they leave open is filled in, and whoever is at hand signs.
    fn in_case(&self, said: &CaseAct) -> Result<Lines, Failure> {
        let (family, name, said) = said.parts();
        let (words, kept) = match (family, name) {
            ("access", "commit_threshold") => self.commit(&said.fields)?,
            _ => (said.fields.clone(), None),
        };
        let mut fields = fields::read(&words)?;
        if (family, name) == ("delta", "plan_look") {
            self.name_subject(&said.case, &mut fields.object)?;
        }
        let act = act(family, name, fields.object)?;
        let mut lines = self.act(StreamId::Case(said.case.clone()), act, &said.signing, &fields.attached)?;
        if let Some(kept) = kept.filter(|_| !self.json) {
            lines.push(format!("    opening          {}", kept.display()));
            lines.push("    keep it: a review in the case needs it, and it tells the threshold".to_owned());
        }
        Ok(lines)
    }

    /// Commits to `threshold=@FILE` with fresh salt, in the one step that records it: nobody copies a digest by hand, and
    /// the opening is in the house before the commitment is in the case. Says where the opening is kept.
    fn commit(&self, words: &[String]) -> Result<(Vec<String>, Option<PathBuf>), Failure> {
        let (mut read, mut kept) = (Vec::new(), None);
        for word in words {
            if word.starts_with("commitment=@") {
                return Err(Failure::usage(
                    "a threshold's bare digest can be guessed, and its file would be kept in the record; write threshold=@FILE",
                ));
            }
            let Some(file) = word.strip_prefix("threshold=@") else {
                read.push(word.clone());
                continue;
            };
            let opening = review::commit(&self.house, Path::new(file))?;
            read.push(format!("commitment={}", opening.commitment));
            kept = Some(self.house.opening_path(opening.commitment));
        }
        Ok((read, kept))
    }

    /// A look is at the case's present subject, unless another digest is named; then the docket says what is wrong.
    fn name_subject(&self, case: &CaseId, fields: &mut Value) -> Result<(), Failure> {
        let record = self.office().case(case)?;
        let subject = OfficeView::of(record.state().file()?, self.clock.now()).subject;
        if let (Some(subject), Some(fields)) = (subject, fields.as_object_mut()) {
            fields.entry("subject").or_insert_with(|| Value::from(subject.digest().to_string()));
        }
        Ok(())
    }

    /// Records what time did, delivers the receipts that wait and brings the logs up to their records, also for a
    /// command that was killed. Where log and record of the case `touched` contradict each other, nothing is done with
    /// it. A log that only cannot be written follows later.
    pub(super) fn pass_time(&self, touched: Option<&CaseId>) -> Result<(), Failure> {
        cases::pass_time(&self.office())?;
        self.deliver()?;
        let Ok(failed) = self.follow_all() else { return Ok(()) };
        match failed.into_iter().find(|(case, _)| Some(case) == touched) {
            Some((_, error)) if error.is_contradiction() => Err(error.into()),
            Some(_) | None => Ok(()),
        }
    }

    fn show(&self, show: &Show) -> Result<Lines, Failure> {
        let (now, register) = (self.clock.now(), self.office().register()?);
        let actor = self.reader(&show.reader)?;
        let record = self.office().case(&show.case)?;
        let setting = Setting::new(register.state(), &self.policies);
        let view = view_for(&actor, record.state(), &setting, now)?;
        if self.json { shown::json(&view) } else { shown::view(&view) }
    }

    /// The one person who wants to read, and the seat that they read from.
    pub(super) fn reader(&self, signing: &Signing) -> Result<Actor, Failure> {
        let register = self.office().register()?;
        let signers = signing.signers()?;
        let [reader] = signers.persons.as_slice() else {
            return Err(Failure::usage("a case is shown to one reader; name one with --key FILE"));
        };
        let seat = cases::seat(register.state(), reader, self.clock.now())?;
        let authority = reader.delegation.clone().map_or(Authority::Own, Authority::Delegated);
        Ok(Actor { person: reader.person.clone(), seat, authority })
    }

    fn timeline(&self, case: &CaseId) -> Result<Lines, Failure> {
        let entries = self.office().entries(case)?;
        if entries.is_empty() {
            return Err(docket::Refusal::NotFiled.into());
        }
        if self.json { shown::json(&entries) } else { Ok(entries.iter().map(shown::case_line).collect()) }
    }
}

/// Writes an envelope to a new file, with what it attaches beside it.
pub fn save(signed: &Signed, file: &Path, attached: &[String]) -> Result<Lines, Failure> {
    if file.exists() {
        return Err(Failure::input(format!("{} exists; name a new file", file.display())));
    }
    write(signed, file)?;
    let mut lines = vec![format!("written to {}, not submitted", file.display())];
    if !attached.is_empty() {
        lines.push("submit it with --attach for the files that it names".to_owned());
    }
    Ok(lines)
}

fn write(signed: &Signed, file: &Path) -> Result<(), Failure> {
    let partial = file.with_extension("partial");
    fs::write(&partial, signed.to_string())
        .and_then(|()| fs::rename(&partial, file))
        .map_err(|error| Failure::input(format!("{} cannot be written: {error}", file.display())))
}

fn read_text(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file)
        .map_err(|error| Failure::input(format!("{} cannot be read: {error}", file.display())))
}

fn read(file: &Path) -> Result<Signed, Failure> {
    Ok(Signed::parse(&read_text(file)?)?)
}

/// Adds the next person's signature. What is signed is shown as it stands in the envelope.
fn add_signature(sign: &Sign) -> Result<Lines, Failure> {
    let held = super::keys::read(&sign.key)?;
    let signed = read(&sign.envelope)?;
    let (persons, words) = match signed.open::<RegisterAct>() {
        Ok(envelope) => (envelope.persons().to_vec(), shown::json(envelope.act())?),
        Err(_) => {
            let envelope = signed.open::<Act>()?;
            (envelope.persons().to_vec(), shown::json(envelope.act())?)
        }
    };
    let next = persons.get(signed.signatures().len());
    if next.is_none_or(|actor| actor.person != held.person) {
        let wanted = next.map_or_else(|| "nobody".to_owned(), |actor| actor.person.to_string());
        return Err(Failure::input(format!("the next to sign is {wanted}, not {}", held.person)));
    }
    let signature = held.key.sign(signed.line())?;
    let signed = signed.with(signature);
    write(&signed, &sign.envelope)?;
    let missing = persons.len() - signed.signatures().len();
    let mut lines = words;
    lines.push(format!("signed by {}; {missing} signatures are missing", held.person));
    Ok(lines)
}
