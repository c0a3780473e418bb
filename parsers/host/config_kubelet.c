// KubeletConfiguration, from /var/lib/kubelet/config.yaml, a collector's JSON, or the
// API's /configz → config.
//
//   {"kind":"KubeletConfiguration","apiVersion":"kubelet.config.k8s.io/v1beta1","serializeImagePulls":false,"evictionHard":{"imagefs.available":"15%"}}
//   {"kubeletconfig":{…}}
// Source: k8s:staging/src/k8s.io/kubelet/config/v1beta1/types.go@v1.34.
#include "parsers/host/config.h"

static const char *const KEYS[] = {
    "serializeImagePulls",
    "maxParallelImagePulls",
    "registryPullQPS",
    "registryBurst",
    "eventRecordQPS",
    "imageGCHighThresholdPercent",
    "imageGCLowThresholdPercent",
    "imageMinimumGCAge",
    "imageMaximumGCAge",
    "runtimeRequestTimeout",
    "imagePullCredentialsVerificationPolicy",
    "containerRuntimeEndpoint",
    "imageServiceEndpoint",
};
#define SIGNALS_MAX 64
static const char *const MAPS[] = {"evictionHard", "evictionSoft", "evictionMinimumReclaim"};

static const json_t *config_of(const struct pm_record *r) {
    const json_t *inner = pm_record_member(r, "kubeletconfig");
    if (json_is_object(inner)) return inner;
    const json_t *kind = pm_record_member(r, "kind");
    return json_is_string(kind) && strcmp(json_string_value(kind), "KubeletConfiguration") == 0
               ? r->json
               : NULL;
}

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    return config_of(r) ? 95 : 0;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    const json_t *o = config_of(r);
    if (!o) return PM_PARSE_NO;
    struct pm_config c = pm_config_new(ctx->a, "kubelet.config");
    for (size_t i = 0; i < PM_LEN(KEYS); i++)
        pm_config_add_json(&c, pm_str_c(KEYS[i]), json_object_get(o, KEYS[i]),
                           pm_config_line(r, pm_str_c(KEYS[i])));
    for (size_t i = 0; i < PM_LEN(MAPS); i++) {
        const json_t *map = json_object_get(o, MAPS[i]);
        if (json_object_size(map) > SIGNALS_MAX) continue; // each is looked up in the text
        for (void *it = json_object_iter((json_t *)(uintptr_t)map); it;
             it = json_object_iter_next((json_t *)(uintptr_t)map, it)) {
            const char *key = json_object_iter_key(it);
            pm_config_add_json(&c, pm_arena_fmt(ctx->a, "%s.%s", MAPS[i], key),
                               json_object_iter_value(it), pm_config_line(r, pm_str_c(key)));
        }
    }
    pm_config_emit(ctx, r, &c, PM_NONE);
    return PM_PARSE_OK;
}

const struct pm_parser pm_parser_config_kubelet = {
    .name = "kubelet-config",
    .title = "KubeletConfiguration, JSON or YAML, and /configz",
    .example =
        "{\"kind\":\"KubeletConfiguration\",\"apiVersion\":\"kubelet.config.k8s.io/v1beta1\",\"serializeImagePulls\":false,\"registryPullQPS\":5}",
    .source = "k8s:staging/src/k8s.io/kubelet/config/v1beta1/types.go@v1.34.0",
    .component = PM_COMP_HOST,
    .shapes = PM_SHAPE_JSON,
    .bid = bid,
    .parse = parse,
};
