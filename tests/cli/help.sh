# help, man pages and completions say the same: they are made from the commands' descriptors. version -v names what it was built from.
. "$(dirname "$0")/common.inc"
commands=$("$PM" help | sed -n 's/^  \([a-z]*\)  *[a-z].*/\1/p' | grep -v pullmortem)
for c in $commands; do
    "$PM" help "$c" >help
    run 0 "$PM" help --man "$c"
    cp out page
    has page ".TH PULLMORTEM-$(echo "$c" | tr a-z A-Z) 1"
    # Each option of help is in the man page, and the other way round.
    sed -n 's/^  \(-[a-zA-Z], \|    \)\(--[a-z-]*\).*/\2/p' help | LC_ALL=C sort >in-help
    sed -n 's/^\.B .*\(\\-\\-[a-z\\-]*\).*/\1/p' page | tr -d '\\' | LC_ALL=C sort >in-man
    cmp -s in-help in-man || wrong "$c: other options in help than in its man page: $(diff in-help in-man)"
    # Each is in the synopsis, by its letter or its name.
    for o in $(cat in-help); do
        letter=$(sed -n "s/^  \\(-[a-zA-Z]\\), $o.*/\\1/p" help)
        tr '\n' ' ' <help | grep -q -e "\\[${letter:-$o}[] ]" || wrong "$c: $o is not in its synopsis"
    done
    if command -v man >/dev/null 2>&1 && command -v groff >/dev/null 2>&1; then
        LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -l page >shown 2>warnings </dev/null || wrong "$c: man cannot show it"
        [ -s warnings ] && { wrong "$c: man warns"; cat warnings; }
    fi
done
command -v groff >/dev/null 2>&1 || echo 'NOT RUN: no groff is here: man pages were not formatted'
run 0 "$PM" help --man
for c in $commands; do has out "pullmortem\\-$c (1)"; done
run 2 "$PM" help --man anlyze
has err "did you mean 'analyze'?"
run 2 "$PM" help --completion tcsh
has err "did you mean 'bash'?"
for shell in bash zsh fish; do
    run 0 "$PM" help --completion $shell
    mv out "completion.$shell"
    for c in $commands; do grep -q "[^a-z]$c[^a-z]" "completion.$shell" || wrong "$shell: $c is not in its completion"; done
    command -v $shell >/dev/null 2>&1 || { echo "NOT RUN: no $shell is here: its completion was not loaded"; continue; }
    $shell -n "completion.$shell" || wrong "$shell cannot read its completion"
done
printf 'analyze\n--no-redact\nhtml\njsonl\n--fail-on\nquery\nlist\nexplain\n' >want
if command -v bash >/dev/null 2>&1; then
    cat >try.bash <<'B'
. ./completion.bash
try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _pullmortem; echo "${COMPREPLY[*]}"; }
try pullmortem an
try pullmortem analyze --no
try pullmortem analyze --format ht
try pullmortem query x.db -f jsonl
try pullmortem gate --fail
try pullmortem help q
try pullmortem rules li
try pullmortem schema exp
B
    bash try.bash >got 2>&1
    cmp -s want got || { wrong 'bash completes other words'; diff want got; }
fi
if command -v fish >/dev/null 2>&1; then
    fish -c 'source completion.fish
for w in "pullmortem an" "pullmortem analyze --no" "pullmortem analyze --format ht" "pullmortem query x.db -f jsonl" "pullmortem gate --fail" "pullmortem help q" "pullmortem rules li" "pullmortem schema exp"
    complete -C $w | string split -f1 \t | string join " "
end' >got 2>&1
    cmp -s want got || { wrong 'fish completes other words'; diff want got; }
fi
if command -v zsh >/dev/null 2>&1; then
    # As compinit finds it, with what it hands to zsh's own functions shown instead.
    mkdir -p functions && cp completion.zsh functions/_pullmortem
    cat >try.zsh <<'Z'
fpath=($PWD/functions $fpath)
autoload -Uz compinit && compinit -u -D
[[ $_comps[pullmortem] = _pullmortem ]] || print 'not registered'
_arguments() { print -l -- "$@" }
_describe() { print -l -- $commands }
_files() { print files }
try() { words=("$@"); CURRENT=$#; _pullmortem }
try pullmortem an | grep -o '^analyze'
try pullmortem analyze --no | grep -o -e '--no-redact'
try pullmortem analyze --format ht | grep -o 'format=\[[^:]*:F:([a-z -]*html' | grep -o 'html'
try pullmortem query x.db -f jsonl | grep -o 'jsonl' | head -n 1
try pullmortem gate --fail | grep -o -e '--fail-on'
try pullmortem help q | grep -q '_describe -t commands' && print query
try pullmortem rules li | grep -o '1:word:(check test list' | grep -o 'list'
try pullmortem schema exp | grep -o '1:word:(report explain' | grep -o 'explain'
Z
    zsh -f try.zsh >got 2>&1
    cmp -s want got || { wrong 'zsh completes other words'; diff want got; }
fi
# Formats that complete are formats that there are.
bundle b
for f in $(sed -n "s/.*analyze:--format|analyze:-f) COMPREPLY=(\$(compgen -W '\\([a-z ]*\\)'.*/\\1/p" completion.bash); do run 0 "$PM" analyze b -f "$f"; done
run 0 "$PM" analyze b --db b.db -q
for f in $("$PM" help query | sed -n 's/.*--format F *[^:]*: \([a-z, ]*\) or \([a-z]*\).*/\1 \2/p' | tr -d ,); do run 0 "$PM" query b.db 'SELECT 1' -f "$f"; done
# What an option is where it is not given stands in help, and is so.
"$PM" help show >help
has help '(0 to 10000); 2 where not given'
"$PM" help query >help
has help '; table where not given'
run 0 "$PM" version -v
for word in commit compiler PCRE2 SQLite zlib jansson libyaml libarchive 'built in'; do has out "$word"; done
run 2 "$PM" version --verbos
has err 'did you mean --verbose?'
exit $failed
