tree=$PWD
. "$(dirname "$0")/common.inc"
# A command is said once, and referred to by its id: those of --rules take the place of one of their id; an id that is none, one that cannot stand there, and one
# that nothing runs are told with file and line.
mkdir mine
cat >mine/advice.yaml <<'Y'
commands:
  - {id: cordon, command: "kubectl cordon --chunk-size=0 {node}"}
  - {id: lost, command: "true"}
advice:
  - {cause: network.dns, phase: fix, within: 0-10m, text: "mine", run: cordn}
  - {cause: network.dns, phase: fix, within: 0-10m, text: "mine too", run: {docker: pull-again}}
  - {cause: network.dns, phase: fix, within: 0-10m, text: "mine three", command: "true", run: cordon}
Y
run 2 "$PM" rules check --rules mine
has err 'mine/advice.yaml:5: no command "cordn" in `commands`: did you mean "cordon"?'
has err 'mine/advice.yaml:6: command "pull-again" cannot stand for docker: it is one for each runtime itself'
has err 'mine/advice.yaml:7: a row has a `command`, or a `run`'
sed -i -e '/cordn/d' -e '/mine t/d' mine/advice.yaml
sed -i '/^advice:/a\  - {cause: network.dns, phase: fix, within: 0-10m, text: "mine", run: cordon}' mine/advice.yaml
run 2 "$PM" rules check --rules mine
has err 'mine/advice.yaml:3: nothing runs the command "lost"'
sed -i '/lost/d' mine/advice.yaml
run 0 "$PM" rules check --rules mine
said=$(sed -n 's/.*command: \(".*"\)}*$/\1/p' "$tree/rules/advice.yaml" | LC_ALL=C sort | uniq -d)
[ -z "$said" ] || wrong "advice.yaml says a command twice: $said"
exit $failed
