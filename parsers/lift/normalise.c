// An event's image in parts: registry, repository, tag, digest out of image, URL and
// host. The framework calls it on each event.
#include "parsers/lift/lift.h"
#include "pm/image.h"

// No valid reference (upper case, a masked account number "****.dkr.ecr…"), and still its
// registry can be read.
static struct pm_str registry_in_words(struct pm_str image) {
    ptrdiff_t slash = pm_str_chr(image, '/', 0);
    struct pm_str head = pm_str_sub(image, 0, slash < 0 ? 0 : (size_t)slash);
    return pm_str_chr(head, '.', 0) > 0 && pm_str_chr(head, '$', 0) < 0 ? head : PM_NONE;
}

static void normalise_reference(struct pm_arena *a, struct pm_event *e) {
    struct pm_image image;
    if (!pm_image_parse(a, e->field[PM_F_IMAGE], &image)) {
        pm_event_fill(e, PM_F_REGISTRY, registry_in_words(e->field[PM_F_IMAGE]));
        return;
    }
    pm_event_fill(e, PM_F_REGISTRY, image.registry);
    pm_event_fill(e, PM_F_REPOSITORY, image.repository);
    pm_event_fill(e, PM_F_TAG, image.tag);
    pm_event_fill(e, PM_F_DIGEST, image.digest);
}

#define HAS(field) (UINT32_C(1) << (field))
static const struct pm_lifting of_reference = {
    PM_F_IMAGE, HAS(PM_F_REGISTRY) | HAS(PM_F_REPOSITORY) | HAS(PM_F_TAG) | HAS(PM_F_DIGEST),
    normalise_reference};

// https://r.test/a/b/manifests/1: copies that lost the "/v2".
static bool elided_url(struct pm_str url, struct pm_registry_url *u) {
    struct pm_str rest = after(url, "://");
    ptrdiff_t slash = pm_str_chr(rest, '/', 0), mark = pm_str_find(rest, PM_STR("/manifests/"), 0);
    if (slash <= 0) return false;
    u->host = pm_lift_url_host(url);
    if (mark <= slash + 1) return true;
    u->what = PM_URL_MANIFEST;
    u->repository = pm_str_sub(rest, (size_t)slash + 1, (size_t)(mark - slash) - 1);
    u->reference = pm_str_from(rest, (size_t)mark + strlen("/manifests/"));
    return true;
}

// A URL names the image only with its registry: a path alone ("/v2/a/b/manifests/1" in
// the registry's own log) leaves IMAGE empty, never "docker.io".
static void normalise_url(struct pm_arena *a, struct pm_event *e) {
    struct pm_registry_url u = {0};
    if (!e->field[PM_F_URL].n) return;
    if ((!pm_registry_url_parse(a, e->field[PM_F_URL], &u) || u.what == PM_URL_OTHER) &&
        !elided_url(e->field[PM_F_URL], &u))
        return;
    struct pm_str host = u.host.n ? u.host : e->field[PM_F_HOST];
    if (u.what == PM_URL_MANIFEST && !e->field[PM_F_REPOSITORY].n)
        pm_event_fill(e, pm_str_chr(u.reference, ':', 0) > 0 ? PM_F_DIGEST : PM_F_TAG, u.reference);
    pm_event_fill(e, PM_F_REPOSITORY, u.repository);
    if (!u.ns.n && host.n) u.ns = pm_registry_of_host(host);
    pm_event_fill(e, PM_F_REGISTRY, u.ns);
    if (u.push) e->flags |= PM_EV_PUSH;
}

static void image_from_parts(struct pm_arena *a, struct pm_event *e) {
    struct pm_str registry = e->field[PM_F_REGISTRY], repository = e->field[PM_F_REPOSITORY],
                  tag = e->field[PM_F_TAG], digest = e->field[PM_F_DIGEST];
    if (e->field[PM_F_IMAGE].n || !registry.n || !repository.n || (!tag.n && !digest.n)) return;
    e->field[PM_F_IMAGE] = digest.n ? pm_arena_fmt(a, "%.*s/%.*s@%.*s", PM_FMT(registry),
                                                   PM_FMT(repository), PM_FMT(digest))
                                    : pm_arena_fmt(a, "%.*s/%.*s:%.*s", PM_FMT(registry),
                                                   PM_FMT(repository), PM_FMT(tag));
}

void pm_event_normalise(struct pm_arena *a, struct pm_event *e) {
    if (e->field[PM_F_IMAGE].n) {
        pm_lift_once(a, e, &of_reference);
        return;
    }
    normalise_url(a, e);
    if (e->field[PM_F_HOST].n)
        pm_event_fill(e, PM_F_REGISTRY, pm_registry_of_host(e->field[PM_F_HOST]));
    image_from_parts(a, e);
}
