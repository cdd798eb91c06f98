//! PEM (RFC 7468), read strictly: one block is picked by its label.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// The longest key file that is read; a P-521 key takes less than 400 bytes.
pub(super) const MAX_PEM_BYTES: usize = 64 << 10;
/// What the reference tool and OpenSSL write.
const LINE_CHARS: usize = 64;

/// The contents of the first block in `text` whose label is `label`.
pub(super) fn block(text: &str, label: &str) -> Option<Zeroizing<Vec<u8>>> {
    if text.len() > MAX_PEM_BYTES {
        return None;
    }
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let mut lines = text.lines().map(str::trim_end);
    lines.find(|line| *line == begin)?;
    let mut digits = Zeroizing::new(String::new());
    for line in lines {
        if line == end {
            return STANDARD.decode(digits.as_bytes()).ok().map(Zeroizing::new);
        }
        digits.push_str(line);
    }
    None
}

/// A block as the reference tool writes it, with its last line end.
pub(super) fn write(label: &str, bytes: &[u8]) -> String {
    let digits = STANDARD.encode(bytes);
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in digits.as_bytes().chunks(LINE_CHARS) {
        text.extend(line.iter().map(|&digit| char::from(digit)));
        text.push('\n');
    }
    text + &format!("-----END {label}-----\n")
}
