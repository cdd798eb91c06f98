//! The firewall: whether a developer takes part stands in nothing that others get, and in no figure.

use docket::acts::inquiry::Act as Inquiry;
use docket::acts::items::Audience;
use docket::acts::standing::Act as Standing;
use docket::{CaseId, RegisterAct, Role};
use flows::cases::{CaseError, Enclosed, FiguresRules, Told, figures};
use report::packs::Kind;

use crate::house::{House, enrolment, text, told};

/// What participation would show by: the developer, and words of a review.
const PARTICIPATION: [&str; 14] = [
    "mk-lab",
    "review",
    "offer",
    "terms",
    "determin",
    "inquiry",
    "covered",
    "threshold",
    "standing",
    "assessment",
    "mk-response",
    "mk-question",
    "mk-notes",
    "mk-work",
];

#[test]
fn no_export_for_others_says_that_a_developer_takes_part() {
    let house = told();
    let body = |audience| house.parcel(audience, Enclosed::default()).unwrap().body;
    let control = body(Audience::Auditor) + &body(Audience::Developer);
    assert!(PARTICIPATION.iter().all(|word| control.contains(word)), "the words are those of the case");
    for audience in [Audience::Consulted(text("commerce")), Audience::Partner(text("bank"))] {
        let body = house.parcel(audience.clone(), Enclosed::default()).unwrap().body;
        let export = house.export(&house.parcel(audience.clone(), Enclosed::default()).unwrap());
        for word in PARTICIPATION.iter().chain(&["mk-asked-health", "mk-comment-health"]) {
            assert!(!body.contains(word), "{audience:?} reads {word}: {body}");
            assert!(!export.replace("review-", "").contains(word), "{audience:?} reads {word} in the head");
        }
    }
}

#[test]
fn no_pack_is_made_for_others_and_nothing_of_a_case_is_public() {
    let house = told();
    let enclosed = Enclosed { packs: &Kind::ALL, evidence: &[] };
    for audience in [Audience::Consulted(text("commerce")), Audience::Partner(text("bank"))] {
        let refused = house.parcel(audience, enclosed);
        assert!(matches!(refused, Err(CaseError::NoPackForThem)), "{refused:?}");
    }
    for enclosed in [enclosed, Enclosed::default()] {
        let refused = house.parcel(Audience::Public, enclosed);
        assert!(matches!(refused, Err(CaseError::NoPart)));
    }
}

const RULES: FiguresRules = FiguresRules { k: 5, lag_days: 90 };

fn printed(house: &House) -> String {
    serde_json::to_string(&figures(&house.office(), RULES).unwrap()).unwrap()
}

#[test]
fn figures_of_one_case_are_those_of_none() {
    let (mut house, mut none) = (told(), House::new());
    house.on(400);
    none.on(400);
    assert_eq!(printed(&house), printed(&none));
    assert!(!printed(&house).contains("mk-"));
}

/// A house with an inquiry each of that many developers, the last one asked on day 100.
fn inquiries(developers: usize) -> House {
    let mut house = House::new();
    for number in 0..developers {
        let (person, party) = (format!("dev-{number}"), format!("mk-lab-{number}"));
        house.on(if number + 1 == developers { 100 } else { 1 });
        house.register(RegisterAct::Enrol(enrolment(&person, Role::Developer, &party)));
        let case: CaseId = text(&format!("mk-case-{number}"));
        let open = Standing::Open { developer: text(&party), model: text("mk-model") };
        house.act_as(&case, &person, &party, open);
        house.act_as(&case, &person, &party, Inquiry::Ask { question: text("mk-question") });
    }
    house
}

fn told_of(house: &House, measure: &str) -> Told {
    let figures = figures(&house.office(), RULES).unwrap();
    figures.figures.iter().find(|figure| figure.measure == measure).unwrap().told
}

#[test]
fn a_figure_is_told_when_enough_developers_are_behind_it_rounded_down_and_late() {
    for (developers, expected) in [(4, Told::Suppressed), (5, Told::Count(5)), (7, Told::Count(5))] {
        let mut house = inquiries(developers);
        house.on(400);
        assert_eq!(told_of(&house, "inquiry/asked"), expected, "{developers}");
        assert_eq!(told_of(&house, "outcome/determined-covered"), Told::Suppressed);
        assert!(!printed(&house).contains("mk-"));
    }
    // The fifth asked on day 100, 10 October: it counts once the quarter that it fell into is over for 90 days.
    let mut house = inquiries(5);
    for (day, expected) in [(100, Told::Suppressed), (270, Told::Suppressed), (275, Told::Count(5))] {
        house.on(day);
        assert_eq!(told_of(&house, "inquiry/asked"), expected, "day {day}");
    }
}

#[test]
fn many_cases_of_one_developer_are_one_developer() {
    let mut house = House::new();
    for number in 0..9 {
        let case: CaseId = text(&format!("mk-case-{number}"));
        let open = Standing::Open { developer: text("mk-lab"), model: text("mk-model") };
        house.try_act(&case, &["dev"], open, &[]).unwrap();
        house.try_act(&case, &["dev"], Inquiry::Ask { question: text("mk-question") }, &[]).unwrap();
    }
    house.on(400);
    assert_eq!(told_of(&house, "inquiry/asked"), Told::Suppressed);
}
