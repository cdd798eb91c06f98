//! The list of wrapped keys of one artefact. It is kept apart from the data.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use types::Digest;
use zeroize::Zeroizing;

use super::custodian::{Custodian, KeyError};
use crate::sealed::{DataKey, Place};

/// The longest list that is read.
const MAX_BYTES: usize = 1 << 20;
/// More ways to open an artefact than anybody can keep in mind.
const MAX_SLOTS: usize = 64;
/// More custodians for one opening than can be found in one place.
const MAX_LAYERS: usize = 8;

/// The wrapped keys of one artefact: any one slot opens it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slots {
    format: Format,
    case: String,
    artefact: String,
    fingerprint: Digest,
    slots: Vec<Slot>,
}

/// One way to open an artefact: all of these custodians together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// The custodians' keys by name, the innermost layer first.
    pub custodians: Vec<String>,
    wrapped: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Format {
    #[serde(rename = "proofhouse-keys-1")]
    One,
}

impl Slots {
    /// A list without slots for an artefact's key.
    #[must_use]
    pub fn new(place: &Place, key: &DataKey) -> Self {
        Self {
            format: Format::One,
            case: place.case.clone(),
            artefact: place.artefact.clone(),
            fingerprint: key.fingerprint(place),
            slots: Vec::new(),
        }
    }

    /// Reads a list.
    ///
    /// # Errors
    /// [`KeyError::Format`].
    pub fn parse(text: &[u8]) -> Result<Self, KeyError> {
        let format = || KeyError::Format("the list of wrapped keys".to_owned());
        let slots: Option<Self> =
            (text.len() <= MAX_BYTES).then(|| serde_json::from_slice(text).ok()).flatten();
        let bounded = |slots: &Self| {
            let layers = slots.slots.iter().all(|slot| (1..=MAX_LAYERS).contains(&slot.custodians.len()));
            layers && slots.slots.len() <= MAX_SLOTS
        };
        slots.filter(bounded).ok_or_else(format)
    }

    /// The list as it is kept.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Texts and lists only: nothing here that JSON has no form for.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The artefact.
    #[must_use]
    pub fn place(&self) -> Place {
        Place { case: self.case.clone(), artefact: self.artefact.clone() }
    }

    /// To which keys the artefact is wrapped: what its developer may see.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// Wraps the key to all of `custodians`, the innermost first: all of them will be needed.
    ///
    /// # Errors
    /// [`KeyError`]; nothing was added.
    pub fn add(&mut self, key: &DataKey, custodians: &[&dyn Custodian]) -> Result<(), KeyError> {
        let too_many = self.slots.len() == MAX_SLOTS || !(1..=MAX_LAYERS).contains(&custodians.len());
        if too_many || key.fingerprint(&self.place()) != self.fingerprint {
            return Err(KeyError::Wrong("this list".to_owned()));
        }
        let mut wrapped = Zeroizing::new(key.expose().to_vec());
        for (depth, custodian) in custodians.iter().enumerate() {
            wrapped = Zeroizing::new(custodian.wrap(&wrapped, &self.context(&custodian.name(), depth))?);
        }
        let custodians = custodians.iter().map(|custodian| custodian.name()).collect();
        self.slots.push(Slot { custodians, wrapped: STANDARD.encode(&wrapped[..]) });
        Ok(())
    }

    /// The key, by a slot all of whose custodians are among these.
    ///
    /// # Errors
    /// [`KeyError::Custodians`] if there is no such slot; else the last error of those that were tried.
    pub fn open(&self, custodians: &[&dyn Custodian]) -> Result<DataKey, KeyError> {
        let sets: Vec<_> = self.slots.iter().map(|slot| slot.custodians.join(" + ")).collect();
        let mut last = KeyError::Custodians(sets.join("; "));
        for slot in &self.slots {
            let named =
                |name: &String| custodians.iter().find(|custodian| custodian.name() == *name).copied();
            let Some(layers) = slot.custodians.iter().map(named).collect::<Option<Vec<_>>>() else {
                continue;
            };
            match self.open_slot(slot, &layers) {
                Ok(key) => return Ok(key),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn open_slot(&self, slot: &Slot, layers: &[&dyn Custodian]) -> Result<DataKey, KeyError> {
        let wrong = || KeyError::Wrong(slot.custodians.join(" + "));
        let mut text = Zeroizing::new(STANDARD.decode(&slot.wrapped).map_err(|_| wrong())?);
        for (depth, custodian) in layers.iter().enumerate().rev() {
            text = custodian.unwrap(&text, &self.context(&custodian.name(), depth))?;
        }
        let key = DataKey::from_bytes(&text).ok_or_else(wrong)?;
        if key.fingerprint(&self.place()) == self.fingerprint { Ok(key) } else { Err(wrong()) }
    }

    /// Wraps the key to `new` and forgets every slot that names one of `old`. The data stay as they are.
    ///
    /// # Errors
    /// [`KeyError`]; the list stays as it was.
    pub fn rotate(&mut self, old: &[&dyn Custodian], new: &[&dyn Custodian]) -> Result<(), KeyError> {
        let key = self.open(old)?;
        let gone: Vec<_> = old.iter().map(|custodian| custodian.name()).collect();
        let mut rotated = self.clone();
        rotated.slots.retain(|slot| !slot.custodians.iter().any(|name| gone.contains(name)));
        rotated.add(&key, new)?;
        rotated.open(new).or_else(|error| match error {
            // A public key can only wrap.
            KeyError::PublicOnly(_) => Ok(key),
            other => Err(other),
        })?;
        *self = rotated;
        Ok(())
    }

    fn context(&self, custodian: &str, depth: usize) -> Vec<u8> {
        let depth = (depth as u64).to_be_bytes();
        let parts: [&[u8]; 4] =
            [self.case.as_bytes(), self.artefact.as_bytes(), custodian.as_bytes(), &depth];
        [b"proofhouse-wrap-1\0", &Digest::of_parts(&parts).as_bytes()[..]].concat()
    }
}
