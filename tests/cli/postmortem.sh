# The Markdown report is a postmortem: its sections, tables that are tables, diagrams, action items; and layouts of one's own over the same fields.
. "$(dirname "$0")/common.inc"
demo=$OLDPWD/testdata/bundles
bundle b
run 0 "$PM" "$demo/disk-to-quota/input.tar.gz" -o p.md -o p.json
for heading in Summary Impact Timeline Detection 'Root causes' 'Response and recovery' 'What went well' 'What went badly' 'Where we were lucky' 'Action items' Appendix; do
    grep -qx "## $heading" p.md || wrong "no heading '$heading'"
done
python3 - <<'P' || wrong 'p.md'
import json, re
text, r = open("p.md", encoding="utf-8").read(), json.load(open("p.json"))
fenced = re.split(r"^(?:  )?```", text, flags=re.M)
assert len(fenced) % 2 == 1, "a fence is not closed"
lines = "\n".join(fenced[::2]).split("\n")
for i, line in enumerate(lines):  # every table's rows have the columns of its head
    if re.fullmatch(r"(\|(---|---:))+\|", line.replace(" ", "")):
        n = line.count("|")
        for row in [lines[i - 1], *lines[i + 1:]]:
            if not row.startswith("|"):
                break
            assert len(re.findall(r"(?<!\\)\|", row)) == n, row
pods = {(p["namespace"], p["name"]) for i in r["incidents"] for p in i["blast_radius"]["pods"]}
assert f"{len(pods)} pods waited" in text, len(pods)
steps = {a["text"] for i in r["incidents"] for a in i["advice"]}
assert text.count("- [ ] ") == len(steps), (text.count("- [ ] "), len(steps))
diagrams = re.findall(r"^```mermaid\n(.*?)^```", text, re.S | re.M)
assert diagrams[0].startswith("timeline\n") and any(d.startswith("flowchart LR\n") for d in diagrams), diagrams
for line in diagrams[0].split("\n")[2:-1]:
    assert len(line.split(":")) == 2, line  # one mark between time and event: any other would begin an event
times = [l.split(" | ")[0][2:] for l in lines if re.match(r"\| \d\d:\d\d:\d\d \|", l)]
assert times == sorted(times) and len(times) > 8, times
P
# Rows of the timeline from every source: nodes' troubles beside evidence, budgets and alerts. How stamps were dated stands in the appendix.
for row in '| image GC began, node node-3 |' '| disk pressure, node node-3 |' 'quota of docker.io, anonymous was used up' 'would have fired |'; do has p.md "$row"; done
has p.md '### Clocks that the logs do not state'
run 0 "$PM" "$demo/one-blip/input.tar.gz" -f markdown
has out '# '
# Layouts.
cat >own.md <<'T'
{{! a remark }}
# {{verdict.sentence}}
{{#incidents}}
{{id}}: {{{root_cause}}} {{#blast_radius.nodes}}[{{.}}]{{/blast_radius.nodes}}{{^recovered_at}} still on{{/recovered_at}}
{{/incidents}}
{{#unknown}}
never: {{template}}
{{/unknown}}
failed {{pulls.failed}} of {{pulls.attempts}}
T
run 0 "$PM" "$demo/disk-to-quota/input.tar.gz" -f markdown --template own.md
cat >want <<'W'
# node-3 came under disk pressure at 09:29:59 UTC; images that were removed under disk pressure had to be pulled again: Docker Hub's anonymous pull quota ran out at 09:30 UTC.
1: storage.disk-pressure [node-1][node-2][node-3][node-4]
2: rate-limit.anonymous [node-1][node-2][node-3][node-4] still on
failed 1371 of 1476
W
cmp -s out want || { wrong 'a layout of one'"'"'s own'; diff out want; }
mistake() { # text, what is said
    printf '%b' "$1" >bad.md
    run 2 "$PM" "$demo/one-blip/input.tar.gz" -f markdown --template bad.md
    has err "$2"
    [ "$(wc -l <err)" = 1 ] || { wrong "a mistake in a template is told in more than a line"; cat err; }
}
mistake 'x\n{{verdict.sentense}}\n' "bad.md: line 2: there is no field 'verdict.sentense'; did you mean 'verdict.sentence'?"
mistake '{{#incidents}}\n{{titel}}\n{{/incidents}}\n' "line 2: there is no field 'titel'; did you mean 'title'?"
mistake '{{#hearsay}}{{#example}}{{txt}}{{/example}}{{/hearsay}}' "there is no field 'txt'; did you mean 'text'?"
mistake '{{#incidents}}\n' "no end of the section 'incidents'"
mistake '{{#incidents}}{{/quotas}}' "no section is open that ends with 'quotas'"
mistake 'a {{verdict' 'no end of a tag'
run 2 "$PM" b -o r.html --template own.md
has err 'a layout of Markdown'
run 2 "$PM" "$demo/one-blip/input.tar.gz" -o r.md --template nowhere.md
has err 'nowhere.md: No such file'
# What a log says is no markup, in a layout neither.
mkdir evil
printf 'time="2026-04-12T06:10:02.2Z" level=error msg="PullImage \\"r.test/a:1\\" failed" error="boom <b>x</b> [l](http://e) `c`"\n' >evil/containerd.log
printf '{{#incidents}}{{#evidence}}{{text}}\n{{/evidence}}{{/incidents}}' >text.md
run 0 "$PM" evil -f markdown --template text.md
has out '\<b\>x\</b\> \[l\]'
# The layout that is installed beside the program has no mistakes.
run 0 "$PM" "$demo/one-blip/input.tar.gz" -f markdown --template "$OLDPWD/analyzer/share/postmortem.md.template"
exit $failed
