//! What the operator keeps apart from any evidence: the signing key, the openings of commitments, and where the
//! models of earlier reviews lie. Files readable by their owner only.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use aws_lc_rs::rand;
use docket::PartyId;
use ledger::{SignerKey, VerifierKey};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::TempDir;
use types::{Digest, Secret};

use crate::error::FlowError;

/// The name under which a house signs until it is given another.
const SIGNER_NAME: &str = "proofhouse.local/house";

/// The operator's own folder.
#[derive(Debug, Clone)]
pub struct House {
    folder: PathBuf,
}

impl House {
    /// The house in `folder`, which is made if it is not there.
    ///
    /// # Errors
    /// [`FlowError::House`]
    pub fn open(folder: PathBuf) -> Result<Self, FlowError> {
        for part in ["", "openings", "paces", "reviews"] {
            let path = folder.join(part);
            let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&path);
            made.map_err(|source| FlowError::House { file: path, source })?;
        }
        Ok(Self { folder })
    }

    /// The signing key, made at its first use. The verifier's key is written beside it.
    ///
    /// # Errors
    /// [`FlowError::House`]
    pub fn signer(&self) -> Result<SignerKey, FlowError> {
        let file = self.folder.join("signer.key");
        let failed = |source| FlowError::House { file: file.clone(), source };
        if !file.exists() {
            let seed = random_bytes().map_err(failed)?;
            let key =
                SignerKey::from_seed(SIGNER_NAME, seed).map_err(|error| failed(io::Error::other(error)))?;
            write_private(&file, format!("{}\n", key.to_secret().expose()).as_bytes()).map_err(failed)?;
        }
        let text = fs::read_to_string(&file).map_err(failed)?;
        let secret = Secret::new(text.trim_end().to_owned());
        let key = SignerKey::from_secret(&secret).map_err(|error| failed(io::Error::other(error)))?;
        let (public, text) = (self.public_key_path(), format!("{}\n", key.verifier()));
        if fs::read_to_string(&public).ok().as_ref() != Some(&text) {
            fs::write(&public, text).map_err(|source| FlowError::House { file: public, source })?;
        }
        Ok(key)
    }

    /// Where the verifier's key is written.
    #[must_use]
    pub fn public_key_path(&self) -> PathBuf {
        self.folder.join("signer.pub")
    }

    /// Where the opening of `commitment` is kept.
    #[must_use]
    pub fn opening_path(&self, commitment: Digest) -> PathBuf {
        self.folder.join("openings").join(format!("{}.json", commitment.to_hex()))
    }

    /// Where it is kept what the review under `plan` was started with.
    #[must_use]
    pub fn review_path(&self, plan: Digest) -> PathBuf {
        self.folder.join("reviews").join(format!("{}.json", plan.to_hex()))
    }

    /// Where the pace under `key` is kept.
    pub(crate) fn pace_path(&self, key: Digest) -> PathBuf {
        self.folder.join("paces").join(format!("{}.json", key.to_hex()))
    }

    /// Where the docket is kept, unless another file is named.
    #[must_use]
    pub fn docket_path(&self) -> PathBuf {
        self.folder.join("docket.sqlite")
    }

    /// Where developers' receipts are delivered.
    #[must_use]
    pub fn receipts_path(&self) -> PathBuf {
        self.folder.join("receipts")
    }

    /// A digest of what identifies a natural person, salted with a secret of the house's, so that nobody is enrolled
    /// twice and nobody can guess who is.
    ///
    /// # Errors
    /// [`FlowError::House`]
    pub fn identity(&self, text: &str) -> Result<Digest, FlowError> {
        let file = self.folder.join("identity.salt");
        let failed = |source| FlowError::House { file: file.clone(), source };
        if !file.exists() {
            write_private(&file, &random_bytes().map_err(failed)?).map_err(failed)?;
        }
        let salt = fs::read(&file).map_err(failed)?;
        Ok(Digest::of_parts(&[b"proofhouse-identity-1", &salt, text.as_bytes()]))
    }

    /// The 16 random bytes by which the public log's auditor tells this developer from others, drawn at the first use.
    ///
    /// # Errors
    /// [`FlowError::House`]
    pub fn developer_tag(&self, developer: &PartyId) -> Result<[u8; 16], FlowError> {
        let file = self.folder.join("developers").join(format!("{developer}.tag"));
        let failed = |source| FlowError::House { file: file.clone(), source };
        if !file.exists() {
            let bytes = random_bytes().map_err(failed)?;
            keep_first(&file, &bytes[..16]).map_err(failed)?;
        }
        let wrong = |_| failed(io::Error::other("it does not hold 16 bytes; restore it from a copy"));
        fs::read(&file).map_err(failed)?.try_into().map_err(wrong)
    }

    /// What signs for the log whose current key is `key`: the house's own signing key, or one that took over from it.
    ///
    /// # Errors
    /// [`FlowError::House`]
    pub fn log_signer(&self, key: &VerifierKey) -> Result<SignerKey, FlowError> {
        let own = self.signer()?;
        if own.verifier() == key {
            return Ok(own);
        }
        let file = self.log_key_path(key);
        let failed = |source| FlowError::House { file: file.clone(), source };
        let text = Secret::new(fs::read_to_string(&file).map_err(failed)?.trim_end().to_owned());
        let signer = SignerKey::from_secret(&text).map_err(|error| failed(io::Error::other(error)))?;
        let other = || failed(io::Error::other("it is another key; restore it from a copy"));
        if signer.verifier() == key { Ok(signer) } else { Err(other()) }
    }

    /// A new key for a log, kept before it is given.
    ///
    /// # Errors
    /// [`FlowError::House`]
    pub fn new_log_key(&self) -> Result<SignerKey, FlowError> {
        let folder = self.folder.join("log-keys");
        let failed = |source| FlowError::House { file: folder.clone(), source };
        let seed = random_bytes().map_err(failed)?;
        let key = SignerKey::from_seed(SIGNER_NAME, seed).map_err(|error| failed(io::Error::other(error)))?;
        let text = format!("{}\n", key.to_secret().expose());
        keep_first(&self.log_key_path(key.verifier()), text.as_bytes()).map_err(failed)?;
        Ok(key)
    }

    fn log_key_path(&self, key: &VerifierKey) -> PathBuf {
        self.folder.join("log-keys").join(format!("{}.key", Digest::of(key.public()).to_hex()))
    }

    /// A folder for what is not kept, readable by the owner only; gone when it is dropped.
    pub(crate) fn working_folder(&self) -> Result<TempDir, FlowError> {
        let made = tempfile::Builder::new().prefix("working-").tempdir_in(&self.folder);
        made.map_err(|source| FlowError::House { file: self.folder.clone(), source })
    }

    /// Keeps `value` at `path`, for the owner only.
    ///
    /// # Errors
    /// [`FlowError::House`]
    pub fn keep(path: &Path, value: &impl Serialize) -> Result<(), FlowError> {
        let failed = |source| FlowError::House { file: path.to_owned(), source };
        let text = serde_json::to_vec_pretty(value).map_err(|error| failed(io::Error::other(error)))?;
        write_private(path, &text).map_err(failed)
    }

    /// Reads what was kept at `path`.
    ///
    /// # Errors
    /// [`FlowError::House`]
    pub fn read<T: DeserializeOwned>(path: &Path) -> Result<T, FlowError> {
        let failed = |source| FlowError::House { file: path.to_owned(), source };
        let text = fs::read(path).map_err(failed)?;
        serde_json::from_slice(&text).map_err(|error| failed(io::Error::other(error)))
    }
}

/// 32 bytes from the operating system's generator.
///
/// # Errors
/// When it gives none.
pub fn random_bytes() -> io::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).map_err(|_| io::Error::other("the system gives no random bytes"))?;
    Ok(bytes)
}

/// Writes a file, for the owner only, where none is: what another process put there first stays.
fn keep_first(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut file = tempfile::Builder::new().prefix("partial-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => return Err(error.error),
        Ok(_) | Err(_) => {}
    }
    fs::File::open(folder)?.sync_all()
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let partial = path.with_extension("partial");
    let _ = fs::remove_file(&partial);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&partial)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&partial, path)
}
