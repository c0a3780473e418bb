// Lists of images on a node: crictl, docker, nerdctl, podman and ctr tables, crictl's
// JSON and -v blocks → one config event "Images" a list.
//
//   IMAGE                              TAG       IMAGE ID        SIZE                      crictl images [--digests]
//   REPOSITORY   TAG       IMAGE ID       CREATED       SIZE                               docker, podman and nerdctl images
//   IMAGE          ID             DISK USAGE   CONTENT SIZE   EXTRA                        docker ≥ 29
//   REF TYPE DIGEST SIZE PLATFORMS LABELS                                                  ctr images ls: single blanks between columns
//   {"images":[{"id":"sha256:…","repoTags":["registry.k8s.io/pause:3.9"],"repoDigests":["…"],"size":"321520"}]}
//   {"Repository":"shop/cart","Tag":"1.3","Digest":"<none>","ID":"6f1e…","Size":"83.6MB",…}    docker and nerdctl images --format json, a line an image
//   [{"Id":"…","RepoTags":["…"],"Names":["…"],"Size":83600000,…}]                          podman images --format json; docker's API, image inspect
// Source: kubernetes-sigs/cri-tools:cmd/crictl/image.go@v1.31,
// containerd/containerd:cmd/ctr/commands/images/images.go@v2.1,
// docker/cli:cli/command/formatter/image.go@v28. Sizes are as printed (three digits):
// good for what fills a disk, not for sums.
#include "parsers/lift/detail.h"
#include "parsers/objects/kubectl_table.h"
#include "pm/image.h"
#include "pm/scan.h"

enum form {
    FORM_NONE = 0,
    FORM_CRICTL,
    FORM_DOCKER,
    FORM_DOCKER_TREE,
    FORM_CTR,
    FORM_BLOCKS,
    FORM_JSON
};
struct listed {
    struct pm_str norm;
    int64_t bytes;
    struct listed *next;
};
struct images_state {
    enum form form;
    struct pm_table table;
    struct listed *first, **tail;
    struct listed *block_first; // crictl -v: names that wait for their size
    struct pm_record at;
};

static enum form header_of(struct pm_str s) {
    if (pm_str_starts(s, PM_STR("REF ")) && pm_str_has(s, PM_STR("DIGEST")) &&
        pm_str_has(s, PM_STR("PLATFORMS")))
        return FORM_CTR;
    if (!pm_table_header(NULL, s, NULL)) return FORM_NONE;
    if (pm_str_starts(s, PM_STR("REPOSITORY")) && pm_str_has(s, PM_STR("IMAGE ID")))
        return FORM_DOCKER;
    if (pm_str_starts(s, PM_STR("IMAGE")) && pm_str_has(s, PM_STR("IMAGE ID"))) return FORM_CRICTL;
    return pm_str_starts(s, PM_STR("IMAGE")) && pm_str_has(s, PM_STR("DISK USAGE"))
               ? FORM_DOCKER_TREE
               : FORM_NONE;
}

static bool is_block(struct pm_str s) {
    return pm_str_starts(s, PM_STR("RepoTags: ")) || pm_str_starts(s, PM_STR("RepoDigests: "));
}

static const json_t *json_images(const struct pm_record *r) {
    const json_t *images = pm_record_member(r, "images"), *one = json_array_get(images, 0);
    return json_object_get(one, "repoTags") || json_object_get(one, "repoDigests") ? images : NULL;
}

static struct pm_str json_text(const json_t *o, const char *key) {
    const json_t *v = json_object_get(o, key);
    return json_is_string(v) ? pm_str_c(json_string_value(v)) : PM_NONE;
}

// docker's line an image, or podman's and the API's item a image
static bool json_line(const struct pm_record *r) {
    return json_text(r->json, "Repository").n && json_text(r->json, "Tag").n &&
           json_text(r->json, "ID").n;
}
static bool json_item(const struct pm_record *r) {
    return json_text(r->json, "Id").n && pm_record_member(r, "RepoDigests") &&
           (pm_record_member(r, "RepoTags") || pm_record_member(r, "Names")) &&
           pm_record_member(r, "Size");
}

static int bid(const struct pm_record *r, const void *state) {
    const struct images_state *s = state;
    struct pm_str cells[PM_TABLE_COLUMNS];
    if (r->shape == PM_SHAPE_JSON) return json_images(r) || json_line(r) || json_item(r) ? 90 : 0;
    if (header_of(r->text)) return 94;
    if (is_block(r->text)) return 60;
    if (!s || !s->form) return 0;
    if (s->form == FORM_CTR) return pm_str_has(r->text, PM_STR(" application/vnd.")) ? 80 : 0;
    if (s->form == FORM_JSON) return 0;
    if (s->form == FORM_BLOCKS)
        return pm_str_starts(r->text, PM_STR("Size: ")) || pm_str_starts(r->text, PM_STR("ID: "))
                   ? 55
                   : 0;
    return pm_table_row(&s->table, r->text, cells) ? 70 : 0;
}

static void images_list_add(struct pm_arena *member, struct images_state *s, struct pm_str ref,
                            int64_t bytes) {
    struct pm_image image;
    if (!ref.n || pm_str_has(ref, PM_STR("<none>")) || pm_str_starts(ref, PM_STR("sha256:")) ||
        !pm_image_parse(member, ref, &image))
        return;
    struct listed *i = PM_NEW(member, struct listed);
    i->norm = pm_arena_dup(member, image.norm);
    i->bytes = bytes;
    if (!s->tail) s->tail = &s->first;
    *s->tail = i;
    s->tail = &i->next;
}

static int64_t size_of(struct pm_str s) {
    int64_t bytes;
    return pm_size_bytes(pm_str_trim(s), &bytes) ? bytes : -1;
}

static void emit_list(struct pm_parse_ctx *ctx, const struct pm_record *r,
                      const struct listed *first) {
    struct pm_detail d = pm_detail_new(ctx->a);
    pm_detail_list(&d, "images");
    for (const struct listed *i = first; i; i = i->next) {
        pm_detail_obj(&d, NULL);
        pm_detail_str(&d, "norm", i->norm);
        pm_detail_size(&d, "bytes", i->bytes);
        pm_detail_end(&d, '}');
    }
    pm_detail_end(&d, ']');
    struct pm_event e = pm_event_of(r, PM_COMP_HOST, PM_KIND_CONFIG);
    e.flags |= PM_EV_SNAPSHOT;
    if (e.when.kind == PM_WHEN_NONE) e.when = pm_when_age_zero();
    e.field[PM_F_OBJECT] = PM_STR("Images");
    e.field[PM_F_DETAIL] = pm_detail_done(&d);
    pm_emit(ctx, r, &e);
}

static void images_list_flush(struct pm_parse_ctx *ctx, struct images_state *s) {
    if (s->form) emit_list(ctx, &s->at, s->first);
    *s = (struct images_state){0};
}

static void begin(struct pm_parse_ctx *ctx, const struct pm_record *r, struct images_state *s,
                  enum form form) {
    images_list_flush(ctx, s);
    s->form = form;
    s->at = pm_record_to_keep(ctx->member, r);
}

static struct pm_str tagged(struct pm_arena *a, struct pm_str name, struct pm_str tag) {
    if (!name.n || !tag.n) return PM_NONE;
    return pm_arena_fmt(a, "%.*s:%.*s", PM_FMT(name), PM_FMT(tag));
}

static void table_row(struct pm_parse_ctx *ctx, struct images_state *s,
                      const struct pm_str *cells) {
    const struct pm_table *t = &s->table;
    struct pm_str tag = pm_table_cell(t, cells, "TAG");
    struct pm_str name = pm_table_cell(t, cells, s->form == FORM_DOCKER ? "REPOSITORY" : "IMAGE");
    struct pm_str size =
        pm_table_cell(t, cells, s->form == FORM_DOCKER_TREE ? "DISK USAGE" : "SIZE");
    images_list_add(ctx->member, s, s->form == FORM_DOCKER_TREE ? name : tagged(ctx->a, name, tag),
                    size_of(size));
}

// REF TYPE DIGEST SIZE UNIT PLATFORMS LABELS: "83.6 MiB" is two words.
static bool ctr_row(struct pm_parse_ctx *ctx, struct images_state *s, struct pm_str text) {
    struct pm_scan c = pm_scan_of(text);
    struct pm_str ref, type, digest, number, unit;
    if (!pm_scan_word(&c, &ref) || !pm_scan_blanks(&c) || !pm_scan_word(&c, &type) ||
        !pm_scan_blanks(&c) || !pm_scan_word(&c, &digest) || !pm_scan_blanks(&c) ||
        !pm_scan_word(&c, &number) || !pm_scan_blanks(&c) || !pm_scan_word(&c, &unit) ||
        !pm_str_starts(type, PM_STR("application/vnd.")))
        return false;
    images_list_add(ctx->member, s, ref,
                    size_of(pm_arena_fmt(ctx->a, "%.*s%.*s", PM_FMT(number), PM_FMT(unit))));
    return true;
}

static void block_line(struct pm_parse_ctx *ctx, struct images_state *s, struct pm_str text) {
    struct listed **last = s->tail;
    if (pm_str_starts(text, PM_STR("RepoTags: "))) {
        images_list_add(ctx->member, s, pm_str_trim(pm_str_from(text, 10)), -1);
        s->block_first = last ? *last : s->first;
        if (s->tail == last) s->block_first = NULL;
    } else if (pm_str_starts(text, PM_STR("Size: ")) && s->block_first) {
        s->block_first->bytes = size_of(pm_str_from(text, 6));
        s->block_first = NULL;
    }
}

static void add_names(struct pm_parse_ctx *ctx, struct images_state *s, const json_t *names,
                      int64_t bytes) {
    for (size_t n = 0; n < json_array_size(names); n++) {
        const char *name = json_string_value(json_array_get(names, n));
        if (name) images_list_add(ctx->member, s, pm_arena_dup(ctx->member, pm_str_c(name)), bytes);
    }
}

// Images that come one by one are told together at the file's end.
static enum pm_parse parse_one(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct images_state *s = ctx->state;
    if (s->form != FORM_JSON) begin(ctx, r, s, FORM_JSON);
    if (json_line(r)) {
        struct pm_str name =
            tagged(ctx->member, json_text(r->json, "Repository"), json_text(r->json, "Tag"));
        images_list_add(ctx->member, s, name, size_of(json_text(r->json, "Size")));
        return PM_PARSE_OK;
    }
    const json_t *size = pm_record_member(r, "Size"), *names = pm_record_member(r, "Names"),
                 *tags = pm_record_member(r, "RepoTags");
    add_names(ctx, s, json_array_size(tags) ? tags : names,
              json_is_integer(size) ? json_integer_value(size) : -1);
    return PM_PARSE_OK;
}

static enum pm_parse images_list_parse_json(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct images_state one = {0};
    const json_t *images = json_images(r);
    if (!images) return parse_one(ctx, r);
    for (size_t i = 0; i < json_array_size(images); i++) {
        const json_t *image = json_array_get(images, i), *size = json_object_get(image, "size");
        const char *const lists[] = {"repoTags", "repoDigests"};
        int64_t bytes = json_is_integer(size) ? json_integer_value(size) : -1;
        if (json_is_string(size)) bytes = size_of(pm_str_c(json_string_value(size)));
        for (size_t k = 0; k < PM_LEN(lists); k++) {
            const json_t *names = json_object_get(image, lists[k]);
            for (size_t n = 0; n < json_array_size(names); n++)
                if (json_is_string(json_array_get(names, n)))
                    images_list_add(ctx->a, &one,
                                    pm_str_c(json_string_value(json_array_get(names, n))), bytes);
        }
    }
    emit_list(ctx, r, one.first);
    return PM_PARSE_OK;
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct images_state *s = ctx->state;
    struct pm_str cells[PM_TABLE_COLUMNS];
    if (r->shape == PM_SHAPE_JSON) return images_list_parse_json(ctx, r);
    enum form form = header_of(r->text);
    if (form) {
        begin(ctx, r, s, form);
        return form == FORM_CTR || pm_table_header(ctx->member, r->text, &s->table) ? PM_PARSE_OK
                                                                                    : PM_PARSE_NO;
    }
    if (is_block(r->text) && s->form != FORM_BLOCKS) begin(ctx, r, s, FORM_BLOCKS);
    if (s->form == FORM_BLOCKS) {
        if (bid(r, s) == 0) return PM_PARSE_NO;
        block_line(ctx, s, r->text);
        return PM_PARSE_OK;
    }
    if (s->form == FORM_JSON) return PM_PARSE_NO;
    if (s->form == FORM_CTR) return ctr_row(ctx, s, r->text) ? PM_PARSE_OK : PM_PARSE_NO;
    if (!s->form || pm_table_header(NULL, r->text, NULL) ||
        !pm_table_row(&s->table, r->text, cells))
        return PM_PARSE_NO;
    table_row(ctx, s, cells);
    return PM_PARSE_OK;
}

static void finish(struct pm_parse_ctx *ctx, const struct pm_record *last) {
    (void)last;
    images_list_flush(ctx, ctx->state);
}

const struct pm_parser pm_parser_images_list = {
    .name = "images-list",
    .title = "Lists of images: crictl, docker, podman, nerdctl, ctr",
    .example = "IMAGE                              TAG       IMAGE ID        SIZE",
    .source =
        "kubernetes-sigs/cri-tools:cmd/crictl/image.go@v1.31.1, docker/cli:cli/command/formatter/image.go@v28.0",
    .component = PM_COMP_HOST,
    .shapes = PM_SHAPE_LINE | PM_SHAPE_JSON,
    .flags = PM_PARSER_STICKY,
    .state_bytes = sizeof(struct images_state),
    .bid = bid,
    .parse = parse,
    .finish = finish,
};
