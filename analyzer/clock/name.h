// What the names of files, folders and hosts tell by their form.
#pragma once
#include "pm/str.h"

// A date in a file's or archive's name: `-20240102-1704153600`, `2024-01-02_0304-UTC`,
// `20240102-030405`. PM_NO_TIME where there is none.
int64_t pm_clock_name_date(struct pm_str name);
// A rotated part's own name: kubelet.log.1, kubelet.log.2.gz, kubelet.log-20240102,
// kubelet.log-20240102-1704153600.gz, kubelet.log.20240102-030405.
struct pm_str pm_node_unrotated(struct pm_str file);
uint32_t pm_clock_node_hash(struct pm_str node);      // of the first label; addresses whole
struct pm_str pm_clock_folder_of(struct pm_str path); // empty for a name without one
