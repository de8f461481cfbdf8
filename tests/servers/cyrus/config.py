# SPDX-License-Identifier: LGPL-2.1-or-later
"""The configuration of a private Cyrus 3."""

IMAPD_CONF = """configdirectory: {dir}/config
defaultpartition: default
partition-default: {dir}/spool
proc_path: {dir}/proc
mboxname_lockpath: {dir}/lock
idlesocket: {dir}/socket/idle
notifysocket: {dir}/socket/notify
lmtpsocket: {dir}/socket/lmtp
cyrus_user: {mail_user}
cyrus_group: {mail_group}
servername: {name}
admins: {admin}
allowplaintext: {plaintext}
sasl_pwcheck_method: saslauthd
sasl_saslauthd_path: {dir}/socket/sasl
sasl_mech_list: PLAIN LOGIN
tls_server_cert: {dir}/server.pem
tls_server_key: {dir}/server.key
tls_session_timeout: 0
altnamespace: yes
unixhierarchysep: yes
autocreate_quota: 2097152
autocreate_inbox_folders: {folders}
autocreate_subscribe_folders: {folders}
{roles}
conversations: yes
delete_mode: immediate
expunge_mode: immediate
imapidlepoll: 60
maxlogins_per_host: 0
timeout: 60
skiplist_unsafe: yes
"""

CYRUS_CONF = """START {{
  recover cmd="{programs}/ctl_cyrusdb -C {dir}/imapd.conf -r"
}}
SERVICES {{
  imap cmd="{programs}/imapd -C {dir}/imapd.conf" listen="127.0.0.1:{imap}" proto="tcp4" prefork=0 maxforkrate=1000
  imaps cmd="{programs}/imapd -s -C {dir}/imapd.conf" listen="127.0.0.1:{imaps}" proto="tcp4" prefork=0 maxforkrate=1000
  pop3 cmd="{programs}/pop3d -C {dir}/imapd.conf" listen="127.0.0.1:{pop3}" proto="tcp4" prefork=0
  pop3s cmd="{programs}/pop3d -s -C {dir}/imapd.conf" listen="127.0.0.1:{pop3s}" proto="tcp4" prefork=0
}}
EVENTS {{
}}
DAEMON {{
  idled cmd="{programs}/idled -C {dir}/imapd.conf"
}}
"""
