//! One chamber: a copy of the builder in new namespaces, which raises the rest of its walls and becomes an agent.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, PipeReader, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::process;

use super::steps;
use crate::agent;
use crate::protocol::Recipe;
use crate::sys::walls::{self as sys, CLONE_NEWCGROUP, CLONE_NEWNET, Split};

/// Starts a chamber's first process in its namespaces and groups; a descriptor of it.
pub(super) fn open(recipe: &Recipe, fds: &[OwnedFd]) -> io::Result<OwnedFd> {
    let [input, output, errors, groups @ ..] = fds else {
        return Err(io::Error::other("an order without descriptors"));
    };
    let (go, ready) = io::pipe()?;
    // The namespace of control groups is left from inside, once the groups are joined: its root is then the chamber's.
    match sys::split(recipe.namespaces & !CLONE_NEWCGROUP)? {
        Split::Child => {
            drop(ready);
            let standard = [input, output, errors].map(AsRawFd::as_raw_fd);
            become_chamber(recipe, standard, go)
        }
        Split::Parent(pid, handle) => {
            settle(recipe, pid, groups)?;
            File::from(OwnedFd::from(ready)).write_all(b"0")?;
            Ok(handle)
        }
    }
}

/// Says who the new process is, and puts it into its groups. It waits meanwhile, and ends when this fails.
fn settle(recipe: &Recipe, pid: i32, groups: &[OwnedFd]) -> io::Result<()> {
    let own = |name: &str| format!("/proc/{pid}/{name}");
    let map = format!("{} {} 1", recipe.inner_id, recipe.outer_id);
    fs::write(own("setgroups"), "deny")?;
    fs::write(own("uid_map"), &map)?;
    fs::write(own("gid_map"), &map)?;
    for group in groups {
        File::from(group.try_clone()?).write_all(pid.to_string().as_bytes())?;
    }
    Ok(())
}

/// Never comes back: what the builder owns must not be dropped twice.
fn become_chamber(recipe: &Recipe, standard: [i32; 3], go: PipeReader) -> ! {
    let code = match wait(go).and_then(|()| raise(recipe, standard)) {
        Ok(()) => {
            let arguments: Vec<OsString> = recipe.arguments.iter().map(OsString::from).collect();
            agent::serve_to_end(&arguments)
        }
        Err(error) => {
            // Nobody reads it when the host is gone, and then nobody needs to.
            let _ = writeln!(io::stderr(), "{error}");
            1
        }
    };
    process::exit(code)
}

fn wait(mut go: PipeReader) -> io::Result<()> {
    let mut word = [0];
    go.read_exact(&mut word)
}

/// Everything between the copy and the agent. The order matters: rights are needed until the last step gives them up.
fn raise(recipe: &Recipe, standard: [i32; 3]) -> io::Result<()> {
    sys::stand_on(standard)?;
    sys::forget_children(false);
    if recipe.namespaces & CLONE_NEWCGROUP != 0 {
        sys::leave(CLONE_NEWCGROUP)?;
    }
    sys::become_user(recipe.inner_id)?;
    sys::new_session()?;
    sys::name_host(&recipe.hostname)?;
    if recipe.namespaces & CLONE_NEWNET != 0 {
        sys::raise_loopback()?;
    }
    for step in &recipe.steps {
        steps::take(step, "")?;
    }
    std::env::set_current_dir(&recipe.folder)?;
    if recipe.drops_capabilities {
        sys::drop_capabilities()?;
    }
    if recipe.no_new_privileges {
        sys::forbid_new_privileges()?;
    }
    recipe.filters.iter().try_for_each(|filter| sys::load_filter(filter))
}
