//! Chat messages, tool calls and usage in Inspect's words.

use serde_json::{Value, json};
use types::chat::{Message, Role, ToolCall, Usage};
use types::transcript::Exit;

/// A message; `id` names it within its sample.
pub(super) fn message(message: &Message, id: &str, model: &str) -> Value {
    let content = message.content.as_deref().unwrap_or("");
    let mut value = match message.role {
        Role::System => json!({ "id": id, "role": "system", "content": content }),
        Role::User => json!({ "id": id, "role": "user", "content": content, "source": "input" }),
        Role::Assistant => {
            let calls: Vec<Value> = message.tool_calls.iter().map(tool_call).collect();
            json!({ "id": id, "role": "assistant", "content": content, "source": "generate", "model": model,
                    "tool_calls": if calls.is_empty() { Value::Null } else { calls.into() } })
        }
        Role::Tool => {
            json!({ "id": id, "role": "tool", "content": content, "tool_call_id": message.tool_call_id })
        }
    };
    if let Some(refusal) = &message.refusal {
        value["metadata"] = json!({ "refusal": refusal });
    }
    value
}

fn tool_call(call: &ToolCall) -> Value {
    let (arguments, error) = match serde_json::from_str::<Value>(&call.function.arguments) {
        Ok(Value::Object(arguments)) => (Value::Object(arguments), Value::Null),
        Ok(_) | Err(_) => {
            (json!({ "text": call.function.arguments }), "arguments are not a JSON object".into())
        }
    };
    json!({ "id": call.id, "function": call.function.name, "arguments": arguments, "parse_error": error,
            "type": "function" })
}

/// Tokens of one call.
pub(super) fn usage(usage: &Usage) -> Value {
    json!({ "input_tokens": usage.prompt_tokens, "output_tokens": usage.completion_tokens,
            "total_tokens": usage.total_tokens })
}

/// Why an answer ended; Inspect knows these words only.
pub(super) fn stop_reason(reason: Option<&str>) -> &'static str {
    match reason {
        Some("stop") => "stop",
        Some("length") => "max_tokens",
        Some("tool_calls") => "tool_calls",
        Some("content_filter") => "content_filter",
        Some(_) | None => "unknown",
    }
}

/// A command's end as a tool's error; none when it ended with an exit code, whatever it was.
pub(super) fn tool_error(exit: Exit) -> Value {
    match exit {
        Exit::Code(_) => Value::Null,
        Exit::Signal(number) => json!({ "type": "unknown", "message": format!("ended by signal {number}") }),
        Exit::TimedOut => json!({ "type": "timeout", "message": "stopped at its time limit" }),
    }
}
