//! When a look may be taken, and gone on with: each rule with the same look once it holds.

use crate::house::{House, at, budget, day, digest, own, subject, terms, text};
use docket::acts::access::{Act as Access, Mode};
use docket::acts::delta::{Act as Delta, Change};
use docket::acts::grants::Act as Grants;
use docket::acts::look::{Looking, Measured, Reach, may_look};
use docket::acts::standing::Act as Standing;
use docket::acts::window::Act as Window;
use docket::{LookId, Refusal, RegisterAct, Setting};
use types::{Digest, Timestamp};

fn measured() -> Measured {
    Measured { checkpoint: subject().checkpoint, commitment: digest("t"), reach: Reach::Service }
}

fn weights() -> Measured {
    Measured { reach: Reach::Weights, ..measured() }
}

/// A window opened on day 0, a look planned, and a grant for eva until day 20.
fn ready() -> House {
    let mut house = House::with_window(day(0));
    house.plan("first", 1);
    house.grant("eva", Mode::Api, 20);
    house
}

impl House {
    fn plan(&mut self, look: &str, days: i64) {
        let act = Delta::PlanLook { look: text(look), subject: subject().digest(), spends: budget(1, 1) };
        self.one("eva", act, day(days)).unwrap();
    }

    fn grant(&mut self, person: &str, mode: Mode, until: i64) {
        let act = Grants::Grant {
            grant: text(&format!("{person}-{}", self.lines.len())),
            person: text(person),
            mode,
            purpose: text("measure"),
            until: day(until),
        };
        self.one("oda", act, day(1)).unwrap();
    }

    fn may(
        &self,
        look: &str,
        measured: Measured,
        package: Option<&str>,
        by: &str,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let (look, by): (LookId, _) = (text(look), own(by));
        let package: Option<Digest> = package.map(digest);
        let looking = Looking { look: &look, measured, package, by: &by };
        let setting = Setting::new(self.register.state(), &*self.gate);
        may_look(self.case.state(), &looking, &setting, now)
    }

    fn start(&mut self, look: &str, package: &str, days: i64) -> Result<Vec<String>, Refusal> {
        let act = Delta::StartLook { look: text(look), measured: measured(), package: digest(package) };
        self.one("eva", act, day(days))
    }
}

#[test]
fn a_look_that_keeps_every_rule_may_be_taken() {
    let mut house = ready();
    assert_eq!(house.may("first", measured(), None, "eva", day(2)), Ok(()));
    assert_eq!(house.start("first", "package", 2).unwrap(), ["delta.look_started"]);
    assert_eq!(house.may("first", measured(), Some("package"), "eva", day(3)), Ok(()));
}

#[test]
fn only_a_planned_look_at_the_present_checkpoint_under_the_cases_threshold_is_taken() {
    let house = ready();
    let other = Measured { checkpoint: digest("another"), ..measured() };
    let moved = Measured { commitment: digest("moved"), ..measured() };
    let refused = [
        ("second", measured(), Refusal::NoSuchLook),
        ("first", other, Refusal::OtherCheckpoint),
        ("first", moved, Refusal::OtherThreshold),
    ];
    for (look, measured, refusal) in refused {
        assert_eq!(house.may(look, measured, None, "eva", day(2)), Err(refusal));
    }
}

#[test]
fn a_window_that_is_not_open_ends_the_look_whoever_recorded_that() {
    let mut house = House::new();
    assert_eq!(house.may("first", measured(), None, "oda", day(0)), Err(Refusal::NotFiled));
    house.offered(day(0), terms());
    house.one("oda", Access::Accept {}, day(0)).unwrap();
    assert_eq!(house.may("first", measured(), None, "oda", day(0)), Err(Refusal::WindowNotOpen));

    // Day 31: nobody recorded that the window closed, and it is closed all the same.
    let mut house = ready();
    house.start("first", "package", 2).unwrap();
    let on = |house: &House, now| house.may("first", measured(), Some("package"), "eva", now);
    assert_eq!(on(&house, at(20 * crate::house::DAY - 1)), Ok(()));
    assert_eq!(on(&house, day(30)), Err(Refusal::WindowNotOpen));
    house.one("dee", Standing::PlanRelease { at: day(10) }, day(3)).unwrap();
    assert_eq!(on(&house, day(9)), Ok(()));
    assert_eq!(on(&house, day(10)), Err(Refusal::WindowNotOpen));
    let mut withdrawn = ready();
    withdrawn.start("first", "package", 2).unwrap();
    withdrawn.one("dee", Standing::Withdraw {}, day(4)).unwrap();
    assert_eq!(on(&withdrawn, day(4)), Err(Refusal::CaseWithdrawn));
    let mut finished = ready();
    finished.start("first", "package", 2).unwrap();
    finished.one("oda", Window::Finish {}, day(4)).unwrap();
    assert_eq!(on(&finished, day(4)), Err(Refusal::WindowNotOpen));
}

#[test]
fn prompts_take_a_grant_in_force_to_the_person_who_measures() {
    let mut house = ready();
    let no_grant = |person: &str| Err(Refusal::NoGrant { person: text(person) });
    assert_eq!(house.may("first", measured(), None, "oda", day(2)), no_grant("oda"));
    // Weights are not prompts.
    house.grant("oda", Mode::Weights, 20);
    assert_eq!(house.may("first", measured(), None, "oda", day(2)), no_grant("oda"));
    house.grant("oda", Mode::Api, 20);
    assert_eq!(house.may("first", measured(), None, "oda", day(2)), Ok(()));
    assert_eq!(house.may("first", measured(), None, "oda", day(20)), no_grant("oda"));
}

#[test]
fn weights_take_a_lease_of_exactly_these_weights() {
    let mut house = ready();
    assert_eq!(house.may("first", weights(), None, "eva", day(2)), Err(Refusal::NoLease));
    let office = [own("oda"), own("ola")];
    let lease = |name: &str, artefact| Grants::OpenLease { lease: text(name), artefact };
    house.act(&office, lease("other", digest("others")), day(2)).unwrap();
    assert_eq!(house.may("first", weights(), None, "eva", day(2)), Err(Refusal::NoLease));
    house.act(&office, lease("these", subject().checkpoint), day(2)).unwrap();
    assert_eq!(house.may("first", weights(), None, "eva", day(2)), Ok(()));
    house.one("oda", Grants::EndLease { lease: text("these") }, day(3)).unwrap();
    assert_eq!(house.may("first", weights(), None, "eva", day(3)), Err(Refusal::NoLease));
}

#[test]
fn weights_that_are_offered_in_an_enclave_only_are_not_run_outside_one() {
    let mut house = House::new();
    let mut terms = terms();
    terms.modes = [Mode::Enclave].into();
    house.offered(day(0), terms);
    house.one("oda", Access::Accept {}, day(0)).unwrap();
    let threshold = Access::CommitThreshold { commitment: digest("t"), budget: budget(50, 100) };
    house.one("oda", threshold, day(0)).unwrap();
    house.one("dee", Access::CosignThreshold { checkpoint: digest("log") }, day(0)).unwrap();
    house.one("oda", Window::Open {}, day(0)).unwrap();
    house.plan("first", 1);
    let lease = Grants::OpenLease { lease: text("these"), artefact: subject().checkpoint };
    house.act(&[own("oda"), own("ola")], lease, day(1)).unwrap();
    assert_eq!(house.may("first", weights(), None, "eva", day(2)), Err(Refusal::ModeNotOffered));
}

#[test]
fn a_look_has_one_package_and_one_result() {
    let mut house = ready();
    house.start("first", "package", 2).unwrap();
    // What does not suit is thrown away, and measured again into another folder.
    assert_eq!(house.start("first", "another", 3), Err(Refusal::LookStarted));
    for package in [None, Some("another")] {
        assert_eq!(house.may("first", measured(), package, "eva", day(3)), Err(Refusal::LookStarted));
    }
    let result = Delta::RecordResult { look: text("first"), evidence: digest("the end") };
    house.one("eva", result, day(3)).unwrap();
    assert_eq!(house.may("first", measured(), Some("package"), "eva", day(3)), Err(Refusal::LookDone));
    house.plan("second", 3);
    assert_eq!(house.start("second", "another", 4).unwrap(), ["delta.look_started"]);
}

#[test]
fn a_delta_in_the_middle_ends_the_look_because_its_subject_is_gone() {
    let mut house = ready();
    house.start("first", "package", 2).unwrap();
    let change = Change::SystemPrompt(digest("prompt 2"));
    house.one("dee", Delta::Declare { change, note: text("a new prompt") }, day(3)).unwrap();
    let on = house.may("first", measured(), Some("package"), "eva", day(3));
    assert_eq!(on, Err(Refusal::OtherSubject));
}

#[test]
fn who_may_not_record_a_result_takes_no_look_either() {
    let mut house = ready();
    for person in ["dee", "aud", "par", "con"] {
        assert!(house.may("first", measured(), None, person, day(2)).is_err(), "{person}");
    }
    let conflict = docket::Interest::Party(text("acme"));
    let declared =
        RegisterAct::DeclareConflict { person: text("eva"), interest: conflict, basis: text("worked there") };
    house.register(&[own("eva")], declared, day(2)).unwrap();
    let refused = house.may("first", measured(), None, "eva", day(2));
    assert_eq!(refused, Err(Refusal::Conflicted { person: text("eva") }));
}
