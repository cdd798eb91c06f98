//! The fields of records: read from the texts, put into an order per program.

use std::collections::BTreeMap;

use crate::draw::Draw;

/// How wide a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// A number of so many bytes.
    Number(u8),
    /// Bytes with their length.
    Bytes,
}

/// A field of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name in the text.
    pub name: String,
    /// Its width.
    pub width: Width,
}

/// The fields of each operation in the order in which a program wants them.
pub type Layout = BTreeMap<String, Vec<Field>>;

/// The directive that names an operation's fields.
pub const FIELDS: &str = "@fields(";

/// The layout of a text's operations, each in an order that is drawn.
pub fn layout(text: &str, draw: &mut Draw) -> Layout {
    let mut found = Layout::new();
    for (at, _) in text.match_indices(FIELDS) {
        let inner = &text[at + FIELDS.len()..];
        let inner = inner.split_once(')').map_or(inner, |(inner, _)| inner);
        let (op, list) = inner.split_once(';').unwrap_or((inner, ""));
        let mut fields: Vec<Field> = list.split(',').filter_map(field).collect();
        draw.shuffle(&mut fields);
        found.insert(op.trim().to_owned(), fields);
    }
    found
}

fn field(text: &str) -> Option<Field> {
    let (name, width) = text.trim().split_once(':')?;
    let width = match width {
        "u8" => Width::Number(1),
        "u16" => Width::Number(2),
        "u32" => Width::Number(4),
        _ => Width::Bytes,
    };
    Some(Field { name: name.to_owned(), width })
}
