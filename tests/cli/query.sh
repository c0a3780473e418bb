# The three formats of query: an aligned table, CSV that no spreadsheet runs, a JSON array with real types.
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
exit $failed
