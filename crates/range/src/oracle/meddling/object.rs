//! What a compiled object calls, defines and holds.

use super::library::LIBRARY;

/// What the sanitizers themselves add.
const INSTRUMENTATION: [&str; 2] = ["__asan_", "__ubsan_handle_"];

/// Sections that a compiler fills with code and data. Whatever else there is could run before the house's own parts.
const SECTIONS: [&str; 9] =
    [".text", ".rodata", ".data", ".bss", ".comment", ".note", ".eh_frame", ".debug_", ".group"];

/// The first symbol of a compiled object, as `nm` lists it, that a repaired program neither needs nor may define.
pub fn in_symbols(symbols: &str) -> Option<String> {
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
            // One of the library's names would stand in for the function that the house's parts or the sanitizers have.
            "T" | "D" | "B" | "R" | "C" | "W" | "V" | "i" => name.starts_with("__") || LIBRARY.contains(name),
            _ => false,
        };
        if bad {
            return Some((*name).to_owned());
        }
    }
    None
}

/// The first section of a compiled object, as `objdump -h` lists it, that is neither code nor data.
pub fn in_sections(sections: &str) -> Option<String> {
    let name = |line: &str| {
        let mut words = line.split_whitespace();
        words.next()?.parse::<u32>().ok()?;
        words.next().map(str::to_owned)
    };
    sections.lines().filter_map(name).find(|name| !SECTIONS.iter().any(|known| name.starts_with(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_filter_needs_may_be_called() {
        assert_eq!(in_symbols("                 U printf\n0000000000000000 T main\n U __asan_init\n"), None);
        for symbol in ["execv", "fork", "_exit", "signal", "unlink", "syscall", "dlsym", "environ", "setenv"]
        {
            assert_eq!(in_symbols(&format!("                 U {symbol}\n")), Some(symbol.to_owned()));
        }
        assert!(in_symbols("0000000000000000 T __asan_default_options\n").is_some());
    }

    #[test]
    fn nothing_may_stand_in_for_the_library() {
        assert_eq!(in_symbols("0000000000000000 T malloc\n"), Some("malloc".to_owned()));
        assert_eq!(in_symbols("0000000000000000 t malloc\n"), None);
    }

    #[test]
    fn nothing_may_run_before_main() {
        let listed = |name: &str| {
            format!("Sections:\nIdx Name  Size\n  0 .text.unlikely 0010 CODE\n  1 {name} 0008 DATA\n")
        };
        assert_eq!(in_sections(&listed(".rodata.str1.1")), None);
        for name in [".init_array", ".init_array.00100", ".preinit_array", ".ctors", ".fini_array", "mine"] {
            assert_eq!(in_sections(&listed(name)), Some(name.to_owned()));
        }
    }
}
