//! What can be concluded from which items a model passed. Pure functions, no I/O.
//!
//! Invariants: a missing result is neither a pass nor a failure; a decision holds only if it is the same with
//! everything missing counted as failed and with everything missing counted as passed.

mod adaptive;
mod bank;
mod calibrate;
mod decision;
mod estimate;
mod fit;
mod interval;
mod math;
mod matrix;
mod model;
mod parallel;
mod plan;
mod replay;
#[cfg(test)]
mod simulated;

pub use adaptive::{
    Access, Arm, Assurance, Budget, Conclusion, Criterion, Design, DesignError, Doubt, Estimand, Evidence,
    Exposure, ExposureLedger, Guard, Instrument, Lengths, Lines, Next, Reason, Selection, Session, Spent,
    Statistic, Step,
};
pub use bank::{
    Area, BANK_FORMAT, Bank, BankError, Calibration, Family, ITEMS_MOST, ImportedBank, Item, LeftOut, Misuse,
    bank_from_csv, bank_to_csv,
};
pub use calibrate::{
    CalibrateOptions, CalibrationResult, DifficultyPrior, Features, Fitted, GeneratorPrior, Link, LinkError,
    LinkMethod, LltmError, Warning, calibrate, generator_prior, link,
};
pub use decision::{Counts, Decision, Recommendation, THRESHOLD_FORMAT, Threshold, ThresholdError, decide};
pub use estimate::{
    AbilityEstimates, AttemptRecord, BootstrapOptions, Estimate, Horizon, PassError, bootstrap, eap,
    estimates, horizon, paired_difference, pass_at_k, wle,
};
pub use fit::{Drifted, ItemFit, PersonFit, SX2, drift, item_fit, person_fit, s_x2};
pub use interval::{Interval, clopper_pearson, wilson};
pub use math::Rng;
pub use matrix::{CELLS_MOST, MatrixError, ResponseMatrix};
pub use model::{Curve, CurveError, ParameterError, SCORES_MOST};
pub use plan::{
    BestPossible, CurvePoint, PLAN_FORMAT, Plan, PlanError, RobustRow, Simulation, Summary, World,
    best_possible, plan, robustness, simulate, simulate_population,
};
pub use replay::{Replay, ReplayError, Replayed, replay};
