use proptest::prelude::*;
use serde_json::{Value, json};
use types::{Digest, Hasher};

use super::{folder, take};
use crate::{FileEntry, Manifest};

fn entry(path: &str) -> Value {
    json!({"path": path, "size_bytes": 1, "sha256": Digest::of(b"1").to_string()})
}

fn read(name: &str, paths: &[&str]) -> Result<Manifest, String> {
    let files: Vec<_> = paths.iter().map(|path| entry(path)).collect();
    let written = json!({"format": "proofhouse-manifest-1", "name": name, "files": files});
    serde_json::from_value(written).map_err(|error| error.to_string())
}

#[test]
fn a_manifest_has_these_fields_in_this_order() {
    let model = folder(&[("model/a", b"1")]);
    let manifest = take(&model.path().join("model")).unwrap();
    let text = serde_json::to_string(&manifest).unwrap();
    let expected = r#"{"format":"proofhouse-manifest-1","name":"model","files":[{"path":"a","size_bytes":1,"sha256":"sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"}]}"#;
    assert_eq!(text, expected);
    assert_eq!(serde_json::from_str::<Manifest>(&text).unwrap(), manifest);
}

#[test]
fn a_manifest_with_a_hostile_path_is_not_read() {
    for path in [
        "",
        "/",
        "/etc/passwd",
        "..",
        "../a",
        "a/../b",
        "a/..",
        ".",
        "./a",
        "a/.",
        "a//b",
        "a/",
        "a\0b",
        "a\nb",
        "a\u{1b}[2J",
        "a\u{7f}",
    ] {
        let error = read("model", &[path]).unwrap_err();
        assert!(error.contains("is not a plain relative path"), "{path:?}: {error}");
    }
    for name in ["", ".", "..", "a/b", "/a", "a\u{1b}"] {
        assert!(read(name, &["a"]).unwrap_err().contains("is not a plain file name"), "{name:?}");
    }
}

#[test]
fn a_manifest_is_sorted_and_without_repetitions() {
    assert!(read("model", &["a", "a-b", "b", "c/d"]).is_ok());
    for paths in [&["b", "a"][..], &["a", "a"], &["a/b", "a-b"], &["é", "z"]] {
        assert!(read("model", paths).unwrap_err().contains("listed twice or out of order"), "{paths:?}");
    }
    assert!(read("model", &["a", "a-b", "a/b"]).unwrap_err().contains("lies within another file"));
    assert!(read("model", &[]).unwrap_err().contains("lists no files"));
}

#[test]
fn a_manifest_with_unknown_missing_or_repeated_fields_is_not_read() {
    let good = serde_json::to_string(&read("model", &["a"]).unwrap()).unwrap();
    for (from, to) in [
        ("manifest-1", "manifest-2"),
        (r#""name":"#, r#""extra":1,"name":"#),
        (r#""path":"#, r#""extra":1,"path":"#),
        (r#""name":"model","#, ""),
        (r#""name":"#, r#""name":"x","name":"#),
        (r#""size_bytes":1"#, r#""size_bytes":-1"#),
        ("sha256:", ""),
    ] {
        let changed = good.replacen(from, to, 1);
        assert_ne!(changed, good);
        assert!(serde_json::from_str::<Manifest>(&changed).is_err(), "{changed}");
    }
}

#[test]
fn the_root_is_the_digest_of_the_joined_digests() {
    let model = folder(&[("b", b"2"), ("a", b"1")]);
    let mut joined = Hasher::default();
    joined.update(Digest::of(b"1").as_bytes());
    joined.update(Digest::of(b"2").as_bytes());
    assert_eq!(take(model.path()).unwrap().root(), joined.finish());
}

#[test]
fn a_renamed_file_keeps_the_root_and_changes_the_identity() {
    let before = take(folder(&[("a", b"1"), ("b", b"2")]).path()).unwrap();
    let renamed = take(folder(&[("a", b"1"), ("c", b"2")]).path()).unwrap();
    assert_eq!(before.root(), renamed.root());
    assert_ne!(before.identity(), renamed.identity());
}

#[test]
fn the_same_files_in_another_folder_are_the_same_checkpoint() {
    let model = folder(&[("one/a", b"1"), ("two/a", b"1")]);
    let [one, two] = ["one", "two"].map(|name| take(&model.path().join(name)).unwrap());
    assert_ne!(one.name(), two.name());
    assert_eq!(one.identity(), two.identity());
}

fn files() -> impl Strategy<Value = Vec<FileEntry>> {
    let file = ("[a-c]{1,2}", 0_u64..3, 0_u8..3);
    proptest::collection::btree_map("[a-c]{1,2}(/[x-z])?", file, 1..5).prop_map(|files| {
        let entry = |(path, (_, size_bytes, contents)): (String, (String, u64, u8))| FileEntry {
            path,
            size_bytes,
            sha256: Digest::of(&[contents]),
        };
        files.into_iter().map(entry).collect()
    })
}

proptest! {
    #[test]
    fn manifests_share_an_identity_only_if_their_files_are_equal(one in files(), other in files()) {
        let made = [one, other].map(|files| Manifest::new("model".to_owned(), files));
        if let [Ok(one), Ok(other)] = made {
            prop_assert_eq!(one.identity() == other.identity(), one.files() == other.files());
            let text = serde_json::to_string(&one).unwrap();
            prop_assert_eq!(serde_json::from_str::<Manifest>(&text).unwrap(), one);
        }
    }

    #[test]
    fn no_text_makes_reading_panic_and_what_is_read_is_valid(
        name in any::<String>(),
        paths in proptest::collection::vec("[a./é]{0,4}", 0..4),
    ) {
        let paths: Vec<_> = paths.iter().map(String::as_str).collect();
        if let Ok(manifest) = read(&name, &paths) {
            let read: Vec<_> = manifest.files().iter().map(|file| file.path.as_str()).collect();
            prop_assert!(read.iter().all(|path| !path.starts_with('/') && !path.split('/').any(|part| part == "..")));
            prop_assert!(read.is_sorted());
        }
    }
}
