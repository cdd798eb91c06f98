use std::sync::Arc;

use proptest::prelude::*;
use types::Timestamp;

use super::signer;
use crate::log::MemoryObjects;
use crate::private::{CaseLogId, create_case_log, export, open_case_log};
use crate::tiles::{LogReader, MapSource};
use crate::{LogKeys, Note};

const HOUSE: &str = "house.example";

fn at(millis: i64) -> Timestamp {
    Timestamp::from_unix_millis(millis).unwrap()
}

fn id(byte: u8) -> CaseLogId {
    CaseLogId::from_draw([byte; 16])
}

/// The copy that the party of case 1 gets, beside other cases with as many entries as `others` says.
fn copy_of_case_one(others: &[usize]) -> MapSource {
    let objects = Arc::new(MemoryObjects::default());
    let mut own = create_case_log(&objects, id(1), HOUSE, signer(HOUSE, 1), at(1)).unwrap();
    for (number, entries) in others.iter().enumerate() {
        let byte = 2 + number as u8;
        let mut log = create_case_log(&objects, id(byte), HOUSE, signer(HOUSE, 1), at(2)).unwrap();
        log.commit(&vec![vec![byte; 40]; *entries], at(3)).unwrap();
    }
    for number in 0..300_u64 {
        own.commit(&[number.to_be_bytes()], at(10 + number as i64)).unwrap();
    }
    export(&own).unwrap()
}

#[test]
fn a_party_verifies_its_own_log_offline_from_its_copy_alone() {
    let copy = copy_of_case_one(&[3]);
    let keys = LogKeys::new(&id(1).origin(HOUSE), signer(HOUSE, 1).verifier().clone());
    let checkpoint = keys.open(&Note::parse(&copy.0["checkpoint"]).unwrap()).unwrap();
    let mut reader = LogReader::open(&copy, checkpoint.head()).unwrap();
    assert_eq!(reader.audit(0), Ok(300));
    assert_eq!(reader.entry(299).unwrap(), 299_u64.to_be_bytes());
    // Of a copy with a file left out, not all of it holds.
    for name in copy.0.keys().filter(|name| *name != "checkpoint") {
        let mut less = copy.clone();
        less.0.remove(name);
        assert!(
            LogReader::open(&less, checkpoint.head()).and_then(|mut log| log.audit(0)).is_err(),
            "{name}"
        );
    }
}

#[test]
fn cases_are_opened_again_by_their_id_and_never_by_another_s() {
    let objects = Arc::new(MemoryObjects::default());
    let mut log = create_case_log(&objects, id(1), HOUSE, signer(HOUSE, 1), at(1)).unwrap();
    log.commit(&[b"event"], at(2)).unwrap();
    let keys = |byte| LogKeys::new(&id(byte).origin(HOUSE), signer(HOUSE, 1).verifier().clone());
    assert_eq!(open_case_log(&objects, id(1), keys(1), signer(HOUSE, 1), at(3)).unwrap().size(), 1);
    assert!(open_case_log(&objects, id(2), keys(2), signer(HOUSE, 1), at(3)).is_err());
    assert!(open_case_log(&objects, id(1), keys(2), signer(HOUSE, 1), at(3)).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn a_party_s_copy_does_not_depend_on_anybody_else(others in proptest::collection::vec(0_usize..400, 0..6)) {
        prop_assert_eq!(copy_of_case_one(&others).0, copy_of_case_one(&[]).0);
    }
}
