//! What is fed to a program, before it is spelt in that program's format.

/// What fills a field of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A number, as wide as its field.
    Number(u32),
    /// Bytes with their length.
    Bytes(Vec<u8>),
    /// The digest over every record before this one, as the program keeps it.
    Digest,
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

/// One record for one operation of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The operation.
    pub op: &'static str,
    /// Its fields, in any order.
    pub fields: Vec<(&'static str, Value)>,
}

impl Step {
    /// A record without fields yet.
    #[must_use]
    pub fn of(op: &'static str) -> Self {
        Self { op, fields: Vec::new() }
    }

    /// The record with one more field.
    #[must_use]
    pub fn with(mut self, field: &'static str, value: impl Into<Value>) -> Self {
        self.fields.push((field, value.into()));
        self
    }
}

/// A shape's constants, and what follows from them.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What stands for the numbers of the shape's text.
    pub numbers: Vec<(&'static str, u32)>,
    /// Uses every operation as it is meant, and leaves the module's state as it found it or harmless.
    pub sound: Vec<Step>,
    /// The furthest that is still right, on a fresh program.
    pub edge: Vec<Step>,
    /// Sets off the error in the vulnerable version, on a fresh program.
    pub breaking: Vec<Step>,
}
