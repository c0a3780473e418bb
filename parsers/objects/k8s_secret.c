// Secret and ServiceAccount objects → config: which pull secrets exist, and for which
// registries. Never a value.
//
//   {"kind":"Secret","metadata":{"name":"regcred","namespace":"shop"},"type":"kubernetes.io/dockerconfigjson","data":{".dockerconfigjson":"eyJhdXRocyI6…"}}
//   {"kind":"ServiceAccount","metadata":{"name":"default","namespace":"shop"},"imagePullSecrets":[{"name":"regcred"}]}
// Source: k8s:staging/src/k8s.io/api/core/v1/types.go; replicatedhq/troubleshoot
// image-pull-secrets collector. The credentials are decoded in the record's arena to read
// the host names, which are the keys of `auths`; nothing else leaves this file.
#include "parsers/objects/k8s_object.h"

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    bool mine = pm_k8s_is(r, "Secret") || pm_k8s_is(r, "ServiceAccount");
    return mine && json_is_object(json_object_get(r->json, "metadata")) ? 96 : 0;
}

static int base64_value(char c) {
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(DIGITS, c) : NULL;
    return at ? (int)(at - DIGITS) : -1;
}

static struct pm_str base64_decode(struct pm_arena *a, struct pm_str s) {
    char *out = pm_arena_alloc(a, s.n / 4 * 3 + 3);
    size_t n = 0;
    unsigned bits = 0, held = 0;
    for (size_t i = 0; i < s.n && s.p[i] != '='; i++) {
        int v = base64_value(s.p[i]);
        if (v < 0) continue; // line breaks
        held = (held << 6 | (unsigned)v) & 0xfffff;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        out[n++] = (char)(held >> bits & 0xff);
    }
    return (struct pm_str){out, n};
}

static const json_t *member(const json_t *o, const char *group, const char *key) {
    return json_object_get(json_object_get(o, group), key);
}

// .dockerconfigjson holds {"auths":{HOST:{…}}}, the older .dockercfg {HOST:{…}}.
static void detail_registries(struct pm_arena *a, struct pm_detail *d, const json_t *o) {
    static const char *const KEYS[] = {".dockerconfigjson", ".dockercfg"};
    pm_detail_list(d, "registries");
    for (size_t i = 0; i < PM_LEN(KEYS); i++) {
        const json_t *plain = member(o, "stringData", KEYS[i]),
                     *encoded = member(o, "data", KEYS[i]);
        struct pm_str text = PM_NONE;
        if (json_is_string(plain))
            text = (struct pm_str){json_string_value(plain), json_string_length(plain)};
        if (json_is_string(encoded))
            text = base64_decode(
                a, (struct pm_str){json_string_value(encoded), json_string_length(encoded)});
        json_t *config = text.n ? json_loadb(text.p, text.n, 0, NULL) : NULL;
        json_t *auths = i == 0 ? json_object_get(config, "auths") : config;
        for (void *it = json_object_iter(auths); it; it = json_object_iter_next(auths, it))
            pm_detail_str(d, "", pm_str_c(json_object_iter_key(it)));
        json_decref(config);
    }
    pm_detail_end(d, ']');
}

// Does this entry of managedFields own what pulls are asked with? Labels and annotations
// may have been touched by others since.
static bool owns(const json_t *entry, bool account) {
    const json_t *fields = json_object_get(entry, "fieldsV1");
    return account ? json_object_get(fields, "f:imagePullSecrets") != NULL
                   : json_object_get(fields, "f:data") || json_object_get(fields, "f:stringData");
}

// When it was made, when its credentials were last written, and by which program, where
// the dump kept managedFields.
static void detail_written(struct pm_detail *d, const json_t *o, bool account) {
    const json_t *entries = pm_k8s_get(o, "metadata.managedFields"), *last = NULL;
    struct pm_when when = {0};
    for (size_t i = 0; i < json_array_size(entries); i++) {
        const json_t *entry = json_array_get(entries, i);
        struct pm_when w = pm_k8s_when(entry, "time");
        if (!owns(entry, account) || w.kind == PM_WHEN_NONE || (last && w.ns < when.ns)) continue;
        last = entry;
        when = w;
    }
    pm_k8s_detail_when(d, "created", pm_k8s_when(o, "metadata.creationTimestamp"));
    pm_k8s_detail_when(d, "changed", when);
    pm_detail_str(d, "by", pm_k8s_str(last, "manager"));
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    const json_t *o = r->json, *secrets = json_object_get(o, "imagePullSecrets");
    bool account = pm_k8s_is(r, "ServiceAccount");
    struct pm_str name = pm_k8s_str(o, "metadata.name"),
                  kind = account ? PM_STR("ServiceAccount") : PM_STR("Secret");
    struct pm_str type = pm_k8s_str(o, "type");
    if (!account && type.n && !pm_str_starts(type, PM_STR("kubernetes.io/dockerc")))
        return PM_PARSE_OK; // not about registries
    struct pm_detail d = pm_detail_new(ctx->a);
    if (account) {
        pm_detail_list(&d, "pull_secrets");
        for (size_t i = 0; i < json_array_size(secrets); i++)
            pm_detail_str(&d, "", pm_k8s_str(json_array_get(secrets, i), "name"));
        pm_detail_end(&d, ']');
    } else {
        pm_detail_str(&d, "type", type);
        detail_registries(ctx->a, &d, o);
    }
    detail_written(&d, o, account);
    struct pm_event e = pm_k8s_event(r, PM_KIND_CONFIG, o);
    e.field[PM_F_OBJECT] = pm_k8s_named(ctx->a, kind, name);
    if (!account) e.field[PM_F_SECRET] = name;
    e.field[PM_F_DETAIL] = pm_detail_done(&d);
    pm_emit(ctx, r, &e);
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_k8s_secret = {
    .name = "k8s-secret",
    .title =
        "Pull secrets and service accounts, JSON or YAML (names and registries only, never values)",
    .example =
        "{\"kind\":\"ServiceAccount\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"default\",\"namespace\":\"shop\"},\"imagePullSecrets\":[{\"name\":"
        "\"regcred\"}]}",
    .source = "k8s:staging/src/k8s.io/api/core/v1/types.go",
    .component = PM_COMP_OBJECTS,
    .shapes = PM_SHAPE_JSON,
    .bid = bid,
    .parse = parse,
};
