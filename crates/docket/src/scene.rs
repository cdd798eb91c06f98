//! What an act is decided in front of: the case, who signed, and the time.

use types::Timestamp;

use crate::actor::{Actor, Signers};
use crate::case::File;
use crate::names::PartyId;
use crate::refusal::Refusal;
use crate::register::Register;
use crate::rules::{Rule, Rules};
use crate::seat::{Role, Side};

pub(crate) const OFFICE: &[Role] = &[Role::ReviewingOffice];
pub(crate) const DEVELOPER: &[Role] = &[Role::Developer];
pub(crate) const MEASURERS: &[Role] = &[Role::ReviewingOffice, Role::Evaluator];

pub(crate) struct Scene<'a> {
    pub(crate) file: &'a File,
    pub(crate) by: &'a [Actor],
    pub(crate) register: &'a Register,
    pub(crate) now: Timestamp,
    pub(crate) rules: Rules,
}

impl Scene<'_> {
    /// Whether exactly the signers that the act needs signed, each for the party that they should be of, and none
    /// of them with a conflict of interest.
    pub(crate) fn signed_by(&self, needs: Signers) -> Result<(), Refusal> {
        needs.check(self.by, self.rules)?;
        self.by.iter().try_for_each(|actor| self.may_act_here(actor))
    }

    /// As [`Self::signed_by`], but by one signer or any when a test dropped `rule`.
    pub(crate) fn signed_under(&self, rule: Rule, needs: Signers) -> Result<(), Refusal> {
        if self.rules.keep(rule) { self.signed_by(needs) } else { Ok(()) }
    }

    fn may_act_here(&self, actor: &Actor) -> Result<(), Refusal> {
        match actor.seat.side() {
            Side::Developer(party) if *party == self.file.developer => Ok(()),
            Side::Developer(party) => Err(Refusal::WrongParty { party: party.clone() }),
            // A partner's own family checks which partner it is.
            Side::Partner(_) => Ok(()),
            Side::House | Side::Audit => {
                let conflicted =
                    self.register.is_conflicted(&actor.person, &self.file.developer, &self.file.id);
                if conflicted && self.rules.keep(Rule::ConflictExcludes) {
                    Err(Refusal::Conflicted { person: actor.person.clone() })
                } else {
                    Ok(())
                }
            }
        }
    }

    /// The one signer's party, where an act belongs to whoever signs it.
    pub(crate) fn party(&self) -> Result<&PartyId, Refusal> {
        self.by.first().map(|actor| &actor.seat.party).ok_or(Refusal::NoSignatory)
    }
}
