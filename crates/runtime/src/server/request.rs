//! Reading a request: what is understood, and a refusal of every parameter that would be ignored although it
//! changes the answer.

use serde_json::{Map, Value};
use types::chat::ChatRequest;

use super::error::ApiError;

/// A parameter that is not supported, and the values with which it changes nothing.
struct Unsupported {
    name: &'static str,
    harmless: fn(&Value) -> bool,
}

const UNSUPPORTED: [Unsupported; 12] = [
    Unsupported { name: "n", harmless: |value| value.as_u64() == Some(1) },
    Unsupported { name: "top_p", harmless: |value| value.as_f64() == Some(1.0) },
    Unsupported { name: "top_k", harmless: |_| false },
    Unsupported { name: "stop", harmless: |value| value.as_array().is_some_and(Vec::is_empty) },
    Unsupported { name: "logprobs", harmless: |value| *value == Value::Bool(false) },
    Unsupported { name: "top_logprobs", harmless: |_| false },
    Unsupported { name: "logit_bias", harmless: |value| value.as_object().is_some_and(Map::is_empty) },
    Unsupported { name: "frequency_penalty", harmless: is_zero },
    Unsupported { name: "presence_penalty", harmless: is_zero },
    Unsupported { name: "response_format", harmless: |value| value["type"] == "text" },
    Unsupported { name: "tool_choice", harmless: |value| value == "auto" },
    Unsupported { name: "functions", harmless: |value| value.as_array().is_some_and(Vec::is_empty) },
];

fn is_zero(value: &Value) -> bool {
    value.as_f64() == Some(0.0)
}

/// The request in `body`.
pub(super) fn parse(body: &[u8]) -> Result<ChatRequest, ApiError> {
    let mut value: Value = serde_json::from_slice(body)
        .map_err(|error| ApiError::invalid("invalid_json", format!("the body is not JSON: {error}")))?;
    let Some(fields) = value.as_object_mut() else {
        return Err(ApiError::invalid("invalid_request", "the body is not a JSON object"));
    };
    fields.retain(|_, value| !value.is_null());
    if fields.get("stream").is_some_and(|stream| *stream != Value::Bool(false)) {
        return Err(ApiError::invalid(
            "stream_unsupported",
            "answers are not streamed here: leave `stream` out of the request",
        ));
    }
    for unsupported in UNSUPPORTED {
        if fields.get(unsupported.name).is_some_and(|value| !(unsupported.harmless)(value)) {
            let message = format!("`{}` is not supported here: leave it out", unsupported.name);
            return Err(ApiError::invalid("unsupported_parameter", message));
        }
    }
    if let Some(limit) = fields.remove("max_completion_tokens") {
        // The protocol's newer name for the same limit.
        fields.insert("max_tokens".to_owned(), limit);
    }
    let request: ChatRequest = serde_json::from_value(value)
        .map_err(|error| ApiError::invalid("invalid_request", format!("not a chat request: {error}")))?;
    check(&request)?;
    Ok(request)
}

fn check(request: &ChatRequest) -> Result<(), ApiError> {
    if request.messages.is_empty() {
        return Err(ApiError::invalid("invalid_request", "`messages` is empty"));
    }
    if request.max_tokens == Some(0) {
        return Err(ApiError::invalid("invalid_request", "`max_tokens` is 0; the least is 1"));
    }
    if request.temperature.is_some_and(|temperature| !(0.0..=2.0).contains(&temperature)) {
        return Err(ApiError::invalid("invalid_request", "`temperature` lies outside 0 to 2"));
    }
    Ok(())
}
