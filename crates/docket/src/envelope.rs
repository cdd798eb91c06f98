//! Envelopes: what a person signs. Bound to the house, the stream and its version, the persons, and an expiry.
//!
//! One JSON object on one ASCII line with its fields in one order; whatever is spelled otherwise is refused, so that
//! two different lines never mean the same. Signed is [`DOMAIN`] and the line. On disk a line for each signature
//! follows: the key and the signature in hexadecimal digits, in the order of the envelope's persons.
//!
//! An envelope is taken in once: after it the record's version is another one. One that comes again is known by its
//! digest and answered with the version it became.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use types::{Digest, Secret, Timestamp};

use crate::actor::{Actor, Verified};
use crate::calendar::after_days;
use crate::key::{PublicKey, from_hex, to_hex};
use crate::names::{CaseId, HouseId};
use crate::refusal::Refusal;
use crate::register::Register;

/// What every signature covers before the line, so that no signature of another protocol fits.
pub const DOMAIN: &str = "proofhouse-docket-envelope-1\n";
/// Room for the longest act with every text at its limit, and far from hurting anybody.
pub const ENVELOPE_MAX_BYTES: usize = 65_536;
/// Longer, and a forgotten envelope would act when nobody thinks of it any more.
pub const ENVELOPE_MAX_DAYS: u32 = 14;
/// No act needs more than two; a house is founded by a few.
const PERSONS_MAX: usize = 8;

/// Which stream an envelope or an entry belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamId {
    /// The house's register.
    Register,
    /// A case.
    Case(CaseId),
}

/// The one version of envelopes and entries there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub(crate) struct VersionOne;

impl TryFrom<u32> for VersionOne {
    type Error = &'static str;

    fn try_from(version: u32) -> Result<Self, Self::Error> {
        if version == 1 { Ok(Self) } else { Err("only version 1 is known") }
    }
}

impl From<VersionOne> for u32 {
    fn from(_: VersionOne) -> Self {
        1
    }
}

/// What is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope<A> {
    v: VersionOne,
    house: HouseId,
    stream: StreamId,
    expected_version: u64,
    expires: Timestamp,
    persons: Vec<Actor>,
    act: A,
}

impl<A: Serialize> Envelope<A> {
    /// An envelope for `act` at this version of the stream, to be signed by `persons` in their order.
    pub fn new(
        house: HouseId,
        stream: StreamId,
        expected_version: u64,
        expires: Timestamp,
        persons: Vec<Actor>,
        act: A,
    ) -> Self {
        Self { v: VersionOne, house, stream, expected_version, expires, persons, act }
    }

    /// The one line that is signed, after [`DOMAIN`].
    ///
    /// # Errors
    /// [`Refusal::EnvelopeTooLong`].
    pub fn line(&self) -> Result<String, Refusal> {
        let line = types::json::line(self).map_err(|_| Refusal::Spelling)?;
        if line.len() > ENVELOPE_MAX_BYTES { Err(Refusal::EnvelopeTooLong) } else { Ok(line) }
    }
}

impl<A> Envelope<A> {
    /// The act.
    pub fn act(&self) -> &A {
        &self.act
    }

    /// Who is to sign, in this order.
    #[must_use]
    pub fn persons(&self) -> &[Actor] {
        &self.persons
    }

    /// The stream.
    #[must_use]
    pub fn stream(&self) -> &StreamId {
        &self.stream
    }

    /// The version of the stream that it is signed for.
    #[must_use]
    pub fn expected_version(&self) -> u64 {
        self.expected_version
    }
}

/// A person's private key. No `Serialize`, and its `Debug` shows the public half only.
pub struct PersonKey(Ed25519KeyPair);

impl PersonKey {
    /// The key whose private part (RFC 8032 section 5.1.5) is `seed`: 32 bytes from a cryptographic random source.
    ///
    /// # Errors
    /// [`Refusal::UnusableKey`].
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, Refusal> {
        Ed25519KeyPair::from_seed_unchecked(seed).map(Self).map_err(|_| Refusal::UnusableKey)
    }

    /// The key whose private part is written as 64 lower-case hexadecimal digits.
    ///
    /// # Errors
    /// [`Refusal::UnusableKey`].
    pub fn from_secret(secret: &Secret) -> Result<Self, Refusal> {
        from_hex(secret.expose()).ok_or(Refusal::UnusableKey).and_then(|seed| Self::from_seed(&seed))
    }

    /// The private part `seed`, as [`from_secret`](Self::from_secret) reads it.
    #[must_use]
    pub fn secret(seed: &[u8; 32]) -> Secret {
        Secret::new(to_hex(seed))
    }

    /// The public half.
    ///
    /// # Errors
    /// [`Refusal::UnusableKey`].
    pub fn public(&self) -> Result<PublicKey, Refusal> {
        let raw = self.0.public_key().as_ref().try_into().map_err(|_| Refusal::UnusableKey)?;
        Ok(PublicKey::from_bytes(raw))
    }

    /// Signs an envelope's line.
    ///
    /// # Errors
    /// [`Refusal::UnusableKey`].
    pub fn sign(&self, line: &str) -> Result<Signature, Refusal> {
        let made = self.0.sign(message(line).as_bytes());
        let bytes = made.as_ref().try_into().map_err(|_| Refusal::UnusableKey)?;
        Ok(Signature { key: self.public()?, bytes })
    }
}

impl std::fmt::Debug for PersonKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PersonKey({:?}, withheld)", self.public())
    }
}

/// The bytes that a signature covers: what a token signs that keeps its key to itself.
#[must_use]
pub fn message(line: &str) -> String {
    format!("{DOMAIN}{line}")
}

/// A signature, and the key that is said to have made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    key: PublicKey,
    bytes: [u8; 64],
}

impl Signature {
    /// A signature that a token made over [`message`].
    #[must_use]
    pub fn new(key: PublicKey, bytes: [u8; 64]) -> Self {
        Self { key, bytes }
    }

    /// The key that is said to have made it.
    #[must_use]
    pub fn key(&self) -> PublicKey {
        self.key
    }
}

/// An envelope's line with its signatures: nothing of it is believed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    line: String,
    signatures: Vec<Signature>,
}

impl Signed {
    /// Puts line and signatures together.
    #[must_use]
    pub fn new(line: String, signatures: Vec<Signature>) -> Self {
        Self { line, signatures }
    }

    /// The line that is signed, after [`DOMAIN`].
    #[must_use]
    pub fn line(&self) -> &str {
        &self.line
    }

    /// The signatures so far.
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// The same with one more signature.
    #[must_use]
    pub fn with(mut self, signature: Signature) -> Self {
        self.signatures.push(signature);
        self
    }

    /// Reads what `Display` writes.
    ///
    /// # Errors
    /// [`Refusal::EnvelopeTooLong`] and [`Refusal::Spelling`].
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        // 64 + 1 + 128 + 1 bytes for each signature.
        if text.len() > ENVELOPE_MAX_BYTES + 1 + PERSONS_MAX * 194 {
            return Err(Refusal::EnvelopeTooLong);
        }
        let mut lines = text.strip_suffix('\n').ok_or(Refusal::Spelling)?.split('\n');
        let line = lines.next().ok_or(Refusal::Spelling)?.to_owned();
        let signatures: Option<Vec<_>> = lines
            .map(|line| {
                let (key, bytes) = line.split_once(' ')?;
                Some(Signature { key: key.parse().ok()?, bytes: from_hex(bytes)? })
            })
            .collect();
        Ok(Self { line, signatures: signatures.ok_or(Refusal::Spelling)? })
    }

    /// What the envelope says, believed by nobody yet.
    ///
    /// # Errors
    /// [`Refusal::Spelling`] unless the line is the envelope's one spelling.
    pub fn open<A: Serialize + DeserializeOwned>(&self) -> Result<Envelope<A>, Refusal> {
        if self.line.len() > ENVELOPE_MAX_BYTES {
            return Err(Refusal::EnvelopeTooLong);
        }
        let envelope: Envelope<A> = serde_json::from_str(&self.line).map_err(|_| Refusal::Spelling)?;
        if envelope.line()? == self.line { Ok(envelope) } else { Err(Refusal::Spelling) }
    }

    /// The digest that names the envelope, whoever signed it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(message(&self.line).as_bytes())
    }

    /// The envelope's act, once the register vouches for every signature, person and seat at `now`.
    ///
    /// # Errors
    /// The rule that says no; nothing about the stream is said to whoever did not sign.
    pub fn verify<A: Serialize + DeserializeOwned + Clone>(
        &self,
        register: &Register,
        now: Timestamp,
    ) -> Result<(Envelope<A>, Verified<A>), Refusal> {
        let envelope = self.open::<A>()?;
        if register.house() != Some(&envelope.house) {
            return Err(Refusal::OtherHouse);
        }
        if envelope.persons.is_empty() || envelope.persons.len() > PERSONS_MAX {
            return Err(Refusal::NoSignatory);
        }
        if envelope.persons.len() != self.signatures.len() {
            return Err(Refusal::SignatureCount);
        }
        let message = message(&self.line);
        for (actor, signature) in envelope.persons.iter().zip(&self.signatures) {
            register.key_at(&actor.person, signature.key, now)?;
            if !signature.key.accepts(message.as_bytes(), &signature.bytes) {
                return Err(Refusal::BadSignature { person: actor.person.clone() });
            }
            register.vouch(actor, now)?;
        }
        one_signature_each(&envelope.persons)?;
        let verified = Verified::new(envelope.act.clone(), envelope.persons.clone(), self.digest());
        Ok((envelope, verified))
    }
}

/// No person signs one envelope twice, whatever seats they name.
fn one_signature_each(persons: &[Actor]) -> Result<(), Refusal> {
    let again = persons
        .iter()
        .enumerate()
        .find(|(at, actor)| persons[..*at].iter().any(|other| other.person == actor.person));
    again.map_or(Ok(()), |(_, actor)| Err(Refusal::SamePerson { person: actor.person.clone() }))
}

impl std::fmt::Display for Signed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}", self.line)?;
        self.signatures
            .iter()
            .try_for_each(|signature| writeln!(f, "{} {}", signature.key, to_hex(&signature.bytes)))
    }
}

/// Whether an envelope is in time: not expired, and not signed for long ahead.
pub(crate) fn in_time<A>(envelope: &Envelope<A>, now: Timestamp) -> Result<(), Refusal> {
    if envelope.expires <= now {
        return Err(Refusal::Expired { at: envelope.expires });
    }
    if envelope.expires > after_days(now, ENVELOPE_MAX_DAYS)? {
        return Err(Refusal::ExpiresTooLate);
    }
    Ok(())
}
