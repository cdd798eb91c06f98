//! Drawings of banks, plans and adaptive tests: every one has a title, a description and a table with its numbers, is
//! drawn without colour, and refuses what is not a number.

use report::ReportError;
use report::measure::{
    Areas, CurvePoint, ExpectedExposures, Exposures, Guarantee, ItemExposure, ItemMap, ItemRate, MapItem,
    Measured, Path, PathStep, TestInformation, areas, decision_path, expected_exposures, exposures, item_map,
    operating_characteristic, sample_numbers, test_information,
};

fn guarantee() -> Guarantee {
    Guarantee {
        estimand: "the ability".to_owned(),
        cut: 0.5,
        indifference: 0.3,
        alpha: 0.05,
        beta: 0.05,
        statistic: "generalised likelihood ratio".to_owned(),
        selection: "items by information at the cut".to_owned(),
        lengths: (4, 60),
        covered_line: 2.9,
        not_covered_line: -2.8,
    }
}

fn curve() -> Vec<CurvePoint> {
    let point = |ability, covered, not_covered, items, items_p90| CurvePoint {
        ability,
        covered,
        not_covered,
        undetermined: 1.0 - covered - not_covered,
        items,
        items_p90,
    };
    vec![
        point(-0.7, 0.0, 1.0, 5.0, 8),
        point(0.2, 0.04, 0.95, 14.0, 30),
        point(0.5, 0.5, 0.47, 31.0, 60),
        point(0.8, 0.96, 0.03, 15.0, 31),
        point(1.7, 1.0, 0.0, 4.5, 7),
    ]
}

fn path() -> Path {
    let step = |item: &str, score, missing_failed, missing_passed| PathStep {
        item: item.to_owned(),
        score,
        missing_failed,
        missing_passed,
    };
    Path {
        recommendation: "covered".to_owned(),
        steps: vec![
            step("a<1>", Some(1), 1.2, 1.2),
            step("b", None, 0.4, 2.0),
            step("c", Some(1), 2.95, 4.5),
        ],
        covered_line: 2.9,
        not_covered_line: -2.8,
    }
}

fn measured(label: &str, ability: f64) -> Measured {
    Measured { label: label.to_owned(), ability, low: ability - 0.6, high: ability + 0.6, items: 7 }
}

fn all_areas() -> Areas {
    Areas {
        areas: vec![measured("repair", 0.9), measured("crack", -0.4)],
        overall: measured("all areas", 0.3),
        cut: 0.5,
        confidence: 0.95,
    }
}

fn map() -> ItemMap {
    let item = |number: u32| MapItem {
        item: format!("item-{number}"),
        difficulty: f64::from(number % 7) / 2.0 - 1.5,
        filled: number.is_multiple_of(3),
    };
    ItemMap {
        items: (0..24).map(item).collect(),
        words: ("exposed".to_owned(), "not exposed".to_owned()),
        ability: Some(measured("m", 0.3)),
        confidence: 0.95,
        cut: 0.5,
    }
}

fn information() -> TestInformation {
    let points = [(-2.0, 1.0, 0.2), (0.0, 9.0, 2.0), (2.0, 3.0, 0.1)].to_vec();
    TestInformation { points, cut: 0.5 }
}

fn budget() -> Exposures {
    let item = |number: u32| ItemExposure {
        item: format!("item-{number}"),
        used: number % 4,
        spent: match number % 4 {
            3 => Some("budget used up".to_owned()),
            _ => None,
        },
    };
    Exposures { items: (0..18).map(item).collect(), allowed: 3 }
}

fn expected() -> ExpectedExposures {
    let item = |(number, share): (usize, &f64)| ItemRate { item: format!("item-{number}"), share: *share };
    let items = [0.48, 0.31, 0.02, 0.0].iter().enumerate().map(item).collect();
    ExpectedExposures { items, most: Some(0.5) }
}

fn every() -> Vec<(&'static str, String)> {
    vec![
        ("operating-characteristic", operating_characteristic(&curve(), &guarantee()).unwrap()),
        ("sample-numbers", sample_numbers(&curve(), &guarantee(), 200).unwrap()),
        ("decision-path", decision_path(&path()).unwrap()),
        ("areas", areas(&all_areas()).unwrap()),
        ("item-map", item_map(&map()).unwrap()),
        ("test-information", test_information(&information()).unwrap()),
        ("exposures", exposures(&budget()).unwrap()),
        ("expected-exposures", expected_exposures(&expected()).unwrap()),
    ]
}

#[test]
fn every_figure_is_drawn_as_it_was() {
    for (name, figure) in every() {
        // The wide drawing and the table: the narrow one differs in places alone.
        let narrow = figure.find("<svg class=\"drawing narrow\"").unwrap();
        let end = narrow + figure[narrow..].find("</svg>").unwrap() + "</svg>".len();
        let shown = format!("{}{}", &figure[..narrow], &figure[end..]);
        insta::assert_snapshot!(name, shown);
    }
}

#[test]
fn every_drawing_has_a_title_and_a_description_that_it_is_labelled_by() {
    for (name, figure) in every() {
        assert_eq!(figure.matches("<svg ").count(), 2, "{name}: wide and narrow");
        for svg in figure.split("<svg ").skip(1) {
            let labelled = svg.split("aria-labelledby=\"").nth(1).and_then(|rest| rest.split('"').next());
            for id in labelled.unwrap().split(' ') {
                assert!(svg.contains(&format!("id=\"{id}\">")), "{name}: {id}");
            }
            let text =
                |tag: &str| svg.split(&format!("</{tag}>")).next().unwrap().rsplit('>').next().unwrap();
            assert!(text("title").len() > 10 && text("desc").len() > 60, "{name}");
        }
        assert!(figure.contains("<table>") && figure.contains("<caption>"), "{name}: the numbers as a table");
    }
}

#[test]
fn nothing_is_told_by_colour_and_nothing_leaves_the_drawing() {
    for (name, figure) in every() {
        assert!(
            !figure.contains("style=") && !figure.contains("fill=") && !figure.contains("stroke="),
            "{name}"
        );
        for svg in figure.split("<svg ").skip(1) {
            let attribute = |text: &str, key: &str| -> Vec<f64> {
                let key = format!(" {key}=\"");
                let found = text.split(&key).skip(1);
                found.filter_map(|rest| rest.split('"').next().unwrap().parse().ok()).collect()
            };
            let (width, height) = (attribute(svg, "width")[0], attribute(svg, "height")[0]);
            for (keys, most) in [(["x1", "x2", "cx", "x"], width), (["y1", "y2", "cy", "y"], height)] {
                for value in keys.iter().flat_map(|key| attribute(svg, key)) {
                    assert!((-0.1..=most + 0.1).contains(&value), "{name}: {value} of {most}");
                }
            }
        }
    }
}

#[test]
fn names_from_a_bank_cannot_act() {
    let mut path = path();
    path.steps[0].item = "<script>\u{202e}".to_owned();
    let figure = decision_path(&path).unwrap();
    assert!(!figure.contains("<script") && !figure.contains('\u{202e}') && figure.contains("&#60;script"));
}

#[test]
fn missing_results_are_drawn_both_ways_and_absent_ones_are_not() {
    let both = decision_path(&path()).unwrap();
    assert!(both.contains("missing passed") && both.contains("class=\"dashed\""));
    let mut complete = path();
    complete.steps.remove(1);
    complete.steps[1].missing_passed = complete.steps[1].missing_failed;
    let one = decision_path(&complete).unwrap();
    assert!(!one.contains("missing passed") && !one.contains("class=\"dashed\""));
}

#[test]
fn what_is_not_a_number_is_refused() {
    let mut wrong = curve();
    wrong[2].items = f64::NAN;
    assert!(matches!(sample_numbers(&wrong, &guarantee(), 9), Err(ReportError::Number { .. })));
    let mut wrong = curve();
    wrong[2].covered = 1.2;
    assert!(matches!(operating_characteristic(&wrong, &guarantee()), Err(ReportError::Share { .. })));
    let mut wrong = path();
    wrong.covered_line = f64::INFINITY;
    assert!(matches!(decision_path(&wrong), Err(ReportError::Number { .. })));
    let mut wrong = all_areas();
    wrong.areas[0].low = 3.0;
    assert!(matches!(areas(&wrong), Err(ReportError::Number { .. })));
    let mut wrong = map();
    wrong.items[3].difficulty = f64::NEG_INFINITY;
    assert!(matches!(item_map(&wrong), Err(ReportError::Number { .. })));
    let empty = TestInformation { points: Vec::new(), cut: 0.0 };
    assert!(matches!(test_information(&empty), Err(ReportError::Number { .. })));
    let mut wrong = expected();
    wrong.items[0].share = 1.5;
    assert!(matches!(expected_exposures(&wrong), Err(ReportError::Share { .. })));
}
