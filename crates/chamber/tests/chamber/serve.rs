//! Served models. The runtime here is a few lines of Python that answer each line with the weights' content.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chamber::{Host, ServeError, ServeSpec, Served};
use types::transcript::{Exit, ProbeResult};

use crate::setup::{TEN_SECONDS, host, small};

const SERVER: &str = "
import socketserver, sys, os
class Answer(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            if line == b'die\\n': print('last words', file=sys.stderr, flush=True); os._exit(7)
            self.wfile.write(open(sys.argv[2]).read().encode() + line)
kind, where = sys.argv[1].split('=')
if kind == 'unix': server = socketserver.ThreadingUnixStreamServer(where, Answer)
else: server = socketserver.ThreadingTCPServer(('127.0.0.1', int(where)), Answer)
server.serve_forever()
";

fn weights(folder: &Path) -> PathBuf {
    let weights = folder.join("model.gguf");
    fs::write(&weights, "weights ").unwrap();
    fs::set_permissions(&weights, fs::Permissions::from_mode(0o644)).unwrap();
    weights
}

fn spec(weights: PathBuf, words: &[&str]) -> ServeSpec {
    ServeSpec {
        command: words.iter().map(|word| (*word).to_owned()).collect(),
        weights,
        read_only: Vec::new(),
        limits: small(),
        ready_within: TEN_SECONDS,
    }
}

fn ask(served: &Served, line: &str) -> String {
    let mut stream = UnixStream::connect(served.socket()).unwrap();
    stream.set_read_timeout(Some(TEN_SECONDS)).unwrap();
    stream.write_all(line.as_bytes()).unwrap();
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).unwrap();
    answer
}

fn serves(host: &Host, address: &str) {
    // Nobody but its owner passes through this folder: root must show the weights at another place.
    let folder = tempfile::tempdir().unwrap();
    let weights = weights(folder.path());
    let spec = spec(weights, &["/usr/bin/python3", "-c", SERVER, address, "{weights}"]);
    let served = Served::start(host, &spec).unwrap();
    assert!(!served.checks().is_empty());
    assert!(served.checks().iter().all(|check| check.result == ProbeResult::Blocked));
    assert_eq!(ask(&served, "one\n"), "weights one\n");
    let mut stream = UnixStream::connect(served.socket()).unwrap();
    assert_eq!(ask(&served, "two\n"), "weights two\n");
    stream.set_read_timeout(Some(TEN_SECONDS)).unwrap();
    stream.write_all(b"half\n").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "weights half\n");
}

#[test]
fn a_runtime_on_a_unix_socket_is_reached_from_the_host() {
    serves(&host(), "unix={socket}");
}

#[test]
fn a_runtime_on_a_port_is_reached_from_the_host() {
    serves(&host(), "tcp={port}");
}

#[test]
fn a_runtime_that_fails_to_load_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let words = ["/bin/bash", "-c", "head -c 100000 /dev/zero; echo 'no tensor {socket}' >&2; exit 3"];
    let error = Served::start(&host(), &spec(weights(folder.path()), &words)).err().unwrap();
    let ServeError::Died { exit, tail } = &error else { panic!("{error}") };
    assert_eq!(*exit, Exit::Code(3));
    assert!(tail.ends_with("no tensor /tmp/model.sock"), "{tail}");
}

#[test]
fn a_runtime_that_never_listens_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let mut spec = spec(weights(folder.path()), &["/bin/bash", "-c", "echo loading {port}; sleep 1000"]);
    spec.ready_within = Duration::from_millis(300);
    let error = Served::start(&host(), &spec).err().unwrap();
    assert_eq!(error, ServeError::NotReady { tail: "loading 8080".to_owned() });
}

#[test]
fn a_runtime_that_dies_later_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let spec =
        spec(weights(folder.path()), &["/usr/bin/python3", "-c", SERVER, "unix={socket}", "{weights}"]);
    let mut served = Served::start(&host(), &spec).unwrap();
    assert_eq!(served.ended(), None);
    assert_eq!(ask(&served, "die\n"), "");
    let mut end = None;
    // Its connection ends first; its report follows.
    while end.is_none() {
        end = served.ended();
    }
    let end = end.unwrap();
    assert_eq!((end.exit, end.tail.as_str()), (Some(Exit::Code(7)), "last words"));
}

#[test]
fn a_program_outside_usr_is_shown_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("runtime");
    fs::write(&program, format!("#!/usr/bin/python3{SERVER}")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let spec = spec(weights(folder.path()), &[program.to_str().unwrap(), "unix={socket}", "{weights}"]);
    assert_eq!(ask(&Served::start(&host(), &spec).unwrap(), "x\n"), "weights x\n");
}

#[test]
fn weights_that_the_runtime_could_not_read_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let weights = weights(folder.path());
    fs::set_permissions(&weights, fs::Permissions::from_mode(0o200)).unwrap();
    let error = Served::start(&host(), &spec(weights.clone(), &["/bin/true", "{port}"])).err().unwrap();
    assert_eq!(error, ServeError::Unreadable { path: weights });
}

#[test]
fn a_command_that_does_not_say_where_to_listen_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let error =
        Served::start(&host(), &spec(weights(folder.path()), &["/bin/true", "{weights}"])).err().unwrap();
    assert_eq!(error, ServeError::NoAddress);
}
