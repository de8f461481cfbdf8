# SPDX-License-Identifier: LGPL-2.1-or-later

demo_usage() {
  cat <<'USAGE'
usage: ./dev demo [--built=FOLDER]

Builds the command `taube`, starts a private mail server with some 200 messages that look real, and uses it: the
comparison table, the same asked of the live server, folders, a list, one message. It ends by itself; the server
and its folder are gone then, also when it is interrupted.

  --built=FOLDER   nothing is built: the command in this build folder is used
USAGE
}

# The server runs as long as we hold its standard input.
start_server() {
  local line
  coproc SERVER { exec tests/servers/dovecot/serve --until-eof --messages=200 --spread; }
  server_pid=$SERVER_PID
  declare -gA facts=()
  while IFS= read -r line <&"${SERVER[0]}" && [ -n "$line" ]; do
    facts[${line%%=*}]=${line#*=}
  done
  [ -n "${facts[imaps-uri]:-}" ] || fail "the mail server did not start"
}

stop_server() {
  trap '' INT TERM HUP
  if [ -n "${server_pid:-}" ]; then
    kill "$server_pid" 2>/dev/null
    wait "$server_pid" 2>/dev/null
  fi
}

# show ARGUMENT…: prints the command as one would type it, and runs it
show() {
  printf '\n%s$ taube %s%s\n' "$bold" "$*" "$plain"
  "$taube" "$@" --ca-file="${facts[ca-file]}" || fail "taube $* ended with $?"
}

first_message() {
  "$taube" list "$1" --limit=1 --format=json --ca-file="${facts[ca-file]}" |
    /usr/bin/python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["uri"])'
}

demo_main() {
  local uri message build=$PWD/_build/release
  case $# in
    0)
      say "building (this takes a while the first time)"
      build_release_product || return 1
      ;;
    1)
      [[ $1 = --built=* ]] || wrong_usage "unknown argument: $1"
      build=$(readlink -f "${1#--built=}")
      ;;
    *) wrong_usage "unknown argument: $2" ;;
  esac
  taube=$build/tools/taube/taube
  [ -x "$taube" ] || fail "the command was not built"
  bold='' plain=''
  [ ! -t 1 ] || bold=$'\033[1m' plain=$'\033[0m'
  trap stop_server EXIT
  trap 'exit 130' INT TERM HUP
  start_server
  export TAUBE_BACKEND_PATH=$build/backends/imap TAUBE_LOCALEDIR=$build/po TAUBE_PASSWORD=${facts[password]}
  uri=${facts[imaps-uri]%/}
  say "a private Dovecot ${facts[version]} runs at $uri"

  show capabilities
  show capabilities "$uri"
  show folders "$uri"
  show list "$uri/INBOX" --limit=20
  message=$(first_message "$uri/INBOX") || fail "there is no message to show"
  show show "$message"
  say ""
  say "done"
}
