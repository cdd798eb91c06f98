//! Measures how fast the engine reads prompts and writes answers; prints one JSON object, which
//! `script/peers/compare.py` describes and holds against those of its peers.
//!
//! Use: `speed WEIGHTS.gguf TASK.json THREADS`

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use runtime::engine::Engine;
use runtime::server::Complete as _;
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use types::chat::{ChatRequest, ChatResponse, Message, Role, Usage};

type Fallible<T> = Result<T, Box<dyn Error>>;

/// Tokens of the first answer, which is not measured.
const WARM_TOKENS: u32 = 16;

fn main() -> Fallible<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(weights), Some(task), Some(threads)) = (arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("use: speed WEIGHTS.gguf TASK.json THREADS".into());
    };
    let task: Value = serde_json::from_str(&std::fs::read_to_string(task)?)?;
    print(&measure(Path::new(&weights), threads.parse()?, &task)?);
    Ok(())
}

fn measure(weights: &Path, threads: usize, task: &Value) -> Fallible<Value> {
    let before_mb = memory_mb("VmRSS")?;
    let (engine, load) = timed(|| Engine::load(weights, threads));
    let engine = engine?;
    let chats = &task["chats"];
    let tokens = |key: &str| task[key].as_u64().and_then(|count| u32::try_from(count).ok());
    answer(&engine, &messages(&chats["warm"])?, Some(WARM_TOKENS))?;

    let mut long = messages(&chats["long"])?;
    let (read, prompt) = timed(|| answer(&engine, &long, Some(1)));
    // The prompt is kept now, but for its last token: there is one forward pass for each token of the answer.
    let (written, generation) = timed(|| answer(&engine, &long, tokens("answer_tokens")));
    let written = written?;
    long.extend(written.choices.iter().map(|choice| choice.message.clone()));
    long.push(Message::text(Role::User, task["go_on"].as_str().unwrap_or_default()));
    let (turn_read, turn) = timed(|| answer(&engine, &long, Some(1)));
    turn_read?;

    let memory_mb = memory_mb("VmHWM")? - before_mb;
    let mut answers = Vec::new();
    for chat in chats["compared"].as_array().into_iter().flatten() {
        let answer = answer(&engine, &messages(chat)?, tokens("compared_tokens"))?;
        answers.push(answer.choices.into_iter().map(|choice| choice.message.content).collect::<Vec<_>>());
    }
    Ok(json!({"load": load, "prompt": prompt, "prompt_tokens": usage(&read?).prompt_tokens,
        "generation": generation, "generation_steps": usage(&written).completion_tokens, "turn": turn,
        "memory_mb": memory_mb, "answers": answers}))
}

fn messages(chat: &Value) -> Fallible<Vec<Message>> {
    Ok(serde_json::from_value(chat.clone())?)
}

fn usage(response: &ChatResponse) -> Usage {
    response.usage.unwrap_or_default()
}

fn answer(engine: &Engine, messages: &[Message], max_tokens: Option<u32>) -> Fallible<ChatResponse> {
    let request = ChatRequest {
        model: String::new(),
        messages: messages.to_vec(),
        tools: Vec::new(),
        max_tokens,
        temperature: None,
        seed: None,
    };
    engine.complete(&request).map_err(|error| error.to_string().into())
}

/// What the work gave, and how long it took: `{"s": …, "cpu_s": …}`.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures durations")]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Value) {
    let (start, cpu_start) = (Instant::now(), cpu_s());
    let done = work();
    (done, json!({"s": start.elapsed().as_secs_f64(), "cpu_s": cpu_s() - cpu_start}))
}

/// The processor time of all threads.
fn cpu_s() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// This process's resident memory: now (`VmRSS`) or at most (`VmHWM`).
fn memory_mb(key: &str) -> Fallible<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(key)).ok_or("the kernel gives no figure")?;
    let kib: f64 = line.trim_matches(|character: char| !character.is_ascii_digit()).parse()?;
    Ok(kib * 1024.0 / 1e6)
}

#[expect(clippy::print_stdout, reason = "a benchmark's result")]
fn print(result: &Value) {
    println!("{result}");
}
