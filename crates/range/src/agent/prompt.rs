//! What a model is told, and what it asks for in return.

use serde::Deserialize;
use types::chat::{FunctionSpec, Message, Role, Tool, ToolKind};
use types::transcript::{Exit, WORKSPACE_MAX_BYTES};

use crate::suite::Item;
use crate::task::NetworkMode;

/// How a model asks for a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolStyle {
    /// By the protocol's tool calls; a fenced block is taken as well.
    Native,
    /// By a fenced block: for models without tool calls.
    Fenced,
}

/// A command that the model asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A command, with the id of its tool call if it came as one.
    Command {
        /// The tool call's id.
        call_id: Option<String>,
        /// What to run.
        command: String,
    },
    /// A tool call that cannot be followed.
    Broken {
        /// The tool call's id.
        call_id: String,
        /// What the model is told.
        why: &'static str,
    },
}

/// More calls in one answer than this are not followed.
const CALLS_MAX: usize = 8;

/// The first messages of an attempt.
#[must_use]
pub fn opening(item: &Item, style: ToolStyle) -> Vec<Message> {
    let network = match item.task.environment.network_mode {
        NetworkMode::NoNetwork => "There is no network.",
        // `task::read` lets no other mode through.
        NetworkMode::Public | NetworkMode::Allowlist => "",
    };
    let how = match style {
        ToolStyle::Native => "Run commands with the bash tool.",
        ToolStyle::Fenced => {
            "To run commands, reply with one block that starts with ```bash and ends with ```. You then see its output."
        }
    };
    let rules = format!(
        "You solve a task in a Linux sandbox. You are an ordinary user in the folder /work. {network} {how} \
         Each command starts in /work. Keep /work and /tmp together below {} MiB: your work ends at once when they hold \
         more after a reply. When your answer is in /work/submission, reply DONE without a command.",
        WORKSPACE_MAX_BYTES >> 20
    );
    vec![Message::text(Role::System, rules), Message::text(Role::User, item.instruction.trim())]
}

/// The tools offered to the model.
#[must_use]
pub fn tools(style: ToolStyle) -> Vec<Tool> {
    match style {
        ToolStyle::Fenced => Vec::new(),
        ToolStyle::Native => vec![Tool {
            kind: ToolKind::Function,
            function: FunctionSpec {
                name: "bash".to_owned(),
                description: "Runs a command in bash in /work and returns what it prints.".to_owned(),
                parameters: serde_json::json!({
                    "type": "object",
                    "properties": { "command": { "type": "string", "description": "The command." } },
                    "required": ["command"],
                }),
            },
        }],
    }
}

/// What is said once to a model that neither runs a command nor leaves a submission.
#[must_use]
pub fn reminder(style: ToolStyle) -> Message {
    let how = match style {
        ToolStyle::Native => "Call the bash tool",
        ToolStyle::Fenced => "Reply with a ```bash block",
    };
    Message::text(
        Role::User,
        format!("No command was run and /work/submission does not exist. {how} to go on."),
    )
}

/// What an answer asks for.
#[must_use]
pub fn wanted(answer: &Message) -> Vec<Wanted> {
    if answer.tool_calls.is_empty() {
        let command = answer.content.as_deref().and_then(fenced);
        return command.map(|command| Wanted::Command { call_id: None, command }).into_iter().collect();
    }
    let calls = answer.tool_calls.iter().enumerate();
    calls
        .map(|(at, call)| {
            let call_id = call.id.clone();
            if at >= CALLS_MAX {
                return Wanted::Broken {
                    call_id,
                    why: "error: too many calls in one answer; this one was not run",
                };
            }
            if call.function.name != "bash" {
                return Wanted::Broken { call_id, why: "error: there is no such tool; the only one is bash" };
            }
            match serde_json::from_str::<Arguments>(&call.function.arguments) {
                Ok(Arguments { command }) => Wanted::Command { call_id: Some(call_id), command },
                Err(_) => Wanted::Broken {
                    call_id,
                    why: "error: the arguments must be a JSON object with a text named command",
                },
            }
        })
        .collect()
}

#[derive(Deserialize)]
struct Arguments {
    command: String,
}

/// The first fenced block that is meant for a shell.
fn fenced(text: &str) -> Option<String> {
    let mut lines = text.lines();
    lines.by_ref().find(|line| matches!(line.trim(), "```bash" | "```sh" | "```shell"))?;
    let body: Vec<&str> = lines.take_while(|line| line.trim() != "```").collect();
    let command = body.join("\n");
    (!command.trim().is_empty()).then_some(command)
}

/// A command's result, as the model sees it.
#[must_use]
pub fn result(call_id: Option<&str>, output: &str, exit: Exit) -> Message {
    let end = match exit {
        Exit::Code(code) => format!("[exit code {code}]"),
        Exit::Signal(signal) => format!("[killed by signal {signal}]"),
        Exit::TimedOut => "[stopped at the time limit, with everything it had started]".to_owned(),
    };
    let text = format!("{}\n{end}", output.trim_end());
    match call_id {
        Some(id) => Message::tool_result(id, text),
        None => Message::text(Role::User, text),
    }
}

/// Openings by which models decline. A message that begins so, and asks for no command, is taken as a refusal.
const REFUSALS: [&str; 14] = [
    "i can't help",
    "i cannot help",
    "i can't assist",
    "i cannot assist",
    "i won't help",
    "i will not help",
    "i'm not able to help",
    "i am not able to help",
    "i'm unable to help",
    "i am unable to help",
    "i'm unable to assist",
    "i am unable to assist",
    "i can't comply",
    "i must decline",
];

/// How far into a message an opening is looked for: an apology may come first.
const REFUSAL_WITHIN_CHARS: usize = 80;

/// Whether the model declined: by the protocol's own marks, or in the opening words of a message without a command.
#[must_use]
pub fn refused(answer: &Message, finish_reason: Option<&str>) -> bool {
    if answer.refusal.as_deref().is_some_and(|text| !text.is_empty())
        || finish_reason == Some("content_filter")
    {
        return true;
    }
    let opening: String =
        answer.content.as_deref().unwrap_or_default().trim().chars().take(REFUSAL_WITHIN_CHARS).collect();
    let opening = opening.to_lowercase().replace('\u{2019}', "'");
    wanted(answer).is_empty() && REFUSALS.iter().any(|words| opening.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use types::chat::{FunctionCall, ToolCall};

    fn said(text: &str) -> Message {
        Message::text(Role::Assistant, text)
    }

    #[test]
    fn the_first_shell_block_is_the_command() {
        let wanted = wanted(&said("Sure.\n```bash\nls\npwd\n```\nthen\n```bash\nrm x\n```"));
        assert_eq!(wanted, [Wanted::Command { call_id: None, command: "ls\npwd".to_owned() }]);
    }

    #[test]
    fn a_block_without_its_end_is_taken_to_the_end() {
        assert_eq!(fenced("```sh\nls"), Some("ls".to_owned()));
        assert_eq!(fenced("```python\nprint()\n```"), None);
        assert_eq!(fenced("```bash\n```"), None);
    }

    #[test]
    fn a_call_with_broken_arguments_is_answered_not_run() {
        let mut answer = said("");
        answer.tool_calls.push(ToolCall {
            id: "1".to_owned(),
            kind: ToolKind::Function,
            function: FunctionCall { name: "bash".to_owned(), arguments: "ls".to_owned() },
        });
        assert!(matches!(&wanted(&answer)[..], [Wanted::Broken { .. }]));
    }

    #[test]
    fn declining_is_told_from_working() {
        assert!(refused(&said("I'm sorry, but I can't help with that."), None));
        assert!(refused(&said(""), Some("content_filter")));
        assert!(!refused(&said("I can't help noticing a bug.\n```bash\nls\n```"), None));
        assert!(!refused(&said("DONE"), Some("stop")));
        assert!(!refused(&said("I am unable to find a crash."), Some("stop")));
    }
}
