//! `@{a@|b@}` and `@<a@|b@>`.

use crate::draw::Draw;

/// Which of a program's two versions is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// With its error.
    Vulnerable,
    /// Without it.
    Fixed,
}

/// The text with every choice made.
pub fn choose(text: &str, version: Version, draw: &mut Draw) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = opening(rest) {
        written.push_str(&rest[..at]);
        let drawn = rest[at..].starts_with("@{");
        let (parts, after) = parts(&rest[at + 2..]);
        // What is drawn within is drawn aside, so that both versions go on alike.
        let mut aside = draw.fork();
        let part = match version {
            _ if drawn => aside.size(0, parts.len() - 1),
            Version::Vulnerable => 0,
            Version::Fixed => parts.len() - 1,
        };
        written.push_str(&choose(parts[part], version, &mut aside));
        rest = after;
    }
    written.push_str(rest);
    written
}

fn opening(text: &str) -> Option<usize> {
    [text.find("@{"), text.find("@<")].into_iter().flatten().min()
}

/// The alternatives up to the closing mark, and what stands behind it. A mark that is never closed ends with the text.
fn parts(text: &str) -> (Vec<&str>, &str) {
    let (mut parts, mut depth, mut from) = (Vec::new(), 0_usize, 0);
    for (at, _) in text.match_indices('@') {
        match text.as_bytes().get(at + 1) {
            Some(b'{' | b'<') => depth += 1,
            Some(b'|') if depth == 0 => {
                parts.push(&text[from..at]);
                from = at + 2;
            }
            Some(b'}' | b'>') if depth == 0 => {
                parts.push(&text[from..at]);
                return (parts, &text[at + 2..]);
            }
            Some(b'}' | b'>') => depth -= 1,
            _ => {}
        }
    }
    parts.push(&text[from..]);
    (parts, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Seed;

    fn draw() -> Draw {
        Seed::new(vec![5; 32]).unwrap().draw(&[])
    }

    #[test]
    fn versions_differ_only_where_the_text_says_so() {
        let text = "a @{1@|2@|3@} b @<x@{4@|5@}@|y@{6@|@{7@|8@}@}@> c @{1@|2@|3@|4@} @{5@|6@|7@}";
        for _ in 0..50 {
            let mut of = draw();
            of.byte();
            let [bad, good] =
                [Version::Vulnerable, Version::Fixed].map(|version| choose(text, version, &mut of.clone()));
            let outer = |text: &str, mark: char| {
                let (before, rest) = text.split_once(mark).unwrap();
                (before.to_owned(), rest[1..].to_owned())
            };
            assert_eq!(outer(&bad, 'x'), outer(&good, 'y'));
        }
    }

    #[test]
    fn an_empty_alternative_is_one() {
        assert_eq!(choose("a@<@|b@>c", Version::Vulnerable, &mut draw()), "ac");
        assert_eq!(choose("a@<@|b@>c", Version::Fixed, &mut draw()), "abc");
    }
}
