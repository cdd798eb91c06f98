//! What people try in the model: acts with their signers, right and wrong ones.

use std::collections::BTreeSet;

use docket::acts::access::{Act as Access, Mode, Terms};
use docket::acts::assessment::Act as Assessment;
use docket::acts::consultation::Act as Consultation;
use docket::acts::delta::{Act as Delta, Change, Subject};
use docket::acts::determination::{Act as Determination, Finding, Memo, Reason, Releasable};
use docket::acts::fast_lane::{Act as FastLane, Step};
use docket::acts::grants::Act as Grants;
use docket::acts::inquiry::{Act as Inquiry, Expectation};
use docket::acts::items::{Act as Items, Audience, Content, Marking};
use docket::acts::look::{Measured, Reach};
use docket::acts::partner::Act as Partner;
use docket::acts::reconsideration::Act as Reconsideration;
use docket::acts::safeguards::{Act as Safeguards, Kind};
use docket::acts::standing::Act as Standing;
use docket::acts::window::{Act as Window, LossCause, LostTime};
use docket::{Act, Actor, ErrorBudget, Ppm, Verified};
use types::Digest;

use super::people::{day, ola_for, own};

/// An act that somebody tries, and how often the walk picks it.
pub struct Try {
    pub act: Verified<Act>,
    pub weight: u32,
}

pub fn digest(name: &str) -> Digest {
    Digest::of(name.as_bytes())
}

fn budget(alpha: u32, beta: u32) -> ErrorBudget {
    ErrorBudget { alpha_ppm: Ppm::new(alpha).unwrap(), beta_ppm: Ppm::new(beta).unwrap() }
}

pub fn subject() -> Subject {
    Subject { checkpoint: digest("checkpoint 1"), system_prompt: None, safeguards: None }
}

pub fn changed() -> Subject {
    subject().changed(change())
}

fn change() -> Change {
    Change::Checkpoint(digest("checkpoint 2"))
}

pub fn terms() -> Terms {
    Terms {
        subject: subject(),
        modes: BTreeSet::from([Mode::Api, Mode::Weights]),
        purposes: vec!["measure cyber ability".parse().unwrap()],
        readers: ["eva", "oda", "kim"].map(|name| name.parse().unwrap()).into(),
        expires: day(400),
        planned_release: None,
    }
}

pub fn memo(evidence: &str, document: &str) -> Memo {
    Memo {
        finding: Finding::Covered,
        evidence: vec![digest(evidence)],
        reasons: vec![Reason {
            text: "above the threshold".parse().unwrap(),
            releasable: Releasable::ToDeveloper,
        }],
        document: digest(document),
    }
}

/// The acts in the making.
struct Acts(Vec<Try>);

impl Acts {
    fn add(&mut self, weight: u32, by: &[Actor], act: impl Into<Act>) {
        self.0.push(Try { act: Verified::trusted(act.into(), by.to_vec()), weight });
    }

    fn one(&mut self, weight: u32, by: &str, act: impl Into<Act>) {
        self.add(weight, &[own(by)], act);
    }
}

/// A bounded case: which acts are tried, each thing once, so that all states can be walked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slice {
    /// Everything around windows, grants, leases and partners.
    Clocks,
    /// Everything around looks, deltas, consultation and determination.
    Decisions,
    /// Both at once.
    Whole,
}

/// The acts of a bounded case.
pub fn bounded(slice: Slice) -> Vec<Try> {
    let mut acts = Acts(Vec::new());
    opening(&mut acts, 1);
    to_the_window(&mut acts);
    if slice != Slice::Decisions {
        access(&mut acts);
        partners(&mut acts, &[("grid", "par")]);
    }
    if slice != Slice::Clocks {
        measuring(&mut acts, if slice == Slice::Whole { &["look-1"] } else { &["look-1", "look-2"] });
        deciding(&mut acts);
    }
    acts.0
}

/// More of everything, for the walk.
pub fn wide() -> Vec<Try> {
    let mut acts = Acts(Vec::new());
    opening(&mut acts, 4);
    to_the_window(&mut acts);
    access(&mut acts);
    measuring(&mut acts, &["look-1", "look-2", "look-3", "look-4"]);
    deciding(&mut acts);
    partners(&mut acts, &[("grid", "par"), ("bank", "pia")]);
    more_access(&mut acts);
    more_people(&mut acts);
    beside(&mut acts);
    items(&mut acts);
    acts.0
}

fn opening(acts: &mut Acts, weight: u32) {
    let (developer, model) = ("acme".parse().unwrap(), "atlas 7".parse().unwrap());
    acts.one(40, "dee", Standing::Open { developer, model });
    acts.one(weight, "dee", Standing::Withdraw {});
    acts.one(weight, "oda", Standing::Close {});
    acts.one(weight, "dee", Standing::PlanRelease { at: day(20) });
}

fn to_the_window(acts: &mut Acts) {
    let threshold = |name| Access::CommitThreshold { commitment: digest(name), budget: budget(50, 100) };
    acts.one(20, "dee", Access::Offer(terms()));
    acts.one(20, "oda", Access::Accept {});
    acts.one(20, "oda", threshold("threshold"));
    acts.one(4, "des", threshold("another threshold"));
    acts.one(20, "dee", Access::CosignThreshold { checkpoint: digest("log") });
    acts.one(20, "oda", Window::Open {});
}

fn access(acts: &mut Acts) {
    for signers in [&[own("dee"), own("oda")][..], &[own("oda"), own("ola")], &[own("oda")]] {
        acts.add(3, signers, Window::Extend { until: day(45) });
    }
    let lost = LostTime { cause: LossCause::LateKeys, from: day(0), until: day(1) };
    acts.one(3, "oda", Window::LoseTime(lost));
    let grant = Grants::Grant {
        grant: "grant-1".parse().unwrap(),
        person: "eva".parse().unwrap(),
        mode: Mode::Api,
        purpose: "run the suite".parse().unwrap(),
        until: day(300),
    };
    acts.one(8, "oda", grant);
    let lease = Grants::OpenLease { lease: "lease-1".parse().unwrap(), artefact: digest("weights") };
    let pairs = [[own("ola"), own("ola")], [own("ola"), ola_for("oda")], [own("oda"), own("ola")]];
    for pair in pairs {
        acts.add(4, &pair, lease.clone());
    }
}

fn measuring(acts: &mut Acts, looks: &[&str]) {
    for look in looks {
        let plan = |subject: Subject| Delta::PlanLook {
            look: look.parse().unwrap(),
            subject: subject.digest(),
            spends: budget(30, 40),
        };
        acts.one(6, "eva", plan(subject()));
        acts.one(6, "eva", plan(changed()));
        for package in ["package 1", "package 2"] {
            acts.one(4, "eva", start(look, package));
        }
        let result = Delta::RecordResult { look: look.parse().unwrap(), evidence: digest("evidence 1") };
        acts.one(6, "eva", result);
    }
    acts.one(6, "dee", Delta::Declare { change: change(), note: "a newer checkpoint".parse().unwrap() });
}

fn start(look: &str, package: &str) -> Delta {
    let measured =
        Measured { checkpoint: subject().checkpoint, commitment: digest("threshold"), reach: Reach::Service };
    Delta::StartLook { look: look.parse().unwrap(), measured, package: digest(package) }
}

fn deciding(acts: &mut Acts) {
    let question = "what would you lose?";
    let ask = |party: &str, due| Consultation::Consult {
        party: party.parse().unwrap(),
        question: question.parse().unwrap(),
        due_at: day(due),
    };
    acts.one(10, "oda", ask("energy", 10));
    let comment = "nothing that we know of".parse().unwrap();
    acts.one(3, "con", Consultation::Comment { comment, document: digest("comment") });
    let memo = memo("evidence 1", "memo 1");
    acts.add(12, &[own("ola")], Determination::Attest(memo.clone()));
    acts.one(8, "des", Determination::Determine(memo.clone()));
    acts.add(8, &[ola_for("des")], Determination::Determine(memo.clone()));
    acts.one(4, "oda", Determination::Determine(memo));
}

fn partners(acts: &mut Acts, partners: &[(&str, &str)]) {
    for (partner, person) in partners {
        let both = [own("dee"), own("oda")];
        let partner = || partner.parse().unwrap();
        let select = Partner::Select { partner: partner(), from: day(20), until: day(31) };
        let grant = Partner::Grant {
            grant: format!("{person}-grant").parse().unwrap(),
            partner: partner(),
            person: person.parse().unwrap(),
            until: day(300),
        };
        for signers in [&both[..], &both[1..]] {
            acts.add(6, signers, select.clone());
            acts.add(6, signers, grant.clone());
        }
        acts.one(2, person, Partner::EndWindow { partner: partner() });
    }
}

fn more_access(acts: &mut Acts) {
    let lost = |from, until| LostTime { cause: LossCause::RateLimits, from: day(from), until: day(until) };
    acts.one(2, "eva", Window::LoseTime(lost(3, 7)));
    acts.one(2, "eva", Window::LoseTime(lost(5, 9)));
    acts.one(1, "oda", Window::Finish {});
    for number in 1..3 {
        let work = || format!("work-{number}").parse().unwrap();
        let what = "a part of the suite".parse().unwrap();
        acts.one(4, "eva", Window::PlanWork { work: work(), what, business_days: 15 });
        acts.one(2, "eva", Window::FinishWork { work: work() });
    }
    for until in [35, 40, 70, 90] {
        acts.add(2, &[own("oda"), own("dee")], Window::Extend { until: day(until) });
    }
    for release in [2, 15, 33, 100] {
        acts.one(1, "dee", Standing::PlanRelease { at: day(release) });
    }
    acts.one(2, "oda", Grants::EndGrant { grant: "grant-1".parse().unwrap() });
    acts.one(1, "oda", Grants::EndLease { lease: "lease-1".parse().unwrap() });
}

fn more_people(acts: &mut Acts) {
    let grant = |grant: &str, person: &str, until| Grants::Grant {
        grant: grant.parse().unwrap(),
        person: person.parse().unwrap(),
        mode: Mode::Weights,
        purpose: "run the suite".parse().unwrap(),
        until: day(until),
    };
    acts.one(3, "oda", grant("grant-2", "oda", 12));
    acts.one(3, "oda", grant("grant-3", "kim", 12));
    acts.one(3, "kim", grant("grant-4", "eva", 12));
    acts.one(3, "kim", Access::Accept {});
    // Whoever happens to hold the wrong seat.
    acts.one(1, "par", Access::Accept {});
    acts.one(1, "oda", Standing::Withdraw {});
    acts.one(1, "aud", Access::CosignThreshold { checkpoint: digest("log") });
    let consult = Consultation::Consult {
        party: "health".parse().unwrap(),
        question: "and you?".parse().unwrap(),
        due_at: day(12),
    };
    acts.one(4, "ola", consult);
    let comment = "no objection to asking".parse().unwrap();
    acts.one(2, "cyd", Consultation::Comment { comment, document: digest("comment 2") });
}

fn beside(acts: &mut Acts) {
    acts.one(2, "dee", Inquiry::Ask { question: "is it covered?".parse().unwrap() });
    let why = || "too early to say".parse().unwrap();
    acts.one(2, "oda", Inquiry::Answer { expectation: Expectation::NeedsAccess, why: why() });
    let given = "the profile".parse().unwrap();
    let give = Assessment::Give { assessment: digest("assessment"), given, why_that_much: why() };
    acts.one(2, "oda", give);
    acts.one(2, "dee", Assessment::Respond { response: digest("response"), words: why() });
    acts.one(2, "dee", Reconsideration::Request { evidence: digest("evidence 2"), what_is_new: why() });
    acts.one(1, "des", Reconsideration::Keep { why: why() });
    let memo = memo("evidence 2", "memo 2");
    acts.one(3, "oda", Determination::Attest(memo.clone()));
    acts.one(3, "des", Determination::Determine(memo));
    acts.one(2, "oda", FastLane::FindSuitable { party: "energy".parse().unwrap(), purpose: why() });
    for step in [Step::Assigned, Step::Trialled, Step::Deployed] {
        acts.one(1, "con", FastLane::TakeStep { step });
    }
    for (name, due) in [("filters", 8), ("monitoring", 40)] {
        let safeguard = || name.parse().unwrap();
        let promise = Safeguards::Promise {
            safeguard: safeguard(),
            kind: Kind::Filters,
            what: why(),
            due_at: day(due),
        };
        acts.one(2, "dee", promise);
        acts.one(1, "dee", Safeguards::Deliver { safeguard: safeguard(), evidence: digest("shown") });
        acts.one(1, "oda", Safeguards::AskEvidence { safeguard: safeguard(), what_shows_it: why() });
    }
}

fn items(acts: &mut Acts) {
    let basis = || Some("exempt as a trade secret".parse().unwrap());
    let enter = |item: &str, content, marking| Items::Enter {
        item: item.parse().unwrap(),
        content,
        marking,
        basis: basis(),
        lawful_basis: "given by the developer".parse().unwrap(),
        retain_until: day(200),
    };
    acts.one(3, "oda", enter("paper", Content::Held(digest("evidence 2")), Marking::Restricted));
    acts.one(2, "oda", enter("secret", Content::Held(digest("secret")), Marking::Classified));
    let reference = serde_json::from_str(&format!("\"{}\"", "5".repeat(64))).unwrap();
    acts.one(2, "oda", enter("pointer", Content::Elsewhere(reference), Marking::Classified));
    let paper = || "paper".parse().unwrap();
    acts.one(1, "oda", Items::Mark { item: paper(), marking: Marking::Classified, basis: basis() });
    acts.one(1, "oda", Items::PassOn { item: paper(), holder: "acme".parse().unwrap() });
    acts.one(1, "oda", Items::CertifyDeletion { item: paper(), certificate: digest("shredded") });
    let hold = || "court".parse().unwrap();
    let why = "a court asked".parse().unwrap();
    acts.one(1, "aud", Items::Hold { item: paper(), hold: hold(), why });
    acts.one(1, "aud", Items::LiftHold { item: paper(), hold: hold() });
    let export =
        Items::Export { audience: Audience::House, items: [paper()].into(), digest: digest("export") };
    for pair in [[own("oda"), own("ola")], [own("ola"), ola_for("oda")]] {
        acts.add(1, &pair, export.clone());
    }
}
