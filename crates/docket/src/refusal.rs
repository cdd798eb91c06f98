//! Refusals: what the rules say no to, with a stable code and one sentence that says what to do.
//!
//! `docs/refusals.md` is this table; a test holds the two together.

use types::Timestamp;

use crate::actor::Signers;
use crate::names::{DelegationId, PartyId, PersonId};
use crate::seat::Seat;

macro_rules! refusals {
    ($($name:ident $({ $($field:ident: $type:ty),+ })? = $code:literal, $sentence:literal;)*) => {
        /// Why the rules say no. Each variant is a rule.
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
        pub enum Refusal {
            $(
                #[doc = $sentence]
                #[error($sentence)]
                $name $({ $(#[doc = "what the sentence names"] $field: $type),+ })?,
            )*
        }

        impl Refusal {
            /// Every refusal's code and sentence, braces standing for what a sentence names.
            pub const TABLE: &[(&'static str, &'static str)] = &[$(($code, $sentence)),*];

            /// The code, which never changes.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self {
                    $(Self::$name $({ $($field: _),+ })? => $code,)*
                }
            }
        }
    };
}

refusals! {
    // envelopes
    Spelling = "spelling", "this is not an envelope in its one spelling; write it with this version of proofhouse";
    EnvelopeTooLong = "envelope-too-long", "an envelope is at most 65536 bytes; name long documents by their digest";
    OtherHouse = "other-house", "the envelope is for another house; sign one for this house";
    OtherStream = "other-stream", "the envelope is for another case; sign one for this case";
    Stale { expected: u64, found: u64 } = "stale",
        "the envelope was signed for version {expected} and the record is at version {found}; look at what changed and sign again";
    AlreadyDone { version: u64 } = "already-done",
        "this very envelope was taken in as version {version}; nothing is left to do";
    Expired { at: Timestamp } = "expired", "the envelope expired at {at}; sign it again";
    ExpiresTooLate = "expires-too-late", "an envelope expires at most 14 days ahead; sign one that does";
    NoSignatory = "no-signatory", "an envelope names one or two persons; name those whose signatures the act needs";
    SignatureCount = "signature-count", "an envelope has one signature for each person that it names, in their order; collect them all";
    UnknownKey { person: PersonId } = "unknown-key",
        "the key is not one of {person}'s; sign with an enrolled key";
    RevokedKey { person: PersonId, at: Timestamp } = "revoked-key",
        "{person}'s key was revoked at {at}; sign with another key, or have one added";
    BadSignature { person: PersonId } = "bad-signature",
        "the signature does not fit the envelope and {person}'s key; let {person} sign this very envelope";
    ClockWentBack { last: Timestamp, now: Timestamp } = "clock-went-back",
        "the clock says {now}, and the record already says {last}; set the clock right";
    BeyondCalendar = "beyond-calendar", "a date lies beyond the year 9999; check it";

    // who
    UnknownPerson { person: PersonId } = "unknown-person", "{person} is not enrolled; enrol them first";
    NoSeat { person: PersonId, seat: Seat } = "no-seat",
        "{person} has no seat of {seat} now; act from a seat of theirs, or have one delegated";
    NoDelegation { delegation: DelegationId } = "no-delegation",
        "delegation {delegation} is not in force for that person and seat now; renew it, or let the seat's holder sign";
    WrongSigners { needs: Signers } = "wrong-signers", "this act needs {needs}; collect exactly these signatures";
    SamePerson { person: PersonId } = "same-person",
        "{person} cannot be both of two persons, whatever seats and delegations they have; let somebody else sign too";
    WrongParty { party: PartyId } = "wrong-party", "{party} is not the party that this act belongs to; let that party sign";
    Conflicted { person: PersonId } = "conflicted",
        "{person} declared a conflict of interest here; let somebody else act";
    NotAdmitted { person: PersonId } = "not-admitted",
        "the house's policies do not let {person} do this; ask the reviewing office which policy it is";

    // register
    NotFounded = "not-founded", "the register has no house yet; found it with two persons of the reviewing office";
    AlreadyFounded = "already-founded", "the register is founded; enrol further persons instead";
    TooFewFounders = "too-few-founders", "a house is founded by at least two persons of its reviewing office; name and sign as two";
    AlreadyEnrolled = "already-enrolled",
        "that name, identity or key is enrolled already; a natural person is enrolled once, and has keys that nobody else has";
    TwoSides { person: PersonId } = "two-sides",
        "{person} would have seats on two sides; end the other seat first, or choose somebody else";
    DatesDisorder = "dates-disorder", "a period ends after it begins and after now; check both dates";
    DelegationTooLong = "delegation-too-long", "a delegation lasts at most 366 days; renew it then";
    DelegationTaken = "delegation-taken", "a delegation of that name exists; choose another name";
    DelegatesToSelf = "delegates-to-self", "who receives a delegation does not sign it; let two others sign";
    NotTheirsToDelegate = "not-theirs-to-delegate",
        "one of the two must hold the seat in their own right; a delegated seat is not delegated further";
    UnusableKey = "unusable-key", "that is not an Ed25519 public key; give 64 hexadecimal digits";
    WeakKey = "weak-key", "anybody can make signatures that fit that key; give one that was made by chance";
    KeyNotInUse = "key-not-in-use", "that key is not in use by that person; check both";
    NotYourKey = "not-your-key", "a key is revoked by its person or by the reviewing office; let one of them sign";
    NoConflict = "no-conflict", "no such conflict is declared; check person and interest";
    ConflictStands = "conflict-stands", "who has a conflict does not end it; let two others sign";

    // the case
    NotFiled = "not-filed", "there is no such case yet; ask, offer access, or open it first";
    AlreadyFiled = "already-filed", "the case is open already; go on with it";
    CaseWithdrawn = "case-withdrawn", "the developer withdrew; a new offer opens a new case";
    CaseClosed = "case-closed", "the case is closed; reconsideration on new evidence is what is left";
    StillOpen = "still-open", "a window of the case is open; end it before closing the case";

    // inquiry
    InquiryOpen = "inquiry-open", "the last question is not answered yet; wait for the answer";
    NoInquiry = "no-inquiry", "no question is open; there is nothing to answer";

    // access
    NoOffer = "no-offer", "there is no offer to accept; wait for the developer's";
    OfferExpired { at: Timestamp } = "offer-expired", "the offer expired at {at}; ask the developer for a new one";
    OfferSettled = "offer-settled", "the offer is accepted and cannot be changed; withdraw, or go on";
    OfferInPast = "offer-in-past", "the offer would have expired already; name a later expiry";
    EmptyTerms = "empty-terms", "an offer names at least one mode, purpose and reader; say which";
    ThresholdFixed = "threshold-fixed", "a threshold is committed to once and stays; this case has one";
    ThresholdTooLate = "threshold-too-late", "the threshold is committed to before access starts; access has started";
    NoThreshold = "no-threshold", "the threshold is not committed to yet; commit to it first";
    AlreadyCosigned = "already-cosigned", "the commitment is cosigned already; nothing is left to do";
    NotCosigned = "not-cosigned",
        "nobody cosigned the checkpoint that holds the commitment; ask the developer or a witness";
    NotAccepted = "not-accepted", "the offer is not accepted yet; accept it first";
    WindowNotOpen = "window-not-open", "the review window is not open; this is done while it is";
    WindowOpened = "window-opened", "the review window was opened before; it opens once";
    ReleasePlanPast = "release-plan-past",
        "the planned release to other trusted partners has come; the developer may state a later one";
    ExtensionBackward = "extension-backward", "an extension ends after the present end and after now; name a later date";
    ExtensionTooLong = "extension-too-long", "one extension adds at most 30 days; sign another one when they are over";
    ExtensionPastRelease = "extension-past-release",
        "the extension would end after the planned release to other trusted partners; the developer states a later release first";
    NotAReader = "not-a-reader", "the terms do not name that person as a reader; ask the developer to offer again";
    ModeNotOffered = "mode-not-offered", "the terms do not offer that mode; use one that they do";
    NameTaken = "name-taken", "that name is used in this case already; choose another one";
    NoSuchThing = "no-such-thing", "the case has nothing of that name, or it is over; look it up in the case";
    AlreadyLost = "already-lost", "that period is written down already; nothing is left to do";
    LostOutside = "lost-outside", "lost time lies within the open review window and in the past; check both dates";

    // deltas and looks
    SameSubject = "same-subject", "that is the model that the case has already; a delta changes something";
    OtherSubject = "other-subject",
        "the look is at another model than the case's present one; plan it for the present one";
    BudgetSpent = "budget-spent",
        "the case's error budget does not hold this look as well; it is spent for deltas and repeats alike, and is not refilled";
    NoSuchLook = "no-such-look", "the case has planned no look of that name; plan it with its share of the error budget first";
    LookStarted = "look-started",
        "that look was started in another evidence package; go on with that one, or plan another look";
    OtherCheckpoint = "other-checkpoint",
        "what is to be measured is not the checkpoint of the case's present subject; measure that one, or let the developer declare the delta";
    OtherThreshold = "other-threshold",
        "that is not the threshold that the case is committed to; use the one that was committed to";
    NoGrant { person: PersonId } = "no-grant",
        "{person} has no grant in force for prompts to the model; ask the reviewing office for one";
    NoLease = "no-lease",
        "no lease of these weights is in force; two persons of the reviewing office open one";
    LookDone = "look-done", "that look has its result; another one is another look, with its own share of the error budget";

    // consultation and determination
    AlreadyAsked = "already-asked", "that party was asked already; wait for its answer or its date";
    DueTooSoon = "due-too-soon", "a consulted party has at least 24 hours; name a later date";
    NotAsked = "not-asked", "that party was not asked in this case; only asked parties comment";
    AlreadyCommented = "already-commented", "that party has commented; a second comment is not taken";
    StepOrder = "step-order", "the fast lane's steps come in their order, once each; record the next one";
    NothingConsulted = "nothing-consulted", "nobody was consulted yet; ask at least one party first";
    ConsultationOpen { party: PartyId } = "consultation-open",
        "{party} has neither answered nor run out of time; wait for the answer or the date";
    NotAttested = "not-attested",
        "no second officer attested this memo's preconditions as they stand now; have them attested";
    EvidenceNotHeld = "evidence-not-held",
        "the memo rests on evidence that the case does not hold; enter it with its lawful basis first, or leave it out";
    AlreadyDetermined = "already-determined",
        "a determination is made; it changes only after a request for reconsideration on new evidence";
    EmptyMemo = "empty-memo", "a memo names evidence and reasons; give at least one of each";
    NoAssessment = "no-assessment", "no assessment was given to the developer yet; there is nothing to respond to";
    NotDetermined = "not-determined", "no determination is made; there is nothing to reconsider";
    ReconsiderationOpen = "reconsideration-open", "a request is being considered; wait for its end";
    NoReconsideration = "no-reconsideration", "no request is open; there is nothing to end";
    OldEvidence = "old-evidence", "the determination rested on that evidence already; bring new evidence";

    // partners
    PartnerWindowTooLong = "partner-window-too-long", "a partner window has at most 366 days; check its end";
    PartnerSelected = "partner-selected", "that partner has a window already; end it first";
    NoPartnerWindow = "no-partner-window", "that partner has no open window now; select it first";

    // safeguards
    SafeguardSettled = "safeguard-settled", "that safeguard is delivered, lapsed or ended; promise another one";

    // items
    ClassifiedOutside = "classified-outside",
        "classified material is never held here; keep it where it belongs and enter an opaque reference";
    ReferenceNotOpaque = "reference-not-opaque",
        "a reference to classified material is 64 hexadecimal digits drawn by chance; give one that says nothing";
    NoBasis = "no-basis", "a marking other than public has a basis; name it";
    UnderHold = "under-hold", "a legal hold lies on the item; it is kept until the hold is lifted";
    NotAHolder = "not-a-holder", "that party does not hold the item; check both";
    AlreadyHolder = "already-holder", "that party holds the item already; nothing is left to do";
    RetentionInPast = "retention-in-past", "the retention date is in the past; name a later one";
    NotForThem = "not-for-them", "an item's marking keeps it from that audience; leave the item out";
}
