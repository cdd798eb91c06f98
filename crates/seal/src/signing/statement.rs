//! What is signed: an in-toto statement v1 with the predicate of Model Signing 1.0.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Number, Value, json};
use types::{Digest, Hasher};

use super::error::BundleError;
use crate::hash::Algorithm;
use crate::manifest::{Manifest, is_plain};

const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
const PREDICATE_TYPE: &str = "https://model_signing/signature/v1.0";
/// What the reference tool calls the only resource of a model that is one file.
pub(super) const SINGLE_FILE: &str = ".";

/// A model's files as a signer listed them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The model's name: a label.
    pub name: String,
    /// SHA-256 over the raw digests in listed order.
    pub root: Digest,
    /// Files or shards, in listed order.
    pub resources: Vec<Resource>,
    /// What was left out.
    pub ignored: Vec<String>,
    pub(super) algorithm: Algorithm,
    pub(super) shard_bytes: Option<u64>,
}

/// A file, or a shard of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// The file's path within the model, or `.` for a model of one file.
    pub path: String,
    /// The shard's first byte and the first one after it; `None` for a file.
    pub shard: Option<(u64, u64)>,
    /// The digest.
    pub digest: Digest,
}

#[derive(Deserialize)]
struct Written {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<Subject>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    predicate: Value,
}

#[derive(Deserialize)]
struct Subject {
    name: String,
    digest: SubjectDigest,
}

#[derive(Deserialize)]
struct SubjectDigest {
    sha256: String,
}

/// Other fields are left unread, as the specification asks of a verifier.
#[derive(Deserialize)]
struct Predicate {
    serialization: Serialization,
    resources: Vec<Listed>,
}

#[derive(Deserialize)]
struct Serialization {
    method: String,
    hash_type: String,
    #[serde(default)]
    shard_size: Option<Number>,
    #[serde(default)]
    ignore_paths: Vec<String>,
}

#[derive(Deserialize)]
struct Listed {
    name: String,
    algorithm: String,
    digest: String,
}

impl Statement {
    pub(super) fn of(manifest: &Manifest, ignored: Vec<String>, single: bool) -> Self {
        let resource = |file: &crate::FileEntry| Resource {
            path: if single { SINGLE_FILE.to_owned() } else { file.path.clone() },
            shard: None,
            digest: file.sha256,
        };
        Self {
            name: manifest.name().to_owned(),
            root: manifest.root(),
            resources: manifest.files().iter().map(resource).collect(),
            ignored,
            algorithm: Algorithm::Sha256,
            shard_bytes: None,
        }
    }

    /// Only what [`Statement::of`] makes is ever written: files with SHA-256.
    pub(super) fn to_json(&self) -> String {
        let resource = |resource: &Resource| json!({"name": resource.path, "algorithm": "sha256", "digest": resource.digest.to_hex()});
        json!({
            "_type": STATEMENT_TYPE,
            "subject": [{"name": self.name, "digest": {"sha256": self.root.to_hex()}}],
            "predicateType": PREDICATE_TYPE,
            "predicate": {
                "serialization": {
                    "method": "files",
                    "hash_type": "sha256",
                    "allow_symlinks": false,
                    "ignore_paths": self.ignored,
                },
                "resources": self.resources.iter().map(resource).collect::<Vec<_>>(),
            },
        })
        .to_string()
    }

    pub(crate) fn parse(payload: &[u8]) -> Result<Self, BundleError> {
        let json = |error: serde_json::Error| BundleError::Statement(error.to_string());
        let written: Written = serde_json::from_slice(payload).map_err(json)?;
        if written.kind != STATEMENT_TYPE {
            return Err(BundleError::StatementType(written.kind));
        }
        if written.predicate_type != PREDICATE_TYPE {
            return Err(BundleError::PredicateType(written.predicate_type));
        }
        let [subject] = &written.subject[..] else {
            return Err(BundleError::Subjects(written.subject.len()));
        };
        let predicate: Predicate = serde_json::from_value(written.predicate).map_err(json)?;
        let algorithm = match predicate.serialization.hash_type.as_str() {
            "sha256" => Algorithm::Sha256,
            "blake3" => Algorithm::Blake3,
            other => return Err(BundleError::Algorithm(other.to_owned())),
        };
        let shard_bytes = shard_bytes(&predicate.serialization)?;
        let expected = match shard_bytes {
            None => predicate.serialization.hash_type.clone(),
            Some(size) => format!("{}-sharded-{size}", predicate.serialization.hash_type),
        };
        let resources: Vec<_> = predicate
            .resources
            .into_iter()
            .map(|listed| resource(listed, &expected, shard_bytes.is_some()))
            .collect::<Result<_, _>>()?;
        let ignored = predicate.serialization.ignore_paths;
        if let Some(bad) = ignored.iter().find(|path| !path.split('/').all(is_plain)) {
            return Err(BundleError::Name(bad.clone()));
        }
        check_names(&resources)?;
        check_shards(&resources, shard_bytes)?;
        let root = root(&resources);
        if digest(&subject.name, &subject.digest.sha256)? != root {
            return Err(BundleError::Root);
        }
        Ok(Self { name: subject.name.clone(), root, resources, ignored, algorithm, shard_bytes })
    }
}

fn shard_bytes(serialization: &Serialization) -> Result<Option<u64>, BundleError> {
    match serialization.method.as_str() {
        "files" => Ok(None),
        "shards" => {
            // Protobuf writes every number as a fraction. Anything above 2^53 would not be exact; no shard is.
            let size = serialization.shard_size.as_ref().and_then(Number::as_f64).unwrap_or(0.0);
            let whole = size.fract() == 0.0 && (1.0..=9_007_199_254_740_992.0).contains(&size);
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a whole number up to 2^53, or only to be shown"
            )]
            let size = size as i64;
            u64::try_from(size).ok().filter(|_| whole).map(Some).ok_or(BundleError::ShardSize(size))
        }
        other => Err(BundleError::Method(other.to_owned())),
    }
}

fn resource(listed: Listed, algorithm: &str, sharded: bool) -> Result<Resource, BundleError> {
    if listed.algorithm != algorithm {
        return Err(BundleError::Algorithm(listed.algorithm));
    }
    let digest = digest(&listed.name, &listed.digest)?;
    if !sharded {
        return Ok(Resource { path: listed.name, shard: None, digest });
    }
    let parts = listed.name.rsplit_once(':').and_then(|(rest, end)| {
        let (path, start) = rest.rsplit_once(':')?;
        Some((path.to_owned(), (start.parse().ok()?, end.parse().ok()?)))
    });
    let (path, shard) = parts.ok_or(BundleError::Name(listed.name))?;
    Ok(Resource { path, shard: Some(shard), digest })
}

fn digest(name: &str, hex: &str) -> Result<Digest, BundleError> {
    format!("sha256:{hex}").parse().map_err(|_| BundleError::Digest(name.to_owned()))
}

/// Names are plain, there at least once, and in one of the two orders in use: by code point, as the specification
/// says, or by component, as the reference tool does it.
fn check_names(resources: &[Resource]) -> Result<(), BundleError> {
    let mut paths: Vec<&str> = resources.iter().map(|resource| resource.path.as_str()).collect();
    if paths != [SINGLE_FILE]
        && let Some(bad) = paths.iter().find(|path| !path.split('/').all(is_plain))
        && (paths.iter().any(|path| path != bad) || *bad != SINGLE_FILE)
    {
        return Err(BundleError::Name((*bad).to_owned()));
    }
    paths.dedup();
    if resources.iter().all(|resource| resource.shard.is_none()) && paths.len() < resources.len() {
        let twice = resources.windows(2).find(|pair| pair[0].path == pair[1].path);
        return Err(BundleError::Twice(twice.map(|pair| pair[0].path.clone()).unwrap_or_default()));
    }
    let mut seen = BTreeSet::new();
    if let Some(twice) = paths.iter().find(|path| !seen.insert(**path)) {
        return Err(BundleError::Twice((*twice).to_owned()));
    }
    let by_component = |path: &&str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
    if paths.is_sorted() || paths.is_sorted_by_key(by_component) {
        return if paths.is_empty() { Err(BundleError::Empty) } else { Ok(()) };
    }
    let out = paths.windows(2).find(|pair| pair[0] > pair[1]).map_or("", |pair| pair[1]);
    Err(BundleError::Order(out.to_owned()))
}

/// The shards of each file follow each other from its first byte, all of the one size but for the last.
fn check_shards(resources: &[Resource], shard_bytes: Option<u64>) -> Result<(), BundleError> {
    let Some(size) = shard_bytes else { return Ok(()) };
    for file in resources.chunk_by(|one, other| one.path == other.path) {
        for (number, resource) in file.iter().enumerate() {
            let (start, end) = resource.shard.unwrap_or_default();
            let due = size.checked_mul(number as u64);
            let whole = end.checked_sub(start).is_some_and(|length| {
                length == size || number + 1 == file.len() && (1..size).contains(&length)
            });
            if due != Some(start) || !whole {
                return Err(BundleError::Shards(resource.path.clone()));
            }
        }
    }
    Ok(())
}

fn root(resources: &[Resource]) -> Digest {
    let mut hasher = Hasher::default();
    for resource in resources {
        hasher.update(resource.digest.as_bytes());
    }
    hasher.finish()
}
