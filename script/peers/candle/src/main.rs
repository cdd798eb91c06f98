//! candle's quantised llama, measured on a task; prints one JSON object (`compare.py` says which).
//!
//! Use: `candle-peer WEIGHTS.gguf TASK.json`, with the threads in RAYON_NUM_THREADS and CANDLE_NUM_THREADS.

use std::error::Error;
use std::fs::{File, read_to_string};
use std::io::BufReader;
use std::time::Instant;

use candle_core::quantized::gguf_file::Content;
use candle_core::quantized::tokenizer::TokenizerFromGguf as _;
use candle_core::{Device, Tensor};
use candle_transformers::models::quantized_llama::ModelWeights;
use rustix::time::{ClockId, clock_gettime};
use serde::Deserialize;
use serde_json::{Value, json};
use tokenizers::Tokenizer;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;

type Fallible<T> = Result<T, Box<dyn Error>>;

#[derive(Deserialize)]
struct Task {
    /// Prompts, as the chat template renders them.
    warm: String,
    long: String,
    answer_tokens: usize,
    /// What follows the long answer.
    next: String,
    compared: Vec<String>,
    compared_tokens: usize,
}

struct Peer {
    model: ModelWeights,
    tokenizer: Tokenizer,
    end: u32,
    /// How many tokens the cache holds.
    past: usize,
}

fn main() -> Fallible<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(weights), Some(task)) = (arguments.next(), arguments.next()) else {
        return Err("use: candle-peer WEIGHTS.gguf TASK.json".into());
    };
    let task: Task = serde_json::from_str(&read_to_string(task)?)?;
    let before_mb = memory_mb("VmRSS")?;
    let (peer, load) = timed(|| Peer::load(&weights));
    let mut peer = peer?;
    peer.answer(&task.warm, 16)?;
    peer.past = 0;
    let (logits, prompt) = timed(|| peer.read(&task.long));
    let (logits, prompt_tokens) = logits?;
    let (answer, generation) = timed(|| peer.generate(&logits, task.answer_tokens));
    let answer = answer?;
    let (read, turn) = timed(|| peer.read(&task.next));
    read?;
    let memory_mb = memory_mb("VmHWM")? - before_mb;
    let mut answers = Vec::new();
    for prompt in &task.compared {
        peer.past = 0;
        answers.push(peer.answer(prompt, task.compared_tokens)?);
    }
    let steps = answer.len() - 1;
    println!(
        "{}",
        json!({"load": load, "prompt": prompt, "prompt_tokens": prompt_tokens, "generation": generation,
            "generation_steps": steps, "turn": turn, "memory_mb": memory_mb, "answers": answers})
    );
    Ok(())
}

impl Peer {
    fn load(weights: &str) -> Fallible<Self> {
        let mut file = BufReader::new(File::open(weights)?);
        let content = Content::read(&mut file)?;
        let mut tokenizer = Tokenizer::from_gguf(&content)?;
        // candle does not know the file's `smollm` and puts a space before each text; the same tokens are wanted here.
        let words = Sequence::new(vec![Digits::new(true).into(), ByteLevel::new(false, true, true).into()]);
        tokenizer.with_pre_tokenizer(Some(words));
        let end = content.metadata.get("tokenizer.ggml.eos_token_id").ok_or("no end token")?.to_u32()?;
        let model = ModelWeights::from_gguf(content, &mut file, &Device::Cpu)?;
        Ok(Self { model, tokenizer, end, past: 0 })
    }

    /// Reads more text; gives the logits after it and its tokens' number.
    fn read(&mut self, text: &str) -> Fallible<(Tensor, usize)> {
        let encoding = self.tokenizer.encode(text, false).map_err(|error| error.to_string())?;
        let logits = self.forward(encoding.get_ids())?;
        Ok((logits, encoding.len()))
    }

    fn forward(&mut self, tokens: &[u32]) -> Fallible<Tensor> {
        let input = Tensor::new(tokens, &Device::Cpu)?.unsqueeze(0)?;
        let logits = self.model.forward(&input, self.past)?.squeeze(0)?;
        self.past += tokens.len();
        Ok(logits)
    }

    /// The likeliest tokens after `logits`, one forward pass for each but the last.
    fn generate(&mut self, logits: &Tensor, max_tokens: usize) -> Fallible<Vec<u32>> {
        let mut tokens = vec![logits.argmax(0)?.to_scalar::<u32>()?];
        while tokens.len() < max_tokens && tokens[tokens.len() - 1] != self.end {
            let logits = self.forward(&[tokens[tokens.len() - 1]])?;
            tokens.push(logits.argmax(0)?.to_scalar::<u32>()?);
        }
        Ok(tokens)
    }

    /// The answer to `prompt`, token by token.
    fn answer(&mut self, prompt: &str, max_tokens: usize) -> Fallible<Vec<String>> {
        let (logits, _) = self.read(prompt)?;
        let mut tokens = self.generate(&logits, max_tokens)?;
        tokens.retain(|token| *token != self.end);
        let decoded = tokens.iter().map(|token| self.tokenizer.decode(&[*token], false));
        Ok(decoded.collect::<Result<_, _>>().map_err(|error| error.to_string())?)
    }
}

/// What the work gave, and how long it took: `{"s": …, "cpu_s": …}`.
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
    let status = read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(key)).ok_or("no such line")?;
    let kib: f64 = line.trim_matches(|character: char| !character.is_ascii_digit()).parse()?;
    Ok(kib * 1024.0 / 1e6)
}
