// Image references. Level 1. Grammar and normalisation as distribution/reference and the
// kubelet do it.
#pragma once
#include "pm/arena.h"

struct pm_image {
    // "docker.io", "quay.io", "host:5000"; well-known wire hosts folded
    // (registry-1.docker.io → docker.io, k8s.gcr.io stays itself)
    struct pm_str registry;
    struct pm_str repository; // "library/nginx"
    // "1.25", "latest" where nothing was given; PM_NONE beside a digest unless both were
    // written
    struct pm_str tag;
    struct pm_str digest; // "sha256:…"
    // "docker.io/library/nginx:1.25" or "…@sha256:…" (digest wins): the folding key
    struct pm_str norm;
};

// Splits and normalises. Slices live in `a`. False where it is no valid reference
// (registry etc. stay empty, norm keeps the text).
bool pm_image_parse(struct pm_arena *a, struct pm_str ref, struct pm_image *out);
// "registry-1.docker.io" and the other names of Docker Hub's own hosts → "docker.io";
// other hosts as they are.
struct pm_str pm_registry_of_host(struct pm_str host);

enum pm_url_what {
    PM_URL_OTHER = 0,
    PM_URL_PING,
    PM_URL_TOKEN,
    PM_URL_MANIFEST,
    PM_URL_BLOB,
    PM_URL_TAGS,
    PM_URL_UPLOAD,
    PM_URL_CATALOG
};
struct pm_registry_url {
    enum pm_url_what what;
    struct pm_str host;       // where the URL has one
    struct pm_str ns;         // ?ns= : the registry that a mirror was asked for
    struct pm_str repository; // from /v2/NAME/…, or the token's scope
    struct pm_str reference;  // tag or digest of a manifest, digest of a blob
    bool push;                // token scope holds push, or an upload
};
// Takes absolute URLs and paths; /artifactory/api/docker/REPO/v2/…, /repository/REPO/v2/…
// (Nexus) and Harbor's projects understood. Slices borrow from `url` or live in `a`.
bool pm_registry_url_parse(struct pm_arena *a, struct pm_str url, struct pm_registry_url *out);
