//! The gate of a house: Cedar policies, validated against a schema before anything is decided.
//!
//! Access, compartment and need-to-know are data that a house can read and change without touching the rules. A policy
//! that does not fit the schema stops the start; a question that cannot be asked is answered with no.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
    RestrictedExpression, Schema, ValidationMode, Validator,
};

use crate::actor::Authority;
use crate::gate::{Ask, Deed, Gate};

/// The schema that comes with the docket.
pub const SCHEMA: &str = include_str!("docket.cedarschema");
/// The policies that come with the docket.
pub const POLICIES: &str = include_str!("docket.cedar");

/// Why policies cannot be used. The start ends here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Correct the schema.
    #[error("the schema cannot be read: {0}")]
    Schema(String),
    /// Correct the policies.
    #[error("the policies cannot be read: {0}")]
    Policies(String),
    /// Make policies and schema agree.
    #[error("the policies do not fit the schema: {0}")]
    Invalid(String),
    /// Take a schema that has the docket's own types.
    #[error("the schema lacks what the docket asks about: {0}")]
    Incomplete(String),
}

/// Policies that fit their schema.
#[derive(Debug)]
pub struct Policies {
    schema: Schema,
    policies: PolicySet,
    authorizer: Authorizer,
    person: EntityTypeName,
    compartment: EntityTypeName,
    action: EntityTypeName,
}

impl Policies {
    /// Reads and validates schema and policies.
    ///
    /// # Errors
    /// [`PolicyError`]; nothing is to be started then.
    pub fn load(schema: &str, policies: &str) -> Result<Self, PolicyError> {
        let (schema, _) =
            Schema::from_cedarschema_str(schema).map_err(|error| PolicyError::Schema(one_line(&error)))?;
        let policies =
            PolicySet::from_str(policies).map_err(|error| PolicyError::Policies(one_line(&error)))?;
        let result = Validator::new(schema.clone()).validate(&policies, ValidationMode::Strict);
        if !result.validation_passed() {
            let faults: Vec<_> = result.validation_errors().map(one_line).collect();
            return Err(PolicyError::Invalid(faults.join("; ")));
        }
        let name = |name: &str| {
            EntityTypeName::from_str(name).map_err(|error| PolicyError::Incomplete(one_line(&error)))
        };
        let (person, compartment, action) = (name("Person")?, name("Compartment")?, name("Action")?);
        let known: HashSet<_> = schema.entity_types().collect();
        if !known.contains(&person) || !known.contains(&compartment) {
            return Err(PolicyError::Incomplete("entities Person and Compartment".to_owned()));
        }
        Ok(Self { schema, policies, authorizer: Authorizer::new(), person, compartment, action })
    }

    /// The policies that come with the docket.
    ///
    /// # Errors
    /// Never, as a test shows; a caller stops all the same.
    pub fn standing() -> Result<Self, PolicyError> {
        Self::load(SCHEMA, POLICIES)
    }

    /// The answer, or `None` when the question does not fit the schema.
    fn ask(&self, ask: &Ask) -> Option<Decision> {
        let (person, compartment) = (self.person_of(ask)?, self.compartment_of(ask)?);
        let deed = match ask.deed {
            Deed::Read => "read".to_owned(),
            Deed::Act(act) => act.name(),
        };
        let action = EntityUid::from_type_name_and_id(self.action.clone(), EntityId::new(deed));
        let (principal, resource) = (person.uid(), compartment.uid());
        let request = Request::new(principal, action, resource, Context::empty(), Some(&self.schema)).ok()?;
        let entities = Entities::from_entities([person, compartment], Some(&self.schema)).ok()?;
        let answer = self.authorizer.is_authorized(&request, &self.policies, &entities);
        // A policy that fails is skipped by Cedar; were it one that keeps people out, skipping would let them in.
        answer.diagnostics().errors().next().is_none().then(|| answer.decision())
    }

    fn person_of(&self, ask: &Ask) -> Option<Entity> {
        let actor = ask.actor;
        let delegated = matches!(actor.authority, Authority::Delegated(_));
        let attributes = HashMap::from([
            ("role".to_owned(), text(actor.seat.role.as_str())),
            ("party".to_owned(), text(actor.seat.party.as_str())),
            ("name".to_owned(), text(actor.person.as_str())),
            ("delegated".to_owned(), RestrictedExpression::new_bool(delegated)),
        ]);
        let id = EntityId::new(actor.person.as_str());
        let uid = EntityUid::from_type_name_and_id(self.person.clone(), id);
        Entity::new(uid, attributes, HashSet::new()).ok()
    }

    fn compartment_of(&self, ask: &Ask) -> Option<Entity> {
        let file = ask.file;
        let readers = file.readers().into_iter().flatten().map(|person| text(person.as_str()));
        let consulted = file.asked.keys().chain(file.lanes.keys()).map(|party| text(party.as_str()));
        let partners = file.partners.keys().map(|party| text(party.as_str()));
        let attributes = HashMap::from([
            ("name".to_owned(), text(ask.compartment.as_str())),
            ("developer".to_owned(), text(file.developer.as_str())),
            ("readers".to_owned(), RestrictedExpression::new_set(readers)),
            ("consulted".to_owned(), RestrictedExpression::new_set(consulted)),
            ("partners".to_owned(), RestrictedExpression::new_set(partners)),
        ]);
        let id = EntityId::new(format!("{}/{}", file.id, ask.compartment.as_str()));
        let uid = EntityUid::from_type_name_and_id(self.compartment.clone(), id);
        Entity::new(uid, attributes, HashSet::new()).ok()
    }
}

impl Gate for Policies {
    fn admits(&self, ask: &Ask) -> bool {
        matches!(self.ask(ask), Some(Decision::Allow))
    }
}

fn text(text: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(text.to_owned())
}

/// A message on one line: Cedar's may have several.
fn one_line<E: std::fmt::Display + ?Sized>(error: &E) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}
