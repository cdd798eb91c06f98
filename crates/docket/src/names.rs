//! Names of what a case speaks of. Cheap to copy, safe in file names, logs and pages.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use types::NameError;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// 1 to 64 small letters, digits and inner hyphens.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                types::check_name(text)?;
                Ok(Self(text.into()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.as_str().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name! {
    /// The house that keeps the docket. Part of every envelope, so that one signed for this house is worth
    /// nothing at another.
    HouseId
}
name! {
    /// A case.
    CaseId
}
name! {
    /// A natural person, enrolled once, however many keys, seats and delegations they have.
    PersonId
}
name! {
    /// A party: a developer, an authority, a department, an evaluator, a partner.
    PartyId
}
name! {
    /// A delegation of a seat.
    DelegationId
}
name! {
    /// What lets one evaluator use the model.
    GrantId
}
name! {
    /// What a two-person decryption opens.
    LeaseId
}
name! {
    /// A piece of planned work.
    WorkId
}
name! {
    /// One look at the model that spends error budget.
    LookId
}
name! {
    /// A safeguard that the developer promised.
    SafeguardId
}
name! {
    /// An item that the case holds, or refers to.
    ItemId
}
name! {
    /// A legal hold on an item.
    HoldId
}
name! {
    /// Another authority's clock on the same model.
    ClockId
}
