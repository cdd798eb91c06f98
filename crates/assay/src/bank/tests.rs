use super::*;
use crate::model::CurveError;

fn calibration() -> Calibration {
    Calibration {
        source: "test".to_owned(),
        persons: 100,
        scaffold: "bare".to_owned(),
        tokens: 1000,
        mean: 0.0,
        deviation: 1.0,
        area_spread: 0.3,
    }
}

const BANK: &str = r#"{"format":"proofhouse-bank-1","name":"small",
  "calibration":{"source":"12 models","persons":12,"scaffold":"bare","tokens":20000,"mean":0,"deviation":1,"area_spread":0.2},
  "areas":[{"name":"repair","weight":0.5},{"name":"crack","weight":0.5}],
  "families":[{"name":"rsa","difficulty_spread":0.3,"person_spread":0.2}],
  "items":[
    {"name":"a","area":"repair","slope":1.2,"difficulty":0.4,"error":{"slope":0.1,"difficulty":0.2},"anchor":true},
    {"name":"b","area":"crack","family":"rsa","slope":1.0,"steps":[-1.0,0.5],"error":{"slope":0.1,"difficulty":0.2,"correlation":-0.3},"minutes":30}]}"#;

#[test]
fn a_bank_is_read_back_as_it_was_written() {
    let bank = Bank::from_json(BANK).unwrap();
    assert_eq!(Bank::from_json(&bank.to_json()).unwrap(), bank);
    assert!(bank.items()[0].anchor && bank.items()[1].curve.scores() == 3);
}

#[test]
fn what_is_wrong_in_a_bank_has_a_name() {
    for (from, to, code) in [
        ("proofhouse-bank-1", "proofhouse-bank-2", "bank-format"),
        ("\"minutes\":30", "\"hours\":30", "bank-shape"),
        ("\"area\":\"crack\"", "\"area\":\"cook\"", "bank-unknown"),
        ("\"family\":\"rsa\"", "\"family\":\"dsa\"", "bank-unknown"),
        ("\"name\":\"b\"", "\"name\":\"a\"", "bank-twice"),
        ("\"name\":\"b\"", "\"name\":\"b,c\"", "bank-name"),
        ("\"slope\":1.2", "\"slope\":-1.2", "bank-curve"),
        ("\"slope\":1.2", "\"slope\":1e400", "bank-shape"),
        ("\"weight\":0.5},{", "\"weight\":0.6},{", "bank-number"),
        ("\"correlation\":-0.3", "\"correlation\":-3", "bank-number"),
        ("\"minutes\":30", "\"minutes\":0", "bank-number"),
        ("\"difficulty\":0.4,", "", "bank-shape"),
        ("\"area_spread\":0.2", "\"area_spread\":-0.2", "bank-number"),
    ] {
        assert!(BANK.contains(from), "{from}");
        let error = Bank::from_json(&BANK.replacen(from, to, 1)).unwrap_err();
        assert_eq!(error.code(), code, "{from} -> {to}: {error}");
    }
    assert_eq!(
        Bank::new("x".to_owned(), calibration(), vec![], vec![], vec![]).unwrap_err(),
        BankError::Items(0)
    );
}

#[test]
fn mirt_and_textbook_columns_mean_the_same_item() {
    let mirt = bank_from_csv("m", calibration(), "\"\",\"a1\",\"d\",\"g\",\"u\"\n\"i1\",2.0,-1.0,0.1,1\n");
    let book = bank_from_csv("m", calibration(), "item,a,b,c\ni1,2.0,0.5,0.1\n");
    assert_eq!(mirt.unwrap().bank, book.unwrap().bank);
}

#[test]
fn items_that_measure_nothing_are_left_out_and_named() {
    let text = "item,a,b\ngood,1.0,0.0\nbackwards,-0.4,0.0\nflat,0,0\n";
    let read = bank_from_csv("m", calibration(), text).unwrap();
    assert_eq!(read.bank.items().len(), 1);
    assert_eq!(read.left_out[0], LeftOut { item: "backwards".to_owned(), why: CurveError::Slope(-0.4) });
    assert_eq!(read.left_out[1].item, "flat");
}

#[test]
fn a_broken_table_names_its_line() {
    for (text, line) in [
        ("item,a\ni,1\n", 1),
        ("item,a,b,d\ni,1,1,1\n", 1),
        ("item,a,b\ni,1\n", 2),
        ("item,a,b\ni,1,2\nj,1,NaN\n", 3),
        ("item,a,b\ni,one,2\n", 2),
    ] {
        let error = bank_from_csv("m", calibration(), text).unwrap_err();
        assert!(matches!(error, BankError::Table { line: found, .. } if found == line), "{text}: {error}");
    }
    assert_eq!(bank_from_csv("m", calibration(), "item,a,b\n").unwrap_err().code(), "bank-items");
}

#[test]
fn a_table_is_read_back_as_it_was_written() {
    let text = "item,area,a1,b,c,u,se_a,se_b\ni1,x,1.25,0.5,0.1,0.95,0.02,0.03\ni2,y,1,-0.5,0,1,0,0\n";
    let read = bank_from_csv("m", calibration(), text).unwrap().bank;
    assert_eq!(bank_to_csv(&read), (text.to_owned(), 0));
    assert_eq!(
        bank_to_csv(&Bank::from_json(BANK).unwrap()).1,
        1,
        "graded items are counted, not dropped silently"
    );
}

#[test]
fn error_rates_hold_only_under_the_calibrations_conditions() {
    let bank = Bank::from_json(BANK).unwrap();
    assert_eq!(bank.holds_for("bare", 20_000), Ok(()));
    assert!(matches!(bank.holds_for("other", 20_000), Err(Misuse::Scaffold { .. })));
    assert!(matches!(bank.holds_for("bare", 20_001), Err(Misuse::Tokens { .. })));
}
