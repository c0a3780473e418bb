// `df` in its forms → disk.usage for the filesystems that images live on, and for any
// other real one that is nearly full.
//
//   Filesystem     1K-blocks     Used Available Use% Mounted on
//   /dev/nvme0n1p1 104845292 98566012   6279280  95% /
//   Filesystem       Inodes  IUsed    IFree IUse% Mounted on                      (-i)
//   Filesystem      Size  Used Avail Use% Mounted on                              (-h)
//   /dev/mapper/data-images
//                    51475068 51475068         0 100% /var/lib/containerd         (a long name wraps without -P)
// Source: coreutils:src/df.c@9.1; captured: coreutils 9.1. Localised headers are not
// known, but rows need none: numbers, a percentage, a path. Not told: loop devices and
// optical media (always full), overlays and tmpfs of containers (they repeat their host's
// filesystem).
#include "parsers/lift/detail.h"
#include "parsers/objects/kubectl_table.h"
#include "pm/scan.h"

#define NEARLY_FULL 0.90
struct df_state {
    bool headed, inodes, type_column;
    int64_t block_bytes;  // 0: sizes have units
    struct pm_str device; // of a row that goes on in the next line; in the member's arena
    uint64_t line;
};
struct df_row {
    struct pm_str device, type, size, used, free, percent, mount;
};

static bool is_header(struct pm_str s) {
    return pm_str_starts(s, PM_STR("Filesystem ")) &&
           (pm_str_has(s, PM_STR("%")) || pm_str_has(s, PM_STR("Capacity"))) &&
           pm_str_has(s, PM_STR("Mounted"));
}

static bool is_percent(struct pm_str s) {
    return s.n >= 1 && (s.p[s.n - 1] == '%' || pm_str_eqc(s, "-"));
}

static bool is_size(struct pm_str s) {
    int64_t bytes;
    return pm_str_eqc(s, "-") ||
           (s.n && s.p[0] >= '0' && s.p[0] <= '9' && pm_size_bytes(s, &bytes));
}

// Columns of one physical line; where the device stood in the line before, there is none.
static bool read_columns(struct pm_str text, struct pm_str device, bool type_column,
                         struct df_row *row) {
    struct pm_scan c = pm_scan_of(pm_str_trim(text));
    struct pm_str *columns[] = {&row->size, &row->used, &row->free, &row->percent};
    *row = (struct df_row){.device = device};
    if (!device.n && !pm_scan_word(&c, &row->device)) return false;
    pm_scan_blanks(&c);
    if (type_column && (!pm_scan_word(&c, &row->type) || !pm_scan_blanks(&c))) return false;
    for (size_t i = 0; i < PM_LEN(columns); i++) {
        if (!pm_scan_word(&c, columns[i])) return false;
        pm_scan_blanks(&c);
        if (i < 3 ? !is_size(*columns[i]) : !is_percent(*columns[i])) return false;
    }
    row->mount = pm_scan_rest(&c);
    return row->mount.n && row->mount.p[0] == '/';
}

static bool read_row(struct pm_str text, struct pm_str device, const struct df_state *s,
                     struct df_row *row) {
    if (read_columns(text, device, s && s->type_column, row)) return true;
    return !(s && s->headed) && read_columns(text, device, true, row);
}

// A line that holds a device only: the numbers come with the next.
static bool is_device(struct pm_str text) {
    struct pm_str s = pm_str_trim(text);
    return s.n > 10 && pm_str_chr(s, ' ', 0) < 0 && (s.p[0] == '/' || pm_str_has(s, PM_STR(":/")));
}

static int bid(const struct pm_record *r, const void *state) {
    const struct df_state *s = state;
    struct df_row row;
    if (is_header(r->text)) return 92;
    if (r->text.n > 400 || !r->text.n) return 0;
    bool known = s && s->headed && r->line <= s->line + 3;
    if (known && s->device.n && read_row(r->text, s->device, s, &row)) return 80;
    if (pm_str_chr(r->text, '%', 0) > 0 && read_row(r->text, PM_NONE, s, &row))
        return known ? 80 : 60;
    return known && (is_device(r->text) || pm_str_has(r->text, PM_STR(" - "))) ? 50 : 0;
}

static void read_header(struct pm_str text, struct df_state *s) {
    static const struct {
        const char *word;
        int64_t bytes;
    } UNITS[] = {{"1K-blocks", 1024},     {"1024-blocks", 1024},  {"512-blocks", 512},
                 {"1M-blocks", 1 << 20},  {"1G-blocks", 1 << 30}, {"1B-blocks", 1},
                 {"1MB-blocks", 1000000}, {"1kB-blocks", 1000}};
    *s = (struct df_state){.headed = true,
                           .inodes = pm_str_has(text, PM_STR("IUse%")) ||
                                     pm_str_has(text, PM_STR("Inodes"))};
    s->type_column = pm_str_has(text, PM_STR(" Type"));
    for (size_t i = 0; i < PM_LEN(UNITS); i++)
        if (pm_str_has(text, pm_str_c(UNITS[i].word))) s->block_bytes = UNITS[i].bytes;
}

static bool holds_images(struct pm_str mount) {
    static const char *const WHOLE[] = {"/",
                                        "/var",
                                        "/var/lib",
                                        "/var/lib/containerd",
                                        "/var/lib/docker",
                                        "/var/lib/containers",
                                        "/var/lib/containers/storage",
                                        "/var/lib/kubelet",
                                        "/var/lib/rancher",
                                        "/var/lib/rancher/k3s",
                                        "/var/lib/rancher/rke2",
                                        "/mnt",
                                        "/data",
                                        "/mnt/data",
                                        "/opt",
                                        "/run/containerd",
                                        "/var/snap"};
    for (size_t i = 0; i < PM_LEN(WHOLE); i++)
        if (pm_str_eqc(mount, WHOLE[i])) return true;
    static const char *const WORDS[] = {"containerd", "docker", "containers", "images", "imagefs"};
    for (size_t i = 0; i < PM_LEN(WORDS); i++)
        if (pm_str_has(pm_str_from(mount, (size_t)(pm_str_rchr(mount, '/') + 1)),
                       pm_str_c(WORDS[i])))
            return true;
    return false;
}

static bool is_pseudo(const struct df_row *row) {
    static const char *const NAMES[] = {"tmpfs",    "devtmpfs", "overlay", "shm",   "udev",
                                        "none",     "nsfs",     "proc",    "sysfs", "efivarfs",
                                        "squashfs", "cgroup",   "cgroup2"};
    for (size_t i = 0; i < PM_LEN(NAMES); i++)
        if (pm_str_eqc(row->device, NAMES[i]) || pm_str_eqc(row->type, NAMES[i]))
            return !pm_str_eqc(row->mount, "/") || !pm_str_eqc(row->device, "overlay");
    static const char *const ALWAYS_FULL[] = {"/dev/loop", "/dev/sr", "/dev/cdrom"};
    for (size_t i = 0; i < PM_LEN(ALWAYS_FULL); i++)
        if (pm_str_starts(row->device, pm_str_c(ALWAYS_FULL[i]))) return true;
    return pm_str_starts(row->mount, PM_STR("/snap/")) ||
           pm_str_starts(row->mount, PM_STR("/boot")) ||
           pm_str_has(row->mount, PM_STR("/overlay2/")) ||
           pm_str_has(row->mount, PM_STR("/kubelet/pods/"));
}

static int64_t bytes_of(struct pm_str s, int64_t block_bytes) {
    int64_t v;
    uint64_t n;
    if (block_bytes && pm_str_u64(s, &n))
        return n < (uint64_t)(INT64_MAX / block_bytes) ? (int64_t)n * block_bytes : -1;
    return pm_size_bytes(s, &v) ? v : -1;
}

// Of a plain number: what the header said, and df's own unit where there was none.
static int64_t unit_bytes(const struct df_state *s) {
    if (s->block_bytes) return s->block_bytes;
    return s->headed ? 0 : 1024;
}
static void emit_row(struct pm_parse_ctx *ctx, const struct pm_record *r, const struct df_state *s,
                     const struct df_row *row) {
    uint64_t percent;
    if (is_pseudo(row) || !pm_str_u64(pm_str_sub(row->percent, 0, row->percent.n - 1), &percent))
        return;
    double ratio = (double)percent / 100;
    if (!holds_images(row->mount) && ratio < NEARLY_FULL) return;
    struct pm_detail d = pm_detail_new(ctx->a);
    pm_detail_str(&d, "mount", row->mount);
    if (!s->inodes) {
        pm_detail_size(&d, "used_bytes", bytes_of(row->used, unit_bytes(s)));
        pm_detail_size(&d, "size_bytes", bytes_of(row->size, unit_bytes(s)));
    }
    pm_detail_ratio(&d, s->inodes ? "inodes_ratio" : "used_ratio", ratio);
    struct pm_event e = pm_event_of(r, PM_COMP_HOST, PM_KIND_DISK_USAGE);
    e.flags |= PM_EV_SNAPSHOT;
    if (e.when.kind == PM_WHEN_NONE) e.when = pm_when_age_zero();
    e.field[PM_F_OBJECT] = row->mount;
    e.field[PM_F_DETAIL] = pm_detail_done(&d);
    pm_emit(ctx, r, &e);
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct df_state *s = ctx->state;
    struct df_row row;
    bool known = s->headed && r->line <= s->line + 3;
    if (!known && !is_header(r->text)) *s = (struct df_state){0};
    s->line = r->line;
    if (is_header(r->text)) {
        read_header(r->text, s);
        s->line = r->line;
        return PM_PARSE_OK;
    }
    if ((s->device.n && read_row(r->text, s->device, s, &row)) ||
        read_row(r->text, PM_NONE, s, &row)) {
        s->device = PM_NONE;
        emit_row(ctx, r, s, &row);
        return PM_PARSE_OK;
    }
    if (!known) return PM_PARSE_NO;
    s->device = is_device(r->text) ? pm_arena_dup(ctx->member, pm_str_trim(r->text)) : PM_NONE;
    return s->device.n || pm_str_has(r->text, PM_STR(" - ")) ? PM_PARSE_OK : PM_PARSE_NO;
}

const struct pm_parser pm_parser_df = {
    .name = "df",
    .title = "df, with -h, -P, -T, -i",
    .example = "/dev/nvme0n1p1 104845292 98566012   6279280  95% /",
    .source = "coreutils:src/df.c@9.1; captured: coreutils 9.1",
    .component = PM_COMP_HOST,
    .shapes = PM_SHAPE_LINE,
    .flags = PM_PARSER_STICKY,
    .state_bytes = sizeof(struct df_state),
    .bid = bid,
    .parse = parse,
};
