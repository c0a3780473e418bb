// When a line of the Common Log Format family was written.
#include "parsers/proxy/clf.h"
#include <string.h>

// Many lines are of one second: the thread's last stamp is remembered.
#define STAMP_BYTES 32
struct pm_when pm_clf_stamp(struct pm_str s) {
    static _Thread_local struct {
        char text[STAMP_BYTES];
        size_t n;
        struct pm_when when;
    } last;
    if (s.n && s.n == last.n && memcmp(s.p, last.text, s.n) == 0) return last.when;
    struct pm_when w = {0};
    size_t used = s.n > 4 && s.p[2] == '/' ? pm_when_clf(s, &w) : pm_when_rfc3339(s, &w);
    if (!used) w = (struct pm_when){0};
    last.n = s.n <= STAMP_BYTES ? s.n : 0;
    if (last.n) memcpy(last.text, s.p, last.n);
    last.when = w;
    return w;
}
