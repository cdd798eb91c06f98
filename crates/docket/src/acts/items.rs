//! Items that the case holds or refers to: each with its marking, basis, holders, retention date, deletion
//! certificates and legal holds. Classified material is never held: the case knows an opaque reference at most.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use types::{Digest, Timestamp};

use crate::actor::Signers;
use crate::case::File;
use crate::key::{from_hex, to_hex};
use crate::names::{HoldId, ItemId, PartyId};
use crate::refusal::Refusal;
use crate::rules::Rule;
use crate::scene::{OFFICE, Scene};
use crate::seat::Role;
use crate::text::Text;

/// What may be done with an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Marking {
    /// Anybody may read it.
    Public,
    /// The developer's own: for the developer and the house.
    Proprietary,
    /// For the house.
    Restricted,
    /// Never here.
    Classified,
}

/// A reference to what lies elsewhere: 32 bytes drawn by chance there, so that it says nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OpaqueReference([u8; 32]);

impl TryFrom<String> for OpaqueReference {
    type Error = Refusal;

    fn try_from(text: String) -> Result<Self, Refusal> {
        from_hex(&text).map(Self).ok_or(Refusal::ReferenceNotOpaque)
    }
}

impl From<OpaqueReference> for String {
    fn from(reference: OpaqueReference) -> Self {
        to_hex(&reference.0)
    }
}

impl fmt::Debug for OpaqueReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

/// Where an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// With its holders, named by its digest.
    Held(Digest),
    /// Elsewhere.
    Elsewhere(OpaqueReference),
}

/// For whom an export is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// The developer.
    Developer,
    /// The house: office, designating authority, evaluators.
    House,
    /// A consulted department.
    Consulted(PartyId),
    /// A partner.
    Partner(PartyId),
    /// Auditors.
    Auditor,
    /// Everybody.
    Public,
}

/// Acts on items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// Enters an item; the signer's party is its first holder.
    Enter {
        /// What it is called.
        item: ItemId,
        /// Where it is.
        content: Content,
        /// Its marking.
        marking: Marking,
        /// Why it is so marked, for example an exemption of the Freedom of Information Act.
        basis: Option<Text>,
        /// On what lawful basis it is held.
        lawful_basis: Text,
        /// Until when it is kept.
        retain_until: Timestamp,
    },
    /// Changes an item's marking.
    Mark {
        /// Which.
        item: ItemId,
        /// Its marking.
        marking: Marking,
        /// Why it is so marked.
        basis: Option<Text>,
    },
    /// Gives an item to another holder.
    PassOn {
        /// Which.
        item: ItemId,
        /// To whom.
        holder: PartyId,
    },
    /// A holder certifies that it deleted the item.
    CertifyDeletion {
        /// Which.
        item: ItemId,
        /// Digest of the certificate.
        certificate: Digest,
    },
    /// Lays a legal hold on an item. Everybody who may see the item sees it.
    Hold {
        /// Which.
        item: ItemId,
        /// What the hold is called.
        hold: HoldId,
        /// Whose, and why.
        why: Text,
    },
    /// Lifts a legal hold.
    LiftHold {
        /// Which.
        item: ItemId,
        /// The hold.
        hold: HoldId,
    },
    /// Two persons give a file with these items to an audience.
    Export {
        /// For whom.
        audience: Audience,
        /// The items in it.
        items: BTreeSet<ItemId>,
        /// Digest of the file.
        digest: Digest,
    },
}

/// What happened to items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// An item is entered.
    Entered {
        /// What it is called.
        item: ItemId,
        /// Where it is.
        content: Content,
        /// Its marking.
        marking: Marking,
        /// Why it is so marked.
        basis: Option<Text>,
        /// On what lawful basis it is held.
        lawful_basis: Text,
        /// Until when it is kept.
        retain_until: Timestamp,
        /// Its first holder.
        holder: PartyId,
    },
    /// An item's marking changed.
    Marked {
        /// Which.
        item: ItemId,
        /// Its marking.
        marking: Marking,
        /// Why it is so marked.
        basis: Option<Text>,
    },
    /// An item has another holder.
    PassedOn {
        /// Which.
        item: ItemId,
        /// To whom.
        holder: PartyId,
    },
    /// A holder deleted an item.
    Deleted {
        /// Which.
        item: ItemId,
        /// Who.
        holder: PartyId,
        /// Digest of the certificate.
        certificate: Digest,
    },
    /// A hold lies on an item.
    Held {
        /// Which.
        item: ItemId,
        /// What the hold is called.
        hold: HoldId,
        /// Whose, and why.
        why: Text,
    },
    /// A hold is lifted.
    HoldLifted {
        /// Which.
        item: ItemId,
        /// The hold.
        hold: HoldId,
    },
    /// A file went out.
    Exported {
        /// For whom.
        audience: Audience,
        /// The items in it.
        items: BTreeSet<ItemId>,
        /// Digest of the file.
        digest: Digest,
    },
}

/// An item.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Item {
    pub(crate) content: Content,
    pub(crate) marking: Marking,
    pub(crate) basis: Option<Text>,
    pub(crate) lawful_basis: Text,
    pub(crate) retain_until: Timestamp,
    pub(crate) holders: BTreeMap<PartyId, Holding>,
    pub(crate) holds: BTreeMap<HoldId, Text>,
}

/// What a holder has of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Holding {
    /// It holds it.
    Holds,
    /// It certified that it deleted it.
    Deleted {
        /// Digest of the certificate.
        certificate: Digest,
    },
}

impl Item {
    /// Whether somebody still holds the item with that digest.
    pub(crate) fn is_held(&self, digest: Digest) -> bool {
        self.content == Content::Held(digest) && self.is_kept()
    }

    /// Whether somebody still holds it.
    pub(crate) fn is_kept(&self) -> bool {
        self.still_with().next().is_some()
    }

    /// Who still holds it.
    pub(crate) fn still_with(&self) -> impl Iterator<Item = &PartyId> {
        self.holders.iter().filter(|(_, it)| **it == Holding::Holds).map(|(holder, _)| holder)
    }

    /// Whether the marking lets the item go to `audience`.
    fn may_go_to(&self, audience: &Audience) -> bool {
        match (self.content, self.marking) {
            // Not even a reference leaves.
            (Content::Elsewhere(_), _) | (_, Marking::Classified) => false,
            (Content::Held(_), Marking::Public) => true,
            (Content::Held(_), Marking::Proprietary) => {
                matches!(audience, Audience::Developer | Audience::House | Audience::Auditor)
            }
            (Content::Held(_), Marking::Restricted) => {
                matches!(audience, Audience::House | Audience::Auditor)
            }
        }
    }
}

/// Those who bring items in.
const KEEPERS: &[Role] = &[
    Role::ReviewingOffice,
    Role::Evaluator,
    Role::Developer,
    Role::DesignatingAuthority,
    Role::ConsultedDepartment,
];

pub(crate) fn decide(scene: &Scene, act: &Act) -> Result<Vec<Event>, Refusal> {
    decide_one(scene, act).map(|event| vec![event])
}

fn decide_one(scene: &Scene, act: &Act) -> Result<Event, Refusal> {
    Ok(match act.clone() {
        Act::Enter { item, content, marking, basis, lawful_basis, retain_until } => {
            scene.signed_by(Signers::One(KEEPERS))?;
            if scene.file.items.contains_key(&item) {
                return Err(Refusal::NameTaken);
            }
            markable(scene, content, marking, basis.as_ref())?;
            if retain_until <= scene.now {
                return Err(Refusal::RetentionInPast);
            }
            let holder = scene.party()?.clone();
            Event::Entered { item, content, marking, basis, lawful_basis, retain_until, holder }
        }
        Act::Mark { item, marking, basis } => {
            scene.signed_by(Signers::One(OFFICE))?;
            markable(scene, known(scene, &item)?.content, marking, basis.as_ref())?;
            Event::Marked { item, marking, basis }
        }
        Act::PassOn { item, holder } => {
            scene.signed_by(Signers::One(OFFICE))?;
            let held = known(scene, &item)?;
            match (held.content, held.marking, held.holders.get(&holder)) {
                (Content::Elsewhere(_), _, _) | (_, Marking::Classified, _) => {
                    return Err(Refusal::ClassifiedOutside);
                }
                (_, _, Some(Holding::Holds)) => return Err(Refusal::AlreadyHolder),
                (_, _, Some(Holding::Deleted { .. }) | None) => Event::PassedOn { item, holder },
            }
        }
        Act::CertifyDeletion { item, certificate } => {
            scene.signed_by(Signers::One(&Role::ALL))?;
            let (held, holder) = (known(scene, &item)?, scene.party()?.clone());
            if held.holders.get(&holder) != Some(&Holding::Holds) {
                return Err(Refusal::NotAHolder);
            }
            if !held.holds.is_empty() {
                return Err(Refusal::UnderHold);
            }
            Event::Deleted { item, holder, certificate }
        }
        Act::Hold { item, hold, why } => {
            scene.signed_by(Signers::One(&[Role::ReviewingOffice, Role::Auditor]))?;
            if known(scene, &item)?.holds.contains_key(&hold) {
                return Err(Refusal::NameTaken);
            }
            Event::Held { item, hold, why }
        }
        Act::LiftHold { item, hold } => {
            scene.signed_by(Signers::One(&[Role::ReviewingOffice, Role::Auditor]))?;
            if !known(scene, &item)?.holds.contains_key(&hold) {
                return Err(Refusal::NoSuchThing);
            }
            Event::HoldLifted { item, hold }
        }
        Act::Export { audience, items, digest } => {
            scene.signed_by(Signers::Two(OFFICE))?;
            for item in &items {
                if !known(scene, item)?.may_go_to(&audience) {
                    return Err(Refusal::NotForThem);
                }
            }
            Event::Exported { audience, items, digest }
        }
    })
}

fn known<'a>(scene: &'a Scene, item: &ItemId) -> Result<&'a Item, Refusal> {
    scene.file.items.get(item).ok_or(Refusal::NoSuchThing)
}

fn markable(scene: &Scene, content: Content, marking: Marking, basis: Option<&Text>) -> Result<(), Refusal> {
    let held = matches!(content, Content::Held(_));
    if held && marking == Marking::Classified && scene.rules.keep(Rule::ClassifiedStaysOutside) {
        return Err(Refusal::ClassifiedOutside);
    }
    if marking != Marking::Public && basis.is_none() { Err(Refusal::NoBasis) } else { Ok(()) }
}

pub(crate) fn evolve(file: &mut File, event: &Event) {
    match event.clone() {
        Event::Entered { item, content, marking, basis, lawful_basis, retain_until, holder } => {
            let holders = BTreeMap::from([(holder, Holding::Holds)]);
            let holds = BTreeMap::new();
            let it = Item { content, marking, basis, lawful_basis, retain_until, holders, holds };
            file.items.insert(item, it);
        }
        Event::Marked { item, marking, basis } => {
            file.items.entry(item).and_modify(|it| (it.marking, it.basis) = (marking, basis));
        }
        Event::PassedOn { item, holder } => {
            file.items.entry(item).and_modify(|it| {
                it.holders.insert(holder, Holding::Holds);
            });
        }
        Event::Deleted { item, holder, certificate } => {
            file.items.entry(item).and_modify(|it| {
                it.holders.insert(holder, Holding::Deleted { certificate });
            });
        }
        Event::Held { item, hold, why } => {
            file.items.entry(item).and_modify(|it| {
                it.holds.insert(hold, why);
            });
        }
        Event::HoldLifted { item, hold } => {
            file.items.entry(item).and_modify(|it| {
                it.holds.remove(&hold);
            });
        }
        // The file itself is what went out; the case remembers it by this event.
        Event::Exported { .. } => {}
    }
}
