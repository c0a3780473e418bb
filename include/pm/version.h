// The program's version, and the commit it was built from. Level 0.
#pragma once
#define PM_VERSION "0.2"
extern const char pm_commit[]; // "" where it is not known: built outside of a repository
