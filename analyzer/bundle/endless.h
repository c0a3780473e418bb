// What would be read for ever, and is no log.
#pragma once
#include <stdbool.h>
#include <sys/stat.h>

// Why nothing of it is read; NULL: it is a file or a folder like any other, a pipe, a terminal.
const char *bundle_endless(int fd, const struct stat *st);
