//! One module of a program: its text, its names, its numbers, and the tags of its records.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::style::{Spelling, Style};
use crate::draw::Draw;
use crate::family::Family;
use crate::gate::Gate;
use crate::names::{Names, Register};
use crate::step::Plan;
use crate::template::{Layout, keys, layout};

/// A module, ready to be written.
pub struct Module {
    /// Its text.
    pub text: &'static str,
    /// What it reads.
    pub plan: Plan,
    /// Its identifiers.
    pub names: Names,
    /// Its numbers as they are written.
    pub numbers: BTreeMap<&'static str, String>,
    /// Those of them that are constants with a name.
    pub constants: Vec<(String, String)>,
    /// The order of its records' fields.
    pub layout: Layout,
    /// The phase in which all of it can be used.
    pub phase: u32,
    /// The phase below which its guarded operations refuse.
    pub guard: u32,
    /// Tag and word of each operation.
    pub tags: BTreeMap<String, (u32, String)>,
    /// The choices of its text.
    pub key: Draw,
}

impl Module {
    /// A module of a family, any of its shapes.
    pub fn of(family: &Family, phase: u32, register: &mut Register, draw: &mut Draw) -> Self {
        let shape = draw.pick(family.shapes);
        let plan = (shape.plan)(draw);
        Self::new(shape.text, plan, (phase, phase), register, draw)
    }

    /// The gate that opens phase `level`.
    pub fn gate(gate: &Gate, level: u32, register: &mut Register, draw: &mut Draw) -> Self {
        let (mut numbers, step) = (gate.plan)(draw);
        numbers.push(("LEVEL", level));
        let plan = Plan { numbers, sound: vec![step], edge: Vec::new(), breaking: Vec::new() };
        Self::new(gate.text, plan, (level, level - 1), register, draw)
    }

    fn new(
        text: &'static str,
        plan: Plan,
        (phase, guard): (u32, u32),
        register: &mut Register,
        draw: &mut Draw,
    ) -> Self {
        let names = register.module(&keys(text).0, draw);
        let layout = layout(text, draw);
        let mut numbers = BTreeMap::new();
        let mut constants = Vec::new();
        for (key, number) in &plan.numbers {
            // An enumerator is an int.
            let literal = match i32::try_from(*number) {
                Err(_) => format!("{number:#x}u"),
                Ok(_) if draw.chance(25) && *number > 9 => format!("{number:#x}"),
                Ok(_) => number.to_string(),
            };
            if i32::try_from(*number).is_ok() && draw.chance(50) {
                let name = register.constant(&names, key, draw);
                constants.push((name.clone(), literal));
                numbers.insert(*key, name);
            } else {
                numbers.insert(*key, literal);
            }
        }
        Self {
            text,
            plan,
            names,
            numbers,
            constants,
            layout,
            phase,
            guard,
            tags: BTreeMap::new(),
            key: draw.fork(),
        }
    }

    /// The function for an operation.
    fn function(&self, op: &str) -> &str {
        self.names.get(&format!("op_{op}")).unwrap_or_default()
    }
}

/// Gives every operation a tag and a word.
pub fn tag(modules: &mut [Module], style: &Style, draw: &mut Draw) {
    let width = match &style.spelling {
        Spelling::Binary { tag_bytes, .. } => *tag_bytes,
        Spelling::Text { .. } => 2,
    };
    let mut taken = BTreeSet::new();
    for module in modules {
        let ops: Vec<String> = module.layout.keys().cloned().collect();
        for op in ops {
            let tag = loop {
                let tag = match width {
                    1 => draw.number(1, 0xff),
                    2 => draw.number(0x100, 0xffff),
                    _ => {
                        draw.bytes(4, b'A', b'Z').iter().fold(0, |tag, letter| tag << 8 | u32::from(*letter))
                    }
                };
                if taken.insert(tag) {
                    break tag;
                }
            };
            let word = module.function(&op).replace('_', "-");
            module.tags.insert(op, (tag, word));
        }
    }
}

/// The module names that [`dispatch`] uses.
pub const DISPATCH_KEYS: &str = "$kind $in $i $value $to";

/// The function that finds a record's function.
pub fn dispatch(modules: &[Module], order: &[usize], style: &Style) -> String {
    let text = matches!(style.spelling, Spelling::Text { .. });
    let acts: Vec<(String, &str)> = order
        .iter()
        .flat_map(|at| {
            let module = &modules[*at];
            module.tags.iter().map(move |(op, (tag, word))| {
                (if text { format!("\"{word}\"") } else { format!("{tag:#x}") }, module.function(op))
            })
        })
        .collect();
    let (kind, result, refused) =
        (if text { "const char *" } else { "unsigned " }, style.result, style.refused);
    let head = format!("static {result} $$dispatch({kind}$kind, struct $$cursor *$in)");
    let mut written = String::new();
    // Writing to a String cannot fail.
    let _ = if style.table {
        let rows: Vec<String> = acts.iter().map(|(tag, act)| format!("{{ {tag}, {act} }},")).collect();
        let same =
            if text { "strcmp($$commands[$i].$value, $kind) == 0" } else { "$$commands[$i].$value == $kind" };
        write!(
            written,
            "static const struct $$entry {{\n{kind}$value;\n{result} (*$to)(struct $$cursor *);\n}} $$commands[] = {{\n{}\n}};\n\n\
             {head}\n{{\n@each($i, sizeof $$commands / sizeof *$$commands)\nif ({same})\nreturn $$commands[$i].$to($in);\nreturn {refused};\n}}\n",
            rows.join("\n")
        )
    } else if text {
        let tests: Vec<String> = acts
            .iter()
            .map(|(tag, act)| format!("if (strcmp($kind, {tag}) == 0)\nreturn {act}($in);"))
            .collect();
        write!(written, "{head}\n{{\n{}\nreturn {refused};\n}}\n", tests.join("\n"))
    } else {
        let cases: Vec<String> =
            acts.iter().map(|(tag, act)| format!("case {tag}:\nreturn {act}($in);")).collect();
        write!(
            written,
            "{head}\n{{\nswitch ($kind) {{\n{}\ndefault:\nreturn {refused};\n}}\n}}\n",
            cases.join("\n")
        )
    };
    written
}
