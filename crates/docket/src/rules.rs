//! The rules by name, so that a test can drop one at a time and show that an invariant notices.

/// A rule that an invariant watches. Dropping one is a *seeded bug*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Planning or stating a release is the developer's alone, at any time.
    ReleaseIsTheDevelopers,
    /// What a case's standing is called says nothing about a release.
    StandingJudgesNoRelease,
    /// The developer may withdraw whatever else is going on.
    WithdrawalIsAlwaysOpen,
    /// A withdrawal ends the window without a list of what was not done.
    WithdrawalLeavesNoMark,
    /// A grant ends with the review window at the latest.
    GrantEndsWithWindow,
    /// Closing a window early ends its grants then.
    ClosingEndsGrants,
    /// A lease ends with the review window at the latest.
    LeaseEndsWithWindow,
    /// The review window has 30 days.
    WindowHasThirtyDays,
    /// The developer signs every extension.
    DeveloperSignsExtension,
    /// Lost time is written beside the clock.
    LostTimeStaysBeside,
    /// The review window closes when its time has come, whoever acts next.
    WindowClosesByItself,
    /// Only a designating authority determines.
    DesignatorDetermines,
    /// A determination waits for the consulted parties or their dates.
    ConsultationClosesFirst,
    /// The officer who attested is not the one who determines.
    AttesterIsAnother,
    /// Partner window and partner grants have the developer's and the house's signature.
    BothSignForPartners,
    /// A partner grant ends with its partner window at the latest.
    PartnerGrantEndsWithWindow,
    /// Access starts after the threshold was committed to and the commitment cosigned.
    ThresholdComesFirst,
    /// A threshold is committed to once.
    ThresholdStays,
    /// A rule of two persons counts natural persons.
    PersonsAreDistinct,
    /// A person who signs again under a delegation is still one person.
    DelegationMakesNoPerson,
    /// A look spends error budget when it is planned, and again when it is repeated.
    EveryLookSpends,
    /// A look starts once, in one evidence package.
    LookStartsOnce,
    /// A delta does not refill the error budget.
    DeltaRefillsNothing,
    /// What is recorded is all that was decided.
    RecordsAreWhole,
    /// Who declared a conflict of interest does not act for the house.
    ConflictExcludes,
    /// Classified material stays outside.
    ClassifiedStaysOutside,
    /// Nobody has seats on two sides.
    OneSideEach,
    /// Enrolling and appointing take two persons.
    EnrolmentTakesTwo,
    /// Delegating takes two persons.
    DelegationTakesTwo,
}

#[cfg(feature = "seeded-bugs")]
impl Rule {
    /// All of them.
    pub const ALL: [Self; 29] = [
        Self::ReleaseIsTheDevelopers,
        Self::StandingJudgesNoRelease,
        Self::WithdrawalIsAlwaysOpen,
        Self::WithdrawalLeavesNoMark,
        Self::GrantEndsWithWindow,
        Self::ClosingEndsGrants,
        Self::LeaseEndsWithWindow,
        Self::WindowHasThirtyDays,
        Self::DeveloperSignsExtension,
        Self::LostTimeStaysBeside,
        Self::WindowClosesByItself,
        Self::DesignatorDetermines,
        Self::ConsultationClosesFirst,
        Self::AttesterIsAnother,
        Self::BothSignForPartners,
        Self::PartnerGrantEndsWithWindow,
        Self::ThresholdComesFirst,
        Self::ThresholdStays,
        Self::PersonsAreDistinct,
        Self::DelegationMakesNoPerson,
        Self::EveryLookSpends,
        Self::LookStartsOnce,
        Self::DeltaRefillsNothing,
        Self::RecordsAreWhole,
        Self::ConflictExcludes,
        Self::ClassifiedStaysOutside,
        Self::OneSideEach,
        Self::EnrolmentTakesTwo,
        Self::DelegationTakesTwo,
    ];
}

/// Which rules are in force: all of them, unless a test dropped one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rules {
    #[cfg(feature = "seeded-bugs")]
    dropped: Option<Rule>,
}

impl Rules {
    /// All rules but `rule`: a bug on purpose.
    #[cfg(feature = "seeded-bugs")]
    #[must_use]
    pub fn without(rule: Rule) -> Self {
        Self { dropped: Some(rule) }
    }

    /// Whether `rule` is in force.
    #[cfg(feature = "seeded-bugs")]
    pub(crate) fn keep(self, rule: Rule) -> bool {
        self.dropped != Some(rule)
    }

    /// Whether `rule` is in force: without the feature, always.
    #[cfg(not(feature = "seeded-bugs"))]
    #[expect(clippy::unused_self, reason = "the twin under the feature needs it")]
    pub(crate) const fn keep(self, _rule: Rule) -> bool {
        true
    }
}
