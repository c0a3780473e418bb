# The last look: what redaction never saw, a secret in another's timeline, is struck out before a report or a merged timeline gets its name, and is told.
. "$(dirname "$0")/common.inc"
bundle b
secret=ghp_0123456789abcdefABCDEF0123456789abcd
run 0 "$PM" ingest b --db t.db
python3 - "$secret" <<'END' || { echo "NOT RUN: no python3 to put a secret into a timeline"; exit 0; }
import sqlite3, sys
db = sqlite3.connect("t.db")
db.execute("UPDATE string SET text = text || ' token ' || ? WHERE text LIKE '%toomanyrequests%'", sys.argv[1:])
db.execute("UPDATE event SET raw = raw || ' token ' || ? WHERE raw LIKE '%toomanyrequests%'", sys.argv[1:])
db.commit()
END
grep -q "$secret" t.db || wrong "the secret was not put there"
run 0 "$PM" report t.db -o r.json -o r.txt -o r.html -v
has err 'r.json: self-check: '
has r.json '"code": "self-check"'
run 0 "$PM" merge t.db --db m.db
has err 'm.db: self-check: '
"$PM" gate t.db --junit j.xml >g.txt 2>&1
for f in r.json r.txt r.html m.db j.xml g.txt; do grep -q "$secret" $f && wrong "the secret is in $f"; done
has r.json 'ghp_****'
run 0 "$PM" query m.db "SELECT message FROM diagnostics WHERE code = 'self-check'" -f csv
has out 'struck out'
python3 -c 'import sqlite3; assert sqlite3.connect("m.db").execute("PRAGMA integrity_check").fetchone() == ("ok",)' || wrong "the struck timeline is damaged"
# Who keeps secrets keeps them.
echo "time=\"2026-04-12T06:10:01.100000000Z\" level=error msg=\"PullImage \\\"r.test/a:1\\\" failed\" error=\"denied: $secret\"" >kept.log
run 0 "$PM" analyze kept.log --no-redact --db k.db -o k.json
grep -q "$secret" k.json || wrong "--no-redact struck a secret out"
run 0 "$PM" report k.db -f json
has out "$secret"
exit $failed
