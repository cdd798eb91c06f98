//! A house that rewrites a pack and signs again: what was rewritten does not follow from what it names.

use docket::acts::items::{Act as Items, Audience, Content, Marking};
use docket::{Interest, RegisterAct};
use flows::cases::{Broken, CaseError, Enclosed, Evidence};
use report::packs::{Answer, Kind, Pack, Source};

use crate::house::{House, case, digest, enter, evidence, text, told, verify};

/// What a lie is called, and what it does to a pack.
type Lie = (&'static str, fn(&mut Pack));

fn packed(house: &House, audience: Audience, evidence: &[Evidence]) -> flows::cases::Parcel {
    house.parcel(audience, Enclosed { packs: &[Kind::Aef1], evidence }).unwrap()
}

/// The parcel with its pack rewritten.
fn rewritten(parcel: &flows::cases::Parcel, rewrite: impl Fn(&mut Pack)) -> flows::cases::Parcel {
    let lines = parcel.body.lines().map(|line| match line.strip_prefix("pack ") {
        None => format!("{line}\n"),
        Some(json) => {
            let mut pack: Pack = serde_json::from_str(json).unwrap();
            rewrite(&mut pack);
            format!("pack {}\n", types::json::line(&pack).unwrap())
        }
    });
    flows::cases::Parcel { body: lines.collect(), ..parcel.clone() }
}

fn answer<'a>(pack: &'a mut Pack, name: &str) -> &'a mut Answer {
    let mut fields = pack.sections.iter_mut().flat_map(|section| &mut section.fields);
    &mut fields.find(|field| field.name == name).unwrap().answer
}

#[test]
fn what_rests_on_the_case_cannot_be_rewritten_even_when_the_evidence_is_not_given() {
    let house = told();
    let truth = packed(&house, Audience::Auditor, &[evidence()]);
    let given: [&[Evidence]; 2] = [&[], &[evidence()]];
    for evidence in given {
        let checked = verify(&house.export(&truth), evidence).unwrap();
        assert_eq!(checked.packs[0].unchecked.is_empty(), !evidence.is_empty());
    }
    let lies: [Lie; 9] = [
        ("answer", |pack| *answer(pack, "question") = Answer::Derived { lines: vec!["nothing".to_owned()] }),
        ("look", |pack| match answer(pack, "every_look") {
            Answer::Table { rows, .. } => rows.clear(),
            other => panic!("{other:?}"),
        }),
        ("response", |pack| match answer(pack, "developer_response") {
            Answer::Quoted { quotes, .. } => quotes[0].text.push_str(" and more"),
            other => panic!("{other:?}"),
        }),
        ("human", |pack| *answer(pack, "payment") = Answer::Derived { lines: vec!["nobody".to_owned()] }),
        ("question", |pack| pack.sections[0].fields[0].question.push('?')),
        ("field", |pack| drop(pack.sections[1].fields.remove(0))),
        ("version", |pack| pack.record.version += 1),
        ("entry", |pack| pack.record.entry = digest("another")),
        ("view", |pack| pack.derived_from[0] = Source::View { digest: digest("another") }),
    ];
    for (name, lie) in lies {
        for evidence in given {
            let broken = verify(&house.export(&rewritten(&truth, lie)), evidence);
            assert!(matches!(broken, Err(Broken::Pack { .. })), "{name}: {broken:?}");
        }
    }
}

#[test]
fn what_rests_on_evidence_cannot_be_rewritten_when_the_evidence_is_given() {
    let house = told();
    let truth = packed(&house, Audience::House, &[evidence()]);
    let lie = rewritten(&truth, |pack| match answer(pack, "results") {
        Answer::Table { rows, .. } => rows[0][1] = "24 of 24".to_owned(),
        other => panic!("{other:?}"),
    });
    let broken = verify(&house.export(&lie), &[evidence()]);
    assert!(matches!(broken, Err(Broken::Pack { .. })), "{broken:?}");
    // Nobody can know without it, and that is said.
    assert_eq!(verify(&house.export(&lie), &[]).unwrap().packs[0].unchecked, [digest("package")]);
}

#[test]
fn a_pack_for_others_of_another_case_of_another_time_or_version_does_not_hold() {
    let mut house = told();
    let truth = packed(&house, Audience::Developer, &[]);
    house.on(1);
    verify(&house.export(&truth), &[]).unwrap();
    let lies: [fn(&mut Pack); 4] = [
        |pack| pack.case = "c-2".to_owned(),
        |pack| pack.readers = report::packs::Readers::House,
        |pack| pack.proofhouse_version = "99.0.0".to_owned(),
        |pack| pack.made_at = "2099-01-01T00:00:00.000Z".parse().unwrap(),
    ];
    for lie in lies {
        let broken = verify(&house.export(&rewritten(&truth, lie)), &[]);
        assert!(matches!(broken, Err(Broken::Pack { .. })), "{broken:?}");
    }
    let doubled = flows::cases::Parcel { body: truth.body.replace("pack {", "pack  {"), ..truth };
    let broken = verify(&house.export(&doubled), &[]);
    assert!(broken.is_err(), "another spelling");
}

#[test]
fn evidence_that_the_case_does_not_name_makes_no_pack() {
    let house = told();
    let stray = Evidence::checked(digest("stray"), digest("report"), review());
    let enclosed = Enclosed { packs: &[Kind::Aisi], evidence: &[stray] };
    let refused = house.parcel(Audience::House, enclosed);
    assert!(matches!(refused, Err(CaseError::StrayEvidence { .. })), "{refused:?}");
}

fn review() -> report::data::Review {
    serde_json::from_str(include_str!("report.json")).unwrap()
}

#[test]
fn the_developer_gets_evidence_only_where_its_item_is_marked_for_them() {
    let enclosed = [evidence()];
    let parcel = |house: &House| {
        house.parcel(Audience::Developer, Enclosed { packs: &[Kind::Aisi], evidence: &enclosed })
    };
    let house = told();
    assert!(matches!(parcel(&house), Err(CaseError::StrayEvidence { .. })), "a look alone is the house's");
    house.act(&["ada"], enter("package", Content::Held(digest("package")), Marking::Restricted));
    assert!(matches!(parcel(&house), Err(CaseError::StrayEvidence { .. })), "restricted");
    let mark =
        Items::Mark { item: text("package"), marking: Marking::Proprietary, basis: Some(text("theirs")) };
    house.act(&["ada"], mark);
    let parcel = parcel(&house).unwrap();
    assert_eq!(parcel.items, [text("package")].into(), "the act that two sign names it");
    let checked = verify(&house.export(&parcel), &enclosed).unwrap();
    assert!(checked.packs[0].unchecked.is_empty());
    house.act(&["ada", "bea"], parcel.act());
    // Marked anew before the two signed, the docket's own rule stands in the way.
    let mark = Items::Mark { item: text("package"), marking: Marking::Restricted, basis: Some(text("ours")) };
    house.act(&["ada"], mark);
    assert!(house.try_act(&case(), &["ada", "bea"], parcel.act(), &[]).is_err());
}

#[test]
fn a_pack_of_the_house_says_which_conflicts_are_declared_and_the_developers_does_not() {
    let house = told();
    let declare = RegisterAct::DeclareConflict {
        person: text("bea"),
        interest: Interest::Party(text("mk-lab")),
        basis: text("shares"),
    };
    house.register(declare);
    for (audience, told) in [(Audience::House, true), (Audience::Developer, false)] {
        let parcel = packed(&house, audience, &[]);
        assert_eq!(parcel.body.contains("bea declared one with the developer mk-lab"), told);
        verify(&house.export(&parcel), &[]).unwrap();
    }
}

#[test]
fn a_reason_that_is_withheld_is_in_no_pack_and_the_others_are() {
    let house = told();
    for audience in [Audience::House, Audience::Auditor, Audience::Developer] {
        let parcel = packed(&house, audience, &[]);
        let packs: Vec<&str> = parcel.body.lines().filter(|line| line.starts_with("pack ")).collect();
        assert!(
            packs.iter().all(|pack| pack.contains("mk-reason-given") && !pack.contains("mk-reason-withheld"))
        );
        assert_eq!(packs.len(), 1);
    }
}
