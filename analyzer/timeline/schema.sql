-- The timeline's schema. Compiled into the binary; open.c runs it section by section ("-- @section NAME").
--
-- Physical tables are narrow: every text is a number into `string`, every enumeration a number into `word`.
-- They may change with user_version. The views at the end are the product: their names, columns and meaning stay.
-- Times are nanoseconds since 1970 UTC; the views add RFC 3339 text with milliseconds. Unknown is NULL, never 0 or ''.

-- @section tables
CREATE TABLE meta(                  -- one row a fact about the whole timeline
    key TEXT PRIMARY KEY,           -- version, inputs, rules …
    value TEXT
) WITHOUT ROWID;

CREATE TABLE string(                -- interned texts; id 0 is the absent text and has no row
    id INTEGER PRIMARY KEY,         -- from 2^31 on: texts kept after the interning budget was spent, not unique
    text TEXT NOT NULL
);

CREATE TABLE word(                  -- the enumerations of the program that wrote this file
    list TEXT NOT NULL,             -- kind, component, stage, quality, standing, outcome, severity, confidence, scope, cause
    id INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY(list, id)
) WITHOUT ROWID;

CREATE TABLE member(                -- one file of a bundle
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL,             -- inside the bundle; archives in it are folders of the path
    format TEXT,                    -- parser that read most of its records
    component TEXT,                 -- program that wrote it
    node TEXT,
    envelopes TEXT,                 -- outermost first, joined with '+'
    bytes INTEGER, lines INTEGER, events INTEGER,
    bad INTEGER,                    -- records that are of the format and broken
    undated INTEGER,                -- records without any time
    from_ns INTEGER, to_ns INTEGER, -- first and last stamp
    quality INTEGER,                -- word 'quality'
    year INTEGER,                   -- found for stamps without a year; NULL where they carry their own
    year_from TEXT,                 -- where it was found
    utc_offset_s INTEGER,           -- zone of stamps without one, seconds east; NULL unknown or not needed
    offset_from TEXT,
    skew_ms INTEGER,                -- against the other nodes; never applied to ts
    hash TEXT,                      -- of the content: sha256:…
    duplicate_of INTEGER,           -- member.id with the same content, NULL none
    duplicates INTEGER NOT NULL DEFAULT 0, -- events not told here because a better copy of the record is in another member
    given INTEGER,                  -- string.id: the node of those of its events that name none and are of a node's own program
    also INTEGER                    -- string.id: by this name they call the same node
);

CREATE TABLE skipped_member(path TEXT NOT NULL, why TEXT NOT NULL, input INTEGER, place TEXT, PRIMARY KEY(path, why)) WITHOUT ROWID;

CREATE TABLE diagnostic(            -- what was wrong with the input
    path TEXT NOT NULL, line INTEGER NOT NULL, -- line 0: the whole member
    code TEXT NOT NULL, message TEXT NOT NULL, count INTEGER NOT NULL,
    input INTEGER, place TEXT,      -- after a merge: what its path is made of again
    PRIMARY KEY(path, code, message)
) WITHOUT ROWID;

-- What a merge decides again over all members: what was said, before anything was made of it.
CREATE TABLE input(                 -- one path that was given to ingest
    id INTEGER PRIMARY KEY,
    whole TEXT NOT NULL,            -- the folder or archive that places are told from, from the root of its machine
    prefix TEXT NOT NULL,           -- what the paths of its members begin with, in the timeline that it was read into
    shard TEXT,                     -- name of that timeline; NULL: this one
    content TEXT                    -- names and bytes in it, where ingest --resume asked
);
CREATE TABLE fact(                  -- one row a member
    member INTEGER PRIMARY KEY,
    input INTEGER NOT NULL, place TEXT NOT NULL, -- input.id; the path within it
    mtime_ns INTEGER, component INTEGER NOT NULL,
    fact_node TEXT, envelope_node TEXT, -- names of its node, as its lines and its envelopes say
    written INTEGER NOT NULL,       -- its rows are here: it is no copy of an earlier member
    year INTEGER, tz TEXT,          -- what the user said of its clock
    read_ns INTEGER,                -- when it was read, where its year was guessed from that
    clock BLOB NOT NULL, voices BLOB NOT NULL -- what its stamps tell; who wrote in it (analyzer/ingest/facts.c)
);

-- An event is two rows: what mostly varies, and its shape, which thousands of events share. Both are as they were said, and are not changed.
CREATE TABLE shape(
    number INTEGER PRIMARY KEY,     -- from 1, in order; beyond the first 65536 one may stand here more than once
    stamps INTEGER NOT NULL,        -- kinds of ts, first_ns, last_ns, three bits each (enum pm_when_kind)
    quality INTEGER NOT NULL,       -- word 'quality'
    kind INTEGER NOT NULL,          -- word 'kind'
    component INTEGER NOT NULL,     -- word 'component'
    stage INTEGER NOT NULL,         -- word 'stage'; 0 none
    status INTEGER,                 -- HTTP status
    standing INTEGER NOT NULL,      -- word 'standing' in bits 0 and 1; from bit 2 on the voice in its member, a writer whose standing hung on all it wrote
    flags INTEGER NOT NULL,         -- 1 record cut, 2 snapshot, 4 credentials shown, 8 anonymous, 16 push, 32 mirror, 64 echo of another record, 128 of the sandbox image, 4096 answered from a cache, 8192 not in the cache, 32768 a manifest with the layers that were got behind it, 65536 made by a merge of rows of a log that was cut
    limit_ INTEGER, window_s INTEGER, -- RateLimit headers
    own INTEGER NOT NULL,           -- 1: of a node's own program, and so of its member's node where it names none
    node INTEGER, workload INTEGER, container INTEGER, -- string.id from here on
    image INTEGER, registry INTEGER, repository INTEGER, tag INTEGER,
    user INTEGER, method INTEGER, host INTEGER, user_agent INTEGER,
    reason INTEGER, error INTEGER, secret INTEGER, writer INTEGER
);
CREATE TABLE event(
    id INTEGER PRIMARY KEY,         -- in order of arrival
    member INTEGER NOT NULL,        -- member.id
    line INTEGER NOT NULL,          -- of the record's first line, from 1
    hash INTEGER,                   -- of the record's text; NULL: never a duplicate
    ordinal INTEGER,                -- n-th record with this hash in its member, where its stamp is coarse
    ts INTEGER,                     -- ns; UTC unless shape.stamps says otherwise; NULL undated
    first_ns INTEGER, last_ns INTEGER, -- span of a counted event
    shape INTEGER NOT NULL,         -- shape.number
    count INTEGER NOT NULL,         -- happenings it stands for, at least 1
    duration_ns INTEGER, waiting_ns INTEGER, bytes INTEGER,
    remaining INTEGER,              -- RateLimit header
    namespace INTEGER, pod INTEGER, pod_uid INTEGER, object INTEGER, client INTEGER, -- string.id from here on
    url INTEGER, digest INTEGER, message INTEGER, join_ INTEGER, detail INTEGER,
    raw TEXT                        -- first line of the record, secrets removed
);

-- What was made of the events, once all members were known. A merge takes none of it over and decides again.
CREATE TABLE dated(                 -- when it was, UTC, where that is not what its stamps say
    event INTEGER PRIMARY KEY,      -- event.id
    utc_ns INTEGER, dated_quality INTEGER NOT NULL, first_utc_ns INTEGER, last_utc_ns INTEGER
);
CREATE TABLE silenced(              -- writers that did not speak for a program: what they wrote of it is hearsay
    member INTEGER NOT NULL, voice INTEGER NOT NULL, component INTEGER NOT NULL,
    PRIMARY KEY(member, voice, component)
) WITHOUT ROWID;
CREATE TABLE copy(                  -- events that are told by a better copy of their record, and are in no view
    event INTEGER PRIMARY KEY,      -- event.id
    kept INTEGER NOT NULL           -- member.id of the better one
);

-- @section judgement
CREATE TABLE verdict(               -- why an event happened
    event INTEGER PRIMARY KEY,      -- event.id
    cause INTEGER, rule INTEGER     -- string.id
);
CREATE TABLE pull(                  -- one attempt of one node to pull one image
    id INTEGER PRIMARY KEY,
    node INTEGER, image INTEGER, registry INTEGER, repository INTEGER, tag INTEGER, digest INTEGER, -- string.id
    client INTEGER, user INTEGER, namespace INTEGER, cause INTEGER, rule INTEGER, error INTEGER,
    started_ns INTEGER, ended_ns INTEGER,
    outcome INTEGER NOT NULL,       -- word 'outcome'
    status INTEGER, stage INTEGER NOT NULL, duration_ns INTEGER, waiting_ns INTEGER, bytes INTEGER,
    pods TEXT,                      -- "namespace/name", joined with blanks
    sources INTEGER NOT NULL,       -- 1 runtime, 2 kubelet, 4 events, 8 pod status, 16 registry, 32 client
    reconstructed INTEGER NOT NULL, -- 1: taken from an event's count, its time is a model's
    requests INTEGER NOT NULL,      -- registry-side lines folded in
    evidence INTEGER,               -- event.id of its best line
    incident INTEGER                -- incident.id
);
CREATE TABLE incident(
    id INTEGER PRIMARY KEY,         -- 1 is the one to read first
    fingerprint TEXT, root_cause TEXT, title TEXT, summary TEXT,
    severity INTEGER NOT NULL, confidence INTEGER NOT NULL, score REAL,
    started_ns INTEGER, ended_ns INTEGER, recovered_ns INTEGER,
    scope_kind INTEGER NOT NULL, scope TEXT, registries TEXT, -- lists joined with blanks
    failed_pulls INTEGER, failed_requests INTEGER, lines INTEGER,
    pods INTEGER, workloads INTEGER, namespaces INTEGER, nodes INTEGER, images INTEGER,
    explained_by INTEGER,
    variant TEXT, endpoints TEXT    -- endpoints joined with blanks
);
CREATE TABLE quota(
    id INTEGER PRIMARY KEY,
    registry TEXT, identity TEXT, user TEXT, client TEXT, policy TEXT, status TEXT,
    limit_ INTEGER, window_s INTEGER, used_low INTEGER, used_high INTEGER, peak_used INTEGER, refused INTEGER,
    peak_at_ns INTEGER, exhausted_ns INTEGER, first_refused_ns INTEGER, last_refused_ns INTEGER, free_at_ns INTEGER, with_cache INTEGER
);
CREATE TABLE quota_point(quota INTEGER NOT NULL, ts INTEGER, used INTEGER, ok INTEGER, refused INTEGER, remaining INTEGER);

-- @section views
-- What each column means stands in the view `columns` at the end.

-- events: one typed fact a row.
CREATE VIEW events AS SELECT
    e.id AS id,
    strftime('%Y-%m-%dT%H:%M:%S', CASE WHEN d.event IS NULL THEN e.ts ELSE d.utc_ns END / 1000000000, 'unixepoch')
        || printf('.%03dZ', CASE WHEN d.event IS NULL THEN e.ts ELSE d.utc_ns END / 1000000 % 1000) AS time,
    CASE WHEN d.event IS NULL THEN e.ts ELSE d.utc_ns END AS ts_ns,
    (SELECT text FROM word WHERE list = 'quality' AND id = coalesce(d.dated_quality, s.quality)) AS quality,
    (SELECT text FROM word WHERE list = 'kind' AND id = s.kind) AS kind,
    (SELECT text FROM word WHERE list = 'component' AND id = s.component) AS component,
    (SELECT text FROM string WHERE id = coalesce(CASE WHEN s.node = m.also OR (s.node = 0 AND s.own) THEN m.given END, s.node)) AS node,
    (SELECT text FROM string WHERE id = e.namespace) AS namespace,
    (SELECT text FROM string WHERE id = e.pod) AS pod,
    (SELECT text FROM string WHERE id = s.workload) AS workload,
    (SELECT text FROM string WHERE id = s.container) AS container,
    (SELECT text FROM string WHERE id = s.image) AS image,
    (SELECT text FROM string WHERE id = s.registry) AS registry,
    (SELECT text FROM string WHERE id = s.repository) AS repository,
    (SELECT text FROM string WHERE id = s.tag) AS tag,
    (SELECT text FROM string WHERE id = e.digest) AS digest,
    (SELECT text FROM string WHERE id = e.client) AS client,
    (SELECT text FROM string WHERE id = s.user) AS user,
    (SELECT text FROM string WHERE id = s.method) AS method,
    (SELECT text FROM string WHERE id = e.url) AS url,
    s.status AS status,
    e.bytes AS bytes,
    e.duration_ns / 1e6 AS duration_ms,
    e.count AS count,
    (SELECT text FROM string WHERE id = s.error) AS error,
    (SELECT (SELECT text FROM string WHERE id = v.cause) FROM verdict v WHERE v.event = e.id) AS cause,
    (SELECT (SELECT text FROM string WHERE id = v.rule) FROM verdict v WHERE v.event = e.id) AS rule,
    m.path AS file,
    e.line AS line,
    (SELECT text FROM word WHERE list = 'stage' AND id = s.stage) AS stage,
    (SELECT text FROM string WHERE id = e.pod_uid) AS pod_uid,
    (SELECT text FROM string WHERE id = s.host) AS host,
    (SELECT text FROM string WHERE id = s.user_agent) AS user_agent,
    (SELECT text FROM string WHERE id = s.reason) AS reason,
    (SELECT text FROM string WHERE id = e.message) AS message,
    (SELECT text FROM string WHERE id = s.secret) AS secret,
    (SELECT text FROM string WHERE id = e.object) AS object,
    (SELECT text FROM string WHERE id = e.join_) AS join_id,
    (SELECT text FROM string WHERE id = e.detail) AS detail,
    CASE WHEN d.event IS NULL THEN e.first_ns ELSE d.first_utc_ns END AS first_ns, CASE WHEN d.event IS NULL THEN e.last_ns ELSE d.last_utc_ns END AS last_ns,
    e.waiting_ns / 1e6 AS waiting_ms,
    s.limit_ AS limit_, e.remaining AS remaining, s.window_s AS window_s, s.flags AS flags, e.raw AS raw,
    (SELECT text FROM word WHERE list = 'standing' AND CASE WHEN s.standing > 3 AND EXISTS(SELECT 1 FROM silenced z WHERE z.member = e.member
        AND z.voice = s.standing >> 2 AND z.component = s.component) THEN text = 'hearsay' ELSE id = s.standing & 3 END) AS standing,
    (SELECT text FROM string WHERE id = s.writer) AS writer
FROM event e LEFT JOIN shape s ON s.number = e.shape LEFT JOIN member m ON m.id = e.member LEFT JOIN dated d ON d.event = e.id
WHERE NOT EXISTS(SELECT 1 FROM copy c WHERE c.event = e.id);

-- pulls: one attempt of one node to pull one image, folded from all events that speak of it.
CREATE VIEW pulls AS SELECT
    p.id AS id,
    (SELECT text FROM string WHERE id = p.node) AS node,
    (SELECT text FROM string WHERE id = p.image) AS image,
    (SELECT text FROM string WHERE id = p.registry) AS registry,
    (SELECT text FROM string WHERE id = p.repository) AS repository,
    (SELECT text FROM string WHERE id = p.tag) AS tag,
    (SELECT text FROM string WHERE id = p.digest) AS digest,
    strftime('%Y-%m-%dT%H:%M:%S', p.started_ns / 1000000000, 'unixepoch') || printf('.%03dZ', p.started_ns / 1000000 % 1000) AS started,
    strftime('%Y-%m-%dT%H:%M:%S', p.ended_ns / 1000000000, 'unixepoch') || printf('.%03dZ', p.ended_ns / 1000000 % 1000) AS ended,
    (SELECT text FROM word WHERE list = 'outcome' AND id = p.outcome) AS outcome,
    (SELECT text FROM string WHERE id = p.cause) AS cause,
    p.status AS status,
    (SELECT text FROM word WHERE list = 'stage' AND id = p.stage) AS stage,
    p.duration_ns / 1e6 AS duration_ms,
    p.bytes AS bytes,
    p.pods AS pods,
    nullif(substr(CASE WHEN p.sources & 1 THEN '+runtime' ELSE '' END || CASE WHEN p.sources & 2 THEN '+kubelet' ELSE '' END
        || CASE WHEN p.sources & 4 THEN '+events' ELSE '' END || CASE WHEN p.sources & 8 THEN '+pod' ELSE '' END
        || CASE WHEN p.sources & 16 THEN '+registry' ELSE '' END || CASE WHEN p.sources & 32 THEN '+client' ELSE '' END, 2), '') AS sources,
    p.incident AS incident,
    (SELECT text FROM string WHERE id = p.client) AS client,
    (SELECT text FROM string WHERE id = p.user) AS user,
    (SELECT text FROM string WHERE id = p.namespace) AS namespace,
    (SELECT text FROM string WHERE id = p.rule) AS rule,
    (SELECT text FROM string WHERE id = p.error) AS error,
    p.started_ns AS started_ns, p.ended_ns AS ended_ns, p.waiting_ns / 1e6 AS waiting_ms,
    p.reconstructed AS reconstructed, p.requests AS requests, p.evidence AS evidence
FROM pull p;

-- incidents: pulls that share cause, scope and time.
CREATE VIEW incidents AS SELECT
    i.id AS id, i.root_cause AS root_cause,
    (SELECT text FROM word WHERE list = 'severity' AND id = i.severity) AS severity,
    (SELECT text FROM word WHERE list = 'confidence' AND id = i.confidence) AS confidence,
    strftime('%Y-%m-%dT%H:%M:%S', i.started_ns / 1000000000, 'unixepoch') || printf('.%03dZ', i.started_ns / 1000000 % 1000) AS started,
    strftime('%Y-%m-%dT%H:%M:%S', i.ended_ns / 1000000000, 'unixepoch') || printf('.%03dZ', i.ended_ns / 1000000 % 1000) AS ended,
    strftime('%Y-%m-%dT%H:%M:%S', i.recovered_ns / 1000000000, 'unixepoch') || printf('.%03dZ', i.recovered_ns / 1000000 % 1000) AS recovered,
    (SELECT text FROM word WHERE list = 'scope' AND id = i.scope_kind) AS scope_kind,
    i.scope AS scope, i.failed_pulls AS failed_pulls, i.pods AS pods, i.workloads AS workloads, i.nodes AS nodes, i.images AS images,
    i.explained_by AS explained_by,
    i.title AS title, i.summary AS summary, i.fingerprint AS fingerprint, i.score AS score, i.registries AS registries,
    i.variant AS variant, i.endpoints AS endpoints,
    i.namespaces AS namespaces, i.failed_requests AS failed_requests, i.lines AS lines
FROM incident i;

-- quota_points: the sliding window of a registry's limit over time, one curve a (registry, identity, client).
CREATE VIEW quota_points AS SELECT
    q.registry AS registry, q.identity AS identity, q.client AS client,
    strftime('%Y-%m-%dT%H:%M:%S', p.ts / 1000000000, 'unixepoch') || printf('.%03dZ', p.ts / 1000000 % 1000) AS time,
    p.used AS used, p.ok AS ok, p.refused AS refused, p.remaining AS remaining, q.limit_ AS limit_,
    q.user AS user, q.policy AS policy, p.ts AS ts_ns
FROM quota_point p JOIN quota q ON q.id = p.quota;

-- files: the members of the bundle. sha256: of the content as it was read, unpacked, secrets and all.
CREATE VIEW files AS SELECT
    m.path AS path, m.format AS format, m.component AS component, m.node AS node,
    m.bytes AS bytes, m.lines AS lines, m.events AS events, m.bad AS bad,
    CASE WHEN m.hash LIKE 'sha256:%' THEN substr(m.hash, 8) END AS sha256,
    m.hash AS hash, m.envelopes AS envelopes, m.undated AS undated,
    strftime('%Y-%m-%dT%H:%M:%S', m.from_ns / 1000000000, 'unixepoch') || printf('.%03dZ', m.from_ns / 1000000 % 1000) AS from_,
    strftime('%Y-%m-%dT%H:%M:%S', m.to_ns / 1000000000, 'unixepoch') || printf('.%03dZ', m.to_ns / 1000000 % 1000) AS to_,
    (SELECT text FROM word WHERE list = 'quality' AND id = m.quality) AS quality,
    m.year AS year, m.year_from AS year_from, m.utc_offset_s AS utc_offset_s, m.offset_from AS offset_from, m.skew_ms AS skew_ms,
    (SELECT d.path FROM member d WHERE d.id = m.duplicate_of) AS duplicate_of, m.duplicates AS duplicates
FROM member m;

-- hearsay: what speaks of pulls and was not counted, because who wrote it was not there: one row a file and writer, with the line and text of the first.
CREATE VIEW hearsay AS SELECT
    (SELECT path FROM member WHERE id = e.member) AS file, count(DISTINCT e.line) AS lines,
    (SELECT text FROM string WHERE id = s.writer) AS pod, min(e.line) AS line, e.raw AS text
FROM event e JOIN shape s ON s.number = e.shape
WHERE (s.standing & 3 = (SELECT id FROM word WHERE list = 'standing' AND text = 'hearsay')
        OR EXISTS(SELECT 1 FROM silenced z WHERE z.member = e.member AND z.voice = s.standing >> 2 AND z.component = s.component))
    AND s.kind IN (SELECT id FROM word WHERE list = 'kind' AND text IN ('pull.start', 'pull.ok', 'pull.fail', 'pull.cached', 'pull.backoff', 'mirror.try', 'secret.missing', 'other'))
    AND NOT EXISTS(SELECT 1 FROM copy c WHERE c.event = e.id)
GROUP BY e.member, s.writer;

CREATE VIEW diagnostics AS SELECT path AS file, line, code, message, count FROM diagnostic;
CREATE VIEW skipped AS SELECT path AS file, why FROM skipped_member;

-- columns: what every view and column means, so that a file explains itself in any SQLite tool.
CREATE VIEW columns(view, name, about) AS VALUES
    ('events', '', 'one typed fact a row: what a record of a log, an event or an object says'),
    ('events', 'id', 'of this row; pulls.evidence names it'),
    ('events', 'time', 'when, RFC 3339 UTC; NULL: undated'),
    ('events', 'ts_ns', 'the same in ns since 1970'),
    ('events', 'quality', 'how the stamp is known: exact, inferred, assumed, relative'),
    ('events', 'kind', 'what happened: pull.fail, request, disk.pressure …'),
    ('events', 'component', 'the program that says so'),
    ('events', 'node', 'node it happened on'),
    ('events', 'namespace', 'Kubernetes namespace'),
    ('events', 'pod', 'pod it is about'),
    ('events', 'workload', 'what made the pod'),
    ('events', 'container', 'container it is about'),
    ('events', 'image', 'as written'),
    ('events', 'registry', 'host of the image, normalised'),
    ('events', 'repository', 'path of the image'),
    ('events', 'tag', 'tag of the image'),
    ('events', 'digest', 'digest of the image'),
    ('events', 'client', 'who asked, as the registry side saw it'),
    ('events', 'user', 'as whom'),
    ('events', 'method', 'HTTP method'),
    ('events', 'url', 'path or address asked for'),
    ('events', 'status', 'HTTP status'),
    ('events', 'bytes', 'of the pull or answer'),
    ('events', 'duration_ms', 'of the pull or request'),
    ('events', 'count', 'happenings this row stands for; successful requests for layers and tokens of one client and repository within ten seconds are one row with their number, the sum of their bytes and durations, first_ns and last_ns, and the line of the first; where the manifest was got in the same ten seconds, they are in its row (flag 32768), with its line and its time, which counts them and itself'),
    ('events', 'error', 'error text with all wrapping undone'),
    ('events', 'cause', 'what the rules made of it; NULL where nothing failed'),
    ('events', 'rule', 'which rule'),
    ('events', 'file', 'member it stands in'),
    ('events', 'line', 'line it stands in'),
    ('events', 'stage', 'how far a pull came: resolve, token, manifest, blob, unpack'),
    ('events', 'pod_uid', 'uid of the pod'),
    ('events', 'host', 'on the wire'),
    ('events', 'user_agent', 'of the request'),
    ('events', 'reason', 'of a Kubernetes event'),
    ('events', 'message', 'text that is no error'),
    ('events', 'secret', 'pull secret it names'),
    ('events', 'object', 'object it is about'),
    ('events', 'join_id', 'what ties records of one request'),
    ('events', 'detail', 'what else the parser found'),
    ('events', 'first_ns', 'first of a counted event'),
    ('events', 'last_ns', 'last of a counted event'),
    ('events', 'waiting_ms', 'part of duration_ms spent queued'),
    ('events', 'limit_', 'RateLimit header'),
    ('events', 'remaining', 'RateLimit header'),
    ('events', 'window_s', 'RateLimit header'),
    ('events', 'flags', 'bits: 1 record cut, 2 snapshot, 4 credentials shown, 8 anonymous, 16 push, 32 mirror, 64 echo of another record, 128 of the sandbox image, 4096 answered from a cache, 8192 not in the cache'),
    ('events', 'raw', 'the line, secrets removed'),
    ('events', 'standing', 'who wrote it: witness (did or served the pull), account (tells of one), hearsay (repeats one, or sounds like one: nothing is counted)'),
    ('events', 'writer', 'a workload''s record: its pod as namespace/name, else the name of its container or program'),
    ('pulls', '', 'one attempt of one node to pull one image, folded from all events that speak of it'),
    ('pulls', 'id', 'of this pull'),
    ('pulls', 'node', 'who pulled; NULL where it was no node'),
    ('pulls', 'image', 'normalised'),
    ('pulls', 'registry', 'host of the image'),
    ('pulls', 'repository', 'path of the image'),
    ('pulls', 'tag', 'tag of the image'),
    ('pulls', 'digest', 'digest of the image'),
    ('pulls', 'started', 'RFC 3339 UTC'),
    ('pulls', 'ended', 'RFC 3339 UTC'),
    ('pulls', 'outcome', 'ok, failed, cached (no attempt: it was there already), open (no end seen)'),
    ('pulls', 'cause', 'why it failed'),
    ('pulls', 'status', 'HTTP status it met'),
    ('pulls', 'stage', 'how far it came: resolve, token, manifest, blob, unpack'),
    ('pulls', 'duration_ms', 'from asking to having'),
    ('pulls', 'bytes', 'downloaded'),
    ('pulls', 'pods', 'namespace/name of those that waited for it, joined with blanks'),
    ('pulls', 'sources', 'who traced it, joined with +'),
    ('pulls', 'incident', 'incidents.id'),
    ('pulls', 'client', 'who pulled and is no node'),
    ('pulls', 'user', 'as whom'),
    ('pulls', 'namespace', 'of the pod that waited'),
    ('pulls', 'rule', 'that named the cause'),
    ('pulls', 'error', 'best error text'),
    ('pulls', 'started_ns', 'started in ns since 1970'),
    ('pulls', 'ended_ns', 'ended in ns since 1970'),
    ('pulls', 'waiting_ms', 'part of duration_ms spent queued'),
    ('pulls', 'reconstructed', '1: taken from an event''s count, its time is a model''s'),
    ('pulls', 'requests', 'registry-side lines folded in'),
    ('pulls', 'evidence', 'events.id of its best line'),
    ('incidents', '', 'pulls that share cause, scope and time'),
    ('incidents', 'id', '1 is the one to read first'),
    ('incidents', 'root_cause', 'family.cause'),
    ('incidents', 'severity', 'critical, warning or info'),
    ('incidents', 'confidence', 'high, medium or low'),
    ('incidents', 'started', 'first failure'),
    ('incidents', 'ended', 'last failure'),
    ('incidents', 'recovered', 'first success after the last failure in the same scope; NULL: not within these logs'),
    ('incidents', 'scope_kind', 'what separates hit from spared: registry, node, image, namespace, client, endpoint, cluster'),
    ('incidents', 'scope', 'its names, joined with blanks'),
    ('incidents', 'failed_pulls', 'how many pulls'),
    ('incidents', 'pods', 'how many were hit'),
    ('incidents', 'workloads', 'how many were hit'),
    ('incidents', 'nodes', 'how many were hit'),
    ('incidents', 'images', 'how many were hit'),
    ('incidents', 'explained_by', 'id of the incident that led to this one; NULL: a root'),
    ('incidents', 'title', 'one line'),
    ('incidents', 'summary', 'a sentence or two'),
    ('incidents', 'fingerprint', 'stable over collections'),
    ('incidents', 'score', '0 to 1'),
    ('incidents', 'registries', 'joined with blanks'),
    ('incidents', 'variant', 'which of several troubles the cause holds (expired, plain-http); NULL where it is not known'),
    ('incidents', 'endpoints', 'hosts on the wire that failed, joined with blanks'),
    ('incidents', 'namespaces', 'how many were hit'),
    ('incidents', 'failed_requests', 'how many requests'),
    ('incidents', 'lines', 'that tell of it'),
    ('quota_points', '', 'the sliding window of a registry''s limit over time, one curve a (registry, identity, client)'),
    ('quota_points', 'registry', 'whose limit'),
    ('quota_points', 'identity', 'anonymous, user or unknown'),
    ('quota_points', 'client', 'address or account that is counted'),
    ('quota_points', 'time', 'end of the window'),
    ('quota_points', 'used', 'counted pulls within the window that ends then'),
    ('quota_points', 'ok', 'pulls since the point before'),
    ('quota_points', 'refused', 'pulls refused since the point before'),
    ('quota_points', 'remaining', 'limit less used; NULL where the limit is not known'),
    ('quota_points', 'limit_', 'the policy''s; NULL unknown'),
    ('quota_points', 'user', 'whose budget'),
    ('quota_points', 'policy', 'row of rules/quotas.yaml'),
    ('quota_points', 'ts_ns', 'time in ns since 1970'),
    ('files', '', 'the members of the bundle'),
    ('files', 'path', 'inside the bundle'),
    ('files', 'format', 'parser that read most of it'),
    ('files', 'component', 'program that wrote it'),
    ('files', 'node', 'it is of'),
    ('files', 'bytes', 'unwrapped'),
    ('files', 'lines', 'read'),
    ('files', 'events', 'made from it'),
    ('files', 'bad', 'records that are broken'),
    ('files', 'sha256', 'of the content as it was read, unpacked; NULL of a timeline that an older version wrote'),
    ('files', 'hash', 'sha256: and the same; crc32 and length of a timeline that an older version wrote'),
    ('files', 'envelopes', 'peeled, joined with +'),
    ('files', 'undated', 'events without a time'),
    ('files', 'from_', 'first stamp'),
    ('files', 'to_', 'last stamp'),
    ('files', 'quality', 'how its clock is known'),
    ('files', 'year', 'of stamps that have none'),
    ('files', 'year_from', 'how that is known'),
    ('files', 'utc_offset_s', 'zone of stamps that have none'),
    ('files', 'offset_from', 'how that is known'),
    ('files', 'skew_ms', 'ahead of the others'' clocks'),
    ('files', 'duplicate_of', 'path of the member it repeats'),
    ('files', 'duplicates', 'records dropped as told already'),
    ('hearsay', '', 'what speaks of pulls and was not counted, because who wrote it was not there: one row a file and writer'),
    ('hearsay', 'file', 'member'),
    ('hearsay', 'lines', 'how many'),
    ('hearsay', 'pod', 'writer: namespace/name, or a program'),
    ('hearsay', 'line', 'first line'),
    ('hearsay', 'text', 'of the first line'),
    ('diagnostics', '', 'what was wrong with the input'),
    ('diagnostics', 'file', 'member'),
    ('diagnostics', 'line', '0: the whole file'),
    ('diagnostics', 'code', 'kind of trouble'),
    ('diagnostics', 'message', 'for people'),
    ('diagnostics', 'count', 'how often'),
    ('skipped', '', 'members that were not read'),
    ('skipped', 'file', 'member'),
    ('skipped', 'why', 'reason'),
    ('about', '', 'facts about this file: the program that wrote it, its inputs, and whether it is judged'),
    ('about', 'key', 'which'),
    ('about', 'value', 'its value'),
    ('columns', '', 'this list: what every view and column means'),
    ('columns', 'view', 'name of a view'),
    ('columns', 'name', 'of its column; '''' for the view itself'),
    ('columns', 'about', 'what it means');

-- about: whether it is judged stands here: what ingest and merge write is not.
CREATE VIEW about AS
SELECT key, value FROM meta WHERE key <> 'judged'
UNION ALL SELECT 'judged', CASE WHEN EXISTS(SELECT 1 FROM meta WHERE key = 'judged') THEN 'yes'
    ELSE 'no: pulls, incidents, quota_points and the cause of events are empty; pullmortem query and report judge it for one run, pullmortem analyze --db keeps the judgement' END;
