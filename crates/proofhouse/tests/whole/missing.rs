//! Tools that are not there: one sentence that names what to install, before anything is written.

use std::process::Command;

use crate::house::{Ended, House};

/// A review on a machine where `folder` is empty.
fn review_without(house: &House, folder: &str) -> Ended {
    let words = house.review_words("script:reference", "out");
    let mut command = Command::new("/usr/bin/bwrap");
    command.args(["--dev-bind", "/", "/", "--tmpfs", folder, env!("CARGO_BIN_EXE_proofhouse")]);
    command.args(words).env("PROOFHOUSE_HOME", house.path("home"));
    command.output().unwrap().into()
}

#[test]
fn missing_bubblewrap_is_named_with_its_package() {
    let house = House::new();
    review_without(&house, "/usr/bin")
        .with(4)
        .says("bubblewrap is missing; install the package `bubblewrap`");
    assert!(!house.path("out").exists());
    house.review("script:reference", "out").with(0);
}

#[test]
fn missing_packages_of_a_suite_are_named_with_the_command_that_installs_them() {
    let house = House::new();
    review_without(&house, "/var/lib/dpkg/info").with(4).says("apt-get install").says("gcc").says("python3");
    assert!(!house.path("out").exists());
}
