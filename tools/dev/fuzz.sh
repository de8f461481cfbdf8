# SPDX-License-Identifier: LGPL-2.1-or-later

fuzz_usage() {
  cat <<'USAGE'
usage: ./dev fuzz [TARGET…] [--seconds=N]

Runs the fuzz targets (all, or those named, such as trace) with clang's libFuzzer under the sanitizers, N seconds
each (60). What is new goes to _build/fuzz/corpus; an input that fails is named and kept in _build/fuzz.
USAGE
}

fuzz_main() {
  local seconds=60 argument target program status=0 targets=()
  for argument in "$@"; do
    case $argument in
      --seconds=*) seconds=${argument#*=} ;;
      -*) wrong_usage "unknown option: $argument" ;;
      *) targets+=("$argument") ;;
    esac
  done
  case $seconds in '' | *[!0-9]*) wrong_usage "--seconds wants a number" ;; esac
  CC=clang configure _build/fuzz -Dfuzz=true -Dintrospection=false -Db_lundef=false -Db_sanitize=address,undefined \
    -Dc_args=-fsanitize=fuzzer-no-link || return 1
  if [ ${#targets[@]} -eq 0 ]; then
    mapfile -t targets < <(ls -d tests/fuzz/corpus/*/ | xargs -n1 basename)
  fi
  for target in "${targets[@]}"; do
    [ -d "tests/fuzz/corpus/$target" ] || wrong_usage "there is no fuzz target \"$target\""
    compile _build/fuzz "tests/fuzz/fuzz-$target" || return 1
  done
  export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
  for target in "${targets[@]}"; do
    program=_build/fuzz/tests/fuzz/fuzz-$target
    mkdir -p "_build/fuzz/corpus/$target"
    say "fuzz $target, $seconds s"
    if ! "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
      -artifact_prefix="_build/fuzz/$target-" "_build/fuzz/corpus/$target" "tests/fuzz/corpus/$target" \
      >"_build/fuzz/$target.log" 2>&1 </dev/null; then
      tail -n 40 "_build/fuzz/$target.log"
      status=1
    fi
    grep -hE '^(Done|stat::number_of_executed)' "_build/fuzz/$target.log"
  done
  return $status
}
