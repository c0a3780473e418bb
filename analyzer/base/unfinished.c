// Only the main thread begins and ends files, so the slots need no lock; the handler may
// come between any two steps, so a slot's text is whole before it counts.
#include "base/unfinished.h"
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

enum { SLOTS = 40, PATH = 4096, STATUS_INPUT = 3 };
static struct {
    volatile sig_atomic_t used;
    char path[PATH];
} slots[SLOTS];

static void remove_all(void) {
    for (int i = 0; i < SLOTS; i++)
        if (slots[i].used) unlink(slots[i].path);
}
static void end(int signal_number) {
    remove_all();
    raise(signal_number); // SA_RESETHAND: the second one ends the program, and the shell sees why
}
void pm_unfinished_end(const char *line) {
    remove_all();
    if (write(STDERR_FILENO, line, strlen(line)) < 0) _exit(STATUS_INPUT); // nobody to tell it to
    _exit(STATUS_INPUT);
}
static void give_up(int signal_number) {
    pm_unfinished_end(signal_number == SIGXCPU
                          ? "pullmortem: the limit of CPU time is reached: nothing was finished\n"
                          : "pullmortem: told to quit: nothing was finished\n");
}

static void listen(void) {
    static const struct {
        int number;
        void (*handler)(int);
    } signals[] = {{SIGINT, end},  {SIGTERM, end},     {SIGHUP, end},
                   {SIGPIPE, end}, {SIGQUIT, give_up}, {SIGXCPU, give_up}};
    static bool done;
    for (int i = 0; !done && i < (int)(sizeof signals / sizeof *signals); i++) {
        struct sigaction now, before;
        memset(&now, 0, sizeof now);
        now.sa_handler = signals[i].handler;
        now.sa_flags = (int)SA_RESETHAND;
        // What was ignored stays so (nohup, background jobs).
        if (sigaction(signals[i].number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(signals[i].number, &now, NULL);
    }
    done = true;
}

void pm_unfinished(const char *path) {
    size_t n = strlen(path);
    listen();
    for (int i = 0; i < SLOTS && n < PATH; i++) {
        if (slots[i].used) continue;
        memcpy(slots[i].path, path, n + 1);
        slots[i].used = 1;
        return;
    }
}

void pm_finished(const char *path) {
    for (int i = 0; i < SLOTS; i++)
        if (slots[i].used && strcmp(slots[i].path, path) == 0) slots[i].used = 0;
}
