// logrus: the log library of containerd, Docker, CRI-O, podman, k3s and others, in all
// its forms, read into one view. Level 3.
#pragma once
#include "parsers/lift/pairs.h"

struct pm_logrus {
    struct pm_when when; // kind NONE where the form has none (TTY seconds since start)
    struct pm_str level; // as written: "error", "ERRO", "warning"
    struct pm_str msg;
    struct pm_str error; // error=…
    bool tty;
    bool cut;              // a quoted value ends with the record
    struct pm_pairs pairs; // all fields, time, level and msg among them
};
bool pm_logrus_level(struct pm_str s); // "info", "warning" …: as its JSON and its text write them
// Cheap look: is this record logrus, and how does its message begin (still quoted inside:
// \" stays)? Nothing is allocated. False: not logrus.
bool pm_logrus_peek(const struct pm_record *r, struct pm_str *msg);
bool pm_logrus_read(struct pm_arena *a, const struct pm_record *r, struct pm_logrus *v);
bool pm_logrus_read_text(struct pm_arena *a, struct pm_str s, struct pm_logrus *v);
// error, fatal and panic in all spellings.
bool pm_logrus_is_error(const struct pm_logrus *v);

// What the catalogues of containerd, Docker and CRI-O share: rows by the message's
// beginning.
struct pm_logrus_line {
    struct pm_parse_ctx *ctx;
    const struct pm_record *r;
    const struct pm_logrus *v;
    enum pm_component component;
};
struct pm_logrus_row {
    const char *head;                             // msg begins so
    const char *must;                             // and holds this; NULL: nothing more asked
    void (*take)(const struct pm_logrus_line *l); // NULL: known, and no event
};
const struct pm_logrus_row *pm_logrus_row_of(const struct pm_logrus_row *rows, size_t n,
                                             struct pm_str msg);
struct pm_event pm_logrus_event(const struct pm_logrus_line *l, enum pm_kind kind,
                                const char *message);
// ERROR unwrapped and lifted, then emitted.
void pm_logrus_emit_error(const struct pm_logrus_line *l, struct pm_event *e, struct pm_str error);
// For rows: the program said that it came up, or goes down.
void pm_logrus_runtime_started(const struct pm_logrus_line *l);
void pm_logrus_runtime_stopped(const struct pm_logrus_line *l);
// Reads the row's message and takes it; diagnostic and BAD where the record is cut.
enum pm_parse pm_logrus_take(const struct pm_logrus_line *l, const struct pm_logrus_row *rows,
                             size_t n);

// The catalogues, for lines that stand inside others' (k3s, k0s, rke2): false where the
// message is none of theirs.
bool pm_containerd_line(struct pm_parse_ctx *ctx, const struct pm_record *r,
                        const struct pm_logrus *v);
bool pm_dockerd_line(struct pm_parse_ctx *ctx, const struct pm_record *r,
                     const struct pm_logrus *v);
