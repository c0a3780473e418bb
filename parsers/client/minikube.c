// minikube filling its cache of images on the user's machine, before a cluster is there.
//
//     E0102 03:04:05.678901   4711 cache_images.go:80] CacheImage k8s.gcr.io/pause:3.1 -> /home/u/.minikube/cache/images/k8s.gcr.io/pause_3.1 failed: fetching image: Get https://k8s.gcr.io/v2/: …
//     E0102 03:04:05.678901   4711 cache.go:189] Error caching images:  Caching images for kubeadm: caching images: caching image "/home/u/.minikube/cache/images/amd64/registry.k8s.io/pause_3.9": fetching image "…": Get "…": …
//     X Failed to cache images: Caching images for kubeadm: caching images: caching image "…": write: Get "…": EOF
// The image is named, or its file in the cache is: the path with '_' for ':'. What the
// Docker daemon lacks ("daemon lookup for …"), a first try without credentials ("authn
// lookup") and a file that is not in the cache ("Unable to load cached images") are steps
// on the way and no failed pull.
// Source: kubernetes/minikube:pkg/minikube/image/cache.go, image.go,
// pkg/minikube/machine/cache_images.go.
#include "parsers/client/client.h"
#include "parsers/node/klog.h"

static struct pm_str of_path(struct pm_arena *a, struct pm_str path) {
    struct pm_str rest = after(path, "/cache/images/");
    ptrdiff_t slash = pm_str_chr(rest, '/', 0), mark = pm_str_rchr(rest, '_');
    static const char *const archs[] = {"amd64", "arm64", "arm", "ppc64le", "s390x"};
    if (!rest.p || slash <= 0 || mark < slash) return PM_NONE;
    for (size_t i = 0; i < PM_LEN(archs); i++)
        if (pm_str_eqc(pm_str_sub(rest, 0, (size_t)slash), archs[i])) {
            rest = pm_str_from(rest, (size_t)slash + 1);
            mark -= slash + 1;
            break;
        }
    struct pm_str image = pm_arena_fmt(a, "%.*s:%.*s", (int)mark, rest.p,
                                       PM_FMT(pm_str_from(rest, (size_t)mark + 1)));
    return pm_lift_reference_shape(image, false) ? image : PM_NONE;
}

// "CacheImage IMAGE -> PATH failed: ERROR"
static bool cache_image(struct pm_str s, struct pm_str *image, struct pm_str *error) {
    *image = pm_str_between(s, PM_STR("CacheImage "), PM_STR(" -> "));
    *error = after(after(s, " -> "), " failed: ");
    return image->n && error->n && pm_lift_reference_shape(*image, false);
}

// "caching image "PATH": ERROR", "caching image PATH: ERROR" before 1.10
static bool caching_image(struct pm_arena *a, struct pm_str s, struct pm_str *image,
                          struct pm_str *error) {
    struct pm_str rest = after(s, "caching image ");
    bool quoted = starts(rest, "\"");
    if (quoted) rest = pm_str_from(rest, 1);
    ptrdiff_t end = pm_str_find(rest, quoted ? PM_STR("\": ") : PM_STR(": "), 0);
    if (end <= 0) return false;
    *image = of_path(a, pm_str_sub(rest, 0, (size_t)end));
    *error = pm_str_from(rest, (size_t)end + 2 + quoted);
    return image->n && error->n;
}

static bool minikube_ends_in_quote(struct pm_str s) {
    bool open = false;
    for (size_t i = 0; i < s.n; i++) open ^= s.p[i] == '"';
    return open;
}

static bool is_mine(struct pm_str s) {
    return (has(s, "CacheImage ") && has(s, " failed: ")) ||
           (has(s, "caching image ") && has(s, "/cache/images/"));
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    return r->text.n < (64u << 10) && is_mine(r->text) ? 75 : 0;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_klog_head room;
    struct pm_str image, error;
    if (!is_mine(r->text)) return PM_PARSE_NO;
    if (!cache_image(r->text, &image, &error) && !caching_image(ctx->a, r->text, &image, &error))
        return PM_PARSE_NO;
    struct pm_event e = pm_event_of(r, PM_COMP_CLIENT, PM_KIND_PULL_FAIL);
    const struct pm_klog_head *k = pm_klog_head_of(r, &room);
    if (k->n && e.when.kind == PM_WHEN_NONE) e.when = k->when;
    e.field[PM_F_IMAGE] = image;
    pm_lift_into(ctx->a, &e, error);
    e.field[PM_F_IMAGE] = image; // the file's, whatever else the error names
    bool cut = minikube_ends_in_quote(error);
    if (cut) e.flags |= PM_EV_CUT;
    if (cut) pm_emit_bad(ctx, r, "line-cut", "the line ends inside a quoted value");
    pm_emit(ctx, r, &e);
    return cut ? PM_PARSE_BAD : PM_PARSE_OK;
}

const struct pm_parser pm_parser_minikube = {
    .name = "minikube",
    .title = "minikube's cache of images",
    .example =
        "E0102 03:04:05.678901    4711 cache_images.go:80] CacheImage k8s.gcr.io/pause:3.1 -> /home/u/.minikube/cache/images/k8s.gcr.io/pause_3.1 failed: "
        "fetching image: Get https://k8s.gcr.io/v2/: dial tcp 192.0.2.1:443: i/o timeout",
    .source = "kubernetes/minikube:pkg/minikube/image/cache.go",
    .component = PM_COMP_CLIENT,
    .shapes = PM_SHAPE_LINE,
    .bid = bid,
    .parse = parse,
};
