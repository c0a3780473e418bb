// The parts of pseudonyms among themselves. Level 4, private to analyzer/pseudonym/.
//
//   names.c    what is a name, and what it is called instead
//   pods.c     names that controllers made: workload, hash, random letters
//   address.c  IPv4 and IPv6, subnets kept
//   host.c     which labels of a host's name are anybody's
//   tokens.c   where the words of a text begin and end
//   apply.c    a text with its names replaced
//   public.c   the tables: words, hosts and repositories that are no secret
#pragma once
#include "pm/intern.h"
#include "pm/pseudonym.h"

// names.c
struct name {
    struct pm_str real, shown;
    enum pm_name_kind kind;
    bool settled;
    bool ordinary; // a word of prose, too: it goes only where its place says that it is a name
    bool label;    // everybody's word that is a label of a host: it goes only there
};
const struct name *name_find(const struct pm_pseudonyms *p, struct pm_str word); // NULL: none
const struct name *name_at(const struct pm_pseudonyms *p, uint32_t id);
uint32_t name_count(const struct pm_pseudonyms *p);
void name_pair(struct pm_pseudonyms *p, struct pm_str shown, struct pm_str real); // for the key
struct addresses *name_addresses(const struct pm_pseudonyms *p);
struct endings *name_endings(const struct pm_pseudonyms *p);
const struct pm_intern *name_domains(const struct pm_pseudonyms *p);
bool name_is_prose(const struct pm_pseudonyms *p, struct pm_str word);

// pods.c
struct endings; // what controllers put behind names: random letters stay random letters
struct endings *endings_new(void);
void endings_free(struct endings *e);
struct pod {
    struct pm_str workload, tail; // "web" and "-6d9f8c7b5d-x2x9k"
};
struct pod pod_split(struct pm_str name);
void endings_add(struct endings *e, struct pm_str tail);
void endings_settle(struct endings *e);
bool ending_shown(const struct endings *e, struct pm_str part, struct pm_buf *out);

// address.c
struct addresses;
struct addresses *addresses_new(void);
void addresses_free(struct addresses *a);
struct address {
    unsigned char bytes[16];
    bool six;
    unsigned bits; // of a network; all of them for a host's
};
bool address_read(struct pm_str word, struct address *out);
void addresses_add(struct addresses *all, const struct address *a);
void addresses_settle(struct addresses *all);
void address_shown(const struct addresses *all, const struct address *a, struct pm_buf *out);

// host.c
enum { LABELS_MAX = 128 }; // a host's name is of 253 letters at most

// `domains` are those that were seen where only hosts stand.
void host_seen(struct pm_intern *domains, struct pm_str domain);
// Told: its place says so.
bool host_is_one(const struct pm_intern *domains, struct pm_str word, bool told);
// How many labels from the left may tell something.
size_t host_private(const struct pm_str *labels, size_t n);
bool label_is_common(struct pm_str label, bool of_cloud);

// public.c
bool public_word(struct pm_str word);
bool public_path_word(struct pm_str word);
bool public_top(struct pm_str label, bool *doubtful);        // the last label of a host's name
enum domain { DOMAIN_OTHER, DOMAIN_PUBLIC, DOMAIN_TENANTS }; // of a vendor; of a vendor's customers
enum domain public_domain(const struct pm_str *labels, size_t n, size_t *its_labels);
bool public_repository(struct pm_str registry, struct pm_str repository);

// tokens.c
enum token_kind { TOKEN_WORD, TOKEN_ADDRESS };
struct token {
    enum token_kind kind;
    size_t from, to;
    struct address address;
};
bool token_next(struct pm_str s, size_t *at, struct token *t);
bool token_is_placed(struct pm_str s, size_t from, size_t to); // what stands around says: a name
size_t host_labels(struct pm_str host, struct pm_str *labels, size_t max);
bool token_is_key(struct pm_str s, size_t to); // "name": of JSON
static inline bool word_byte(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
}
static inline bool digit_byte(char c) { return c >= '0' && c <= '9'; }
