//! Thins one wall of a chamber of the kind `namespaces` at a time and asks the probe: it must notice this wall, and no
//! other. What [`crate::weakened`] does to bubblewrap's.

use std::collections::BTreeSet;

use guest::protocol::{Recipe, Step, Template};
use types::transcript::ProbeResult;

use crate::cell::Unbuilt;
use crate::chamber::Chamber;
use crate::host::{Host, HostOptions, Kind};
use crate::limits::Limits;
use crate::seccomp::Filters;

fn options() -> HostOptions {
    HostOptions { kind: Kind::Namespaces, ..HostOptions::default() }
}

fn opened(host: &Host, change: &dyn Fn(&mut Recipe)) -> BTreeSet<String> {
    let change = |unbuilt: Unbuilt<'_>| match unbuilt {
        Unbuilt::Namespaces(recipe) => change(recipe),
        Unbuilt::Bubblewrap(_) => panic!("a chamber of another kind"),
    };
    let mut chamber = Chamber::open_unbuilt(host, &Limits::default(), &change).unwrap();
    let checks = chamber.probe().unwrap();
    checks.into_iter().filter(|check| check.result == ProbeResult::Open).map(|check| check.name).collect()
}

/// Open checks of a chamber whose recipe was changed.
fn with_recipe(change: &dyn Fn(&mut Recipe)) -> BTreeSet<String> {
    opened(&Host::find(&options()).unwrap(), change)
}

/// Open checks of a chamber whose template was changed.
fn with_template(change: &dyn Fn(&mut Template)) -> BTreeSet<String> {
    opened(&Host::find_changed(&options(), change).unwrap(), &|_| {})
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Takes `step` away, which must be there.
fn without(steps: &mut Vec<Step>, step: &Step) {
    let at = steps.iter().position(|other| other == step).unwrap();
    steps.remove(at);
}

fn read_only(at: &str) -> Step {
    Step::ReadOnly { at: at.to_owned() }
}

fn let_through(recipe: &mut Recipe, call: libc::c_long) {
    recipe.filters[1] = Filters::without(call).unwrap().denials;
}

fn share(recipe: &mut Recipe, namespace: libc::c_int) {
    recipe.namespaces &= !u64::from(namespace.cast_unsigned());
}

#[test]
fn whole_walls_leave_nothing_open() {
    assert_eq!(with_recipe(&|_| {}), set(&[]));
}

#[test]
fn the_probe_notices_a_shared_network() {
    let open = with_recipe(&|recipe| share(recipe, libc::CLONE_NEWNET));
    let network = set(&["tcp-host-loopback", "unix-abstract", "ipv4-route", "ipv6-route"]);
    assert!(open.contains("tcp-host-loopback") && open.contains("unix-abstract"), "{open:?}");
    assert!(open.is_subset(&network), "{open:?}");
}

#[test]
fn the_probe_notices_a_folder_of_the_hosts() {
    let shown = |template: &mut Template| {
        let run = template.scratch.strip_suffix("/scratch").unwrap().to_owned();
        template.steps.insert(0, Step::Show { source: run.clone(), at: run });
    };
    let host = Host::find_changed(&options(), &shown).unwrap();
    // The run's folder lies in the host's `/tmp`: the chamber's own would cover it.
    let uncovered = |recipe: &mut Recipe| {
        recipe.steps.retain(|step| !matches!(step, Step::Memory { at, .. } if at == "/tmp"));
    };
    assert_eq!(opened(&host, &uncovered), set(&["canary-file", "unix-path"]));
}

#[test]
fn dev_is_shut_twice() {
    // Read-only, and of an owner whom nobody inside can be.
    assert_eq!(with_template(&|template| without(&mut template.steps, &read_only("/dev"))), set(&[]));
}

#[test]
fn the_probe_notices_devices_and_sysfs() {
    let show = |source: &str| Step::Show { source: source.to_owned(), at: source.to_owned() };
    let open = with_template(&|template| template.steps.push(show("/sys")));
    assert_eq!(open, set(&["sysfs"]));
    let device = Step::Device { source: "/dev/kmsg".to_owned(), at: "/dev/kmsg".to_owned() };
    let open = with_template(&|template| {
        let at = template.steps.iter().position(|step| *step == read_only("/dev")).unwrap();
        template.steps.insert(at, device.clone());
    });
    assert!(open.contains("devices"), "{open:?}");
}

#[test]
fn the_probe_notices_capabilities_and_new_privileges() {
    assert!(with_recipe(&|recipe| recipe.drops_capabilities = false).contains("capabilities"));
    // Without rights to lose, the filters cannot be loaded before the promise is made: they go too.
    let open = with_recipe(&|recipe| {
        recipe.no_new_privileges = false;
        recipe.filters.clear();
    });
    assert!(open.contains("no-new-privileges") && open.contains("system-call-filter"), "{open:?}");
}

#[test]
fn the_probe_notices_each_call_that_is_let_through() {
    for (call, name) in [
        (libc::SYS_ptrace, "ptrace"),
        (libc::SYS_process_vm_readv, "process-memory"),
        (libc::SYS_userfaultfd, "userfaultfd"),
        (libc::SYS_keyctl, "keyring"),
        (libc::SYS_ioctl, "terminal-input"),
    ] {
        assert_eq!(with_recipe(&|recipe| let_through(recipe, call)), set(&[name]));
    }
}

#[test]
fn two_walls_stand_where_one_is_taken_away() {
    for call in
        [libc::SYS_unshare, libc::SYS_clone, libc::SYS_mount, libc::SYS_reboot, libc::SYS_settimeofday]
    {
        assert_eq!(with_recipe(&|recipe| let_through(recipe, call)), set(&[]));
    }
    assert_eq!(with_recipe(&|recipe| without(&mut recipe.steps, &Step::NoUserNamespaces)), set(&[]));
    let open = with_recipe(&|recipe| {
        without(&mut recipe.steps, &Step::NoUserNamespaces);
        let_through(recipe, libc::SYS_unshare);
    });
    assert_eq!(open, set(&["user-namespace"]));
}

#[test]
fn proc_sys_is_shut_twice() {
    assert_eq!(with_recipe(&|recipe| without(&mut recipe.steps, &read_only("/proc/sys"))), set(&[]));
}
