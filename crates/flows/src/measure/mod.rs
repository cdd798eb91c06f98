//! Planning, replaying and fitting: use cases of the assay that run nothing.
//!
//! Files in, values of `report::measure` out. What is decided is decided in `assay`; what is read has a size limit; an
//! error names the file, the line where there is one, and a stable code (`docs/errors.md`).

mod commit;
mod design;
mod error;
mod files;
pub mod fit;
pub mod plan;
pub mod replay;
mod shown;

pub use commit::{CommittedPlan, PLAN_THRESHOLD_FORMAT};
pub use design::DesignOptions;
pub use error::MeasureError;
pub use files::{BankFile, TableScale, read_bank, read_matrix};
