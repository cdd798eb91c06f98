//! Runs a llama model from a GGUF file on the CPU, with the file's packed weights as they are.
//!
//! Owns the weights, the tokenizer, the chat template and one conversation's keys and values. The weights file
//! is untrusted input; a prompt is computed only from where it differs from the one before it, and the answer
//! does not depend on how much was kept. Prompts and answers are never logged.

mod blocks;
mod cache;
mod config;
mod error;
mod formats;
mod gguf;
mod matrix;
mod metadata;
mod model;
mod rope;
mod sample;
mod template;
#[cfg(test)]
mod tests;
mod tokenizer;

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use types::chat::{ChatRequest, ChatResponse, Choice, Message, Role, Usage};

pub use self::error::EngineError;
use self::gguf::Gguf;
use self::model::{Model, Past};
use self::sample::Sampler;
use self::template::Template;
use self::tokenizer::Tokenizer;
use crate::server::{Awaited, Complete, CompleteError};

/// A loaded model.
pub struct Engine {
    name: String,
    model: Model,
    tokenizer: Tokenizer,
    template: Template,
    /// What was computed for the last request. Held for a whole completion: one at a time.
    past: Mutex<Past>,
    threads: rayon::ThreadPool,
}

/// What a completion came to.
struct Completion {
    tokens: Vec<u32>,
    finish_reason: &'static str,
}

impl Engine {
    /// Loads the GGUF file at `path`, to be run on `threads` threads.
    ///
    /// # Errors
    /// [`EngineError`], one sentence for each way in which the file can be wrong.
    pub fn load(path: &Path, threads: usize) -> Result<Self, EngineError> {
        let gguf = Gguf::open(path)?;
        let tokenizer = Tokenizer::new(&gguf.metadata)?;
        let template = Template::new(gguf.metadata.text("tokenizer.chat_template")?)?;
        let model = Model::read(&gguf, tokenizer.vocabulary())?;
        let threads = rayon::ThreadPoolBuilder::new()
            .num_threads(threads.max(1))
            .thread_name(|number| format!("runtime-{number}"))
            .build()
            .map_err(|error| EngineError::Threads(error.to_string()))?;
        let name = gguf.metadata.text("general.name")?.unwrap_or("model");
        let name = gguf::printable(name);
        let past = Mutex::new(model.empty_past());
        Ok(Self { name, model, tokenizer, template, past, threads })
    }

    fn prompt(&self, request: &ChatRequest) -> Result<Vec<u32>, CompleteError> {
        let calls_tools = request.messages.iter().any(|message| !message.tool_calls.is_empty());
        if !request.tools.is_empty() || calls_tools {
            let message =
                "this runtime passes no tools to the model: describe them in the conversation instead";
            return Err(CompleteError::ToolsUnsupported(message.to_owned()));
        }
        let pieces =
            self.template.render(&request.messages, &self.tokenizer).map_err(CompleteError::Invalid)?;
        let tokens = self.tokenizer.encode(&pieces);
        let context_tokens = self.model.config.context_tokens;
        if tokens.is_empty() {
            return Err(CompleteError::Invalid("the conversation is empty".to_owned()));
        }
        if tokens.len() >= context_tokens {
            return Err(CompleteError::ContextLength { prompt_tokens: tokens.len(), context_tokens });
        }
        Ok(tokens)
    }

    /// Goes on after `prompt` until the model ends, or `max_tokens` or the context is used up.
    fn go_on(
        &self,
        prompt: &[u32],
        max_tokens: usize,
        (sampler, awaited): (&mut Sampler, &Awaited),
        past: &mut Past,
    ) -> Result<Completion, CompleteError> {
        // The last token is always computed: its logits are wanted, and they are not kept.
        past.truncate(common_prefix(past.tokens(), &prompt[..prompt.len() - 1]));
        let kept = past.tokens().len();
        let mut logits = self.model.advance(&prompt[kept..], past);
        let mut tokens = Vec::new();
        loop {
            let token = sampler
                .choose(&logits)
                .ok_or_else(|| CompleteError::Failed("the model's output is not a number".to_owned()))?;
            if self.tokenizer.is_end(token) {
                return Ok(Completion { tokens, finish_reason: "stop" });
            }
            tokens.push(token);
            if tokens.len() >= max_tokens || past.tokens().len() + 1 >= self.model.config.context_tokens {
                return Ok(Completion { tokens, finish_reason: "length" });
            }
            if !awaited.still() {
                return Err(CompleteError::Abandoned);
            }
            logits = self.model.advance(&[token], past);
        }
    }
}

impl Complete for Engine {
    fn complete(&self, request: &ChatRequest) -> Result<ChatResponse, CompleteError> {
        self.complete_for(request, &Awaited::default())
    }

    fn complete_for(&self, request: &ChatRequest, awaited: &Awaited) -> Result<ChatResponse, CompleteError> {
        let prompt = self.prompt(request)?;
        let max_tokens = request.max_tokens.map_or(usize::MAX, |most| most as usize);
        let mut sampler = Sampler::new(request.temperature, request.seed);
        // A past that a panic left behind holds only whole tokens: it is extended after each batch.
        let mut guard = self.past.lock().unwrap_or_else(PoisonError::into_inner);
        if !awaited.still() {
            return Err(CompleteError::Abandoned);
        }
        let past = &mut *guard;
        let completion =
            self.threads.install(|| self.go_on(&prompt, max_tokens, (&mut sampler, awaited), past))?;
        drop(guard);
        let message = Message::text(Role::Assistant, self.tokenizer.decode(&completion.tokens));
        let finish_reason = Some(completion.finish_reason.to_owned());
        let (prompt_tokens, completion_tokens) = (prompt.len() as u64, completion.tokens.len() as u64);
        let total_tokens = prompt_tokens + completion_tokens;
        Ok(ChatResponse {
            id: String::new(),
            model: self.name.clone(),
            choices: vec![Choice { index: 0, message, finish_reason }],
            usage: Some(Usage { prompt_tokens, completion_tokens, total_tokens }),
        })
    }

    fn model(&self) -> &str {
        &self.name
    }

    fn notes(&self) -> Vec<String> {
        let context = format!("the context holds {} tokens", self.model.config.context_tokens);
        let template = match self.template.is_own() {
            true => "conversations are rendered by the weights file's own chat template",
            false => "the weights file has no chat template: conversations are rendered as ChatML",
        };
        vec![context, template.to_owned()]
    }
}

fn common_prefix(left: &[u32], right: &[u32]) -> usize {
    left.iter().zip(right).take_while(|(left, right)| left == right).count()
}
