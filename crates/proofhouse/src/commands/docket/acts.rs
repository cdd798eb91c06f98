//! The commands of `proofhouse case`, and which act of which family each one is.

use clap::Subcommand;
use docket::{Act, CaseId, RegisterAct};
use serde_json::{Map, Value, json};

use super::sign::Signing;
use crate::shell::Failure;

/// An act in a case.
#[derive(Debug, clap::Args)]
pub struct InCase {
    /// The case.
    pub case: CaseId,
    /// The act's fields as the record writes them (docs/CASES.md): name=text, name:=json, name=@file, a.b=, a[]=.
    #[arg(value_name = "FIELD=VALUE")]
    pub fields: Vec<String>,
    /// Who signs.
    #[command(flatten)]
    pub signing: Signing,
}

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident = $family:literal . $act:literal;)*) => {
        /// Acts that have a command of their own.
        #[derive(Debug, Subcommand)]
        pub enum CaseAct {
            $($(#[$doc])* $name(InCase),)*
        }

        impl CaseAct {
            /// The family and the act, and what was said on the command line.
            pub fn parts(&self) -> (&'static str, &'static str, &InCase) {
                match self {
                    $(Self::$name(said) => ($family, $act, said),)*
                }
            }

            /// Every act that has a command.
            #[cfg(test)]
            pub const ALL: &[(&'static str, &'static str)] = &[$(($family, $act)),*];
        }
    };
}

acts! {
    /// Open a case: developer=PARTY model=TEXT.
    Open = "standing"."open";
    /// Ask whether the model is covered: question=TEXT.
    Inquire = "inquiry"."ask";
    /// Answer an inquiry: expectation=… why=TEXT.
    Answer = "inquiry"."answer";
    /// Offer access with its terms.
    Offer = "access"."offer";
    /// Accept the offer.
    Accept = "access"."accept";
    /// Commit to the threshold and the error budget: threshold=@FILE budget.alpha_ppm:=N budget.beta_ppm:=N.
    CommitThreshold = "access"."commit_threshold";
    /// Cosign the log's checkpoint that holds the commitment: checkpoint=DIGEST.
    CosignThreshold = "access"."cosign_threshold";
    /// Plan the release to other trusted partners: at=TIME. The developer's alone.
    PlanRelease = "standing"."plan_release";
    /// Withdraw. The developer's right in every open state.
    Withdraw = "standing"."withdraw";
    /// Close the case.
    Close = "standing"."close";
    /// Plan a piece of work: work=NAME what=TEXT business_days:=N.
    PlanWork = "window"."plan_work";
    /// Mark a piece of work as done: work=NAME.
    FinishWork = "window"."finish_work";
    /// Open the review window.
    OpenWindow = "window"."open";
    /// Extend the review window, with the developer's signature: until=TIME.
    Extend = "window"."extend";
    /// Write lost time down beside the clock: cause=late_keys|rate_limits|outage|house from=TIME until=TIME.
    LoseTime = "window"."lose_time";
    /// End the review window before its time.
    FinishWindow = "window"."finish";
    /// Let an evaluator use the model: grant=NAME person=NAME mode=… purpose=TEXT until=TIME.
    Grant = "grants"."grant";
    /// End a grant: grant=NAME.
    EndGrant = "grants"."end_grant";
    /// Open a lease by two persons: lease=NAME artefact=DIGEST.
    OpenLease = "grants"."open_lease";
    /// End a lease: lease=NAME.
    EndLease = "grants"."end_lease";
    /// Declare a new checkpoint, system prompt or safeguard setting.
    Delta = "delta"."declare";
    /// Plan a look at the present subject: look=NAME spends.alpha_ppm:=N spends.beta_ppm:=N.
    PlanLook = "delta"."plan_look";
    /// Start a look that is taken elsewhere: look=NAME measured.checkpoint=DIGEST measured.commitment=DIGEST
    /// measured.reach=service|weights package=DIGEST. `proofhouse review --case` does it by itself.
    StartLook = "delta"."start_look";
    /// Record a look's result: look=NAME evidence=DIGEST.
    RecordResult = "delta"."record_result";
    /// Ask a department: party=PARTY question=TEXT due_at=TIME.
    Consult = "consultation"."consult";
    /// Comment, as a consulted department: comment=TEXT document=@FILE.
    Comment = "consultation"."comment";
    /// Note another authority's clock: clock=NAME what=TEXT ends_at=TIME.
    NoteClock = "consultation"."note_clock";
    /// Find the model suitable for a department's defence: party=PARTY purpose=TEXT.
    FindSuitable = "fast_lane"."find_suitable";
    /// Take the next step of the fast lane: step=assigned|trialled|deployed.
    TakeStep = "fast_lane"."take_step";
    /// Give the assessment to the developer: assessment=@FILE given=TEXT why_that_much=TEXT.
    GiveAssessment = "assessment"."give";
    /// Respond to the assessment, as the developer: response=@FILE words=TEXT.
    Respond = "assessment"."respond";
    /// Attest a determination's preconditions, as a second officer.
    Attest = "determination"."attest";
    /// Determine, as the designator.
    Determine = "determination"."determine";
    /// Ask for reconsideration on new evidence: evidence=DIGEST what_is_new=TEXT.
    Reconsider = "reconsideration"."request";
    /// Keep the determination as it is: why=TEXT.
    Keep = "reconsideration"."keep";
    /// Select a partner, by both sides: partner=PARTY from=TIME until=TIME.
    SelectPartner = "partner"."select";
    /// Let a partner's person use the model, by both sides: grant=NAME partner=PARTY person=NAME until=TIME.
    GrantPartner = "partner"."grant";
    /// End a partner's grant: grant=NAME.
    EndPartnerGrant = "partner"."end_grant";
    /// End a partner's window: partner=PARTY.
    EndPartnerWindow = "partner"."end_window";
    /// Promise a safeguard: safeguard=NAME kind=filters|staged_access|monitoring|reporting what=TEXT due_at=TIME.
    Promise = "safeguards"."promise";
    /// Ask what shows a safeguard: safeguard=NAME what_shows_it=TEXT.
    AskEvidence = "safeguards"."ask_evidence";
    /// Deliver what shows a safeguard: safeguard=NAME evidence=@FILE.
    Deliver = "safeguards"."deliver";
    /// Enter an item with its marking, basis and retention date.
    EnterItem = "items"."enter";
    /// Mark an item anew: item=NAME marking=… basis=TEXT.
    MarkItem = "items"."mark";
    /// Pass an item on: item=NAME holder=PARTY.
    PassOn = "items"."pass_on";
    /// Certify that a holder deleted an item: item=NAME certificate=@FILE.
    CertifyDeletion = "items"."certify_deletion";
    /// Put a legal hold on an item: item=NAME hold=NAME why=TEXT.
    Hold = "items"."hold";
    /// Lift a legal hold: item=NAME hold=NAME.
    LiftHold = "items"."lift_hold";
}

/// The act that `fields` describe.
pub fn act(family: &str, act: &str, fields: Value) -> Result<Act, Failure> {
    serde_json::from_value(json!({ family: { act: fields } }))
        .map_err(|error| Failure::usage(format!("the fields are not those of {family}.{act}: {error}")))
}

/// The act on the register that `fields` describe.
pub fn register_act(act: &str, fields: Value) -> Result<RegisterAct, Failure> {
    let named: Map<String, Value> = [(act.to_owned(), fields)].into_iter().collect();
    serde_json::from_value(Value::Object(named))
        .map_err(|error| Failure::usage(format!("the fields are not those of {act}: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_that_has_a_command_exists() {
        for (family, name) in CaseAct::ALL {
            // A field too much is only noticed where the act is known.
            let text = format!("{:?}", act(family, name, json!({ "no-such-field": 1 })).unwrap_err());
            assert!(!text.contains("unknown variant"), "{family}.{name}: {text}");
        }
    }
}
