# The formats of query (an aligned table, CSV that no spreadsheet runs, JSON with real types, Markdown, rows spread out), its list and its named queries.
. "$(dirname "$0")/common.inc"
bundle b
run 0 "$PM" ingest b --db t.db
run 0 "$PM" query t.db "SELECT 'a' AS name, 1 AS n UNION ALL SELECT 'longer', 20"
printf 'name     n\n------  --\na        1\nlonger  20\n' >want
cmp -s want out || { wrong 'table'; cat out; }
run 0 "$PM" query t.db "SELECT '=1+1' AS \"=x\", -3 AS n, 'say \"hi\", you' AS said, NULL AS none, '-rm' AS option" --format csv
printf "\"'=x\",n,said,none,option\r\n\"'=1+1\",-3,\"say \"\"hi\"\", you\",,\"'-rm\"\r\n" >want
cmp -s want out || { wrong 'csv'; cat out; }
run 0 "$PM" query t.db "SELECT 1 AS i, 1.5 AS f, '007' AS t, NULL AS n, char(27) || '[2J' AS c, 9e999 AS inf" -f json
python3 - <<'P' || wrong "json: $(cat out)"
import json
assert json.load(open("out")) == [{"i": 1, "f": 1.5, "t": "007", "n": None, "c": "\x1b[2J", "inf": None}]
P
run 0 "$PM" query t.db "SELECT char(27) || ']0;x' || char(7) || char(10) AS c"
has out '\x1b]0;x\x07\n'
run 0 "$PM" query t.db 'SELECT * FROM events WHERE 0' -f json
[ "$(cat out)" = '[]' ] || wrong 'no rows is an empty array'
run 0 "$PM" query t.db "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT i, 'row ' || i AS t FROM n"
[ "$(wc -l <out)" = 5002 ] || wrong 'a long table lost rows'
has out '5000  row 5000'
run 2 "$PM" query t.db 'SELECT nosuch FROM events'
has err 'no such column: nosuch'
# What ingest or merge wrote is judged where pulls are asked for, in a copy: the timeline itself stays as it is.
bundle b
run 0 "$PM" ingest b --db raw.db
cp raw.db before.db
run 0 "$PM" query raw.db "SELECT outcome, count(*) FROM pulls GROUP BY 1" -f csv
has out 'failed,12'
run 0 "$PM" query raw.db "SELECT root_cause FROM incidents" -f csv
has out 'rate-limit.anonymous'
cmp -s raw.db before.db || wrong 'query changed a timeline'
# One object a line, a Markdown table whose cells stay cells, a row spread over lines.
run 0 "$PM" query t.db "SELECT 1 AS n, 'a|b' || char(10) AS t UNION ALL SELECT 2, NULL" -f jsonl
printf '{"n": 1, "t": "a|b\\n"}\n{"n": 2, "t": null}\n' >want
cmp -s want out || { wrong jsonl; cat out; }
run 0 "$PM" query t.db "SELECT 1 AS n, 'a|b<i>' || char(10) AS t" -f markdown
printf '| n | t |\n| ---: | --- |\n| 1 | a\\|b\\<i\\>\\\\n |\n' >want
cmp -s want out || { wrong markdown; cat out; }
run 0 "$PM" query t.db "SELECT 1 AS n, NULL AS none, 'x' AS longer UNION ALL SELECT 2, 3, 'y'" -x
printf 'n       1\nlonger  x\n\nn       2\nnone    3\nlonger  y\n' >want
cmp -s want out || { wrong expanded; cat out; }
# SQL from a file or standard input.
echo "SELECT 'from a file' AS said" >q.sql
run 0 "$PM" query t.db --file q.sql
has out 'from a file'
"$PM" query t.db - <q.sql >out || wrong 'standard input'
has out 'from a file'
run 3 "$PM" query t.db --file nowhere.sql
has err 'nowhere.sql: No such file'
run 2 "$PM" query t.db 'SELECT 1' --file q.sql
# A slip of the finger in the name of a view, a column or a named query is said.
run 2 "$PM" query t.db 'SELECT * FROM pullz'
has err "did you mean the view 'pulls'?"
run 2 "$PM" query t.db 'SELECT p.nod FROM pulls p'
has err "did you mean the column 'node'?"
run 2 "$PM" query t.db @top-consumer
has err "did you mean '@top-consumers'?"
# The list needs no timeline; it names every view and column that there is, and nothing else.
run 0 "$PM" query --list
has out '@top-consumers'
run 0 "$PM" query t.db "SELECT m.name || '.' || p.name AS c FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'view' AND m.name NOT IN (SELECT 'about' UNION SELECT 'columns') EXCEPT SELECT view || '.' || name FROM columns" -f csv
[ -s out ] && { wrong 'columns that are not described'; cat out; }
run 0 "$PM" query t.db "SELECT view || '.' || name AS c FROM columns WHERE name <> '' EXCEPT SELECT m.name || '.' || p.name FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'view'" -f csv
[ -s out ] && { wrong 'described columns that are not there'; cat out; }
# What is not judged says so; what is, too; and what is merged is not.
judged="SELECT substr(value, 1, 3) AS j FROM about WHERE key = 'judged'"
run 0 "$PM" query raw.db "$judged" -f csv
has out 'no:'
run 0 "$PM" analyze b --db judged.db -o r.json
run 0 "$PM" query judged.db "$judged" -f csv
has out 'yes'
run 0 "$PM" merge judged.db --db merged.db
run 0 "$PM" query merged.db "$judged" -f csv
has out 'no:'
# Every named query answers, over a timeline that is judged and one that is not; each says what it is for.
names=$("$PM" query --list | sed -n 's/^  @\([a-z-]*\)  *[a-z].*/\1/p')
[ "$(echo "$names" | wc -l)" -ge 25 ] || wrong "only $(echo "$names" | wc -l) named queries"
[ "$("$PM" query --list | grep -c '^  @')" = "$(echo "$names" | wc -l)" ] || wrong 'a named query does not say what it answers'
for name in $names; do
    for db in judged.db raw.db; do
        "$PM" query "$db" "@$name" -f json >out 2>err || { wrong "@$name over $db"; cat err; }
        python3 -c 'import json; json.load(open("out"))' || wrong "@$name is no JSON"
    done
done
answers() { # name, what its CSV must hold: the bundle is 12 refused pulls of two nodes
    "$PM" query judged.db "@$1" -f csv | tr -d '\r' >out
    has out "$2"
}
answers overview 'failed,12,2026-04-12T06:10:02.200Z'
answers incidents '1,rate-limit.anonymous,'
answers causes 'rate-limit.anonymous,12,2,6,'
answers nodes 'n1,6,0,0.0,,'
answers registries 'docker.io,12,0,0.0,,'
answers namespaces '(not known),12,0,6'
answers images 'docker.io/shop/web0:1.0,2,2,rate-limit.anonymous,'
answers top-consumers 'docker.io,n1,6,0,6'
answers per-minute '2026-04-12T06:10,2,2'
answers evidence ',n1,docker.io/shop/web0:1.0,rate-limit.anonymous,nodes/n1/containerd.log:2'
answers errors '2,rate-limit.anonymous,'
answers first-after 'docker.io,2026-04-12T06:20:02.200Z,'
answers files 'nodes/n1/containerd.log,containerd,n1,12,12,0,0,exact,'
answers timesketch ',2026-04-12T06:10:01.100+00:00,pull.start,1775974201100000,containerd,n1,'
# What turns a line around or drives a terminal is shown, not done, in every format; a NUL ends no value; an address of a log is no link in Markdown.
printf 'time="2026-04-12T06:10:02.2Z" level=error msg="PullImage \\"r.test/a:1\\" failed" error="denied \302\2331m \342\200\256 https://evil.test/x www.evil.test"\n' >marks.log
run 0 "$PM" ingest marks.log --db marks.db
for format in table csv json jsonl markdown; do
    run 0 "$PM" query marks.db "SELECT error, 'a' || char(0) || 'b' AS x FROM events WHERE error IS NOT NULL" -f $format
    LC_ALL=C grep -q "$(printf '\302\233')\|$(printf '\342\200\256')" out && wrong "$format prints marks as they are: $(cat out)"
    has out 'a␀b'
    [ $format != markdown ] || has out 'https\://evil.test/x www\.evil.test'
done
run 0 "$PM" analyze marks.log -f json
has out '\u009b1m \u202e'
exit $failed
