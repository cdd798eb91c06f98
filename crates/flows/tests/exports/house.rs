//! A house in memory with everybody in it, and a case with a marker in every text.

use std::sync::Arc;

use docket::acts::access::{Act as Access, Mode, Terms};
use docket::acts::assessment::Act as Assessment;
use docket::acts::consultation::Act as Consultation;
use docket::acts::delta::{Act as Delta, Subject};
use docket::acts::determination::{Act as Determination, Finding, Memo, Reason, Releasable};
use docket::acts::grants::Act as Grants;
use docket::acts::inquiry::Act as Inquiry;
use docket::acts::items::{Act as Items, Audience, Content, Marking};
use docket::acts::look::{Measured, Reach};
use docket::acts::partner::Act as Partner;
use docket::acts::safeguards::{Act as Safeguards, Kind};
use docket::acts::standing::Act as Standing;
use docket::acts::window::Act as Window;
use docket::{Act, CaseId, Enrolment, ErrorBudget, NoPolicies, RegisterAct, Role, Seat, StreamId};
use flows::cases::log::{CaseLogs, add_to_export};
use flows::cases::{
    Broken, CaseError, Checked, Enclosed, Evidence, Office, Parcel, Taken, check, parcel, take_in_logged,
};
use ledger::SignerKey;
use ledger::log::MemoryObjects;
use report::data::Review;
use serde::Serialize;
use store::Memory;
use types::{Clock, Digest, Timestamp};

use crate::cosigned::cosigned;
use crate::people::{self, signed};

pub const DAY_MS: i64 = 86_400_000;
/// 2026-07-02.
const START: i64 = 1_782_950_400_000;

pub struct Time(pub i64);

impl Clock for Time {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(self.0).unwrap()
    }
}

pub struct House {
    pub journal: Memory,
    pub objects: Arc<MemoryObjects>,
    pub clock: Time,
}

/// Person, role and party; the key's seed follows from the place.
const PERSONS: [(&str, Role, &str); 9] = [
    ("ada", Role::ReviewingOffice, "house"),
    ("bea", Role::ReviewingOffice, "house"),
    ("dora", Role::DesignatingAuthority, "authority"),
    ("dev", Role::Developer, "mk-lab"),
    ("eve", Role::Evaluator, "institute"),
    ("cy", Role::ConsultedDepartment, "commerce"),
    ("pat", Role::Partner, "bank"),
    ("aud", Role::Auditor, "watch"),
    ("cyd", Role::ConsultedDepartment, "health"),
];

pub fn digest(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}

pub fn text<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn seed(person: &str) -> [u8; 32] {
    *digest(person).as_bytes()
}

fn seat(role: Role, party: &str) -> Seat {
    Seat { role, party: text(party) }
}

pub fn signer() -> SignerKey {
    SignerKey::from_seed("sample.example/house", [7; 32]).unwrap()
}

impl House {
    /// A founded house with everybody enrolled.
    pub fn new() -> Self {
        let house = Self { journal: Memory::new(), objects: Arc::default(), clock: Time(START) };
        let enrolments: Vec<Enrolment> =
            PERSONS.iter().map(|(person, role, party)| enrolment(person, *role, party)).collect();
        let founders = enrolments[..2].to_vec();
        let found = RegisterAct::Found { house: text("sample-house"), founders };
        house.register(found);
        enrolments.into_iter().skip(2).for_each(|enrolment| house.register(RegisterAct::Enrol(enrolment)));
        house
    }

    pub fn office(&self) -> Office<'_> {
        Office { journal: &self.journal, gate: &NoPolicies, clock: &self.clock }
    }

    fn with_logs<T>(&self, with: impl FnOnce(&CaseLogs<'_, Arc<MemoryObjects>>) -> T) -> T {
        with(&CaseLogs::new(Arc::clone(&self.objects), &|| Ok(signer()), &|| Ok([9; 32])))
    }

    /// The developer cosigns that the threshold is committed to.
    #[track_caller]
    fn cosign(&self) {
        let dev = ("dev", seed("dev"));
        let (act, note) = self.with_logs(|logs| cosigned(&self.office(), logs, &case(), &signer(), dev));
        self.try_act(&case(), &["dev"], act, &[&note]).unwrap();
    }

    /// The case's one look, taken by an evaluator under a grant.
    #[track_caller]
    fn look(&self) {
        let look = || text("first");
        let spends = budget(9);
        self.act(&["eve"], Delta::PlanLook { look: look(), subject: subject().digest(), spends });
        let grant = Grants::Grant {
            grant: text("g-1"),
            person: text("eve"),
            mode: Mode::Api,
            purpose: text("mk-purpose"),
            until: day(30),
        };
        self.act(&["ada"], grant);
        let measured =
            Measured { checkpoint: subject().checkpoint, commitment: digest("t"), reach: Reach::Service };
        let package = digest("package when it had one line");
        self.act(&["eve"], Delta::StartLook { look: look(), measured, package });
        self.act(&["eve"], Delta::RecordResult { look: look(), evidence: digest("package") });
    }

    /// An act of the office on the register.
    #[track_caller]
    pub fn register(&self, act: RegisterAct) {
        let office = [("ada", PERSONS[0].1, "house"), ("bea", PERSONS[1].1, "house")];
        let signers = if matches!(act, RegisterAct::DeclareConflict { .. }) { 1 } else { 2 };
        self.signed(StreamId::Register, &office[..signers], act, &[]).unwrap();
    }

    pub fn on(&mut self, day: i64) {
        self.clock = Time(START + day * DAY_MS);
    }

    fn signed<A: Serialize>(
        &self,
        stream: StreamId,
        by: &[(&str, Role, &str)],
        act: A,
        attached: &[&str],
    ) -> Result<Taken, CaseError> {
        let by: Vec<_> =
            by.iter().map(|(person, role, party)| (*person, seed(person), seat(*role, party))).collect();
        let (office, signed) = (self.office(), signed(&self.office(), stream, &by, act));
        let attached: Vec<String> = attached.iter().map(|&text| text.to_owned()).collect();
        self.with_logs(|logs| take_in_logged(&office, logs, &signed, &attached))
    }

    /// An act of one or two persons in a case.
    pub fn try_act(
        &self,
        case: &CaseId,
        by: &[&str],
        act: impl Into<Act>,
        attached: &[&str],
    ) -> Result<Taken, CaseError> {
        let seats: Vec<_> =
            by.iter().map(|name| *PERSONS.iter().find(|(person, ..)| person == name).unwrap()).collect();
        self.signed(StreamId::Case(case.clone()), &seats, act.into(), attached)
    }

    /// An act of a person who was enrolled later.
    #[track_caller]
    pub fn act_as(&self, case: &CaseId, person: &str, party: &str, act: impl Into<Act>) {
        let seat = [(person, Role::Developer, party)];
        self.signed(StreamId::Case(case.clone()), &seat, act.into(), &[]).unwrap();
    }

    #[track_caller]
    pub fn act(&self, by: &[&str], act: impl Into<Act>) {
        self.try_act(&case(), by, act, &[]).unwrap();
    }

    #[track_caller]
    pub fn respond(&self, words: &str) {
        let act = Assessment::Respond { response: digest(words), words: text("in short") };
        self.try_act(&case(), &["dev"], act, &[words]).unwrap();
    }

    pub fn parcel(&self, audience: Audience, enclosed: Enclosed<'_>) -> Result<Parcel, CaseError> {
        parcel(&self.office(), &case(), audience, enclosed)
    }

    /// That parcel with what shows that it is the record that was logged, as every export that a command makes has it.
    pub fn logged(&self, mut parcel: Parcel) -> Parcel {
        let followed = self.with_logs(|logs| logs.follow(&self.office(), &case())).unwrap().unwrap();
        add_to_export(&followed, &mut parcel).unwrap();
        parcel
    }

    /// The export of that parcel, signed by the house as it would be after the act.
    pub fn export(&self, parcel: &Parcel) -> String {
        let version = self.office().case(&case()).unwrap().head().version + 1;
        parcel.signed(version, self.clock.now(), &signer()).unwrap()
    }
}

pub fn verify(export: &str, evidence: &[Evidence]) -> Result<Checked, Broken> {
    check(export, Some(signer().verifier()), &NoPolicies, evidence)
}

pub fn case() -> CaseId {
    text("mk-case")
}

pub fn enrolment(person: &str, role: Role, party: &str) -> Enrolment {
    people::enrolment((person, seed(person), seat(role, party)))
}

pub fn subject() -> Subject {
    Subject { checkpoint: digest("checkpoint"), system_prompt: None, safeguards: None }
}

pub fn budget(ppm: u32) -> ErrorBudget {
    ErrorBudget { alpha_ppm: ppm.try_into().unwrap(), beta_ppm: ppm.try_into().unwrap() }
}

/// The evidence package of the case's one look.
pub fn evidence() -> Evidence {
    let review: Review = serde_json::from_str(include_str!("report.json")).unwrap();
    Evidence::checked(digest("package"), digest("report"), review)
}

fn day(day: i64) -> Timestamp {
    Time(START + day * DAY_MS).now()
}

/// A case in which everything happened, with a marker in every text.
pub fn told() -> House {
    let house = House::new();
    house.act(&["dev"], Standing::Open { developer: text("mk-lab"), model: text("mk-model") });
    house.act(&["dev"], Inquiry::Ask { question: text("mk-question") });
    let terms = Terms {
        subject: subject(),
        modes: [Mode::Api].into(),
        purposes: vec![text("mk-purpose")],
        readers: [text("eve")].into(),
        expires: day(60),
        planned_release: None,
    };
    house.act(&["dev"], Access::Offer(terms));
    house.act(&["ada"], Access::Accept {});
    house.act(&["ada"], Access::CommitThreshold { commitment: digest("t"), budget: budget(50_000) });
    house.cosign();
    house.act(&["ada"], Window::PlanWork { work: text("mk-work"), what: text("mk-what"), business_days: 3 });
    house.act(&["ada"], Window::Open {});
    house.look();
    for party in ["commerce", "health"] {
        let question = format!("mk-asked-{party}");
        house.act(
            &["ada"],
            Consultation::Consult { party: text(party), question: text(&question), due_at: day(9) },
        );
    }
    for (person, comment) in [("cyd", "mk-comment-health"), ("cy", "ours")] {
        house.act(&[person], Consultation::Comment { comment: text(comment), document: digest("c") });
    }
    let give = Assessment::Give {
        assessment: digest("a"),
        given: text("mk-given"),
        why_that_much: text("mk-why-that-much"),
    };
    house.act(&["ada"], give);
    house.respond("mk-response, unedited");
    let (partner, both) = (text("bank"), ["dev", "ada"]);
    house.act(&both, Partner::Select { partner, from: day(1), until: day(20) });
    let promise = Safeguards::Promise {
        safeguard: text("mk-safeguard"),
        kind: Kind::Reporting,
        what: text("mk-promised"),
        due_at: day(40),
    };
    house.act(&["dev"], promise);
    let reason = |words: &str, releasable| Reason { text: text(words), releasable };
    let memo = Memo {
        finding: Finding::Covered,
        evidence: vec![digest("package")],
        reasons: vec![
            reason("mk-reason-given", Releasable::ToDeveloper),
            reason("mk-reason-withheld", Releasable::Withheld),
        ],
        document: digest("memo"),
    };
    house.act(&["bea"], Determination::Attest(memo.clone()));
    house.act(&["dora"], Determination::Determine(memo));
    house.act(&["ada"], enter("mk-notes", Content::Held(digest("notes")), Marking::Restricted));
    house
}

pub fn enter(item: &str, content: Content, marking: Marking) -> Items {
    Items::Enter {
        item: text(item),
        content,
        marking,
        basis: Some(text("mk-basis")),
        lawful_basis: text("the offer"),
        retain_until: day(99),
    }
}
