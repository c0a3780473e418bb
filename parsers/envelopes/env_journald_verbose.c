// journalctl -o verbose: a stamp, then one indented FIELD=value a line. Read by
// analyzer/framing/documents/frame_export.c, since a record spans lines.
//
//   Tue 2024-01-02 03:04:05.678901 UTC [s=0a;i=1f;b=c0;m=3b;t=60;x=9d]
//       _HOSTNAME=node-7
//       MESSAGE=E0102 03:04:05.678901    2711 remote_image.go:180] …
// Source: systemd src/shared/logs-show.c@v252.
#include "pm/envelope.h"

const struct pm_envelope pm_envelope_journald_verbose = {
    .name = "journald-verbose",
    .title = "journalctl -o verbose",
    .example = "Tue 2024-01-02 03:04:05.678901 UTC [s=0a;i=1f;b=c0;m=3b;t=60;x=9d]",
    .source = "systemd/systemd:src/shared/logs-show.c@v252",
    .rank = 91,
};
