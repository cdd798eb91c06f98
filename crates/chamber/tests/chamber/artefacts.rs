//! What an agent may leave where its submission is collected.

use chamber::{ChamberError, Collected};

use crate::setup::{open, shell, text};

#[test]
fn only_a_regular_file_beneath_the_folder_is_collected() {
    let mut chamber = open();
    shell(
        &mut chamber,
        "ln -s /etc/passwd link; ln -s /etc etc; mkfifo fifo; mkdir folder; ln -s /proc/1/environ environ;
         ln -s /work/real through; ln -s . loop; python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"socket\")'
         echo real > real; chmod 000 real; mkdir shut; echo x > shut/x; chmod 000 shut; ln real hard",
    );
    for name in ["link", "etc/passwd", "fifo", "folder", "environ", "through", "loop/real", "shut/x"] {
        assert_eq!(chamber.get(&format!("/work/{name}"), 1000).unwrap(), Collected::NotAFile, "{name}");
    }
    assert_ne!(chamber.get("/work/socket", 1000).unwrap(), Collected::Bytes(Vec::new()));
    assert_eq!(chamber.get("/work/real", 1000).unwrap(), Collected::Bytes(b"real\n".to_vec()));
    assert_eq!(chamber.get("/work/hard", 1000).unwrap(), Collected::Bytes(b"real\n".to_vec()));
    assert_eq!(text(&shell(&mut chamber, "stat -c %a real")), "0\n");
}

#[test]
fn a_path_outside_the_folders_is_refused() {
    let mut chamber = open();
    for path in
        ["/etc/passwd", "/work/../etc/passwd", "/proc/self/environ", "etc/passwd", "/work", "/work//x", ""]
    {
        assert!(matches!(chamber.get(path, 1000), Err(ChamberError::Refused { .. })), "{path}");
        assert!(matches!(chamber.put(path, 0o600, b"x"), Err(ChamberError::Refused { .. })), "{path}");
    }
}

#[test]
fn a_file_that_claims_to_be_huge_is_too_large_at_once() {
    let mut chamber = open();
    shell(&mut chamber, "truncate -s 15M sparse");
    assert_eq!(chamber.get("/work/sparse", 1 << 20).unwrap(), Collected::TooLarge);
    assert_eq!(
        text(&shell(&mut chamber, "truncate -s 1T huge 2>/dev/null || echo refused")).lines().last(),
        Some("refused")
    );
}

#[test]
fn a_file_is_never_put_through_what_an_agent_left_there() {
    let mut chamber = open();
    shell(
        &mut chamber,
        "echo old > target; ln -s target link; mkfifo fifo; ln target hard; ln -s /tmp out; mkdir folder",
    );
    for name in ["link", "fifo", "hard"] {
        chamber.put(&format!("/work/{name}"), 0o644, b"new\n").unwrap();
        assert_eq!(chamber.get(&format!("/work/{name}"), 100).unwrap(), Collected::Bytes(b"new\n".to_vec()));
    }
    assert_eq!(text(&shell(&mut chamber, "cat target")), "old\n");
    for path in ["/work/out/x", "/work/folder"] {
        assert!(matches!(chamber.put(path, 0o644, b"x"), Err(ChamberError::Refused { .. })), "{path}");
    }
}

#[test]
fn the_first_process_and_its_pipes_are_out_of_reach() {
    let mut chamber = open();
    let reach = "for n in 0 1 2 3 4 5; do echo x > /proc/1/fd/$n && echo reached; done
        cat /proc/1/mem /proc/1/environ /proc/1/maps && echo reached; ls /proc/1/fd && echo reached
        kill -STOP 1; kill -KILL 1; for n in $(seq 64); do kill -$n 1; kill -$n 1; done; echo over";
    let ran = shell(&mut chamber, reach);
    assert!(text(&ran).ends_with("over\n") && !text(&ran).contains("reached"), "{}", text(&ran));
    let attach = "import ctypes; c = ctypes.CDLL(None, use_errno=True); print(c.ptrace(16, 1, 0, 0), ctypes.get_errno())";
    assert_eq!(text(&shell(&mut chamber, &format!("python3 -c '{attach}'"))), "-1 1\n");
}
