# SPDX-License-Identifier: LGPL-2.1-or-later

test_usage() {
  cat <<'USAGE'
usage: ./dev test [--sanitize] [--slow] [SUITE…]

Builds and runs the tests; the last line says how many single test cases passed and failed. SUITE is one of the
suites of the tests folder (base, net, sasl, mime, core, imap, house, …); without one all run.

  --sanitize   all C tests under the address and undefined-behaviour sanitizers (a build of its own, _build/asan)
  --slow       those too that take minutes (large mailboxes)

With CI set, a test that is skipped because a server is not installed counts as failed.
USAGE
}

end_test() { rm -rf "$TMPDIR"; }

# Meson's own summary counts programs; the cases in them are counted from its log.
run_tests() {
  local folder=$1 status
  shift
  rm -f "$folder/meson-logs/testlog.json"
  # Most of them wait for a time-out or a server more than they work.
  meson test -C "$folder" --no-rebuild --print-errorlogs --num-processes "$(($(nproc) * 3))" "$@" </dev/null
  status=$?
  /usr/bin/python3 tools/dev/count_tests.py "$folder/meson-logs/testlog.json" "$status"
}

check_suites() {
  local known suite
  known=$(meson introspect --tests "$1" | /usr/bin/python3 -c '
import json, sys
print(*sorted({suite.split(":")[-1] for test in json.load(sys.stdin) for suite in test["suite"]}))')
  shift
  for suite in "$@"; do
    case " $known " in
      *" $suite "*) ;;
      *) wrong_usage "there is no suite \"$suite\"; there are: $known" ;;
    esac
  done
}

test_main() {
  local folder=_build/default build=build_default argument suites=() options=(--no-suite slow --timeout-multiplier 3)
  for argument in "$@"; do
    case $argument in
      --sanitize) folder=_build/asan build=build_asan ;;
      --slow) options=(--timeout-multiplier 4) ;;
      -*) wrong_usage "unknown option: $argument" ;;
      *) suites+=("$argument") ;;
    esac
  done
  if ! $build; then
    say "the build failed"
    echo "0 passed, 1 failed"
    return 1
  fi
  check_suites "$folder" ${suites[@]+"${suites[@]}"}
  for argument in ${suites[@]+"${suites[@]}"}; do options+=(--suite "$argument"); done

  # Whatever a test leaves behind, even one that crashed, goes with this folder.
  TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/taube-test-XXXXXX") || return 1
  export TMPDIR
  chmod 755 "$TMPDIR"
  trap end_test EXIT
  trap 'exit 130' INT TERM HUP
  # The search for leaks crashes in itself where threads of others (resolver, Kerberos, libsoup) end with the process,
  # unless it leaves the thread-local data of loaded modules alone.
  export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:intercept_tls_get_addr=0
  export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
  export LSAN_OPTIONS=suppressions=$PWD/tools/dev/lsan.supp:print_suppressions=0
  run_tests "$folder" "${options[@]}"
}
