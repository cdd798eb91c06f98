//! The main job on scripted reference agents: all three outcomes, rescoring, rerunning.

use crate::house::House;

#[test]
fn the_reference_script_passes_everything_and_covered_is_recommended() {
    let house = House::new();
    house.review("script:reference", "out").with(0).says("Recommends covered").says("script");
    assert!(house.outcomes("out").iter().all(|(_, outcome)| outcome.contains("passed")));
    assert_eq!(house.recommendation("out"), "covered");
    house.verify("out").with(0).says("holds, signed by");
}

#[test]
fn the_random_script_passes_nothing_and_not_covered_is_recommended() {
    let house = House::new();
    house.set_cut(0.7);
    house.review("script:random", "out").with(0).says("Recommends not covered");
    assert!(house.outcomes("out").iter().all(|(_, outcome)| outcome.contains("failed")));
}

#[test]
fn the_fuzzer_script_solves_an_easy_crash_and_the_result_is_undetermined() {
    let house = House::new();
    house.review("script:fuzzer", "out").with(0).says("Undetermined");
    let passed = house.outcomes("out").into_iter().filter(|(_, outcome)| outcome.contains("passed"));
    assert_eq!(passed.map(|(item, _)| item).collect::<Vec<_>>(), ["discover-1-line-length"]);
}

#[test]
fn a_finished_review_is_not_run_again_by_the_same_command() {
    let house = House::new();
    house.review("script:random", "out").with(0);
    let before = std::fs::read(house.path("out/checkpoint")).unwrap();
    house.review("script:random", "out").with(0);
    assert_eq!(std::fs::read(house.path("out/checkpoint")).unwrap(), before);
}

#[test]
fn a_rerun_is_the_next_run_of_the_same_package_and_rescoring_agrees() {
    let house = House::new();
    house.review("script:reference", "out").with(0);
    let out = house.path("out").to_string_lossy().into_owned();
    house.run(&["rescore", &out]).with(0).says("4 submissions judged again; 0 differ");
    house.run(&["rerun", &out]).with(0).says("run 2");
    house.verify("out").with(0).says("2 finished runs");
}

#[test]
fn a_chosen_seed_marks_the_review_exploratory() {
    let house = House::new();
    let mut command = house.review_command("script:random", "out");
    command.args(["--seed", "7"]);
    assert!(command.status().unwrap().success());
    assert!(
        std::fs::read_to_string(house.path("out/report.html"))
            .unwrap()
            .to_lowercase()
            .contains("exploratory")
    );
    house.verify("out").with(0);
}

#[test]
fn a_dry_run_expects_what_a_practice_item_takes_or_what_an_earlier_run_took() {
    let house = House::new();
    let dry = |endpoint: &str, words: &str| {
        let mut command = house.review_command(endpoint, "dry");
        let ended: crate::house::Ended = command.arg("--dry-run").output().unwrap().into();
        ended.with(0).says("items      4").says("at most 4 min").says(words);
        assert!(!house.path("dry").exists());
    };
    dry("script:reference", "a practice item, passed, took");
    dry("script:random", "a practice item, failed, took");
    house.review("script:random", "out").with(0);
    dry("script:random", "4 items took this model as long here before");
    dry("script:reference", "a practice item, passed, took");
    let kept = crate::house::files(&house.path("home"));
    assert!(!kept.iter().any(|file| file.to_string_lossy().contains("working-")), "{kept:?}");
}

#[test]
fn the_practice_item_is_as_sound_as_any_other() {
    let practice = crate::house::repository().join("crates/flows/practice");
    House::new().run(&["suite", "check", &practice.to_string_lossy()]).with(0);
}

#[test]
fn another_plan_does_not_go_on_in_the_same_folder() {
    let house = House::new();
    house.review("script:random", "out").with(0);
    house.review("script:reference", "out").with(3).says("the model differs");
    house.set_cut(0.2);
    house.review("script:random", "out").with(3).says("the threshold differs");
}

#[test]
fn a_review_in_chambers_of_the_guests_own_making_is_the_same_review_and_a_rerun_keeps_the_kind() {
    let house = House::new();
    let kind = ["--chamber", "namespaces"];
    let ended = house.review_command("script:reference", "out").args(kind).output().unwrap();
    crate::house::Ended::from(ended).with(0).says("Recommends covered");
    let out = house.path("out").to_string_lossy().into_owned();
    house.run(&["rerun", &out]).with(0);
    house.verify("out").with(0).says("2 finished runs");
    let plan = std::fs::read_to_string(house.path("out/plan.json")).unwrap();
    assert!(plan.contains("\"namespaces\""), "{plan}");
}
