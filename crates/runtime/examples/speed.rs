//! Measures how fast the engine reads prompts and writes answers; one JSON object per line.
//!
//! Use: `speed WEIGHTS.gguf [THREADS]`

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use runtime::engine::Engine;
use runtime::server::Complete as _;
use types::chat::{ChatRequest, Message, Role, Usage};

/// Words of the long prompt: about as many tokens as some turns of an agent have.
const PROMPT_WORDS: usize = 500;
/// Tokens of the long answer.
const ANSWER_TOKENS: u32 = 128;
/// The best of so many rounds is shown: what the machine can do, not what else it did.
const ROUNDS: usize = 5;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(weights) = arguments.next() else {
        return fail("use: speed WEIGHTS.gguf [THREADS]");
    };
    let threads = arguments.next().map_or(Ok(2), |threads| threads.parse());
    let Ok(threads) = threads else { return fail("THREADS is not a number") };
    match Engine::load(Path::new(&weights), threads)
        .map_err(|error| error.to_string())
        .and_then(|engine| measure(&engine))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

fn measure(engine: &Engine) -> Result<(), String> {
    let (mut prompt, mut turn, mut answer) = (0.0_f64, 0.0_f64, 0.0_f64);
    for round in 0..ROUNDS {
        // A new first word, so that nothing of the round before can be reused.
        let text = format!(
            "{round} {}",
            "count the words of this long text and say what they are ".repeat(PROMPT_WORDS / 12)
        );
        let first = Message::text(Role::User, text);
        let (usage, seconds) = timed(engine, vec![first.clone()], 1)?;
        prompt = prompt.max(usage.prompt_tokens as f64 / seconds);
        let (usage, seconds) = timed(engine, vec![first.clone()], ANSWER_TOKENS)?;
        answer = answer.max((usage.completion_tokens.saturating_sub(1)) as f64 / seconds);
        let next = Message::text(Role::User, "Go on.");
        let (_, seconds) = timed(engine, vec![first, next], 1)?;
        turn = turn.max(1.0 / seconds);
    }
    line("prompt_tokens_per_s", prompt, "tok/s");
    line("generated_tokens_per_s", answer, "tok/s");
    line("short_turns_after_a_long_prompt_per_s", turn, "1/s");
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures durations")]
fn timed(engine: &Engine, messages: Vec<Message>, max_tokens: u32) -> Result<(Usage, f64), String> {
    let request = ChatRequest {
        model: String::new(),
        messages,
        tools: Vec::new(),
        max_tokens: Some(max_tokens),
        temperature: None,
        seed: None,
    };
    let start = Instant::now();
    let answer = engine.complete(&request).map_err(|error| error.to_string())?;
    let seconds = start.elapsed().as_secs_f64();
    Ok((answer.usage.unwrap_or_default(), seconds))
}

#[expect(clippy::print_stdout, reason = "a benchmark's result")]
fn line(metric: &str, value: f64, unit: &str) {
    let line = serde_json::json!({"bench": "runtime", "metric": metric, "value": (value * 10.0).round() / 10.0,
        "unit": unit, "peer": null, "peer_value": null, "ratio": null});
    println!("{line}");
}

#[expect(clippy::print_stderr, reason = "the sentence that says what is wrong")]
fn fail(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::FAILURE
}
