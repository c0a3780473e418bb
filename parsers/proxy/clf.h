// The Common Log Format family: one splitter, one table of tails. The parsers beside it
// each take the tails that are theirs.
//
//   HEAD   CLIENT IDENT USER [TIME] "REQUEST" STATUS SIZE …           Apache, nginx, Distribution, Traefik, Nexus, gunicorn
//          CLIENT - [REAL_IP] - USER [TIME] …                         ingress-nginx before 0.25
//          VHOST CLIENT IDENT USER [TIME] …                           Apache vhost_combined
//          CLIENT - USER [TIME] HOST "REQUEST" …                      APISIX
//          CLIENT - "REQUEST" …  and  [TIME]:CLIENT - "REQUEST" …     Harbor's proxy
//   TAIL   what follows STATUS decides whose line it is: see clf_tails in clf.c
#pragma once
#include "parsers/proxy/http_request.h"

enum pm_clf_tail {
    PM_CLF_COMMON = 1,   // STATUS SIZE
    PM_CLF_COMBINED = 2, // STATUS SIZE "REFERER" "AGENT" and whatever an administrator appended
    PM_CLF_DISTRIBUTION =
        4, // STATUS SIZE "" "AGENT": the empty referer is gorilla/handlers, nginx and Apache write "-"
    PM_CLF_INGRESS = 8,  // … "AGENT" LENGTH TIME [UPSTREAM] …
    PM_CLF_TRAEFIK = 16, // … "AGENT" COUNT "ROUTER" "SERVICE" NNms
    PM_CLF_NEXUS = 32,   // STATUS [LENGTH] SENT MS "AGENT" [THREAD]
    PM_CLF_HARBOR = 64,  // … "AGENT" TIME UPSTREAM_TIME PIPE, or a head without a date
};

struct pm_clf {
    struct pm_str vhost, client, real_ip, user, request, method, url, referer, agent;
    struct pm_str rest; // after the agent
    // what the brackets hold; only its shape is checked, pm_clf_parse reads it where the
    // line is a registry's
    struct pm_str stamp;
    int status;
    int64_t bytes;      // -1 where "-"
    int64_t elapsed_ms; // Nexus; -1 elsewhere
    enum pm_clf_tail tail;
    bool dated;
    bool cut; // a quoted part never closes
};

// clf_stamp.c: "dd/Mon/yyyy:hh:mm:ss +zzzz" or the ISO form; the thread's last is remembered.
struct pm_when pm_clf_stamp(struct pm_str s);

// False where the text is not of the family. Slices borrow from text.
bool pm_clf_split(struct pm_str text, struct pm_clf *out);
// `bid` where the text splits and its tail is one of `tails`, a little less where it is
// cut, else 0.
int pm_clf_bid(struct pm_str text, unsigned tails, int bid);
// clf_sure.c: a line in the family's strictest form, of one of `tails`: it is nobody
// else's. The thread's last such line is kept, for who parses it next (struct pm_record,
// sure).
bool pm_clf_sure(struct pm_str line, unsigned tails, const struct pm_alike **alike);
const struct pm_clf *pm_clf_sure_last(void);
// Splits, checks the tail, emits the request; a cut line is told by the diagnostic
// "line-cut" and emitted with what it still says.
enum pm_parse pm_clf_parse(struct pm_parse_ctx *ctx, const struct pm_record *r, struct pm_str text,
                           unsigned tails, enum pm_component component);
