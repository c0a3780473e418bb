# Usage mistakes: exit status 2, what is wrong, and the nearest name. Missing input: exit status 3.
set -u
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
failed=0
expect() { # status "text in the output" arguments...
    want=$1 text=$2; shift 2
    "$PM" "$@" >out 2>&1 </dev/null
    got=$?
    [ "$got" = "$want" ] || { echo "pullmortem $*: exit status $got, not $want"; cat out; failed=1; }
    grep -qF -e "$text" out || { echo "pullmortem $*: '$text' is not in"; cat out; failed=1; }
}
expect 2 'Commands:'
expect 0 'Commands:' help
expect 0 'Commands:' --help
expect 0 'pullmortem 0.' --version
expect 0 'pullmortem 0.' version
expect 2 "did you mean 'analyze'?" anlyze x
expect 2 "did you mean 'query'?" help qeury
expect 2 'did you mean --format?' analyze --fromat json .
expect 2 'did you mean --no-redact?' analyze --noredact .
expect 2 '--no-redact takes no value' analyze --no-redact=yes .
expect 2 "did you mean 'json'?" analyze . --format jsn
expect 2 '--since needs a value' analyze . --since
expect 2 'nothing here has a time that it could be told from' analyze . --since yesterday
expect 2 'is no time' analyze . --since yesteryear
expect 2 'is no time' analyze . --around 15:27/x
expect 2 'a window of its own' analyze . --around 15:27 --since 2h
expect 2 'not both' analyze . --brief --incident 1
expect 2 '--incident is a number from 1 to 1000000' analyze . --incident x
expect 2 'there is no incident 3' analyze . --incident 3
expect 2 '--since is after --until' analyze . --since 2026-04-13 --until 2026-04-12
expect 2 '--year is a number from 1970 to 2199' analyze . --year 26
expect 2 '--jobs is a number from 1 to 64' analyze . -j0
expect 2 "there is no zone 'Mars/Phobos'" analyze . --tz Mars/Phobos
expect 2 'auto, always or never' analyze . --color red
expect 2 'does not say a format' analyze . -o report.docx
expect 2 "did you mean 'rate-limit:critical'?" gate . --fail-on rate-limt:critical
expect 2 "did you mean 'network.dns'?" gate . --fail-on auth,network.dsn
expect 2 "did you mean 'auth:critical'?" gate . --fail-on auth:critcal
expect 2 'is no CAUSE' gate . --fail-on gremlins
# A variable that nobody set is no value: neither a gate that nothing fails nor a key that is not written.
expect 2 "--fail-on needs a value, not ''" gate . --fail-on ''
expect 2 "--fail-on needs a value, not ''" gate . --fail-on=
expect 2 "--pseudonym-key needs a value, not ''" analyze . --pseudonymise --pseudonym-key ''
expect 2 "--policy needs a value, not ''" gate . -p ''
expect 2 "--since needs a value, not ''" analyze . --since ''
expect 2 'which bundle?' analyze
expect 2 "there is no folder 'nowhere'" analyze . --rules nowhere
expect 2 '--db FILE is needed' ingest .
expect 2 '--db FILE is needed' merge a.db
expect 2 'which timelines?' merge --db a.db
expect 2 'which timeline?' report
expect 2 'which SQL?' query a.db
expect 2 '--format is table, csv, json, jsonl or markdown' query a.db 'SELECT 1' -f xml
# The values of an option are its descriptor's, whatever the command.
for c in 'analyze .' 'report .' 'gate .' 'explain' 'show . x:1'; do expect 2 '--color is auto, always or never' $c --color red; done
for c in 'analyze .' 'ingest .' 'gate .' 'compare . .'; do expect 2 '--jobs is a number from 1 to 64' $c -j 65; done
for c in 'analyze .' 'report .' 'gate .' 'explain' 'show . x:1' 'compare . .' 'rules check'; do expect 2 "--rules: there is no folder 'nowhere'" $c --rules nowhere; done
for c in 'analyze .' 'report .' 'gate .' 'compare . .'; do expect 2 "--quotas: there is no file 'nowhere'" $c --quotas nowhere; done
expect 2 "did you mean 'markdown'?" compare . . -f markdwn
expect 2 '--context is a number from 0 to 10000' show . x:1 -C few
expect 2 'end it in .alerts.json, .csv, .events.csv, .html, .json' analyze . -o report.docx
expect 3 'No such file' nowhere/bundle.tar
expect 3 'No such file' analyze nowhere
expect 3 'No such file' report nowhere.db
expect 3 'No such file' query nowhere.db 'SELECT 1'
expect 3 'No such file' merge nowhere.db --db all.db
[ -e all.db ] && { echo "merge of nothing left a timeline"; failed=1; }
echo 'keep me' >notes.log
expect 3 'not overwritten' ingest . --db notes.log
[ "$(cat notes.log)" = 'keep me' ] || { echo "a log was overwritten"; failed=1; }
expect 3 'not a' report notes.log
for command in $("$PM" help | sed -n 's/^  \([a-z]*\)  *[a-z].*/\1/p' | grep -v pullmortem); do
    expect 0 "pullmortem $command" "$command" --help
    expect 0 "pullmortem $command" help "$command"
done
# A mistake is one line: how the command is used is said only where a word is missing.
for c in 'analyze . --briefe' 'analyze . -f htlm' 'analyze . --since nonsense' 'analyze . --colour' 'report x -o r.hmtl' 'query a.db @top-consumer' 'gate . --fail-on rate-limt' 'schema reprot' 'help analize' 'rules show rate-limt.anonymous' 'show . x' 'explain -f jsn'; do
    # shellcheck disable=SC2086 -- words
    "$PM" $c >out 2>err
    [ "$(wc -l <err)" = 1 ] || { echo "'$c': not one line"; cat err; failed=1; }
done
expect 2 'did you mean "rate-limit.anonymous"?' rules show rate-limt.anonymous
[ "$("$PM" help | grep -c '^  [a-z]')" -ge 10 ] || { echo "help lists too few commands"; failed=1; }
exit $failed
