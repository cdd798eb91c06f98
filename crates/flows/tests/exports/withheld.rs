//! References to classified material: they never leave, and the record does, with digests in their places.

use docket::acts::items::{Act as Items, Audience, Content, Marking};
use docket::acts::standing::Act as Standing;
use flows::cases::log::LogBroken;
use flows::cases::{Broken, CaseError, Enclosed, report as report_for};
use report::packs::{Kind, Recorded};

use crate::house::{House, case, digest, enter, evidence, text, told, verify};

const REFERENCE: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";
const ALL: [Audience; 3] = [Audience::House, Audience::Auditor, Audience::Developer];

fn elsewhere() -> Content {
    serde_json::from_value(serde_json::json!({ "elsewhere": REFERENCE })).unwrap()
}

/// The told case with two entries about an item that lies elsewhere, and something after them.
fn with_reference(marking: Marking) -> House {
    let house = told();
    house.act(&["ada"], enter("mk-annex", elsewhere(), marking));
    house.act(&["ada"], Items::Hold { item: text("mk-annex"), hold: text("court"), why: text("mk-order") });
    house.act(&["ada"], enter("more", Content::Held(digest("more")), Marking::Proprietary));
    house
}

#[test]
fn no_export_view_or_pack_carries_a_reference_or_what_is_said_about_it() {
    let consulted = Audience::Consulted(text("commerce"));
    for marking in [Marking::Classified, Marking::Proprietary, Marking::Public] {
        let house = with_reference(marking);
        for audience in ALL.into_iter().chain([consulted.clone()]) {
            let packs: &[Kind] = if audience == consulted { &[] } else { &Kind::ALL };
            let parcel = house.parcel(audience.clone(), Enclosed { packs, evidence: &[] }).unwrap();
            for never in [REFERENCE, "mk-annex", "mk-order", "elsewhere"] {
                assert!(!parcel.body.contains(never), "{never} goes to {audience:?}, marked {marking:?}");
            }
        }
    }
}

#[test]
fn the_rest_of_the_record_is_decided_again_and_what_is_withheld_is_counted() {
    let house = with_reference(Marking::Classified);
    let entries = house.office().entries(&case()).unwrap();
    let enclosed = Enclosed { packs: &Kind::ALL, evidence: &[evidence()] };
    let parcel = house.parcel(Audience::Auditor, enclosed).unwrap();
    let checked = verify(&house.export(&parcel), &[evidence()]).unwrap();
    assert_eq!((checked.replayed, checked.withheld), (entries.len() - 2, 2));
    let last = digest(&entries.last().unwrap().line().unwrap());
    let expected = Recorded { version: entries.len() as u64, entry: last, withheld: 2 };
    assert!(checked.packs.iter().all(|it| it.pack.record == expected && it.unchecked.is_empty()));
    // What stands for an entry is what the developer's receipt of it says.
    let line = digest(&entries[entries.len() - 3].line().unwrap());
    assert!(parcel.body.contains(&format!("\"line\":\"{line}\"")));
}

#[test]
fn an_entry_cannot_be_withheld_without_its_digest_at_its_place() {
    let house = with_reference(Marking::Classified);
    let truth = house.parcel(Audience::House, Enclosed::default()).unwrap();
    let found = |rewrite: &dyn Fn(&str) -> String| {
        let mut lie = truth.clone();
        lie.body = rewrite(&truth.body);
        assert_ne!(lie.body, truth.body);
        verify(&house.export(&lie), &[]).unwrap_err()
    };
    let lines = |body: &str, keep: &dyn Fn(&str) -> bool| -> String {
        body.lines().filter(|line| keep(line)).map(|line| format!("{line}\n")).collect()
    };
    let dropped = found(&|body| lines(body, &|line| !line.starts_with("withheld")));
    assert!(matches!(dropped, Broken::Chain { stream: "case", .. }), "{dropped:?}");
    let other = digest("another entry");
    let start = truth.body.rfind("withheld ").unwrap();
    let named = start + truth.body[start..].find("\"digest\":\"").unwrap() + "\"digest\":\"".len();
    let end = named + other.to_string().len();
    let changed = found(&|body| format!("{}{other}{}", &body[..named], &body[end..]));
    assert!(matches!(changed, Broken::Chain { stream: "case", .. }), "{changed:?}");
    let respelt = found(&|body| body.replacen("withheld {\"version\":", "withheld {\"version\": ", 1));
    assert!(matches!(respelt, Broken::NoExport(_)), "{respelt:?}");
}

/// The parcel with the entry of that name hidden as if it were classified.
fn hiding(house: &House, name: &str) -> flows::cases::Parcel {
    let mut parcel = house.parcel(Audience::Auditor, Enclosed::default()).unwrap();
    verify(&house.export(&parcel), &[]).unwrap();
    let entries = house.office().entries(&case()).unwrap();
    let hidden = entries.iter().rfind(|entry| entry.event().name() == name).unwrap();
    let stands = format!("withheld {}\n", types::json::line(&hidden.withheld().unwrap()).unwrap());
    let line = format!("case {}\n", hidden.line().unwrap());
    assert!(parcel.body.contains(&line));
    parcel.body = parcel.body.replacen(&line, &stands, 1);
    parcel
}

/// An act on which something rests cannot be hidden: what comes after it does not follow from the rules without it.
#[test]
fn an_act_that_mattered_cannot_be_hidden_among_withheld_entries() {
    let mut house = with_reference(Marking::Classified);
    house.on(1);
    house.act(&["dev"], Standing::Withdraw {});
    house.on(2);
    house.act(&["ada"], Standing::Close {});
    for name in
        ["standing.withdrawn", "access.accepted", "window.opened", "assessment.given", "items.entered"]
    {
        let broken = verify(&house.export(&hiding(&house, name)), &[]);
        if name == "items.entered" {
            // Nothing rests on it, so the rules cannot tell what it was: for that there is the log.
            assert_eq!(broken.unwrap().withheld, 3);
            continue;
        }
        let noticed = matches!(broken, Err(Broken::Refused { .. } | Broken::Otherwise { .. }));
        assert!(noticed, "{name}: {broken:?}");
    }
}

#[test]
fn an_export_with_withheld_entries_is_shown_to_be_what_was_logged() {
    let house = with_reference(Marking::Classified);
    for (audience, whole) in
        [(Audience::House, true), (Audience::Auditor, true), (Audience::Developer, false)]
    {
        let parcel = house.logged(house.parcel(audience.clone(), Enclosed::default()).unwrap());
        let checked = verify(&house.export(&parcel), &[]).unwrap();
        let log = checked.log.unwrap();
        assert_eq!((log.whole, log.version), (whole, house.office().entries(&case()).unwrap().len() as u64));
        assert_eq!(checked.withheld, if whole { 2 } else { 0 }, "{audience:?}");
    }
}

/// The digest of its line stands in no chain: without the log, nothing holds it.
#[test]
fn the_digest_of_a_withheld_entry_s_line_is_the_one_that_was_logged() {
    let house = with_reference(Marking::Classified);
    let bare = house.parcel(Audience::Auditor, Enclosed::default()).unwrap();
    let altered = |parcel: &flows::cases::Parcel| {
        let entries = house.office().entries(&case()).unwrap();
        let line = digest(&entries[entries.len() - 3].line().unwrap()).to_string();
        assert!(parcel.body.contains(&line));
        let body = parcel.body.replace(&line, &digest("another line").to_string());
        verify(&house.export(&flows::cases::Parcel { body, ..parcel.clone() }), &[])
    };
    assert_eq!(altered(&bare).unwrap().log, None);
    assert_eq!(altered(&house.logged(bare)), Err(Broken::Log(LogBroken::Differs)));
}

#[test]
fn no_act_at_all_can_be_hidden_among_withheld_entries_of_a_record_that_was_logged() {
    let house = with_reference(Marking::Classified);
    let truth = house.parcel(Audience::Auditor, Enclosed::default()).unwrap();
    let mut unnoticed = Vec::new();
    for entry in house.office().entries(&case()).unwrap() {
        let line = format!("case {}\n", entry.line().unwrap());
        if !truth.body.contains(&line) {
            continue;
        }
        let stands = format!("withheld {}\n", types::json::line(&entry.withheld().unwrap()).unwrap());
        let hiding = |parcel: flows::cases::Parcel| {
            let body = parcel.body.replacen(&line, &stands, 1);
            verify(&house.export(&flows::cases::Parcel { body, ..parcel }), &[])
        };
        let (bare, logged) = (hiding(truth.clone()), hiding(house.logged(truth.clone())));
        assert!(logged.is_err(), "{} is hidden", entry.event().name());
        if bare.is_ok() {
            assert!(matches!(logged, Err(Broken::Log(_))), "{logged:?}");
            unnoticed.push((entry.event().name(), logged.unwrap_err()));
        }
    }
    // Nothing rests on these: the rules alone did not notice. One that names evidence makes up the number with it.
    let names: Vec<&str> = unnoticed.iter().map(|(name, _)| name.as_str()).collect();
    assert!(names.contains(&"items.entered") && names.contains(&"partner.selected"), "{names:?}");
    let kinds =
        |broken: &Broken| matches!(broken, Broken::Log(LogBroken::Hidden { .. } | LogBroken::Differs));
    assert!(unnoticed.iter().all(|(_, broken)| kinds(broken)), "{unnoticed:?}");
}

#[test]
fn a_text_that_repeats_a_reference_leaves_in_nothing() {
    let house = with_reference(Marking::Classified);
    let upper = REFERENCE.to_uppercase();
    house.respond(&format!("see {upper}"));
    for audience in ALL {
        let refused = house.parcel(audience.clone(), Enclosed::default());
        assert!(matches!(refused, Err(CaseError::Classified)), "{audience:?}");
    }
    let office = house.office();
    let register = office.register().unwrap();
    let seat = register.state().seats_now(&text("ada"), docket_now(&house)).next().unwrap().clone();
    let reader = docket::Actor { person: text("ada"), seat, authority: docket::Authority::Own };
    let refused = report_for(&office, (&case(), &reader), Kind::Aisi, &[]);
    assert!(matches!(refused, Err(CaseError::Classified)));
    // Without that text there is nothing in the way.
    let house = with_reference(Marking::Classified);
    let office = house.office();
    report_for(&office, (&case(), &reader), Kind::Aisi, &[]).unwrap();
}

fn docket_now(house: &House) -> types::Timestamp {
    types::Clock::now(&house.clock)
}
