// AWS load balancer access logs: the reader that alb.c and elb.c share.
#include "parsers/proxy/aws_balancer.h"

int pm_aws_fields(struct pm_str text, struct pm_str *out, int max, bool *cut) {
    struct pm_scan c = pm_scan_of(text);
    int n = 0;
    while (n < max) {
        pm_scan_blanks(&c);
        if (pm_scan_char(&c, '"')) { // the log writes a quote inside as %22 or \x22, never as \"
            if (!pm_scan_until(&c, '"', &out[n])) {
                *cut = true;
                out[n++] = pm_scan_rest(&c);
                return n;
            }
        } else if (!pm_scan_word(&c, &out[n])) return n;
        n++;
    }
    return n;
}

int64_t pm_aws_duration_ns(const struct pm_str *three) {
    int64_t sum = 0, ns;
    for (int i = 0; i < 3; i++)
        if (pm_http_seconds(three[i], &ns)) sum += ns;
    return sum;
}
