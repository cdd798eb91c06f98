//! The outlines against what they derive from: a field that is renamed there is missed here.

use docket::view::{DeveloperView, OfficeView};
use report::packs::{From, Kind};
use types::Clock;

use crate::house::{case, told};

#[test]
fn every_answer_derives_from_fields_that_there_are() {
    let house = told();
    let record = house.office().case(&case()).unwrap();
    let (file, now) = (record.state().file().unwrap(), house.clock.now());
    let office = serde_json::to_value(OfficeView::of(file, now)).unwrap();
    let developer = serde_json::to_value(DeveloperView::of(file, now)).unwrap();
    let report: serde_json::Value = serde_json::from_str(include_str!("report.json")).unwrap();
    let mut seen = 0;
    for field in Kind::ALL.iter().flat_map(|kind| kind.sections()).flat_map(|section| section.fields) {
        for from in field.from {
            seen += 1;
            match from {
                From::View(name) => {
                    assert!(office.get(name).is_some(), "the office's view has no {name}");
                    let house_only =
                        ["developer", "looks", "work", "consultation", "error_budget", "error_budget_left"];
                    assert_eq!(developer.get(name).is_none(), house_only.contains(name), "{name}");
                }
                From::Report(name) => assert!(report.get(name).is_some(), "a report has no {name}"),
                From::Response | From::Conflicts | From::Record | From::Rule | From::Human => {}
            }
        }
    }
    assert!(seen > 100, "only {seen}");
}
