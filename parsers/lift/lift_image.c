// Images in error texts. See lift.h.
//
// An image is taken only from a phrase that programs use for the image they pull; a
// reference that merely stands in a text is none.
#include "parsers/lift/lift.h"

#define REFERENCE_MAX 512

struct pm_str pm_lift_bare_word(struct pm_str s) {
    size_t n = 0;
    while (n < s.n && !pm_blank(s.p[n]) && !strchr("\"',()[]<>|", s.p[n])) n++;
    while (n > 0 && strchr(".:;", s.p[n - 1])) n--;
    return pm_str_sub(s, 0, n);
}

static bool reference_char(char c) { return pm_name_char(c) || (c && strchr("/:@_*+", c)); }

bool pm_lift_reference_shape(struct pm_str s, bool any) {
    bool mark = any;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!reference_char(c)) return false;
        mark = mark || strchr("/:@.", c);
    }
    return mark && s.n > 0 && s.n <= REFERENCE_MAX && pm_name_char(s.p[s.n - 1]) && s.p[0] != '/';
}

// What stands in quotes after a phrase about images is the image whatever its shape:
// invalid references are what some lines are about.
static bool quoted_shape(struct pm_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (pm_blank(s.p[i]) || s.p[i] == '"') return false;
    return s.n > 0 && s.n <= REFERENCE_MAX;
}

struct pm_str pm_lift_image_at(struct pm_arena *a, struct pm_str s, bool any) {
    struct pm_str out;
    struct pm_scan c = pm_scan_of(s);
    pm_scan_blanks(&c);
    s = pm_scan_rest(&c);
    if (s.n && s.p[0] == '\\') s = pm_str_from(s, 1); // a level of quoting that could not be undone
    if (s.n && strchr("\"'`", s.p[0])) {
        ptrdiff_t end = pm_str_chr(s, s.p[0], 1);
        if (end < 0) return PM_NONE;
        out = pm_str_sub(s, 1, (size_t)end - 1);
        if (out.n && out.p[out.n - 1] == '\\') out.n--;
        return quoted_shape(out) ? out : PM_NONE;
    }
    (void)a;
    if (s.n && s.p[0] == '[') s = pm_str_from(s, 1); // RKE 1: [r.test/a/b:1] on host
    out = pm_lift_bare_word(s);
    return pm_lift_reference_shape(out, any) ? out : PM_NONE;
}

struct image_cue {
    const char *before; // in any case of letters
    const char *behind; // must follow the reference; NULL: anything may
    bool any;           // the phrase leaves no doubt: a bare "nginx" is an image too
};
static const struct image_cue image_cues[] = {
    {"failed to pull and unpack image ", NULL, false},
    {"get sandbox image ", NULL, false},
    {"pulling image ref //", NULL, true},
    {"failed to pull image ", " for container ", true}, // the ECS agent
    {"failed to pull image ", NULL, false},
    {"could not pull image ", NULL, false},   // Azure IoT Edge
    {"can't pull image ", NULL, false},       // RKE 1
    {"image pull failed: ", NULL, true},      // Rancher's script
    {"error pulling candidate ", ": ", true}, // podman
    {"failed pulling image ", NULL, false},
    {"back-off pulling image ", NULL, false},
    {"cancel pulling image ", NULL, false},
    {"stop pulling image ", NULL, false},
    {"failed to resolve reference ", NULL, false},
    {"failed to resolve image ", NULL, false},
    {"failed to resolve ref ", NULL, true},    // Amazon ECS
    {"failed pulling container ", NULL, true}, // Nomad, before and with key=value
    {" image_ref=", NULL, true},
    {"failed to pull image: ", NULL, false},         // Testcontainers, k3d
    {"pull the image ", NULL, true},                 // k3d
    {"failed to download image ", " due to ", true}, // balena
    {"failed to create image: ", ": ", true},        // Nomad's podman driver
    {"read the image, ", NULL, false},               // Cloud Run
    {"invalid value: ", ": GET http", true},         // Azure Container Apps
    {"invalid value: ", ": unable to pull image using ", true},
    {"image ", " does not exist on the daemon", true}, // pack
    {"to image repository ", ": ", true},              // oc
    {"failed to pull ", NULL, false},
    {"unable to fetch image ", NULL, false}, // Knative
    {"failed to get image ", NULL, false},   // Rancher's agent of a node
    {"fetch builder image ", NULL, false},   // pack
    {"fetch run image ", NULL, false},
    {"your credentials for ", " are set up", false}, // Jib
    {"head request for ", NULL, false},              // watchtower
    {"can't install ", " -> ",
     false}, // Home Assistant's supervisor; Docker's answer behind it has no tag
    {"source metadata for ", NULL, true},
    {"load metadata for ", NULL, true},
    {"pull access denied for ", NULL, true},
    {"manifest for ", " not found", true},
    {"no such image: ", NULL, true},
    {"trying to pull repository ", NULL, true},
    {"trust data does not exist for ", NULL, true},
    {"latest version of image ", NULL, true},
    {"default image tag ", NULL, false},
    {"parse image name ", NULL, false},
    {"parse image reference ", NULL, false},
    {"parsing image name ", NULL, false},
    {"parsing reference ", NULL, false},
    {"parse reference ", NULL, false},
    {"parse stage name ", NULL, false},
    {"short-name ", NULL, false},
    {"inspect image ", NULL, false},
    {"container image ", NULL, false},
    {"for image ", NULL, false},
    {"pulling image ", NULL, false},
    {"pull image ", NULL, false},
    {"pulling ", ": GET http", false},                   // crane
    {"is waiting to start: ", " can't be pulled", true}, // Skaffold
    {"image pull failed for ", NULL, false},
    {"(inaccessibleimage) the image ", NULL, true}, // Azure Container Instances
    {"unable to pull ", NULL, false},
    {"failed to solve: ", NULL, false},
    {"artifact ", " not found", false},
    {"not found in repository ", NULL, true},
    {"repository ", " not found", false},
    {"image ", " not found", false},
};

static struct pm_str cue_image(struct pm_arena *a, struct pm_str s, const struct image_cue *c) {
    ptrdiff_t at = pm_str_ifind(s, pm_str_c(c->before), 0);
    for (int tries = 0; at >= 0 && tries < 4; tries++) {
        struct pm_str rest = pm_str_from(s, (size_t)at + strlen(c->before));
        struct pm_str image = pm_lift_image_at(a, rest, c->any);
        struct pm_str behind =
            image.n ? pm_str_from(rest, (size_t)(image.p - rest.p) + image.n) : PM_NONE;
        if (starts(behind, "\\")) behind = pm_str_from(behind, 1);
        if (starts(behind, "'") || starts(behind, "\"")) behind = pm_str_from(behind, 1);
        if (image.n && (!c->behind || starts(behind, c->behind))) return image;
        at = pm_str_ifind(s, pm_str_c(c->before), (size_t)at + 1);
    }
    return PM_NONE;
}

bool pm_lift_has_tag(struct pm_str image) {
    return pm_str_chr(image, '@', 0) >= 0 || pm_str_rchr(image, ':') > pm_str_rchr(image, '/');
}

// containers/image: "initializing source docker://REF: reading manifest TAG in REPO: …".
// REF is what was asked for; where it has no tag, the second phrase has.
static struct pm_str source_image(struct pm_arena *a, struct pm_str s) {
    struct pm_str ref = pm_lift_image_at(a, after(s, "docker://"), true);
    struct pm_str rest = after(s, "reading manifest "), tag, repo, in;
    struct pm_scan c = pm_scan_of(rest);
    if (ref.n && pm_lift_has_tag(ref)) return ref;
    if (!rest.p || !pm_scan_word(&c, &tag)) return ref;
    pm_scan_blanks(&c);
    if (!pm_scan_word(&c, &in) || !pm_str_eqc(in, "in")) return ref;
    pm_scan_blanks(&c);
    repo = pm_lift_image_at(a, pm_scan_rest(&c), true);
    if (!repo.n || !pm_lift_reference_shape(tag, true)) return ref;
    return pm_arena_fmt(a, "%.*s%c%.*s", PM_FMT(repo), pm_str_chr(tag, ':', 0) >= 0 ? '@' : ':',
                        PM_FMT(tag));
}

// The Docker API names it in the query: …/images/create?fromImage=REPO&tag=TAG
static struct pm_str query_value(struct pm_arena *a, struct pm_str s, const char *key) {
    struct pm_str v = after(s, key);
    size_t n = 0;
    while (n < v.n && !strchr("&\"' )\\:", v.p[n])) n++;
    return pm_percent_decode(a, pm_str_sub(v, 0, n));
}
static struct pm_str create_image(struct pm_arena *a, struct pm_str s) {
    struct pm_str repo = query_value(a, s, "fromImage="), tag = query_value(a, s, "tag=");
    if (!repo.n || !pm_lift_reference_shape(repo, true) || !pm_lift_reference_shape(tag, true))
        return pm_lift_reference_shape(repo, true) ? repo : PM_NONE;
    return pm_arena_fmt(a, "%.*s%c%.*s", PM_FMT(repo), pm_str_chr(tag, ':', 0) >= 0 ? '@' : ':',
                        PM_FMT(tag));
}

// "failed to resolve image: quay.test/a/b:1: not found": the reference itself is the
// error's subject.
struct pm_str pm_lift_missing_image(struct pm_str s) {
    ptrdiff_t end = pm_str_rfind(s, PM_STR(": not found"));
    if (end <= 0) return PM_NONE;
    size_t from = (size_t)end;
    while (from > 0 && !pm_blank(s.p[from - 1])) from--;
    struct pm_str word = pm_str_sub(s, from, (size_t)end - from);
    if (word.n > 2 && word.p[0] == '"' && word.p[word.n - 1] == '"')
        word = pm_str_sub(word, 1, word.n - 2); // rke2
    return pm_str_chr(word, '/', 0) > 0 && pm_lift_has_tag(word) &&
                   pm_lift_reference_shape(word, false)
               ? word
               : PM_NONE;
}

// Docker Engine 1.12: "Tag apine not found in repository docker.io/library/nginx"
static struct pm_str tag_of_repository(struct pm_arena *a, struct pm_str s) {
    struct pm_str in = after(s, " not found in repository "),
                  tag = pm_str_between(s, PM_STR("Tag "), PM_STR(" not found in repository "));
    struct pm_str repository = in.p ? pm_lift_image_at(a, in, true) : PM_NONE;
    return repository.n && pm_lift_reference_shape(tag, true)
               ? pm_arena_fmt(a, "%.*s:%.*s", PM_FMT(repository), PM_FMT(tag))
               : PM_NONE;
}

// Docker Engine before 1.10: "Error pulling image (latest) from docker.io/library/nginx, …"
static struct pm_str tag_from_repository(struct pm_arena *a, struct pm_str s) {
    struct pm_str tag = pm_str_between(s, PM_STR("rror pulling image ("), PM_STR(") from ")),
                  repository = tag.n ? pm_lift_image_at(a, after(s, ") from "), true) : PM_NONE;
    return repository.n && pm_lift_reference_shape(tag, true)
               ? pm_arena_fmt(a, "%.*s:%.*s", PM_FMT(repository), PM_FMT(tag))
               : PM_NONE;
}

// Registry API v1: https://index.docker.io/v1/repositories/library/hello-world/images
static struct pm_str v1_image(struct pm_str s) {
    struct pm_str rest = after(s, "/v1/repositories/");
    ptrdiff_t end = pm_str_find(rest, PM_STR("/images"), 0);
    struct pm_str name = end > 0 ? pm_str_sub(rest, 0, (size_t)end) : PM_NONE;
    return pm_lift_reference_shape(name, true) ? name : PM_NONE;
}

static bool in_name(char c) { return pm_name_char(c) || (c && strchr("/:_", c)); }

// "r.test/acme/web:1" of "acme/web": before its last colon.
static bool tags(struct pm_str word, struct pm_str repository) {
    const ptrdiff_t colon = pm_str_rchr(word, ':');
    const struct pm_str name = colon < 0 ? PM_NONE : pm_str_sub(word, 0, (size_t)colon);
    return pm_str_ends(name, repository) &&
           (name.n == repository.n || name.p[name.n - repository.n - 1] == '/') &&
           !has(word, "//") && pm_lift_reference_shape(word, true);
}

// Each word is looked at once, however often the repository is in it.
struct pm_str pm_lift_tagged(struct pm_str s, struct pm_str repository) {
    size_t end = 0;
    for (ptrdiff_t at; (at = pm_str_find(s, repository, end)) >= 0;) {
        size_t from = (size_t)at;
        while (from > end && in_name(s.p[from - 1])) from--;
        end = (size_t)at + repository.n;
        while (end < s.n && reference_char(s.p[end])) end++;
        // With the byte behind: where the word goes on with it, it is no reference.
        const struct pm_str word = pm_lift_bare_word(pm_str_sub(s, from, end + 1 - from));
        if (tags(word, repository)) return word;
    }
    return repository;
}

struct pm_str pm_lift_image(struct pm_arena *a, struct pm_str s) {
    struct pm_str image = cue_image(a, s, &image_cues[0]);
    if (!image.n) image = source_image(a, s);
    if (!image.n) image = tag_of_repository(a, s);
    if (!image.n) image = tag_from_repository(a, s);
    for (size_t i = 1; !image.n && i < PM_LEN(image_cues); i++)
        image = cue_image(a, s, &image_cues[i]);
    if (!image.n) image = create_image(a, s);
    if (!image.n) image = pm_lift_missing_image(s);
    if (!image.n) return v1_image(s);
    return pm_lift_has_tag(image) ? image : pm_lift_tagged(s, image);
}
