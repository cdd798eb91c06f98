//! The gate: validated, complete, and only ever a restriction.

use std::collections::BTreeSet;

use crate::house::{House, day, digest, own, terms, text};
use docket::acts::access::Act as Access;
use docket::acts::items::{Act as Items, Audience};
use docket::acts::standing::Act as Standing;
use docket::{Act, Gate, NoPolicies, Policies, PolicyError, Refusal};

const SCHEMA: &str = include_str!("../../src/policy/docket.cedarschema");
const POLICIES: &str = include_str!("../../src/policy/docket.cedar");

#[test]
fn the_standing_policies_fit_their_schema() {
    Policies::standing().unwrap();
}

#[test]
fn a_policy_that_does_not_fit_stops_the_start() {
    let load = |policy: &str| Policies::load(SCHEMA, policy).err();
    let unknown = "permit (principal, action == Action::\"access.ofer\", resource);";
    assert!(matches!(load(unknown), Some(PolicyError::Invalid(_))));
    let attribute = "permit (principal, action, resource) when { principal.rank == 3 };";
    assert!(matches!(load(attribute), Some(PolicyError::Invalid(_))));
    assert!(matches!(load("permit (principal"), Some(PolicyError::Policies(_))));
    assert!(matches!(Policies::load("entity", POLICIES).err(), Some(PolicyError::Schema(_))));
    let bare = "entity Somebody; action \"read\" appliesTo { principal: Somebody, resource: Somebody };";
    let all = "permit (principal, action, resource);";
    assert!(matches!(Policies::load(bare, all).err(), Some(PolicyError::Incomplete(_))));
    for error in [load(unknown), load("permit (principal")] {
        let sentence = error.unwrap().to_string();
        assert!(!sentence.contains('\n'), "{sentence}");
    }
}

/// What serde says it expected instead of `nothing`: the names that an enum is written with.
fn variants(text: &str) -> Vec<String> {
    let error = serde_json::from_str::<Act>(text).unwrap_err().to_string();
    let (_, expected) = error.split_once("expected ").unwrap();
    expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_schema_knows_every_act_and_no_other() {
    let families = variants("{\"nothing\":{}}");
    assert_eq!(families.len(), 14);
    let acts: BTreeSet<String> = families
        .iter()
        .flat_map(|family| {
            let kinds = variants(&format!("{{\"{family}\":{{\"nothing\":{{}}}}}}"));
            kinds.into_iter().map(move |kind| format!("{family}.{kind}"))
        })
        .collect();
    let known: BTreeSet<String> =
        SCHEMA.split('"').skip(1).step_by(2).filter(|it| it.contains('.')).map(str::to_owned).collect();
    assert_eq!(acts, known);
}

#[test]
fn policies_keep_people_from_what_they_need_not_know() {
    let mut house = House::with_window(day(0));
    // A department that was not asked may not even enter an item.
    let enter = |item: &str| Items::Enter {
        item: text(item),
        content: docket::acts::items::Content::Held(digest(item)),
        marking: docket::acts::items::Marking::Public,
        basis: None,
        lawful_basis: text("published"),
        retain_until: day(99),
    };
    let refused = house.one("con", enter("x"), day(1));
    assert_eq!(refused, Err(Refusal::NotAdmitted { person: text("con") }));
    house.consulted(day(1));
    house.one("con", enter("x"), day(1)).unwrap();
    house.gate = Box::new(NoPolicies);
    house.one("cyd", enter("y"), day(1)).unwrap();
}

#[test]
fn a_policy_never_gives_what_the_rules_refuse() {
    let mut house = House::new();
    house.gate = Box::new(Policies::load(SCHEMA, "permit (principal, action, resource);").unwrap());
    house.offered(day(0), terms());
    assert!(matches!(house.one("par", Access::Accept {}, day(0)), Err(Refusal::WrongSigners { .. })));
}

#[test]
fn no_policy_can_take_withdrawing_and_releasing_from_the_developer() {
    let mut house = House::new();
    house.offered(day(0), terms());
    let nobody = "forbid (principal, action, resource);";
    house.gate = Box::new(Policies::load(SCHEMA, nobody).unwrap());
    let refused = house.one("oda", Access::Accept {}, day(0));
    assert_eq!(refused, Err(Refusal::NotAdmitted { person: text("oda") }));
    house.one("dee", Standing::PlanRelease { at: day(1) }, day(0)).unwrap();
    house.one("dee", Standing::Withdraw {}, day(0)).unwrap();
}

#[test]
fn a_policy_that_fails_while_it_is_asked_lets_nobody_in() {
    let overflow = "permit (principal, action, resource);
        forbid (principal, action, resource) when { 9223372036854775807 + 1 == 0 };";
    let mut house = House::new();
    house.offered(day(0), terms());
    let gate: Box<dyn Gate> = match Policies::load(SCHEMA, overflow) {
        Ok(policies) => Box::new(policies),
        // A schema check that finds this out beforehand is as good.
        Err(PolicyError::Invalid(_)) => return,
        Err(error) => panic!("{error}"),
    };
    house.gate = gate;
    let refused = house.one("oda", Access::Accept {}, day(0));
    assert_eq!(refused, Err(Refusal::NotAdmitted { person: text("oda") }));
}

#[test]
fn a_delegate_exports_nothing() {
    let mut house = House::with_window(day(0));
    let third = docket::Enrolment {
        person: text("ida"),
        identity: digest("ida"),
        key: crate::house::key("ida").public().unwrap(),
        ..crate::house::enrolment("eva")
    };
    let office = [own("oda"), own("ola")];
    house.register(&office, docket::RegisterAct::Enrol(third), day(0)).unwrap();
    house.keys.insert("ida".to_owned(), crate::house::key("ida"));
    let lend = docket::RegisterAct::Delegate {
        delegation: text("oda-to-ida"),
        seat: own("oda").seat,
        to: text("ida"),
        from: day(0),
        until: day(9),
    };
    house.register(&office, lend, day(0)).unwrap();
    let mut ida = own("oda");
    (ida.person, ida.authority) = (text("ida"), docket::Authority::Delegated(text("oda-to-ida")));
    let export = Items::Export { audience: Audience::House, items: BTreeSet::new(), digest: digest("f") };
    let refused = house.act(&[own("ola"), ida], export, day(1));
    assert_eq!(refused, Err(Refusal::NotAdmitted { person: text("ida") }));
}
