// Devices, and what the kernel makes up while it is read: /dev/zero, /proc of a machine whose
// root is walked from a debugging pod, with memory maps of terabytes and logs that wait for
// their next line. Copies of such files, as support bundles hold them, are files.
#define _GNU_SOURCE // fstatfs
#include "bundle/endless.h"
#include <stddef.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/magic.h>
#include <sys/vfs.h>
static const long kernels[] = {PROC_SUPER_MAGIC,    SYSFS_MAGIC,   CGROUP_SUPER_MAGIC,
                               CGROUP2_SUPER_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC,
                               SECURITYFS_MAGIC,    BPF_FS_MAGIC};
#endif

static bool is_of_kernel(int fd) {
#ifdef __linux__
    struct statfs fs;
    if (fstatfs(fd, &fs) != 0) return false;
    for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++)
        if ((unsigned long)fs.f_type == (unsigned long)kernels[i]) return true;
#endif
    (void)fd;
    return false;
}

static bool is_null_device(const struct stat *st) {
    struct stat null;
    return stat("/dev/null", &null) == 0 && S_ISCHR(null.st_mode) && null.st_rdev == st->st_rdev;
}

const char *bundle_endless(int fd, const struct stat *st) {
    if (S_ISBLK(st->st_mode)) return "a device: not read";
    if (S_ISCHR(st->st_mode)) return isatty(fd) || is_null_device(st) ? NULL : "a device: not read";
    return (S_ISDIR(st->st_mode) || S_ISREG(st->st_mode)) && is_of_kernel(fd)
               ? "the kernel's own, no logs: not read"
               : NULL;
}
