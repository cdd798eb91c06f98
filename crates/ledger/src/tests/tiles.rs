use proptest::prelude::*;
use types::Digest;

use super::{leaves, naive_root};
use crate::tiles::{
    Edge, LogReader, MAX_ENTRY_BYTES, MapSource, ReadError, TileId, TileKind, check_entry, split_bundle,
};
use crate::{
    ProofError, TreeHead, consistency_proof, inclusion_proof, leaf_hash, verify_consistency, verify_inclusion,
};

fn entry(index: u64) -> Vec<u8> {
    index.to_be_bytes().to_vec()
}

/// A log of `size` entries written in batches as long as `batches` says, over and over.
fn log(size: u64, batches: &[u64]) -> (MapSource, TreeHead) {
    let (mut source, mut edge) = (MapSource::default(), Edge::default());
    for batch in batches.iter().cycle() {
        let entries: Vec<_> = (edge.size()..size.min(edge.size() + batch)).map(entry).collect();
        if entries.is_empty() {
            break;
        }
        let grown = edge.extend(entries.iter().map(Vec::as_slice));
        source.0.extend(grown.into_iter().map(|(id, bytes)| (id.to_string(), bytes)));
    }
    (source, edge.head())
}

fn open(source: &MapSource, head: TreeHead) -> Result<LogReader<&MapSource>, ReadError> {
    LogReader::open(source, head)
}

#[test]
fn the_specification_s_examples_are_named_as_there() {
    let kind = TileKind::Hashes(0);
    assert_eq!(TileId::full(kind, 1_234_067).to_string(), "tile/0/x001/x234/067");
    let widths = |level: u8| {
        let last = 70_000_u64 >> (8 * (u32::from(level) + 1));
        TileId::of_tree(TileKind::Hashes(level), last, 70_000).map(TileId::width)
    };
    assert_eq!([widths(0), widths(1), widths(2)], [Some(112), Some(17), Some(1)]);
    assert_eq!(TileId::of_tree(kind, 273, 70_000).unwrap().to_string(), "tile/0/273.p/112");
    assert_eq!(TileId::of_tree(kind, 1, 256), None);
    assert_eq!(TileId::of_tree(TileKind::Entries, 0, 5).unwrap().to_string(), "tile/entries/000.p/5");
}

#[test]
fn a_tile_s_name_has_one_spelling() {
    for name in ["tile/0/000", "tile/7/x001/234.p/255", "tile/entries/x999/999.p/1"] {
        assert_eq!(name.parse::<TileId>().unwrap().to_string(), name);
    }
    for name in [
        "tile/8/000",
        "tile/00/000",
        "tile/0/0",
        "tile/0/x000/000",
        "tile/0/1234",
        "tile/0/x001/x234/067.p/256",
        "tile/0/000.p/0",
        "tile/0/000.p/05",
        "tile/0/000.p/",
        "tile/0/../000",
        "tile/-1/000",
        "tile/entries/",
        "/tile/0/000",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "",
    ] {
        assert!(name.parse::<TileId>().is_err(), "{name}");
    }
}

#[test]
fn tiles_agree_with_the_recursive_definition_at_every_size() {
    let leaves = leaves(700);
    for size in 0..700 {
        let (source, head) = log(size, &[7, 300]);
        assert_eq!(head.root, naive_root(&leaves[..size as usize]), "{size}");
        let mut reader = open(&source, head).unwrap();
        assert_eq!(reader.audit(0), Ok(size), "{size}");
    }
}

#[test]
fn a_large_log_is_read_and_proved_through_three_levels_of_tiles() {
    let size = 70_000;
    let (source, head) = log(size, &[4_000]);
    let leaves = leaves(size);
    let mut reader = open(&source, head).unwrap();
    for index in [0, 1, 255, 256, 65_535, 65_536, 69_887, 69_999] {
        let proof = reader.inclusion(index).unwrap();
        assert_eq!(proof, inclusion_proof(&leaves, index, size).unwrap());
        assert_eq!(reader.entry(index).unwrap(), entry(index));
    }
    for older in [0, 1, 256, 65_535, 65_536, 65_537, 70_000] {
        let proof = reader.consistency(older).unwrap();
        assert_eq!(proof, consistency_proof(&leaves, older, size).unwrap());
        assert_eq!(verify_consistency(reader.head_at(older).unwrap(), head, &proof), Ok(()));
    }
    assert_eq!(reader.audit(0), Ok(size));
}

#[test]
fn a_flipped_bit_in_any_tile_or_bundle_is_noticed() {
    let (source, head) = log(600, &[600]);
    assert_eq!(open(&source, head).unwrap().audit(0), Ok(600));
    for (name, bytes) in &source.0 {
        // A prime that is not a factor of any width, so that every place within an entry and a hash comes up.
        for at in (0..bytes.len()).step_by(11) {
            let mut forged = source.clone();
            forged.0.get_mut(name).unwrap()[at] ^= 1;
            let read = open(&forged, head).and_then(|mut reader| reader.audit(0));
            assert!(read.is_err(), "{name} byte {at}");
        }
    }
}

/// CVE-2026-56865: only the proved leaf's own way up was checked, and its neighbours were handed on.
#[test]
fn a_leaf_tile_forged_beside_the_proved_leaf_is_refused_before_any_of_its_hashes_is_used() {
    let (mut source, head) = log(600, &[600]);
    let name = TileId::full(TileKind::Hashes(0), 1).to_string();
    source.0.get_mut(&name).unwrap()[32..64].copy_from_slice(leaf_hash(b"forged").as_bytes());
    let mut reader = open(&source, head).unwrap();
    let forged = Err(ReadError::Forged { name });
    assert_eq!(reader.leaf(257), forged);
    assert_eq!(reader.leaf(300), forged.clone());
    assert_eq!(reader.inclusion(300).map(|_| ()), forged.map(|_| ()));
    // The positive control: other tiles of the same log are still read.
    assert_eq!(reader.leaf(0), Ok(leaf_hash(&entry(0))));
}

#[test]
fn an_inner_tile_that_does_not_lead_to_the_edge_is_refused() {
    let (source, head) = log(70_000, &[70_000]);
    let name = TileId::full(TileKind::Hashes(1), 0).to_string();
    let mut forged = source.clone();
    forged.0.get_mut(&name).unwrap()[0] ^= 1;
    assert_eq!(open(&forged, head).unwrap().leaf(5), Err(ReadError::Forged { name }));
    assert_eq!(open(&source, head).unwrap().leaf(5), Ok(leaf_hash(&entry(5))));
}

#[test]
fn missing_and_cut_tiles_are_named() {
    let (source, head) = log(600, &[600]);
    for name in source.0.keys() {
        let (mut missing, mut cut, mut long) = (source.clone(), source.clone(), source.clone());
        missing.0.remove(name);
        cut.0.get_mut(name).unwrap().pop();
        long.0.get_mut(name).unwrap().push(0);
        for (changed, expected) in [
            (missing, ReadError::Missing { name: name.clone() }),
            (cut, ReadError::Shape { name: name.clone() }),
            (long, ReadError::Shape { name: name.clone() }),
        ] {
            assert_eq!(open(&changed, head).and_then(|mut reader| reader.audit(0)), Err(expected));
        }
    }
}

#[test]
fn a_full_tile_stands_in_for_a_partial_one_that_is_gone() {
    let (mut source, head) = log(300, &[300]);
    let (later, _) = log(600, &[600]);
    source.0.retain(|name, _| !name.contains(".p/") || name.starts_with("tile/1"));
    source.0.extend(later.0.into_iter().filter(|(name, _)| !name.contains(".p/")));
    let mut reader = open(&source, head).unwrap();
    assert_eq!(reader.audit(0), Ok(300));
    assert_eq!(reader.into_edge().unwrap().head(), head);
}

#[test]
fn a_split_view_and_a_rolled_back_log_are_told_apart_from_growth() {
    let (honest, old) = log(300, &[300]);
    let (grown, new) = log(700, &[300, 400]);
    let proof = open(&grown, new).unwrap().consistency(300).unwrap();
    assert_eq!(verify_consistency(old, new, &proof), Ok(()));
    // Another history of the same length: every tile leads to its own checkpoint, and to no other.
    let mut forked = Edge::default();
    let entries: Vec<_> =
        (0..700).map(|index| if index == 5 { b"other".to_vec() } else { entry(index) }).collect();
    let grown = forked.extend(entries.iter().map(Vec::as_slice));
    let fork = MapSource(grown.into_iter().map(|(id, bytes)| (id.to_string(), bytes)).collect());
    let proof = open(&fork, forked.head()).unwrap().consistency(300).unwrap();
    assert_eq!(verify_consistency(old, forked.head(), &proof), Err(ProofError::SplitView));
    assert_eq!(open(&fork, new).map(|_| ()), Err(ReadError::Edge));
    let back = open(&honest, old).unwrap().consistency(700);
    assert_eq!(back, Err(ReadError::Proof(ProofError::RolledBack { older: 700, newer: 300 })));
    assert_eq!(verify_consistency(new, old, &[]), Err(ProofError::RolledBack { older: 700, newer: 300 }));
}

#[test]
fn sizes_near_the_largest_are_asked_for_without_overflow() {
    for size in [(1 << 63) - 1, 1 << 63, u64::MAX] {
        let head = TreeHead { size, root: Digest::of(b"lie") };
        let name = match open(&MapSource::default(), head).map(|_| ()) {
            Err(ReadError::Missing { name }) => name,
            Err(ReadError::Edge) => continue,
            other => panic!("{size}: {other:?}"),
        };
        assert!(name.parse::<TileId>().is_ok(), "{name}");
    }
}

#[test]
fn a_log_without_entries_has_no_tiles_and_the_empty_root() {
    let (source, head) = log(0, &[1]);
    assert!(source.0.is_empty());
    assert_eq!(open(&source, head).unwrap().audit(0), Ok(0));
    let lie = TreeHead { size: 0, root: Digest::of(b"lie") };
    assert_eq!(open(&source, lie).map(|_| ()), Err(ReadError::Edge));
    assert!(open(&source, head).unwrap().leaf(0).is_err());
}

#[test]
fn the_longest_entry_is_kept_and_a_longer_one_refused() {
    let longest = vec![7; MAX_ENTRY_BYTES];
    assert!(check_entry(&longest).is_ok());
    assert!(check_entry(&vec![7; MAX_ENTRY_BYTES + 1]).is_err());
    let grown = Edge::default().extend([longest.as_slice(), b""]);
    let bundle = grown.iter().find(|(id, _)| id.kind() == TileKind::Entries).unwrap();
    assert_eq!(split_bundle(&bundle.1).unwrap(), [longest.as_slice(), b""]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn however_entries_are_batched_tiles_and_proofs_are_those_of_the_naive_tree(
        size in 1_u64..1_500,
        batches in proptest::collection::vec(1_u64..400, 1..5),
        picks in proptest::collection::vec(any::<prop::sample::Index>(), 6),
    ) {
        let (source, head) = log(size, &batches);
        let all = leaves(size);
        prop_assert_eq!(head.root, naive_root(&all));
        let mut reader = open(&source, head).unwrap();
        prop_assert_eq!(reader.audit(0), Ok(size));
        for pick in picks {
            let index = pick.index(size as usize) as u64;
            let proof = reader.inclusion(index).unwrap();
            prop_assert_eq!(&proof, &inclusion_proof(&all, index, size).unwrap());
            prop_assert_eq!(verify_inclusion(&all[index as usize], index, head, &proof), Ok(()));
            prop_assert_eq!(reader.consistency(index).unwrap(), consistency_proof(&all, index, size).unwrap());
        }
        prop_assert_eq!(reader.into_edge().unwrap().head(), head);
    }

    #[test]
    fn no_bytes_make_the_parsers_panic(bytes in any::<Vec<u8>>(), name in "tile/[a-z0-9]{1,7}/[x0-9/.p]{0,20}") {
        split_bundle(&bytes).ok();
        if let Ok(id) = name.parse::<TileId>() {
            prop_assert_eq!(id.to_string(), name);
        }
        let size = bytes.len() as u64;
        let head = TreeHead { size, root: Digest::of(&bytes) };
        let mut source = MapSource::default();
        for (id, _) in Edge::default().extend(vec![&b""[..]; bytes.len()]) {
            source.0.insert(id.to_string(), bytes.clone());
        }
        prop_assert!(open(&source, head).and_then(|mut reader| reader.audit(0)).is_err() || size == 0);
    }
}
