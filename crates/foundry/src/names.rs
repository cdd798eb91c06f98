//! What things are called: neutral words, so that no name says where the error is.

use std::collections::{BTreeMap, BTreeSet};

use crate::draw::Draw;
use crate::words;

/// Identifiers by their keys in the texts.
#[derive(Debug, Clone, Default)]
pub struct Names(BTreeMap<String, String>);

impl Names {
    /// The identifier of `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }
}

/// Every identifier of one program, so that none is given twice.
pub struct Register {
    taken: BTreeSet<String>,
    nouns: Vec<&'static str>,
    noun_first: bool,
}

impl Register {
    /// An empty register with the nouns of one trade.
    pub fn new(nouns: &[&'static str], draw: &mut Draw) -> Self {
        let mut nouns = nouns.to_vec();
        draw.shuffle(&mut nouns);
        let taken = words::RESERVED.iter().map(|word| (*word).to_owned()).collect();
        Self { taken, nouns, noun_first: draw.chance(50) }
    }

    /// Names a program's own parts.
    pub fn program(&mut self, keys: &[&str], draw: &mut Draw) -> Names {
        let named = keys.iter().map(|key| ((*key).to_owned(), self.free(&words::synonyms(key), draw)));
        Names(named.collect())
    }

    /// Names a module's parts.
    pub fn module(&mut self, keys: &[String], draw: &mut Draw) -> Names {
        let noun = self.nouns.pop().unwrap_or("entry");
        // What stands at the file's level comes first, so that no local name hides it.
        let (outer, inner): (Vec<&String>, Vec<&String>) = keys.iter().partition(|key| is_outer(key));
        let mut names = BTreeMap::from([("noun".to_owned(), noun.to_owned())]);
        for key in outer {
            let (kind, rest) = key.split_once('_').unwrap_or(("", key.as_str()));
            let synonyms = words::synonyms(rest);
            let mut all: Vec<String> = Vec::new();
            for word in &synonyms {
                all.push(match kind {
                    "t" if rest == "item" => noun.to_owned(),
                    _ if self.noun_first => format!("{noun}_{word}"),
                    _ => format!("{word}_{noun}"),
                });
            }
            names.insert(key.clone(), self.free(&all, draw));
        }
        let mut local = BTreeSet::new();
        for key in inner {
            let mut free: Vec<String> = words::synonyms(key)
                .into_iter()
                .filter(|word| !local.contains(word) && !self.taken.contains(word))
                .collect();
            let name = if free.is_empty() { format!("{noun}_{}", local.len()) } else { draw.take(&mut free) };
            local.insert(name.clone());
            names.insert(key.clone(), name);
        }
        Names(names)
    }

    /// One of the names that nothing has yet.
    fn free(&mut self, of: &[String], draw: &mut Draw) -> String {
        let mut free: Vec<String> = of.iter().filter(|name| !self.taken.contains(*name)).cloned().collect();
        let name = if free.is_empty() {
            let base = draw.pick(of).clone();
            // Some number is not taken yet.
            (2..)
                .map(|number| format!("{base}_{number}"))
                .find(|name| !self.taken.contains(name))
                .unwrap_or(base)
        } else {
            draw.take(&mut free)
        };
        self.taken.insert(name.clone());
        name
    }

    /// A name for a constant of the module's.
    pub fn constant(&mut self, module: &Names, key: &str, draw: &mut Draw) -> String {
        let noun = module.get("noun").unwrap_or("entry").to_ascii_uppercase();
        let all: Vec<String> = words::synonyms(key)
            .iter()
            .map(|word| if self.noun_first { format!("{noun}_{word}") } else { format!("{word}_{noun}") })
            .collect();
        self.free(&all, draw)
    }
}

fn is_outer(key: &str) -> bool {
    ["g_", "f_", "t_", "op_"].iter().any(|kind| key.starts_with(kind))
}
