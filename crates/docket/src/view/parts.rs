//! Lines that several views share.

use serde::Serialize;
use types::{Digest, Timestamp};

use crate::acts::access::Mode;
use crate::acts::assessment::Assessment;
use crate::acts::consultation::Asked;
use crate::acts::fast_lane::{Lane, Step};
use crate::acts::inquiry::{Expectation, Inquiry};
use crate::acts::partner::PartnerWindow;
use crate::acts::safeguards::{Keeping, Kind};
use crate::acts::window::{Ending, LostTime, Progress, Window};
use crate::calendar::day_of;
use crate::case::File;
use crate::names::{ClockId, GrantId, LeaseId, PartyId, PersonId, SafeguardId, WorkId};
use crate::text::Text;

/// The last question and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InquiryLine {
    /// The question.
    pub question: Text,
    /// What the office expects, once it answered. Not a determination.
    pub expectation: Option<Expectation>,
    /// Why.
    pub why: Option<Text>,
}

/// The review window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "window", rename_all = "snake_case")]
pub enum WindowLine {
    /// Access has not started.
    Unopened,
    /// Access goes on.
    Open {
        /// Since when.
        opened_at: Timestamp,
        /// Until when.
        ends_at: Timestamp,
        /// Which day it is, from 1.
        day: u64,
        /// What is left.
        left_millis: u64,
    },
    /// Access is over.
    Closed {
        /// When it opened.
        opened_at: Timestamp,
        /// When it closed.
        closed_at: Timestamp,
        /// How.
        ending: Ending,
    },
}

/// Time lost beside the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LostLine {
    /// Each period.
    pub periods: Vec<LostTime>,
    /// Their sum, each instant counted once.
    pub total_millis: u64,
}

/// A grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GrantLine {
    /// What it is called.
    pub grant: GrantId,
    /// Who.
    pub person: PersonId,
    /// How.
    pub mode: Mode,
    /// What for.
    pub purpose: Text,
    /// Until before when it is in force.
    pub until: Timestamp,
}

/// A lease.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeaseLine {
    /// What it is called.
    pub lease: LeaseId,
    /// Digest of what is decrypted.
    pub artefact: Digest,
    /// Until before when it is in force.
    pub until: Timestamp,
}

/// A piece of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorkLine {
    /// What it is called.
    pub work: WorkId,
    /// What it is.
    pub what: Text,
    /// What it needs.
    pub business_days: u32,
    /// How far it is.
    pub progress: Progress,
}

/// A partner's window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartnerLine {
    /// Who.
    pub partner: PartyId,
    /// From when.
    pub from: Timestamp,
    /// Until when, or when it was closed.
    pub until: Timestamp,
}

/// A partner's grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartnerGrantLine {
    /// What it is called.
    pub grant: GrantId,
    /// The partner.
    pub partner: PartyId,
    /// Who.
    pub person: PersonId,
    /// Until before when it is in force.
    pub until: Timestamp,
}

/// A safeguard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SafeguardLine {
    /// What it is called.
    pub safeguard: SafeguardId,
    /// Its kind.
    pub kind: Kind,
    /// What is promised.
    pub what: Text,
    /// What would show it, if the office asked.
    pub what_shows_it: Option<Text>,
    /// When it is due.
    pub due_at: Timestamp,
    /// Whether it is kept.
    pub keeping: Keeping,
}

/// What the developer was given, and said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AssessmentLine {
    /// What it holds.
    pub given: Text,
    /// Why that much.
    pub why_that_much: Text,
    /// Digest of the developer's response, unedited.
    pub response: Option<Digest>,
    /// The response in short, in the developer's words.
    pub words: Option<Text>,
}

/// What a consulted party said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum AnswerLine {
    /// Nothing yet.
    Waiting {
        /// By when.
        due_at: Timestamp,
    },
    /// Nothing by the date.
    NoComment,
    /// This.
    Comment {
        /// The answer in short.
        comment: Text,
        /// Whether it came by the date.
        timing: crate::acts::consultation::Timing,
    },
}

/// Another authority's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClockLine {
    /// What it is called.
    pub clock: ClockId,
    /// Whose, and what for.
    pub what: Text,
    /// When it ends.
    pub ends_at: Timestamp,
}

/// A department's lane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LaneLine {
    /// Whose.
    pub party: PartyId,
    /// For what.
    pub purpose: Text,
    /// The last step, if one was taken.
    pub step: Option<Step>,
    /// From being found suitable to being deployed, or until now.
    pub time_to_act_millis: u64,
}

pub(super) fn inquiry(file: &File) -> Option<InquiryLine> {
    match file.inquiry.clone() {
        Inquiry::NotAsked => None,
        Inquiry::Asked { question } => Some(InquiryLine { question, expectation: None, why: None }),
        Inquiry::Answered { question, expectation, why } => {
            Some(InquiryLine { question, expectation: Some(expectation), why: Some(why) })
        }
    }
}

pub(super) fn window(file: &File, now: Timestamp) -> WindowLine {
    match file.window.clone() {
        Window::Unopened => WindowLine::Unopened,
        Window::Open { opened_at, cap } => {
            let ends_at = file.window_ends_at().unwrap_or(cap);
            let (day, left_millis) = (day_of(opened_at, now), ends_at.millis_since(now));
            WindowLine::Open { opened_at, ends_at, day, left_millis }
        }
        Window::Closed { opened_at, closed_at, ending } => {
            WindowLine::Closed { opened_at, closed_at, ending }
        }
    }
}

pub(super) fn lost(file: &File) -> LostLine {
    LostLine { periods: file.lost.clone(), total_millis: file.lost_millis() }
}

pub(super) fn grants(file: &File) -> Vec<GrantLine> {
    let line = |(grant, it): (&GrantId, &crate::acts::grants::Grant)| GrantLine {
        grant: grant.clone(),
        person: it.person.clone(),
        mode: it.mode,
        purpose: it.purpose.clone(),
        until: it.until,
    };
    file.grants.iter().map(line).collect()
}

pub(super) fn leases(file: &File) -> Vec<LeaseLine> {
    let leases = file.leases.iter();
    leases
        .map(|(lease, it)| LeaseLine { lease: lease.clone(), artefact: it.artefact, until: it.until })
        .collect()
}

pub(super) fn work(file: &File) -> Vec<WorkLine> {
    let line = |(work, it): (&WorkId, &crate::acts::window::Work)| WorkLine {
        work: work.clone(),
        what: it.what.clone(),
        business_days: it.business_days,
        progress: it.progress,
    };
    file.work.iter().map(line).collect()
}

pub(super) fn partners(file: &File) -> Vec<PartnerLine> {
    let line = |(partner, window): (&PartyId, &PartnerWindow)| match *window {
        PartnerWindow::Selected { from, until } | PartnerWindow::Closed { from, closed_at: until } => {
            PartnerLine { partner: partner.clone(), from, until }
        }
    };
    file.partners.iter().map(line).collect()
}

pub(super) fn partner_grants(file: &File) -> Vec<PartnerGrantLine> {
    let line = |(grant, it): (&GrantId, &crate::acts::partner::PartnerGrant)| PartnerGrantLine {
        grant: grant.clone(),
        partner: it.partner.clone(),
        person: it.person.clone(),
        until: it.until,
    };
    file.partner_grants.iter().map(line).collect()
}

pub(super) fn safeguards(file: &File) -> Vec<SafeguardLine> {
    let line = |(safeguard, it): (&SafeguardId, &crate::acts::safeguards::Safeguard)| SafeguardLine {
        safeguard: safeguard.clone(),
        kind: it.kind,
        what: it.what.clone(),
        what_shows_it: it.what_shows_it.clone(),
        due_at: it.due_at,
        keeping: it.keeping,
    };
    file.safeguards.iter().map(line).collect()
}

pub(super) fn assessment(file: &File) -> Option<AssessmentLine> {
    match file.assessment.clone() {
        Assessment::NotGiven => None,
        Assessment::Given { given, why_that_much } => {
            Some(AssessmentLine { given, why_that_much, response: None, words: None })
        }
        Assessment::Answered { given, why_that_much, response, words } => {
            Some(AssessmentLine { given, why_that_much, response: Some(response), words: Some(words) })
        }
    }
}

pub(super) fn answer(asked: &Asked) -> AnswerLine {
    match asked.clone() {
        Asked::Waiting { due_at, .. } => AnswerLine::Waiting { due_at },
        Asked::NoComment { .. } => AnswerLine::NoComment,
        Asked::Commented { comment, timing, .. } => AnswerLine::Comment { comment, timing },
    }
}

pub(super) fn clocks(file: &File) -> Vec<ClockLine> {
    let line = |(clock, it): (&ClockId, &crate::acts::consultation::OtherClock)| ClockLine {
        clock: clock.clone(),
        what: it.what.clone(),
        ends_at: it.ends_at,
    };
    file.clocks.iter().map(line).collect()
}

pub(super) fn lane(party: &PartyId, lane: &Lane, now: Timestamp) -> LaneLine {
    let (purpose, step) = match lane {
        Lane::Found { purpose, .. } => (purpose.clone(), None),
        Lane::Under { purpose, step, .. } => (purpose.clone(), Some(*step)),
    };
    LaneLine { party: party.clone(), purpose, step, time_to_act_millis: lane.time_to_act_millis(now) }
}
