# SPDX-License-Identifier: LGPL-2.1-or-later
"""The configuration of a private Dovecot, in the syntax of 2.3 or of 2.4."""

ROLES = ["Drafts", "Sent", "Trash", "Junk", "Archive"]
MECHANISMS = "plain login scram-sha-1 scram-sha-256 xoauth2 oauthbearer"

COMMON = """
base_dir = {dir}/run
state_dir = {dir}/state
log_path = {dir}/log
info_log_path = {dir}/log
default_internal_user = {internal_user}
default_internal_group = {internal_group}
default_login_user = {login_user}
first_valid_uid = 1
protocols = imap pop3
listen = 127.0.0.1
mail_max_userip_connections = 5000
default_client_limit = 12000
default_process_limit = 5000
default_vsz_limit = 2G
imap_metadata = yes
{attributes}
service imap-login {{
  chroot =
  client_limit = 12000
  process_limit = 4
  service_count = 0
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  client_limit = 12000
  process_limit = 4
  service_count = 0
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  client_limit = 12000
}}
service auth {{
  client_limit = 14000
}}
service stats {{
  chroot =
}}
protocol imap {{
  {imap_plugins}
}}
"""

V23 = """
disable_plaintext_auth = {secure_only}
auth_mechanisms = {mechanisms}
ssl = yes
ssl_cert = <{dir}/server.pem
ssl_key = <{dir}/server.key
mail_location = {format}:{dir}/mail/%u
mail_uid = {mail_uid}
mail_gid = {mail_gid}
mail_plugins = quota acl notify zlib
mail_attribute_dict = file:{dir}/mail/%u/attributes
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {dir}/oauth2.conf
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {dir}/users
}}
userdb {{
  driver = static
  args = uid={mail_uid} gid={mail_gid} home={dir}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
{mailboxes}
}}
namespace shared {{
  type = shared
  separator = /
  prefix = shared/%%u/
  location = {format}:{dir}/mail/%%u:INDEXPVT={dir}/mail/%u/shared/%%u
  subscriptions = no
  list = children
}}
plugin {{
  quota = count:User quota
  quota_rule = *:storage=2G
  quota_vsizes = yes
  acl = vfile
  acl_shared_dict = file:{dir}/mail/shared-folders
}}
"""

V24 = """dovecot_config_version = {version}
dovecot_storage_version = {version}
auth_allow_cleartext = {clear}
auth_mechanisms = {mechanisms}
ssl = yes
ssl_server_cert_file = {dir}/server.pem
ssl_server_key_file = {dir}/server.key
mail_driver = {format}
mail_path = {dir}/mail/%{{user}}
mail_home = {dir}/mail/%{{user}}
mail_uid = {mail_uid}
mail_gid = {mail_gid}
mail_plugins {{
  quota = yes
  acl = yes
  notify = yes
}}
oauth2_introspection_mode = local
oauth2_local_validation {{
  dict fs {{
    fs posix {{
      prefix = {dir}/keys/
    }}
  }}
}}
oauth2_username_attribute = sub
passdb oauth2 {{
  mechanisms_filter = xoauth2 oauthbearer
}}
passdb passwd-file {{
  passwd_file_path = {dir}/users
  default_password_scheme = PLAIN
}}
userdb static {{
  fields {{
    uid = {mail_uid}
    gid = {mail_gid}
    home = {dir}/mail/%{{user}}
  }}
}}
namespace inbox {{
  inbox = yes
  separator = /
{mailboxes}
}}
namespace shared {{
  type = shared
  separator = /
  prefix = shared/$user/
  mail_path = {dir}/mail/%{{owner_user}}
  mail_index_private_path = {dir}/mail/%{{user}}/shared/%{{owner_user}}
  subscriptions = no
  list = children
}}
acl_sharing_map {{
  dict file {{
    path = {dir}/mail/shared-folders
  }}
}}
quota "User quota" {{
  storage_size = 2G
}}
acl_driver = vfile
"""

OAUTH2 = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={dir}/keys/
username_attribute = sub
"""


# In the syntax of 2.3.
KERBEROS = """
auth_mechanisms = $auth_mechanisms gssapi
auth_gssapi_hostname = localhost
auth_krb5_keytab = {keytab}
import_environment = $import_environment KRB5_CONFIG={config}
"""

CERTIFICATES = """
auth_mechanisms = $auth_mechanisms external
auth_ssl_username_from_cert = yes
ssl_ca = <{dir}/ca.pem
ssl_verify_client_cert = yes
ssl_require_crl = no
passdb {{
  driver = static
  mechanisms = external
  args = nopassword=y
}}
"""


def make_config(version, facts):
    """The main file's text; FACTS are the places and ports."""
    new = tuple(int(part) for part in version.split(".")[:2]) >= (2, 4)
    mailboxes = "\n".join(
        f"  mailbox {role} {{\n    auto = subscribe\n    special_use = \\{role}\n  }}" for role in ROLES
    )
    facts = dict(facts, mailboxes=mailboxes, mechanisms=MECHANISMS)
    if new:
        facts["version"] = version
        facts["attributes"] = "mail_attribute {\n  dict file {\n    path = %{home}/attributes\n  }\n}"
        facts["imap_plugins"] = "mail_plugins {\n    imap_quota = yes\n    imap_acl = yes\n  }"
        facts["clear"] = "no" if facts["secure_only"] == "yes" else "yes"
        return (V24 + COMMON).format(**facts)
    facts["attributes"] = ""
    facts["imap_plugins"] = "mail_plugins = $mail_plugins imap_quota imap_acl imap_zlib"
    return (V23 + COMMON).format(**facts)
