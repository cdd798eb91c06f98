//! How long a chamber and a command in it take, beside plain bubblewrap with the same namespaces but no guest, filters or
//! limits. Prints one JSON object per line; `ratio` is ours by theirs.

use std::error::Error;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use chamber::{Chamber, Exec, Host, HostOptions, Kind, Limits};
use serde_json::json;

const ROUNDS: usize = 100;
const TEN_SECONDS: Duration = Duration::from_secs(10);

/// An id that no chamber is given, for when root measures.
const PEER_ID: u32 = 1_899_999_999;

const PEER: [&str; 24] = [
    "--unshare-all",
    "--die-with-parent",
    "--new-session",
    "--ro-bind",
    "/usr",
    "/usr",
    "--symlink",
    "usr/bin",
    "/bin",
    "--symlink",
    "usr/lib",
    "/lib",
    "--symlink",
    "usr/lib64",
    "/lib64",
    "--dev",
    "/dev",
    "--proc",
    "/proc",
    "--tmpfs",
    "/work",
    "/usr/bin/bash",
    "-c",
    "true",
];

type Outcome<T> = Result<T, Box<dyn Error>>;

#[expect(clippy::disallowed_methods, reason = "this measures time")]
fn median_ms(mut round: impl FnMut() -> Outcome<()>) -> Outcome<f64> {
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        round()?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    Ok(times[ROUNDS / 2].as_secs_f64() * 1000.0)
}

#[expect(clippy::disallowed_methods, reason = "the peer is a program")]
fn peer(is_root: bool) -> Outcome<()> {
    let mut command = Command::new("/usr/bin/bwrap");
    command.args(PEER).env_clear().stdin(Stdio::null());
    if is_root {
        command.uid(PEER_ID).gid(PEER_ID);
    }
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err(format!("bubblewrap by itself: {status}").into()) }
}

#[expect(clippy::print_stdout, reason = "this prints its results")]
fn report(metric: &str, value: f64, peer_value: f64) {
    let line = json!({"bench": "chamber", "metric": metric, "value": value, "unit": "ms",
        "peer": "plain bubblewrap, bash -c true", "peer_value": peer_value, "ratio": value / peer_value});
    println!("{line}");
}

/// Measures one kind of chamber against `plain`, the peer's time.
fn measure(kind: Kind, prefix: &str, plain: f64) -> Outcome<()> {
    let host = Host::find(&HostOptions { kind, ..HostOptions::default() })?;
    let limits = Limits::default();
    let command = Exec::shell("true", TEN_SECONDS, 1024);
    let bare = median_ms(|| Ok(Chamber::open(&host, &limits)?.close()?))?;
    let probed = median_ms(|| {
        let mut chamber = Chamber::open(&host, &limits)?;
        chamber.probe()?;
        chamber.exec(&command)?;
        Ok(chamber.close()?)
    })?;
    let mut chamber = Chamber::open(&host, &limits)?;
    let call = median_ms(|| Ok(chamber.exec(&command).map(drop)?))?;
    let probe = median_ms(|| Ok(chamber.probe().map(drop)?))?;
    chamber.close()?;
    report(&format!("{prefix}create_destroy_ms"), bare, plain);
    report(&format!("{prefix}create_probe_command_destroy_ms"), probed, plain);
    report(&format!("{prefix}command_ms"), call, plain);
    report(&format!("{prefix}probe_ms"), probe, plain);
    Ok(())
}

fn main() -> Outcome<()> {
    let is_root = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self")?) == 0;
    let plain = median_ms(|| peer(is_root))?;
    measure(Kind::Bubblewrap, "", plain)?;
    measure(Kind::Namespaces, "namespaces_", plain)
}
