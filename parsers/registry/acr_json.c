// Azure Container Registry events as JSON: blob NDJSON of a diagnostic setting, and the
// query API's tables.
//
//   {"time":"2024-01-02T03:04:05.6789012Z","category":"ContainerRegistryLoginEvents","operationName":"Login","resultType":"401","callerIpAddress":"10.1.2.3",
//    "properties":{"loginServer":"acme.azurecr.io","identity":"ci-token","resultDescription":"Unauthorized"}}
//   {"tables":[{"name":"PrimaryResult","columns":[{"name":"TimeGenerated","type":"datetime"},…],"rows":[["2024-01-02T03:04:05Z","Pull",…]]}]}
//
// Source: Azure Monitor reference, "Resource logs" common schema; the Log Analytics query
// API. A row without a status is told without one.
#include "parsers/registry/acr.h"
#include "parsers/proxy/http_json.h"
#include "parsers/lift/pairs.h"

static bool is_blob(const json_t *o) {
    const char *category = json_string_value(json_object_get(o, "category"));
    return category && strncmp(category, "ContainerRegistry", 17) == 0;
}

static bool is_table(const json_t *o) {
    return json_is_array(json_object_get(o, "columns")) &&
           json_is_array(json_object_get(o, "rows"));
}
static bool is_tables(const json_t *o) {
    return is_table(json_array_get(json_object_get(o, "tables"), 0));
}

static bool is_plain(const json_t *o) {
    return json_object_get(o, "LoginServer") && json_object_get(o, "OperationName");
} // one row as an object: az monitor … -o json

static int bid(const struct pm_record *r, const void *state) {
    (void)state;
    if (is_blob(r->json)) return 97;
    if (is_plain(r->json)) return 90;
    return is_tables(r->json) || is_table(r->json) ? 60 : 0;
}

// Names that the blob's schema spells in camel case at the top or among the properties.
static void object_row(struct pm_arena *a, const json_t *o, struct pm_str *row) {
    struct pm_pairs pairs = {.n = 0};
    pm_pairs_json(a, o, &pairs);
    for (size_t i = 0; i < pairs.n; i++) {
        enum pm_acr_column c = pm_acr_column_of(pairs.item[i].key);
        if (c != PM_ACR_COLUMNS && !row[c].n) row[c] = pairs.item[i].value;
    }
}

static void table(struct pm_parse_ctx *ctx, const struct pm_record *r, const json_t *t) {
    const json_t *names = json_object_get(t, "columns"), *rows = json_object_get(t, "rows");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *cells = json_array_get(rows, i);
        struct pm_str row[PM_ACR_COLUMNS] = {{0}};
        for (size_t k = 0; k < json_array_size(cells) && k < json_array_size(names); k++) {
            enum pm_acr_column c =
                pm_acr_column_of(pm_http_json(ctx->a, json_array_get(names, k), "name"));
            const json_t *cell = json_array_get(cells, k);
            if (c == PM_ACR_COLUMNS) continue;
            if (json_is_string(cell))
                row[c] = (struct pm_str){json_string_value(cell), json_string_length(cell)};
            else if (json_is_integer(cell))
                row[c] = pm_arena_fmt(ctx->a, "%lld", (long long)json_integer_value(cell));
        }
        if (pm_acr_operation(row[PM_ACR_OPERATION]) || row[PM_ACR_SERVER].n)
            pm_acr_emit(ctx, r, row, 0);
    }
}

static enum pm_parse parse(struct pm_parse_ctx *ctx, const struct pm_record *r) {
    struct pm_str row[PM_ACR_COLUMNS] = {{0}};
    if (is_table(r->json)) {
        table(ctx, r, r->json);
        return PM_PARSE_OK;
    }
    if (is_tables(r->json)) {
        const json_t *tables = json_object_get(r->json, "tables");
        for (size_t i = 0; i < json_array_size(tables); i++)
            table(ctx, r, json_array_get(tables, i));
        return PM_PARSE_OK;
    }
    if (!is_blob(r->json) && !is_plain(r->json)) return PM_PARSE_NO;
    object_row(ctx->a, json_object_get(r->json, "properties"), row);
    object_row(ctx->a, r->json, row);
    return pm_acr_emit(ctx, r, row, 0);
}

const struct pm_parser pm_parser_acr_json = {
    .name = "acr-json",
    .title = "Azure Container Registry events, JSON",
    .example =
        "{\"time\":\"2024-01-02T03:04:05.6789012Z\",\"category\":\"ContainerRegistryLoginEvents\",\"operationName\":\"Login\",\"resultType\":\"401\","
        "\"callerIpAddress\":\"10.1.2.3\","
        "\"properties\":{\"loginServer\":\"acme.azurecr.io\",\"identity\":\"ci-token\",\"resultDescription\":\"Unauthorized\"}}",
    .source =
        "Azure Monitor reference: ContainerRegistryRepositoryEvents, ContainerRegistryLoginEvents",
    .component = PM_COMP_CLOUD,
    .shapes = PM_SHAPE_JSON,
    .bid = bid,
    .parse = parse,
};
