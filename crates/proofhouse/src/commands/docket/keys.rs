//! Persons' key files: one line with a format, a person and the private key, readable by their owner only.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use docket::{PersonId, PersonKey, PublicKey};
use flows::cases::cosigner_of;
use ledger::Cosigner;
use types::Secret;

use crate::shell::Failure;

const FORMAT: &str = "proofhouse-person-key-1";

/// A person and their key.
pub struct Held {
    /// Who.
    pub person: PersonId,
    /// The key.
    pub key: PersonKey,
}

/// Makes a key for `person` from `seed` and writes it to a new file.
pub fn make(person: &PersonId, seed: [u8; 32], file: &Path) -> Result<PublicKey, Failure> {
    let failed = |error: std::io::Error| {
        Failure::input(format!("the key file {} cannot be made: {error}", file.display()))
    };
    let key = PersonKey::from_seed(&seed).map_err(Failure::from)?;
    let secret = PersonKey::secret(&seed);
    let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file).map_err(failed)?;
    out.write_all(format!("{FORMAT} {person} {}\n", secret.expose()).as_bytes()).map_err(failed)?;
    out.sync_all().map_err(failed)?;
    key.public().map_err(Failure::from)
}

/// Reads a key file.
pub fn read(file: &Path) -> Result<Held, Failure> {
    let (person, seed) = secret(file)?;
    let key = PersonKey::from_secret(&seed).map_err(|_| none(file))?;
    Ok(Held { person, key })
}

/// The cosigner of whoever a key file belongs to: the same key signs acts and cosigns checkpoints.
pub fn cosigner(file: &Path) -> Result<(PersonId, Cosigner), Failure> {
    let (person, seed) = secret(file)?;
    let key: PublicKey = seed.expose().parse().map_err(|_| none(file))?;
    let cosigner = cosigner_of(&person, *key.as_bytes()).map_err(|_| none(file))?;
    Ok((person, cosigner))
}

fn none(file: &Path) -> Failure {
    let file = file.display();
    Failure::input(format!("the key file {file} is none; make one with `proofhouse person key`"))
}

fn secret(file: &Path) -> Result<(PersonId, Secret), Failure> {
    let wrong = |what: &str| Failure::input(format!("the key file {} {what}", file.display()));
    let about = fs::metadata(file).map_err(|error| wrong(&format!("cannot be read: {error}")))?;
    if about.permissions().mode() & 0o077 != 0 {
        return Err(wrong(
            "can be read by others; run `chmod 600` on it, and think about who may have read it",
        ));
    }
    let text = fs::read_to_string(file).map_err(|error| wrong(&format!("cannot be read: {error}")))?;
    let none = || none(file);
    let mut words = text.trim_end().split(' ');
    let (Some(FORMAT), Some(person), Some(seed), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(none());
    };
    Ok((person.parse().map_err(|_| none())?, Secret::new(seed.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_read_back_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ada.key");
        let person: PersonId = "ada".parse().unwrap();
        let public = make(&person, [3; 32], &file).unwrap();
        let held = read(&file).unwrap();
        assert_eq!((held.person, held.key.public().unwrap()), (person.clone(), public));
        assert!(make(&person, [4; 32], &file).is_err());
    }

    #[test]
    fn a_key_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ada.key");
        make(&"ada".parse().unwrap(), [3; 32], &file).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(read(&file).is_err());
    }
}
