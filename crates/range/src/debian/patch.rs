//! A package's patches: which belong to which CVE, and what they add to its tests.

/// One patch of a series.
#[derive(Debug, Clone)]
pub struct Patch {
    /// Its name in the series.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// The patches of one CVE, one after another in the series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The CVE.
    pub cve: String,
    /// The place of the first patch in the series.
    pub first: usize,
    /// The place behind the last.
    pub end: usize,
    /// What the patches say they are about.
    pub about: String,
    /// What they add to the package's tests.
    pub tests: Vec<Added>,
}

/// What a patch adds to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// The file, within the tree.
    pub path: String,
    /// The lines that it adds.
    pub lines: Vec<String>,
}

/// The most of a patch's own words that an item repeats.
const ABOUT_MAX_CHARS: usize = 700;

/// The CVEs of a series, in its order. Patches of one CVE that follow each other belong together.
pub fn groups(series: &[Patch]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (at, patch) in series.iter().enumerate() {
        let Some(cve) = cve(&patch.name).or_else(|| cve(head(&patch.text))) else { continue };
        let tests = added(&patch.text).into_iter().filter(|added| added.path.contains("test"));
        match groups.last_mut() {
            Some(last) if last.cve == cve && last.end == at => {
                last.end = at + 1;
                last.tests.extend(tests);
            }
            _ => {
                let about = about(&patch.text);
                groups.push(Group { cve, first: at, end: at + 1, about, tests: tests.collect() });
            }
        }
    }
    groups
}

/// The first CVE that a text names.
fn cve(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("CVE-")?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(rest.len());
    let mut parts = rest[..end].split('-');
    let (year, number) = (parts.next()?, parts.next()?);
    (year.len() == 4 && number.len() >= 4).then(|| format!("CVE-{year}-{number}"))
}

/// What stands before the first change.
fn head(text: &str) -> &str {
    let end = ["\n--- ", "\ndiff ", "\nIndex: "].iter().filter_map(|mark| text.find(mark)).min();
    let head = &text[..end.unwrap_or(text.len())];
    if head.starts_with("--- ") || head.starts_with("diff ") { "" } else { head }
}

/// What a patch says it is about: its subject or description, without addresses of people or pages.
fn about(text: &str) -> String {
    let mut words = Vec::new();
    let mut within = false;
    for line in head(text).lines() {
        let named = ["Subject: ", "Description: "].iter().find_map(|key| line.strip_prefix(key));
        within = named.is_some() || (within && line.starts_with(' '));
        let line = named.unwrap_or(line);
        if within && !line.contains("://") && !line.contains('@') {
            words.extend(
                line.split_whitespace().filter(|word| !word.starts_with("[PATCH")).map(str::to_owned),
            );
        }
    }
    let printable = |c: &char| matches!(c, ' '..='~') && !"<>`".contains(*c);
    words.join(" ").chars().filter(printable).take(ABOUT_MAX_CHARS).collect()
}

/// What a patch adds, file by file.
pub fn added(text: &str) -> Vec<Added> {
    let mut found: Vec<Added> = Vec::new();
    let mut left = 0_usize;
    for line in text.lines() {
        if left == 0 {
            if let Some(path) = line.strip_prefix("+++ ") {
                let path = path.split('\t').next().unwrap_or(path);
                // Debian's patches are applied with -p1.
                let path = path.split_once('/').map_or(path, |(_, rest)| rest);
                found.push(Added { path: path.trim().to_owned(), lines: Vec::new() });
            } else if let Some(hunk) = line.strip_prefix("@@ ") {
                left = hunk_lines(hunk).unwrap_or(0);
            }
            continue;
        }
        match line.chars().next() {
            Some('+') => {
                left -= 1;
                if let Some(last) = found.last_mut() {
                    last.lines.push(line[1..].to_owned());
                }
            }
            Some('-' | '\\') => {}
            _ => left -= 1,
        }
    }
    found.retain(|added| !added.lines.is_empty());
    found
}

/// How many lines a hunk has afterwards.
fn hunk_lines(hunk: &str) -> Option<usize> {
    let after = hunk.split_whitespace().find(|word| word.starts_with('+'))?;
    after.split_once(',').map_or(Some(1), |(_, count)| count.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATCH: &str = "Description: read past the end\n of a name\nOrigin: upstream, https://x\nBug: CVE-2031-12345\n\n--- a/src/read.c\n+++ b/src/read.c\n@@ -1,3 +1,4 @@\n int a;\n-int b;\n+int c;\n+int d;\n int e;\n--- /dev/null\n+++ x-1.0/tests/new.uu\n@@ -0,0 +1,2 @@\n+begin 644 new\n+++ end\n";

    fn patch(name: &str, text: &str) -> Patch {
        Patch { name: name.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_patch_is_read_file_by_file() {
        let found = added(PATCH);
        assert_eq!(
            found[0],
            Added { path: "src/read.c".to_owned(), lines: vec!["int c;".into(), "int d;".into()] }
        );
        assert_eq!(
            found[1],
            Added { path: "tests/new.uu".to_owned(), lines: vec!["begin 644 new".into(), "++ end".into()] }
        );
    }

    #[test]
    fn patches_of_one_cve_that_follow_each_other_belong_together() {
        let series = [
            patch("a.patch", "--- a/x\n+++ b/x\n"),
            patch("CVE-2030-1111-1.patch", PATCH),
            patch("CVE-2030-1111-2.patch", ""),
            patch("b.patch", PATCH),
            patch("CVE-2030-1111-3.patch", ""),
        ];
        let found: Vec<(String, usize, usize)> =
            groups(&series).into_iter().map(|group| (group.cve, group.first, group.end)).collect();
        let want = [("CVE-2030-1111", 1, 3), ("CVE-2031-12345", 3, 4), ("CVE-2030-1111", 4, 5)];
        assert_eq!(found, want.map(|(cve, first, end)| (cve.to_owned(), first, end)));
    }

    #[test]
    fn an_item_repeats_the_patch_s_own_words_without_addresses() {
        assert_eq!(groups(&[patch("x", PATCH)])[0].about, "read past the end of a name");
    }
}
