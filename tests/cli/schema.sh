# schema: JSON of the schema asked for, the report's where none is named.
. "$(dirname "$0")/common.inc"
for name in report explain gate compare; do
    run 0 "$PM" schema $name
    python3 -c 'import json, sys; s = json.load(open("out")); assert s["$schema"].endswith("2020-12/schema"), s["$schema"]' || wrong "$name is no schema"
done
run 0 "$PM" schema
has out 'pullmortem.report/1'
run 2 "$PM" schema reprot
has err "did you mean 'report'?"
run 2 "$PM" schema report gate
has err "one at a time"
exit $failed
