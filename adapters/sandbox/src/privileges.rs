//! As whom the process runs, and what it may beyond other users.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::process::{Gid, Uid};
use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, capability_is_in_bounding_set,
    clear_ambient_capability_set, remove_capability_from_bounding_set, set_capabilities,
    set_keep_capabilities, set_thread_groups, set_thread_res_gid, set_thread_res_uid,
};

use crate::{ConfineError, refused};

/// As whom the process runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunsAs {
    /// As the user who started it.
    Starter,
    /// As the owner of its folder: root started it.
    OwnerOfTheFolder,
    /// As root, without root's capabilities: its folder is root's.
    RootWithoutCapabilities,
}

/// Gives up what root has. Whose folder it is says as whom to run: that needs no setting that could
/// differ from the truth, and no name to be looked up.
pub(crate) fn drop_to_owner_of(folder: &Path) -> Result<RunsAs, ConfineError> {
    let found = std::fs::metadata(folder).map_err(|cause| ConfineError::Folder {
        path: folder.to_owned(),
        cause,
    })?;
    let runs_as = if !rustix::process::geteuid().is_root() {
        RunsAs::Starter
    } else if found.uid() == 0 {
        RunsAs::RootWithoutCapabilities
    } else {
        RunsAs::OwnerOfTheFolder
    };
    narrow_bounds()?;
    if runs_as == RunsAs::OwnerOfTheFolder {
        become_user(Uid::from_raw(found.uid()), Gid::from_raw(found.gid()))?;
    }
    keep_low_ports_only()?;
    Ok(runs_as)
}

/// Gives up every capability: no port of its own is bound.
pub(crate) fn none() -> Result<(), ConfineError> {
    let none = CapabilitySet::empty();
    let holds = capabilities(None).map_err(refused("read its capabilities"))?;
    // What started a worker has none either, and has taken from it to ask.
    if [holds.effective, holds.permitted, holds.inheritable] == [none; 3] {
        return Ok(());
    }
    let sets = CapabilitySets {
        effective: none,
        permitted: none,
        inheritable: none,
    };
    clear_ambient_capability_set().map_err(refused("give up ambient capabilities"))?;
    set_capabilities(None, sets).map_err(refused("give up its capabilities"))
}

/// What no program of this process could ever get back. Only who holds SETPCAP can do it; the others
/// have `no_new_privs` alone.
fn narrow_bounds() -> Result<(), ConfineError> {
    let holds = capabilities(None).map_err(refused("read its capabilities"))?;
    if !holds.permitted.contains(CapabilitySet::SETPCAP) {
        return Ok(());
    }
    for number in 0..u64::BITS {
        let one = CapabilitySet::from_bits_retain(1 << number);
        // Past the last one that this kernel knows it is an error.
        if one == CapabilitySet::NET_BIND_SERVICE
            || !capability_is_in_bounding_set(one).unwrap_or(false)
        {
            continue;
        }
        remove_capability_from_bounding_set(one).map_err(refused("narrow its capabilities"))?;
    }
    Ok(())
}

fn become_user(user: Uid, group: Gid) -> Result<(), ConfineError> {
    set_keep_capabilities(true).map_err(refused("keep a capability over the change of user"))?;
    set_thread_groups(&[group]).map_err(refused("leave root's groups"))?;
    set_thread_res_gid(group, group, group).map_err(refused("change to its folder's group"))?;
    set_thread_res_uid(user, user, user).map_err(refused("change to its folder's owner"))
}

/// The port may lie below 1024, and is bound when the site has been read.
fn keep_low_ports_only() -> Result<(), ConfineError> {
    let holds = capabilities(None).map_err(refused("read its capabilities"))?;
    let kept = holds.permitted & CapabilitySet::NET_BIND_SERVICE;
    let sets = CapabilitySets {
        effective: kept,
        permitted: kept,
        inheritable: CapabilitySet::empty(),
    };
    clear_ambient_capability_set().map_err(refused("give up ambient capabilities"))?;
    set_capabilities(None, sets).map_err(refused("give up its capabilities"))
}
