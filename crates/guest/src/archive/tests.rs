use super::*;
use proptest::prelude::*;

fn saved(roots: &[PathBuf], cap_bytes: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    Ok(match save(roots, cap_bytes, &mut bytes)? {
        Saved::Whole => Some(bytes),
        Saved::TooLarge => None,
    })
}

fn tree() -> (tempfile::TempDir, [PathBuf; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let roots = ["work", "tmp"].map(|name| folder.path().join(name));
    for root in &roots {
        fs::create_dir(root).unwrap();
    }
    (folder, roots)
}

#[test]
fn a_tree_comes_back_as_it_was() {
    let (_folder, roots) = tree();
    fs::create_dir_all(roots[0].join("a/empty")).unwrap();
    fs::write(roots[0].join("a/large"), vec![7; 3 * CHUNK_BYTES]).unwrap();
    fs::write(roots[1].join("program"), "x").unwrap();
    fs::set_permissions(roots[1].join("program"), Permissions::from_mode(0o4755)).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", roots[1].join("link")).unwrap();
    let first = saved(&roots, 1 << 20).unwrap().unwrap();
    let (_other, others) = tree();
    fs::write(others[0].join("old"), "old").unwrap();
    restore(&others, &mut first.as_slice()).unwrap();
    assert!(!others[0].join("old").exists());
    assert_eq!(fs::metadata(others[1].join("program")).unwrap().permissions().mode() & 0o7777, 0o4755);
    assert_eq!(saved(&others, 1 << 20).unwrap(), Some(first));
}

#[test]
fn a_folder_that_forbids_reading_is_saved_and_keeps_its_mode() {
    let (_folder, roots) = tree();
    let shut = roots[0].join("shut");
    fs::create_dir(&shut).unwrap();
    fs::write(shut.join("inside"), "x").unwrap();
    fs::set_permissions(&shut, Permissions::from_mode(0o000)).unwrap();
    let bytes = saved(&roots, 1 << 20).unwrap().unwrap();
    assert!(bytes.windows(8).any(|window| window == b"t/inside"));
    assert_eq!(fs::metadata(&shut).unwrap().permissions().mode() & 0o7777, 0);
    fs::set_permissions(&shut, Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn a_tree_above_the_cap_is_not_saved() {
    let (_folder, roots) = tree();
    fs::write(roots[0].join("file"), vec![0; 1000]).unwrap();
    assert_eq!(saved(&roots, 900).unwrap(), None);
    let sparse = File::create(roots[0].join("sparse")).unwrap();
    sparse.set_len(1 << 40).unwrap();
    assert_eq!(saved(&roots, 1 << 30).unwrap(), None);
}

#[test]
fn an_archive_cannot_write_through_a_link_that_it_holds() {
    let (folder, roots) = tree();
    let mut bytes = [MAGIC, b"L", b"\x03\0\0\x000/x", b"\x02\0\0\0.."].concat();
    bytes.extend_from_slice(b"F\0\0\0\0\x05\0\0\x000/x/y\0\0\0\0E");
    assert!(restore(&roots, &mut bytes.as_slice()).is_err());
    assert!(!folder.path().join("y").exists());
}

#[test]
fn an_archive_cannot_write_outside_its_roots() {
    for path in ["0/../x", "2/x", "/etc/x", "0//x", "0/./x", "0/x\0y"] {
        let (_folder, roots) = tree();
        let mut bytes = [MAGIC, b"F", &0o644_u32.to_le_bytes()].concat();
        bytes.extend_from_slice(&u32::try_from(path.len()).unwrap().to_le_bytes());
        bytes.extend_from_slice(path.as_bytes());
        bytes.extend_from_slice(&[0, 0, 0, 0, END]);
        assert!(restore(&roots, &mut bytes.as_slice()).is_err(), "{path}");
    }
}

proptest! {
    #[test]
    fn an_archive_cut_short_is_refused(cut in 0_usize..80) {
        let (_folder, roots) = tree();
        fs::write(roots[0].join("file"), "content").unwrap();
        let bytes = saved(&roots, 1 << 20).unwrap().unwrap();
        let cut = cut.min(bytes.len() - 1);
        prop_assert!(restore(&roots, &mut &bytes[..cut]).is_err());
    }

    #[test]
    fn any_bytes_after_the_magic_are_restored_or_refused(bytes: Vec<u8>) {
        let (_folder, roots) = tree();
        let _ = restore(&roots, &mut [MAGIC, &bytes].concat().as_slice());
    }
}
