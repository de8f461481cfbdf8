# SPDX-License-Identifier: LGPL-2.1-or-later

bench_usage() {
  cat <<'USAGE'
usage: ./dev bench [NAME…]

Builds for release and prints the costs of the main paths: callgrind instructions a message, bytes a message in
memory. NAME picks some of the benches of tests/bench.
USAGE
}

bench_main() {
  configure _build/release --buildtype=release -Dintrospection=false && compile _build/release || return 1
  meson test -C _build/release --no-rebuild --benchmark --num-processes 1 --verbose "$@" </dev/null
}
