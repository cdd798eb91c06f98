use proptest::prelude::*;

use super::{flips, leaves, signer};
use crate::{
    Checkpoint, CheckpointError, Note, ProofError, TlogProof, TlogProofError, TreeHead, inclusion_proof,
    root_of, sign_checkpoint,
};

/// The proof file of entry `index` of a log of `size` entries, signed by key 6.
fn file(index: u64, size: u64) -> String {
    let leaves = leaves(size);
    let head = TreeHead { size, root: root_of(&leaves) };
    let checkpoint = Checkpoint::new("log.example".to_owned(), head, Vec::new()).unwrap();
    let note = sign_checkpoint(&checkpoint, &signer("log.example", 6));
    let hashes = inclusion_proof(&leaves, index, size).unwrap();
    TlogProof::new(index, hashes, Note::parse(note.as_bytes()).unwrap()).to_string()
}

#[test]
fn a_proof_file_is_written_read_and_verified() {
    let key = signer("log.example", 6);
    for (index, size) in [(0, 1), (0, 2), (6, 7), (3, 8)] {
        let file = file(index, size);
        assert!(file.starts_with(&format!("c2sp.org/tlog-proof@v1\nindex {index}\n")));
        let proof = TlogProof::parse(file.as_bytes()).unwrap();
        let checkpoint = proof.verify(&leaves(size)[index as usize], key.verifier()).unwrap();
        assert_eq!((checkpoint.head().size, proof.index()), (size, index));
        assert_eq!(proof.to_string(), file);
    }
}

#[test]
fn every_flipped_bit_of_a_proof_file_is_noticed() {
    let (file, key, leaf) = (file(3, 7), signer("log.example", 6), leaves(7)[3]);
    for flipped in flips(file.as_bytes()) {
        let opened = TlogProof::parse(&flipped).and_then(|proof| proof.verify(&leaf, key.verifier()));
        assert!(opened.is_err(), "{}", String::from_utf8_lossy(&flipped));
    }
}

#[test]
fn another_entry_and_another_key_are_refused() {
    let proof = TlogProof::parse(file(3, 7).as_bytes()).unwrap();
    let other_entry = proof.verify(&leaves(7)[2], signer("log.example", 6).verifier());
    assert_eq!(other_entry, Err(TlogProofError::Proof(ProofError::NotIncluded)));
    let other_key = proof.verify(&leaves(7)[3], signer("log.example", 7).verifier());
    assert!(matches!(other_key, Err(TlogProofError::Checkpoint(CheckpointError::Note(_)))));
}

#[test]
fn extra_data_is_kept_and_stands_before_the_index() {
    let with_extra = file(3, 7).replace("index", "extra aGk=\nindex");
    let proof = TlogProof::parse(with_extra.as_bytes()).unwrap();
    assert_eq!(proof.extra(), Some(&b"hi"[..]));
    assert_eq!(proof.to_string(), with_extra);
    for changed in [
        with_extra.replace("aGk=", "aGk"),
        file(3, 7).replace("index 3\n", "index 3\nextra aGk=\n"),
        with_extra.replace("extra aGk=\n", "extra aGk=\nextra aGk=\n"),
    ] {
        assert!(TlogProof::parse(changed.as_bytes()).is_err(), "{changed}");
    }
}

#[test]
fn a_file_of_another_shape_is_refused() {
    let file = file(3, 7);
    for changed in [
        file.replace("@v1", "@v2"),
        file.replace("index 3", "index 03"),
        file.replace("index 3", "index -3"),
        file.replace("index 3\n", ""),
        file.replace("index 3\n", "index 3\n\n"),
        format!("\n{file}"),
        format!("{file}\n"),
        String::new(),
    ] {
        let opened = TlogProof::parse(changed.as_bytes())
            .and_then(|proof| proof.verify(&leaves(7)[3], signer("log.example", 6).verifier()));
        assert!(opened.is_err(), "{changed}");
    }
}

#[test]
fn a_file_with_more_hashes_than_a_tree_has_levels_is_refused_unread() {
    let hash = "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n";
    let with = |count: usize| file(0, 1).replace("index 0\n", &format!("index 0\n{}", hash.repeat(count)));
    assert!(TlogProof::parse(with(64).as_bytes()).is_ok());
    assert!(matches!(TlogProof::parse(with(65).as_bytes()), Err(TlogProofError::Malformed(_))));
}

proptest! {
    #[test]
    fn no_bytes_make_the_parser_panic_and_what_is_read_is_written_back(
        bytes in any::<Vec<u8>>(),
        head in "(extra [A-Za-z0-9+/=]{0,8}\n)?index [0-9]{0,21}\n([A-Za-z0-9+/]{43}=\n){0,2}",
    ) {
        let text = format!("c2sp.org/tlog-proof@v1\n{head}\na\n\n\u{2014} a AAAAAAAA\n");
        for bytes in [bytes.as_slice(), text.as_bytes()] {
            if let Ok(proof) = TlogProof::parse(bytes) {
                prop_assert!(proof.to_string().as_bytes() == bytes);
            }
        }
    }
}
