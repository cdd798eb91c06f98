//! Builds the guest as a static program, to be embedded: it must run in a chamber that holds no library.
//!
//! Cargo cannot build one member of a workspace statically for another, so this calls the compiler that Cargo names.

use std::env;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

const FLAGS: [&str; 10] = [
    "--edition=2024",
    "-Copt-level=3",
    "-Cpanic=abort",
    "-Ctarget-feature=+crt-static",
    "-Cstrip=symbols",
    "-Cembed-bitcode=no",
    "-Cdebuginfo=0",
    "--cap-lints=allow",
    "-Cforce-unwind-tables=no",
    "--emit=link",
];

#[expect(clippy::disallowed_methods, reason = "Cargo speaks to a build script through the environment")]
fn variable(name: &str) -> Option<PathBuf> {
    env::var_os(name).map(PathBuf::from)
}

fn compile(arguments: &[&str]) -> Result<(), String> {
    let compiler = variable("RUSTC").ok_or("RUSTC is not set")?;
    let target = variable("TARGET").ok_or("TARGET is not set")?;
    #[expect(clippy::disallowed_methods, reason = "a build script compiles")]
    let mut command = Command::new(compiler);
    command.args(FLAGS).arg("--target").arg(target).args(arguments);
    if let Some(linker) = variable("RUSTC_LINKER") {
        command.arg(format!("-Clinker={}", linker.display()));
    }
    let status = command.status().map_err(|error| error.to_string())?;
    if status.success() { Ok(()) } else { Err(format!("the guest cannot be compiled: {status}")) }
}

fn build() -> Result<(), String> {
    // Asked for when this runs: a target folder may be shared by several checkouts.
    let guest = variable("CARGO_MANIFEST_DIR").ok_or("CARGO_MANIFEST_DIR is not set")?.join("../guest/src");
    println!("cargo::rerun-if-changed={}", guest.display());
    println!("cargo::rerun-if-changed=build.rs");
    let out = variable("OUT_DIR").ok_or("OUT_DIR is not set")?;
    let library = out.join("libguest.rlib").display().to_string();
    let (lib, main) =
        (guest.join("lib.rs").display().to_string(), guest.join("main.rs").display().to_string());
    compile(&["--crate-name=guest", "--crate-type=rlib", &lib, "-o", &library])?;
    let program = out.join("guest").display().to_string();
    let dependency = format!("guest={library}");
    compile(&["--crate-name=guest_main", "--crate-type=bin", &main, "--extern", &dependency, "-o", &program])
}

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            println!("cargo::error={reason}");
            ExitCode::FAILURE
        }
    }
}
