//! Endpoints that refuse, hang, talk nonsense or attack: one sentence, an exit code, and the same command goes on.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::house::House;

/// What a fake endpoint answers to its n-th request, as whole HTTP responses. `None` hangs up without a word.
pub type Script = fn(usize, &str) -> Option<String>;

/// A fake endpoint on loopback. It is a script, and says so in its model string.
pub fn endpoint(script: Script) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/v1", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let count = Arc::clone(&count);
            thread::spawn(move || serve(stream, script, &count));
        }
    });
    (address, asked)
}

fn serve(mut stream: TcpStream, script: Script, asked: &AtomicUsize) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    loop {
        let (mut length, mut line) = (0, String::new());
        loop {
            line.clear();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if line == "\r\n" {
                break;
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let answer = script(asked.fetch_add(1, Ordering::SeqCst), &String::from_utf8_lossy(&body));
        match answer {
            Some(answer) if stream.write_all(answer.as_bytes()).is_ok() => {}
            _ => return,
        }
    }
}

pub fn response(status: &str, headers: &str, body: &str) -> Option<String> {
    Some(format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len()))
}

pub fn says(text: &str) -> Option<String> {
    let text = serde_json::Value::from(text);
    let body = format!(
        r#"{{"id":"1","model":"fake (a script)","choices":[{{"index":0,"message":{{"role":"assistant","content":{text}}},"finish_reason":"stop"}}],"usage":{{"prompt_tokens":5,"completion_tokens":5,"total_tokens":10}}}}"#
    );
    response("200 OK", "", &body)
}

#[test]
fn an_endpoint_that_does_not_follow_the_protocol_stops_the_review_with_one_sentence() {
    let cases: [(Script, &str); 3] = [
        (
            |_, _| response("401 Unauthorized", "", r#"{"error":{"message":"bad key"}}"#),
            "refused the request (status 401): bad key",
        ),
        (|_, _| response("500 Oops", "retry-after: 0\r\n", "<html>"), "failed (status 500)"),
        (|_, _| response("200 OK", "", "\u{0}garbage\u{1b}[2J"), "outside the chat protocol"),
    ];
    let checks = cases.map(|(script, words)| {
        thread::spawn(move || {
            let house = House::new();
            let (address, _) = endpoint(script);
            house.review(&address, "out").with(5).says(words);
        })
    });
    for check in checks {
        check.join().unwrap();
    }
}

#[test]
fn a_refused_connection_stops_the_review_and_the_same_command_goes_on_later() {
    let house = House::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let address = format!("http://127.0.0.1:{port}/v1");
    house.review(&address, "out").with(5).says("cannot be reached");
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || serve(stream, |_, _| says("DONE"), &AtomicUsize::new(0)));
        }
    });
    house.review(&address, "out").with(0);
    house.verify("out").with(0);
}

#[test]
fn a_busy_endpoint_is_waited_for() {
    let house = House::new();
    let script: Script = |number, _| {
        if number % 2 == 0 { response("429 Too Many", "retry-after: 0\r\n", "{}") } else { says("DONE") }
    };
    let (address, asked) = endpoint(script);
    house.review(&address, "out").with(0);
    assert!(asked.load(Ordering::SeqCst) > 16);
}

#[test]
fn a_refusal_is_neither_a_failure_nor_missing() {
    let house = House::new();
    let (address, _) = endpoint(|_, _| says("I'm sorry, but I can't help with that."));
    house.review(&address, "out").with(0).says("refused 4");
    assert!(house.outcomes("out").iter().all(|(_, outcome)| outcome.contains("refused")));
    assert_eq!(house.recommendation("out"), "undetermined");
}

#[test]
fn whatever_an_agent_prints_is_inert_in_every_output() {
    const HOSTILE: &str = "printf '<script>alert(1)</script>\\033[2J\\033]0;owned\\007\\302\\2332J\\342\\200\\256'; head -c 3000000 /dev/zero | tr '\\0' 'A'";
    let house = House::new();
    let (address, _) = endpoint(|_, body| {
        if body.contains("exit code") {
            says("<script>alert(2)</script>\u{1b}[2J DONE")
        } else {
            says(&format!("```bash\n{HOSTILE}\n```"))
        }
    });
    let ended = house.review(&address, "out");
    ended.with(0);
    let bare = |text: &str| {
        !text.chars().any(|c| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c))
    };
    assert!(bare(&ended.stdout) && bare(&ended.stderr));
    let page = fs::read_to_string(house.path("out/report.html")).unwrap();
    assert!(!page.contains("<script") && bare(&page));
    for file in crate::house::files(&house.path("out")) {
        let size = fs::metadata(&file).unwrap().len();
        assert!(size < 1_000_000, "{} has {size} bytes", file.display());
        if file.extension().is_some_and(|kind| kind == "jsonl") {
            assert!(
                fs::read(&file).unwrap().iter().all(|byte| (b' '..=b'~').contains(byte) || *byte == b'\n')
            );
        }
    }
}

#[test]
fn a_key_is_sent_and_stands_in_no_file() {
    let house = House::new();
    let (address, _) = endpoint(|_, _| says("DONE"));
    fs::write(house.path("key"), "sk-very-secret-1234\n").unwrap();
    let mut command = house.review_command(&address, "out");
    let ended: crate::house::Ended =
        command.arg("--key-file").arg(house.path("key")).output().unwrap().into();
    ended.with(0);
    assert!(!ended.stdout.contains("sk-very") && !ended.stderr.contains("sk-very"));
    for folder in ["out", "home"] {
        for file in crate::house::files(&house.path(folder)) {
            let bytes = fs::read(&file).unwrap();
            assert!(!bytes.windows(7).any(|window| window == b"sk-very"), "{}", file.display());
        }
    }
}

#[test]
fn an_endpoint_that_answers_otherwise_at_the_end_is_reported_as_drifted() {
    let house = House::new();
    let (address, _) = endpoint(|number, _| says(if number < 3 { "blue" } else { "DONE" }));
    house.review(&address, "out").with(0);
    let report = fs::read_to_string(house.path("out/report.json")).unwrap();
    assert!(report.contains("\"drifted\": 3"), "{report}");
}
