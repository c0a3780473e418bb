#!/bin/sh
# fuzz.sh FUZZER TARGET[:VARIANT] SECONDS: one target by libFuzzer. What it learns stays in build/fuzz/TARGET and is where the next run begins; a crash, a
# hang (10 s) or too much memory is left there as a file, which belongs into testdata/hostile/fuzz once it is mended.
set -eu
fuzzer=$1 name=$2 seconds=$3
target=${name%%:*}
[ -n "$target" ] || { echo "Which target? make fuzz T=TARGET TIME=SECONDS"; "$fuzzer" --list; exit 2; }
corpus=build/fuzz/$target
mkdir -p "$corpus/learned" "$corpus/left"
python3 tests/fuzz/seeds.py "$fuzzer" "$target" "$corpus/seeds" "$corpus/words"
FUZZ_TESTDATA=testdata "$fuzzer" --target="$name" "$corpus/learned" "$corpus/seeds" -dict="$corpus/words" -artifact_prefix="$corpus/left/" -max_total_time="$seconds" \
    -max_len=16384 -timeout=10 -rss_limit_mb=2048 -close_fd_mask=1 -print_final_stats=1 -verbosity=${FUZZ_VERBOSE:-1}
