use std::cell::Cell;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use tempfile::TempDir;
use types::{Digest, Timestamp};
use zeroize::Zeroizing;

use super::folder;
use super::interop::python;
use super::mutate::mutations;
use crate::keys::{
    Certificate, Custodian, DestroyError, FileKey, HybridKey, HybridRecipient, KeyError, Order, Reason,
    Slots, destroy,
};
use crate::sealed::{DataKey, MemoryParts, OpenError, PartSize, Place, Sealed, take_sealed};
use crate::signing::{Curve, SigningKey};

fn place() -> Place {
    Place { case: "case-1".to_owned(), artefact: "artefact-1".to_owned() }
}

/// A mount that is not the one of temporary files: every Linux has this one.
fn other_mount() -> TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap()
}

/// Data, another mount, and a key file on it.
fn file_key() -> (TempDir, TempDir, FileKey) {
    let (data, keys) = (tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR")).unwrap(), other_mount());
    let key = FileKey::create(&keys.path().join("kek"), data.path()).unwrap();
    (data, keys, key)
}

/// A KMS in memory, which can be told to claim a destruction that it does not perform.
struct Kms {
    name: &'static str,
    inner: HybridKey,
    gone: Cell<bool>,
    lies: bool,
}

impl Kms {
    fn new(name: &'static str, lies: bool) -> Self {
        Self { name, inner: HybridKey::generate().unwrap(), gone: Cell::new(false), lies }
    }
}

impl Custodian for Kms {
    fn name(&self) -> String {
        format!("kms:{}", self.name)
    }
    fn wrap(&self, key: &[u8], context: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.inner.wrap(key, context)
    }
    fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        if self.gone.get() {
            Err(KeyError::Destroyed(self.name()))
        } else {
            self.inner.unwrap(wrapped, context)
        }
    }
    fn destroy(&self) -> Result<String, KeyError> {
        self.gone.set(!self.lies);
        Ok("destroyed by the KMS".to_owned())
    }
}

#[test]
fn a_key_opens_with_the_key_it_was_wrapped_to_and_with_no_other() {
    let (_data, _keys, file) = file_key();
    let (hybrid, kms) = (HybridKey::generate().unwrap(), Kms::new("one", false));
    for custodian in [&file as &dyn Custodian, &hybrid, &kms] {
        let wrapped = custodian.wrap(&[5; 32], b"here").unwrap();
        assert_eq!(&custodian.unwrap(&wrapped, b"here").unwrap()[..], &[5; 32]);
        assert!(matches!(custodian.unwrap(&wrapped, b"there"), Err(KeyError::Wrong(_))));
        assert_ne!(custodian.wrap(&[5; 32], b"here").unwrap(), wrapped, "no nonce twice");
        mutations(&[&wrapped], 200, |changed| {
            let opened = custodian.unwrap(changed, b"here");
            assert!(changed == wrapped.as_slice() || matches!(opened, Err(KeyError::Wrong(_))));
        });
        for other in [&HybridKey::generate().unwrap() as &dyn Custodian, &Kms::new("two", false)] {
            assert!(matches!(other.unwrap(&wrapped, b"here"), Err(KeyError::Wrong(_))));
        }
    }
}

#[test]
fn key_files_lie_apart_from_the_data_and_are_their_owner_s_alone() {
    let (data, keys, key) = file_key();
    let path = keys.path().join("kek");
    assert_eq!(FileKey::open(&path, data.path()).unwrap().name(), key.name());
    assert!(matches!(FileKey::open(&path, keys.path()), Err(KeyError::SameMount(_))));
    assert!(matches!(FileKey::create(&data.path().join("kek"), data.path()), Err(KeyError::SameMount(_))));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(FileKey::open(&path, data.path()), Err(KeyError::Mode(_))));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&path, b"something").unwrap();
    assert!(matches!(FileKey::open(&path, data.path()), Err(KeyError::Format(_))));
}

#[test]
fn two_custodians_are_needed_where_two_are_named_in_their_order() {
    let (one, two) = (HybridKey::generate().unwrap(), HybridKey::generate().unwrap());
    let key = DataKey::generate().unwrap();
    let mut slots = Slots::new(&place(), &key);
    slots.add(&key, &[one.recipient(), two.recipient()]).unwrap();
    let fingerprint = key.fingerprint(&place());
    assert_eq!(slots.open(&[&two, &one]).unwrap().fingerprint(&place()), fingerprint);
    for lacking in [&[&one as &dyn Custodian][..], &[&two], &[]] {
        let error = slots.open(lacking).unwrap_err();
        assert!(matches!(&error, KeyError::Custodians(needed) if needed.contains(" + ")), "{error}");
    }
    // A forged list that names one custodian only, or the two the other way round, opens nothing.
    let forged = slots.to_json().replace(&format!(r#","{}""#, two.name()), "");
    assert!(matches!(Slots::parse(forged.as_bytes()).unwrap().open(&[&one]), Err(KeyError::Wrong(_))));
    let swapped = slots
        .to_json()
        .replace(&one.name(), "x")
        .replace(&two.name(), &one.name())
        .replace("\"x\"", &format!("{:?}", two.name()));
    assert!(Slots::parse(swapped.as_bytes()).unwrap().open(&[&one, &two]).is_err());
    let moved = slots.to_json().replace("case-1", "case-2");
    assert!(Slots::parse(moved.as_bytes()).unwrap().open(&[&one, &two]).is_err());
    let names: Vec<_> = slots.slots().iter().map(|slot| slot.custodians.clone()).collect();
    assert_eq!(names, [[one.name(), two.name()]], "the developer sees to which keys it is wrapped");
}

#[test]
fn rotation_takes_the_old_key_its_power_and_leaves_the_data_alone() {
    let model = folder(&[("m/a", b"weights")]);
    let (parts, key) = (MemoryParts::default(), DataKey::generate().unwrap());
    let size = PartSize::DEFAULT;
    take_sealed(&model.path().join("m"), place(), key.clone(), &parts, size, &|_, _| ()).unwrap();
    let before = parts.all();
    let (old, new) = (Kms::new("old", false), HybridKey::generate().unwrap());
    let mut slots = Slots::new(&place(), &key);
    slots.add(&key, &[&old]).unwrap();
    let failed = slots.clone().rotate(&[&new], &[&new]);
    assert!(matches!(failed, Err(KeyError::Custodians(_))), "who cannot open cannot rotate");
    slots.rotate(&[&old], &[&new]).unwrap();
    assert!(matches!(slots.open(&[&old]), Err(KeyError::Custodians(_))));
    let again = Slots::parse(slots.to_json().as_bytes()).unwrap();
    Sealed::open(place(), again.open(&[&new]).unwrap(), &parts).unwrap().verify().unwrap();
    assert_eq!(parts.all(), before);
}

fn order() -> Order {
    let at = Timestamp::from_unix_millis(1_800_000_000_000).unwrap();
    Order { reason: Reason::Withdrawal, at, root: Digest::of(b"root"), holds: Vec::new() }
}

#[test]
fn what_was_destroyed_stays_destroyed_even_when_every_copy_comes_back() {
    let model = folder(&[("m/a", b"weights")]);
    let (parts, key) = (MemoryParts::default(), DataKey::generate().unwrap());
    let size = PartSize::DEFAULT;
    take_sealed(&model.path().join("m"), place(), key.clone(), &parts, size, &|_, _| ()).unwrap();
    let (_data, _keys, file) = file_key();
    let recovery = HybridKey::generate().unwrap();
    let mut slots = Slots::new(&place(), &key);
    slots.add(&key, &[&file]).unwrap();
    slots.add(&key, &[recovery.recipient(), &file]).unwrap();
    let (copy_of_data, copy_of_slots) = (parts.all(), slots.to_json());
    drop(key);
    let opened = slots.open(&[&file]).unwrap();
    Sealed::open(place(), opened, &parts).unwrap().verify().unwrap();

    let certificate = destroy(&slots, &[&file], &[&recovery], &order()).unwrap();
    assert_eq!(certificate.destroyed[0].key, file.name());
    assert_eq!(certificate.slots.len(), 2);
    assert!(certificate.open_failed_with.contains("was destroyed"));
    assert_eq!(destroy(&slots, &[&file], &[&recovery], &order()).unwrap(), certificate, "twice is no error");

    parts.restore(copy_of_data);
    let slots = Slots::parse(copy_of_slots.as_bytes()).unwrap();
    assert!(matches!(slots.open(&[&file, &recovery]), Err(KeyError::Destroyed(_))));
    let guessed = Sealed::open(place(), DataKey::generate().unwrap(), &parts);
    assert!(matches!(guessed, Err(OpenError::Key)));

    let signer = SigningKey::generate(Curve::P256).unwrap();
    let signed = certificate.sign(&signer).unwrap();
    assert_eq!(Certificate::verify(signed.as_bytes(), &signer.verifying()).unwrap(), certificate);
    let other = SigningKey::generate(Curve::P256).unwrap().verifying();
    assert!(matches!(Certificate::verify(signed.as_bytes(), &other), Err(DestroyError::Certificate)));
    mutations(&[signed.as_bytes()], 500, |changed| {
        if let Ok(read) = Certificate::verify(changed, &signer.verifying()) {
            assert_eq!(read, certificate);
        }
    });
}

#[test]
fn nothing_is_destroyed_under_a_hold_or_while_a_way_in_would_stay() {
    let key = DataKey::generate().unwrap();
    let (kms, other) = (Kms::new("one", false), Kms::new("two", false));
    let mut slots = Slots::new(&place(), &key);
    slots.add(&key, &[&kms]).unwrap();
    let held = Order { holds: vec!["court order 7".to_owned()], ..order() };
    assert!(
        matches!(destroy(&slots, &[&kms], &[], &held), Err(DestroyError::Held(hold)) if hold.contains('7'))
    );
    slots.add(&key, &[&other]).unwrap();
    assert!(matches!(destroy(&slots, &[&kms], &[], &order()), Err(DestroyError::Uncovered(_))));
    assert!(slots.open(&[&kms]).is_ok(), "nothing was destroyed");
    let liar = Kms::new("liar", true);
    let mut slots = Slots::new(&place(), &key);
    slots.add(&key, &[&liar]).unwrap();
    assert!(matches!(destroy(&slots, &[&liar], &[], &order()), Err(DestroyError::StillOpens)));
}

#[test]
fn another_implementation_of_hpke_opens_what_we_wrap_and_wraps_what_we_open() {
    let script = "
import sys
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
suite = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
if sys.argv[1] == 'wrap':
    raw = open(sys.argv[2], 'rb').read()
    public = hpke.MLKEM768X25519PublicKey(
        mlkem.MLKEM768PublicKey.from_public_bytes(raw[:1184]), x25519.X25519PublicKey.from_public_bytes(raw[1184:]))
    open(sys.argv[3], 'wb').write(suite.encrypt(b'k' * 32, public, info=b'here'))
else:
    m = mlkem.MLKEM768PrivateKey.from_seed_bytes(bytes(range(64)))
    x = x25519.X25519PrivateKey.from_private_bytes(bytes(range(32)))
    if sys.argv[1] == 'public':
        raw = m.public_key().public_bytes_raw() + x.public_key().public_bytes_raw()
        open(sys.argv[3], 'wb').write(raw)
    else:
        opened = suite.decrypt(open(sys.argv[2], 'rb').read(), hpke.MLKEM768X25519PrivateKey(m, x), info=b'here')
        open(sys.argv[3], 'wb').write(opened)
";
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    let run = |mode: &str, from: &str, to: &str| {
        let run = python(script, &[mode.as_ref(), &path(from), &path(to)]);
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        fs::read(path(to)).unwrap()
    };
    let ours = HybridKey::generate().unwrap();
    fs::write(path("ours"), ours.recipient().as_bytes()).unwrap();
    let wrapped = run("wrap", "ours", "wrapped");
    assert_eq!(&ours.unwrap(&wrapped, b"here").unwrap()[..], &[b'k'; 32]);
    let theirs = HybridRecipient::from_bytes(&run("public", "ours", "theirs")).unwrap();
    fs::write(path("for-them"), theirs.wrap(&[9; 32], b"here").unwrap()).unwrap();
    assert_eq!(run("open", "for-them", "opened"), [9; 32]);
}

#[test]
fn no_changed_list_of_keys_breaks_its_reader() {
    let (key, kms) = (DataKey::generate().unwrap(), Kms::new("one", false));
    let mut slots = Slots::new(&place(), &key);
    slots.add(&key, &[&kms]).unwrap();
    let expected = key.fingerprint(&place());
    mutations(&[slots.to_json().as_bytes()], 2_000, |changed| {
        if let Ok(key) = Slots::parse(changed).and_then(|slots| slots.open(&[&kms])) {
            assert_eq!(key.fingerprint(&place()), expected);
        }
    });
    let again = HybridKey::from_bytes(&kms.inner.to_bytes()).unwrap();
    assert_eq!(again.recipient(), kms.inner.recipient());
    assert!(HybridKey::from_bytes(&[0; 7]).is_err());
    assert!(HybridRecipient::from_bytes(&[0; 7]).is_err());
}
