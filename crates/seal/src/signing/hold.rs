//! Holding files against a bundle.

use std::collections::BTreeMap;
use std::path::Path;

use types::Digest;

use super::bundle::Bundle;
use super::error::{BundleError, VerifyError};
use super::key::VerifyingKey;
use super::statement::{SINGLE_FILE, Statement};
use crate::check::differences;
use crate::hash::{Job, hash_ranges};
use crate::source::{Listed, Source};
use crate::take::{SealError, first_change};

/// Files that are exactly those that were signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What was signed.
    pub statement: Statement,
    /// Empty files that a statement by shards cannot name: they may have been added since.
    pub unsigned: Vec<String>,
}

/// Checks that `key` signed exactly the files at `path`. `progress` is called as by [`take`](crate::take).
///
/// # Errors
/// Any [`VerifyError`]. The bundle is checked before the first file is read.
pub fn verify(
    path: &Path,
    bundle: &[u8],
    key: &VerifyingKey,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Verified, VerifyError> {
    let statement = Bundle::parse(bundle)?.open(key)?;
    let source = Source::open(path)?;
    let listed = source.list_without(&statement.ignored)?;
    let jobs = jobs(&listed, statement.shard_bytes, &statement)?;
    let digests = hash_ranges(&source, &jobs, statement.algorithm, progress)?;
    if let Some(changed) = first_change(&listed, &Source::open(path)?.list_without(&statement.ignored)?) {
        return Err(SealError::Changed { path: source.full(changed) }.into());
    }

    let signed = statement.resources.iter().map(|signed| (signed.path.as_str(), signed.shard, signed.digest));
    let name = |job: &Job<'_>| if source.is_file() { SINGLE_FILE.to_owned() } else { job.file.path.clone() };
    let names: Vec<String> = jobs.iter().map(name).collect();
    let found = jobs.iter().zip(&names).zip(digests).map(|((job, name), digest)| {
        let shard = statement.shard_bytes.map(|_| (job.bytes.start, job.bytes.end));
        (name.as_str(), shard, digest)
    });
    let differences = differences(by_file(signed), by_file(found));
    if !differences.is_empty() {
        return Err(VerifyError::Different(differences));
    }
    let empty = listed.iter().filter(|file| statement.shard_bytes.is_some() && file.stamp.size_bytes == 0);
    let unsigned = empty.map(|file| file.path.clone()).collect();
    Ok(Verified { statement, unsigned })
}

/// More shards of one model than any signer makes; reached by shards of a few bytes over large files.
const MAX_SHARDS: u64 = 4_000_000;

/// What is to be hashed: files, or their shards.
fn jobs<'a>(
    listed: &'a [Listed],
    shard_bytes: Option<u64>,
    statement: &Statement,
) -> Result<Vec<Job<'a>>, BundleError> {
    let Some(shard) = shard_bytes else { return Ok(listed.iter().map(Job::whole).collect()) };
    let count = listed.iter().map(|file| file.stamp.size_bytes.div_ceil(shard)).fold(0, u64::saturating_add);
    if count > MAX_SHARDS.max(statement.resources.len() as u64 * 2) {
        return Err(BundleError::ShardSize(i64::try_from(shard).unwrap_or(i64::MAX)));
    }
    let shards = |file: &'a Listed| {
        let size = file.stamp.size_bytes;
        (0..size.div_ceil(shard)).map(move |number| {
            let start = number * shard;
            Job { file, bytes: start..size.min(start.saturating_add(shard)) }
        })
    };
    Ok(listed.iter().flat_map(shards).collect())
}

/// One digest for each file: its own, or one over its shards with their places.
fn by_file<'a>(
    resources: impl Iterator<Item = (&'a str, Option<(u64, u64)>, Digest)>,
) -> BTreeMap<&'a str, Digest> {
    let mut files: BTreeMap<&str, Digest> = BTreeMap::new();
    for (path, shard, digest) in resources {
        let Some((start, end)) = shard else {
            files.insert(path, digest);
            continue;
        };
        let before = files.get(path).map_or([0; 32], |digest| *digest.as_bytes());
        let parts = [&before[..], &start.to_be_bytes(), &end.to_be_bytes(), digest.as_bytes()];
        files.insert(path, Digest::of_parts(&parts));
    }
    files
}
