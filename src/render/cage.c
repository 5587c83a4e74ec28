/*
 * cage.c: what the drawing process gives away before it reads a stranger's
 * bytes. Time, memory and files by limits; system calls by a list of those
 * that drawing needs. Files may be opened for reading only: fonts and
 * decoders are found late. Anything else fails, and starting programs,
 * talking to the network or looking into other processes kills.
 *
 * There is no limit on the number of processes: it would count the whole
 * user's threads, and the filter lets none be started but our own threads.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "base/insist.h"
#include "furniture.h"

#define ADDRESSES ((rlim_t)1024 * 1024 * 1024)
#define MEMORY ((rlim_t)256 * 1024 * 1024)
#define CPU_SECONDS 9 /* it is a little later when the kernel looks */
#define WALL_SECONDS 20
#define FILES 32

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "cage.c does not know this architecture's audit number"
#endif

/* clang-format off */
/* What may be called with any arguments. */
static const int allowed[] = {
	__NR_read, __NR_pread64, __NR_readv, __NR_write, __NR_writev,
	__NR_close, __NR_lseek, __NR_fstat, __NR_newfstatat, __NR_statx,
	__NR_fstatfs, __NR_statfs, __NR_faccessat, __NR_faccessat2,
	__NR_readlinkat, __NR_getdents64, __NR_getcwd, __NR_fcntl,
	__NR_mmap, __NR_munmap, __NR_mremap, __NR_mprotect, __NR_madvise,
	__NR_brk, __NR_futex, __NR_sched_yield, __NR_sched_getaffinity,
	__NR_set_robust_list, __NR_rseq, __NR_gettid, __NR_getpid,
	__NR_getuid, __NR_geteuid, __NR_getgid, __NR_getegid, __NR_uname,
	__NR_sysinfo, __NR_getrandom, __NR_getrusage, __NR_gettimeofday,
	__NR_clock_gettime, __NR_clock_getres, __NR_nanosleep,
	__NR_clock_nanosleep, __NR_ppoll, __NR_eventfd2, __NR_rt_sigaction,
	__NR_rt_sigprocmask, __NR_rt_sigreturn, __NR_sigaltstack,
	__NR_restart_syscall, __NR_tgkill, __NR_exit, __NR_exit_group,
#ifdef __x86_64__
	__NR_stat, __NR_lstat, __NR_access, __NR_readlink, __NR_getdents,
	__NR_poll, __NR_time, __NR_arch_prctl,
#endif
};

/* What nobody calls by mistake: whoever does has taken us over. */
static const int deadly[] = {
	__NR_execve, __NR_execveat, __NR_ptrace, __NR_socket, __NR_socketpair,
	__NR_connect, __NR_bind, __NR_listen, __NR_process_vm_readv,
	__NR_process_vm_writev, __NR_bpf, __NR_keyctl, __NR_mount,
	__NR_unshare, __NR_setns, __NR_init_module, __NR_kill,
#ifdef __x86_64__
	__NR_fork, __NR_vfork,
#endif
};
/* clang-format on */

#define AT(member) ((uint32_t)offsetof(struct seccomp_data, member))
/* The low half of an argument; the machines we know are little-endian. */
#define ARGUMENT(n) (AT(args) + 8 * (n))
#define ANSWER(action) BPF_STMT(BPF_RET | BPF_K, (action))
#define DENY (SECCOMP_RET_ERRNO | EPERM)
/* glibc then does without, and asks with flags that can be looked at. */
#define ABSENT (SECCOMP_RET_ERRNO | ENOSYS)

struct program {
	struct sock_filter steps[256];
	size_t count;
};

static void
add(struct program *p, struct sock_filter step)
{
	insist(p->count < COUNT(p->steps));
	p->steps[p->count++] = step;
}

static void
load(struct program *p, uint32_t offset)
{
	add(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}

/* If the call is that one, answer so. */
static void
on_call(struct program *p, int number, uint32_t action)
{
	add(p, (struct sock_filter)BPF_JUMP(
		   BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 1));
	add(p, (struct sock_filter)ANSWER(action));
}

/*
 * If the call is that one, allow it when the argument, masked, is 'wanted';
 * else answer 'otherwise'.
 */
static void
on_argument(struct program *p, int number, uint32_t argument, uint32_t mask,
    uint32_t wanted, uint32_t otherwise)
{
	add(p, (struct sock_filter)BPF_JUMP(
		   BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 5));
	load(p, ARGUMENT(argument));
	add(p, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask));
	add(p, (struct sock_filter)BPF_JUMP(
		   BPF_JMP | BPF_JEQ | BPF_K, wanted, 0, 1));
	add(p, (struct sock_filter)ANSWER(SECCOMP_RET_ALLOW));
	add(p, (struct sock_filter)ANSWER(otherwise));
}

static void
write_program(struct program *p)
{
	load(p, AT(arch));
	add(p, (struct sock_filter)BPF_JUMP(
		   BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0));
	add(p, (struct sock_filter)ANSWER(SECCOMP_RET_KILL_PROCESS));
	load(p, AT(nr));
	for (size_t i = 0; i < COUNT(allowed); i++)
		on_call(p, allowed[i], SECCOMP_RET_ALLOW);
	for (size_t i = 0; i < COUNT(deadly); i++)
		on_call(p, deadly[i], SECCOMP_RET_KILL_PROCESS);
	on_call(p, __NR_clone3, ABSENT);
	on_argument(p, __NR_clone, 0, CLONE_THREAD, CLONE_THREAD,
	    SECCOMP_RET_KILL_PROCESS);
	on_argument(p, __NR_openat, 2,
	    O_ACCMODE | O_CREAT | O_TRUNC | __O_TMPFILE, O_RDONLY, DENY);
#ifdef __x86_64__
	on_argument(p, __NR_open, 1,
	    O_ACCMODE | O_CREAT | O_TRUNC | __O_TMPFILE, O_RDONLY, DENY);
#endif
	/* The name of a thread may be set, and nothing else. */
	on_argument(p, __NR_prctl, 0, UINT32_MAX, PR_SET_NAME, DENY);
	add(p, (struct sock_filter)ANSWER(DENY));
}

static bool
limit(int what, rlim_t most)
{
	const struct rlimit bounds = { most, most };

	return setrlimit((__rlimit_resource_t)what, &bounds) == 0;
}

static bool
set_limits(void)
{
	/* At the second one the kernel kills, at the first it tells why. */
	const struct rlimit seconds = { CPU_SECONDS, CPU_SECONDS + 2 };
	bool set = setrlimit(RLIMIT_CPU, &seconds) == 0 &&
		   limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, 0) &&
		   limit(RLIMIT_NOFILE, FILES);

	/* A sanitizer's shadow alone is larger than any limit. */
#ifndef __SANITIZE_ADDRESS__
	set = set && limit(RLIMIT_AS, ADDRESSES) && limit(RLIMIT_DATA, MEMORY);
#endif
	(void)alarm(WALL_SECONDS);
	return set;
}

static bool
set_filter(void)
{
	struct program p = { .count = 0 };
	struct sock_fprog filter;

	write_program(&p);
	filter = (struct sock_fprog){ .len = (unsigned short)p.count,
		.filter = p.steps };
	/* TSYNC: the threads that fontconfig left behind are caged too. */
	return syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER,
		   SECCOMP_FILTER_FLAG_TSYNC, &filter) == 0;
}

bool
cage_close(void)
{
	return set_limits() && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && set_filter();
}
