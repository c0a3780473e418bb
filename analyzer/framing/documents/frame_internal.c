// Objects as kubectl before 1.9 dumped them: the internal types, whose fields have no
// JSON names and so begin with capitals.
//
//   {"name":"cart-0.14f3","namespace":"shop","creationTimestamp":"…","InvolvedObject":{"Kind":"Pod","Name":"cart-0"},"Reason":"Failed","Message":"…","Source":{"Host":"n1"}}
// Only the metadata has names of its own, and it is not apart. Both are put right, so
// that one reader knows all objects. Source:
// kubernetes/kubernetes:pkg/kubectl/cmd/clusterinfo_dump.go@v1.8 (JSON printer on
// internal lists), pkg/apis/core/types.go.
#include "framing/documents/frame_docs.h"

static const char *const metadata_keys[] = {
    "name",   "generateName",    "namespace",      "selfLink",
    "uid",    "resourceVersion", "generation",     "creationTimestamp",
    "labels", "annotations",     "ownerReferences"};

static bool capital(const char *key) { return key[0] >= 'A' && key[0] <= 'Z'; }

// "InvolvedObject" → "involvedObject", "UID" → "uid", "APIVersion" → "apiVersion"
static char *renamed(const char *key) {
    char *name = pm_xstrdup(key);
    size_t capitals = 0, n = strlen(name);
    while (name[capitals] >= 'A' && name[capitals] <= 'Z') capitals++;
    size_t lower = capitals <= 1 || capitals == n ? capitals : capitals - 1;
    for (size_t i = 0; i < lower; i++) name[i] = (char)(name[i] + 32);
    return name;
}

static json_t *renamed_all(const json_t *v, int depth);

static json_t *renamed_object(const json_t *v, int depth) {
    json_t *out = json_object();
    for (void *it = json_object_iter((json_t *)(uintptr_t)v); it;
         it = json_object_iter_next((json_t *)(uintptr_t)v, it)) {
        char *name = renamed(json_object_iter_key(it));
        bool text = strcmp(name, "labels") == 0 || strcmp(name, "annotations") == 0 ||
                    strcmp(name, "data") == 0; // the user's own keys
        json_t *inner = text ? json_incref(json_object_iter_value(it))
                             : renamed_all(json_object_iter_value(it), depth + 1);
        json_object_set_new(out, name, inner);
        free(name);
    }
    return out;
}

static json_t *renamed_all(const json_t *v, int depth) {
    if (depth > 64 || (!json_is_object(v) && !json_is_array(v)))
        return json_incref((json_t *)(uintptr_t)v);
    if (json_is_object(v)) return renamed_object(v, depth);
    json_t *out = json_array();
    for (size_t i = 0; i < json_array_size(v); i++)
        json_array_append_new(out, renamed_all(json_array_get(v, i), depth + 1));
    return out;
}

static bool is_internal(const json_t *v) {
    if (!json_is_object(v) || json_object_get(v, "metadata") ||
        !json_is_string(json_object_get(v, "name")))
        return false;
    if (json_is_object(json_object_get(v, "InvolvedObject")))
        return json_object_get(v, "Reason") != NULL;
    return json_is_object(json_object_get(v, "Spec")) &&
           json_is_object(json_object_get(v, "Status"));
}

json_t *frame_internal_object(json_t *v) {
    if (!is_internal(v)) return v;
    json_t *out = json_object(), *metadata = json_object();
    for (void *it = json_object_iter(v); it; it = json_object_iter_next(v, it)) {
        const char *key = json_object_iter_key(it);
        bool own = false;
        for (size_t i = 0; i < PM_LEN(metadata_keys) && !own; i++)
            own = strcmp(key, metadata_keys[i]) == 0;
        char *name = capital(key) ? renamed(key) : pm_xstrdup(key);
        json_object_set_new(own ? metadata : out, name,
                            own ? json_incref(json_object_iter_value(it))
                                : renamed_all(json_object_iter_value(it), 0));
        free(name);
    }
    json_object_set_new(out, "metadata", metadata);
    json_decref(v);
    return out;
}
