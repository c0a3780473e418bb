// What the kubelet says about images, on the view of klog. Level 3.
#pragma once
#include "parsers/node/klog.h"

// Emits the events of one kubelet line, none where it speaks of something else. The
// header itself is not looked at but for its stamp. BAD where the line was cut inside a
// value (the events are emitted all the same, flag CUT).
enum pm_parse pm_kubelet_line(struct pm_parse_ctx *ctx, const struct pm_record *r,
                              const struct pm_klog *k);
// A source file that only the kubelet (or its container-runtime client) has.
bool pm_kubelet_file(struct pm_str file);
// An ident or unit under which a kubelet runs ("kubelet", "k3s", "hyperkube",
// "microk8s.daemon-kubelite" …).
bool pm_kubelet_ident(struct pm_str ident);
// The body of a klog line (behind "] ") begins as one of the kubelet's messages about
// images does.
bool pm_kubelet_words(struct pm_str body);
