//! A program's own parts in C: its cursor, and how it reads its file.

use super::style::{Bound, Reading, Spelling, Style};

const CURSOR: &str = include_str!("cursor.c");
const BINARY: &str = include_str!("binary.c");
const TEXT: &str = include_str!("text.c");

/// The identifiers that a program gives to its own parts.
pub const KEYS: [&str; 14] = [
    "cursor",
    "take_number",
    "string",
    "at",
    "stays",
    "broken",
    "phase",
    "digest",
    "step",
    "check",
    "dispatch",
    "fetch",
    "entry",
    "commands",
];

fn filled(text: &str, values: &[(&str, String)]) -> String {
    values.iter().fold(text.to_owned(), |text, (key, value)| text.replace(&format!("%{key}%"), value))
}

/// The cursor, and what reads numbers and strings from it.
#[must_use]
pub fn cursor(style: &Style) -> String {
    let (left, advance): (&str, fn(&str) -> String) = match style.bound {
        Bound::Left => ("$in->$$stays", |n| format!("$in->$$at += {n};\n$in->$$stays -= {n};")),
        Bound::End => ("(size_t)($in->$$stays - $in->$$at)", |n| format!("$in->$$at += {n};")),
    };
    let text = matches!(style.spelling, Spelling::Text { .. });
    let sticky = style.reading == Reading::Sticky;
    let pointer = if text { "uint8_t " } else { "const uint8_t " };
    let bound = match style.bound {
        Bound::Left => "size_t $$stays".to_owned(),
        Bound::End => format!("{pointer}*$$stays"),
    };
    let fail = |nothing: &str| {
        if sticky { format!("$in->$$broken = 1;\nreturn {nothing};") } else { "return 0;".to_owned() }
    };
    let give = |value: &str, to: &str| {
        if sticky { format!("return {value};") } else { format!("*{to} = {value};\nreturn 1;") }
    };
    let number = number(style, left, advance, &fail("0"), &give("$value", "$to"));
    let string = string(style, left, advance, &fail("NULL"), &give("$p", "$to"));
    filled(
        CURSOR,
        &[
            ("POINTER", pointer.to_owned()),
            ("BOUND", bound),
            ("FLAG", if sticky { "int $$broken;".to_owned() } else { String::new() }),
            ("RESULT", if sticky { "unsigned".to_owned() } else { "int".to_owned() }),
            ("OUT_NUMBER", if sticky { String::new() } else { ", unsigned *$to".to_owned() }),
            ("STRING_RESULT", if sticky { "const uint8_t *".to_owned() } else { "int ".to_owned() }),
            ("OUT_STRING", if sticky { String::new() } else { ", const uint8_t **$to".to_owned() }),
            ("NUMBER", number),
            ("STRING", string),
        ],
    )
}

fn number(style: &Style, left: &str, advance: fn(&str) -> String, fail: &str, give: &str) -> String {
    match &style.spelling {
        Spelling::Binary { big_endian, .. } => {
            let join = join(*big_endian, "$value", "$in->$$at[$i]");
            let go = advance("$width");
            format!(
                "unsigned $value = 0;\n\nif ({left} < $width) {{\n{fail}\n}}\n@each($i, $width)\n{join}\n{go}\n{give}"
            )
        }
        Spelling::Text { separator, .. } => {
            let go = advance("1");
            format!(
                "unsigned long $most = (1ul << 8 * $width) - 1, $value = 0;\nint $b = 0;\n\n\
                 if ({left} > 0 && *$in->$$at == '{separator}') {{\n{go}\n}}\n\
                 while ({left} > 0 && *$in->$$at >= '0' && *$in->$$at <= '9' && $value <= $most) {{\n\
                 $value = $value * 10 + (unsigned long)(*$in->$$at - '0');\n$b = 1;\n{go}\n}}\n\
                 if (!$b || $value > $most) {{\n{fail}\n}}\n{give}"
            )
            .replace("$most", "$room")
        }
    }
}

fn string(style: &Style, left: &str, advance: fn(&str) -> String, fail: &str, give: &str) -> String {
    match &style.spelling {
        Spelling::Binary { string_length_bytes, .. } => {
            let read = match style.reading {
                Reading::Sticky => format!(
                    "unsigned $size = $$take_number($in, {string_length_bytes});\nif ($in->$$broken || {left} < $size) {{\n*$count = 0;\n{fail}\n}}"
                ),
                Reading::OneByOne | Reading::Together => format!(
                    "unsigned $size;\nif (!$$take_number($in, {string_length_bytes}, &$size) || {left} < $size) {{\n{fail}\n}}"
                ),
            };
            let go = advance("$size");
            format!("{read}\nconst uint8_t *$p = $in->$$at;\n{go}\n*$count = $size;\n{give}")
        }
        Spelling::Text { separator, string_mark, .. } => {
            let go = advance("1");
            let two = advance("2");
            let digit = |at: &str| {
                format!("($in->$$at[{at}] <= '9' ? $in->$$at[{at}] - '0' : $in->$$at[{at}] - 'a' + 10)")
            };
            let (high, low) = (digit("0"), digit("1"));
            let hex = |at: &str| format!("strchr(\"0123456789abcdef\", $in->$$at[{at}]) && $in->$$at[{at}]");
            let (first, second) = (hex("0"), hex("1"));
            format!(
                "uint8_t *$p;\nsize_t $size = 0;\n\n*$count = 0;\n\
                 if ({left} > 0 && *$in->$$at == '{separator}') {{\n{go}\n}}\n\
                 if ({left} == 0 || *$in->$$at != '{string_mark}') {{\n{fail}\n}}\n{go}\n$p = $in->$$at;\n\
                 while ({left} > 1 && {first} && {second}) {{\n\
                 $p[$size++] = (uint8_t)({high} << 4 | {low});\n{two}\n}}\n*$count = $size;\n{give}"
            )
        }
    }
}

fn join(big_endian: bool, value: &str, byte: &str) -> String {
    if big_endian {
        format!("{value} = {value} << 8 | {byte};")
    } else {
        format!("{value} |= (unsigned){byte} << 8 * $i;")
    }
}

/// `main`, and what it reads with.
#[must_use]
pub fn main(style: &Style, file: &str) -> String {
    let text = match &style.spelling {
        Spelling::Text { magic, check_mark, .. } => text_main(style, magic, *check_mark),
        Spelling::Binary { .. } => binary_main(style),
    };
    filled(&text, &[("FILE", file.to_owned()), ("TAKEN", style.taken.to_owned())])
}

/// What a cursor's second member is at the start.
fn bound_at_start(style: &Style, from: &str, size: &str) -> String {
    match style.bound {
        Bound::Left => size.to_owned(),
        Bound::End => format!("{from} + {size}"),
    }
}

fn text_main(style: &Style, magic: &str, check_mark: char) -> String {
    let check = style.check.map_or_else(String::new, |(_, start)| {
        format!(
            "char *$p = strrchr($line, '{check_mark}');\nunsigned $acc = {start};\n\n\
             $a = $p != NULL;\nif ($p) {{\n*$p++ = '\\0';\n$count = strlen($line);\n\
             @each($i, $count)\n$acc = $$check($acc, (uint8_t)$line[$i]);\n\
             $a = strlen($p) == 4 && strtoul($p, NULL, 16) == $acc;\n}}"
        )
    });
    let start = bound_at_start(style, "(uint8_t *)$line + $place", "($count - $place)");
    filled(TEXT, &[("MAGIC", magic.to_owned()), ("CHECK", check), ("BOUND_START", start)])
}

fn binary_main(style: &Style) -> String {
    let Spelling::Binary { magic, big_endian, tag_bytes, length_bytes, length_first, mask, .. } =
        &style.spelling
    else {
        return String::new();
    };
    let (tag, length) = (format!("{tag_bytes}, &$kind"), format!("{length_bytes}, &$size"));
    let (first, second) = if *length_first { (length, tag) } else { (tag, length) };
    let bytes: Vec<String> = magic.iter().map(|byte| format!("{byte:#04x}")).collect();
    let mask = mask.map_or_else(String::new, |[start, factor, summand]| {
        format!(
            "unsigned $word = {start};\n@each($i, $size) {{\n$buf[$i] ^= (uint8_t)$word;\n\
             $word = ($word * {factor} + {summand}) & 0xff;\n}}"
        )
    });
    let (declared, check, holds) = match style.check {
        None => (String::new(), "", "1"),
        Some((_, start)) => (
            format!("unsigned $acc = {start}, $value;"),
            "@each($i, $size)\n$acc = $$check($acc, $buf[$i]);",
            "$$fetch(2, &$value) && $value == $acc",
        ),
    };
    let values = [
        ("MAGIC", bytes.join(", ")),
        ("JOIN", join(*big_endian, "*$value", "$buf[$i]")),
        ("FIRST", first),
        ("SECOND", second),
        ("MASK", mask),
        ("CHECK_DECLARED", declared),
        ("CHECK", check.to_owned()),
        ("CHECK_HOLDS", holds.to_owned()),
        ("BOUND_START", bound_at_start(style, "$buf", "$size")),
    ];
    filled(BINARY, &values)
}
