#!/bin/sh
# afl.sh PROGRAM SECONDS: AFL++ over the whole program, from archives and folders' members to reports, in new ground each time. What it learns stays in
# build/afl/out and is where the next run begins; a crash or a hang is left there, in default/crashes and default/hangs: what is mended belongs into
# testdata/hostile/fuzz as bundle-NAME.
set -eu
program=$1 seconds=$2
mkdir -p build/afl/in build/afl/work
python3 tests/fuzz/seeds.py "${FUZZ_ROUND:-build/fuzz_round}" bundle build/afl/in build/afl/words
find build/afl/in -size +60k -delete
from=build/afl/in
[ ! -d build/afl/out/default/queue ] || from=-
# The machine's governor and its core pattern are not ours to set: a crash is seen by the program's status.
export AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 AFL_NO_AFFINITY=1 AFL_TMPDIR=build/afl/work
export ASAN_OPTIONS=abort_on_error=1:symbolize=0:detect_leaks=0 UBSAN_OPTIONS=abort_on_error=1:symbolize=0
afl-fuzz -i "$from" -o build/afl/out -x build/afl/words -V "$seconds" -m none -t 10000+ -- "$program" analyze @@ -j1 -q -o build/afl/work/r.json -o build/afl/work/r.html >build/afl/log 2>&1 ||
    { tail -n 20 build/afl/log; exit 1; }
awk '/^(execs_done|run_time|corpus_count|saved_crashes|saved_hangs|slowest_exec_ms|bitmap_cvg)/' build/afl/out/default/fuzzer_stats
left=$(find build/afl/out/default/crashes build/afl/out/default/hangs -type f -name 'id:*' | wc -l)
[ "$left" = 0 ] || { echo "$left inputs ended it wrongly: build/afl/out/default"; exit 1; }
