// What the node-side and client-side parsers share beside include/pm/parser.h: undoing
// wrapping, names inside texts, talk of pulls. Level 3.
#pragma once
#include "pm/parser.h"
#include "pm/scan.h"

static inline bool has(struct pm_str s, const char *lit) { return pm_str_has(s, pm_str_c(lit)); }
static inline bool starts(struct pm_str s, const char *lit) {
    return pm_str_starts(s, pm_str_c(lit));
}
static inline bool ihas(struct pm_str s, const char *lit) {
    return pm_str_ifind(s, pm_str_c(lit), 0) >= 0;
} // ASCII case ignored
// The text after the first (last) `lit`; PM_NONE where it is not there.
static inline struct pm_str after(struct pm_str s, const char *lit) {
    ptrdiff_t at = pm_str_find(s, pm_str_c(lit), 0);
    return at < 0 ? PM_NONE : pm_str_from(s, (size_t)at + strlen(lit));
}
static inline struct pm_str after_last(struct pm_str s, const char *lit) {
    ptrdiff_t at = pm_str_rfind(s, pm_str_c(lit));
    return at < 0 ? PM_NONE : pm_str_from(s, (size_t)at + strlen(lit));
}
static inline bool pm_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
static inline bool pm_name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
}
// Of the name of an object of Kubernetes (RFC 1123: no upper case).
static inline bool pm_object_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}
static inline void pm_event_fill(struct pm_event *e, enum pm_field f,
                                 struct pm_str v) { // where it is still empty
    if (!e->field[f].n) e->field[f] = v;
}

// An error text as it was before programs quoted it: blanks trimmed, up to four levels of
// \" undone, "rpc error: code = Unknown desc = " dropped. Other gRPC codes stay: they say
// something (NotFound, Unavailable, DeadlineExceeded, Canceled).
struct pm_str pm_lift_unwrap(struct pm_arena *a, struct pm_str s);
// The quoted string that follows `lit`, unescaped; PM_NONE where there is none. *cut (may
// be NULL) is set where the closing quote is missing.
struct pm_str pm_lift_quoted_after(struct pm_arena *a, struct pm_str s, const char *lit, bool *cut);
// "web-0_shop(3c0f…)" → pod, namespace, uid. False where it has another shape; nothing is
// set then.
bool pm_lift_pod(struct pm_str s, struct pm_event *e);
// An image reference at the start of s: quoted, or bare up to a blank, comma, quote or
// bracket, trailing punctuation off. PM_NONE where no reference stands there. `any`: also
// a bare word without '/', ':', '@' or '.' ("nginx").
struct pm_str pm_lift_image_at(struct pm_arena *a, struct pm_str s, bool any);
// The image that an error text names, in the phrases programs use for the image they
// pull; PM_NONE where there is none.
struct pm_str pm_lift_image(struct pm_arena *a, struct pm_str error);
// The reference before a closing ": not found".
struct pm_str pm_lift_missing_image(struct pm_str error);
// What an engine calls by its repository alone ("pull access denied for acme/web"), who
// asked it for the image often names with its tag in the same text: that, or `repository`.
struct pm_str pm_lift_tagged(struct pm_str s, struct pm_str repository);
bool pm_lift_has_tag(struct pm_str image); // a tag or a digest
// up to a blank, quote, comma or bracket, trailing punctuation off
struct pm_str pm_lift_bare_word(struct pm_str s);
bool pm_lift_reference_shape(struct pm_str s, bool any); // could be a reference; `any` as above
struct pm_str pm_lift_url_host(struct pm_str url);
// Is this text, wherever it stands, a failed pull or a registry's refusal? Only wordings
// that nothing else uses count.
bool pm_lift_refusal(struct pm_str s);
// The same behind a container client's own "error: ": there weaker words will do.
const char *pm_lift_talk_word(
    // the words by which free text is heard, in lower case, NULL behind the last: the
    // prefilter must know a part of each
    size_t i);
bool pm_lift_talks_of_pull(struct pm_str s);
// One pass, for free text: false where no refusal, kubelet's message, klog line or trace
// can be in it.
bool pm_lift_may_speak(struct pm_str s);
// Known to be about something else than a pull.
bool pm_lift_talks_of_other(struct pm_str s);
// The runtime's own socket could not be reached.
bool pm_lift_runtime_down(struct pm_str s);
// The API server's words for a pod that it will not have. Whatever stands behind them,
// nothing was pulled.
bool pm_lift_refused_by_admission(struct pm_str s);
// The sandbox (pause) image could not be had.
bool pm_lift_sandbox_image(struct pm_str s);
// What an event gains by reading one of its texts, `anew` or by what it gave a moment ago.
enum { PM_LIFT_ASKS_STATUS = 29, PM_LIFT_ASKS_STAGE, PM_LIFT_ASKS_COMPONENT }; // beside fields
struct pm_lifting {
    enum pm_field from;
    uint32_t asks; // a bit for each field, and each of those, on which it hangs what is gained
    // Reads the text, and of the event besides whether it has these: no more.
    void (*anew)(struct pm_arena *a, struct pm_event *e);
};
void pm_lift_once(struct pm_arena *a, struct pm_event *e, const struct pm_lifting *how);
// pm_lift_error, whether or not the text was read a moment ago.
void pm_lift_error_anew(struct pm_arena *a, struct pm_event *e);
// Sets ERROR (unwrapped) and lifts the rest out of it.
void pm_lift_into(struct pm_arena *a, struct pm_event *e, struct pm_str error);
// Bytes wanted and freed out of an image garbage collector's message → DETAIL
// (pm/detail.h, gc.*). Nothing where the text has no numbers.
void pm_lift_gc(struct pm_arena *a, struct pm_event *e, struct pm_str s);
// A waiting reason or event word that is about an image: ErrImagePull, ImagePullBackOff,
// ErrImageNeverPull, InvalidImageName …
// *vague (may be NULL): the word says that a pull failed, but not why.
bool pm_pull_reason(struct pm_str reason, bool *vague);
// The same but ImagePullBackOff, which is no attempt.
bool pm_pull_reason_fails(struct pm_str reason);
// MESSAGE of an event that repeats an attempt's failure as a bare reason ("Error:
// ErrImagePull", a pod's status): with PM_EV_ECHO, no attempt of its own.
#define PM_MESSAGE_REASON_ONLY "error reason"
