-- The cookbook of `pullmortem query DB @NAME`: each query begins at a line "-- @name  what it answers". `pullmortem query --list` shows them; a copy of one
-- is the quickest way to a query of one's own.

-- @overview  how many pulls ended how, and between when
SELECT outcome, count(*) AS pulls, min(coalesce(ended, started)) AS first, max(coalesce(ended, started)) AS last
FROM pulls GROUP BY 1 ORDER BY 2 DESC;

-- @incidents  each incident in one row, the one to read first on top
SELECT id, root_cause, severity, confidence, scope_kind, scope, failed_pulls, pods, started, ended, recovered, explained_by
FROM incidents ORDER BY id;

-- @causes  failed pulls by cause
SELECT cause, count(*) AS failed, count(DISTINCT node) AS nodes, count(DISTINCT image) AS images, min(ended) AS first, max(ended) AS last
FROM pulls WHERE outcome = 'failed' GROUP BY 1 ORDER BY 2 DESC, 1;

-- @nodes  pulls by node: failed, ok, how long the good ones took
SELECT coalesce(node, '(no node)') AS node, sum(outcome = 'failed') AS failed, sum(outcome = 'ok') AS ok,
    round(100.0 * sum(outcome = 'ok') / nullif(sum(outcome IN ('ok', 'failed')), 0), 1) AS success_pct,
    round(avg(CASE WHEN outcome = 'ok' THEN duration_ms END)) AS mean_ms, round(max(CASE WHEN outcome = 'ok' THEN duration_ms END)) AS max_ms
FROM pulls GROUP BY 1 ORDER BY 2 DESC, 1;

-- @registries  the same by registry
SELECT coalesce(registry, '(none)') AS registry, sum(outcome = 'failed') AS failed, sum(outcome = 'ok') AS ok,
    round(100.0 * sum(outcome = 'ok') / nullif(sum(outcome IN ('ok', 'failed')), 0), 1) AS success_pct,
    round(avg(CASE WHEN outcome = 'ok' THEN duration_ms END)) AS mean_ms, round(max(CASE WHEN outcome = 'ok' THEN duration_ms END)) AS max_ms
FROM pulls GROUP BY 1 ORDER BY 2 DESC, 1;

-- @namespaces  the same by namespace, where it is known
SELECT coalesce(namespace, '(not known)') AS namespace, sum(outcome = 'failed') AS failed, sum(outcome = 'ok') AS ok, count(DISTINCT image) AS images
FROM pulls GROUP BY 1 ORDER BY 2 DESC, 1;

-- @images  images that failed most
SELECT image, count(*) AS failed, count(DISTINCT node) AS nodes, group_concat(DISTINCT cause) AS causes, min(ended) AS first, max(ended) AS last
FROM pulls WHERE outcome = 'failed' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 30;

-- @top-consumers  who pulled most from each registry: where a quota went
SELECT registry, coalesce(node, client, '(unknown)') AS who, count(*) AS pulls, sum(outcome = 'ok') AS ok, count(DISTINCT image) AS images
FROM pulls WHERE outcome <> 'cached' GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 30;

-- @quota  the fullest moment of each budget, and what was refused
SELECT registry, identity, client, max(used) AS peak_used, max(limit_) AS limit_, sum(refused) AS refused, min(time) AS first, max(time) AS last
FROM quota_points GROUP BY 1, 2, 3 ORDER BY 6 DESC, 4 DESC;

-- @quota-curve  each point of each budget's sliding window
SELECT time, registry, identity, client, used, ok, refused, remaining FROM quota_points ORDER BY ts_ns, registry, identity, client;

-- @repeat-pulls  images that one node pulled again and again: a cache or IfNotPresent would have saved them
SELECT node, image, count(*) AS pulls, count(*) - 1 AS avoidable FROM pulls
WHERE outcome = 'ok' AND node IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1 ORDER BY 3 DESC, 1, 2 LIMIT 30;

-- @cacheable  good pulls that a pull-through cache would have answered: all but the first of each image
SELECT registry, count(*) AS pulls, count(DISTINCT image) AS upstream, count(*) - count(DISTINCT image) AS saved
FROM pulls WHERE outcome = 'ok' GROUP BY 1 ORDER BY 4 DESC, 1;

-- @slowest  the longest good pulls
SELECT node, image, started, round(duration_ms / 1000, 1) AS seconds, round(waiting_ms / 1000, 1) AS queued_s, bytes
FROM pulls WHERE outcome = 'ok' AND duration_ms IS NOT NULL ORDER BY duration_ms DESC, id LIMIT 20;

-- @latency  median, p95 and maximum of good pulls by registry
WITH ranked AS (SELECT registry, duration_ms, row_number() OVER (PARTITION BY registry ORDER BY duration_ms) AS rank, count(*) OVER (PARTITION BY registry) AS n
    FROM pulls WHERE outcome = 'ok' AND duration_ms IS NOT NULL)
SELECT registry, n AS pulls, round(max(CASE WHEN rank = (n + 1) / 2 THEN duration_ms END)) AS median_ms,
    round(max(CASE WHEN rank = (95 * n + 99) / 100 THEN duration_ms END)) AS p95_ms, round(max(duration_ms)) AS max_ms
FROM ranked GROUP BY registry ORDER BY n DESC, 1;

-- @per-minute  pulls and failures by minute
SELECT substr(coalesce(ended, started), 1, 16) AS minute, count(*) AS pulls, sum(outcome = 'failed') AS failed
FROM pulls WHERE outcome <> 'cached' GROUP BY 1 ORDER BY 1;

-- @pods  pods that waited for a pull that failed
WITH RECURSIVE pod(pull, name, rest) AS (
    SELECT id, NULL, pods || ' ' FROM pulls WHERE outcome = 'failed' AND pods IS NOT NULL AND pods <> ''
    UNION ALL SELECT pull, substr(rest, 1, instr(rest, ' ') - 1), substr(rest, instr(rest, ' ') + 1) FROM pod WHERE rest <> '')
SELECT pod.name AS pod, count(*) AS failed, group_concat(DISTINCT p.image) AS images, group_concat(DISTINCT p.cause) AS causes, min(p.ended) AS first, max(p.ended) AS last
FROM pod JOIN pulls p ON p.id = pod.pull WHERE pod.name IS NOT NULL AND pod.name <> '' GROUP BY 1 ORDER BY 2 DESC, 1;

-- @status-codes  what registries answered, by status and who asked
SELECT status, coalesce(registry, host, '(unknown)') AS registry, sum(count) AS requests, count(DISTINCT client) AS clients, min(time) AS first, max(time) AS last
FROM events WHERE kind = 'request' AND status IS NOT NULL GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2;

-- @refused  each request that was refused for rate
SELECT time, client, coalesce(registry, host) AS registry, method, url, user, file, line FROM events
WHERE kind = 'request' AND status = 429 ORDER BY ts_ns, id LIMIT 200;

-- @errors  the error texts behind failed pulls, the most frequent first
SELECT count(*) AS pulls, cause, error FROM pulls WHERE outcome = 'failed' GROUP BY 2, 3 ORDER BY 1 DESC, 2, 3 LIMIT 30;

-- @undecided  failed pulls that no rule explains
SELECT node, image, ended, error FROM pulls WHERE outcome = 'failed' AND (cause IS NULL OR cause = 'unknown') ORDER BY ended, id;

-- @evidence  the best line of each failed pull, to be pasted into `pullmortem show`
SELECT p.ended, p.node, p.image, p.cause, e.file || ':' || e.line AS place FROM pulls p JOIN events e ON e.id = p.evidence
WHERE p.outcome = 'failed' ORDER BY p.ended, p.id LIMIT 200;

-- @disk  what was told of disks and image garbage collection
SELECT time, node, kind, coalesce(error, message, detail) AS said, file, line FROM events
WHERE kind IN ('disk.pressure', 'disk.usage', 'gc.start', 'gc.ok', 'gc.fail') ORDER BY ts_ns, id;

-- @restarts  starts, stops and troubles of runtimes
SELECT time, node, component, kind, coalesce(error, message) AS said, file, line FROM events
WHERE kind IN ('runtime.start', 'runtime.stop', 'runtime.down') ORDER BY ts_ns, id;

-- @first-after  the first good pull of each registry after its last failure: is it over?
SELECT f.registry, f.last AS last_failure, (SELECT min(o.ended) FROM pulls o WHERE o.registry = f.registry AND o.outcome = 'ok' AND o.ended_ns > f.last_ns) AS first_good_after
FROM (SELECT registry, max(ended) AS last, max(ended_ns) AS last_ns FROM pulls WHERE outcome = 'failed' GROUP BY registry) f ORDER BY 1;

-- @files  what was read: formats, nodes, lines, how its clock is known
SELECT path, format, node, lines, events, bad, undated, quality, from_ AS first, to_ AS last FROM files ORDER BY path;

-- @problems  what could not be read
SELECT file, line, code, message, count FROM diagnostics ORDER BY file, line, code;

-- @hearsay  lines that speak of pulls and were not counted
SELECT file, line, pod, lines, text FROM hearsay ORDER BY file, line;

-- @timesketch  events as Timesketch wants them: with -f jsonl it is a file for its importer, with -f csv, too
SELECT coalesce(error, message, method || ' ' || url || ' ' || coalesce(status, ''), kind || ' ' || coalesce(image, object, '')) AS message, substr(time, 1, 23) || '+00:00' AS datetime, kind AS timestamp_desc,
    ts_ns / 1000 AS timestamp, component, node AS hostname, namespace, pod, image, registry, client, user, status, cause, standing, file AS display_name, line
FROM events WHERE ts_ns IS NOT NULL ORDER BY ts_ns, id;
