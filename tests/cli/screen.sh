# On a terminal: the report fits its width, tells what it wrote and how it goes on; --brief, --incident, -q, -v. Nothing of it where there is no terminal.
. "$(dirname "$0")/common.inc"
demo=$OLDPWD/testdata/bundles
python3 -c 'import pty; pty.openpty()' 2>/dev/null || { echo 'NOT RUN: no terminal can be made here (no /dev/pts)'; exit 0; }
cat >terminal.py <<'P'
import fcntl, os, pty, struct, sys, termios
columns, command = int(sys.argv[1]), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    os.execvp(command[0], command)
out = b""
while True:
    try:
        piece = os.read(fd, 65536)
    except OSError:
        break
    if not piece:
        break
    out += piece
sys.stdout.buffer.write(out.replace(b"\r\n", b"\n"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
P
cat >fits.py <<'P'
# No line is wider than the terminal, but commands and the places of evidence, which are there to be copied; none of them is broken.
import re, sys
columns, bad = int(sys.argv[1]), 0
for line in sys.stdin.read().split("\n"):
    line = re.sub(r"\x1b\[[0-9;]*[mK]", "", line.split("\r")[-1])
    copied = re.match(r" *(\$ |(evidence  *)?\S+:\d+(  |$))", line)
    if len(line) > columns and not copied:
        print(f"{len(line)} wide, not {columns}: {line}")
        bad = 1
    if line != line.rstrip(" "):
        print(f"blanks at the end: {line!r}")
        bad = 1
sys.exit(bad)
P
export NO_COLOR=1
for name in demo-hub-quota two-faults disk-to-quota ecr-token-cliff skewed-scale-up; do
    for columns in 60 80 100 200; do
        for how in --brief -v '--incident 1' ''; do
            python3 terminal.py $columns "$PM" "$demo/$name/input.tar.gz" $how >shown || { wrong "$name $how at $columns"; continue; }
            python3 fits.py $columns <shown || wrong "$name $how at $columns columns"
        done
    done
done
unset NO_COLOR
# The first screen answers: what, why, who, since, is it over, what first; it fits a screen, and ends with what one would type next.
python3 terminal.py 80 "$PM" "$demo/demo-hub-quota/input.tar.gz" --brief --color never >shown
for word in 'VERDICT  Docker Hub' critical ' why ' ' hit ' ' since ' ' over? ' ' first ' NEXT ' -o report.html'; do has shown "$word"; done
[ "$(wc -l <shown)" -le 26 ] || wrong "the first screen has $(wc -l <shown) lines"
grep -q 'QUOTAS' shown && wrong '--brief goes on'
# What could not be read stands beside the verdict that rests on what could, in each report that people read; where all was read there is no word of it.
head -c 60000 "$demo/demo-hub-quota/input.tar.gz" >cut.tar.gz
run 3 "$PM" cut.tar.gz --brief --color never -o - -o cut.html -o cut.md
has out ' input   could not be read whole: cut.tar.gz: the compressed data breaks off'
has cut.html '<dt>Input</dt><dd>could not be read whole: cut.tar.gz'
has cut.md '**Input** could not be read whole: cut.tar.gz'
grep -q '^ input' shown && wrong 'a whole bundle has a word of its input'
run 0 "$PM" "$demo/two-faults/input.tar.gz" --incident 2 --color never
has out 'INCIDENT'
has out '2 warning  image.tag-not-found'
grep -q 'VERDICT\|network.dns  pool' out && wrong '--incident 2 tells another'
# Colours on a terminal, and only there; severity is a word as well.
python3 terminal.py 80 "$PM" "$demo/two-faults/input.tar.gz" >shown
grep -q "$(printf '\033\\[1;31m')critical" shown || wrong 'no colour on a terminal'
# What was written is told on a terminal, in one line; not with -q, not in a pipe.
bundle b
python3 terminal.py 80 "$PM" b -o r.html -o r.json >shown
grep -q '^.*wrote r.html (html, [0-9.]* kB)$' shown || { wrong 'r.html is not told'; cat shown; }
grep -q 'wrote r.json (json' shown || wrong 'r.json is not told'
python3 terminal.py 80 "$PM" b -q -o r.html >shown
[ -s shown ] && { wrong '-q is not quiet'; cat shown; }
run 0 "$PM" b -o r.html
[ -s err ] && { wrong 'a pipe is told what was written'; cat err; }
# Who waits is told each stage, and the line is gone when the report comes; in a pipe none of it.
python3 terminal.py 80 "$PM" b -o r.html >shown
for stage in 'dating and sorting' 'judging: folding pulls' 'judging: replaying alerts'; do has shown "$stage"; done
tr '\r' '\n' <shown | sed 's/.*\[K//' | grep -q 'judging\|dating' && wrong 'a stage is left on the screen'
python3 terminal.py 80 "$PM" ingest b --db stages.db >shown
tr '\r' '\n' <shown | tail -n 1 | grep -q 'dating' && wrong 'a stage is left after ingest'
run 0 "$PM" b -o r.html
grep -q 'judging\|dating' err && wrong 'a pipe is told stages'
# The commands at the end go on from what was named, quoted where a shell would cut it; standard input has no name to go on from.
cp -r b "b 'n c"
run 0 "$PM" "b 'n c"
has out "pullmortem 'b '\\''n c' -o report.html"
sed -n 's/^ \$ pullmortem \(.*\) -o report.html.*/\1/p' out >word
eval "[ -d $(cat word) ]" || wrong 'the quoted name is no folder'
tar cf b.tar b
"$PM" - <b.tar >out || wrong 'standard input'
grep -q NEXT out && wrong 'standard input has no next command'
"$PM" analyze b --db t.db -o r.txt
run 0 "$PM" t.db
has out 'pullmortem t.db -o report.html'
# Windows told from the end of the logs (06:20).
run 0 "$PM" b --since 5m -o w.json
python3 -c 'import json; r = json.load(open("w.json")); assert r["pulls"]["failed"] == 6, r["pulls"]["failed"]' || wrong '--since 5m'
run 0 "$PM" b --around 06:12/1m -o w.json
python3 -c 'import json; r = json.load(open("w.json")); assert r["pulls"]["failed"] == 2, r["pulls"]["failed"]; assert r["bundle"]["from"] == "2026-04-12T06:11:00.000Z"' || wrong '--around'
run 2 "$PM" b --around 2031-01-01
has err 'the logs go from 2026-04-12T06:10:01.100Z to 2026-04-12T06:20:02.200Z'
run 2 "$PM" b --since 06:19 --until 06:11
has err '--since is after --until'
exit $failed
