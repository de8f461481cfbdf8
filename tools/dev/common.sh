# SPDX-License-Identifier: LGPL-2.1-or-later
# What the verbs of ./dev share. The working directory is the source's root.
. tools/dev/servers.sh

say() { printf '%s\n' "$*" >&2; }
fail() { say "./dev ${verb:-}: $*"; exit 1; }
wrong_usage() { say "./dev $verb: $*"; say "try ./dev $verb --help"; exit 2; }

wanted_packages() { sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' tools/dev/packages.txt; }

missing_packages() {
  local installed
  # shellcheck disable=SC2046
  installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' $(wanted_packages) 2>/dev/null |
    sed -n 's/ installed$//p')
  wanted_packages | grep -vxF -e "$installed" || true
}

has_locales() {
  local all
  all=$(locale -a 2>/dev/null)
  grep -qix 'de_DE\.utf-\?8' <<<"$all" && grep -qix 'C\.utf-\?8' <<<"$all"
}

# Returns at once when nothing is missing. No Debian: the user is told what is wanted, and goes on.
ensure_setup() {
  if ! command -v dpkg-query >/dev/null; then
    say "not a Debian system: tools/dev/packages.txt lists what must be installed"
    return 0
  fi
  [ -z "$(missing_packages)" ] && has_locales && { [ "$verb" != test ] || has_servers; } && return 0
  . tools/dev/setup.sh
  setup_main
}

# configure FOLDER OPTION…: makes the build folder, or takes it as it is when it was made with the same options
configure() {
  local folder=$1 wanted
  shift
  wanted=$*
  if [ -f "$folder/build.ninja" ] && [ "$(cat "$folder/dev-options" 2>/dev/null)" = "$wanted" ]; then
    return 0
  fi
  rm -rf "$folder"
  mkdir -p "$(dirname "$folder")"
  meson setup "$folder" "$@" >"$folder.log" 2>&1 || { cat "$folder.log" >&2; rm -f "$folder.log"; return 1; }
  rm -f "$folder.log"
  printf '%s\n' "$wanted" >"$folder/dev-options"
}

# compile FOLDER [TARGET…]: quiet when all goes well
compile() {
  local folder=$1
  shift
  if [ -t 1 ]; then
    ninja -C "$folder" "$@"
  else
    ninja -C "$folder" --quiet "$@" >&2
  fi
}

# The files that an application gets: library, backends, command, translations; not the tests.
product_targets() {
  meson introspect --targets "$1" | /usr/bin/python3 -c '
import json, os, sys
root = os.path.realpath(sys.argv[1])
for target in json.load(sys.stdin):
    name = target["filename"][0]
    kind = target["type"]
    if kind in ("executable", "shared library", "shared module") and "/tests/" not in target["defined_in"]:
        print(os.path.relpath(name, root))
    elif kind == "custom" and name.endswith(".mo"):
        print(os.path.relpath(name, root))
' "$1"
}

build_default() { configure _build/default && compile _build/default; }

build_release_product() {
  configure _build/release --buildtype=release -Dintrospection=false || return 1
  # shellcheck disable=SC2046
  compile _build/release $(product_targets _build/release)
}

build_asan() {
  configure _build/asan -Db_sanitize=address,undefined -Dintrospection=false -Db_lundef=false && compile _build/asan
}
