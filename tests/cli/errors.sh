# What goes wrong at 3 a.m.: each says what it is in a line, with the right exit status, and leaves nothing half done.
. "$(dirname "$0")/common.inc"
bundle b
n1=b/nodes/n1/containerd.log
run 0 "$PM" ingest b --db b.db

# Slips of the fingers.
run 2 "$PM" analyse b
has err "did you mean 'analyze'?"
run 2 "$PM" analyze b --sinc 2026-04-12
has err 'did you mean --since?'
run 2 "$PM" analyze b -j 100000
has err '-j is a number from 1 to'
run 3 "$PM" analyze b/nodes/n3
has err 'b/nodes/n3: No such file'
run 2 "$PM" analyze b.db
has err 'is a timeline, not a bundle'
run 2 "$PM" analyze b --tz Europe/Berlinn
has err 'zone'

# Input with nothing in it.
: >zero.log
run 0 "$PM" zero.log
has out 'VERDICT  the input is empty'
run 0 "$PM" -
has out 'VERDICT  the input is empty'
mkdir empty other
run 0 "$PM" empty
has out 'VERDICT  there is no file to read'
echo 'shopping: milk, bread' >other/list.txt
run 0 "$PM" other
has out 'nothing in it is a log that is known here'
awk 'BEGIN { for (i = 0; i < 4000; i++) printf "%c%c", i * 7919 % 256, i * 104729 % 251 }' >noise.bin
run 3 "$PM" noise.bin
has out 'nothing could be read'
has out 'binary data'
run 0 "$PM" explain
run 3 "$PM" explain nowhere.log
has err 'nowhere.log: No such file'

# Input that breaks off: what was read is reported, and nobody is told that all is well.
echo 'time="2026-04-12T06:09:01.100000000Z" level=info msg="PullImage \"docker.io/shop/job:1.0\" returns image reference \"sha256:1f229b747046\""' >b/a.log
tar czf b.tar.gz b
head -c $(($(wc -c <b.tar.gz) * 2 / 5)) b.tar.gz >cut.tar.gz
run 3 "$PM" cut.tar.gz
has out 'could be read'
grep -q 'healthy' out && wrong 'an archive that breaks off is healthy'
rm b/a.log
if [ "$(id -u)" != 0 ]; then # root may read all
    mkdir closed && cp "$n1" closed/c.log && chmod 000 closed/c.log
    run 3 "$PM" closed
    has out 'Permission denied'
    chmod 000 closed
    run 3 "$PM" closed
    has err 'closed: Permission denied'
    chmod 755 closed
    run 3 "$PM" analyze b -o /r.json
    has err '/r.json'
fi

# Databases of others, and no database at all.
python3 -c 'import sqlite3; c = sqlite3.connect("others.db"); c.execute("CREATE TABLE photos(name)"); c.commit()'
cp others.db before.db
for command in "report others.db" "query others.db SELECT" "merge others.db --db all.db"; do
    run 3 "$PM" $command
    has err 'others.db is not a pullmortem timeline'
done
run 3 "$PM" ingest b --db others.db
has err 'not overwritten'
cmp -s others.db before.db || wrong "another program's database was changed"
printf 'SQLite format 3\000 and no more' >torn.db
run 3 "$PM" report torn.db
has err 'torn.db'
head -c 30000 b.db >half.db
run 3 "$PM" report half.db
has err 'half.db'
run 2 "$PM" query b.db 'SELEC 1'
has err 'syntax error'
run 2 "$PM" query b.db 'SELECT * FROM pods'
has err "'pullmortem query --list' shows views"
run 2 "$PM" query b.db 'DELETE FROM events'

# Output that cannot be written.
run 3 "$PM" analyze b -o /dev/full --format json
has err '/dev/full: No space left'
run 3 "$PM" ingest b --db /dev/full
has err '/dev/full'
run 3 "$PM" ingest b --db nowhere/b.db
has err 'nowhere/b.db cannot be written'
"$PM" b >/dev/full 2>err
[ $? = 3 ] || wrong 'standard output that is full'
has err 'standard output: No space left'
"$PM" b >&- 2>err
[ $? = 3 ] || wrong 'standard output that is closed'
has err 'standard output'
run 3 "$PM" analyze b -o empty --format json
has err 'empty: Is a directory'
("$PM" b --format json 2>err; echo $? >status) | head -1 >/dev/null
[ -s err ] && { wrong 'a reader that has seen enough is no trouble'; cat err; }

# A window beside the logs.
run 0 "$PM" analyze b --since 2031-01-01
has out 'no image pull'
has err '--since leaves nothing: the logs end at 2026-04-12T06:20'
run 0 "$PM" analyze b --until 2020-01-01
has err '--until leaves nothing: the logs begin at 2026-04-12T06:10'

# The same thing twice is one thing.
run 0 "$PM" analyze "$n1" "$n1" -o twice.json
run 0 "$PM" analyze "$n1" -o once.json
python3 -c 'import json; a, b = (json.load(open(f))["pulls"]["failed"] for f in ("once.json", "twice.json")); assert a == b == 6, (a, b)' || wrong 'a file given twice'

# A signal in the middle leaves nothing behind.
python3 - "$PM" <<'EOF' || wrong 'signals'
import os, signal, subprocess, sys, time
with open("big.log", "w") as f:
    for i in range(400000):
        f.write(f'time="2026-04-12T06:{i // 60 % 60:02}:{i % 60:02}.{i:09}Z" level=error msg="PullImage \\"docker.io/shop/web{i}:1\\" failed" error="429 Too Many Requests"\n')
for number in (signal.SIGINT, signal.SIGTERM):
    p = subprocess.Popen([sys.argv[1], "ingest", "big.log", "--db", "big.db"], stderr=subprocess.PIPE,
                         preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)) # a shell ignores it for what it starts with &
    for _ in range(200):
        if os.path.exists("big.db.building"): break
        time.sleep(0.01)
    p.send_signal(number)
    p.communicate()
    assert p.returncode == -number, (number, p.returncode)
    assert not [n for n in os.listdir(".") if n.startswith("big.db")], os.listdir(".")
EOF
exit $failed
