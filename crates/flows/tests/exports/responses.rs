//! The developer's own words: taken in with their text, in every export and pack for house and developer, all of them.

use docket::acts::assessment::Act as Assessment;
use docket::acts::items::Audience;
use flows::cases::{Broken, CaseError, Enclosed, deliver};
use flows::error::FlowError;
use report::packs::Kind;

use crate::house::{case, digest, evidence, signer, text, told, verify};

const ALL: [Audience; 3] = [Audience::House, Audience::Auditor, Audience::Developer];

#[test]
fn a_response_without_its_text_is_not_taken_in() {
    let house = told();
    let respond = || Assessment::Respond { response: digest("words of ours"), words: text("ours") };
    let refused = house.try_act(&case(), &["dev"], respond(), &["other words"]);
    assert!(matches!(refused, Err(CaseError::ResponseMissing { .. })), "{refused:?}");
    house.try_act(&case(), &["dev"], respond(), &["words of ours"]).unwrap();
    // The same words again need not be brought again.
    house.try_act(&case(), &["dev"], respond(), &[]).unwrap();
}

#[test]
fn every_response_is_in_every_export_and_pack_whatever_assessment_came_later() {
    let house = told();
    house.respond("mk-second: \u{202e}we do not agree\n");
    let give = |given: &str| Assessment::Give {
        assessment: digest(given),
        given: text(given),
        why_that_much: text("more was found"),
    };
    house.act(&["ada"], give("another one"));
    let evidence = [evidence()];
    for audience in ALL {
        let evidence = if audience == Audience::Developer { &[][..] } else { &evidence };
        let enclosed = Enclosed { packs: &Kind::ALL, evidence };
        let parcel = house.parcel(audience.clone(), enclosed).unwrap();
        let checked = verify(&house.export(&parcel), evidence).unwrap();
        assert_eq!(checked.responses, 2, "{audience:?}");
        assert_eq!(checked.packs.len(), 3);
        for pack in &checked.packs {
            assert!(pack.unchecked.is_empty());
            let json = serde_json::to_string(&pack.pack).unwrap();
            assert!(json.contains("mk-response, unedited"), "{audience:?}");
            assert!(json.contains("mk-second: \u{202e}we do not agree\\n"), "{audience:?}");
        }
    }
}

#[test]
fn an_export_without_the_response_does_not_hold() {
    let house = told();
    for audience in ALL {
        let mut parcel = house.parcel(audience.clone(), Enclosed::default()).unwrap();
        verify(&house.export(&parcel), &[]).unwrap();
        let keep = |line: &&str| !(line.starts_with("document") && line.contains("mk-response"));
        parcel.body = parcel.body.lines().filter(keep).map(|line| format!("{line}\n")).collect();
        let broken = verify(&house.export(&parcel), &[]).unwrap_err();
        assert!(matches!(broken, Broken::NoResponse { .. }), "{audience:?}: {broken:?}");
    }
}

#[test]
fn every_step_has_a_receipt_whose_digest_is_the_entry_and_the_pack_names_the_last() {
    let house = told();
    let folder = tempfile::tempdir().unwrap();
    let count = deliver(&house.office(), folder.path(), || Ok::<_, FlowError>(signer())).unwrap();
    let entries = house.office().entries(&case()).unwrap();
    assert_eq!(count, entries.len());
    for entry in &entries {
        let file = folder.path().join(format!("{}/{:06}.txt", case(), entry.version()));
        let receipt = std::fs::read_to_string(file).unwrap();
        let line = digest(&entry.line().unwrap());
        assert!(receipt.contains(&format!("entry {line}\n")), "{receipt}");
        let note = ledger::Note::parse(receipt.as_bytes()).unwrap();
        note.verify(signer().verifier()).unwrap();
    }
    let enclosed = Enclosed { packs: &[Kind::Aef1], evidence: &[] };
    let parcel = house.parcel(Audience::Developer, enclosed).unwrap();
    let pack = verify(&house.export(&parcel), &[]).unwrap().packs.remove(0).pack;
    assert_eq!(pack.record.version, entries.len() as u64);
    assert_eq!(pack.record.entry, digest(&entries.last().unwrap().line().unwrap()));
}
