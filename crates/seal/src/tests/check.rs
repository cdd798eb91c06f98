use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::{folder, take};
use crate::{CheckError, Difference, SealError, check};

/// The differences after `change` was done to a sealed folder.
fn after(change: impl Fn(&Path)) -> Vec<Difference> {
    let model = folder(&[("a", b"1"), ("b", b"2"), ("c/d", b"3"), ("c/e", b"4")]);
    let manifest = take(model.path()).unwrap();
    change(model.path());
    match check(model.path(), &manifest, &mut |_, _| {}) {
        Ok(()) => Vec::new(),
        Err(CheckError::Different(differences)) => differences,
        Err(CheckError::Seal(error)) => panic!("{error}"),
    }
}

fn rename(model: &Path, from: &str, to: &str) {
    fs::rename(model.join(from), model.join(to)).unwrap();
}

fn swap(model: &Path, one: &str, other: &str) {
    rename(model, one, "aside");
    rename(model, other, one);
    rename(model, "aside", other);
}

fn path(path: &str) -> String {
    path.to_owned()
}

#[test]
fn untouched_files_have_no_differences_even_in_another_folder() {
    assert_eq!(after(|_| {}), []);
    let model = folder(&[("one/a", b"1"), ("two/a", b"1")]);
    let manifest = take(&model.path().join("one")).unwrap();
    assert!(check(&model.path().join("two"), &manifest, &mut |_, _| {}).is_ok());
}

#[test]
fn every_kind_of_difference_is_named() {
    let tampered = after(|model| fs::write(model.join("c/d"), b"5").unwrap());
    assert_eq!(tampered, [Difference::Tampered { path: path("c/d") }]);
    let missing = after(|model| fs::remove_file(model.join("b")).unwrap());
    assert_eq!(missing, [Difference::Missing { path: path("b") }]);
    let added = after(|model| fs::write(model.join("c/f"), b"5").unwrap());
    assert_eq!(added, [Difference::Added { path: path("c/f") }]);
    let renamed = after(|model| rename(model, "b", "c/b"));
    assert_eq!(renamed, [Difference::Renamed { from: path("b"), to: path("c/b") }]);
    let swapped = after(|model| swap(model, "a", "c/e"));
    assert_eq!(swapped, [Difference::Swapped { one: path("a"), other: path("c/e") }]);
}

#[test]
fn several_differences_are_all_named_once() {
    let differences = after(|model| {
        swap(model, "a", "c/e");
        fs::write(model.join("b"), b"5").unwrap();
        rename(model, "c/d", "c/g");
        fs::write(model.join("z"), b"6").unwrap();
    });
    let expected = [
        Difference::Swapped { one: path("a"), other: path("c/e") },
        Difference::Tampered { path: path("b") },
        Difference::Renamed { from: path("c/d"), to: path("c/g") },
        Difference::Added { path: path("z") },
    ];
    assert_eq!(differences, expected);
    let error = CheckError::Different(differences).to_string();
    let shown = r#"the files are not those of the manifest: "a" and "c/e" are swapped, "b" has other contents, "c/d" is now called "c/g", and 1 more"#;
    assert_eq!(error, shown);
}

#[test]
fn contents_passed_round_are_tampered_files() {
    let differences = after(|model| {
        swap(model, "a", "b");
        swap(model, "b", "c/d");
    });
    assert_eq!(differences, ["a", "b", "c/d"].map(|name| Difference::Tampered { path: path(name) }));
}

#[test]
fn files_of_equal_contents_are_told_apart_by_name() {
    let model = folder(&[("a", b"1"), ("b", b"1"), ("c", b"1")]);
    let manifest = take(model.path()).unwrap();
    rename(model.path(), "b", "d");
    fs::remove_file(model.path().join("c")).unwrap();
    let Err(CheckError::Different(differences)) = check(model.path(), &manifest, &mut |_, _| {}) else {
        panic!("the differences were not noticed")
    };
    let expected =
        [Difference::Renamed { from: path("b"), to: path("d") }, Difference::Missing { path: path("c") }];
    assert_eq!(differences, expected);
}

#[test]
fn a_file_replaced_by_a_link_to_the_same_contents_is_refused() {
    let model = folder(&[("a", b"1"), ("b", b"1")]);
    let manifest = take(model.path()).unwrap();
    fs::remove_file(model.path().join("b")).unwrap();
    symlink("a", model.path().join("b")).unwrap();
    let checked = check(model.path(), &manifest, &mut |_, _| {});
    assert!(matches!(checked, Err(CheckError::Seal(SealError::Symlink { .. }))));
}
