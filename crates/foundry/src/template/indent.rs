//! Indentation, by brackets: texts are written without any thought of it.

/// The text with each line as deep as its brackets say, by `unit`, and never two empty lines in a row.
#[must_use]
pub fn indented(text: &str, unit: &str) -> String {
    let mut written = String::with_capacity(text.len() * 2);
    let (mut depth, mut hanging, mut empty) = (0_usize, 0_usize, true);
    for line in text.lines().map(str::trim) {
        if line.is_empty() {
            if !empty {
                written.push('\n');
            }
            empty = true;
            continue;
        }
        empty = false;
        let comment = line.starts_with('*') && line.len() > 1 && !line.ends_with(';') && depth == 0;
        let closes = line.starts_with('}');
        let case = line.starts_with("case ") || line.starts_with("default:");
        let level = (depth + hanging).saturating_sub(usize::from(closes) + usize::from(case && depth > 0));
        if !line.starts_with('#') && !comment {
            for _ in 0..level {
                written.push_str(unit);
            }
        }
        if comment {
            written.push(' ');
        }
        written.push_str(line);
        written.push('\n');
        if !comment && !line.starts_with('#') {
            let opened = line.matches('{').count();
            let closed = line.matches('}').count();
            depth = (depth + opened).saturating_sub(closed);
            hanging = if hangs(line) { hanging + 1 } else { 0 };
        }
    }
    written
}

/// Whether the next line belongs to this one.
fn hangs(line: &str) -> bool {
    let head = ["if (", "for (", "while (", "else if ("].iter().any(|start| line.starts_with(start));
    (head && !line.ends_with(['{', ';', '}'])) || line == "else" || line.ends_with("} else")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_hang_beneath_what_they_belong_to() {
        let text = "int f(void)\n{\nif (a)\nfor (;;)\nb();\nelse\nc();\n\n\nreturn 0;\n}";
        let want = "int f(void)\n{\n  if (a)\n    for (;;)\n      b();\n  else\n    c();\n\n  return 0;\n}\n";
        assert_eq!(indented(text, "  "), want);
    }
}
