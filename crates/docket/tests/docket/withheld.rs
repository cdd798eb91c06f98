//! Entries that are left out, what is kept too long, and what the developer does not see of what lies elsewhere.

use crate::house::{House, day, digest, own, text};
use docket::acts::items::{Act as Items, Content, Marking};
use docket::view::{DeveloperView, Overdue};
use docket::{Record, RecordError, Withheld, classified, reference};
use types::Timestamp;

const REFERENCE: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";

fn enter(item: &str, content: Content, marking: Marking, retain_until: Timestamp) -> Items {
    Items::Enter {
        item: text(item),
        content,
        marking,
        basis: Some(text("why")),
        lawful_basis: text("given"),
        retain_until,
    }
}

/// A case with an item elsewhere, things said about it, and an item that is held.
fn house(marking: Marking) -> House {
    let mut house = House::with_window(day(0));
    let elsewhere: Content = serde_json::from_value(serde_json::json!({ "elsewhere": REFERENCE })).unwrap();
    house.one("oda", enter("annex", elsewhere, marking, day(9)), day(1)).unwrap();
    house
        .one("oda", enter("notes", Content::Held(digest("notes")), Marking::Public, day(5)), day(1))
        .unwrap();
    house
        .one("oda", Items::Hold { item: text("annex"), hold: text("h"), why: text("order") }, day(2))
        .unwrap();
    house.one("oda", Items::PassOn { item: text("notes"), holder: text("authority") }, day(2)).unwrap();
    house
}

#[test]
fn exactly_the_entries_about_what_lies_elsewhere_are_left_out() {
    let house = house(Marking::Classified);
    let left_out = classified(&house.entries);
    let last = house.case.head().version;
    assert_eq!(left_out, [last - 3, last - 1].into());
    let entries = house.entries.iter();
    let references: Vec<String> = entries.filter_map(|entry| reference(entry.event())).collect();
    assert_eq!(references, [REFERENCE]);
}

#[test]
fn a_record_goes_on_over_what_is_left_out_only_at_its_place_and_with_its_digest() {
    let house = house(Marking::Classified);
    let left_out = classified(&house.entries);
    let read = |change: &dyn Fn(Withheld) -> Withheld| {
        let mut record = Record::of_case(text("case-1"));
        for entry in &house.entries {
            record = if left_out.contains(&entry.version()) {
                record.passing(&change(entry.withheld()?))?
            } else {
                record.taking(&entry.line()?)?.0
            };
        }
        Ok::<_, RecordError>(record)
    };
    let whole = read(&|it| it).unwrap();
    assert_eq!(whole.head(), house.case.head());
    assert_ne!(whole.state(), house.case.state(), "the item is not in it");
    let first = *left_out.first().unwrap();
    let other = read(&|it| Withheld { digest: digest("other"), ..it }).err();
    assert_eq!(other, Some(RecordError::Broken { version: first + 1 }));
    let early = read(&|it| Withheld { at: Timestamp::from_unix_millis(0).unwrap(), ..it }).err();
    assert_eq!(early, Some(RecordError::ClockWentBack { version: first }));
    let elsewhere = read(&|it| Withheld { version: it.version + 1, ..it }).err();
    assert_eq!(elsewhere, Some(RecordError::Hole { version: first, found: first + 1 }));
}

#[test]
fn the_developer_never_sees_a_reference_however_it_is_marked() {
    for marking in [Marking::Public, Marking::Proprietary, Marking::Restricted, Marking::Classified] {
        let house = house(marking);
        let view = DeveloperView::of(house.case.state().file().unwrap(), day(3));
        let json = serde_json::to_string(&view).unwrap();
        assert!(!json.contains(REFERENCE) && !json.contains("annex"), "{marking:?}");
        assert!(json.contains("notes"));
    }
}

#[test]
fn what_is_kept_after_its_date_is_listed_for_each_holder_who_still_has_it() {
    let mut house = house(Marking::Classified);
    let overdue = |house: &House, on: Timestamp| -> Vec<(String, String, u64, usize)> {
        let lines = Overdue::of(house.case.state().file().unwrap(), on);
        let short = |it: &Overdue| (it.holder.to_string(), it.item.to_string(), it.days_over, it.holds.len());
        lines.iter().map(short).collect()
    };
    let office = own("oda").seat.party.to_string();
    assert!(overdue(&house, Timestamp::from_unix_millis(day(5).unix_millis() - 1).unwrap()).is_empty());
    let both =
        [("authority".to_owned(), "notes".to_owned(), 2, 0), (office.clone(), "notes".to_owned(), 2, 0)];
    assert_eq!(overdue(&house, day(7)), both);
    house
        .one("oda", Items::CertifyDeletion { item: text("notes"), certificate: digest("c") }, day(8))
        .unwrap();
    assert_eq!(overdue(&house, day(8)).len(), 1);
    let annex = (office, "annex".to_owned(), 1, 1);
    assert!(overdue(&house, day(10)).contains(&annex), "what a hold keeps is listed with the hold");
}
