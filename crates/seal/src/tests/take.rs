use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use types::Digest;

use super::{folder, paths, take};
use crate::hash::hash_all;
use crate::source::Source;
use crate::{Manifest, SealError};

#[test]
fn a_file_is_sealed_under_its_own_name() {
    let folder = folder(&[("model.gguf", b"weights")]);
    let manifest = take(&folder.path().join("model.gguf")).unwrap();
    assert_eq!(manifest.name(), "model.gguf");
    let file = &manifest.files()[0];
    assert_eq!((file.path.as_str(), file.size_bytes), ("model.gguf", 7));
    assert_eq!(file.sha256, Digest::of(b"weights"));
}

#[test]
fn a_folder_is_listed_in_code_point_order() {
    let names = ["é", "a/b", "a-b", "a", "A", "z/a/b", "a.b", "\u{10000}", "\u{ffff}", "z"];
    let files: Vec<_> =
        names.iter().filter(|name| !["a", "z"].contains(name)).map(|name| (*name, &b""[..])).collect();
    let folder = folder(&files);
    let manifest = take(folder.path()).unwrap();
    assert_eq!(paths(&manifest), ["A", "a-b", "a.b", "a/b", "z/a/b", "é", "\u{ffff}", "\u{10000}"]);
}

#[test]
fn only_top_level_git_files_are_left_out() {
    let folder = folder(&[
        ("a", b"1"),
        (".git/config", b"2"),
        (".gitignore", b"3"),
        (".gitattributes", b"4"),
        (".github/x", b"5"),
        (".gitmodules", b"6"),
        ("b/.gitignore", b"7"),
    ]);
    assert_eq!(paths(&take(folder.path()).unwrap()), [".gitmodules", "a", "b/.gitignore"]);
}

#[test]
fn a_folder_given_by_a_dot_has_its_real_name() {
    let folder = folder(&[("model/a", b"1"), ("model/b/c", b"2")]);
    let direct = take(&folder.path().join("model")).unwrap();
    assert_eq!(direct.name(), "model");
    assert_eq!(take(&folder.path().join("model/b/..")).unwrap(), direct);
    assert_eq!(take(&folder.path().join("model/.")).unwrap(), direct);
    assert_eq!(take(&folder.path().join("model/")).unwrap(), direct);
}

#[test]
fn many_files_of_many_sizes_are_hashed_alike_in_any_order() {
    let contents: Vec<_> = (0..40_usize).map(|n| vec![n as u8; n * 70_001]).collect();
    let names: Vec<_> = (0..40).map(|n| format!("part-{n:02}")).collect();
    let files: Vec<_> = names.iter().zip(&contents).map(|(n, c)| (n.as_str(), c.as_slice())).collect();
    let folder = folder(&files);
    let mut seen = Vec::new();
    let manifest = crate::take(folder.path(), &mut |done, total| seen.push((done, total))).unwrap();
    let expected: Vec<_> = contents.iter().map(|contents| Digest::of(contents)).collect();
    assert_eq!(manifest.files().iter().map(|file| file.sha256).collect::<Vec<_>>(), expected);

    let total = contents.iter().map(|contents| contents.len() as u64).sum();
    assert_eq!((seen.first(), seen.last()), (Some(&(0, total)), Some(&(total, total))));
    assert!(seen.windows(2).all(|pair| pair[0].0 < pair[1].0), "progress only grows");
}

#[test]
fn a_symbolic_link_is_refused_wherever_it_is() {
    let model = folder(&[("real/a", b"1"), ("real/deep/b", b"2")]);
    let real = model.path().join("real");
    for (target, link) in [("real/a", "file-link"), ("real", "folder-link"), ("nowhere", "broken-link")] {
        let link = model.path().join(link);
        symlink(model.path().join(target), &link).unwrap();
        for given in [link.clone(), link.join(""), link.join(".")] {
            assert!(matches!(take(&given), Err(SealError::Symlink { path }) if path == link), "{given:?}");
        }
    }
    symlink("b", real.join("deep/c")).unwrap();
    assert!(matches!(take(&real), Err(SealError::Symlink { path }) if path == real.join("deep/c")));
}

#[test]
fn a_link_among_the_parent_folders_is_followed() {
    let model = folder(&[("real/model/a", b"1")]);
    symlink("real", model.path().join("link")).unwrap();
    assert_eq!(paths(&take(&model.path().join("link/model")).unwrap()), ["a"]);
}

#[test]
fn what_is_neither_file_nor_folder_is_refused() {
    let model = folder(&[("a", b"1")]);
    let fifo = model.path().join("fifo");
    mknodat(CWD, &fifo, FileType::Fifo, Mode::RUSR, 0).unwrap();
    for given in [model.path(), &fifo] {
        assert!(matches!(take(given), Err(SealError::Special { path, kind: "a FIFO" }) if path == fifo));
    }
    fs::remove_file(&fifo).unwrap();
    let socket = model.path().join("socket");
    let _listener = UnixListener::bind(&socket).unwrap();
    assert!(
        matches!(take(model.path()), Err(SealError::Special { path, kind: "a socket" }) if path == socket)
    );
    assert!(matches!(take(Path::new("/dev/null")), Err(SealError::Special { kind: "a device", .. })));
}

#[test]
fn a_name_that_cannot_be_shown_is_refused() {
    for raw in [&b"a\xff"[..], b"a\x1b[2Jb", b"a\nb", b"a\x7f", "a\u{85}".as_bytes()] {
        let model = folder(&[("a", b"1")]);
        let path = model.path().join(OsStr::from_bytes(raw));
        fs::write(&path, b"2").unwrap();
        let error = take(model.path()).unwrap_err();
        assert!(matches!(&error, SealError::Name { path: named } if *named == path), "{error}");
        assert!(error.to_string().chars().all(|c| !c.is_control()), "{error:?}");
        assert!(matches!(take(&path), Err(SealError::Name { .. })));
    }
}

#[test]
fn a_folder_without_files_is_refused() {
    let model = folder(&[(".git/config", b"1")]);
    fs::create_dir_all(model.path().join("empty/inside")).unwrap();
    assert!(matches!(take(model.path()), Err(SealError::Empty { path }) if path == model.path()));
}

#[test]
fn a_missing_model_is_named() {
    let model = folder(&[("a", b"1")]);
    for given in ["b", "a/b"] {
        let given = model.path().join(given);
        assert!(matches!(take(&given), Err(SealError::Missing { path }) if path == given));
    }
    assert!(matches!(take(Path::new("")), Err(SealError::Missing { .. })));
}

#[test]
fn folders_below_the_deepest_level_are_refused() {
    let deepest = "d/".repeat(64);
    let model = folder(&[(&format!("{deepest}a"), b"1")]);
    assert_eq!(take(model.path()).unwrap().files().len(), 1);
    fs::create_dir(model.path().join(&deepest).join("d")).unwrap();
    assert!(matches!(take(model.path()), Err(SealError::TooDeep { .. })));
}

/// Seals a folder of one file of three buffers, and does `meddle` to the folder once the first buffer was read.
fn take_while(meddle: impl Fn(&Path)) -> Result<Manifest, SealError> {
    let model = folder(&[("big", &[1; 3 << 20]), ("small", b"2"), ("sub/c", b"3")]);
    for name in ["big", "small"] {
        // Old enough that no clock is too coarse to tell the two times apart.
        let file = OpenOptions::new().append(true).open(model.path().join(name)).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_secs(1)).unwrap();
    }
    let mut meddled = false;
    crate::take(model.path(), &mut |done, _| {
        if done > 0 && !meddled {
            meddled = true;
            meddle(model.path());
        }
    })
}

#[test]
fn a_model_that_changes_while_it_is_read_is_refused() {
    type Meddle = fn(&Path);
    let cases: [(&str, &str, Meddle); 7] = [
        ("a growing file", "big", |model| {
            OpenOptions::new().append(true).open(model.join("big")).unwrap().write_all(b"more").unwrap();
        }),
        ("a shrinking file", "big", |model| {
            OpenOptions::new().write(true).open(model.join("big")).unwrap().set_len(7).unwrap();
        }),
        ("a file rewritten at the same size", "big", |model| {
            OpenOptions::new().write(true).open(model.join("big")).unwrap().write_all(b"x").unwrap();
        }),
        ("a file rewritten with its time set back", "small", |model| {
            let mut file = File::create(model.join("small")).unwrap();
            file.write_all(b"x").unwrap();
            file.set_modified(UNIX_EPOCH + Duration::from_secs(1)).unwrap();
        }),
        ("a file replaced by a copy", "small", |model| {
            fs::copy(model.join("small"), model.join("copy")).unwrap();
            fs::rename(model.join("copy"), model.join("small")).unwrap();
        }),
        ("an added file", "added", |model| fs::write(model.join("added"), b"x").unwrap()),
        ("a removed file", "sub/c", |model| fs::remove_file(model.join("sub/c")).unwrap()),
    ];
    for (what, name, meddle) in cases {
        let error = take_while(meddle).unwrap_err();
        assert!(matches!(&error, SealError::Changed { path } if path.ends_with(name)), "{what}: {error}");
    }
    assert!(take_while(|_| {}).is_ok(), "nothing is refused without a change");
}

#[test]
fn a_folder_replaced_by_a_link_while_it_is_read_is_refused() {
    let elsewhere = folder(&[("c", b"secret")]);
    let error = take_while(|model| {
        fs::rename(model.join("sub"), model.join(".git")).unwrap();
        symlink(elsewhere.path(), model.join("sub")).unwrap();
    })
    .unwrap_err();
    assert!(matches!(error, SealError::Symlink { .. } | SealError::Changed { .. }), "{error}");
}

#[test]
fn a_listed_file_is_not_opened_through_a_link_even_to_itself() {
    let model = folder(&[("sub/c", b"1"), ("d", b"2")]);
    let source = Source::open(model.path()).unwrap();
    let listed = source.list_without(&[]).unwrap();
    for (at, name) in ["d", "sub"].into_iter().enumerate() {
        assert!(source.open_listed(&listed[at]).is_ok());
        fs::rename(model.path().join(name), model.path().join("moved")).unwrap();
        symlink("moved", model.path().join(name)).unwrap();
        assert!(matches!(source.open_listed(&listed[at]), Err(SealError::Changed { .. })), "{name}");
        fs::remove_file(model.path().join(name)).unwrap();
        fs::rename(model.path().join("moved"), model.path().join(name)).unwrap();
    }
}

#[test]
fn a_change_is_noticed_at_the_end_of_the_file_and_not_only_of_the_model() {
    // More buffers than events can wait, so that the file is still being read when the first is told.
    let model = folder(&[("big", b"")]);
    let big = model.path().join("big");
    File::create(&big).unwrap().set_len(80 << 20).unwrap();
    let source = Source::open(model.path()).unwrap();
    let hashed = hash_all(&source, &source.list_without(&[]).unwrap(), &mut |done, _| {
        if done == 1 << 20 {
            OpenOptions::new().write(true).open(&big).unwrap().write_all(b"x").unwrap();
        }
    });
    assert!(matches!(hashed, Err(SealError::Changed { path }) if path == big));
}

#[test]
fn a_file_that_holds_more_than_it_says_is_refused() {
    // The system makes this one up as it is read, and says that it has no bytes.
    let made_up = Path::new("/proc/self/mountinfo");
    assert!(matches!(take(made_up), Err(SealError::Changed { path }) if path == made_up));
}
