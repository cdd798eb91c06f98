//! `proofhouse assay` as its users run it, on small banks that are made by a seeded simulation here.
#![expect(
    clippy::disallowed_methods,
    reason = "these tests start the program as its users do, and wait for it"
)]
#![expect(clippy::unwrap_used, reason = "a test's helpers fail the test")]

mod errors;
mod fit;
mod plan;
mod replay;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use assay::{Area, Bank, Calibration, Curve, Item, ParameterError, ResponseMatrix, Rng};
use tempfile::TempDir;

/// How a program ended.
#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ended {
    #[track_caller]
    fn with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    fn says(self, words: &str) -> Self {
        // Lines are folded at 80 columns.
        let said: Vec<&str> = self.stdout.split_whitespace().chain(self.stderr.split_whitespace()).collect();
        assert!(said.join(" ").contains(words), "no {words:?} in {self:?}");
        self
    }

    #[track_caller]
    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap()
    }
}

/// A folder with a bank of 60 items in two areas (`bank.json`, `bank.csv`), responses of 120 persons to it
/// (`responses.csv`) and its items' areas (`items.csv`).
struct Bench {
    folder: TempDir,
    bank: Bank,
}

impl Bench {
    fn new() -> Self {
        let mut rng = Rng::new(20_261_124);
        let bank = bank(60, &mut rng);
        let bench = Self { folder: tempfile::tempdir().unwrap(), bank };
        bench.write("bank.json", &bench.bank.to_json());
        let mut table = "item,a1,d,g,u,area\n".to_owned();
        let mut items = "item,area,anchor\n".to_owned();
        for item in bench.bank.items() {
            let (slope, area) = (item.curve.slope(), &bench.bank.areas()[item.area].name);
            table += &format!("{},{slope},{},0,1,{area}\n", item.name, -slope * item.curve.difficulty());
            items += &format!("{},{area},{}\n", item.name, if item.anchor { "yes" } else { "no" });
        }
        bench.write("bank.csv", &table);
        bench.write("items.csv", &items);
        bench.write("responses.csv", &responses(&bench.bank, 120, &mut rng).to_csv());
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn assay(&self, arguments: &str) -> Ended {
        let mut command = Command::new(env!("CARGO_BIN_EXE_proofhouse"));
        command.arg("assay").args(arguments.split_whitespace()).current_dir(self.folder.path());
        let output = command.stdin(Stdio::null()).env("NO_COLOR", "1").output().unwrap();
        Ended {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

fn bank(items: usize, rng: &mut Rng) -> Bank {
    let item = |number: usize, rng: &mut Rng| {
        // Without functions of the C library: the same on every machine.
        let (slope, difficulty) = (1.0 + 1.5 * rng.unit(), 1.2 * rng.normal());
        Item {
            name: format!("item-{number}"),
            area: number % 2,
            family: None,
            curve: Curve::two_pl(slope, difficulty).unwrap(),
            error: ParameterError { slope: 0.1, difficulty: 0.1, correlation: 0.0 },
            minutes: None,
            anchor: difficulty < -1.0,
            retired: None,
        }
    };
    let items = (0..items).map(|number| item(number, rng)).collect();
    let calibration = Calibration {
        source: "a seeded simulation".to_owned(),
        persons: 120,
        scaffold: "bare".to_owned(),
        tokens: 50_000,
        mean: 0.0,
        deviation: 1.0,
        area_spread: 0.2,
    };
    let areas = ["repair", "crack"].map(|name| Area { name: name.to_owned(), weight: 0.5 }).to_vec();
    Bank::new("small".to_owned(), calibration, areas, Vec::new(), items).unwrap()
}

/// One cell in fifty is missing.
fn responses(bank: &Bank, persons: usize, rng: &mut Rng) -> ResponseMatrix {
    let rows: Vec<Vec<Option<u8>>> = (0..persons)
        .map(|_| {
            let ability = rng.normal();
            let areas = [0.2 * rng.normal(), 0.2 * rng.normal()];
            let items = bank.items().iter();
            items
                .map(|item| {
                    let passed = rng.unit() < item.curve.expected(ability + areas[item.area]);
                    (rng.unit() > 0.02).then_some(u8::from(passed))
                })
                .collect()
        })
        .collect();
    let names = (0..persons).map(|number| format!("model-{number}")).collect();
    let items = bank.items().iter().map(|item| item.name.clone()).collect();
    ResponseMatrix::new(names, items, |person, item| rows[person][item]).unwrap()
}
