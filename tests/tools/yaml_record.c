// usage: yaml_record FILE.yaml…   Writes the events of each as C, for pm_yaml_load to read in place of its text (analyzer/rules/yaml_events.h). Compiled
// and run by the Makefile. A file that is no YAML ends the build, with its line.
#include "rules/yaml_events.h"
#include <stdio.h>
#include <stdlib.h>

static struct pm_buf read_whole(const char *path) {
    struct pm_buf b = {0};
    char block[4096];
    FILE *f = fopen(path, "rb");
    if (!f) {
        fprintf(stderr, "yaml_record: %s cannot be read\n", path);
        exit(1);
    }
    for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;)
        pm_buf_add(&b, (struct pm_str){block, n});
    fclose(f);
    return b;
}

static struct pm_buf record(const char *path) {
    struct pm_buf text = read_whole(path), out = {0};
    struct pm_yaml_events *s = pm_yaml_events_of_text(pm_buf_str(&text));
    struct pm_yaml_event e;
    const char *why = NULL;
    do {
        if (!pm_yaml_events_next(s, &e, &why)) {
            fprintf(stderr, "%s:%zu: %s\n", path, e.line + 1, why);
            exit(1);
        }
        if (e.kind != PM_YAML_DONE) pm_yaml_event_record(&out, &e);
    } while (e.kind != PM_YAML_DONE);
    pm_yaml_events_free(s);
    pm_buf_free(&text);
    return out;
}

int main(int argc, char **argv) {
    puts("#include \"base/embed.h\"");
    for (int i = 1; i < argc; i++) {
        struct pm_buf b = record(argv[i]);
        printf("static const unsigned char events_%d[] = {\n", i);
        for (size_t k = 0; k < b.n; k++)
            printf("%u,%s", (unsigned char)b.p[k], k % 32 == 31 ? "\n" : "");
        printf("0};\nenum { EVENTS_%d = %zu };\n", i, b.n);
        pm_buf_free(&b);
    }
    puts("const struct pm_embedded pm_embedded_events[] = {");
    for (int i = 1; i < argc; i++)
        printf("    {\"%s\", (const char *)events_%d, EVENTS_%d},\n", argv[i], i, i);
    puts("    {0, 0, 0},\n};");
    return 0;
}
