//! Deciding and evolving: the two functions that the case is made of, and what time does by itself.

use serde::{Deserialize, Serialize};
use types::Timestamp;

use crate::actor::{Actor, Signers, Verified};
use crate::acts::{
    access, assessment, consultation, delta, determination, fast_lane, grants, inquiry, items, partner,
    reconsideration, safeguards, standing, window,
};
use crate::case::{Case, File};
use crate::gate::{Ask, Compartment, Deed, Gate};
use crate::refusal::Refusal;
use crate::register::Register;
use crate::rules::Rules;
use crate::scene::{DEVELOPER, Scene};
use crate::seat::Role;

macro_rules! families {
    ($($(#[$doc:meta])* $name:ident = $family:ident, $compartment:ident;)*) => {
        /// What persons do in a case, by family.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case", deny_unknown_fields)]
        pub enum Act {
            $($(#[$doc])* $name($family::Act),)*
        }

        /// What happened in a case, by family.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case", deny_unknown_fields)]
        pub enum Event {
            $($(#[$doc])* $name($family::Event),)*
        }

        $(
            impl From<$family::Act> for Act {
                fn from(act: $family::Act) -> Self {
                    Self::$name(act)
                }
            }

            impl From<$family::Event> for Event {
                fn from(event: $family::Event) -> Self {
                    Self::$name(event)
                }
            }
        )*

        impl Act {
            /// The compartment that the act belongs to.
            #[must_use]
            pub fn compartment(&self) -> Compartment {
                match self {
                    $(Self::$name(_) => Compartment::$compartment,)*
                }
            }
        }

        impl Event {
            /// The compartment that the event belongs to.
            #[must_use]
            pub fn compartment(&self) -> Compartment {
                match self {
                    $(Self::$name(_) => Compartment::$compartment,)*
                }
            }
        }

        fn decide_family(scene: &Scene, act: &Act) -> Result<Vec<Event>, Refusal> {
            match act {
                $(Act::$name(act) => {
                    let events = $family::decide(scene, act)?;
                    Ok(events.into_iter().map(Event::$name).collect())
                })*
            }
        }
    };
}

families! {
    /// The case as a whole.
    Standing = standing, Access;
    /// Inquiries.
    Inquiry = inquiry, Inquiry;
    /// Offers and thresholds.
    Access = access, Access;
    /// The review window.
    Window = window, Access;
    /// Grants and leases.
    Grants = grants, Measurement;
    /// Deltas and looks.
    Delta = delta, Measurement;
    /// Consultation.
    Consultation = consultation, Consultation;
    /// The fast lane.
    FastLane = fast_lane, FastLane;
    /// The assessment.
    Assessment = assessment, Assessment;
    /// The determination.
    Determination = determination, Determination;
    /// Reconsideration.
    Reconsideration = reconsideration, Determination;
    /// Partners.
    Partner = partner, Partner;
    /// Safeguards.
    Safeguards = safeguards, Safeguards;
    /// Items.
    Items = items, Items;
}

impl Act {
    /// Family and act as policies write them: `access.offer`.
    #[must_use]
    pub fn name(&self) -> String {
        crate::vocabulary::dotted(self)
    }

    /// What the developer may do whatever a policy says: withdraw, plan its release, and ask.
    fn is_the_developers_right(&self) -> bool {
        matches!(
            self,
            Self::Standing(standing::Act::Withdraw {} | standing::Act::PlanRelease { .. })
                | Self::Inquiry(inquiry::Act::Ask { .. })
                | Self::Assessment(assessment::Act::Respond { .. })
        )
    }
}

impl Event {
    /// Family and event as records write them: `access.offered`.
    #[must_use]
    pub fn name(&self) -> String {
        crate::vocabulary::dotted(self)
    }
}

/// What a decision is taken under: who the persons are, and which policies restrict them further.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    register: &'a Register,
    gate: &'a dyn Gate,
    rules: Rules,
}

impl<'a> Setting<'a> {
    /// All rules, this register, this gate.
    #[must_use]
    pub fn new(register: &'a Register, gate: &'a dyn Gate) -> Self {
        Self { register, gate, rules: Rules::default() }
    }

    /// The same under other rules: for tests.
    #[cfg(feature = "seeded-bugs")]
    #[must_use]
    pub fn under(self, rules: Rules) -> Self {
        Self { rules, ..self }
    }

    /// The register.
    #[must_use]
    pub fn register(&self) -> &'a Register {
        self.register
    }

    /// The gate.
    #[must_use]
    pub fn gate(&self) -> &'a dyn Gate {
        self.gate
    }

    /// The rules in force.
    #[must_use]
    pub fn rules(&self) -> Rules {
        self.rules
    }
}

/// Decides an act whose signatures are verified. What is due by `now` happens first, so that it makes no difference
/// how late a timer is; what the act makes due happens after it.
///
/// # Errors
/// The rule that says no. What was due stays due: [`tick`] records it.
pub fn decide(
    case: &Case,
    act: &Verified<Act>,
    setting: &Setting,
    now: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    let mut events = tick(case, setting.rules, now);
    let settled;
    let case = if events.is_empty() {
        case
    } else {
        settled = evolve_all(case.clone(), &events, setting.rules, now);
        &settled
    };
    let decided = match case {
        Case::Unopened(_) => open(case, act, setting)?,
        Case::Opened(file) => {
            let (by, Setting { register, rules, .. }) = (act.by(), *setting);
            admit(file, act.act(), by, setting)?;
            decide_family(&Scene { file, by, register, now, rules }, act.act())?
        }
    };
    let makes_due = matches!(act.act(), Act::Standing(standing::Act::PlanRelease { .. }));
    if makes_due {
        let after = evolve_all(case.clone(), &decided, setting.rules, now);
        events.extend(decided);
        events.extend(tick(&after, setting.rules, now));
    } else {
        events.extend(decided);
    }
    Ok(events)
}

/// What is due by `now`, in the order in which it came due: windows close, dates pass in silence, promises lapse.
#[must_use]
pub fn tick(case: &Case, rules: Rules, now: Timestamp) -> Vec<Event> {
    let Case::Opened(file) = case else { return Vec::new() };
    let mut due: Vec<(Timestamp, Event)> = Vec::new();
    if let Some(closing) = file.window_closing(now, rules) {
        due.push((file.window_ends_at().unwrap_or(now), closing.into()));
    }
    due.extend(file.silences(now).into_iter().map(|(at, event)| (at, event.into())));
    due.extend(file.partner_closings(now).into_iter().map(|(at, event)| (at, event.into())));
    due.extend(file.lapses(now).into_iter().map(|(at, event)| (at, event.into())));
    due.sort_by_key(|(at, _)| *at);
    due.into_iter().map(|(_, event)| event).collect()
}

pub(crate) fn admit(file: &File, act: &Act, by: &[Actor], setting: &Setting) -> Result<(), Refusal> {
    if act.is_the_developers_right() {
        return Ok(());
    }
    let refused = by.iter().find(|actor| {
        let ask = Ask { actor, deed: Deed::Act(act), compartment: act.compartment(), file };
        !setting.gate.admits(&ask)
    });
    refused.map_or(Ok(()), |actor| Err(Refusal::NotAdmitted { person: actor.person.clone() }))
}

/// The first act of a case. Policies do not apply to it: there is nothing to be kept from anybody yet.
fn open(case: &Case, act: &Verified<Act>, setting: &Setting) -> Result<Vec<Event>, Refusal> {
    let Act::Standing(standing::Act::Open { developer, model }) = act.act() else {
        return Err(Refusal::NotFiled);
    };
    Signers::One(&[Role::Developer, Role::ReviewingOffice]).check(act.by(), setting.rules)?;
    for actor in act.by() {
        if DEVELOPER.contains(&actor.seat.role) && actor.seat.party != *developer {
            return Err(Refusal::WrongParty { party: actor.seat.party.clone() });
        }
        if setting.register.is_conflicted(&actor.person, developer, case.id()) {
            return Err(Refusal::Conflicted { person: actor.person.clone() });
        }
    }
    let opened = standing::Event::Opened { developer: developer.clone(), model: model.clone() };
    Ok(vec![opened.into()])
}

/// The case after `event`, which was recorded at `at`.
#[must_use]
pub fn evolve(case: Case, event: &Event, at: Timestamp) -> Case {
    evolve_under(case, event, Rules::default(), at)
}

/// The case after `events`, which were recorded at `at`.
#[must_use]
pub fn evolve_all(case: Case, events: &[Event], rules: Rules, at: Timestamp) -> Case {
    events.iter().fold(case, |case, event| evolve_under(case, event, rules, at))
}

fn evolve_under(case: Case, event: &Event, rules: Rules, at: Timestamp) -> Case {
    match case {
        Case::Unopened(id) => match event {
            Event::Standing(standing::Event::Opened { developer, model }) => {
                Case::Opened(Box::new(File::opened(id, developer.clone(), model.clone(), at)))
            }
            // Nothing else is ever decided before; see `open`.
            _ => Case::Unopened(id),
        },
        Case::Opened(mut file) => {
            evolve_file(&mut file, event, rules, at);
            Case::Opened(file)
        }
    }
}

fn evolve_file(file: &mut File, event: &Event, rules: Rules, at: Timestamp) {
    match event {
        Event::Standing(event) => standing::evolve(file, event, at, rules),
        Event::Inquiry(event) => inquiry::evolve(file, event),
        Event::Access(event) => access::evolve(file, event),
        Event::Window(event) => window::evolve(file, event, at, rules),
        Event::Grants(event) => grants::evolve(file, event, at),
        Event::Delta(event) => delta::evolve(file, event, rules),
        Event::Consultation(event) => consultation::evolve(file, event),
        Event::FastLane(event) => fast_lane::evolve(file, event, at),
        Event::Assessment(event) => assessment::evolve(file, event),
        Event::Determination(event) => determination::evolve(file, event),
        Event::Reconsideration(event) => reconsideration::evolve(file, event),
        Event::Partner(event) => partner::evolve(file, event, at),
        Event::Safeguards(event) => safeguards::evolve(file, event),
        Event::Items(event) => items::evolve(file, event),
    }
}
