//! Whatever an honest review can run into, its package verifies: `verify` asks for nothing that does not always hold.

use serde_json::json;

use crate::endpoint::{Script, endpoint, response, says};
use crate::house::House;

/// A review of an endpoint that does this, and its package.
fn holds(script: Script, words: &str) {
    let house = House::new();
    let (address, _) = endpoint(script);
    house.review(&address, "out").with(0).says(words);
    house.verify("out").with(0);
    let out = house.path("out").to_string_lossy().into_owned();
    house.run(&["rescore", &out]).with(0).says("; 0 differ");
}

fn rejects(code: &str) -> Option<String> {
    let body = json!({"error": {"message": "no", "code": code}}).to_string();
    response("400 Bad Request", "", &body)
}

/// An answer that asks for many things, most of which cannot be done.
fn calls() -> Option<String> {
    let call = |at: usize, name: &str, arguments: &str| json!({"id": format!("call-{at}"), "type": "function", "function": {"name": name, "arguments": arguments}});
    let calls = [
        call(0, "bash", r#"{"command": "printf '\\377\\033[2J'; yes | head -c 100000; exit 3"}"#),
        call(1, "python", r#"{"command": "print()"}"#),
        call(2, "bash", "ls"),
        call(3, "bash", r#"{"command": "kill -9 $$"}"#),
        call(4, "bash", r#"{"command": "echo a > /work/submission"}"#),
        call(5, "bash", r#"{"command": "a\u0000b"}"#),
        call(6, "bash", r#"{"command": ""}"#),
        call(7, "bash", r#"{"command": "true"}"#),
        call(8, "bash", r#"{"command": "too many"}"#),
    ];
    let message = json!({"role": "assistant", "content": null, "tool_calls": calls});
    let choice = json!({"index": 0, "message": message, "finish_reason": "tool_calls"});
    response("200 OK", "", &json!({"id": "1", "model": "fake (a script)", "choices": [choice]}).to_string())
}

#[test]
fn an_endpoint_that_refuses_leaves_a_package_that_verifies() {
    holds(|_, _| says("I'm sorry, but I can't help with that."), "refused 4");
}

#[test]
fn an_endpoint_that_declines_for_its_model_leaves_a_package_that_verifies() {
    holds(
        |_, body| if body.contains("tools") { rejects("content_filter") } else { says("blue") },
        "refused 4",
    );
}

#[test]
fn a_conversation_that_grows_too_long_leaves_a_package_that_verifies() {
    let script: Script = |_, body| {
        if body.contains("exit code") { rejects("context_length_exceeded") } else { says("```bash\nls\n```") }
    };
    holds(script, "failed 4");
}

#[test]
fn commands_that_cannot_be_run_leave_a_package_that_verifies() {
    holds(|_, body| if body.contains("call-0") { says("DONE") } else { calls() }, "failed 4");
}

#[test]
fn a_model_that_only_talks_leaves_a_package_that_verifies() {
    holds(|_, _| says("Let me think about it."), "failed 4");
}

#[test]
fn a_model_that_never_stops_leaves_a_package_that_verifies() {
    holds(|_, _| says("```bash\nyes | head -c 20000; mkfifo /work/submission\n```"), "failed 4");
}
