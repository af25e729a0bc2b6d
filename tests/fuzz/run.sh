#!/usr/bin/env bash
# Fuzzes all targets, two at a time, and prints how many inputs each ran. Stops at the first finding
# and keeps its input.
#
#   tests/fuzz/run.sh BUILD_DIRECTORY [SECONDS]     SECONDS: per target, default 60
#
# New inputs are stored in BUILD_DIRECTORY/corpus, so a later run continues from there. tests/fuzz/corpus
# is read-only. To keep a finding as a test, copy its input there.
set -euo pipefail
build=${1:?usage: run.sh BUILD_DIRECTORY [SECONDS]}
limit=${2:-60}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$build/findings"

fuzz() {
  local target=$1 dictionary=json
  [ ! -f "$here/dictionaries/$target.dict" ] || dictionary=$target
  mkdir -p "$build/corpus/$target"
  local log=$build/findings/$target.log
  # More than 10 s or 2 GiB for a few kilobytes is a finding.
  if ! "$build/tests/fuzz_$target" -max_total_time="$limit" -max_len=4096 -timeout=10 \
      -rss_limit_mb=2048 -dict="$here/dictionaries/$dictionary.dict" -print_final_stats=1 \
      -artifact_prefix="$build/findings/$target-" \
      "$build/corpus/$target" "$here/corpus/$target" >"$log" 2>&1; then
    grep -aE 'ERROR|what\(\)|runtime error|SUMMARY|Test unit written' "$log" >&2 || tail -n 20 "$log" >&2
    echo "fuzz: $target: a finding; the input is in $build/findings, the log is $log" >&2
    return 255  # makes xargs stop
  fi
  printf '%-14s %9d inputs in %d s, no finding\n' "$target" \
    "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" "$limit"
}

if [ "${3:-}" ]; then
  fuzz "$3"
  exit
fi
shopt -s nullglob
programs=("$build"/tests/fuzz_*)
[ ${#programs[@]} -gt 0 ] || { echo "fuzz: no programs in $build/tests" >&2; exit 2; }
for program in "${programs[@]}"; do
  echo "${program##*/fuzz_}"
done | xargs -P 2 -I TARGET "${BASH_SOURCE[0]}" "$build" "$limit" TARGET
