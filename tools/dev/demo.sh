# SPDX-License-Identifier: LGPL-2.1-or-later

demo_usage() {
  cat <<'USAGE'
usage: ./dev demo [--built=FOLDER]

Builds the command `taube` and shows the comparison table. Then it starts a private mail server with some 200 messages
that look real, first one of IMAP, then one of Exchange, and uses it with the same commands: the table asked of the
live server (of IMAP's also over POP3), folders, a list, one message. It ends by itself; the servers and their folders
are gone then, also when it is interrupted.

  --built=FOLDER   nothing is built: the command in this build folder is used
USAGE
}

# start_server COMMAND…: its facts go into facts. It runs as long as we hold its standard input.
start_server() {
  local line
  coproc SERVER { exec "$@" --until-eof --messages=200 --spread; }
  server_pid=$SERVER_PID
  declare -gA facts=()
  while IFS= read -r line <&"${SERVER[0]}" && [ -n "$line" ]; do
    facts[${line%%=*}]=${line#*=}
  done
  [ -n "${facts[ca-file]:-}" ] || fail "the mail server did not start"
  export TAUBE_PASSWORD=${facts[password]}
}

stop_server() {
  if [ -n "${server_pid:-}" ]; then
    kill "$server_pid" 2>/dev/null
    wait "$server_pid" 2>/dev/null
    server_pid=
  fi
}

# show ARGUMENT…: prints the command as one would type it, and runs it
show() {
  printf '\n%s$ taube %s%s\n' "$bold" "$*" "$plain"
  "$taube" "$@" ${facts[ca-file]:+--ca-file="${facts[ca-file]}"} || fail "taube $* ended with $?"
}

first_message() {
  "$taube" list "$1" --limit=1 --format=json --ca-file="${facts[ca-file]}" |
    /usr/bin/python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["uri"])'
}

# tour ACCOUNT-URI INBOX-URI
tour() {
  local message
  show capabilities "$1"
  show folders "$1"
  show list "$2" --limit=20
  message=$(first_message "$2") || fail "there is no message to show"
  show show "$message"
}

tour_imap() {
  start_server tests/servers/dovecot/serve
  local uri=${facts[imaps-uri]%/}
  say "a private Dovecot ${facts[version]} runs at $uri"
  tour "$uri" "$uri/INBOX"
  say ""
  say "the same mailbox, reached over POP3"
  show capabilities "${facts[pop3s-uri]%/}"
  stop_server
}

tour_exchange() {
  start_server tests/servers/exchange/serve --tls
  local uri=${facts[exchange-uri]}
  say ""
  say "a private server that speaks Exchange Web Services runs at ${facts[url]}"
  tour "$uri" "${uri/\/\?//INBOX?}"
  stop_server
}

demo_main() {
  local build=$PWD/_build/release
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
  trap "trap '' INT TERM HUP; stop_server" EXIT
  trap 'exit 130' INT TERM HUP
  export TAUBE_BACKEND_PATH=$build/backends/pop3:$build/backends/imap:$build/backends/exchange
  export TAUBE_LOCALEDIR=$build/po
  declare -gA facts=()

  show capabilities
  tour_imap
  tour_exchange
  say ""
  say "done"
}
