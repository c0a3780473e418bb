// A Kubernetes event, whatever it stands in: Event object, exporter line, `kubectl get
// events` row, `kubectl describe` row, Cloud Logging entry. Not a descriptor: the parsers
// of those forms fill a pm_happening, this turns it into typed events, so that all forms
// say the same.
#pragma once
#include "pm/parser.h"

struct pm_happening {
    struct pm_str object_kind; // "Pod", "pod", "Node", "Deployment" …
    struct pm_str k8s_namespace, name, object_uid;
    struct pm_str field_path; // "spec.containers{web}"
    struct pm_str type, reason, message;
    struct pm_str component;        // "kubelet", "default-scheduler"
    struct pm_str host;             // node, or whatever host the component ran on
    struct pm_str uid;              // of the event itself
    struct pm_str container, image; // where the surroundings tell (describe)
    bool host_is_node;              // the form guarantees it (source.host)
    uint32_t count;
    struct pm_when first, last;
};
// OK, with none to several events emitted.
enum pm_parse pm_happening_emit(struct pm_parse_ctx *ctx, const struct pm_record *r,
                                const struct pm_happening *h);
// By its type, reason and object alone: no event comes of it, whatever else it says.
bool pm_happening_is_silent(const struct pm_happening *h);
// Takes "(combined from similar events): " and "spec.containers{web}: " off a message;
// sets h->message and, where it lacks one, h->field_path.
void pm_happening_set_message(struct pm_happening *h, struct pm_str message);
// "kubelet, node-7" and "{kubelet node-7}" → component and host.
void pm_happening_set_source(struct pm_happening *h, struct pm_str source);
