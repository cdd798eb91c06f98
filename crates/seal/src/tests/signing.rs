use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::folder;
use super::mutate::mutations;
use crate::signing::{
    Bundle, BundleError, Curve, KeyError, SignError, SigningKey, Verified, VerifyError, VerifyingKey, sign,
    verify,
};
use crate::{Difference, SealError};

macro_rules! recorded {
    ($name:literal) => {
        include_str!(concat!("data/signing/", $name))
    };
}

/// Every bundle here was made by the reference tool, version 1.1.1, over [`model`].
const BY_FILES: [(&str, &str); 4] = [
    (recorded!("p256.sig"), recorded!("p256.pub")),
    (recorded!("p384.sig"), recorded!("p384.pub")),
    (recorded!("p521.sig"), recorded!("p521.pub")),
    (recorded!("blake3.sig"), recorded!("p256.pub")),
];

fn model() -> TempDir {
    folder(&[
        ("model/a", b"weights"),
        ("model/d0/f00", b"more-weights"),
        ("model/d0-1", b"x"),
        ("model/.git/x", b""),
    ])
}

fn check(path: &Path, bundle: &str, key: &str) -> Result<Verified, VerifyError> {
    verify(path, bundle.as_bytes(), &VerifyingKey::from_pem(key).unwrap(), &mut |_, _| {})
}

fn bundle_error(bundle: &str) -> BundleError {
    match check(&model().path().join("model"), bundle, recorded!("p256.pub")) {
        Err(VerifyError::Bundle(error)) => error,
        other => panic!("{other:?}"),
    }
}

/// The recorded bundle after `change`, its signature untouched.
fn changed(change: impl Fn(&mut Value)) -> String {
    let mut bundle: Value = serde_json::from_str(recorded!("p256.sig")).unwrap();
    change(&mut bundle);
    bundle.to_string()
}

/// A bundle whose statement was changed and then signed again: what a signer with a bad tool makes.
fn resigned(from: &str, change: impl Fn(&mut Value)) -> String {
    let mut bundle: Value = serde_json::from_str(from).unwrap();
    let payload = STANDARD.decode(bundle["dsseEnvelope"]["payload"].as_str().unwrap()).unwrap();
    let mut statement: Value = serde_json::from_slice(&payload).unwrap();
    change(&mut statement);
    let payload = statement.to_string();
    let head = format!("DSSEv1 28 application/vnd.in-toto+json {} {payload}", payload.len());
    let signature = SigningKey::from_pem(recorded!("p256.key")).unwrap().sign(head.as_bytes()).unwrap();
    bundle["dsseEnvelope"]["payload"] = json!(STANDARD.encode(payload));
    bundle["dsseEnvelope"]["signatures"][0]["sig"] = json!(STANDARD.encode(signature));
    bundle.to_string()
}

#[test]
fn what_the_reference_tool_signed_holds() {
    let model = model();
    for (bundle, key) in BY_FILES {
        let verified = check(&model.path().join("model"), bundle, key).unwrap();
        assert_eq!(verified.statement.name, "model");
        let paths: Vec<_> = verified.statement.resources.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["a", "d0/f00", "d0-1"], "the order of the reference tool");
    }
    assert!(check(&model.path().join("model/a"), recorded!("single.sig"), recorded!("p256.pub")).is_ok());
}

#[test]
fn shards_are_read_and_empty_files_that_they_cannot_name_are_told() {
    let model = model();
    let model = model.path().join("model");
    fs::write(model.join("empty"), b"").unwrap();
    let verified = check(&model, recorded!("shards.sig"), recorded!("p256.pub")).unwrap();
    assert_eq!(verified.unsigned, ["empty"]);
    fs::write(model.join("d0/f00"), b"more-weighty").unwrap();
    let error = check(&model, recorded!("shards.sig"), recorded!("p256.pub")).unwrap_err();
    let VerifyError::Different(differences) = error else { panic!("{error}") };
    assert_eq!(differences, [Difference::Tampered { path: "d0/f00".to_owned() }]);
}

#[test]
fn every_kind_of_difference_is_named_for_files_and_shards() {
    let rename = |model: &Path, from: &str, to: &str| fs::rename(model.join(from), model.join(to)).unwrap();
    type Meddle<'a> = &'a dyn Fn(&Path);
    let cases: [(Meddle<'_>, Difference); 5] = [
        (&|model| fs::write(model.join("a"), b"WEIGHTS").unwrap(), Difference::Tampered { path: "a".into() }),
        (&|model| fs::remove_file(model.join("a")).unwrap(), Difference::Missing { path: "a".into() }),
        (&|model| fs::write(model.join("b"), b"new").unwrap(), Difference::Added { path: "b".into() }),
        (&|model| rename(model, "a", "z"), Difference::Renamed { from: "a".into(), to: "z".into() }),
        (
            &|model| {
                rename(model, "a", "aside");
                rename(model, "d0-1", "a");
                rename(model, "aside", "d0-1");
            },
            Difference::Swapped { one: "a".into(), other: "d0-1".into() },
        ),
    ];
    for (meddle, expected) in cases {
        for bundle in [recorded!("p256.sig"), recorded!("blake3.sig"), recorded!("shards.sig")] {
            let model = model();
            let model = model.path().join("model");
            assert!(check(&model, bundle, recorded!("p256.pub")).is_ok());
            meddle(&model);
            let error = check(&model, bundle, recorded!("p256.pub")).unwrap_err();
            let VerifyError::Different(differences) = error else { panic!("{error}") };
            assert_eq!(differences, std::slice::from_ref(&expected));
        }
    }
}

#[test]
fn what_is_signed_here_holds_here_for_every_curve() {
    let model = model();
    let path = model.path().join("model");
    for curve in Curve::ALL {
        let key = SigningKey::generate(curve).unwrap();
        let again = SigningKey::from_pem(&key.to_pem().unwrap()).unwrap();
        let (manifest, bundle) = sign(&path, &again, &["sub/model.sig".to_owned()], &mut |_, _| {}).unwrap();
        let json = bundle.to_json();
        assert_eq!(Bundle::parse(json.as_bytes()).unwrap(), bundle);
        let public = key.verifying().to_pem();
        assert_eq!(check(&path, &json, &public).unwrap().statement.root, manifest.root());
        let other = SigningKey::generate(curve).unwrap().verifying().to_pem();
        assert!(matches!(check(&path, &json, &other), Err(VerifyError::Bundle(BundleError::Hint(_)))));
    }
    let refused =
        sign(&path, &SigningKey::generate(Curve::P256).unwrap(), &["../x".to_owned()], &mut |_, _| {});
    assert!(matches!(refused, Err(SignError::Ignore(_))));
}

#[test]
fn a_bundle_that_is_off_is_refused_by_name() {
    let set = |pointer: &'static str, value: Value| {
        bundle_error(&changed(|bundle| *bundle.pointer_mut(pointer).unwrap() = value.clone())).code()
    };
    assert!(check(&model().path().join("model"), &changed(|_| {}), recorded!("p256.pub")).is_ok());
    assert_eq!(
        set("/mediaType", json!("application/vnd.dev.sigstore.bundle+json;version=0.2")),
        "bundle-media-type"
    );
    assert_eq!(set("/verificationMaterial/publicKey/hint", json!("00")), "bundle-hint");
    assert_eq!(set("/verificationMaterial/tlogEntries", json!([{}])), "bundle-log");
    assert_eq!(set("/verificationMaterial", json!({"certificate": {}})), "bundle-json");
    assert_eq!(set("/dsseEnvelope/payloadType", json!("text/plain")), "bundle-payload-type");
    assert_eq!(set("/dsseEnvelope/payload", json!("e30=")), "bundle-signature");
    assert_eq!(set("/dsseEnvelope/payload", json!("*")), "bundle-base64");
    assert_eq!(set("/dsseEnvelope/signatures", json!([])), "bundle-signatures");
    let one: Value = serde_json::from_str(recorded!("p256.sig")).unwrap();
    let one = one["dsseEnvelope"]["signatures"][0].clone();
    assert_eq!(set("/dsseEnvelope/signatures", json!([one, one])), "bundle-signatures");
    assert_eq!(bundle_error("{").code(), "bundle-json");
    // Without a hint another curve's key does not verify either.
    let without = changed(|bundle| bundle["verificationMaterial"]["publicKey"] = json!({}));
    assert!(check(&model().path().join("model"), &without, recorded!("p256.pub")).is_ok());
    let other = check(&model().path().join("model"), &without, recorded!("p384.pub"));
    assert!(matches!(other, Err(VerifyError::Bundle(BundleError::Signature))));
}

#[test]
fn a_statement_that_is_off_is_refused_by_name_although_it_is_signed() {
    let set = |from: &str, pointer: &'static str, value: Value| {
        bundle_error(&resigned(from, |statement| *statement.pointer_mut(pointer).unwrap() = value.clone()))
            .code()
    };
    let (files, shards) = (recorded!("p256.sig"), recorded!("shards.sig"));
    assert!(check(&model().path().join("model"), &resigned(files, |_| {}), recorded!("p256.pub")).is_ok());
    assert_eq!(set(files, "/_type", json!("https://in-toto.io/Statement/v0.1")), "bundle-statement-type");
    assert_eq!(set(files, "/predicateType", json!("https://x")), "bundle-predicate-type");
    assert_eq!(set(files, "/subject", json!([])), "bundle-subjects");
    assert_eq!(set(files, "/subject/0/digest/sha256", json!("0".repeat(64))), "bundle-root");
    assert_eq!(set(files, "/subject/0/digest/sha256", json!("AB")), "bundle-digest");
    assert_eq!(set(files, "/predicate", json!({})), "bundle-statement");
    assert_eq!(set(files, "/predicate/resources", json!([])), "bundle-empty");
    assert_eq!(set(files, "/predicate/resources/0/name", json!("../a")), "bundle-name");
    assert_eq!(set(files, "/predicate/resources/0/name", json!("d0/f00")), "bundle-twice");
    assert_eq!(set(files, "/predicate/resources/0/name", json!("x")), "bundle-order");
    assert_eq!(set(files, "/predicate/resources/0/algorithm", json!("blake3")), "bundle-algorithm");
    assert_eq!(set(files, "/predicate/serialization/method", json!("tensors")), "bundle-method");
    assert_eq!(set(files, "/predicate/serialization/ignore_paths", json!(["a/.."])), "bundle-name");
    assert_eq!(bundle_error(recorded!("blake2.sig")).code(), "bundle-algorithm");
    assert_eq!(set(shards, "/predicate/resources/1/name", json!("a:3:7")), "bundle-shards");
    assert_eq!(set(shards, "/predicate/resources/1/name", json!("a")), "bundle-name");
    assert_eq!(set(shards, "/predicate/serialization/shard_size", json!(0)), "bundle-shard-size");
    assert_eq!(set(shards, "/predicate/serialization/shard_size", json!(1.5)), "bundle-shard-size");
}

#[test]
fn a_link_in_the_model_is_refused_and_one_in_what_is_left_out_is_not() {
    let model = model();
    let path = model.path().join("model");
    std::os::unix::fs::symlink("a", path.join("model.sig")).unwrap();
    assert!(check(&path, recorded!("p256.sig"), recorded!("p256.pub")).is_ok());
    std::os::unix::fs::symlink("a", path.join("link")).unwrap();
    let error = check(&path, recorded!("p256.sig"), recorded!("p256.pub")).unwrap_err();
    assert!(matches!(error, VerifyError::Seal(SealError::Symlink { .. })));
}

#[test]
fn keys_are_refused_by_name() {
    assert!(matches!(SigningKey::from_pem(recorded!("p256.pub")), Err(KeyError::NoPrivateKey)));
    assert!(matches!(VerifyingKey::from_pem(recorded!("p256.key")), Err(KeyError::NoPublicKey)));
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n-----END ENCRYPTED PRIVATE KEY-----\n";
    assert!(matches!(SigningKey::from_pem(encrypted), Err(KeyError::Encrypted)));
    let ed25519 = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    assert!(matches!(VerifyingKey::from_pem(ed25519), Err(KeyError::Curve)));
    assert_eq!(VerifyingKey::from_pem(recorded!("p521.pub")).unwrap().to_pem(), recorded!("p521.pub"));
}

#[test]
fn no_changed_bundle_or_key_breaks_a_reader_or_verifies() {
    let key = VerifyingKey::from_pem(recorded!("p256.pub")).unwrap();
    let genuine = Bundle::parse(recorded!("p256.sig").as_bytes()).unwrap().open(&key).unwrap();
    let corpus = [recorded!("p256.sig").as_bytes(), recorded!("shards.sig").as_bytes()];
    mutations(&corpus, 2_000, |bytes| {
        if let Ok(statement) = Bundle::parse(bytes).and_then(|bundle| bundle.open(&key)) {
            assert!(statement == genuine || statement.resources.iter().all(|shard| shard.shard.is_some()));
        }
    });
    let keys = [recorded!("p256.pub").as_bytes(), recorded!("p521.key").as_bytes()];
    mutations(&keys, 500, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let _ = (SigningKey::from_pem(&text).is_ok(), VerifyingKey::from_pem(&text).is_ok());
    });
    let statement = STANDARD.decode(
        serde_json::from_str::<Value>(recorded!("shards.sig")).unwrap()["dsseEnvelope"]["payload"]
            .as_str()
            .unwrap(),
    );
    mutations(&[&statement.unwrap()], 4_000, |bytes| {
        let _ = crate::signing::Statement::parse(bytes);
    });
}
