//! Whether a submitted source could switch its sanitizers off, or hide what they report, instead of being repaired.
//!
//! Two independent looks. The words of the source as it was written, with spliced lines joined and token pasting
//! refused, so that no word can appear later than here. And the functions that the compiled object calls: only those
//! that a filter from standard input to standard output needs.

/// Parts of words by which instrumentation or its reports could be avoided.
const PARTS: [&str; 6] = ["sanitize", "no_address_safety", "asan_", "ubsan_", "lsan_", "__attribute"];

/// Whole words of the same kind, whatever underscores they wear.
const WORDS: [&str; 4] = ["asm", "Pragma", "environ", "incbin"];

/// Functions and objects of the C library that a repaired program may use.
const LIBRARY: &[&str] = &[
    // stdio
    "stdin",
    "stdout",
    "stderr",
    "printf",
    "fprintf",
    "sprintf",
    "snprintf",
    "vprintf",
    "vfprintf",
    "vsnprintf",
    "puts",
    "fputs",
    "putchar",
    "putc",
    "fputc",
    "fwrite",
    "fread",
    "fgets",
    "fgetc",
    "getc",
    "getchar",
    "ungetc",
    "getline",
    "getdelim",
    "feof",
    "ferror",
    "fflush",
    "perror",
    "scanf",
    "sscanf",
    "fscanf",
    "__isoc99_scanf",
    "__isoc99_sscanf",
    "__isoc99_fscanf",
    "__isoc23_scanf",
    "__isoc23_sscanf",
    "__isoc23_fscanf",
    "setvbuf",
    // stdlib
    "malloc",
    "calloc",
    "realloc",
    "reallocarray",
    "free",
    "exit",
    "abort",
    "abs",
    "labs",
    "llabs",
    "atoi",
    "atol",
    "atoll",
    "strtol",
    "strtoll",
    "strtoul",
    "strtoull",
    "strtod",
    "__isoc23_strtol",
    "__isoc23_strtoll",
    "__isoc23_strtoul",
    "__isoc23_strtoull",
    "qsort",
    "bsearch",
    // string
    "memcpy",
    "memmove",
    "memset",
    "memcmp",
    "memchr",
    "strlen",
    "strnlen",
    "strcpy",
    "strncpy",
    "strcat",
    "strncat",
    "strcmp",
    "strncmp",
    "strcasecmp",
    "strncasecmp",
    "strchr",
    "strrchr",
    "strstr",
    "strspn",
    "strcspn",
    "strpbrk",
    "strtok",
    "strtok_r",
    "strdup",
    "strndup",
    "strerror",
    // ctype, errno, assert, time, math
    "__ctype_b_loc",
    "__ctype_tolower_loc",
    "__ctype_toupper_loc",
    "tolower",
    "toupper",
    "isalpha",
    "isdigit",
    "isalnum",
    "isspace",
    "isupper",
    "islower",
    "isprint",
    "ispunct",
    "isxdigit",
    "iscntrl",
    "isgraph",
    "__errno_location",
    "__assert_fail",
    "time",
    "pow",
    "sqrt",
    "floor",
    "ceil",
    "fabs",
    "fmod",
    "log",
    "log2",
    "exp",
    "round",
    "lround",
    // what the compiler adds
    "__stack_chk_fail",
    "_GLOBAL_OFFSET_TABLE_",
    "__memcpy_chk",
    "__memset_chk",
    "__printf_chk",
    "__sprintf_chk",
];

/// What the sanitizers themselves add.
const INSTRUMENTATION: [&str; 2] = ["__asan_", "__ubsan_handle_"];

/// The first word of a source that it does not need.
pub fn in_source(source: &str) -> Option<String> {
    let joined = source.replace("\\\r\n", "").replace("\\\n", "");
    if joined.contains("##") || joined.contains("%:%:") || joined.contains("??=") {
        return Some("token pasting".to_owned());
    }
    if joined.contains("\\u") || joined.contains("\\U") || !joined.is_ascii() {
        return Some("letters outside ASCII".to_owned());
    }
    let mut words =
        joined.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    words.find(|word| forbidden(word)).map(str::to_owned)
}

fn forbidden(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    WORDS.contains(&word.trim_matches('_')) || PARTS.iter().any(|part| lower.contains(part))
}

/// Whether the source moves its own lines to another file, where a report's frames would no longer name it.
pub fn line_directive(source: &str) -> bool {
    let joined = source.replace("\\\r\n", "").replace("\\\n", "");
    joined.lines().any(|line| {
        let rest = line.trim_start();
        let rest = rest.strip_prefix('#').or_else(|| rest.strip_prefix("%:"));
        rest.is_some_and(|rest| {
            let rest = rest.trim_start();
            let word: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
            let known =
                ["include", "define", "undef", "if", "ifdef", "ifndef", "else", "elif", "endif", "error", ""];
            !known.contains(&word.as_str()) || rest.starts_with(|c: char| c.is_ascii_digit() || c == '/')
        })
    })
}

/// The first symbol of a compiled object, as `nm` lists it, that a repaired program neither needs nor may define.
pub fn in_object(symbols: &str) -> Option<String> {
    for line in symbols.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (Some(name), Some(kind)) =
            (words.last(), words.len().checked_sub(2).and_then(|at| words.get(at)))
        else {
            continue;
        };
        let instrumentation = INSTRUMENTATION.iter().any(|part| name.starts_with(part));
        let bad = match *kind {
            "U" | "w" | "v" => !instrumentation && !LIBRARY.contains(name),
            // Local symbols of the instrumentation have dots or leading underscores that C names cannot hide behind.
            "T" | "D" | "B" | "R" | "C" | "W" | "V" | "i" => name.starts_with("__"),
            _ => false,
        };
        if bad {
            return Some((*name).to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_avoids_its_instrumentation_is_noticed() {
        for source in [
            "__attribute__((no_sanitize(\"address\"))) int f(void) { return 0; }",
            "#define A __attri\\\nbute__((x))",
            "#define P(a, b) a##b\nP(no_sani, tize)",
            "const char *__asan_default_options(void) { return \"\"; }",
            "int main(void) { __asm__(\"ud2\"); }",
            "_Pragma(\"GCC optimize 3\")",
            "extern char **environ;",
        ] {
            assert!(in_source(source).is_some(), "{source}");
        }
        assert_eq!(in_source("int line; /* a pleasant day */ int main(void) { exit(0); }"), None);
    }

    #[test]
    fn lines_cannot_be_moved_to_another_file() {
        for source in [
            "#line 1 \"/usr/x.h\"",
            "# 1 \"/usr/x.h\"",
            "#/**/line 1 \"x\"",
            "%:line 1 \"x\"",
            "#li\\\nne 1 \"x\"",
        ] {
            assert!(line_directive(source), "{source}");
        }
        assert!(!line_directive("#include <stdio.h>\n# define X 1\n#\n"));
    }

    #[test]
    fn only_what_a_filter_needs_may_be_called() {
        assert_eq!(in_object("                 U printf\n0000000000000000 T main\n U __asan_init\n"), None);
        for symbol in ["execv", "fork", "_exit", "signal", "unlink", "syscall", "dlsym", "environ", "setenv"]
        {
            assert_eq!(in_object(&format!("                 U {symbol}\n")), Some(symbol.to_owned()));
        }
        assert!(in_object("0000000000000000 T __asan_default_options\n").is_some());
    }
}
