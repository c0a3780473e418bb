// What our TOML reader (parsers/host/toml.h) finds in a file: a line for each value,
//
//   value KIND HEX HEX...    the text, and then the parts of its path, each in hexadecimal
//   broken LINE WHY
//
// for tests/suites/toml, which holds it against others that read TOML.
#include "parsers/host/toml.h"
#include <stdio.h>
#include <stdlib.h>

static void hex(struct pm_str s) {
    putchar(' ');
    if (!s.n) putchar('-');
    for (size_t i = 0; i < s.n; i++) printf("%02x", (unsigned char)s.p[i]);
}
static void value(void *ctx, const struct pm_toml_value *v) {
    static const char *const kinds[] = {"", "string", "number", "bool", "empty"};
    (void)ctx;
    printf("value %s", kinds[v->kind]);
    hex(v->text);
    for (int i = 0; i < v->depth; i++) hex(v->path[i]);
    putchar('\n');
}
static void broken(void *ctx, uint64_t line, const char *why) {
    (void)ctx;
    printf("broken %llu %s\n", (unsigned long long)line, why);
}

int main(int argc, char **argv) {
    FILE *f = argc > 1 ? fopen(argv[1], "rb") : stdin;
    struct pm_buf text = {0};
    char block[65536];
    if (!f) return perror(argv[1]), 2;
    for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;)
        pm_buf_add(&text, (struct pm_str){block, n});
    // A copy of its own size: what is read behind its end, a sanitizer sees.
    char *own = malloc(text.n ? text.n : 1);
    if (!own) return 2;
    if (text.n) memcpy(own, text.p, text.n);
    struct pm_arena *a = pm_arena_new();
    pm_toml_read(a, (struct pm_str){own, text.n},
                 &(struct pm_toml_handler){.value = value, .broken = broken});
    pm_arena_free(a);
    pm_buf_free(&text);
    free(own);
    return 0;
}
