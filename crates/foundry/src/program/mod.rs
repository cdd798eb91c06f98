//! Programs: modules, gates and a frame, put together once with the error and once without it.

mod encode;
mod fold;
mod frame;
mod module;
mod style;

use crate::difficulty::Difficulty;
use crate::draw::Draw;
use crate::family::{FAMILIES, Family};
use crate::gate::{GATES, Gate};
use crate::names::{Names, Register};
use crate::step::Step;
use crate::template::{Dress, Layout, Version, indented, keys, write_out};
use crate::words::TRADES;

use encode::{Encoder, Record};
use module::Module;
pub use style::{Reading, Style};

/// A program in two versions, and inputs whose effect is known.
#[derive(Debug, Clone)]
pub struct Program {
    /// What it reads, in words.
    pub file: &'static str,
    /// C source with the error.
    pub vulnerable: String,
    /// The same without it.
    pub fixed: String,
    /// The functions that belong to the error, in the vulnerable version.
    pub around: String,
    /// Whether its input is text.
    pub is_text: bool,
    /// Read well, without opening a gate.
    pub sample: Vec<u8>,
    /// Read well: every gate, and every operation.
    pub complete: Vec<u8>,
    /// The furthest towards the error that is still right.
    pub edge: Vec<u8>,
    /// Sets off the error.
    pub breaking: Vec<u8>,
    /// The same without opening the gates; where there are none, nothing.
    pub unopened: Option<Vec<u8>>,
}

/// What a program is made of, before it is written.
struct Plant {
    style: Style,
    modules: Vec<Module>,
    /// Where among the modules the gates start, in the order of their phases.
    gates_from: usize,
    names: Names,
    own: Names,
    file: &'static str,
    key: Draw,
}

/// Draws a program of `family`.
#[must_use]
pub fn program(family: &'static Family, difficulty: Difficulty, draw: &mut Draw) -> Program {
    let plant = Plant::draw(family, difficulty, draw);
    let mut order: Vec<usize> = (0..plant.modules.len()).collect();
    draw.shuffle(&mut order);
    let opened = plant.gates();
    let seeded = &plant.modules[0];
    let at = |steps: &[Step]| -> Vec<(usize, Step)> { steps.iter().map(|step| (0, step.clone())).collect() };
    let sound = |least: bool| -> Vec<(usize, Step)> {
        let modules =
            order.iter().filter(|at| **at < plant.gates_from && (!least || plant.modules[**at].phase == 0));
        modules.flat_map(|at| plant.modules[*at].plan.sound.iter().map(|step| (*at, step.clone()))).collect()
    };
    let after = |steps: Vec<(usize, Step)>| plant.encoded(&[opened.clone(), steps].concat());
    Program {
        file: plant.file,
        vulnerable: plant.source(Version::Vulnerable, &order),
        fixed: plant.source(Version::Fixed, &order),
        around: plant.written(0, Version::Vulnerable),
        is_text: matches!(plant.style.spelling, style::Spelling::Text { .. }),
        sample: plant.encoded(&sound(true)),
        complete: after(sound(false)),
        edge: after(at(&seeded.plan.edge)),
        breaking: after(at(&seeded.plan.breaking)),
        unopened: (!opened.is_empty()).then(|| plant.encoded(&at(&seeded.plan.breaking))),
    }
}

impl Plant {
    /// The module with the error comes first, then its decoys, then others, then the gates.
    fn draw(family: &'static Family, difficulty: Difficulty, draw: &mut Draw) -> Self {
        let style = Style::any(difficulty.is_checked(), difficulty.is_masked(), draw);
        let trade = draw.pick(&TRADES);
        let mut register = Register::new(trade.nouns, draw);
        let names = register.program(&frame::KEYS, draw);
        let mut modules = vec![Module::of(family, difficulty.depth, &mut register, draw)];
        for decoy in 0..difficulty.decoys {
            let phase = if decoy == 0 { difficulty.depth } else { draw.number(0, difficulty.depth) };
            modules.push(Module::of(family, phase, &mut register, draw));
        }
        let mut others: Vec<&'static Family> =
            FAMILIES.into_iter().filter(|other| !std::ptr::eq(*other, family)).collect();
        for other in 0..difficulty.size {
            // One at least is open from the beginning, so that there is a sample.
            let phase = if other == 0 { 0 } else { draw.number(0, difficulty.depth) };
            let of = draw.take(&mut others);
            modules.push(Module::of(of, phase, &mut register, draw));
        }
        let gates_from = modules.len();
        // Before the first gate the digest is a constant.
        let mut gates: Vec<&Gate> = GATES.iter().filter(|gate| !gate.needs_history).collect();
        for level in 1..=difficulty.depth {
            if level == 2 {
                gates.extend(GATES.iter().filter(|gate| gate.needs_history));
            }
            let gate = draw.take(&mut gates);
            modules.push(Module::gate(gate, level, &mut register, draw));
        }
        let own = register.module(&keys(&(Self::frame(&style, trade.file) + module::DISPATCH_KEYS)).0, draw);
        let mut plant = Self { style, modules, gates_from, names, own, file: trade.file, key: draw.fork() };
        module::tag(&mut plant.modules, &plant.style, draw);
        plant
    }

    fn gates(&self) -> Vec<(usize, Step)> {
        (self.gates_from..self.modules.len())
            .flat_map(|at| self.modules[at].plan.sound.iter().map(move |step| (at, step.clone())))
            .collect()
    }

    /// A module in C.
    fn written(&self, at: usize, version: Version) -> String {
        let module = &self.modules[at];
        // The others are without an error in both versions.
        let version = if at == 0 { version } else { Version::Fixed };
        let numbers = &module.numbers;
        let dress = Dress {
            style: &self.style,
            program: &self.names,
            module: &module.names,
            numbers,
            layout: &module.layout,
            phase: module.guard,
        };
        let body = write_out(module.text, version, &dress, &mut module.key.clone());
        let constants: Vec<String> = (module.constants.iter())
            .filter(|(name, _)| body.contains(name.as_str()))
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        let declared = if constants.is_empty() {
            String::new()
        } else {
            format!("enum {{ {} }};\n\n", constants.join(", "))
        };
        indented(&format!("{declared}{body}"), self.style.indent)
    }

    /// What every program has, with marks where modules and dispatch belong.
    fn frame(style: &Style, file: &str) -> String {
        let check = style.check.map_or_else(String::new, |(fold, _)| fold.source("$$check"));
        [
            "#include <stdbool.h>\n#include <stdint.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n".to_owned(),
            frame::cursor(style),
            format!("static unsigned $$digest = {};", style.digest.1),
            style.digest.0.source("$$step"),
            check,
            "%MODULES%\n%DISPATCH%".to_owned(),
            frame::main(style, file),
        ]
        .join("\n")
    }

    fn source(&self, version: Version, order: &[usize]) -> String {
        let (numbers, layout) = (Default::default(), Layout::new());
        let dress = Dress {
            style: &self.style,
            program: &self.names,
            module: &self.own,
            numbers: &numbers,
            layout: &layout,
            phase: 0,
        };
        let mut key = self.key.clone();
        let frame = write_out(&Self::frame(&self.style, self.file), version, &dress, &mut key);
        let dispatch =
            write_out(&module::dispatch(&self.modules, order, &self.style), version, &dress, &mut key);
        let phase = if self.gates_from < self.modules.len() { "static unsigned $$phase;\n\n" } else { "" };
        let mut modules = write_out(phase, version, &dress, &mut key);
        for at in order {
            modules.push_str(&self.written(*at, version));
            modules.push('\n');
        }
        // Modules are indented already; frames are not.
        let (before, after) = frame.split_once("%MODULES%\n%DISPATCH%").unwrap_or((&frame, ""));
        let unit = self.style.indent;
        format!(
            "/* Reads {} on standard input and prints what is in it. */\n{}\n{modules}{}\n{}",
            self.file,
            indented(before, unit),
            indented(&dispatch, unit),
            indented(after, unit)
        )
    }

    fn encoded(&self, steps: &[(usize, Step)]) -> Vec<u8> {
        let mut encoder = Encoder::new(&self.style);
        for (at, step) in steps {
            let module = &self.modules[*at];
            let (Some((tag, word)), Some(layout)) = (module.tags.get(step.op), module.layout.get(step.op))
            else {
                continue;
            };
            let value = |name: &str| {
                step.fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value.clone())
            };
            let fields = layout.iter().filter_map(|field| Some((field, value(&field.name)?))).collect();
            encoder.add(&Record { tag: *tag, word, fields });
        }
        encoder.finish()
    }
}
