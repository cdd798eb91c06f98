//! Version 1: a tree per controller.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::mounts::Mounts;
use super::{CPU_PERIOD_US, Group};
use crate::limits::Limits;

/// The folders in which groups are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trees {
    memory: PathBuf,
    pids: PathBuf,
    cpu: Option<PathBuf>,
    unified: Option<PathBuf>,
}

impl Trees {
    /// The trees of this process, when memory and processes can be limited.
    pub(super) fn find(mounts: &Mounts) -> Option<Self> {
        Some(Self {
            memory: mounts.tree("memory")?.to_owned(),
            pids: mounts.tree("pids")?.to_owned(),
            cpu: mounts.tree("cpu").map(Path::to_owned),
            unified: mounts.unified().map(|(_, own)| own.to_owned()),
        })
    }

    pub(super) fn parents(&self) -> Vec<&Path> {
        let optional = [&self.cpu, &self.unified].into_iter().flatten();
        [&self.memory, &self.pids].into_iter().chain(optional).map(PathBuf::as_path).collect()
    }

    pub(super) fn fill(&self, group: &mut Group, name: &str, limits: &Limits) -> io::Result<()> {
        let memory = group.add(&self.memory, name)?;
        let bytes = limits.total_bytes();
        group.set("limit-memory", memory.join("memory.limit_in_bytes"), bytes)?;
        // Kernels that do not account swap have no such file.
        let with_swap = memory.join("memory.memsw.limit_in_bytes");
        if with_swap.exists() {
            group.set("limit-swap", with_swap, bytes)?;
        } else {
            fs::write(memory.join("memory.swappiness"), "0")?;
        }
        let pids = group.add(&self.pids, name)?;
        group.set("limit-pids", pids.join("pids.max"), limits.pids.into())?;
        if let Some(cpu) = &self.cpu {
            let cpu = group.add(cpu, name)?;
            fs::write(cpu.join("cpu.cfs_period_us"), CPU_PERIOD_US.to_string())?;
            let quota_us = u64::from(limits.cpu_millis) * CPU_PERIOD_US / 1000;
            group.set("limit-cpu", cpu.join("cpu.cfs_quota_us"), quota_us)?;
        }
        if let Some(unified) = &self.unified {
            let unified = group.add(unified, name)?;
            group.kill = Some(unified.join("cgroup.kill")).filter(|kill| kill.exists());
        }
        Ok(())
    }
}
