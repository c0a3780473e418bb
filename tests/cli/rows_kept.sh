# What ingest and merge keep is not judged, and report judges it: each output is, byte for byte, what analyze of the same bundle writes, and the timeline stays as it is.
. "$(dirname "$0")/common.inc"
demo=$OLDPWD/testdata/bundles
endings=".csv .jsonl .events.csv .events.jsonl .timesketch.jsonl .json .html .md .om .alerts.json .txt"
outputs() { for e in $endings; do printf -- '-o %s%s ' "$1" "$e"; done; }
same() { # what one other
    for e in $endings; do
        [ -s "$2$e" ] || wrong "$1: $2$e is empty"
        case $e in
        .txt) # what to type next names the thing that was given, which is another here
            sed '/^NEXT$/,/^$/d' "$2$e" >one
            sed '/^NEXT$/,/^$/d' "$3$e" >other ;;
        *) cp "$2$e" one; cp "$3$e" other ;;
        esac
        cmp -s one other || wrong "$1: $3$e is not $2$e"
    done
}
unchanged() { # what timeline its-copy
    cmp -s "$2" "$3" || wrong "$1: report changed the timeline"
}

# shellcheck disable=SC2046
for name in demo-hub-quota two-faults; do
    bundle=$demo/$name/input.tar.gz
    run 0 "$PM" analyze "$bundle" -q $(outputs a)
    run 0 "$PM" ingest "$bundle" -q --db t.db
    run 0 "$PM" merge t.db --db m.db
    for made in t m; do
        cp $made.db before.db
        chmod a-w $made.db
        run 0 "$PM" report $made.db -q $(outputs $made)
        same "$name, $made.db" a $made
        unchanged "$name, $made.db" $made.db before.db
    done
    rm -f t.db m.db
done

# A timeline that is judged already is judged again: of the time that is asked for, not of the whole.
bundle=$demo/two-faults/input.tar.gz
run 0 "$PM" analyze "$bundle" -q -o whole.csv --db judged.db
since=$(cut -d, -f8 whole.csv | sed -n '20p')
run 0 "$PM" analyze "$bundle" -q --since "$since" -o part.csv
run 0 "$PM" report judged.db -q --since "$since" -o again.csv
cmp -s part.csv again.csv || wrong "--since $since: the rows are of another time"
cmp -s part.csv whole.csv && wrong "--since $since left out nothing"

# Names that are replaced are so in a copy, and the rows are there as well.
run 0 "$PM" ingest "$bundle" -q --db t.db
run 0 "$PM" report t.db -q --pseudonymise -o named.csv
[ "$(wc -l <named.csv)" = "$(wc -l <whole.csv)" ] || wrong "pseudonyms: other rows"
# The same by query, which judges too.
run 0 "$PM" query t.db "SELECT count(*) FROM pulls" -f csv
has out "$(($(wc -l <whole.csv) - 1))"
exit $failed
