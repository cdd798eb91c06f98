use proptest::prelude::*;
use types::Secret;

use super::key::{PETER, PETER_SIGNS};
use super::{flips, signer};
use crate::{MAX_NOTE_BYTES, Note, NoteError, SignerKey, VerifierKey};

/// The example of `golang.org/x/mod/sumdb/note`.
const PETER_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\n\
    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

fn opens(bytes: &[u8], key: &VerifierKey) -> bool {
    Note::parse(bytes).is_ok_and(|note| note.verify(key).is_ok())
}

#[test]
fn the_published_note_is_verified() {
    let note = Note::parse(PETER_NOTE.as_bytes()).unwrap();
    let text = note.verify(&PETER.parse().unwrap()).unwrap();
    assert!(text.starts_with("If you think") && text.ends_with("problem is.\n"));
    assert_eq!(note.to_string(), PETER_NOTE);
}

#[test]
fn the_published_note_is_signed_byte_for_byte() {
    let key = SignerKey::from_secret(&Secret::new(PETER_SIGNS.to_owned())).unwrap();
    let text = &PETER_NOTE[..=PETER_NOTE.rfind("\n\n").unwrap()];
    assert_eq!(Note::sign(text, &key).unwrap().to_string(), PETER_NOTE);
}

#[test]
fn every_flipped_bit_of_a_note_is_noticed() {
    let key = PETER.parse().unwrap();
    for flipped in flips(PETER_NOTE.as_bytes()) {
        assert!(!opens(&flipped, &key), "{}", String::from_utf8_lossy(&flipped));
    }
}

#[test]
fn every_cut_and_every_added_byte_is_noticed() {
    let key = PETER.parse().unwrap();
    let note = PETER_NOTE.as_bytes();
    for at in 0..note.len() {
        assert!(!opens(&note[..at], &key), "cut at {at}");
        for byte in [b'\n', b' ', b'=', b'A', 0, 0xff] {
            let added = [&note[..at], &[byte], &note[at..]].concat();
            assert!(!opens(&added, &key), "{byte} added at {at}");
        }
    }
}

#[test]
fn a_signature_line_has_one_spelling() {
    for (from, to) in [
        ("\u{2014}", "-"),
        ("\u{2014}", "\u{2013}"),
        ("\u{2014} ", "\u{2014}"),
        ("\u{2014} ", "\u{2014}  "),
        ("AM=\n", "AM\n"),
        ("AM=\n", "AN=\n"),
        ("AM=\n", "AM=\r\n"),
        ("AM=\n", "AM= \n"),
        ("AM=\n", "AM="),
        ("PeterNeumann x0", "Peter+Neumann x0"),
        ("PeterNeumann x0", "Peter\u{a0}Neumann x0"),
        ("problem is.\n\n", "problem is.\n"),
    ] {
        let changed = PETER_NOTE.replace(from, to);
        assert_ne!(changed, PETER_NOTE);
        assert!(
            matches!(Note::parse(changed.as_bytes()), Err(NoteError::Malformed(_))),
            "{from:?} to {to:?}"
        );
    }
}

#[test]
fn a_signature_by_an_unknown_key_is_kept_and_does_not_count() {
    let (log, other) = (signer("log.example", 1), signer("log.example", 2));
    let note = Note::sign("text\n", &log).unwrap().to_string();
    let line = Note::sign("text\n", &other).unwrap().to_string().split_off("text\n\n".len());
    let both = Note::parse(format!("{note}{line}").as_bytes()).unwrap();
    assert_eq!(both.signatures().len(), 2);
    assert_eq!(both.verify(log.verifier()), Ok("text\n"));
    assert_eq!(both.to_string(), format!("{note}{line}"));

    let alone = Note::parse(note.as_bytes()).unwrap();
    let unknown = NoteError::UnknownSigner { name: "log.example".to_owned(), id: other.verifier().id() };
    assert_eq!(alone.verify(other.verifier()), Err(unknown));
}

#[test]
fn a_second_signature_by_the_same_key_is_refused() {
    let log = signer("log.example", 1);
    let note = Note::sign("text\n", &log).unwrap().to_string();
    let line = &note["text\n\n".len()..];
    let twice = Note::parse(format!("{note}{line}").as_bytes()).unwrap();
    assert!(matches!(twice.verify(log.verifier()), Err(NoteError::BadSignature { .. })));
}

#[test]
fn a_signature_moved_to_another_text_is_refused() {
    let log = signer("log.example", 1);
    let moved = Note::sign("text\n", &log).unwrap().to_string().replace("text", "test");
    let refused = Note::parse(moved.as_bytes()).unwrap();
    assert!(matches!(refused.verify(log.verifier()), Err(NoteError::BadSignature { .. })));
}

#[test]
fn a_text_with_empty_lines_ends_at_the_last_one() {
    let log = signer("log.example", 1);
    for text in ["\n", "a\n\nb\n", "a\n\n", "\n\n\n", "\u{2014} a b\n"] {
        let note = Note::sign(text, &log).unwrap().to_string();
        assert_eq!(Note::parse(note.as_bytes()).unwrap().verify(log.verifier()), Ok(text));
    }
}

#[test]
fn a_text_that_is_not_lines_is_not_signed() {
    let log = signer("log.example", 1);
    for text in ["", "a", "a\r\n", "a\tb\n", "a\u{1b}[2J\n", "a\0\n", &"a\n".repeat(450_001)] {
        assert_eq!(Note::sign(text, &log), Err(NoteError::Text));
    }
}

#[test]
fn an_oversized_note_or_one_with_too_many_signatures_is_refused() {
    let line = &PETER_NOTE[PETER_NOTE.find('\u{2014}').unwrap()..];
    assert!(Note::parse(format!("text\n\n{}", line.repeat(100)).as_bytes()).is_ok());
    assert!(Note::parse(format!("text\n\n{}", line.repeat(101)).as_bytes()).is_err());
    let long = format!("{}{PETER_NOTE}", "a".repeat(MAX_NOTE_BYTES));
    assert!(Note::parse(long.as_bytes()).is_err());
}

proptest! {
    #[test]
    fn any_text_of_lines_survives_signing(lines in "([ -~é—]{0,30}\n){1,6}", seed in any::<[u8; 32]>()) {
        let key = SignerKey::from_seed("log.example", seed).unwrap();
        let note = Note::sign(&lines, &key).unwrap();
        let read = Note::parse(note.to_string().as_bytes()).unwrap();
        prop_assert_eq!(&read, &note);
        prop_assert_eq!(read.verify(key.verifier()), Ok(lines.as_str()));
    }

    #[test]
    fn no_bytes_make_the_parser_panic_and_what_is_read_is_written_back(
        bytes in any::<Vec<u8>>(),
        text in "[a\n]{0,8}\n\n(— [a +]{0,3} [A-Za-z0-9+/=]{0,12}\n){0,3}",
    ) {
        for bytes in [bytes.as_slice(), text.as_bytes()] {
            if let Ok(note) = Note::parse(bytes) {
                prop_assert!(note.to_string().as_bytes() == bytes);
            }
        }
    }
}
