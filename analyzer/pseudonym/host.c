// Names of hosts are replaced label by label, so that a short name and a full one stay
// one machine, and a subdomain a subdomain. The last label stays, and so do the names of
// vendors; of a vendor's customers' hosts ("123456789012.dkr.ecr.eu-west-1.amazonaws.com")
// goes what is the customer's.
#include "pseudonym/pseudonym.h"

static bool is_region(struct pm_str s) { // eu-west-1, us-gov-east-1, westeurope has its own row
    size_t dashes = 0, digits = 0;
    for (size_t i = 0; i < s.n; i++) {
        dashes += s.p[i] == '-';
        digits += digit_byte(s.p[i]);
        if (!(s.p[i] == '-' || digit_byte(s.p[i]) || (s.p[i] >= 'a' && s.p[i] <= 'z')))
            return false;
    }
    return s.n >= 8 && s.n <= 16 && dashes >= 2 && digits == 1 && digit_byte(s.p[s.n - 1]) &&
           s.p[2] == '-';
}
bool label_is_common(struct pm_str label, bool of_cloud) {
    static const char *const everywhere[] = {"svc", "cluster", "local",      "internal", "compute",
                                             "ec2", "www",     "co",         "com",      "in-addr",
                                             "ip6", "default", "kube-system"};
    static const char *const clouds[] = {
        "dkr",    "ecr",      "ecr-fips",    "s3",   "s3-accelerate", "dualstack", "elb",
        "eks",    "sts",      "api",         "core", "blob",          "cr",        "registry",
        "data",   "cloudapp", "privatelink", "oss",  "obs",           "cos",       "swr",
        "docker", "storage",  "on",          "r2"};
    for (size_t i = 0; i < PM_LEN(everywhere); i++)
        if (pm_str_eqc(label, everywhere[i])) return true;
    for (size_t i = 0; of_cloud && i < PM_LEN(clouds); i++)
        if (pm_str_eqc(label, clouds[i])) return true;
    return is_region(label);
}

size_t host_private(const struct pm_str *labels, size_t n) {
    size_t own = 1;
    enum domain d = public_domain(labels, n, &own);
    bool doubtful;
    if (d == DOMAIN_PUBLIC) return 0;
    if (d == DOMAIN_TENANTS) return n - own;
    return n > 1 && public_top(labels[n - 1], &doubtful) ? n - 1 : n;
}

void host_seen(struct pm_intern *domains, struct pm_str domain) { pm_intern_id(domains, domain); }
// It ends in a domain that was seen.
static bool ends_in(const struct pm_intern *domains, struct pm_str host) {
    ptrdiff_t dot = pm_str_rchr(host, '.');
    if (dot <= 0) return false;
    ptrdiff_t before = pm_str_rchr(pm_str_sub(host, 0, (size_t)dot), '.');
    return pm_intern_find(domains, pm_str_from(host, (size_t)(before + 1))) != UINT32_MAX;
}

static bool of_host_letters(struct pm_str word) {
    for (size_t i = 0; i < word.n; i++)
        if (word.p[i] == '_') return false;
    return word.n > 3 && word.n < 254;
}
// "registry.acme.corp" is one by its last label, "kubelet.service" is none. Where the last
// label may be a file's or a field's as well ("crio.image", "app.name"), it takes three
// labels, or a domain that was seen where only hosts stand.
bool host_is_one(const struct pm_intern *domains, struct pm_str word, bool told) {
    struct pm_str labels[LABELS_MAX];
    bool doubtful = false;
    if (!of_host_letters(word)) return false;
    size_t n = host_labels(word, labels, LABELS_MAX);
    if (n < 2) return false;
    if (told || ends_in(domains, word)) return true;
    for (size_t i = 0; i < word.n; i++)
        if (word.p[i] >= 'A' && word.p[i] <= 'Z') return false;
    return public_top(labels[n - 1], &doubtful) && (!doubtful || n > 2);
}
