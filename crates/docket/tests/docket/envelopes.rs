//! Who signed what, for what, and until when.

use crate::house::{DAY, House, at, day, digest, enrolment, own, seat, terms, text};
use docket::acts::access::Act as Access;
use docket::acts::grants::Act as Grants;
use docket::acts::standing::Act as Standing;
use docket::{Act, Authority, Envelope, Interest, PersonKey, Refusal, RegisterAct, Role, Signed, StreamId};

fn open() -> Act {
    Standing::Open { developer: text("acme"), model: text("atlas 7") }.into()
}

#[test]
fn an_envelope_has_one_spelling() {
    let house = House::new();
    let signed = house.signed_act(&[own("dee")], open(), day(0)).to_string();
    assert_eq!(Signed::parse(&signed).unwrap().to_string(), signed);
    assert!(Signed::parse(&signed).unwrap().open::<Act>().is_ok());
    let spaced = signed.replacen("{\"v\":1,", "{\"v\": 1,", 1);
    let reordered = signed.replacen("{\"v\":1,\"house\":\"house\",", "{\"house\":\"house\",\"v\":1,", 1);
    let unknown = signed.replacen("{\"v\":1,", "{\"v\":1,\"x\":2,", 1);
    let escaped = signed.replacen("\"house\":\"house\"", "\"house\":\"hous\\u0065\"", 1);
    let future = signed.replacen("{\"v\":1,", "{\"v\":2,", 1);
    for other in [&spaced, &reordered, &unknown, &escaped, &future] {
        assert_ne!(*other, signed);
        assert_eq!(Signed::parse(other).unwrap().open::<Act>().err(), Some(Refusal::Spelling), "{other}");
    }
    let upper = signed.to_uppercase();
    for other in [signed.trim_end(), "", "\n", &upper, &format!("{signed}\n")] {
        assert!(Signed::parse(other).and_then(|it| it.open::<Act>()).is_err(), "{other}");
    }
    assert_eq!(Signed::parse(&"x".repeat(100_000)), Err(Refusal::EnvelopeTooLong));
}

#[test]
fn no_byte_of_a_signed_envelope_can_change() {
    let mut house = House::new();
    let text = house.signed_act(&[own("dee")], open(), day(0)).to_string();
    for place in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[place] ^= 1;
        let changed = String::from_utf8(bytes).unwrap();
        let taken = Signed::parse(&changed).and_then(|signed| house.receive(&signed, day(0)));
        assert!(taken.is_err(), "byte {place}");
    }
}

#[test]
fn an_act_is_taken_in_once() {
    let mut house = House::new();
    let signed = house.signed_act(&[own("dee")], open(), day(0));
    house.receive(&signed, day(0)).unwrap();
    assert_eq!(house.receive(&signed, day(0)), Err(Refusal::AlreadyDone { version: 1 }));
    // Still so when it would have expired meanwhile: the answer to a retry does not depend on when it comes.
    assert_eq!(house.receive(&signed, day(5)), Err(Refusal::AlreadyDone { version: 1 }));
}

#[test]
fn of_two_concurrent_acts_one_is_stale() {
    let mut house = House::new();
    house.one("dee", open(), day(0)).unwrap();
    let offer = house.signed_act(&[own("dee")], Access::Offer(terms()), day(0));
    let release = house.signed_act(&[own("dee")], Standing::PlanRelease { at: day(9) }, day(0));
    house.receive(&offer, day(0)).unwrap();
    assert_eq!(house.receive(&release, day(0)), Err(Refusal::Stale { expected: 1, found: 2 }));
}

#[test]
fn an_act_out_of_order_is_refused_by_name() {
    let mut house = House::new();
    assert_eq!(house.one("oda", Access::Accept {}, day(0)), Err(Refusal::NotFiled));
    house.one("dee", open(), day(0)).unwrap();
    assert_eq!(house.one("oda", Access::Accept {}, day(0)), Err(Refusal::NoOffer));
    assert_eq!(house.one("dee", open(), day(0)), Err(Refusal::AlreadyFiled));
}

#[test]
fn an_envelope_expires_and_is_not_signed_for_long_ahead() {
    let mut house = House::new();
    let signed = house.signed_act(&[own("dee")], open(), day(0));
    assert_eq!(house.receive(&signed, day(1)), Err(Refusal::Expired { at: day(1) }));
    assert_eq!(house.receive(&signed, day(-14)), Err(Refusal::UnknownKey { person: text("dee") }));
    let far = house.signed_act(&[own("dee")], open(), day(14));
    assert_eq!(house.receive(&far, day(0)), Err(Refusal::ExpiresTooLate));
}

#[test]
fn an_envelope_is_for_one_house_and_one_stream() {
    let mut house = House::new();
    let other = house.signed(StreamId::Case(text("case-2")), 0, &[own("dee")], open(), day(0));
    assert_eq!(house.receive(&other, day(0)), Err(Refusal::OtherStream));
    let envelope =
        Envelope::new(text("elsewhere"), StreamId::Case(text("case-1")), 0, day(1), vec![own("dee")], open());
    let line = envelope.line().unwrap();
    let signature = house.keys["dee"].sign(&line).unwrap();
    assert_eq!(house.receive(&Signed::new(line, vec![signature]), day(0)), Err(Refusal::OtherHouse));
}

#[test]
fn a_signature_by_the_wrong_person_is_refused() {
    let mut house = House::new();
    let dee = house.keys.remove("dee").unwrap();
    let oda = PersonKey::from_seed(digest("oda").as_bytes()).unwrap();
    house.keys.insert("dee".to_owned(), oda);
    let unknown = Err(Refusal::UnknownKey { person: text("dee") });
    assert_eq!(house.one("dee", open(), day(0)), unknown);
    house.keys.insert("dee".to_owned(), dee);
    // The right key over another act.
    let signed = house.signed_act(&[own("dee")], open(), day(0)).to_string();
    let signed = Signed::parse(&signed.replace("atlas 7", "atlas 8")).unwrap();
    assert_eq!(house.receive(&signed, day(0)), Err(Refusal::BadSignature { person: text("dee") }));
}

#[test]
fn a_seat_that_one_does_not_have_is_refused() {
    let mut house = House::new();
    let mut usurper = own("eva");
    usurper.seat = seat(Role::ReviewingOffice, "house");
    let refused = house.act(&[usurper.clone()], open(), day(0));
    assert_eq!(refused, Err(Refusal::NoSeat { person: text("eva"), seat: usurper.seat.clone() }));
    usurper.authority = Authority::Delegated(text("nobody-lent-it"));
    let refused = house.act(&[usurper], open(), day(0));
    assert_eq!(refused, Err(Refusal::NoDelegation { delegation: text("nobody-lent-it") }));
}

#[test]
fn a_stolen_key_is_worth_nothing_once_it_is_revoked() {
    let mut house = House::new();
    house.one("dee", open(), day(0)).unwrap();
    let thief = house.signed_act(&[own("dee")], Standing::Withdraw {}, day(1));
    let stolen = house.keys["dee"].public().unwrap();
    let revoke = RegisterAct::RevokeKey { person: text("dee"), key: stolen, suspect_since: Some(day(0)) };
    let stranger = house.register(&[own("eva")], revoke.clone(), day(1));
    assert_eq!(stranger, Err(Refusal::NotYourKey));
    house.register(&[own("oda")], revoke, day(1)).unwrap();
    assert_eq!(house.receive(&thief, day(1)), Err(Refusal::RevokedKey { person: text("dee"), at: day(1) }));
    // With another key, given by two persons, dee goes on.
    let fresh = PersonKey::from_seed(digest("dee's next key").as_bytes()).unwrap();
    let add = RegisterAct::AddKey { person: text("dee"), key: fresh.public().unwrap() };
    assert!(matches!(house.register(&[own("oda")], add.clone(), day(1)), Err(Refusal::WrongSigners { .. })));
    house.register(&[own("oda"), own("ola")], add, day(1)).unwrap();
    house.keys.insert("dee".to_owned(), fresh);
    house.one("dee", Access::Offer(terms()), day(1)).unwrap();
}

#[test]
fn two_signatures_by_one_person_are_one_person() {
    let mut house = House::with_window(day(0));
    let lend = RegisterAct::Delegate {
        delegation: text("oda-to-ola"),
        seat: own("oda").seat,
        to: text("ola"),
        from: day(0),
        until: day(90),
    };
    // Neither alone nor together with the one who receives.
    assert!(matches!(house.register(&[own("oda")], lend.clone(), day(0)), Err(Refusal::WrongSigners { .. })));
    let with_receiver = house.register(&[own("oda"), own("ola")], lend.clone(), day(0));
    assert_eq!(with_receiver, Err(Refusal::DelegatesToSelf));
    let third = docket::Enrolment { seat: own("oda").seat, ..enrolment("par") };
    let third =
        docket::Enrolment { person: text("ida"), identity: digest("ida"), key: key_of("ida"), ..third };
    house.register(&[own("oda"), own("ola")], RegisterAct::Enrol(third), day(0)).unwrap();
    house.keys.insert("ida".to_owned(), crate::house::key("ida"));
    let ida = docket::Actor { person: text("ida"), ..own("oda") };
    house.register(&[own("oda"), ida.clone()], lend, day(0)).unwrap();

    let mut for_oda = own("oda");
    (for_oda.person, for_oda.authority) = (text("ola"), Authority::Delegated(text("oda-to-ola")));
    let lease = || Grants::OpenLease { lease: text("lease"), artefact: digest("weights") };
    let same = Err(Refusal::SamePerson { person: text("ola") });
    assert_eq!(house.act(&[own("ola"), own("ola")], lease(), day(1)), same);
    assert_eq!(house.act(&[own("ola"), for_oda.clone()], lease(), day(1)), same);
    house.act(&[for_oda, ida], lease(), day(1)).unwrap();
}

fn key_of(person: &str) -> docket::PublicKey {
    crate::house::key(person).public().unwrap()
}

#[test]
fn a_delegation_has_dates_and_survives_its_giver() {
    let mut house = House::new();
    let lend = |from, until| RegisterAct::Delegate {
        delegation: text("des-to-ola"),
        seat: own("des").seat,
        to: text("ola"),
        from,
        until,
    };
    let by = [own("des"), own("oda")];
    assert_eq!(house.register(&by, lend(day(2), day(1)), day(0)), Err(Refusal::DatesDisorder));
    assert_eq!(house.register(&by, lend(day(0), day(400)), day(0)), Err(Refusal::DelegationTooLong));
    house.register(&by, lend(day(1), day(30)), day(0)).unwrap();
    let mut ola = own("des");
    (ola.person, ola.authority) = (text("ola"), Authority::Delegated(text("des-to-ola")));
    let early = house.register.state().vouch(&ola, at(DAY - 1));
    assert_eq!(early, Err(Refusal::NoDelegation { delegation: text("des-to-ola") }));
    let vacate = RegisterAct::Vacate { person: text("des"), seat: own("des").seat };
    house.register(&[own("oda")], vacate, day(5)).unwrap();
    assert_eq!(house.register.state().vouch(&ola, day(29)), Ok(()));
    assert!(house.register.state().vouch(&own("des"), day(6)).is_err());
    assert!(house.register.state().vouch(&ola, day(30)).is_err());
    // What is lent is not lent further.
    let further = RegisterAct::Delegate {
        delegation: text("further"),
        seat: own("des").seat,
        to: text("oda"),
        from: day(7),
        until: day(8),
    };
    let refused = house.register(&[ola, own("eva")], further, day(7));
    assert_eq!(refused, Err(Refusal::NotTheirsToDelegate));
}

#[test]
fn nobody_has_seats_on_two_sides() {
    let mut house = House::new();
    let office = [own("oda"), own("ola")];
    let appoint = |person: &str, role, party| RegisterAct::Appoint {
        person: text(person),
        seat: seat(role, party),
        until: None,
    };
    let two_sides = |person: &str| Err(Refusal::TwoSides { person: text(person) });
    assert_eq!(house.register(&office, appoint("eva", Role::Developer, "acme"), day(0)), two_sides("eva"));
    assert_eq!(house.register(&office, appoint("dee", Role::Developer, "bolt"), day(0)), two_sides("dee"));
    assert_eq!(house.register(&office, appoint("aud", Role::Evaluator, "house"), day(0)), two_sides("aud"));
    house.register(&office, appoint("eva", Role::ReviewingOffice, "house"), day(0)).unwrap();
    let lend = RegisterAct::Delegate {
        delegation: text("dee-to-eva"),
        seat: own("dee").seat,
        to: text("eva"),
        from: day(0),
        until: day(9),
    };
    assert_eq!(house.register(&[own("dee"), own("oda")], lend, day(0)), two_sides("eva"));
}

#[test]
fn a_natural_person_is_enrolled_once_and_a_key_has_one_person() {
    let mut house = House::new();
    let office = [own("oda"), own("ola")];
    let again = docket::Enrolment { person: text("dee-2"), key: key_of("dee-2"), ..enrolment("dee") };
    assert_eq!(house.register(&office, RegisterAct::Enrol(again), day(0)), Err(Refusal::AlreadyEnrolled));
    let borrowed = docket::Enrolment { person: text("new"), identity: digest("new"), ..enrolment("eva") };
    assert_eq!(house.register(&office, RegisterAct::Enrol(borrowed), day(0)), Err(Refusal::AlreadyEnrolled));
}

#[test]
fn a_key_that_everybody_can_sign_for_is_not_enrolled() {
    let mut house = House::new();
    let office = [own("oda"), own("ola")];
    let (zero, mut one) = ([0; 32], [0; 32]);
    (one[0], one[31]) = (1, 0x80);
    for weak in [zero, one] {
        let key = docket::PublicKey::from_bytes(weak);
        let new = docket::Enrolment { person: text("new"), identity: digest("new"), key, ..enrolment("eva") };
        assert_eq!(house.register(&office, RegisterAct::Enrol(new), day(0)), Err(Refusal::WeakKey));
        let add = RegisterAct::AddKey { person: text("eva"), key };
        assert_eq!(house.register(&office, add, day(0)), Err(Refusal::WeakKey));
    }
}

#[test]
fn a_house_is_founded_by_two_of_its_office() {
    let mut house = House::new();
    house.register = docket::Record::of_register();
    let found = |names: &[&str]| RegisterAct::Found {
        house: text("house"),
        founders: names.iter().map(|name| enrolment(name)).collect(),
    };
    assert_eq!(house.register(&[own("oda")], found(&["oda"]), day(0)), Err(Refusal::TooFewFounders));
    let mixed = house.register(&[own("oda"), own("dee")], found(&["oda", "dee"]), day(0));
    assert_eq!(mixed, Err(Refusal::TooFewFounders));
    let early = house.register(&[own("oda"), own("ola")], RegisterAct::Enrol(enrolment("dee")), day(0));
    assert_eq!(early, Err(Refusal::NotFounded));
    house.register(&[own("oda"), own("ola")], found(&["oda", "ola"]), day(0)).unwrap();
    let again = house.register(&[own("oda"), own("ola")], found(&["oda", "ola"]), day(0));
    assert_eq!(again, Err(Refusal::AlreadyFounded));
}

#[test]
fn who_has_a_conflict_of_interest_does_not_act_and_does_not_clear_it() {
    let mut house = House::new();
    house.one("dee", open(), day(0)).unwrap();
    house.one("dee", Access::Offer(terms()), day(0)).unwrap();
    let interest = Interest::Case(text("case-1"));
    let declare =
        RegisterAct::DeclareConflict { person: text("oda"), interest: interest.clone(), basis: text("kin") };
    house.register(&[own("oda")], declare, day(0)).unwrap();
    let refused = house.one("oda", Access::Accept {}, day(0));
    assert_eq!(refused, Err(Refusal::Conflicted { person: text("oda") }));
    let end = RegisterAct::EndConflict { person: text("oda"), interest, basis: text("no more") };
    let refused = house.register(&[own("oda"), own("ola")], end, day(0));
    assert_eq!(refused, Err(Refusal::ConflictStands));
    house.one("ola", Access::Accept {}, day(0)).unwrap();
}
