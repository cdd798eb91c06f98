//! A look that is taken by a review: asked for in the docket before each question, started and ended there by acts that
//! whoever measures signs.

use docket::acts::delta::Act as Delta;
use docket::acts::look::{Looking, Measured, Reach, may_look};
use docket::view::{LookLine, OfficeView};
use docket::{Act, Actor, Authority, CaseId, LookId, PersonKey, Refusal, Setting, Signed, StreamId};
use types::{Digest, Timestamp};

use super::{CaseError, Office, Signatory, draft, seat, take_in};
use crate::plan::{PlannedCase, PlannedModel};
use crate::review::Clerk;

/// How often an act is drafted again because the case moved meanwhile: others act while a review runs.
const TRIES: u32 = 8;
/// How long a signature made here holds: it is submitted at once.
const SIGNED_FOR_MILLIS: i64 = 600_000;

/// A look of a case, and who takes it.
pub struct LookDesk<'a> {
    office: Office<'a>,
    place: PlannedCase,
    commitment: Digest,
    signatory: Signatory,
    key: &'a PersonKey,
}

impl<'a> LookDesk<'a> {
    /// The look of that name, as the case planned it.
    ///
    /// # Errors
    /// [`CaseError`] when there is no such case, look or threshold.
    pub fn open(
        office: Office<'a>,
        (case, look): (CaseId, LookId),
        signatory: Signatory,
        key: &'a PersonKey,
    ) -> Result<Self, CaseError> {
        let record = office.case(&case)?;
        let view = OfficeView::of(record.state().file()?, office.clock.now());
        let commitment = view.threshold.ok_or(Refusal::NoThreshold)?;
        let subject = line(&view, &look)?.subject;
        Ok(Self { office, place: PlannedCase { case, look, subject }, commitment, signatory, key })
    }

    /// The commitment of the case's threshold.
    #[must_use]
    pub fn commitment(&self) -> Digest {
        self.commitment
    }

    /// How the case sees the look now.
    fn line(&self) -> Result<LookLine, CaseError> {
        let record = self.office.case(&self.place.case)?;
        line(&OfficeView::of(record.state().file()?, self.office.clock.now()), &self.place.look)
    }

    fn measured(&self, model: &PlannedModel) -> Measured {
        let reach = match model {
            PlannedModel::Weights { .. } => Reach::Weights,
            // A script stands in a service's place.
            PlannedModel::Claimed { .. } | PlannedModel::Script { .. } => Reach::Service,
        };
        Measured { checkpoint: model.identity(), commitment: self.commitment, reach }
    }

    /// Drafts, signs and takes in, anew while others change the case.
    fn act(&self, act: &Act) -> Result<(), CaseError> {
        let stream = StreamId::Case(self.place.case.clone());
        for _ in 0..TRIES {
            let (register, now) = (self.office.register()?, self.office.clock.now());
            let house = register.state().house().cloned().ok_or(Refusal::NotFounded)?;
            let version = self.office.case(&self.place.case)?.head().version;
            let expires = Timestamp::from_unix_millis(now.unix_millis() + SIGNED_FOR_MILLIS)
                .map_err(|_| Refusal::BeyondCalendar)?;
            let signatories = std::slice::from_ref(&self.signatory);
            let place = (house, stream.clone(), version);
            let drafted = draft(register.state(), place, (signatories, now), expires, act.clone())?;
            let signature = self.key.sign(&drafted.line)?;
            match take_in(&self.office, &Signed::new(drafted.line, vec![signature]), &[]) {
                Err(CaseError::Refused(Refusal::Stale { .. })) => {}
                taken => return taken.map(|_| ()),
            }
        }
        Err(CaseError::Contended(stream))
    }
}

fn line(view: &OfficeView, look: &LookId) -> Result<LookLine, CaseError> {
    let line = view.looks.iter().find(|line| line.look == *look);
    line.cloned().ok_or_else(|| Refusal::NoSuchLook.into())
}

impl Clerk for LookDesk<'_> {
    fn place(&self) -> &PlannedCase {
        &self.place
    }

    fn may_look(&self, model: &PlannedModel, package: Option<Digest>) -> Result<(), CaseError> {
        let (register, now) = (self.office.register()?, self.office.clock.now());
        let (register, person) = (register.state(), &self.signatory.person);
        // Whoever lost a key in the middle of a review goes on with another one.
        register.key_at(person, self.key.public()?, now)?;
        let authority = self.signatory.delegation.clone().map_or(Authority::Own, Authority::Delegated);
        let by = Actor { person: person.clone(), seat: seat(register, &self.signatory, now)?, authority };
        let measured = self.measured(model);
        let looking = Looking { look: &self.place.look, measured, package, by: &by };
        let record = self.office.case(&self.place.case)?;
        Ok(may_look(record.state(), &looking, &Setting::new(register, self.office.gate), now)?)
    }

    fn start(&self, model: &PlannedModel, package: Digest) -> Result<(), CaseError> {
        if self.line()?.package == Some(package) {
            return Ok(());
        }
        let (look, measured) = (self.place.look.clone(), self.measured(model));
        self.act(&Delta::StartLook { look, measured, package }.into())
    }

    fn finish(&self, evidence: Digest) -> Result<(), CaseError> {
        if self.line()?.evidence == Some(evidence) {
            return Ok(());
        }
        self.act(&Delta::RecordResult { look: self.place.look.clone(), evidence }.into())
    }
}
