use proptest::prelude::*;
use types::Secret;

use super::{flips, signer};
use crate::{KeyError, SignerKey, VerifierKey};

/// The example key pair of `golang.org/x/mod/sumdb/note`.
pub(super) const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
pub(super) const PETER_SIGNS: &str =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

#[test]
fn the_published_key_pair_is_read_and_written() {
    let signer = SignerKey::from_secret(&Secret::new(PETER_SIGNS.to_owned())).unwrap();
    assert_eq!(signer.verifier().to_string(), PETER);
    assert_eq!(signer.to_secret().expose(), PETER_SIGNS);
    assert_eq!(PETER.parse().as_ref(), Ok(signer.verifier()));
}

#[test]
fn a_verifier_key_has_one_spelling_and_notices_every_flipped_bit() {
    for flipped in flips(PETER.as_bytes()) {
        let Ok(text) = String::from_utf8(flipped) else { continue };
        assert!(text.parse::<VerifierKey>().is_err(), "{text}");
    }
    for text in [
        PETER.to_uppercase(),
        PETER.replace("c74f", "C74F"),
        format!("{PETER}="),
        format!("{PETER}\n"),
        format!(" {PETER}"),
        PETER_SIGNS.to_owned(),
        String::new(),
    ] {
        assert!(text.parse::<VerifierKey>().is_err(), "{text}");
    }
}

#[test]
fn a_signer_key_whose_parts_do_not_belong_together_is_refused() {
    for (from, to) in
        [("Neumann", "Neuman"), ("c74f20a3", "c74f20a4"), ("c74f20a3", "C74F20A3"), ("KFAL", "KFAM")]
    {
        let changed = Secret::new(PETER_SIGNS.replacen(from, to, 1));
        assert_eq!(SignerKey::from_secret(&changed).err(), Some(KeyError::Id), "{from} to {to}");
    }
    let verifier = Secret::new(PETER.to_owned());
    assert_eq!(SignerKey::from_secret(&verifier).err(), Some(KeyError::Spelling));
}

#[test]
fn a_key_of_another_algorithm_is_refused_by_its_number() {
    // The type byte stands in the first base64 digits: "AR" is 0x01, "BB" is 0x04.
    let cosigner = PETER.replace("+ARpc", "+BBpc");
    assert_eq!(cosigner.parse::<VerifierKey>(), Err(KeyError::Algorithm { found: 4, wanted: 1 }));
}

#[test]
fn a_name_that_no_signature_line_can_carry_is_refused() {
    for name in ["", "a b", "a+b", "a\nb", "a\u{a0}b", "a\u{85}b", "\u{2003}", "a\u{1b}", &"a".repeat(256)] {
        assert_eq!(SignerKey::from_seed(name, [7; 32]).err(), Some(KeyError::Name), "{name:?}");
    }
}

#[test]
fn debug_shows_nothing_of_a_signer_key() {
    let shown = format!("{:?}", signer("a.example", 7));
    assert!(shown.starts_with("SignerKey(a.example "), "{shown}");
    assert!(!shown.contains("BwcH") && !shown.contains("7, 7"), "{shown}");
}

proptest! {
    #[test]
    fn any_key_survives_writing_and_reading(name in "[a-z0-9./é-]{1,40}", seed in any::<[u8; 32]>()) {
        let signer = SignerKey::from_seed(&name, seed).unwrap();
        let verifier = signer.verifier();
        let read = verifier.to_string().parse();
        prop_assert_eq!(read.as_ref(), Ok(verifier));
        let again = SignerKey::from_secret(&signer.to_secret()).unwrap();
        prop_assert_eq!(again.verifier(), verifier);
    }

    #[test]
    fn no_text_makes_the_key_parsers_panic(text in any::<String>(), tail in "[+A-Za-z0-9/= ]{0,80}") {
        for text in [text.clone(), format!("a+{tail}"), format!("PRIVATE+KEY+{text}+{tail}")] {
            if let Ok(key) = text.parse::<VerifierKey>() {
                prop_assert_eq!(key.to_string(), text.clone());
            }
            if let Ok(key) = SignerKey::from_secret(&Secret::new(text.clone())) {
                prop_assert!(key.to_secret().expose() == text);
            }
        }
    }
}
