//! Calls into the kernel's privileged parts.

use super::{Finding, Targets, out_of_reach, refused, refused_in_child};
use crate::sys::probes;

pub(super) fn mount(_: &Targets) -> Finding {
    out_of_reach(probes::mount_unknown())
}

pub(super) fn new_mount_api(_: &Targets) -> Finding {
    out_of_reach(probes::open_unknown_file_system())
}

pub(super) fn user_namespace(_: &Targets) -> Finding {
    refused_in_child(probes::unshare_user)
}

pub(super) fn clone_namespace(_: &Targets) -> Finding {
    refused(probes::clone_user())
}

pub(super) fn clone3_namespace(_: &Targets) -> Finding {
    refused(probes::clone3_user())
}

pub(super) fn ptrace(_: &Targets) -> Finding {
    refused_in_child(probes::be_traced)
}

pub(super) fn process_memory(_: &Targets) -> Finding {
    refused(probes::read_own_memory_as_another())
}

pub(super) fn bpf(_: &Targets) -> Finding {
    refused(probes::make_bpf_map())
}

pub(super) fn io_uring(_: &Targets) -> Finding {
    refused(probes::set_up_io_uring())
}

pub(super) fn userfaultfd(_: &Targets) -> Finding {
    refused(probes::open_userfaultfd())
}

pub(super) fn perf_event(_: &Targets) -> Finding {
    refused(probes::open_perf_event())
}

pub(super) fn keyring(_: &Targets) -> Finding {
    refused(probes::make_keyring())
}

pub(super) fn clock_set(_: &Targets) -> Finding {
    out_of_reach(probes::set_clock_to_nothing())
}

pub(super) fn reboot(_: &Targets) -> Finding {
    out_of_reach(probes::reboot_without_magic())
}

pub(super) fn kernel_module(_: &Targets) -> Finding {
    out_of_reach(probes::load_empty_module())
}

pub(super) fn kernel_log(_: &Targets) -> Finding {
    refused(probes::kernel_log_size())
}

/// Standard input is no terminal, so that nothing is typed anywhere.
pub(super) fn terminal_input(_: &Targets) -> Finding {
    out_of_reach(probes::push_terminal_input())
}

/// System calls of another architecture would slip past a filter written for this one.
pub(super) fn foreign_calls(_: &Targets) -> Finding {
    refused_in_child(probes::foreign_call)
}
