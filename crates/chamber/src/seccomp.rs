//! The system calls that a chamber's processes cannot make.
//!
//! Two filters, both loaded by bubblewrap; the stricter answer of the two counts.
//! - The *ceiling* answers "no such call" to numbers above the newest call known here, so that a kernel's newest
//!   features stay out of reach until somebody has looked at them; to the numbers of the x32 ABI, which lie above it and
//!   would slip past any list; and to `clone3`, whose flags a filter cannot see (the C library then uses `clone`).
//!   Calls of another architecture, such as i386, end the process.
//! - The *denials* answer "not permitted" to what could reach the kernel's privileged parts, other processes or
//!   another machine, and is of no use to compilers, sanitizers, debuggers of one's own code or fuzzers.
//!
//! Everything else is allowed: an agent must be able to build and run arbitrary programs.

use std::collections::BTreeMap;
use std::io;

use libc::c_long;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen as Width, SeccompCmpOp as Op, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch, sock_filter,
};

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: (TargetArch, u32) = (TargetArch::x86_64, 0xC000_003E);
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: (TargetArch, u32) = (TargetArch::aarch64, 0xC000_00B7);

/// `mseal`, of Linux 6.10: the newest call that was looked at.
const NEWEST_KNOWN: u32 = 462;

/// Calls that are denied whatever their arguments.
const DENIED: &[c_long] = &[
    libc::SYS_acct,
    libc::SYS_add_key,
    libc::SYS_adjtimex,
    libc::SYS_bpf,
    libc::SYS_chroot,
    libc::SYS_clock_adjtime,
    libc::SYS_clock_settime,
    libc::SYS_delete_module,
    libc::SYS_fanotify_init,
    libc::SYS_finit_module,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fsopen,
    libc::SYS_fspick,
    libc::SYS_init_module,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_io_uring_setup,
    libc::SYS_kcmp,
    libc::SYS_kexec_load,
    libc::SYS_keyctl,
    libc::SYS_lookup_dcookie,
    libc::SYS_mount,
    libc::SYS_mount_setattr,
    libc::SYS_move_mount,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    libc::SYS_open_tree,
    libc::SYS_perf_event_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pivot_root,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_ptrace,
    libc::SYS_quotactl,
    libc::SYS_reboot,
    libc::SYS_request_key,
    libc::SYS_setdomainname,
    libc::SYS_sethostname,
    libc::SYS_setns,
    libc::SYS_settimeofday,
    libc::SYS_swapoff,
    libc::SYS_swapon,
    libc::SYS_syslog,
    libc::SYS_umount2,
    libc::SYS_unshare,
    libc::SYS_userfaultfd,
    libc::SYS_vhangup,
];

/// `kexec_file_load`, `quotactl_fd`, `listmount`, `statmount`: the libc crate does not name them everywhere.
#[cfg(target_arch = "x86_64")]
const DENIED_UNNAMED: &[c_long] =
    &[320, 443, 457, 458, libc::SYS_iopl, libc::SYS_ioperm, libc::SYS_modify_ldt];
#[cfg(target_arch = "aarch64")]
const DENIED_UNNAMED: &[c_long] = &[294, 443, 457, 458];

/// Every flag of `clone` that makes a namespace. `CLONE_NEWTIME` can only be given to `clone3` and `unshare`.
const NAMESPACES: [libc::c_int; 7] = [
    libc::CLONE_NEWCGROUP,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWNET,
    libc::CLONE_NEWNS,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWUTS,
];

/// What pushes input into a terminal.
const TERMINAL_TRICKS: [u64; 2] = [0x5412, 0x541C];

/// Filters as the kernel reads them, each to be handed to bubblewrap.
#[derive(Clone)]
pub(crate) struct Filters {
    pub(crate) ceiling: Vec<u8>,
    pub(crate) denials: Vec<u8>,
}

impl Filters {
    /// Compiles the filters for this machine.
    pub(crate) fn compile() -> io::Result<Self> {
        let denials = denials(None).map_err(io::Error::other)?;
        Ok(Self { ceiling: bytes(&ceiling()), denials: bytes(&denials) })
    }

    /// Filters that let `call` through, to prove that the probe notices.
    #[cfg(test)]
    pub(crate) fn without(call: c_long) -> io::Result<Self> {
        let denials = denials(Some(call)).map_err(io::Error::other)?;
        Ok(Self { ceiling: bytes(&ceiling()), denials: bytes(&denials) })
    }
}

fn bytes(program: &[sock_filter]) -> Vec<u8> {
    program
        .iter()
        .flat_map(|step| {
            let [a, b] = step.code.to_ne_bytes();
            let [c, d, e, f] = step.k.to_ne_bytes();
            [a, b, step.jt, step.jf, c, d, e, f]
        })
        .collect()
}

fn ceiling() -> BpfProgram {
    const LOAD_WORD: u16 = 0x20;
    const JUMP_EQUAL: u16 = 0x15;
    const JUMP_GREATER: u16 = 0x25;
    const RETURN: u16 = 0x06;
    const OFFSET_OF_NUMBER: u32 = 0;
    const OFFSET_OF_ARCHITECTURE: u32 = 4;
    let step = |code, jt, jf, k| sock_filter { code, jt, jf, k };
    vec![
        step(LOAD_WORD, 0, 0, OFFSET_OF_ARCHITECTURE),
        step(JUMP_EQUAL, 1, 0, ARCHITECTURE.1),
        step(RETURN, 0, 0, libc::SECCOMP_RET_KILL_PROCESS),
        step(LOAD_WORD, 0, 0, OFFSET_OF_NUMBER),
        step(JUMP_GREATER, 2, 0, NEWEST_KNOWN),
        step(JUMP_EQUAL, 1, 0, libc::SYS_clone3 as u32),
        step(RETURN, 0, 0, libc::SECCOMP_RET_ALLOW),
        step(RETURN, 0, 0, libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32),
    ]
}

fn denials(except: Option<c_long>) -> Result<BpfProgram, BackendError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        DENIED.iter().chain(DENIED_UNNAMED).map(|call| (*call, Vec::new())).collect();
    rules.insert(libc::SYS_clone, clone_rules()?);
    rules.insert(libc::SYS_ioctl, ioctl_rules()?);
    rules.insert(libc::SYS_personality, personality_rules()?);
    rules.insert(libc::SYS_socket, socket_rules()?);
    if let Some(call) = except {
        rules.remove(&call);
    }
    let denied = SeccompAction::Errno(libc::EPERM as u32);
    SeccompFilter::new(rules, SeccompAction::Allow, denied, ARCHITECTURE.0)?.try_into()
}

/// A rule that holds when all of `conditions` (argument, comparison, value) hold, on the lower halves of arguments:
/// that is all that the kernel itself looks at in these calls.
fn rule(conditions: &[(u8, Op, u64)]) -> Result<SeccompRule, BackendError> {
    SeccompRule::new(
        conditions
            .iter()
            .map(|(argument, op, value)| SeccompCondition::new(*argument, Width::Dword, op.clone(), *value))
            .collect::<Result<_, _>>()?,
    )
}

fn clone_rules() -> Result<Vec<SeccompRule>, BackendError> {
    let flags = NAMESPACES.map(|flag| u64::from(flag.cast_unsigned()));
    flags.into_iter().map(|flag| rule(&[(0, Op::MaskedEq(flag), flag)])).collect()
}

fn ioctl_rules() -> Result<Vec<SeccompRule>, BackendError> {
    TERMINAL_TRICKS.into_iter().map(|request| rule(&[(1, Op::Eq, request)])).collect()
}

/// All but asking for it, the default, and a fixed address space (which debuggers and sanitizers want).
fn personality_rules() -> Result<Vec<SeccompRule>, BackendError> {
    let fixed = u64::from(libc::ADDR_NO_RANDOMIZE.cast_unsigned());
    Ok(vec![rule(&[(0, Op::Ne, 0), (0, Op::Ne, fixed), (0, Op::Ne, 0xFFFF_FFFF)])?])
}

/// All but Unix sockets, TCP and UDP. Other families load modules, reach the hypervisor (`AF_VSOCK` knows no network
/// namespace) or the kernel's crypto.
fn socket_rules() -> Result<Vec<SeccompRule>, BackendError> {
    let family = |value: libc::c_int| u64::from(value.cast_unsigned());
    let (unix, inet, inet6) = (family(libc::AF_UNIX), family(libc::AF_INET), family(libc::AF_INET6));
    let mut rules = vec![rule(&[(0, Op::Ne, unix), (0, Op::Ne, inet), (0, Op::Ne, inet6)])?];
    let protocols = [0, libc::IPPROTO_TCP, libc::IPPROTO_UDP].map(family);
    for internet in [inet, inet6] {
        let mut conditions = vec![(0, Op::Eq, internet)];
        conditions.extend(protocols.map(|protocol| (2, Op::Ne, protocol)));
        rules.push(rule(&conditions)?);
    }
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the ceiling answers, by the four instructions that it is made of; see seccomp(2).
    fn ceiling_answers(architecture: u32, number: u32) -> u32 {
        let program = ceiling();
        let (mut at, mut word) = (0, 0);
        loop {
            let step = &program[at];
            let holds = match step.code {
                0x06 => return step.k,
                0x15 => word == step.k,
                0x25 => word > step.k,
                _ => {
                    word = if step.k == 0 { number } else { architecture };
                    at += 1;
                    continue;
                }
            };
            at += 1 + usize::from(if holds { step.jt } else { step.jf });
        }
    }

    #[test]
    fn unknown_calls_do_not_exist_and_foreign_ones_kill() {
        let no_such_call = libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32;
        for number in
            [NEWEST_KNOWN + 1, 0x4000_0000 | libc::SYS_ptrace as u32, u32::MAX, libc::SYS_clone3 as u32]
        {
            assert_eq!(ceiling_answers(ARCHITECTURE.1, number), no_such_call, "{number}");
        }
        for number in [0, libc::SYS_clone as u32, NEWEST_KNOWN] {
            assert_eq!(ceiling_answers(ARCHITECTURE.1, number), libc::SECCOMP_RET_ALLOW, "{number}");
        }
        assert_eq!(ceiling_answers(0x4000_0003, 20), libc::SECCOMP_RET_KILL_PROCESS);
    }
}
