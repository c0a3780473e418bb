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
has err '--jobs is a number from 1 to'
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

# A full standard output is an error for every command, and two spellings of one file are one.
if [ -c /dev/full ]; then
    "$PM" ingest b --db full.db -q
    for words in 'analyze b' 'report full.db' 'gate b' 'compare b b' 'formats' 'rules list' 'version' 'version -v' 'schema' 'query --list' 'help' 'help query' "explain $n1"; do
        # shellcheck disable=SC2086 -- words of a command
        "$PM" $words >/dev/full 2>err
        [ $? = 3 ] || wrong "$words onto a full standard output: $(cat err)"
        grep -q 'standard output' err || wrong "$words does not say so: $(cat err)"
    done
    "$PM" query full.db 'SELECT 1' >/dev/full 2>err
    [ $? = 3 ] || wrong "query onto a full standard output: $(cat err)"
fi
run 2 "$PM" analyze b -o spelt.json -o ./spelt.json
has err 'two outputs of one name'
mkdir linked && ln -s ../linked/new.json linked/one && ln -s linked/one two && ln -s new.json linked/new.txt
for same in 'linked/new.json two' 'two linked/new.json' 'two linked/one'; do
    # shellcheck disable=SC2086 -- two names
    set -- $same
    run 2 "$PM" analyze b --format json -o "$1" -o "$2"
    has err 'two outputs of one name'
done
run 0 "$PM" analyze b --format json -o two -o linked/other.json
[ -L two ] && [ -f linked/new.json ] || wrong 'a link to what is not there is not followed'
# Said for what it is: a folder is no timeline and no template, and a timeline goes to a file.
mkdir a-folder
run 3 "$PM" report a-folder
has err 'a-folder: Is a directory'
run 3 "$PM" merge a-folder --db merged-folder.db
has err 'a-folder: Is a directory'
run 2 "$PM" analyze b --template a-folder -o page.md
has err '--template: a-folder: Is a directory'
for words in 'ingest b' 'analyze b' 'merge b.db'; do
    # shellcheck disable=SC2086 -- a command and its words
    run 2 "$PM" $words --db -
    has err '--db -: a timeline is a file'
done
[ ! -e ./- ] || wrong 'a timeline is called -'
# Neither do the gate's files and a comparison's take the place of what is read or kept.
cp -r b spared && cp b.db kept.db && run 0 "$PM" analyze b -o one.json && cp one.json two.json
refused() { # text words...: status 2, and nothing of these is another
    text=$1; shift
    run 2 "$PM" "$@"
    has err "$text"
    diff -r b spared >/dev/null && cmp -s b.db kept.db && cmp -s one.json two.json || wrong "$* destroyed something"
}
for o in --junit --sarif --gitlab --write-baseline; do
    refused 'is read' gate b $o "$n1"
    refused 'is a timeline' gate b $o b.db
done
refused 'two outputs of one name' gate b --junit x.out --sarif ./x.out
refused 'is read' compare one.json two.json -o one.json
refused 'is a timeline' compare one.json two.json -o b.db -f json
refused 'is read' analyze b -f text -o "$n1"
run 1 "$PM" gate spared --junit spared/j.xml --sarif spared/s.json --gitlab spared/g.json
run 1 "$PM" gate spared --junit spared/j.xml --sarif spared/s.json --gitlab spared/g.json

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
    p = subprocess.Popen([sys.argv[1], "ingest", "-", "--db", "big.db"], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                         preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)) # a shell ignores it for what it starts with &
    p.stdin.write(open("big.log").read(1 << 20)) # and no end: a file would be read before the signal comes
    p.stdin.flush()
    for _ in range(3000):
        if os.path.exists("big.db.building"): break
        time.sleep(0.01)
    p.send_signal(number)
    p.wait(60)
    p.communicate()
    assert p.returncode == -number, (number, p.returncode)
    assert not [n for n in os.listdir(".") if n.startswith("big.db")], os.listdir(".")
EOF
# What ends it without asking leaves nothing behind either: one line, status 3, no core. SIGPIPE is quiet, SIGKILL is told by the next run.
python3 - "$PM" <<'EOF' || wrong 'limits and signals'
import os, resource, signal, subprocess, sys, time
# One that is told to end reads what does not end: a file would be read before the signal comes.
def run(before=None, number=None):
    p = subprocess.Popen([sys.argv[1], "ingest", "-" if number else "big.log", "--db", "big.db"], stdin=subprocess.PIPE if number else subprocess.DEVNULL, stderr=subprocess.PIPE,
                         text=True, preexec_fn=before)
    if number:
        p.stdin.write(open("big.log").read(1 << 20))
        p.stdin.flush()
        for _ in range(3000):
            if os.path.exists("big.db.building"): break
            time.sleep(0.01)
        p.send_signal(number)
        p.wait(60)
    err = p.communicate()[1]
    return p.returncode, err, sorted(n for n in os.listdir(".") if n.startswith("big.db") or n.startswith("core"))
def usual(): # a shell ignores the second for what it starts with &, and so would we
    for number in (signal.SIGPIPE, signal.SIGQUIT): signal.signal(number, signal.SIG_DFL)
code, err, left = run(before=usual, number=signal.SIGQUIT)
assert code == 3 and "told to quit" in err and err.count("\n") == 1 and not left, (code, err, left)
code, err, left = run(before=usual, number=signal.SIGPIPE)
assert code == -signal.SIGPIPE and not err and not left, (code, err, left)
code, err, left = run(before=lambda: resource.setrlimit(resource.RLIMIT_CPU, (1, 5)), number=signal.SIGXCPU)
assert code == 3 and "CPU time" in err and not left, (code, err, left)
code, err, left = run(number=signal.SIGKILL)
assert left == ["big.db.building"], left
code, err, left = run()
assert code == 0 and "left by a run that did not end" in err and left == ["big.db"], (code, err, left)
# Two that make the same new timeline: one is refused and says so, the other's is whole.
os.remove("big.db")
two = [subprocess.Popen([sys.argv[1], "ingest", "big.log", "--db", "big.db"], stderr=subprocess.PIPE, text=True) for _ in range(2)]
said = [(p.communicate()[1], p.returncode) for p in two]
assert sorted(code for _, code in said) == [0, 3] and any("another run is writing it" in err for err, _ in said), said
assert os.path.exists("big.db") and not os.path.exists("big.db.building")
EOF
# Reports of its own in a bundle are named among what was skipped, and not counted again.
mkdir own
cp -r "$n1" own/n1
run 0 "$PM" analyze own -o own/report.html -o own/report.json -o own/report.md -o own/report.txt -o own/m.om
cp own/report.json first.json
run 0 "$PM" analyze own -o own/report.html -o own/report.json -o own/report.md -o own/report.txt -o own/m.om
python3 - <<'EOF' || wrong 'its own reports in a bundle'
import json
one, two = (json.load(open(f)) for f in ("first.json", "own/report.json"))
assert one["pulls"] == two["pulls"] and len(two["bundle"]["skipped"]) == 5 and all("own" in s["why"] for s in two["bundle"]["skipped"]), two["bundle"]
EOF
printf 'pullmortem 0.2 is what we ran\n{"schema": "pullmortem"}\n' >own/notes.txt
run 0 "$PM" analyze own -f json -o third.json
python3 -c 'import json; r = json.load(open("third.json")); assert not [s for s in r["bundle"]["skipped"] if "notes" in s["path"]], r' || wrong 'a log that speaks of pullmortem'
# No core, no look into its memory, no program, no network, no file beside the outputs: what the kernel lets it give up is told, and holds.
"$PM" version -v | grep '^given up' >given
case $(uname -s) in Linux) case ${BUILD:-} in *san*) ;; *) has given 'no core file' ;; esac ;; esac
exit $failed
