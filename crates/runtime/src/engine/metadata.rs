//! A GGUF file's metadata, by key and expected type.

use std::collections::HashMap;

use super::error::EngineError;

/// One metadata value.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Bool(bool),
    Text(String),
    Texts(Vec<String>),
    Integers(Vec<i64>),
}

/// All metadata of a file.
#[derive(Debug, Default)]
pub(super) struct Metadata(HashMap<String, Value>);

impl Metadata {
    /// Adds an entry; false when the key was there already.
    pub(super) fn insert(&mut self, key: String, value: Value) -> bool {
        self.0.insert(key, value).is_none()
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<&str>, EngineError> {
        match self.0.get(key) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(_) => Err(missing(key)),
        }
    }

    pub(super) fn texts(&self, key: &str) -> Result<&[String], EngineError> {
        match self.0.get(key) {
            Some(Value::Texts(texts)) => Ok(texts),
            _ => Err(missing(key)),
        }
    }

    pub(super) fn integers(&self, key: &str) -> Result<&[i64], EngineError> {
        match self.0.get(key) {
            Some(Value::Integers(integers)) => Ok(integers),
            _ => Err(missing(key)),
        }
    }

    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>, EngineError> {
        match self.0.get(key) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(missing(key)),
        }
    }

    /// A count or id; writers use several integer types for the same key.
    pub(super) fn optional_u64(&self, key: &str) -> Result<Option<u64>, EngineError> {
        match self.0.get(key) {
            None => Ok(None),
            Some(Value::Unsigned(number)) => Ok(Some(*number)),
            Some(Value::Signed(number)) => u64::try_from(*number).map(Some).map_err(|_| missing(key)),
            Some(_) => Err(missing(key)),
        }
    }

    pub(super) fn u64_or(&self, key: &str, default: u64) -> Result<u64, EngineError> {
        Ok(self.optional_u64(key)?.unwrap_or(default))
    }

    pub(super) fn optional_f32(&self, key: &str) -> Result<Option<f32>, EngineError> {
        match self.0.get(key) {
            None => Ok(None),
            Some(Value::Float(number)) => Ok(Some(*number as f32)),
            Some(_) => Err(missing(key)),
        }
    }

    pub(super) fn f32(&self, key: &str) -> Result<f32, EngineError> {
        self.optional_f32(key)?.ok_or_else(|| missing(key))
    }
}

fn missing(key: &str) -> EngineError {
    EngineError::MissingMetadata(key.to_owned())
}
