//! Errors in the protocol's own shape: `{"error":{"message","type","param","code"}}`.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::CompleteError;

/// An error as the caller sees it.
#[derive(Debug)]
pub(super) struct ApiError {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl ApiError {
    /// The request is at fault.
    pub(super) fn invalid(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, message: message.into() }
    }

    /// The server is at fault.
    pub(super) fn failed(message: impl Into<String>) -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, code: "completion_failed", message: message.into() }
    }
}

impl From<CompleteError> for ApiError {
    fn from(error: CompleteError) -> Self {
        let message = error.to_string();
        match error {
            CompleteError::Invalid(_) => Self::invalid("invalid_request", message),
            CompleteError::ContextLength { .. } => Self::invalid("context_length_exceeded", message),
            CompleteError::ToolsUnsupported(_) => Self::invalid("tools_unsupported", message),
            CompleteError::Failed(_) | CompleteError::Abandoned => Self::failed(message),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let kind = if self.status.is_client_error() { "invalid_request_error" } else { "server_error" };
        let body =
            json!({"error": {"message": self.message, "type": kind, "param": null, "code": self.code}});
        (self.status, Json(body)).into_response()
    }
}
