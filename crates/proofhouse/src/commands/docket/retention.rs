//! `proofhouse case retention`.

use clap::Args;
use docket::CaseId;
use docket::view::Overdue;

use super::{Desk, Lines, shown};
use crate::shell::Failure;

/// `proofhouse case retention`.
#[derive(Debug, Args)]
pub struct Retention {
    /// The case; every case when left out.
    pub case: Option<CaseId>,
}

impl Desk<'_> {
    /// Lists what is kept longer than its date, holder by holder.
    pub fn retention(&self, retention: &Retention) -> Result<Lines, Failure> {
        let office = self.office();
        let cases = match &retention.case {
            Some(case) => vec![case.clone()],
            None => office.cases()?,
        };
        let mut overdue: Vec<Overdue> = Vec::new();
        for case in cases {
            let record = office.case(&case)?;
            overdue.extend(Overdue::of(record.state().file()?, self.clock.now()));
        }
        overdue.sort();
        if self.json {
            return shown::json(&overdue);
        }
        if overdue.is_empty() {
            return Ok(vec!["nothing is kept longer than its date".to_owned()]);
        }
        Ok(overdue.iter().map(line).collect())
    }
}

fn line(overdue: &Overdue) -> String {
    let holds: Vec<&str> = overdue.holds.iter().map(docket::HoldId::as_str).collect();
    let holds = match holds.as_slice() {
        [] => "no legal hold".to_owned(),
        holds => format!("kept by legal hold {}", holds.join(", ")),
    };
    let (holder, case, item) = (&overdue.holder, &overdue.case, &overdue.item);
    format!(
        "{holder:<16} {case} {item}: was to be kept until {}, {} days over, {holds}",
        overdue.retain_until, overdue.days_over
    )
}
