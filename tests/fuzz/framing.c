// A member's bytes through framing, envelopes and parsers, fed in blocks whose borders
// move, under a name that its format could have.
#include "kinds.h"
#include "framing/frame.h"

static void on_event(void *ctx, const struct pm_record *r, const struct pm_parser *p,
                     const struct pm_event *e) {
    (void)ctx, (void)p;
    for (int i = 0; i < PM_F_COUNT; i++) fuzz_see(e->field[i]);
    fuzz_see(r->text), fuzz_see(r->raw), fuzz_see(r->hint.node), fuzz_see(r->section);
}
static void on_record(void *ctx, const struct pm_record *r, const struct pm_parser *p) {
    (void)ctx, (void)p;
    fuzz_see(r->text), fuzz_see(r->raw), fuzz_see(r->hint.ident), fuzz_see(r->list_kind);
}
static void on_fact(void *ctx, const struct pm_record *r, enum pm_fact fact, struct pm_str text,
                    const struct pm_when *when) {
    (void)ctx, (void)r, (void)fact, (void)when;
    fuzz_see(text);
}

static void feed(struct pm_frame *f, struct pm_str s, size_t block) {
    for (size_t i = 0; i < s.n; i += block) {
        // In memory of its own: a block ends where a program's buffer would.
        struct pm_str part = pm_str_sub(s, i, block);
        char *p = pm_xmalloc(part.n);
        memcpy(p, part.p, part.n);
        pm_frame_feed(f, p, part.n);
        free(p);
    }
}
static void frame(struct fuzz_bytes in, const char *path) {
    static const size_t blocks[] = {1u << 20, 1, 7, 64, 4096};
    uint8_t how = fuzz_byte(&in);
    struct pm_diags *diags = pm_diags_new();
    struct pm_ingest_sink sink = {
        .event = on_event, .record = on_record, .fact = on_fact, .diags = diags};
    struct pm_frame_options o = {.all_lines = how & 0x80,
                                 .line_max_bytes = how & 0x40 ? 512 : 0,
                                 .soon = how & 0x10,
                                 .every = how & 0x08};
    fuzz_rules();
    struct pm_frame *f = pm_frame_new(&sink, pm_str_c(path), &o);
    feed(f, fuzz_rest(&in), blocks[how % 8 % PM_LEN(blocks)]);
    pm_frame_end(f, how & 0x20);
    pm_frame_free(f);
    pm_diags_free(diags);
}

static const char *const members[] = {
    "input.log",      "all.json",   "all.yaml",   "node/x.journal",
    "journal.export", "access.log", "events.txt", NULL};
const char *fuzz_framing_variant(size_t i) { return members[i]; }
void fuzz_framing(struct fuzz_bytes in, size_t variant) { frame(in, members[variant]); }

static const char *const configs[] = {"etc/containerd/config.toml",
                                      "etc/containerd/certs.d/docker.io/hosts.toml",
                                      "etc/docker/daemon.json",
                                      "etc/containers/registries.conf",
                                      "etc/crio/crio.conf",
                                      "etc/rancher/k3s/registries.yaml",
                                      "var/lib/kubelet/config.yaml",
                                      "etc/systemd/system/docker.service.d/http-proxy.conf",
                                      "df.txt",
                                      "hostname",
                                      "docker-info.txt",
                                      "crictl-info.json",
                                      "images.txt",
                                      "kubectl-version.txt",
                                      NULL};
const char *fuzz_config_variant(size_t i) { return configs[i]; }
void fuzz_config(struct fuzz_bytes in, size_t variant) { frame(in, configs[variant]); }
