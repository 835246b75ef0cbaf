//! A filter of system calls. What is not named passes: Python itself, its threads and its imports need hundreds.
//!
//! <https://docs.kernel.org/userspace-api/seccomp_filter.html>

use std::io;
use std::ptr;

use nix::libc::{self, c_long, sock_filter, sock_fprog};

use super::Files;

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: u32 = 0xc000_00b7;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const ARCHITECTURE: u32 = 0;
/// The numbers of x86-64's other set of system calls begin here.
const X32: u32 = 0x4000_0000;

/// Where the kernel puts what a filter reads.
const NUMBER: u32 = 0;
const ARCHITECTURE_AT: u32 = 4;
const ARGUMENTS: u32 = 16;

const LOAD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
const IF_EQUAL: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
const IF_AT_LEAST: u16 = (libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K) as u16;
const IF_ANY_BIT: u16 = (libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K) as u16;
const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;

/// In the place of the own process's id until it is known.
const OWN_ID: u32 = u32::MAX;

/// Reaching others, over whatever.
const NETWORK: &[c_long] =
    &[libc::SYS_socket, libc::SYS_connect, libc::SYS_bind, libc::SYS_listen, libc::SYS_io_uring_setup];

/// Changing files and their owners, dates and names, past opening them.
const CHANGES_OF_FILES: &[c_long] = &[
    libc::SYS_truncate,
    libc::SYS_fallocate,
    libc::SYS_renameat2,
    libc::SYS_mkdirat,
    libc::SYS_unlinkat,
    libc::SYS_linkat,
    libc::SYS_symlinkat,
    libc::SYS_mknodat,
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_utimensat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    libc::SYS_fremovexattr,
    libc::SYS_renameat,
    libc::SYS_open_by_handle_at,
    libc::SYS_mq_open,
    libc::SYS_shmget,
    libc::SYS_semget,
    libc::SYS_msgget,
    libc::SYS_fchmodat2,
    SETXATTRAT,
    REMOVEXATTRAT,
];
/// Since Linux 6.13; the same on every processor.
const SETXATTRAT: c_long = 463;
const REMOVEXATTRAT: c_long = 466;

/// The older names of the same, which newer processors do not have.
#[cfg(target_arch = "x86_64")]
const OLDER_CHANGES_OF_FILES: &[c_long] = &[
    libc::SYS_creat,
    libc::SYS_rename,
    libc::SYS_mkdir,
    libc::SYS_rmdir,
    libc::SYS_unlink,
    libc::SYS_link,
    libc::SYS_symlink,
    libc::SYS_mknod,
    libc::SYS_chmod,
    libc::SYS_chown,
    libc::SYS_lchown,
    libc::SYS_utime,
    libc::SYS_utimes,
    libc::SYS_futimesat,
];
#[cfg(not(target_arch = "x86_64"))]
const OLDER_CHANGES_OF_FILES: &[c_long] = &[];

/// Starting, stopping and changing other processes, and leaving the sandbox's bounds.
const PROCESSES: &[c_long] = &[
    libc::SYS_tkill,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_send_signal,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_setpriority,
    libc::SYS_setsid,
    libc::SYS_setpgid,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_bpf,
];
#[cfg(target_arch = "x86_64")]
const OLDER_PROCESSES: &[c_long] = &[libc::SYS_fork, libc::SYS_vfork];
#[cfg(not(target_arch = "x86_64"))]
const OLDER_PROCESSES: &[c_long] = &[];

/// What a filter cannot look into: whoever calls them falls back to what it can.
const UNSEEN: &[c_long] = &[libc::SYS_clone3, libc::SYS_openat2];

/// Opening for anything but reading.
const WRITING: i32 =
    libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT | libc::O_TRUNC | (libc::O_TMPFILE & !libc::O_DIRECTORY);

/// Whether filters can be installed here, without installing one.
#[allow(unsafe_code)]
pub(super) fn is_available() -> bool {
    // SAFETY: no filter is where none can be: a kernel that has filters says that it cannot read it.
    let answer = unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, ptr::null::<sock_fprog>()) };
    answer == -1 && io::Error::last_os_error().raw_os_error() == Some(libc::EFAULT)
}

/// A filter that is made, and holds nobody yet.
pub(super) struct Filter {
    program: Vec<sock_filter>,
    /// Where the own process's id is compared.
    own_id: Vec<usize>,
}

impl Filter {
    pub(super) fn new(files: Files) -> Self {
        let mut filter = Self { program: Vec::new(), own_id: Vec::new() };
        filter.step(LOAD, ARCHITECTURE_AT, 0, 0);
        filter.step(IF_EQUAL, ARCHITECTURE, 1, 0);
        filter.step(RETURN, libc::SECCOMP_RET_KILL_PROCESS, 0, 0);
        filter.step(LOAD, NUMBER, 0, 0);
        if cfg!(target_arch = "x86_64") {
            filter.step(IF_AT_LEAST, X32, 0, 1);
            filter.refuse(libc::ENOSYS);
        }
        filter.never(UNSEEN, libc::ENOSYS);
        for all in [NETWORK, CHANGES_OF_FILES, OLDER_CHANGES_OF_FILES] {
            filter.never(all, libc::EACCES);
        }
        filter.never(PROCESSES, libc::EPERM);
        filter.never(OLDER_PROCESSES, libc::EPERM);
        // A thread is no process.
        filter.only(libc::SYS_clone, 0, IF_ANY_BIT, libc::CLONE_THREAD.cast_unsigned(), libc::EPERM);
        filter.only(libc::SYS_prlimit64, 0, IF_EQUAL, 0, libc::EPERM);
        for signal in [libc::SYS_kill, libc::SYS_tgkill, libc::SYS_rt_tgsigqueueinfo] {
            // It may end itself, and nobody else.
            filter.only(signal, 0, IF_EQUAL, OWN_ID, libc::EPERM);
        }
        filter.unless(libc::SYS_prctl, 0, IF_EQUAL, libc::PR_SET_PDEATHSIG.cast_unsigned(), libc::EPERM);
        if files == Files::Filter {
            filter.unless(libc::SYS_openat, 2, IF_ANY_BIT, WRITING.cast_unsigned(), libc::EACCES);
            #[cfg(target_arch = "x86_64")]
            filter.unless(libc::SYS_open, 1, IF_ANY_BIT, WRITING.cast_unsigned(), libc::EACCES);
        }
        filter.step(RETURN, libc::SECCOMP_RET_ALLOW, 0, 0);
        filter
    }

    fn step(&mut self, code: u16, k: u32, jt: u8, jf: u8) {
        if k == OWN_ID {
            self.own_id.push(self.program.len());
        }
        self.program.push(sock_filter { code, jt, jf, k });
    }

    fn refuse(&mut self, error: i32) {
        self.step(RETURN, libc::SECCOMP_RET_ERRNO | error.cast_unsigned(), 0, 0);
    }

    /// These always fail.
    fn never(&mut self, numbers: &[c_long], error: i32) {
        for &number in numbers {
            self.step(IF_EQUAL, number_of(number), 0, 1);
            self.refuse(error);
        }
    }

    /// This one fails unless the lower half of an argument compares.
    fn only(&mut self, number: c_long, argument: u32, compare: u16, value: u32, error: i32) {
        self.compared(number, argument, (compare, value, 1, 0), error);
    }

    /// This one fails where it compares.
    fn unless(&mut self, number: c_long, argument: u32, compare: u16, value: u32, error: i32) {
        self.compared(number, argument, (compare, value, 0, 1), error);
    }

    fn compared(&mut self, number: c_long, argument: u32, (compare, value, jt, jf): (u16, u32, u8, u8), error: i32) {
        self.step(IF_EQUAL, number_of(number), 0, 4);
        self.step(LOAD, ARGUMENTS + 8 * argument, 0, 0);
        self.step(compare, value, jt, jf);
        self.refuse(error);
        self.step(RETURN, libc::SECCOMP_RET_ALLOW, 0, 0);
    }

    /// From here on it holds this process, for good. Only system calls.
    #[allow(unsafe_code)]
    pub(super) fn apply(&mut self) -> io::Result<()> {
        // SAFETY: plain numbers.
        let own = unsafe { libc::getpid() }.cast_unsigned();
        for &place in &self.own_id {
            self.program[place].k = own;
        }
        let length = u16::try_from(self.program.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
        let program = sock_fprog { len: length, filter: self.program.as_mut_ptr() };
        // SAFETY: the kernel copies as many steps as there are.
        let done = unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) };
        if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }
}

fn number_of(number: c_long) -> u32 {
    u32::try_from(number).expect("system calls have small numbers")
}
