//! Draws the tests' reviews into a folder, to be looked at: `cargo run -p report --example draw DIR`.

#[expect(clippy::unwrap_used, reason = "the tests' own reviews")]
#[path = "../tests/report/fixtures.rs"]
mod fixtures;

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("name a folder to draw into")?);
    std::fs::create_dir_all(&folder)?;
    for (name, review) in fixtures::all() {
        std::fs::write(folder.join(format!("{name}.html")), report::page(&review)?)?;
        std::fs::write(folder.join(format!("{name}.json")), report::json(&review)?)?;
        std::fs::write(folder.join(format!("{name}.txt")), report::summary(&review).join("\n") + "\n")?;
    }
    Ok(())
}
