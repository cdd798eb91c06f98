//! What each side must not see: a marker is planted in every text of a case, and each view is searched for those
//! that it must not hold.

use crate::house::{House, budget, day, digest, own, seat, subject, terms, text};
use docket::acts::access::Act as Access;
use docket::acts::assessment::Act as Assessment;
use docket::acts::consultation::Act as Consultation;
use docket::acts::delta::Act as Delta;
use docket::acts::determination::{Act as Determination, Finding, Memo, Reason, Releasable};
use docket::acts::fast_lane::Act as FastLane;
use docket::acts::grants::Act as Grants;
use docket::acts::inquiry::{Act as Inquiry, Expectation};
use docket::acts::items::{Act as Items, Content, Marking};
use docket::acts::partner::Act as Partner;
use docket::acts::reconsideration::Act as Reconsideration;
use docket::acts::safeguards::{Act as Safeguards, Kind};
use docket::acts::standing::Act as Standing;
use docket::acts::window::Act as Window;
use docket::view::{PublicFigures, View, receipt, view_for};
use docket::{Actor, Authority, Enrolment, Interest, Refusal, RegisterAct, Role, Setting};

/// Every marker, and who may see it: d(eveloper), o(ffice), e(valuator), c(onsulted), p(artner).
const MARKERS: [(&str, &str); 21] = [
    ("mk-model", "dop"),
    ("mk-question", "do"),
    ("mk-expectation", "do"),
    ("mk-purpose", "do"),
    ("mk-work", "oe"),
    ("mk-grant-purpose", "doe"),
    ("mk-consult-energy", "oc"),
    ("mk-consult-health", "o"),
    ("mk-comment-health", "o"),
    ("mk-clock", "oc"),
    ("mk-lane", "oc"),
    ("mk-given", "do"),
    ("mk-why-that-much", "do"),
    ("mk-words", "do"),
    ("mk-reason-given", "do"),
    ("mk-reason-withheld", "o"),
    ("mk-new", "do"),
    ("mk-safeguard", "do"),
    ("mk-proprietary", "do"),
    ("mk-restricted", "o"),
    ("mk-hold", "do"),
];

fn planted() -> House {
    let mut house = House::new();
    house.one("dee", Standing::Open { developer: text("acme"), model: text("mk-model") }, day(0)).unwrap();
    house.one("dee", Inquiry::Ask { question: text("mk-question") }, day(0)).unwrap();
    let answer = Inquiry::Answer { expectation: Expectation::NeedsAccess, why: text("mk-expectation") };
    house.one("oda", answer, day(0)).unwrap();
    let mut terms = terms();
    terms.purposes = vec![text("mk-purpose")];
    house.one("dee", Access::Offer(terms), day(0)).unwrap();
    house.one("oda", Access::Accept {}, day(0)).unwrap();
    house
        .one("oda", Access::CommitThreshold { commitment: digest("t"), budget: budget(9, 9) }, day(0))
        .unwrap();
    house.one("dee", Access::CosignThreshold { checkpoint: digest("log") }, day(0)).unwrap();
    house.one("oda", Window::Open {}, day(0)).unwrap();
    let work = Window::PlanWork { work: text("w"), what: text("mk-work"), business_days: 1 };
    house.one("eva", work, day(0)).unwrap();
    let grant = Grants::Grant {
        grant: text("g"),
        person: text("eva"),
        mode: docket::acts::access::Mode::Api,
        purpose: text("mk-grant-purpose"),
        until: day(9),
    };
    house.one("oda", grant, day(0)).unwrap();
    let look = Delta::PlanLook { look: text("look"), subject: subject().digest(), spends: budget(1, 1) };
    house.one("eva", look, day(0)).unwrap();
    plant_people(&mut house);
    plant_items(&mut house);
    plant_decision(&mut house);
    house
}

fn plant_people(house: &mut House) {
    for (party, question) in [("energy", "mk-consult-energy"), ("health", "mk-consult-health")] {
        let ask = Consultation::Consult { party: text(party), question: text(question), due_at: day(2) };
        house.one("oda", ask, day(0)).unwrap();
    }
    let comment = Consultation::Comment { comment: text("mk-comment-health"), document: digest("c") };
    house.one("cyd", comment, day(1)).unwrap();
    let clock = Consultation::NoteClock { clock: text("k"), what: text("mk-clock"), ends_at: day(9) };
    house.one("oda", clock, day(1)).unwrap();
    house
        .one("oda", FastLane::FindSuitable { party: text("energy"), purpose: text("mk-lane") }, day(1))
        .unwrap();
    let both = [own("dee"), own("oda")];
    house
        .act(&both, Partner::Select { partner: text("grid"), from: day(1), until: day(50) }, day(1))
        .unwrap();
    let promise = Safeguards::Promise {
        safeguard: text("s"),
        kind: Kind::Reporting,
        what: text("mk-safeguard"),
        due_at: day(60),
    };
    house.one("dee", promise, day(1)).unwrap();
}

fn plant_items(house: &mut House) {
    for (item, marking, basis) in
        [("own", Marking::Proprietary, "mk-proprietary"), ("paper", Marking::Restricted, "mk-restricted")]
    {
        let enter = Items::Enter {
            item: text(item),
            content: Content::Held(digest(item)),
            marking,
            basis: Some(text(basis)),
            lawful_basis: text("given"),
            retain_until: day(99),
        };
        house.one("oda", enter, day(1)).unwrap();
    }
    let hold = Items::Hold { item: text("own"), hold: text("h"), why: text("mk-hold") };
    house.one("aud", hold, day(1)).unwrap();
}

fn plant_decision(house: &mut House) {
    let give = Assessment::Give {
        assessment: digest("a"),
        given: text("mk-given"),
        why_that_much: text("mk-why-that-much"),
    };
    house.one("oda", give, day(2)).unwrap();
    house.one("dee", Assessment::Respond { response: digest("r"), words: text("mk-words") }, day(2)).unwrap();
    let reason = |words: &str, releasable| Reason { text: text(words), releasable };
    let memo = Memo {
        finding: Finding::Covered,
        evidence: vec![digest("paper")],
        reasons: vec![
            reason("mk-reason-given", Releasable::ToDeveloper),
            reason("mk-reason-withheld", Releasable::Withheld),
        ],
        document: digest("memo"),
    };
    house.one("ola", Determination::Attest(memo.clone()), day(3)).unwrap();
    house.one("des", Determination::Determine(memo), day(3)).unwrap();
    let request = Reconsideration::Request { evidence: digest("new"), what_is_new: text("mk-new") };
    house.one("dee", request, day(3)).unwrap();
}

fn view(house: &House, actor: &Actor) -> Result<View, Refusal> {
    let setting = Setting::new(house.register.state(), &*house.gate);
    view_for(actor, house.case.state(), &setting, day(3))
}

#[test]
fn each_view_holds_what_its_reader_may_know_and_nothing_else() {
    let house = planted();
    for (reader, letter) in [("dee", 'd'), ("oda", 'o'), ("eva", 'e'), ("con", 'c'), ("par", 'p')] {
        let json = serde_json::to_string(&view(&house, &own(reader)).unwrap()).unwrap();
        for (marker, readers) in MARKERS {
            assert_eq!(
                json.contains(&format!("\"{marker}\"")),
                readers.contains(letter),
                "{reader} {marker}"
            );
        }
    }
}

#[test]
fn all_of_the_office_the_designator_and_the_auditor_see_the_same() {
    let house = planted();
    assert_eq!(view(&house, &own("des")), view(&house, &own("oda")));
    assert_eq!(view(&house, &own("aud")), view(&house, &own("oda")));
}

/// Words from which a reader would learn that the developer takes part in a review.
const PARTICIPATION: [&str; 12] = [
    "acme",
    "review",
    "window\":\"open",
    "offer",
    "terms",
    "determin",
    "inquiry",
    "covered",
    "threshold",
    "standing",
    "grants\":[{\"grant\":\"g\"",
    "look",
];

#[test]
fn participation_does_not_show_to_departments_and_partners() {
    let house = planted();
    for reader in ["con", "par"] {
        let json = serde_json::to_string(&view(&house, &own(reader)).unwrap()).unwrap();
        for word in PARTICIPATION {
            assert!(!json.contains(word), "{reader} reads {word}: {json}");
        }
    }
}

#[test]
fn who_has_no_part_gets_the_answer_for_a_case_that_does_not_exist() {
    let (mut house, mut none) = (planted(), House::new());
    for (name, role, party) in [
        ("buyer", Role::ConsultedDepartment, "procurement"),
        ("rival", Role::Developer, "bolt"),
        ("other", Role::Partner, "bank"),
        ("tester", Role::Evaluator, "measurers"),
    ] {
        let stranger = Enrolment {
            person: text(name),
            identity: digest(name),
            key: crate::house::key(name).public().unwrap(),
            seat: seat(role, party),
            until: None,
        };
        let office = [own("oda"), own("ola")];
        for house in [&mut house, &mut none] {
            house.register(&office, RegisterAct::Enrol(stranger.clone()), day(3)).unwrap();
        }
        let stranger = Actor { person: text(name), seat: seat(role, party), authority: Authority::Own };
        assert_eq!(view(&house, &stranger), Err(Refusal::NotFiled));
        assert_eq!(view(&none, &stranger), Err(Refusal::NotFiled));
    }
}

#[test]
fn who_has_a_conflict_of_interest_reads_nothing() {
    let mut house = planted();
    let declare = RegisterAct::DeclareConflict {
        person: text("ola"),
        interest: Interest::Party(text("acme")),
        basis: text("shares"),
    };
    house.register(&[own("oda")], declare, day(3)).unwrap();
    assert_eq!(view(&house, &own("ola")), Err(Refusal::Conflicted { person: text("ola") }));
}

#[test]
fn public_figures_hold_counts_and_no_names() {
    let house = planted();
    let json = serde_json::to_value(PublicFigures::of([house.case.state()])).unwrap();
    for (name, value) in json.as_object().unwrap() {
        let numbers = value.is_u64() || value.as_array().is_some_and(|it| it.iter().all(|it| it.is_u64()));
        assert!(numbers, "{name}: {value}");
    }
}

#[test]
fn the_developer_has_a_receipt_for_every_step() {
    let house = planted();
    let file = house.case.state().file().unwrap();
    let receipts: Vec<_> = house.entries.iter().map(|entry| receipt(file, entry).unwrap()).collect();
    let versions: Vec<_> = receipts.iter().map(|it| it.version).collect();
    assert_eq!(versions, (1..=house.case.head().version).collect::<Vec<_>>());
    let steps: Vec<_> = receipts.iter().map(|it| it.step.as_str()).collect();
    assert!(steps.contains(&"window.opened"));
    assert!(
        steps.iter().all(|step| !step.starts_with("consultation") && !step.starts_with("delta")),
        "{steps:?}"
    );
}
