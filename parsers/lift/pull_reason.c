// Reasons of a waiting container and of events that are about images. See lift.h.
// Source: kubernetes:pkg/kubelet/images/types.go@v1.30 (the errors of ImageManager).
#include "parsers/lift/lift.h"

// The kubelet's errors of container start that are about images. ErrImagePull and
// ImagePullBackOff take turns and say nothing; the others are a cause by themselves.
static const struct {
    const char *word;
    bool vague;
} reasons[] = {
    {"ErrImagePull", true},
    {"ImagePullBackOff", true},
    {"ErrImageNeverPull", false},
    {"InvalidImageName", false},
    {"ImageInspectError", false},
    {"RegistryUnavailable", false},
    {"SignatureValidationFailed", false},
};

bool pm_pull_reason(struct pm_str reason, bool *vague) {
    for (size_t i = 0; i < PM_LEN(reasons); i++) {
        if (!pm_str_eqc(reason, reasons[i].word)) continue;
        if (vague) *vague = reasons[i].vague;
        return true;
    }
    return false;
}

bool pm_pull_reason_fails(struct pm_str reason) {
    return pm_pull_reason(reason, NULL) && !pm_str_eqc(reason, "ImagePullBackOff");
}
