// What is given up at the start holds: tried in a child, because it cannot be taken back.
#include <setjmp.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "base/guard.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// Files below these may be written whatever the outputs are; a tree that was cloned there
// has no outside.
static bool below_temporary(void) {
    char here[4096];
    return getcwd(here, sizeof here) &&
           (strncmp(here, "/tmp/", 5) == 0 || strncmp(here, "/var/tmp/", 9) == 0);
}

// Bits of what went wrong; 0: all held.
static int tried(const char *folder) {
    struct rlimit core;
    int wrong = 0;
    char inside[256], outside[256];
    char name[] = "true", *const argv[] = {name, NULL};
    snprintf(inside, sizeof inside, "%s/in/file", folder);
    snprintf(outside, sizeof outside, "%s/out/file", folder);
    pm_guard_begin();
    const char *told = pm_guard_told();
    if (strstr(told, "core") && (getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_cur != 0))
        wrong |= 1;
    if (strstr(told, "network") && (socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EPERM))
        wrong |= 2;
    if (strstr(told, "program") && (execv("/bin/true", argv), errno != EPERM)) wrong |= 4;
    char below[256];
    snprintf(below, sizeof below, "%s/in", folder);
    const char *folders[] = {below};
    bool guarded = pm_guard_writes(folders, 1);
    int fd = open(inside, O_WRONLY | O_CREAT, 0600);
    if (fd < 0 || write(fd, "x", 1) != 1 || rename(inside, strcat(strcpy(below, inside), "2")) != 0)
        wrong |= 8;
    if (guarded && !below_temporary() && open(outside, O_WRONLY | O_CREAT, 0600) >= 0) wrong |= 16;
    if (open("/etc/passwd", O_RDONLY) < 0) wrong |= 32; // what is to be read can be
    return wrong;
}

static void what_is_given_up_is_gone(void **unused) {
    (void)unused;
    char folder[] = "build/guard.XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    static const char *const parts[] = {"in", "out"};
    for (int i = 0; i < 2; i++)
        snprintf(path, sizeof path, "mkdir %s/%s", folder, parts[i]),
            assert_int_equal(system(path), 0);
    unsetenv("TMPDIR");
    pid_t child = fork();
    if (child == 0) _exit(tried(folder));
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    snprintf(path, sizeof path, "rm -r %s", folder);
    assert_int_equal(system(path), 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_given_up_is_gone)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
