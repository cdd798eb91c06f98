//! What the reference implementations make of ours, and we of theirs.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::folder;
use crate::signing::{Curve, SigningKey, VerifyingKey, sign, verify};

/// The Python that `script/test` installed `script/model-signing.txt` for.
pub(super) fn python(script: &str, arguments: &[&Path]) -> Output {
    #[expect(clippy::disallowed_methods, reason = "the reference tool is another program")]
    let Ok(python) = std::env::var("PROOFHOUSE_MODEL_SIGNING_PYTHON") else {
        panic!(
            "PROOFHOUSE_MODEL_SIGNING_PYTHON names no Python with model-signing; `script/test` installs one"
        );
    };
    #[expect(clippy::disallowed_methods, reason = "the reference tool is another program")]
    let mut command = Command::new(python);
    command.arg("-c").arg(script).args(arguments).output().unwrap()
}

const VERIFY: &str = "
import sys
from model_signing import verifying
verifying.Config().use_elliptic_key_verifier(public_key=sys.argv[1]).verify(sys.argv[2], sys.argv[3])
";

const SIGN: &str = "
import sys
from model_signing import signing
signing.Config().use_elliptic_key_signer(private_key=sys.argv[1]).sign(sys.argv[2], sys.argv[3])
";

/// Names on which code point order and order by component differ.
const FILES: [(&str, &[u8]); 5] =
    [("m/d0/f00", b"1"), ("m/d0-1", b"2"), ("m/a", b"3"), ("m/empty", b""), ("m/\u{e9}", b"4")];

#[test]
fn the_reference_tool_accepts_what_we_sign_and_refuses_it_changed() {
    for curve in Curve::ALL {
        for name in ["m", "m/a"] {
            let folder = folder(&FILES);
            let (model, public) = (folder.path().join(name), folder.path().join("public"));
            let bundle = folder.path().join("model.sig");
            let key = SigningKey::generate(curve).unwrap();
            fs::write(&public, key.verifying().to_pem()).unwrap();
            fs::write(&bundle, sign(&model, &key, &[], &mut |_, _| {}).unwrap().1.to_json()).unwrap();
            let accepted = python(VERIFY, &[&public, &model, &bundle]);
            assert!(accepted.status.success(), "{}", String::from_utf8_lossy(&accepted.stderr));
            fs::write(folder.path().join("m/a"), b"5").unwrap();
            let refused = python(VERIFY, &[&public, &model, &bundle]);
            assert!(String::from_utf8_lossy(&refused.stderr).contains("Hash mismatch"), "it did not look");
        }
    }
}

#[test]
fn we_accept_what_the_reference_tool_signs_and_refuse_it_changed() {
    for curve in Curve::ALL {
        let folder = folder(&FILES);
        let (model, private) = (folder.path().join("m"), folder.path().join("private"));
        let bundle = folder.path().join("model.sig");
        let key = SigningKey::generate(curve).unwrap();
        fs::write(&private, key.to_pem().unwrap().as_bytes()).unwrap();
        let signed = python(SIGN, &[&private, &model, &bundle]);
        assert!(signed.status.success(), "{}", String::from_utf8_lossy(&signed.stderr));
        let (bundle, public) = (fs::read(bundle).unwrap(), VerifyingKey::from_pem(&key.verifying().to_pem()));
        let public = public.unwrap();
        assert!(verify(&model, &bundle, &public, &mut |_, _| {}).is_ok());
        fs::write(model.join("a"), b"5").unwrap();
        assert!(verify(&model, &bundle, &public, &mut |_, _| {}).is_err());
    }
}
