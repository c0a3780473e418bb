// The list of incidents, and its end.
#include "judge/incidents/hits.h"
#include <stdlib.h>

void pm_hit_free(struct pm_hit *h) {
    struct pm_ids *lists[] = {&h->pulls, &h->traces,     &h->groups,       &h->said,
                              &h->nodes, &h->registries, &h->images,       &h->namespaces,
                              &h->pods,  &h->clients,    &h->repositories, &h->users};
    for (size_t k = 0; k < PM_LEN(lists); k++) pm_ids_free(lists[k]);
}

void pm_hits_free(struct pm_hits *hits) {
    for (size_t i = 0; i < hits->n; i++) pm_hit_free(&hits->items[i]);
    pm_ids_free(&hits->undoing);
    free(hits->sets.items);
    free(hits->items);
    free(hits->of_pull);
}

void pm_hit_widen(struct pm_hit *h, int64_t from, int64_t to) {
    h->from = pm_min_time(h->from, from);
    h->to = pm_max_time(h->to, to);
}

void pm_hit_add(const struct pm_pulls *pulls, struct pm_hit *h, uint32_t index) {
    const struct pm_attempt *p = &pulls->items[index];
    pm_ids_add(&h->pulls, index);
    h->failed++;
    h->lines += p->lines;
    pm_hit_widen(h, pm_at(p), pm_at(p));
    if (p->node) pm_ids_add_new(&h->nodes, p->node);
    if (p->names->registry) pm_ids_add_new(&h->registries, p->names->registry);
    if (p->names->image) pm_ids_add_new(&h->images, p->names->image);
    if (p->names->repository) pm_ids_add_new(&h->repositories, p->names->repository);
    if (p->client) pm_ids_add_new(&h->clients, p->client);
    if (p->names->user) pm_ids_add_new(&h->users, p->names->user);
    if (p->names->k8s_namespace) pm_ids_add_new(&h->namespaces, p->names->k8s_namespace);
}

void pm_hit_take_over(const struct pm_pulls *pulls, struct pm_hit *a, struct pm_hit *b) {
    struct pm_ids moved = b->pulls;
    b->pulls = (struct pm_ids){0};
    b->failed = 0;
    b->dropped = true;
    for (size_t n = 0; n < moved.n; n++) pm_hit_add(pulls, a, moved.items[n]);
    pm_ids_free(&moved);
}
