// journalctl -o export and systemd-journal-remote: binary-safe fields, records separated
// by an empty line. Read by analyzer/framing/documents/frame_export.c, since a field may hold
// newlines; here is only its entry in the list.
//
//   __CURSOR=s=…
//   __REALTIME_TIMESTAMP=1704164645678901
//   _HOSTNAME=node-7
//   SYSLOG_IDENTIFIER=kubelet
//   MESSAGE=E0102 03:04:05.678901    2711 remote_image.go:180] …
// Source: systemd src/shared/logs-show.c@v252, "Journal Export Formats".
#include "pm/envelope.h"

const struct pm_envelope pm_envelope_journald_export = {
    .name = "journald-export",
    .title = "journalctl -o export",
    .example = "__REALTIME_TIMESTAMP=1704164645678901",
    .source = "systemd/systemd:src/shared/logs-show.c@v252",
    .rank = 90,
};
