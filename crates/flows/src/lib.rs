//! Use cases, one file each: the pipeline from a model to its report.
//!
//! Holds no rule of its own: it takes a model in (`seal`), lets it be measured (`range`, `chamber`), has the result
//! decided (`assay`), keeps the record (`ledger`) and has it shown (`report`). Domain rooms do not know each other;
//! what passes from one to another is converted here.

pub mod cases;
pub mod dry_run;
pub mod error;
pub mod evidence;
pub mod house;
pub mod measure;
mod model;
mod order;
pub mod pace;
pub mod plan;
pub mod practice;
pub mod progress;
pub mod public;
pub mod rescore;
pub mod review;
pub mod scripted;
pub mod suite_check;
pub mod suite_debian;
pub mod suite_folder;
pub mod suite_generate;
pub mod summary;
pub mod threshold;
pub mod verify;
