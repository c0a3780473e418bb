// kubelet log, klog text. Catalogue: kubelet.c; grammar: klog.c.
//
// Also takes a bare "file.go:12] …" of a kubelet file (copied without its header).
#include "parsers/node/kubelet.h"
#include "parsers/lift/lift.h"

static bool kubelet_klog_ours(const struct pm_record *r, struct pm_str file) {
    return pm_kubelet_file(file) || pm_kubelet_ident(r->hint.ident) ||
           pm_kubelet_ident(r->hint.unit) || has(r->section, "kubelet") ||
           (!r->hint.ident.n && has(r->path, "kubelet"));
}

// Evidence: a klog header and a source file or message of the kubelet (95), a klog header
// under the kubelet's name (85), a kubelet file without header (60).
static int bid(const struct pm_record *r, const void *state) {
    struct pm_klog_head room;
    const struct pm_klog_head *k = pm_klog_head_of(r, &room);
    (void)state;
    if (k->n && (pm_kubelet_file(k->file) || pm_kubelet_words(pm_str_from(r->text, k->n))))
        return 95;
    if (k->n) return kubelet_klog_ours(r, k->file) ? 85 : 0;
    struct pm_str head = pm_str_sub(r->text, 0, 64);
    ptrdiff_t colon = pm_str_chr(head, ':', 0);
    return colon > 3 && pm_kubelet_file(pm_str_sub(head, 0, (size_t)colon)) && has(head, "] ") ? 60
                                                                                               : 0;
}

// "Observed pod startup duration" holds stamps with their zone in a line whose own has
// none: when the kubelet saw the pod run is when it writes, and the pod was made minutes
// before at the most, which is near enough for a zone. Source:
// kubernetes:pkg/kubelet/util/pod_startup_latency_tracker.go@v1.26.
static void tell_clock(struct pm_parse_ctx *ctx, const struct pm_record *r,
                       const struct pm_klog *k) {
    static const char *const keys[] = {"watchObservedRunningTime", "observedRunningTime",
                                       "podCreationTimestamp"};
    if (!k->structured || !pm_str_eqc(k->file, "pod_startup_latency_tracker.go")) return;
    for (size_t i = 0; i < PM_LEN(keys); i++) {
        struct pm_when w = {0};
        struct pm_str said = pm_pairs_get(&k->pairs, keys[i]);
        if (!pm_when_rfc3339(said, &w) || pm_str_starts(said, PM_STR("0001-"))) continue;
        pm_emit_stamps(ctx, r, &k->when, &w);
        return;
    }
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_klog k = {0};
    if (!pm_klog_read_record(ctx->a, r, &k)) return PM_PARSE_NO;
    if (r->hint.ident.n && !kubelet_klog_ours(r, k.file))
        return PM_PARSE_NO; // journal.log: klog of a scheduler between the kubelet's lines
    tell_clock(ctx, r, &k);
    return pm_kubelet_line(ctx, r, &k);
}

const struct pm_parser pm_parser_kubelet_klog = {
    .name = "kubelet-klog",
    .title = "kubelet log (klog text, with and without structured fields)",
    .example =
        "E0102 03:04:05.678901    2711 kuberuntime_image.go:55] \"Failed to pull image\" err=\"failed to pull and unpack image "
        "\\\"docker.io/acme/web:1\\\": not found\" image=\"acme/web:1\"",
    .source =
        "kubernetes/klog:internal/buffer/buffer.go, kubernetes/kubernetes:pkg/kubelet@v1.10…v1.35; captured: kubelet 1.20.2, 1.34.9",
    .component = PM_COMP_KUBELET,
    .shapes = PM_SHAPE_LINE,
    .flags = PM_PARSER_SPARSE | PM_PARSER_ALONE,
    .bid = bid,
    .parse = parse,
};
