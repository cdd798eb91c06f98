//! What a sanitizer's report says: the class of the error and the first frame in the program itself.
//!
//! Formats: the output of GCC 12's libasan and libubsan. The report is read from the sanitizer's own log file, never
//! from the program's output, where an input could be echoed.

/// What a report says happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// Memory was used that must not be.
    MemoryError {
        /// The sanitizer's name for it.
        class: String,
    },
    /// The program ended itself by what is no memory error, and may be a flaw all the same.
    Weak(Weak),
    /// Something else that the sanitizers object to, or a memory error outside the program itself.
    Other {
        /// Its first words.
        what: String,
    },
}

/// What ends a program without using memory that it must not use. Counts only where an item names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weak {
    /// Memory near address 0 was used.
    NullPointer,
    /// The stack was used up.
    StackExhaustion,
}

impl std::fmt::Display for Weak {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NullPointer => "null-pointer",
            Self::StackExhaustion => "stack-exhaustion",
        })
    }
}

/// AddressSanitizer's names for memory errors. Exhausted stacks and allocators, and null pointers, are not among them.
const MEMORY_ERRORS: [&str; 17] = [
    "heap-buffer-overflow",
    "heap-buffer-underflow",
    "stack-buffer-overflow",
    "stack-buffer-underflow",
    "dynamic-stack-buffer-overflow",
    "global-buffer-overflow",
    "container-overflow",
    "intra-object-overflow",
    "heap-use-after-free",
    "stack-use-after-return",
    "stack-use-after-scope",
    "use-after-poison",
    "attempting double-free",
    "attempting free",
    "negative-size-param",
    "alloc-dealloc-mismatch",
    "unknown-crash",
];

/// Reads a log file; `None` when the sanitizers had nothing to say.
pub fn read(log: &str, source_name: &str) -> Option<Report> {
    let first = log.lines().find(|line| !line.trim().is_empty())?;
    let Some(at) = log.find("ERROR: AddressSanitizer: ") else {
        return Some(Report::Other { what: first_words(first) });
    };
    let error = &log[at + "ERROR: AddressSanitizer: ".len()..];
    let headline = error.lines().next().unwrap_or_default();
    let class = MEMORY_ERRORS.iter().find(|class| headline.starts_with(**class)).copied();
    let class = class.or_else(|| wild_access(headline, error).then_some("SEGV"));
    let in_program = error
        .lines()
        .take_while(|line| {
            !line.contains("is located") && !line.contains("freed by") && !line.contains("allocated by")
        })
        .any(|line| line.trim_start().starts_with('#') && line.contains(source_name));
    match class {
        None if in_program => Some(weak(headline, error)),
        Some(class) if in_program => Some(Report::MemoryError { class: class.to_owned() }),
        Some(_) | None => Some(Report::Other { what: first_words(headline) }),
    }
}

fn weak(headline: &str, error: &str) -> Report {
    if headline.starts_with("stack-overflow on address") {
        Report::Weak(Weak::StackExhaustion)
    } else if headline.starts_with("SEGV on unknown address")
        && error.contains("address points to the zero page")
    {
        Report::Weak(Weak::NullPointer)
    } else {
        Report::Other { what: first_words(headline) }
    }
}

/// A segmentation fault away from the zero page, where null pointers end.
fn wild_access(headline: &str, error: &str) -> bool {
    headline.starts_with("SEGV on unknown address") && !error.contains("address points to the zero page")
}

fn first_words(line: &str) -> String {
    line.split_whitespace().take(4).collect::<Vec<_>>().join(" ").chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OVERFLOW: &str = "=================================================================\n==2==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x6020 at pc 0x55 bp 0x7f sp 0x7f\nWRITE of size 1 at 0x6020 thread T0\n    #0 0x55 in fill /work/program.c:9\n    #1 0x55 in main /work/program.c:20\n\n0x6020 is located 0 bytes to the right of 10-byte region\nallocated by thread T0 here:\n";

    #[test]
    fn a_memory_error_in_the_program_is_one() {
        assert_eq!(
            read(OVERFLOW, "program.c"),
            Some(Report::MemoryError { class: "heap-buffer-overflow".to_owned() })
        );
    }

    #[test]
    fn an_error_without_a_frame_of_the_program_is_another() {
        assert!(matches!(read(OVERFLOW, "other.c"), Some(Report::Other { .. })));
    }

    #[test]
    fn a_null_pointer_and_an_exhausted_stack_do_not_count() {
        let null = "==2==ERROR: AddressSanitizer: SEGV on unknown address 0x000000000000 (pc 0x1)\n==2==Hint: address points to the zero page.\n    #0 0x1 in f /work/program.c:3\n";
        let stack = "==2==ERROR: AddressSanitizer: stack-overflow on address 0x7f\n    #0 0x1 in f /work/program.c:3\n";
        for (log, weak) in [(null, Weak::NullPointer), (stack, Weak::StackExhaustion)] {
            assert_eq!(read(log, "program.c"), Some(Report::Weak(weak)));
            assert!(matches!(read(log, "other.c"), Some(Report::Other { .. })), "{log}");
        }
    }

    #[test]
    fn a_wild_access_counts() {
        let wild = "==2==ERROR: AddressSanitizer: SEGV on unknown address 0x6250dead (pc 0x1)\n    #0 0x1 in f /work/program.c:3\n";
        assert_eq!(read(wild, "program.c"), Some(Report::MemoryError { class: "SEGV".to_owned() }));
    }

    #[test]
    fn silence_is_no_report() {
        assert_eq!(read("\n", "program.c"), None);
    }
}
