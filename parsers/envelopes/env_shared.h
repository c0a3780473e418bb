// Helpers of the syslog and journald envelopes (parsers/envelopes/env_shared.c). Not for
// parsers.
#pragma once
#include "pm/envelope.h"

// "<30>" at the start: its bytes, 0 where it is not there.
size_t pm_envelope_priority(struct pm_str s, struct pm_envelope_hint *hint);
// rsyslog's #011, #012, #033 undone. Returns s itself where there is none.
struct pm_str pm_envelope_octal(struct pm_arena *a, struct pm_str s);

// env_places.c: node, namespace, pod, container, unit and ident as collectors and log
// stores name them. True where a name was there that only they use.
bool pm_envelope_places(struct pm_arena *a, const json_t *object, struct pm_envelope_hint *hint);
// The same for one label of Loki's.
void pm_envelope_place(struct pm_str name, struct pm_str value, struct pm_envelope_hint *hint);
// A store's stamp: RFC 3339, or Unix time in seconds, milli-, micro- or nanoseconds.
bool pm_envelope_stamp(struct pm_str s, struct pm_when *w);

// "2024-01-02T03:04:05[.678901]<zone> HOST IDENT[PID]: ", as journalctl -o short-iso,
// rsyslog and snap print it; they differ in the stamp and in who has a host.
enum pm_iso { PM_ISO_NONE = 0, PM_ISO_JOURNALD, PM_ISO_SYSLOG, PM_ISO_SNAP };
enum pm_iso pm_envelope_iso(struct pm_str line, struct pm_str *inner, struct pm_envelope_hint *hint,
                            struct pm_str *key);
// A DNS-1123 name (labels and dots), as Kubernetes objects have.
bool pm_envelope_dns(struct pm_str s);
