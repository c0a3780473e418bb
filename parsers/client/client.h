// Client output (docker, podman, crictl, CI runners …): text lines recognised by a
// phrase. What the parsers of clients share. Level 3.
#pragma once
#include "parsers/lift/lift.h"
#include "parsers/lift/words.h"

enum pm_client_how {
    PM_SAY_NOTHING, // known, and no trouble: no event
    PM_SAY_IMAGE,   // the image follows the cue
    PM_SAY_ERROR, // the error follows the cue; an event only where it talks of a pull or a registry
    PM_SAY_ENGINE, // the engine's own error follows: where it does not talk of a pull, the event is of kind OTHER and rules may know the words
    PM_SAY_REFUSAL, // the same, but only unmistakable wordings: the cue is anybody's
    PM_SAY_WHOLE,   // the line from the cue on is the error
    PM_SAY_REST,    // what follows the cue is the error, whatever it says
    PM_SAY_SESSION, // no image: of the pull that the session is at, else nothing (frame_terminal.c)
    PM_SAY_DOWN,    // the engine could not be reached: the line from the cue on
    PM_SAY_LAST =
        32 // or'ed: the program's last word, says again what an earlier line of the session may have told already
};
struct pm_client_row {
    // "^…" stands at the beginning of the line (blanks, bullets and quotes skipped), else
    // anywhere
    const char *cue;
    const char *must; // and this follows somewhere; NULL: nothing more asked
    enum pm_kind kind;
    int how; // enum pm_client_how
    int bid; // evidence that this phrase is: 0 never bids
};
#define PM_CLIENT_ROWS_MAX 64
// A parser's catalogue.
struct pm_client {
    // at most PM_CLIENT_ROWS_MAX; a cue that may stand anywhere has at least four bytes
    const struct pm_client_row *rows;
    size_t n;
};
// All catalogues (generated, NULL-terminated, by file name): their cues are looked for in
// one pass over a text, as most lines hold none of any (client.c).
extern const struct pm_client *const pm_clients[];
#define PM_CLIENTS_MAX 32 // a bit each
int pm_client_bid(const struct pm_client *c, const struct pm_record *r);
// NO where no row matches.
enum pm_parse pm_client_line(struct pm_parse_ctx *ctx, const struct pm_record *r,
                             const struct pm_client *c);
// A bare error text: PULL_FAIL where it can be nothing else, else nothing. True where an
// event was emitted.
bool pm_client_error(struct pm_parse_ctx *ctx, const struct pm_record *r, struct pm_str error);
// Tails that CI runners and shells add: " (manager.go:238:1s)", ".\nSee 'docker run
// --help'."
struct pm_str pm_client_unstamped(struct pm_str s); // a collector's stamp at its head taken off
struct pm_str pm_client_trim(struct pm_str s);
// Does the record stand right behind a session's last line? 0: no session goes on.
bool pm_client_next(uint64_t line, const struct pm_record *r);
