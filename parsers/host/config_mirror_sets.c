// OpenShift's objects of which its operator writes registries.conf on every node → config,
// as if that file were here.
//
//   kind: ImageDigestMirrorSet          spec.imageDigestMirrors[] {source, mirrors[], mirrorSourcePolicy}
//   kind: ImageTagMirrorSet             spec.imageTagMirrors[]    the same, for pulls by tag
//   kind: ImageContentSourcePolicy      spec.repositoryDigestMirrors[] {source, mirrors[]}     (to 4.13)
//   kind: Image, named cluster          spec.registrySources {insecureRegistries[], blockedRegistries[]}
// Source: openshift/api config/v1 types_image_digest_mirror_set.go, types_image.go;
// openshift/machine-config-operator container-runtime-config.
#include "parsers/host/config.h"
#include "parsers/objects/k8s_object.h"

static const struct set {
    const char *kind, *list;
    bool digests; // the mirrors are asked for digests only
} sets[] = {
    {"ImageDigestMirrorSet", "spec.imageDigestMirrors", true},
    {"ImageTagMirrorSet", "spec.imageTagMirrors", false},
    {"ImageContentSourcePolicy", "spec.repositoryDigestMirrors", true},
};

static const struct set *set_of(const struct pm_record *r) {
    for (size_t i = 0; i < PM_LEN(sets); i++)
        if (pm_k8s_is(r, sets[i].kind) && json_is_array(pm_k8s_get(r->json, sets[i].list)))
            return &sets[i];
    return NULL;
}

static bool is_image_config(const struct pm_record *r) {
    return pm_k8s_is(r, "Image") && json_is_object(pm_k8s_get(r->json, "spec.registrySources"));
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    return set_of(r) || is_image_config(r) ? 95 : 0;
}

static struct pm_str setting_of(struct pm_arena *a, struct pm_str source, const char *what) {
    return pm_arena_fmt(a, "registry.%.*s.%s", PM_FMT(source), what);
}

static void add_set(struct pm_config *c, const struct pm_record *r, const struct set *s) {
    const json_t *list = pm_k8s_get(r->json, s->list);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        struct pm_str source = pm_k8s_str(one, "source");
        uint64_t line = pm_config_line(r, source);
        if (!source.n) continue;
        pm_config_add_json(c, setting_of(c->a, source, "mirrors"), json_object_get(one, "mirrors"),
                           line);
        if (s->digests)
            pm_config_add(c, PM_SETTING_BOOL, setting_of(c->a, source, "digests_only"),
                          PM_STR("true"), line);
        if (pm_str_eqc(pm_k8s_str(one, "mirrorSourcePolicy"), "NeverContactSource"))
            pm_config_add(c, PM_SETTING_BOOL, setting_of(c->a, source, "blocked"), PM_STR("true"),
                          line);
    }
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_config c = pm_config_new(ctx->a, "registries.conf");
    const struct set *s = set_of(r);
    if (s) add_set(&c, r, s);
    else if (is_image_config(r)) {
        const json_t *from = pm_k8s_get(r->json, "spec.registrySources");
        pm_config_add_json(&c, PM_STR("insecure-registries"),
                           json_object_get(from, "insecureRegistries"),
                           pm_config_line(r, PM_STR("insecureRegistries")));
        pm_config_add_json(&c, PM_STR("blocked-registries"),
                           json_object_get(from, "blockedRegistries"),
                           pm_config_line(r, PM_STR("blockedRegistries")));
    } else return PM_PARSE_NO;
    pm_config_emit(ctx, r, &c, PM_NONE);
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_config_mirror_sets = {
    .name = "mirror-sets",
    .title = "OpenShift's ImageDigestMirrorSet, ImageTagMirrorSet, ImageContentSourcePolicy, Image",
    .example =
        "{\"apiVersion\":\"config.openshift.io/v1\",\"kind\":\"ImageDigestMirrorSet\",\"metadata\":{\"name\":\"m\"},\"spec\":{\"imageDigestMirrors\":[{\"source\":"
        "\"quay.io/acme\",\"mirrors\":[\"mirror.example:5000/acme\"]}]}}",
    .source = "openshift/api:config/v1",
    .component = PM_COMP_HOST,
    .shapes = PM_SHAPE_JSON,
    .bid = bid,
    .parse = parse,
};
