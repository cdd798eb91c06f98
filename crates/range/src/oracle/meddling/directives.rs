//! What a source tells its preprocessor.

use super::library::HEADERS;

/// Directives that neither move lines to another file nor speak to the compiler.
const KNOWN: [&str; 9] = ["define", "undef", "if", "ifdef", "ifndef", "else", "elif", "endif", "error"];

/// The first directive of a source, spliced lines joined and comments taken out, that it does not need: one by which a report's frames would
/// no longer name the source, that speaks to the compiler, or that includes more than the headers of C.
pub fn stray(joined: &str) -> Option<String> {
    joined.lines().find_map(|line| {
        let rest = line.trim_start();
        let rest = rest.strip_prefix('#').or_else(|| rest.strip_prefix("%:"))?.trim_start();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        match word {
            "include" => {
                (!includes_known(after)).then(|| "an include of more than the headers of C".to_owned())
            }
            "" => (!after.is_empty()).then(|| "a directive that cannot be read".to_owned()),
            _ => (!KNOWN.contains(&word)).then(|| format!("the directive {word:.20}")),
        }
    })
}

fn includes_known(after: &str) -> bool {
    let name = after.trim_start().strip_prefix('<').and_then(|rest| rest.split_once('>'));
    name.is_some_and(|(name, _)| HEADERS.contains(&name.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_cannot_be_moved_to_another_file() {
        for source in ["#line 1 \"/usr/x.h\"", "# 1 \"/usr/x.h\"", "# line 1 \"x\"", "%:line 1 \"x\""] {
            assert!(stray(source).is_some(), "{source}");
        }
        assert_eq!(stray("#include <stdio.h>\n# define X 1\n#\n"), None);
    }

    #[test]
    fn only_headers_of_c_are_included() {
        for source in [
            "#include \"/usr/include/stdio.h\"",
            "#include <sys/mman.h>",
            "#include <stdio.h/../elf.h>",
            "#include HEADER",
            "#include_next <stdio.h>",
            "#include/**/<elf.h>",
            "#import <stdio.h>",
        ] {
            assert!(stray(source).is_some(), "{source}");
        }
        assert_eq!(stray("#include<stdint.h>\n  #  include <string.h> /* copies */\n"), None);
    }
}
