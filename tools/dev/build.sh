# SPDX-License-Identifier: LGPL-2.1-or-later

build_usage() {
  cat <<'USAGE'
usage: ./dev build [--release | --sanitize]

Builds everything: by default with debug information in _build/default, with --release in _build/release,
with --sanitize under the address and undefined-behaviour sanitizers in _build/asan.
USAGE
}

build_main() {
  case "${1:-}" in
    '') build_default ;;
    --release) configure _build/release --buildtype=release -Dintrospection=false && compile _build/release ;;
    --sanitize) build_asan ;;
    *) wrong_usage "unknown argument: $1" ;;
  esac
}
