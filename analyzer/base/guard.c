// By seccomp and landlock, on Linux; elsewhere, and on kernels without them, quietly
// less. Decided against a list of what is allowed: libraries (SQLite's locks, the
// allocator) call differently from one version to the next, and a reader that dies of a
// new libc is no safer.
#define _GNU_SOURCE // prctl's and syscall's declarations
#include "base/guard.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#if defined(__linux__) && defined(__OPTIMIZE__) && !defined(PM_RECKON) && !defined(PM_FUZZ)
#define GUARDED 1
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

static bool no_core, no_calls, few_writes;

const char *pm_guard_told(void) {
    static char text[128];
    snprintf(text, sizeof text, "%s%s%s", no_core ? "no core file" : "",
             no_calls ? ", no other program, no network" : "",
             few_writes ? ", files only where outputs go" : "");
    return *text ? text : "nothing";
}

#ifdef GUARDED
#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef ARCH
// The calls that start programs, open sockets, or look into others. io_uring could do the
// first two by another door.
static const unsigned refused[] = {
    SYS_execve,
    SYS_socket,
    SYS_socketpair,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_mount,
    SYS_bpf,
#ifdef SYS_execveat
    SYS_execveat,
#endif
#ifdef SYS_io_uring_setup
    SYS_io_uring_setup,
#endif
};

static bool calls_refuse(void) {
    enum { CALLS = sizeof refused / sizeof *refused };
    struct sock_filter program[CALLS + 6];
    unsigned short n = 0;
    program[n++] =
        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
    program[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 0,
                                                CALLS + 2); // another's numbers: refused, too
    program[n++] =
        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    program[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000u, CALLS + 1,
                                                0); // x32's numbers
    for (unsigned short i = 0; i < CALLS; i++)
        program[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, refused[i],
                                                    (unsigned char)(CALLS - i), 0);
    program[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    program[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    const struct sock_fprog filter = {n, program};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0;
}
#else
static bool calls_refuse(void) { return false; }
#endif

void pm_guard_begin(void) {
    const struct rlimit none = {0, 0};
    no_core = setrlimit(RLIMIT_CORE, &none) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
    no_calls = calls_refuse();
}
#else
void pm_guard_begin(void) {}
#endif

#if defined(GUARDED) && defined(SYS_landlock_create_ruleset) && __has_include(<linux/landlock.h>)
#include <linux/landlock.h>
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

static void may_write(int rules, const char *folder, unsigned long long what) {
    struct landlock_path_beneath_attr below = {.allowed_access = what,
                                               .parent_fd = open(folder, O_PATH | O_CLOEXEC)};
    if (below.parent_fd < 0) return;
    syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0);
    close(below.parent_fd);
}

bool pm_guard_writes(const char *const *folders, size_t n) {
    static const char *const temporary[] = {"SQLITE_TMPDIR", "TMPDIR"}, *const usual[] = {
                                                                            "/var/tmp", "/usr/tmp",
                                                                            "/tmp", "/dev"};
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1) return false;
    unsigned long long file = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                              LANDLOCK_ACCESS_FS_MAKE_REG;
    if (version >= 2) file |= LANDLOCK_ACCESS_FS_REFER;
    if (version >= 3) file |= LANDLOCK_ACCESS_FS_TRUNCATE;
    const struct landlock_ruleset_attr all = {
        .handled_access_fs = file | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                             LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
                             LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                             LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM};
    int rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);
    if (rules < 0) return false;
    for (size_t i = 0; i < n; i++) may_write(rules, folders[i], file);
    for (size_t i = 0; i < sizeof temporary / sizeof *temporary; i++)
        if (getenv(temporary[i])) may_write(rules, getenv(temporary[i]), file);
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) may_write(rules, usual[i], file);
    few_writes = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                 syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    close(rules);
    return few_writes;
}
#else
bool pm_guard_writes(const char *const *folders, size_t n) { return (void)folders, (void)n, false; }
#endif
