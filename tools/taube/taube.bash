# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of the command taube for bash.

_taube() {
  local current previous words verb word
  COMPREPLY=()
  current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  # Bash splits --format=json at the equals sign.
  if [ "$current" = = ]; then
    current=''
  elif [ "$previous" = = ]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case $previous in
    --format)
      mapfile -t COMPREPLY < <(compgen -W 'table json' -- "$current")
      return
      ;;
    --sort)
      mapfile -t COMPREPLY < <(compgen -W 'arrival date from to cc subject size display-from display-to' -- "$current")
      return
      ;;
    --role)
      mapfile -t COMPREPLY < <(compgen -W 'drafts sent trash junk archive all flagged important' -- "$current")
      return
      ;;
    --importance)
      mapfile -t COMPREPLY < <(compgen -W 'low normal high' -- "$current")
      return
      ;;
    --with)
      mapfile -t COMPREPLY < <(compgen -W 'preview ids saved labels importance' -- "$current")
      return
      ;;
    --provider)
      mapfile -t COMPREPLY < <(compgen -W 'microsoft google other' -- "$current")
      return
      ;;
    --leave)
      mapfile -t COMPREPLY < <(compgen -W 'forever days= until-removed no' -- "$current")
      return
      ;;
    --to)
      mapfile -t COMPREPLY < <(compgen -W 'maildir: mbox: eml:' -- "$current")
      compopt -o nospace
      return
      ;;
    --password-file | --token-file | --client-secret-file | --ca-file | --journal | --token | --client-cert | \
      --client-key)
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
  esac
  verb=''
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      acl | append | capabilities | changes | copy | empty | fetch | flag | folders | list | login) verb=$word ;;
      mark-seen | mkdir | move | quota | remove | rename | rmdir | search | send | show | subscribe) verb=$word ;;
      unsubscribe | watch) verb=$word ;;
    esac
  done
  if [[ $current == -* ]]; then
    # The command itself knows its options best.
    words=$(LC_ALL=C taube help $verb 2>/dev/null | grep -oE -- '--[a-z-]+=?')
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    [[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace
  elif [ -z "$verb" ]; then
    words='acl append capabilities changes copy empty fetch flag folders list login mark-seen mkdir move quota remove'
    words+=' rename rmdir search send show subscribe unsubscribe watch help'
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  elif [ "$verb" = append ] || [ "$verb" = send ]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  elif [ "$verb" = flag ] && [[ $current == +* ]]; then
    mapfile -t COMPREPLY < <(compgen -W '+seen +answered +flagged +deleted +draft +forwarded +keyword:' -- "$current")
  fi
}
complete -F _taube taube
