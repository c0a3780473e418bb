// A Kubernetes event, whatever it stands in: Event object, exporter line, `kubectl get
// events` row, `kubectl describe` row, Cloud Logging entry. Not a descriptor: the parsers
// of those forms fill a pm_happening, this turns it into typed events, so that all forms
// say the same.
#pragma once
#include "pm/parser.h"

struct pm_happening {
    struct pm_str object_kind; // "Pod", "pod", "Node", "Deployment" …
    struct pm_str namespace, name, object_uid;
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
// Takes "(combined from similar events): " and "spec.containers{web}: " off a message;
// sets h->message and, where it lacks one, h->field_path.
void pm_happening_set_message(struct pm_happening *h, struct pm_str message);
// "kubelet, node-7" and "{kubelet node-7}" → component and host.
void pm_happening_set_source(struct pm_happening *h, struct pm_str source);
// A waiting reason or event word that is about an image: ErrImagePull, ImagePullBackOff,
// ErrImageNeverPull, InvalidImageName …
// *vague (may be NULL): the word says that a pull failed, but not why.
bool pm_pull_reason(struct pm_str reason, bool *vague);
// the same but ImagePullBackOff, which is no attempt
bool pm_pull_reason_fails(struct pm_str reason);
// MESSAGE of an event that repeats an attempt's failure as a bare reason ("Error:
// ErrImagePull", a pod's status): with PM_EV_ECHO, no attempt of its own.
#define PM_MESSAGE_REASON_ONLY "error reason"
