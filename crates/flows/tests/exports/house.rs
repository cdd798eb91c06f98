//! A house in memory with everybody in it, and a case with a marker in every text.

use docket::acts::access::{Act as Access, Mode, Terms};
use docket::acts::assessment::Act as Assessment;
use docket::acts::consultation::Act as Consultation;
use docket::acts::delta::{Act as Delta, Subject};
use docket::acts::determination::{Act as Determination, Finding, Memo, Reason, Releasable};
use docket::acts::inquiry::Act as Inquiry;
use docket::acts::items::{Act as Items, Audience, Content, Marking};
use docket::acts::partner::Act as Partner;
use docket::acts::safeguards::{Act as Safeguards, Kind};
use docket::acts::standing::Act as Standing;
use docket::acts::window::Act as Window;
use docket::journal::Journal;
use docket::{
    Act, CaseId, Enrolment, ErrorBudget, NoPolicies, PersonKey, RegisterAct, Role, Seat, Signed, StreamId,
};
use flows::cases::{
    Broken, CaseError, Checked, Enclosed, Evidence, Office, Parcel, Signatory, Taken, check, draft, parcel,
    take_in,
};
use ledger::SignerKey;
use report::data::Review;
use serde::Serialize;
use store::Memory;
use types::{Clock, Digest, Timestamp};

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

fn key(person: &str) -> PersonKey {
    PersonKey::from_seed(digest(person).as_bytes()).unwrap()
}

pub fn signer() -> SignerKey {
    SignerKey::from_seed("sample.example/house", [7; 32]).unwrap()
}

impl House {
    /// A founded house with everybody enrolled.
    pub fn new() -> Self {
        let house = Self { journal: Memory::new(), clock: Time(START) };
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
        let signatories = by.iter().map(|(person, role, party)| Signatory {
            person: text(person),
            seat: Some(Seat { role: *role, party: text(party) }),
            delegation: None,
        });
        let signatories: Vec<Signatory> = signatories.collect();
        let (office, now) = (self.office(), self.clock.now());
        let version = self.journal.read(&stream).unwrap().len() as u64;
        let expires = Timestamp::from_unix_millis(now.unix_millis() + DAY_MS).unwrap();
        let register = office.register().unwrap();
        let to = (text("sample-house"), stream, version);
        let drafted = draft(register.state(), to, (&signatories, now), expires, act).unwrap();
        let signatures = by.iter().map(|(person, ..)| key(person).sign(&drafted.line).unwrap()).collect();
        let attached: Vec<String> = attached.iter().map(|&text| text.to_owned()).collect();
        take_in(&office, &Signed::new(drafted.line, signatures), &attached)
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
    Enrolment {
        person: text(person),
        identity: digest(person),
        key: key(person).public().unwrap(),
        seat: Seat { role, party: text(party) },
        until: None,
    }
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
    house.act(&["dev"], Access::CosignThreshold { checkpoint: digest("log") });
    house.act(&["ada"], Window::PlanWork { work: text("mk-work"), what: text("mk-what"), business_days: 3 });
    house.act(&["ada"], Window::Open {});
    house.act(
        &["eve"],
        Delta::PlanLook { look: text("first"), subject: subject().digest(), spends: budget(9) },
    );
    house.act(&["eve"], Delta::RecordResult { look: text("first"), evidence: digest("package") });
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
