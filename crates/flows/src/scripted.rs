//! Scripted reference agents: they speak the chat protocol over a socket as any model does, and they are not models.
//! They show what each outcome of a review looks like, and that a suite can be solved.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

use range::suite::{self, Suite, SuiteError};
use runtime::server::{Complete, CompleteError};
use types::Digest;
use types::chat::{
    ChatRequest, ChatResponse, Choice, FunctionCall, Message, Role, ToolCall, ToolKind, Usage,
};

/// Bytes that `script:random` submits.
const RANDOM_BYTES: usize = 256;

/// Seconds that `script:fuzzer` fuzzes one program.
pub const FUZZ_SECONDS: u32 = 20;

/// Which script answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// Submits random bytes.
    Random,
    /// Runs AFL++ in the chamber on items that ask for a crash, and gives up on all others.
    Fuzzer,
    /// Runs each item's reference solution.
    Reference,
}

impl FromStr for Script {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "random" => Ok(Self::Random),
            "fuzzer" => Ok(Self::Fuzzer),
            "reference" => Ok(Self::Reference),
            _ => Err(format!("there is no script {text:?}; the scripts are random, fuzzer and reference")),
        }
    }
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Random => "random",
            Self::Fuzzer => "fuzzer",
            Self::Reference => "reference",
        })
    }
}

impl Script {
    /// Debian packages that the script's commands need beyond those of the items.
    #[must_use]
    pub fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Random | Self::Reference => &[],
            Self::Fuzzer => &["afl++"],
        }
    }
}

/// A script that answers for a suite: the command for each instruction.
pub struct ScriptedAgent {
    script: Script,
    name: String,
    commands: HashMap<String, String>,
    answers: AtomicU64,
}

impl ScriptedAgent {
    /// The agent for `suite`.
    ///
    /// # Errors
    /// [`SuiteError`] when a reference solution cannot be read.
    pub fn new(script: Script, suite: &Suite) -> Result<Self, SuiteError> {
        let mut commands = HashMap::new();
        for item in &suite.items {
            let command = match script {
                Script::Random => random_command(item.id.as_str()),
                Script::Fuzzer if item.task.metadata.area.as_str() == "discover" => fuzz_command(),
                Script::Fuzzer => continue,
                Script::Reference => suite::read_text(&item.folder.join("solution").join("solve.sh"))?,
            };
            commands.insert(item.instruction.trim().to_owned(), command);
        }
        Ok(Self { script, name: format!("script:{script}"), commands, answers: AtomicU64::new(0) })
    }

    fn answer(&self, request: &ChatRequest) -> Message {
        let instruction = request.messages.iter().find(|message| message.role == Role::User);
        let command = instruction.and_then(|message| self.commands.get(message.content.as_deref()?.trim()));
        let began = request.messages.iter().any(|message| message.role == Role::Assistant);
        match command {
            None => Message::text(
                Role::Assistant,
                format!("I am the script {}. It has no command for this.", self.script),
            ),
            Some(_) if began => Message::text(Role::Assistant, "DONE"),
            Some(command) => Message {
                role: Role::Assistant,
                content: Some(format!("I am the script {}, not a model.", self.script)),
                tool_calls: vec![ToolCall {
                    id: "call-1".to_owned(),
                    kind: ToolKind::Function,
                    function: FunctionCall {
                        name: "bash".to_owned(),
                        arguments: serde_json::json!({ "command": command }).to_string(),
                    },
                }],
                tool_call_id: None,
                refusal: None,
            },
        }
    }
}

impl Complete for ScriptedAgent {
    fn complete(&self, request: &ChatRequest) -> Result<ChatResponse, CompleteError> {
        let message = self.answer(request);
        let finish_reason = if message.tool_calls.is_empty() { "stop" } else { "tool_calls" };
        Ok(ChatResponse {
            id: format!("script-{}", self.answers.fetch_add(1, Ordering::Relaxed)),
            model: self.name.clone(),
            choices: vec![Choice { index: 0, message, finish_reason: Some(finish_reason.to_owned()) }],
            // A script reads and writes no tokens.
            usage: Some(Usage { prompt_tokens: 0, completion_tokens: 1, total_tokens: 1 }),
        })
    }

    fn model(&self) -> &str {
        &self.name
    }
}

/// Bytes that follow from the item's name, so that a review by this script can be repeated.
fn random_command(item: &str) -> String {
    let bytes = (0_u64..).flat_map(|block| {
        *Digest::of_parts(&[b"script:random", item.as_bytes(), &block.to_be_bytes()]).as_bytes()
    });
    let octal: String = bytes.take(RANDOM_BYTES).map(|byte| format!("\\{byte:03o}")).collect();
    format!("printf '{octal}' > /work/submission")
}

fn fuzz_command() -> String {
    format!(
        r#"cd /tmp || exit 1
AFL_USE_ASAN=1 AFL_QUIET=1 afl-clang-fast -g -O1 -w -o fuzzed /work/*.c 2>compile.log || {{ head -5 compile.log; exit 1; }}
mkdir -p in && printf 'x' > in/x && cp /work/sample.* in/ 2>/dev/null
grep -o '"[A-Za-z0-9 _:=-]\{{2,24\}}"' /work/*.c | sort -u > words.dict
export AFL_NO_AFFINITY=1 AFL_SKIP_CPUFREQ=1 AFL_NO_UI=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_BENCH_UNTIL_CRASH=1 AFL_FAST_CAL=1
export LSAN_OPTIONS=detect_leaks=0:symbolize=0
afl-fuzz -s 1 -V {FUZZ_SECONDS} -m none -i in -o out -x words.dict -- ./fuzzed > fuzz.log 2>&1 || tail -5 fuzz.log
crash=$(ls out/default/crashes/id* 2>/dev/null | head -1)
if [ -n "$crash" ]; then cp "$crash" /work/submission; echo found a crash; else echo found none; fi
rm -rf in out fuzzed words.dict"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_random_script_is_the_same_at_each_run_and_differs_between_items() {
        assert_eq!(random_command("a"), random_command("a"));
        assert_ne!(random_command("a"), random_command("b"));
    }

    #[test]
    fn an_unknown_script_is_named_with_those_that_exist() {
        assert!("solver".parse::<Script>().unwrap_err().contains("random, fuzzer and reference"));
    }
}
