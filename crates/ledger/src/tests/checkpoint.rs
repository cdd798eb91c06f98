use proptest::prelude::*;
use types::Digest;

use super::{flips, leaves, signer};
use crate::{
    Checkpoint, CheckpointError, Note, NoteError, TreeHead, open_checkpoint, root_of, sign_checkpoint,
};

fn sample() -> Checkpoint {
    let head = TreeHead { size: 5, root: root_of(&leaves(5)) };
    Checkpoint::new("log.example/a".to_owned(), head, Vec::new()).unwrap()
}

#[test]
fn the_specification_s_example_is_read() {
    let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    let checkpoint = Checkpoint::parse(text).unwrap();
    assert_eq!(checkpoint.origin(), "example.com/behind-the-sofa");
    assert_eq!(checkpoint.head().size, 20_852_163);
    assert_eq!(checkpoint.text(), text);
}

#[test]
fn every_flipped_bit_of_a_signed_checkpoint_is_noticed() {
    let key = signer("log.example/a", 3);
    let note = sign_checkpoint(&sample(), &key);
    assert_eq!(open_checkpoint(note.as_bytes(), key.verifier()), Ok(sample()));
    for flipped in flips(note.as_bytes()) {
        let opened = open_checkpoint(&flipped, key.verifier());
        assert!(opened.is_err(), "{}", String::from_utf8_lossy(&flipped));
    }
}

#[test]
fn a_checkpoint_signed_anew_with_another_key_is_refused() {
    let (key, other) = (signer("log.example/a", 3), signer("log.example/a", 4));
    let opened = open_checkpoint(sign_checkpoint(&sample(), &other).as_bytes(), key.verifier());
    assert!(matches!(opened, Err(CheckpointError::Note(NoteError::UnknownSigner { .. }))));
}

#[test]
fn a_signed_note_that_is_no_checkpoint_is_refused() {
    let key = signer("log.example/a", 3);
    let note = Note::sign("log.example/a\n5\n", &key).unwrap().to_string();
    let opened = open_checkpoint(note.as_bytes(), key.verifier());
    assert!(matches!(opened, Err(CheckpointError::Malformed(_))));
}

#[test]
fn a_checkpoint_has_one_spelling() {
    let text = sample().text();
    let root = text.lines().last().unwrap().to_owned();
    for changed in [
        text.replace("\n5\n", "\n05\n"),
        text.replace("\n5\n", "\n+5\n"),
        text.replace("\n5\n", "\n5 \n"),
        text.replace("\n5\n", "\n-5\n"),
        text.replace("\n5\n", "\n\n"),
        text.replace("\n5\n", "\n18446744073709551616\n"),
        text.replace("\n5\n", "\n٥\n"),
        text.replace('=', ""),
        text.replace(&root, "AAAA"),
        text.replace("log.example/a", ""),
        format!("{text}\n"),
        format!("{text}line"),
        format!("{text}a\n\nb\n"),
        text.trim_end().to_owned(),
        String::new(),
    ] {
        assert!(matches!(Checkpoint::parse(&changed), Err(CheckpointError::Malformed(_))), "{changed:?}");
    }
    assert!(Checkpoint::parse(&text.replace("\n5\n", "\n18446744073709551615\n")).is_ok());
    assert!(Checkpoint::parse(&text.replace("\n5\n", "\n0\n")).is_ok());
}

#[test]
fn a_checkpoint_cannot_be_made_with_a_line_in_a_line() {
    let head = sample().head();
    let made = |origin: &str, extension: &str| {
        Checkpoint::new(origin.to_owned(), head, vec![extension.to_owned()]).is_ok()
    };
    assert!(made("a", "b"));
    for (origin, extension) in
        [("", "b"), ("a", ""), ("a\n5", "b"), ("a", "b\nc"), ("a\r", "b"), ("a", "\u{1b}")]
    {
        assert!(!made(origin, extension), "{origin:?} {extension:?}");
    }
    assert!(!made("a", &"b".repeat(900_000)));
}

proptest! {
    #[test]
    fn any_checkpoint_survives_signing(
        origin in "[ -~é]{1,40}",
        size: u64,
        root: [u8; 32],
        extensions in proptest::collection::vec("[ -~é]{1,20}", 0..4),
    ) {
        let key = signer("log.example", 5);
        let head = TreeHead { size, root: Digest::from_bytes(root) };
        let checkpoint = Checkpoint::new(origin, head, extensions).unwrap();
        let note = sign_checkpoint(&checkpoint, &key);
        prop_assert_eq!(open_checkpoint(note.as_bytes(), key.verifier()), Ok(checkpoint));
    }

    #[test]
    fn no_text_makes_the_parser_panic_and_what_is_read_is_written_back(
        text in any::<String>(),
        lines in "[a-z]{0,3}\n[0-9+]{0,21}\n[A-Za-z0-9+/]{43}=\n([a-z]{0,3}\n){0,2}",
    ) {
        for text in [text, lines] {
            if let Ok(checkpoint) = Checkpoint::parse(&text) {
                prop_assert_eq!(checkpoint.text(), text);
            }
        }
    }
}
