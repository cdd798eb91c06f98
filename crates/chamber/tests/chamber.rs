//! What a chamber does for those who use it.

use std::time::Duration;

use chamber::{Chamber, Collected, Exec, Host, HostOptions, Limits};
use types::transcript::Exit;

const TEN_SECONDS: Duration = Duration::from_secs(10);

fn open() -> Chamber {
    let host = Host::find(&HostOptions::default()).unwrap();
    Chamber::open(&host, &Limits::default()).unwrap()
}

#[test]
fn a_command_runs_and_says_how_it_ended() {
    let mut chamber = open();
    let ran = chamber.exec(&Exec::shell("echo out; echo err >&2; exit 3", TEN_SECONDS, 1024)).unwrap();
    assert_eq!(
        (ran.exit, ran.output.as_slice(), ran.output_bytes),
        (Exit::Code(3), b"out\nerr\n".as_slice(), 8)
    );
}

#[test]
fn a_file_that_was_put_is_collected_unchanged() {
    let mut chamber = open();
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|number| number as u8).collect();
    chamber.put("/work/deep/down/file", 0o600, &bytes).unwrap();
    assert_eq!(chamber.get("/work/deep/down/file", 4_000_000).unwrap(), Collected::Bytes(bytes));
    assert_eq!(chamber.get("/work/deep/down/file", 2_999_999).unwrap(), Collected::TooLarge);
    assert_eq!(chamber.get("/work/nothing", 10).unwrap(), Collected::Absent);
}

#[test]
fn a_restored_workspace_is_saved_as_the_same_bytes() {
    let mut first = open();
    let made =
        "mkdir -p a/b; echo x > a/b/c; ln -s /etc a/link; chmod 500 a/b; echo y > /tmp/t; chmod 000 /tmp/t";
    first.exec(&Exec::shell(made, TEN_SECONDS, 1024)).unwrap();
    let saved = first.snapshot(1 << 20).unwrap().unwrap();
    let mut second = open();
    second
        .exec(&Exec::shell("echo old > old; mkdir -p /tmp/o/l/d; chmod 0 /tmp/o", TEN_SECONDS, 1024))
        .unwrap();
    second.restore(&saved).unwrap();
    assert_eq!(second.snapshot(1 << 20).unwrap(), Some(saved));
}
