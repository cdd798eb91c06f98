//! Chambers in which anything may be run: those in which the probe found no way out.

use chamber::{Chamber, ChamberError, Host, Limits};
use types::transcript::ProbeResult;

/// Opens a chamber and probes it. The inner error is the first check that went through: nothing is run there then.
pub fn open(host: &Host, limits: &Limits) -> Result<Result<Chamber, String>, ChamberError> {
    let mut chamber = Chamber::open(host, limits)?;
    let open = chamber.probe()?.into_iter().find(|check| check.result == ProbeResult::Open);
    Ok(open.map_or(Ok(chamber), |check| Err(check.name)))
}
