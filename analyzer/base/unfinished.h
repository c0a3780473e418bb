// Files that are not whole yet: written under another name, renamed when done. Where SIGINT, SIGTERM or SIGHUP ends the program, they are removed. Level 1.
#pragma once

// From now on `path` goes when a signal comes. At most a handful at once; a path that finds no room only stays behind.
void pm_unfinished(const char *path);
void pm_finished(const char *path);
