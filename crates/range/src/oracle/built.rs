//! `[built]` of a crash oracle: programs that are made of more than one file, and come built.
//!
//! A source tree takes minutes to build, and a verdict must not. So the item holds both programs, with their digests,
//! and its recipe beside them for whoever wants to build them again.

use serde::Deserialize;
use types::Digest;

use super::{Built, Weak};

/// The most arguments of a program.
const ARGUMENTS_MAX: usize = 16;

/// What a program starts with (System V ABI, ELF header).
const PROGRAM_MAGIC: &[u8] = b"\x7fELF";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuiltFile {
    #[serde(default)]
    arguments: Vec<String>,
    #[serde(default)]
    also: Vec<Weak>,
    vulnerable: Digest,
    fixed: Digest,
}

impl BuiltFile {
    /// What is wrong with it is said in one fragment.
    pub fn read(self, vulnerable: &[u8], fixed: &[u8]) -> Result<Built, String> {
        for (name, program, wanted) in
            [("vulnerable", vulnerable, self.vulnerable), ("fixed", fixed, self.fixed)]
        {
            if !program.starts_with(PROGRAM_MAGIC) {
                return Err(format!("the {name} file is no program; leave [built] out for sources"));
            }
            let digest = Digest::of(program);
            if digest != wanted {
                return Err(format!("the {name} program is {digest}, not the one that built.{name} names"));
            }
        }
        if vulnerable == fixed {
            return Err("the vulnerable and the fixed program are the same".to_owned());
        }
        if self.arguments.len() > ARGUMENTS_MAX || !self.arguments.iter().all(|word| is_plain(word)) {
            return Err(format!(
                "built.arguments are at most {ARGUMENTS_MAX} words of letters, digits and ._=/:,+-"
            ));
        }
        Ok(Built { arguments: self.arguments, also: self.also })
    }
}

/// Whether a shell leaves a word alone.
pub fn is_plain(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "._=/:,+-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(change: impl Fn(&mut BuiltFile)) -> BuiltFile {
        let mut file = BuiltFile {
            arguments: vec!["-L".to_owned(), "box".to_owned()],
            also: Vec::new(),
            vulnerable: Digest::of(b"\x7fELF one"),
            fixed: Digest::of(b"\x7fELF two"),
        };
        change(&mut file);
        file
    }

    fn said(file: BuiltFile) -> String {
        file.read(b"\x7fELF one", b"\x7fELF two").map_or_else(|said| said, |_| "taken".to_owned())
    }

    #[test]
    fn programs_are_those_that_their_digests_name() {
        assert_eq!(said(file(|_| ())), "taken");
        assert!(
            said(file(|file| file.fixed = file.vulnerable)).contains("not the one that built.fixed names")
        );
        assert!(file(|_| ()).read(b"int main;", b"\x7fELF two").unwrap_err().contains("no program"));
    }

    #[test]
    fn arguments_are_words_that_a_shell_leaves_alone() {
        for word in ["$(reboot)", "a b", "", ">x", "`x`", "*", "\n"] {
            assert!(
                said(file(|file| file.arguments.push(word.to_owned()))).contains("built.arguments"),
                "{word:?}"
            );
        }
    }
}
