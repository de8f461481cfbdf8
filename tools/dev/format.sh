# SPDX-License-Identifier: LGPL-2.1-or-later

format_usage() {
  cat <<'USAGE'
usage: ./dev format [FILE…]

Runs clang-format over the given C files, or over those that differ from the last commit.
USAGE
}

format_main() {
  local files=("$@")
  if [ $# -eq 0 ]; then
    mapfile -t files < <({
      git diff --name-only --diff-filter=d HEAD
      git ls-files --others --exclude-standard
    } | grep '\.[ch]$')
  fi
  [ ${#files[@]} -eq 0 ] || clang-format -i "${files[@]}"
}
