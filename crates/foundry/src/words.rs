//! Words: what programs are about, and what their parts may be called.

/// A trade that programs are about: what a file is, and the nouns of its parts.
pub struct Trade {
    /// What the program reads, with its article.
    pub file: &'static str,
    /// What modules deal with.
    pub nouns: &'static [&'static str],
}

/// The trades.
pub const TRADES: [Trade; 10] = [
    Trade {
        file: "a harbour master's journal",
        nouns: &[
            "berth",
            "crane",
            "barge",
            "pilot",
            "cargo",
            "buoy",
            "anchor",
            "tug",
            "lock_gate",
            "manifest",
            "hawser",
            "quay",
        ],
    },
    Trade {
        file: "an orchard's ledger",
        nouns: &[
            "row", "tree", "basket", "press", "graft", "crate", "hive", "ladder", "cellar", "picker",
            "blossom", "cider",
        ],
    },
    Trade {
        file: "a theatre's cue sheet",
        nouns: &[
            "lamp", "curtain", "scene", "actor", "prop", "fader", "trapdoor", "prompt", "costume", "balcony",
            "rig", "chorus",
        ],
    },
    Trade {
        file: "an observatory's night log",
        nouns: &[
            "star",
            "plate",
            "filter",
            "dome",
            "mirror",
            "transit",
            "comet",
            "mount",
            "exposure",
            "seeing",
            "catalogue",
            "eyepiece",
        ],
    },
    Trade {
        file: "a railway yard's shift record",
        nouns: &[
            "wagon",
            "siding",
            "signal",
            "points",
            "engine",
            "brake",
            "platform",
            "coupling",
            "shunter",
            "tender",
            "sleeper",
            "timetable",
        ],
    },
    Trade {
        file: "a bakery's day book",
        nouns: &[
            "oven",
            "dough",
            "loaf",
            "tray",
            "recipe",
            "yeast",
            "counter",
            "sack",
            "glaze",
            "order",
            "proof_box",
            "crumb",
        ],
    },
    Trade {
        file: "a weather station's readings",
        nouns: &[
            "gauge", "vane", "sonde", "front", "mast", "cloud", "frost", "reading", "balloon", "gust",
            "rain", "sensor",
        ],
    },
    Trade {
        file: "a printing shop's job bag",
        nouns: &[
            "galley",
            "forme",
            "ink",
            "proof",
            "plate_stack",
            "margin",
            "folio",
            "binding",
            "typeface",
            "ream",
            "imprint",
            "roller",
        ],
    },
    Trade {
        file: "a museum's inventory",
        nouns: &[
            "exhibit",
            "vitrine",
            "donor",
            "label_card",
            "loan",
            "curator",
            "restoration",
            "fresco",
            "gallery",
            "archive",
            "coin",
            "tapestry",
        ],
    },
    Trade {
        file: "a mountain hut's guest book",
        nouns: &[
            "guest", "bunk", "rope", "summit", "stove", "trail", "pass", "rucksack", "guide", "glacier",
            "lantern", "kettle",
        ],
    },
];

/// Names that no program gives: C's, its library's, and those that are too easily hidden.
pub const RESERVED: [&str; 58] = [
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum",
    "extern", "float", "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return",
    "short", "signed", "sizeof", "static", "struct", "switch", "typedef", "union", "unsigned", "void",
    "volatile", "while", "bool", "true", "false", "main", "malloc", "calloc", "realloc", "free", "memcpy",
    "memmove", "memset", "memcmp", "strlen", "strcmp", "printf", "putchar", "puts", "fread", "fgets",
    "fputs", "stdin", "stdout", "stderr", "index",
];

/// What something with this key may be called.
pub fn synonyms(key: &str) -> Vec<String> {
    let of = listed(key).unwrap_or(&[]);
    // A key that is not listed names itself; a test holds that all are listed.
    if of.is_empty() { vec![key.to_owned()] } else { of.iter().map(|word| (*word).to_owned()).collect() }
}

/// The words for a key.
pub fn listed(key: &str) -> Option<&'static [&'static str]> {
    LISTED.iter().find(|(keys, _)| keys.contains(&key)).map(|(_, words)| *words)
}

type Entry = (&'static [&'static str], &'static [&'static str]);

const LISTED: &[Entry] = &[
    (&["in"], &["in", "from", "src", "body", "rec", "input", "args"]),
    (
        &["text", "left", "right"],
        &["text", "data", "bytes", "body_text", "chunk", "raw", "blob", "piece", "content"],
    ),
    (
        &["text_n", "left_n", "right_n"],
        &["len", "length", "size", "n", "count", "total", "text_len", "nbytes", "data_len"],
    ),
    (&["buf", "copy", "line"], &["buf", "out", "dst", "tmp", "work", "room", "scratch", "area", "block"]),
    (&["to", "p"], &["to", "p", "cur", "tail_at", "ptr", "w", "next_at"]),
    (&["i", "k"], &["i", "j", "k", "at", "pos", "idx", "n_done", "x"]),
    (&["room", "rest", "need"], &["need", "space", "amount", "rest", "wanted", "extent", "sum"]),
    (
        &["place", "from", "into"],
        &["slot", "which", "number", "id", "nr", "where", "ref", "target", "origin"],
    ),
    (
        &["value", "amount"],
        &["value", "weight", "level", "rate", "reading", "mark", "amount_of", "figure", "price"],
    ),
    (&["count", "times"], &["howmany", "times", "repeat", "units", "quantity", "span", "rounds"]),
    (&["kind"], &["kind", "sort", "form", "mode", "style", "variant"]),
    (&["width", "column"], &["width", "across", "cols", "column", "wide", "reach"]),
    (&["height"], &["height", "down", "rows", "line_no", "high", "depth"]),
    (&["node", "moved"], &["node", "it", "one", "fresh", "entry", "grown"]),
    (&["next"], &["next", "link", "after", "follows", "then"]),
    (&["hash", "acc", "word"], &["h", "acc", "mix", "state", "code", "fold"]),
    (&["a", "b"], &["a", "b", "lhs", "rhs", "first", "second", "u", "v"]),
    (&["number", "units"], &["number", "figure", "whole", "digits", "measure"]),
    (&["item"], &["item", "entry", "rec", "cell", "info"]),
    (&["small"], &["short", "brief", "plain", "simple", "basic"]),
    (&["large"], &["long", "full", "wide", "rich", "detailed"]),
    (&["load"], &["load", "content", "payload", "holding"]),
    (
        &["items", "cells", "pool", "table"],
        &["list", "table", "store", "shelf", "all", "bank", "set", "board", "rack", "pool"],
    ),
    (&["used", "size", "top"], &["used", "filled", "count", "total", "taken", "stocked", "number", "tally"]),
    (&["best", "current"], &["current", "chosen", "marked", "focus", "active", "latest"]),
    (&["head"], &["head", "first", "front", "oldest"]),
    (&["tail"], &["tail", "last", "back", "newest"]),
    (&["cap"], &["cap", "limit_now", "slots", "ready", "reserve"]),
    (&["last", "title"], &["title", "name", "caption", "heading", "label"]),
    (&["spread", "high"], &["spread", "extent", "rows", "range", "breadth"]),
    // what functions do
    (
        &["set", "fill", "load_all", "open"],
        &["set", "load", "prepare", "enter", "begin", "install", "supply", "take_in"],
    ),
    (&["show", "print"], &["show", "print", "report", "list", "tell", "display", "state"]),
    (&["add", "push"], &["add", "push", "append", "admit", "place", "record", "post", "book"]),
    (&["drop", "pop"], &["drop", "remove", "retire", "discharge", "clear", "dismiss", "strike"]),
    (
        &["join", "frame", "quote", "unpack", "replay"],
        &["render", "convert", "process", "expand", "compose", "handle", "format", "apply"],
    ),
    (&["pick", "mark"], &["pick", "choose", "select", "mark", "point", "note"]),
    (&["share", "twin", "link"], &["share", "link", "couple", "lend", "assign", "relate", "pair"]),
    (&["sum", "tally", "walk", "fold"], &["sum", "tally", "walk", "follow", "reckon", "survey", "total_up"]),
    (&["cell", "look", "define"], &["look_up", "find", "query", "read_out", "inspect", "probe_at", "define"]),
    (
        &["patch", "draw", "raise", "turn", "skip", "note"],
        &["patch", "adjust", "change", "revise", "update", "shift", "touch", "amend", "turn"],
    ),
    (&["move"], &["move", "seek", "go_to", "advance", "travel"]),
    (&["make", "grow", "measure", "same"], &["make", "provide", "ensure", "obtain", "arrange", "furnish"]),
    (&["gate"], &["greet", "agree", "settle", "confirm", "attest", "countersign", "vouch", "register"]),
    // constants
    (&["CAP", "WIDE", "MAX", "ROWS"], &["LIMIT", "CAPACITY", "MOST", "MAX", "ROOM", "BOUND", "EXTENT"]),
    (
        &["HEAD", "UNIT", "BIAS", "GROWN", "SCALE", "GROW", "UNITS", "SPLIT"],
        &["UNIT", "STEP", "BASE", "GRAIN", "STRIDE", "PITCH", "SHARE"],
    ),
    (
        &["MARK", "SIGN", "PAD", "BLANK", "SALT", "MUL", "KEY", "GOAL", "MOD", "TURN", "STAY"],
        &["KEY", "CODE", "SIGN", "TOKEN", "GLYPH", "RATIO", "FACTOR", "TUNE", "PRIME"],
    ),
    // a program's own
    (&["cursor"], &["cursor", "reader", "slice", "span", "view", "source", "stream_at"]),
    (
        &["number_of", "take_number"],
        &["take_uint", "get_num", "read_number", "next_uint", "fetch_int", "pull_uint"],
    ),
    (&["string"], &["take_bytes", "get_string", "read_blob", "next_chunk", "fetch_bytes", "pull_bytes"]),
    (&["at"], &["at", "p", "ptr", "here", "pos_at"]),
    (&["end", "stays"], &["end", "still_left", "stop", "remaining", "limit_at"]),
    (&["broken"], &["bad", "failed", "short_read", "err", "broken"]),
    (&["phase"], &["phase", "stage", "standing", "session", "progress", "rank"]),
    (&["digest"], &["digest", "trace", "history", "running", "thread_sum", "imprint_so_far"]),
    (&["step", "check"], &["mix_in", "fold_byte", "stir", "blend", "accumulate", "absorb", "churn"]),
    (&["dispatch"], &["dispatch", "perform", "act_on", "route", "carry_out", "serve"]),
    (&["fetch"], &["read_field", "load_uint", "get_word", "read_int", "input_uint"]),
    (&["commands"], &["commands", "actions", "routes", "verbs", "table_of_acts"]),
    (&["entry"], &["command", "action", "route", "verb_entry", "act"]),
    (&["digit"], &["digit", "nibble", "hex_of", "from_hex"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::family::FAMILIES;
    use crate::gate::GATES;
    use crate::template::keys;

    #[test]
    fn every_name_and_number_of_every_text_has_words() {
        let shapes = FAMILIES.iter().flat_map(|family| family.shapes).map(|shape| shape.text);
        for text in shapes.chain(GATES.iter().map(|gate| gate.text)) {
            for key in keys(text).0 {
                let bare =
                    ["g_", "f_", "t_", "op_"].iter().find_map(|kind| key.strip_prefix(kind)).unwrap_or(&key);
                assert!(listed(bare).is_some_and(|words| words.len() > 3), "{key}");
            }
            let numbers = text
                .split('@')
                .skip(1)
                .map(|rest| rest.split(|c: char| !c.is_ascii_uppercase()).next().unwrap_or_default());
            for number in numbers.filter(|number| !number.is_empty()) {
                assert!(number == "LEVEL" || listed(number).is_some(), "{number}");
            }
        }
    }

    #[test]
    fn no_word_says_what_is_wrong() {
        let telling =
            ["bad_", "bug", "over", "stale", "unsafe", "leak", "wrong", "double", "freed", "dangling"];
        for word in
            LISTED.iter().flat_map(|(_, words)| *words).chain(TRADES.iter().flat_map(|trade| trade.nouns))
        {
            assert!(!telling.iter().any(|telling| word.contains(telling)), "{word}");
        }
    }
}
