//! How fast entries become durable, are verified and proved, on files in a temporary folder under the one that is
//! named (or under the working folder). Prints one JSON object per line.
//!
//! `durable [ENTRIES [FOLDER]]`

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ledger::log::{Appender, FolderSource, Log, PosixObjects, prune};
use ledger::tiles::LogReader;
use ledger::{LogKeys, SignerKey, leaf_hash, verify_inclusion};
use serde_json::json;
use types::{Clock, Timestamp};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Entries of the bench when no number is given: issue 4's.
const ENTRIES: u64 = 10_000_000;
/// Entries on their way at any time while throughput is measured.
const IN_FLIGHT: usize = 32_768;
/// Appends whose latency is measured, one after another from each of `CALLERS` threads.
const LATENCIES: usize = 2_000;
const CALLERS: usize = 16;
/// Proofs whose time is measured.
const PROOFS: u64 = 2_000;
/// Tessera on POSIX, as published: 10,000 writes a second on NVMe with up to 7 cores. Not run here.
const PEER: &str = "Tessera POSIX, as published (NVMe, up to 7 cores)";
const PEER_APPENDS_PER_S: f64 = 10_000.0;

struct WallClock;

impl Clock for WallClock {
    #[expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a bench reads the time")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Timestamp::from_unix_millis(since.as_millis() as i64).unwrap()
    }
}

#[expect(clippy::disallowed_methods, reason = "this measures time")]
fn timed<T>(run: impl FnOnce() -> Outcome<T>) -> Outcome<(T, Duration)> {
    let start = Instant::now();
    let value = run()?;
    Ok((value, start.elapsed()))
}

#[expect(clippy::print_stdout, reason = "this prints its results")]
fn report(metric: &str, value: f64, unit: &str, peer: Option<f64>) {
    let ratio = peer.map(|peer| value / peer);
    println!(
        "{}",
        json!({"bench": "ledger", "metric": metric, "value": value, "unit": unit,
            "peer": peer.map(|_| PEER), "peer_value": peer, "ratio": ratio})
    );
}

/// What this process has had in memory at most.
fn peak_mib() -> Outcome<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse::<f64>()? / 1024.0)
}

fn entry(number: u64) -> Vec<u8> {
    // As long as a digest with a word before it.
    format!("evidence sha256:{number:064x}").into_bytes()
}

fn keys() -> Outcome<(LogKeys, SignerKey)> {
    let key = SignerKey::from_seed("bench.local/log", [7; 32])?;
    Ok((LogKeys::new("bench.local/log", key.verifier().clone()), key))
}

fn append_all(log: Log<PosixObjects>, from: u64, to: u64) -> Outcome<Log<PosixObjects>> {
    let appender = Appender::start(log, Arc::new(WallClock));
    let mut tickets = std::collections::VecDeque::with_capacity(IN_FLIGHT);
    for number in from..to {
        if tickets.len() == IN_FLIGHT
            && let Some(oldest) = tickets.pop_front()
        {
            ledger::log::Ticket::wait(oldest)?;
        }
        tickets.push_back(appender.append(entry(number))?);
    }
    for ticket in tickets {
        ticket.wait()?;
    }
    Ok(appender.close()?)
}

fn latencies(log: Log<PosixObjects>) -> Outcome<(Log<PosixObjects>, Vec<Duration>)> {
    let appender = Appender::start(log, Arc::new(WallClock));
    let one = |number: usize| -> Outcome<Duration> {
        Ok(timed(|| Ok(appender.append(entry(number as u64))?.wait()?))?.1)
    };
    let mut times = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| {
                scope.spawn(|| {
                    let times: Vec<_> = (0..LATENCIES / CALLERS).filter_map(|n| one(n).ok()).collect();
                    times
                })
            })
            .collect();
        callers.into_iter().filter_map(|caller| caller.join().ok()).flatten().collect::<Vec<_>>()
    });
    times.sort_unstable();
    if times.len() < LATENCIES / CALLERS * CALLERS {
        return Err("an append failed".into());
    }
    Ok((appender.close()?, times))
}

fn percentile_ms(times: &[Duration], percent: usize) -> f64 {
    times[(times.len() * percent / 100).min(times.len() - 1)].as_secs_f64() * 1000.0
}

fn read(folder: &Path, log: &Log<PosixObjects>, entries: u64) -> Outcome<()> {
    let source = FolderSource::new(&folder.join("public"));
    let (checked, took) = timed(|| Ok(LogReader::open(source.clone(), log.head())?.audit(0)?))?;
    report("verify_entries_per_s", checked as f64 / took.as_secs_f64(), "entries/s", None);
    report("verify_s", took.as_secs_f64(), "s", None);
    let mut reader = LogReader::open(source, log.head())?;
    let (head, step) = (log.head(), (entries / PROOFS).max(1));
    let mut times = Vec::new();
    for index in (0..entries).step_by(step as usize) {
        let (proof, took) = timed(|| Ok(reader.inclusion(index)?))?;
        verify_inclusion(&leaf_hash(&entry(index)), index, head, &proof)?;
        times.push(took);
    }
    times.sort_unstable();
    report("prove_us", percentile_ms(&times, 50) * 1000.0, "us", None);
    report("prove_p99_us", percentile_ms(&times, 99) * 1000.0, "us", None);
    Ok(())
}

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let entries = arguments.next().map_or(Ok(ENTRIES), |text| text.parse())?;
    let kept = arguments.next().map(PathBuf::from);
    let temporary = tempfile::TempDir::new_in(kept.as_deref().unwrap_or(Path::new(".")))?;
    let folder = temporary.path();
    let (log_keys, signer) = keys()?;
    let log = Log::create(PosixObjects::open(folder)?, log_keys, signer, WallClock.now())?;
    // A first stretch fills caches; then what is measured, up to the whole size.
    let (log, first) = timed(|| append_all(log, 0, entries / 10))?;
    let early = peak_mib()?;
    let (log, rest) = timed(|| append_all(log, entries / 10, entries))?;
    let rate = (entries - entries / 10) as f64 / rest.as_secs_f64();
    report("durable_appends_per_s", rate, "entries/s", Some(PEER_APPENDS_PER_S));
    report("entries", log.size() as f64, "entries", None);
    report("append_all_s", (first + rest).as_secs_f64(), "s", None);
    report("peak_memory_after_a_tenth_mib", early, "MiB", None);
    report("peak_memory_mib", peak_mib()?, "MiB", None);
    let (mut log, times) = latencies(log)?;
    report("append_latency_p50_ms", percentile_ms(&times, 50), "ms", None);
    report("append_latency_p99_ms", percentile_ms(&times, 99), "ms", None);
    read(folder, &log, entries)?;
    report("peak_memory_with_verifying_mib", peak_mib()?, "MiB", None);
    let minimum = log.size() / 2;
    let (removed, took) = timed(|| Ok(prune(&mut log, minimum)?))?;
    report("prune_half_s", took.as_secs_f64(), "s", None);
    report("pruned_files", removed as f64, "files", None);
    let source = FolderSource::new(&folder.join("public"));
    LogReader::open(source, log.head())?.audit(minimum)?;
    Ok(())
}
