//! Why a model was not signed, and why a bundle does not vouch for files.

use crate::check::{Difference, listed};
use crate::take::SealError;

/// Why a model was not signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The files could not be read: see there.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A path to leave out is not one within the model.
    #[error("{0:?} cannot be left out: name files and folders relative to the model's folder")]
    Ignore(String),
    /// The key would not sign.
    #[error("the key would not sign; try again, or use another key")]
    Key,
}

/// Why a text is not a bundle over a statement that can be checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// It is longer than any real one.
    #[error("the signature is longer than 64 MiB; give the file that the signer wrote")]
    TooLong,
    /// It is not the JSON of a bundle.
    #[error(
        "the signature is not a Sigstore bundle with a public key ({0}); give the file that the signer wrote"
    )]
    Json(String),
    /// It is another kind of bundle.
    #[error(
        "the bundle's media type is {0:?} and not that of Sigstore bundle v0.3; sign again with a newer tool"
    )]
    MediaType(String),
    /// It was signed with another key than the one given.
    #[error("the bundle's hint names another key ({0}); give the public key of the signer")]
    Hint(String),
    /// It claims an entry in a transparency log, which nothing here can check.
    #[error(
        "the bundle refers to a transparency log, which is not checked here; verify it with a Sigstore tool"
    )]
    Log,
    /// There is not exactly one signature.
    #[error("the bundle holds {0} signatures and not exactly one; sign again")]
    Signatures(usize),
    /// The payload is of another type.
    #[error("the payload's type is {0:?} and not in-toto JSON; sign again as OpenSSF Model Signing says")]
    PayloadType(String),
    /// Payload or signature is not base64.
    #[error("the bundle's {0} is not base64; give the file that the signer wrote")]
    Base64(&'static str),
    /// The signature does not hold for this key.
    #[error("the signature does not hold with this key; the bundle was changed, or another key signed it")]
    Signature,
    /// What was signed is not an in-toto statement.
    #[error(
        "what was signed is not a statement of Model Signing 1.0 ({0}); sign again with a tool that makes one"
    )]
    Statement(String),
    /// The statement is of another type.
    #[error("the statement's type is {0:?} and not in-toto v1; sign again with a newer tool")]
    StatementType(String),
    /// The predicate is of another type.
    #[error("the predicate's type is {0:?} and not Model Signing 1.0; sign again with a newer tool")]
    PredicateType(String),
    /// There is not exactly one subject.
    #[error("the statement is about {0} subjects and not exactly one; sign again")]
    Subjects(usize),
    /// Files are listed in another way than is known.
    #[error("the statement lists files by the method {0:?}; sign again by files or shards")]
    Method(String),
    /// Digests of a kind that is not computed here.
    #[error("the statement's digests are {0:?}; sign again with sha256 or blake3")]
    Algorithm(String),
    /// A shard size that cannot be.
    #[error("the statement's shards are {0} bytes long; sign again with shards of at least one byte")]
    ShardSize(i64),
    /// A digest that is not one.
    #[error("the digest of {0:?} is not 64 lower-case hexadecimal digits; sign again")]
    Digest(String),
    /// A name that leads elsewhere or cannot be shown.
    #[error("the statement names {0:?}, which is not a plain relative path; sign again")]
    Name(String),
    /// A name stands twice.
    #[error("the statement lists {0:?} twice; sign again")]
    Twice(String),
    /// The names are in neither order in use.
    #[error("the statement lists {0:?} out of order; sign again")]
    Order(String),
    /// The shards of a file leave a gap, overlap, or are of the wrong size.
    #[error("the shards of {0:?} do not follow each other; sign again")]
    Shards(String),
    /// It lists no files.
    #[error("the statement lists no files; sign the folder with the weights")]
    Empty,
    /// The subject's digest is not that of the list.
    #[error(
        "the statement's digest is not that of the files it lists; the signer's tool is at fault, sign again"
    )]
    Root,
}

impl BundleError {
    /// A word that stays the same when the sentence changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong => "bundle-too-long",
            Self::Json(_) => "bundle-json",
            Self::MediaType(_) => "bundle-media-type",
            Self::Hint(_) => "bundle-hint",
            Self::Log => "bundle-log",
            Self::Signatures(_) => "bundle-signatures",
            Self::PayloadType(_) => "bundle-payload-type",
            Self::Base64(_) => "bundle-base64",
            Self::Signature => "bundle-signature",
            Self::Statement(_) => "bundle-statement",
            Self::StatementType(_) => "bundle-statement-type",
            Self::PredicateType(_) => "bundle-predicate-type",
            Self::Subjects(_) => "bundle-subjects",
            Self::Method(_) => "bundle-method",
            Self::Algorithm(_) => "bundle-algorithm",
            Self::ShardSize(_) => "bundle-shard-size",
            Self::Digest(_) => "bundle-digest",
            Self::Name(_) => "bundle-name",
            Self::Twice(_) => "bundle-twice",
            Self::Order(_) => "bundle-order",
            Self::Shards(_) => "bundle-shards",
            Self::Empty => "bundle-empty",
            Self::Root => "bundle-root",
        }
    }
}

/// Why a bundle does not vouch for files.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The files could not be read: see there.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The bundle is at fault: see there.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The files are others: get those that were signed, or have these signed.
    #[error("the files are not those that were signed: {}", listed(.0))]
    Different(Vec<Difference>),
}
