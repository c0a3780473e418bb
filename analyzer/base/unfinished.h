// Files that are not whole yet: written under another name, renamed when done. Whatever
// ends the program early, they are removed. Level 1.
//   SIGINT, SIGTERM, SIGHUP, SIGPIPE   then it ends by that signal, quietly
//   SIGQUIT, SIGXCPU, out of memory    then one line, and status 3
#pragma once

// From now on `path` goes when a signal comes. At most forty at once; a path that
// finds no room only stays behind.
void pm_unfinished(const char *path);
void pm_finished(const char *path);
void pm_unfinished_end(const char *line) __attribute__((
    noreturn)); // removes them, says the line, ends with status 3; safe in a signal's handler
