//! What is left when the host's process is killed.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixListener;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use chamber::{Chamber, Exec};

use crate::setup::{host, nap, napping, shell, small};

const ROLE: &str = "PROOFHOUSE_TEST_HOLD";

#[expect(clippy::disallowed_methods, reason = "a test that is two processes tells them apart by a variable")]
fn is_holder() -> bool {
    std::env::var_os(ROLE).is_some()
}

/// Opens a chamber with a process that has left its session and a socket beside it, says so, and is killed while it
/// runs a command.
fn hold() {
    let host = host();
    let socket = host.private_folder().unwrap().join("socket");
    let _listener = UnixListener::bind(&socket).unwrap();
    let mut chamber = Chamber::open(&host, &small()).unwrap();
    let nap = nap(4321);
    let both = "until [ $(grep -lsx sleep /proc/[0-9]*/comm | wc -l) = 2 ]; do :; done";
    shell(&mut chamber, &format!("setsid sleep {nap} & sleep {nap} & {both}"));
    #[expect(clippy::print_stdout, reason = "the other process waits for this line")]
    {
        println!("\nholding {}", socket.display());
    }
    let _ = chamber.exec(&Exec::shell(format!("sleep {nap}"), Duration::from_secs(100), 100));
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the process that is killed must be started, and its end awaited"
)]
fn nothing_outlives_a_host_that_is_killed() {
    if is_holder() {
        return hold();
    }
    let name = "death::nothing_outlives_a_host_that_is_killed";
    let mut holder = Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture"])
        .env(ROLE, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(holder.stdout.take().unwrap()).lines().map(Result::unwrap);
    let socket = lines.find_map(|line| line.strip_prefix("holding ").map(PathBuf::from)).unwrap();
    let nap = nap(4321);
    assert!(socket.exists() && napping(&nap) >= 2);
    holder.kill().unwrap();
    assert_eq!(holder.wait().unwrap().signal(), Some(9));
    let start = Instant::now();
    while napping(&nap) > 0 {
        assert!(start.elapsed() < Duration::from_secs(10), "a process outlived its host");
    }
    // The next run removes what the killed one left behind.
    let name = format!("proofhouse-{}-", holder.id());
    drop(host());
    assert!(!socket.exists());
    let left = ["memory", "pids", "cpu", "unified", ""].iter().any(|tree| {
        let entries = fs::read_dir(Path::new("/sys/fs/cgroup").join(tree)).into_iter().flatten().flatten();
        entries.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with(&name))
    });
    assert!(!left);
}
