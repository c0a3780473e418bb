// Whose log is it? A runtime's log alone names no node; what it pulled, and when to the
// millisecond, does where the node's kubelet or its events tell the same.
#pragma once
#include "clock/clock.h"
#include "pm/intern.h"

// Members of a node's side without a node get the one whose facts coincide with theirs,
// once clocks are known. `cluster`: names that events and objects use.
void pm_kin_resolve(struct pm_clock_member *m, size_t n, struct pm_intern *cluster);
