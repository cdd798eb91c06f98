//! Inputs in the tests of source packages: uuencoded files, and what Autotest feeds to a program.

use super::patch::Added;

/// An input, with the arguments that its test gives, where it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Fed on standard input.
    pub bytes: Vec<u8>,
    /// The program's arguments.
    pub arguments: Option<Vec<String>>,
}

/// The inputs in what a patch adds to a file. `macros` is the text in which Autotest's macros are defined.
pub fn inputs(added: &Added, program: &str, macros: &str) -> Vec<Input> {
    let text = added.lines.join("\n");
    match added.path.rsplit('.').next() {
        Some("uu") => uudecoded(&text).into_iter().map(|bytes| Input { bytes, arguments: None }).collect(),
        Some("at") => fed(&text, program, macros).into_iter().map(|(input, _)| input).collect(),
        _ => Vec::new(),
    }
}

/// The bytes of a uuencoded file (POSIX uuencode, historical algorithm); nothing when it is none.
pub fn uudecoded(text: &str) -> Option<Vec<u8>> {
    let mut lines = text.lines().skip_while(|line| !line.starts_with("begin "));
    lines.next()?;
    let mut bytes = Vec::new();
    for line in lines {
        if line == "end" {
            return Some(bytes);
        }
        let value = |letter: &u8| letter.wrapping_sub(b' ') & 0x3f;
        let (count, letters) = line.as_bytes().split_first().map(|(count, rest)| (value(count), rest))?;
        let mut decoded = Vec::new();
        for four in letters.chunks(4) {
            let at = |place: usize| u32::from(four.get(place).map_or(0, value));
            let word = at(0) << 18 | at(1) << 12 | at(2) << 6 | at(3);
            decoded.extend_from_slice(&word.to_be_bytes()[1..]);
        }
        decoded.resize(usize::from(count), 0);
        bytes.extend(decoded);
    }
    None
}

/// What Autotest feeds to `program` from here-documents, each with the exit code that it wants.
pub fn fed(text: &str, program: &str, macros: &str) -> Vec<(Input, Option<i32>)> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(command) = line.strip_prefix("AT_CHECK([").and_then(|rest| rest.strip_prefix(program))
        else {
            continue;
        };
        let Some((arguments, rest)) = command.split_once("<<") else { continue };
        let mark = rest.split_whitespace().next().unwrap_or_default().trim_matches('\'');
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != mark).collect();
        let code = lines.next().and_then(exit_code);
        // What a shell would expand is left to shells.
        if mark.is_empty() || body.iter().any(|line| line.contains(['$', '`', '\\'])) {
            continue;
        }
        let body: Vec<String> = body.iter().map(|line| expanded(line, macros)).collect();
        let arguments = arguments.split_whitespace().map(str::to_owned).collect();
        let bytes = (body.join("\n") + "\n").into_bytes();
        found.push((Input { bytes, arguments: Some(arguments) }, code));
    }
    found
}

/// `],0,ignore…` wants 0.
fn exit_code(line: &str) -> Option<i32> {
    line.strip_prefix(']')?.trim_start_matches([',', ' ']).split([',', ')']).next()?.trim().parse().ok()
}

/// A line that is a macro becomes its definition; quotes of M4's fall away.
fn expanded(line: &str, macros: &str) -> String {
    let defined =
        macros.split_once(&format!("m4_define([{line}], [")).and_then(|(_, rest)| rest.split_once("])"));
    match defined {
        Some((text, _)) if !line.is_empty() => text.to_owned(),
        _ => line.replace("[[", "[").replace("]]", "]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuencoded_file_is_read() {
        let text = "garbage\nbegin 644 x\n#0V%T\n`\nend\n";
        assert_eq!(uudecoded(text).unwrap(), b"Cat");
        assert_eq!(uudecoded("begin 644 x\n#0V%T\n"), None, "it is cut off");
        assert_eq!(uudecoded("no file"), None);
    }

    #[test]
    fn what_autotest_feeds_is_read_with_arguments_macros_and_exit_code() {
        let macros = "m4_define([TOP], [#FIG 3.2\nLandscape])\n";
        let text = "AT_SETUP([x])\nAT_CHECK([fig2dev -L box <<EOF | grep x\nTOP\n2 4 [[1]]\nEOF\n], 1, ignore, [no\n])\nAT_CHECK([other <<EOF\nx\nEOF\n],0)\nAT_CHECK([fig2dev -L tk <<EOF\n$HOME\nEOF\n],0)\n";
        let found = fed(text, "fig2dev", macros);
        let want = Input {
            bytes: b"#FIG 3.2\nLandscape\n2 4 [1]\n".to_vec(),
            arguments: Some(vec!["-L".to_owned(), "box".to_owned()]),
        };
        assert_eq!(found, [(want, Some(1))]);
    }
}
