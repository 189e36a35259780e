use super::{Of, refused};

#[test]
fn what_leads_out_is_refused_whatever_its_arguments() {
    let rules = refused(Of::Service).unwrap();
    for call in [
        libc::SYS_execve,
        libc::SYS_execveat,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_keyctl,
        libc::SYS_io_uring_setup,
        libc::SYS_finit_module,
        libc::SYS_kexec_file_load,
        libc::SYS_open_by_handle_at,
    ] {
        assert!(rules.get(&call).is_some_and(Vec::is_empty), "{call}");
        #[cfg(target_arch = "x86_64")]
        assert!(rules.contains_key(&(call | 0x4000_0000)), "x32 {call}");
    }
}

#[test]
fn only_what_starts_workers_runs_a_program_and_only_the_service_reaches_anybody() {
    let (service, spawner, worker) = (Of::Service, Of::Spawner, Of::Worker);
    let whole = |of, call: i64| {
        let rules = refused(of).unwrap();
        rules.get(&call).is_some_and(Vec::is_empty)
    };
    for call in [libc::SYS_execve, libc::SYS_execveat] {
        assert!(whole(service, call) && whole(worker, call) && !whole(spawner, call));
    }
    for call in [libc::SYS_socket, libc::SYS_connect, libc::SYS_bind] {
        assert!(!whole(service, call) && whole(worker, call) && whole(spawner, call));
    }
    for call in [libc::SYS_openat, libc::SYS_kill, libc::SYS_memfd_create] {
        assert!(!whole(service, call) && whole(worker, call));
    }
}

#[test]
fn what_relays_and_records_is_not_looked_at_twice() {
    for of in [Of::Service, Of::Spawner, Of::Worker] {
        let rules = refused(of).unwrap();
        for call in [
            libc::SYS_read,
            libc::SYS_write,
            libc::SYS_splice,
            libc::SYS_epoll_wait,
            libc::SYS_fdatasync,
            libc::SYS_futex,
        ] {
            assert!(!rules.contains_key(&call), "{call}");
        }
    }
}
