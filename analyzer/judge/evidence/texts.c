// Texts of rows as names of the judge.
//
// A row of the timeline gives each of its texts a number, and millions of rows say the same
// few thousand: each is interned, and read as an image, at its first row, and looked up by
// its number from then on. Texts without a number are interned each time.
#include "judge/evidence/load.h"
#include "pm/image.h"

uint32_t pm_text(struct pm_loading *l, const struct pm_row *row, enum pm_field field) {
    struct pm_str text = row->event.field[field];
    uint32_t number = row->text_id[field];
    if (!text.n) return 0;
    if (!number) return pm_id(l->env, text);
    while (l->names.n <= number) *PM_PUSH(l->names.items, l->names.n, l->names.cap) = 0;
    uint32_t *name = &l->names.items[number];
    if (!*name) *name = pm_id(l->env, text);
    return *name;
}

uint32_t pm_text_word(struct pm_loading *l, const struct pm_row *row, enum pm_field field) {
    struct pm_str text = row->event.field[field];
    uint32_t number = row->text_id[field];
    if (!text.n) return 0;
    while (number && l->words.n <= number) *PM_PUSH(l->words.items, l->words.n, l->words.cap) = 0;
    if (number && l->words.items[number]) return l->words.items[number];
    ptrdiff_t blank = pm_str_chr(text, ' ', 0);
    uint32_t name = pm_id(l->env, blank > 0 ? pm_str_sub(text, 0, (size_t)blank) : text);
    if (number) l->words.items[number] = name;
    return name;
}

struct pm_text_image pm_image_read(const struct pm_env *env, struct pm_str written) {
    struct pm_image image;
    if (!pm_image_parse(env->scratch, written, &image))
        return (struct pm_text_image){.name = pm_id(env, image.norm.n ? image.norm : written)};
    return (struct pm_text_image){.name = pm_id(env, image.norm.n ? image.norm : written),
                                  .registry = pm_id(env, image.registry),
                                  .repository = pm_id(env, image.repository),
                                  .tag = pm_id(env, image.tag),
                                  .digest = pm_id(env, image.digest),
                                  .known = true};
}

struct pm_text_image pm_text_image(struct pm_loading *l, const struct pm_row *row) {
    struct pm_str written = row->event.field[PM_F_IMAGE];
    if (!written.n) return (struct pm_text_image){0};
    uint32_t number = row->text_id[PM_F_IMAGE];
    if (!number) return pm_image_read(l->env, written);
    Word_t *at = pm_map_slot(&l->image_at, number);
    if (!*at) {
        *PM_PUSH(l->images.items, l->images.n, l->images.cap) = pm_image_read(l->env, written);
        *at = l->images.n;
    }
    return PM_REF(l->images, *at);
}

void pm_texts_free(struct pm_loading *l) {
    Word_t freed;
    JLFA(freed, l->image_at);
    (void)freed;
    free(l->names.items);
    free(l->words.items);
    free(l->images.items);
}
