//! The outsider's books: kept from records alone.

use std::collections::BTreeMap;

use types::{Digest, Timestamp};

use crate::actor::Actor;
use crate::acts::{access, consultation, delta, determination, grants, items, partner, standing, window};
use crate::calendar::{REVIEW_WINDOW_DAYS, after_days};
use crate::decide::Event;
use crate::names::{CaseId, LookId, PartyId, PersonId};
use crate::register::Register;
use crate::seat::{Role, Side};

/// What an outsider knows of a case from its records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Audit {
    developer: Option<PartyId>,
    pub(super) opened_at: Option<Timestamp>,
    /// When the window was recorded as closed, other than by a withdrawal.
    pub(super) closed_at: Option<Timestamp>,
    /// Until when the developer's own signatures let the window run.
    pub(super) signed_until: Option<Timestamp>,
    pub(super) threshold: Option<Digest>,
    cosigned: Option<Digest>,
    budget_ppm: (u64, u64),
    pub(super) spent_ppm: (u64, u64),
    /// Each look's evidence package, as it was started in first.
    packages: BTreeMap<LookId, Digest>,
    waiting: BTreeMap<PartyId, Timestamp>,
    asked: usize,
    officer: Option<PersonId>,
    pub(super) breaches: Breaches,
}

/// What went wrong on the way, by invariant. Never taken back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Breaches(u16);

impl Breaches {
    pub(super) const THRESHOLD_LATE: Self = Self(1);
    pub(super) const THRESHOLD_MOVED: Self = Self(1 << 1);
    pub(super) const ONE_PERSON: Self = Self(1 << 2);
    pub(super) const NOT_DESIGNATOR: Self = Self(1 << 3);
    pub(super) const NOT_CONSULTED: Self = Self(1 << 4);
    pub(super) const PARTNER_UNSIGNED: Self = Self(1 << 5);
    pub(super) const OVERSPENT: Self = Self(1 << 6);
    pub(super) const CONFLICTED: Self = Self(1 << 7);
    pub(super) const LOOKED_AGAIN: Self = Self(1 << 8);

    pub(super) fn has(self, breach: Self) -> bool {
        self.0 & breach.0 != 0
    }
}

impl Audit {
    /// Notes a breach if `sound` is not so.
    fn demand(&mut self, sound: bool, breach: Breaches) {
        if !sound {
            self.breaches.0 |= breach.0;
        }
    }

    /// Takes in one record: what happened, who signed it (nobody, when its time had come), and when.
    pub fn observe(
        &mut self,
        case: &CaseId,
        register: &Register,
        by: &[Actor],
        event: &Event,
        at: Timestamp,
    ) {
        self.observe_conflicts(case, register, by);
        match event {
            Event::Access(event) => self.observe_threshold(event),
            Event::Window(event) => self.observe_window(by, event, at),
            Event::Grants(grants::Event::LeaseOpened { .. })
            | Event::Items(items::Event::Exported { .. }) => {
                self.demand(persons(by) >= 2, Breaches::ONE_PERSON);
            }
            Event::Grants(_) | Event::Items(_) => {}
            Event::Delta(event) => self.observe_look(event),
            Event::Consultation(event) => self.observe_consultation(event),
            Event::Determination(event) => self.observe_determination(by, event, at),
            Event::Partner(event) => self.observe_partner(by, event),
            Event::Standing(standing::Event::Opened { developer, .. }) => {
                self.developer = Some(developer.clone());
                self.observe_conflicts(case, register, by);
            }
            Event::Standing(_)
            | Event::Inquiry(_)
            | Event::FastLane(_)
            | Event::Assessment(_)
            | Event::Reconsideration(_)
            | Event::Safeguards(_) => {}
        }
    }

    fn observe_conflicts(&mut self, case: &CaseId, register: &Register, by: &[Actor]) {
        let Some(developer) = self.developer.clone() else { return };
        for actor in by {
            if matches!(actor.seat.side(), Side::House | Side::Audit) {
                let clean = !register.is_conflicted(&actor.person, &developer, case);
                self.demand(clean, Breaches::CONFLICTED);
            }
        }
    }

    fn observe_threshold(&mut self, event: &access::Event) {
        match event {
            access::Event::ThresholdCommitted { commitment, budget } => {
                let first = self.threshold.is_none() && self.opened_at.is_none();
                self.demand(first, Breaches::THRESHOLD_MOVED);
                self.threshold = self.threshold.or(Some(*commitment));
                self.budget_ppm = (u64::from(budget.alpha_ppm.get()), u64::from(budget.beta_ppm.get()));
            }
            access::Event::ThresholdCosigned { checkpoint } => self.cosigned = Some(*checkpoint),
            access::Event::Offered(_) | access::Event::Accepted {} => {}
        }
    }

    fn observe_window(&mut self, by: &[Actor], event: &window::Event, at: Timestamp) {
        match event {
            window::Event::Opened { .. } => {
                let fixed = self.threshold.is_some() && self.cosigned.is_some();
                self.demand(fixed, Breaches::THRESHOLD_LATE);
                self.opened_at = Some(at);
                self.signed_until = after_days(at, REVIEW_WINDOW_DAYS).ok();
            }
            window::Event::Extended { until } => {
                self.demand(persons(by) >= 2, Breaches::ONE_PERSON);
                if signed_by(by, Role::Developer) {
                    self.signed_until = self.signed_until.max(Some(*until));
                }
            }
            window::Event::Closed { closed_at, .. } => self.closed_at = Some(*closed_at),
            window::Event::WorkPlanned { .. }
            | window::Event::WorkFinished { .. }
            | window::Event::TimeLost(_) => {}
        }
    }

    fn observe_look(&mut self, event: &delta::Event) {
        match event {
            delta::Event::LookPlanned { spends, .. } => {
                self.spent_ppm.0 += u64::from(spends.alpha_ppm.get());
                self.spent_ppm.1 += u64::from(spends.beta_ppm.get());
                let ((alpha, beta), (most_alpha, most_beta)) = (self.spent_ppm, self.budget_ppm);
                self.demand(alpha <= most_alpha && beta <= most_beta, Breaches::OVERSPENT);
            }
            delta::Event::LookStarted { look, package, .. } => {
                let first = *self.packages.entry(look.clone()).or_insert(*package);
                self.demand(first == *package, Breaches::LOOKED_AGAIN);
            }
            delta::Event::Declared { .. } | delta::Event::ResultRecorded { .. } => {}
        }
    }

    fn observe_consultation(&mut self, event: &consultation::Event) {
        match event {
            consultation::Event::Asked { party, due_at, .. } => {
                self.asked += 1;
                self.waiting.insert(party.clone(), *due_at);
            }
            consultation::Event::Commented { party, .. } => {
                self.waiting.remove(party);
            }
            // Silence is no answer: the date itself says when waiting is over.
            consultation::Event::NoComment { .. } | consultation::Event::ClockNoted { .. } => {}
        }
    }

    fn observe_determination(&mut self, by: &[Actor], event: &determination::Event, at: Timestamp) {
        match event {
            determination::Event::Attested { .. } => {
                self.officer = by.first().map(|actor| actor.person.clone());
            }
            determination::Event::Determined { .. } => {
                let designators = matches!(by, [one] if one.seat.role == Role::DesignatingAuthority);
                self.demand(designators, Breaches::NOT_DESIGNATOR);
                let heard = self.asked > 0 && self.waiting.values().all(|due_at| *due_at <= at);
                self.demand(heard, Breaches::NOT_CONSULTED);
                let second = self.officer.as_ref();
                let two = second.is_some_and(|officer| by.iter().all(|actor| actor.person != *officer));
                self.demand(two, Breaches::ONE_PERSON);
            }
        }
    }

    fn observe_partner(&mut self, by: &[Actor], event: &partner::Event) {
        match event {
            partner::Event::Selected { .. } | partner::Event::Granted { .. } => {
                let both = signed_by(by, Role::Developer) && signed_by(by, Role::ReviewingOffice);
                self.demand(both, Breaches::PARTNER_UNSIGNED);
                self.demand(persons(by) >= 2, Breaches::ONE_PERSON);
            }
            partner::Event::GrantEnded { .. } | partner::Event::WindowClosed { .. } => {}
        }
    }
}

fn signed_by(by: &[Actor], role: Role) -> bool {
    by.iter().any(|actor| actor.seat.role == role)
}

/// How many natural persons there are.
pub(super) fn persons(by: &[Actor]) -> usize {
    let again = |at: usize| by[..at].iter().any(|other| other.person == by[at].person);
    (0..by.len()).filter(|at| !again(*at)).count()
}
