//! GPT-2's spelling of bytes as characters: printable Latin-1 stands for itself, the other 68 bytes for the
//! characters from U+0100 on.
//!
//! Source: `bytes_to_unicode` in openai/gpt-2's `encoder.py`.

/// Whether the byte stands for the character of the same number.
const fn is_itself(byte: u8) -> bool {
    matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF)
}

/// The character that stands for `byte`.
pub(in super::super) fn character(byte: u8) -> char {
    if is_itself(byte) {
        return char::from(byte);
    }
    // The bytes that do not stand for themselves are 0 to 32, 127 to 160 and 173; they count from U+0100 on.
    let count = match byte {
        0..=32 => u32::from(byte),
        127..=160 => u32::from(byte) - 127 + 33,
        _ => 67,
    };
    char::from_u32(0x100 + count).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// The bytes that a token's text spells; `None` when it holds a character that stands for no byte.
pub(super) fn decoded(text: &str) -> Option<Vec<u8>> {
    text.chars()
        .map(|wanted| {
            let byte = u8::try_from(wanted).ok().filter(|byte| is_itself(*byte));
            byte.or_else(|| (0..=255).find(|byte| character(*byte) == wanted))
        })
        .collect()
}
