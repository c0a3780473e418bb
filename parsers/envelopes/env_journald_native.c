// Native .journal files (/var/log/journal/MACHINE/system.journal), classic and compact,
// with zstd, xz or lz4 fields. Read by analyzer/framing/documents/frame_journal.c.
//
//   LPKSHHRH…
// Source: systemd src/libsystemd/sd-journal/journal-def.h@v252.
#include "pm/envelope.h"

const struct pm_envelope pm_envelope_journald_native = {
    .name = "journald-native",
    .title = "native systemd journal",
    .example = "LPKSHHRH",
    .source = "systemd/systemd:src/libsystemd/sd-journal/journal-def.h@v252",
    .rank = 92,
};
