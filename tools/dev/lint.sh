# SPDX-License-Identifier: LGPL-2.1-or-later

lint_usage() {
  cat <<'USAGE'
usage: ./dev lint [--format]

Checks style, layers and words as the suite "house" of the tests does, and compiles everything with warnings as
errors (_build/lint). With --format it also says which C files clang-format would change; that does not count.
USAGE
}

lint_main() {
  local status=0 check
  case "${1:-}" in '' | --format) ;; *) wrong_usage "unknown argument: $1" ;; esac
  for check in style layers marked words; do
    TAUBE_SRCDIR=$PWD /usr/bin/python3 "tests/house/check_$check.py" --brief || status=1
  done
  configure _build/lint --werror -Dintrospection=false && compile _build/lint || status=1
  if [ "${1:-}" = --format ]; then
    git ls-files '*.[ch]' | while read -r file; do
      clang-format --dry-run -Werror "$file" >/dev/null 2>&1 || echo "clang-format would change $file"
    done
  fi
  return $status
}
