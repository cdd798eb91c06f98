//! Records as a program wants to read them.

use super::style::{Spelling, Style};
use crate::step::Value;
use crate::template::{Field, Width};

/// A record that is ready to be spelt.
pub struct Record<'a> {
    /// Its tag in binary files.
    pub tag: u32,
    /// Its word in text files.
    pub word: &'a str,
    /// Its fields in their order.
    pub fields: Vec<(&'a Field, Value)>,
}

/// What has been spelt so far.
pub struct Encoder<'a> {
    style: &'a Style,
    written: Vec<u8>,
    digest: u32,
}

impl<'a> Encoder<'a> {
    /// A file without records.
    #[must_use]
    pub fn new(style: &'a Style) -> Self {
        let written = match &style.spelling {
            Spelling::Binary { magic, .. } => magic.clone(),
            Spelling::Text { magic, .. } => format!("{magic}\n").into_bytes(),
        };
        Self { style, written, digest: style.digest.1 }
    }

    /// Adds a record that the program takes.
    pub fn add(&mut self, record: &Record<'_>) {
        let body = self.body(record);
        self.digest = self.style.digest.0.over(self.digest, &body);
        let check = |bytes: &[u8]| self.style.check.map(|(fold, start)| fold.over(start, bytes));
        match &self.style.spelling {
            Spelling::Text { check_mark, .. } => {
                let mut line = record.word.as_bytes().to_vec();
                if !body.is_empty() {
                    line.push(b' ');
                    line.extend_from_slice(&body);
                }
                if let Some(sum) = check(&line) {
                    line.extend_from_slice(format!("{check_mark}{sum:04x}").as_bytes());
                }
                line.push(b'\n');
                self.written.extend_from_slice(&line);
            }
            Spelling::Binary { tag_bytes, length_bytes, length_first, mask, .. } => {
                let tag = self.number(record.tag, *tag_bytes);
                // A body has less than 2^16 bytes.
                let length = self.number(u32::try_from(body.len()).unwrap_or(u32::MAX), *length_bytes);
                let sum = check(&body).map(|sum| self.number(sum, 2));
                let parts = if *length_first { [length, tag] } else { [tag, length] };
                self.written.extend(parts.concat());
                self.written.extend(masked(body, *mask));
                self.written.extend(sum.into_iter().flatten());
            }
        }
    }

    /// The file.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.written
    }

    fn body(&self, record: &Record<'_>) -> Vec<u8> {
        let mut parts: Vec<Vec<u8>> = Vec::new();
        for (field, value) in &record.fields {
            let number = |number: u32| match field.width {
                Width::Number(bytes) => self.spelt(number, bytes),
                Width::Bytes => Vec::new(),
            };
            parts.push(match value {
                Value::Number(value) => number(*value),
                Value::Digest => number(self.digest),
                Value::Bytes(bytes) => self.string(bytes),
            });
        }
        match &self.style.spelling {
            Spelling::Text { separator, .. } => parts.join(separator.to_string().as_bytes()),
            Spelling::Binary { .. } => parts.concat(),
        }
    }

    fn spelt(&self, number: u32, bytes: u8) -> Vec<u8> {
        match &self.style.spelling {
            Spelling::Text { .. } => number.to_string().into_bytes(),
            Spelling::Binary { .. } => self.number(number, bytes),
        }
    }

    fn number(&self, number: u32, bytes: u8) -> Vec<u8> {
        let big = matches!(&self.style.spelling, Spelling::Binary { big_endian: true, .. });
        let little = &number.to_le_bytes()[..usize::from(bytes)];
        if big { little.iter().rev().copied().collect() } else { little.to_vec() }
    }

    fn string(&self, bytes: &[u8]) -> Vec<u8> {
        match &self.style.spelling {
            Spelling::Text { string_mark, .. } => {
                let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                format!("{string_mark}{digits}").into_bytes()
            }
            Spelling::Binary { string_length_bytes, .. } => {
                // A string has less than 256 bytes.
                let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
                [self.number(length, *string_length_bytes), bytes.to_vec()].concat()
            }
        }
    }
}

fn masked(body: Vec<u8>, mask: Option<[u32; 3]>) -> Vec<u8> {
    let Some([start, factor, summand]) = mask else { return body };
    let mut key = start;
    let mut hide = |byte: u8| {
        let hidden = byte ^ key.to_le_bytes()[0];
        key = (key * factor + summand) & 0xff;
        hidden
    };
    body.into_iter().map(&mut hide).collect()
}
