/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-settings-private.h"

#include "base/taube-gettext.h"
#include "base/taube-worker.h"
#include "core/taube-leave-policy-private.h"

#include <taube/taube-error.h>
#include <taube-backend/taube-settings-impl.h>

#include <string.h>

/* Longest value that anybody needs; a path or a URL. */
#define VALUE_MAXIMUM 4096

/* One row of the table. */
typedef struct _Setting Setting;

struct _Setting
{
  const char *name;
  char *(*find_fault) (const Setting *setting, const char *value);
  const char *initial; /* NULL: not set */
  guint minimum, maximum;
  const char *const *words;
};

static char *
fault_of_number (const Setting *setting, const char *value)
{
  guint64 number;

  if (g_ascii_string_to_unsigned (value, 10, setting->minimum, setting->maximum, &number, NULL))
    return NULL;
  return g_strdup_printf (_ ("\"%s\" is not a whole number from %u to %u"), value, setting->minimum, setting->maximum);
}

static char *
fault_of_word (const Setting *setting, const char *value)
{
  g_autofree char *words = NULL;

  if (g_strv_contains (setting->words, value))
    return NULL;
  words = g_strjoinv (_ ("\" nor \""), (char **) setting->words);
  return g_strdup_printf (_ ("\"%s\" is neither \"%s\""), value, words);
}

static char *
fault_of_text (const Setting *setting, const char *value)
{
  return value[0] != '\0' ? NULL : g_strdup (_ ("it has no value"));
}

/* The SHA-256 of a public key: 64 hexadecimal digits, with or without colons and "sha256:" before them. */
static char *
fault_of_pin (const Setting *setting, const char *value)
{
  const char *at = g_ascii_strncasecmp (value, "sha256:", 7) == 0 ? value + 7 : value;
  gsize digits = 0;

  for (; g_ascii_isxdigit (*at) || *at == ':'; at++)
    digits += *at != ':';
  if (*at == '\0' && digits == 64)
    return NULL;
  return g_strdup_printf (_ ("\"%s\" is not the SHA-256 of a public key (64 hexadecimal digits)"), value);
}

/* sasl-mech = 1*20(ALPHA / DIGIT / "-" / "_")                          (RFC 4422)
 * RFC 2384 puts "+" before what is no SASL mechanism, as in "+APOP". */
static char *
fault_of_mechanism (const Setting *setting, const char *value)
{
  const char *name = value[0] == '+' ? value + 1 : value;
  gsize length = strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_");

  if (length >= 1 && length <= 20 && name[length] == '\0')
    return NULL;
  return g_strdup_printf (_ ("\"%s\" is not the name of a mechanism"), value);
}

static gboolean
is_plain_url (const char *value, const char *const *schemes)
{
  g_autoptr (GUri) url = g_uri_parse (value, G_URI_FLAGS_NONE, NULL);

  return url != NULL && g_strv_contains (schemes, g_uri_get_scheme (url)) && g_uri_get_host (url) != NULL
         && g_uri_get_host (url)[0] != '\0' && g_uri_get_fragment (url) == NULL;
}

/* Nothing of a value that may hold a password is repeated in the two below. */
static char *
fault_of_url (const Setting *setting, const char *value)
{
  static const char *const schemes[] = { "https", "http", NULL };

  if (!is_plain_url (value, schemes))
    return g_strdup (_ ("it is not an https or http URL"));
  if (strchr (value, '@') != NULL)
    return g_strdup (_ ("user name and password must not stand in it"));
  return NULL;
}

static char *
fault_of_proxy (const Setting *setting, const char *value)
{
  static const char *const schemes[] = { "socks", "socks4", "socks4a", "socks5", "http", "https", NULL };

  if (strcmp (value, "direct://") == 0 || is_plain_url (value, schemes))
    return NULL;
  return g_strdup (_ ("it is not the URL of a proxy (socks5://host:port, http://host:port, direct://)"));
}

/* Names of hosts with commas between them. */
static char *
fault_of_hosts (const Setting *setting, const char *value)
{
  g_auto (GStrv) hosts = g_strsplit (value, ",", -1);

  for (guint i = 0; hosts[i] != NULL; i++)
    if (hosts[i][0] == '\0' || hosts[i][strspn (hosts[i], G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-._")] != '\0')
      return g_strdup_printf (_ ("\"%s\" is not a list of names of hosts with commas between them"), value);
  return hosts[0] != NULL ? NULL : g_strdup (_ ("it has no value"));
}

static char *
fault_of_leave (const Setting *setting, const char *value)
{
  return taube_leave_policy_find_fault (value);
}

static const char *const tls_words[] = { "required", "none", NULL };
static const char *const flag_words[] = { "yes", "no", NULL };
static const char *const compress_words[] = { "auto", "yes", "no", NULL };

static const Setting settings[] = {
  { "allow-cram-md5", fault_of_word, "no", 0, 0, flag_words },
  { "allow-hosts", fault_of_hosts, NULL, 0, 0, NULL },
  { "auth", fault_of_mechanism, NULL, 0, 0, NULL },
  { "ca-file", fault_of_text, NULL, 0, 0, NULL },
  { "client-cert", fault_of_text, NULL, 0, 0, NULL },
  { "client-key", fault_of_text, NULL, 0, 0, NULL },
  { "compress", fault_of_word, "auto", 0, 0, compress_words },
  { "connect-timeout", fault_of_number, "30", 1, 3600, NULL },
  { "idle-renewal", fault_of_number, "1500", 30, 1740, NULL },
  { "leave", fault_of_leave, "forever", 0, 0, NULL },
  { "max-connections", fault_of_number, "4", 1, 32, NULL },
  { "pin", fault_of_pin, NULL, 0, 0, NULL },
  { "poll-interval", fault_of_number, "60", 1, 86400, NULL },
  { "proxy", fault_of_proxy, NULL, 0, 0, NULL },
  { "timeout", fault_of_number, "60", 1, 3600, NULL },
  { "tls", fault_of_word, "required", 0, 0, tls_words },
  { "url", fault_of_url, NULL, 0, 0, NULL },
};

/**
 * TaubeSettings:
 *
 * What an account can be told about how to work: names with values, all of them text. The names stand with
 * [func@Settings.get_names]. May be used from several threads at once.
 */
struct _TaubeSettings
{
  GObject parent_instance;
  GMutex lock;
  char *values[G_N_ELEMENTS (settings)]; /* NULL: as at the start */
};

typedef struct
{
  GObjectClass parent_class;
} TaubeSettingsClass;

enum
{
  PROP_0,
  PROP_LEAVE_POLICY,
};

G_DEFINE_FINAL_TYPE (TaubeSettings, taube_settings, G_TYPE_OBJECT)

static void
taube_settings_finalize (GObject *object)
{
  TaubeSettings *self = (TaubeSettings *) object;

  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    g_free (self->values[i]);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (taube_settings_parent_class)->finalize (object);
}

static void
taube_settings_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_LEAVE_POLICY)
    taube_settings_set_leave_policy ((TaubeSettings *) object, g_value_get_boxed (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
taube_settings_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_LEAVE_POLICY)
    g_value_take_boxed (value, taube_settings_get_leave_policy ((TaubeSettings *) object));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
taube_settings_class_init (TaubeSettingsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = taube_settings_finalize;
  object_class->set_property = taube_settings_set_property;
  object_class->get_property = taube_settings_get_property;

  /**
   * TaubeSettings:leave-policy:
   *
   * How long mail stays on the server once it was stored: the setting `leave`.
   */
  g_object_class_install_property (object_class, PROP_LEAVE_POLICY,
                                   g_param_spec_boxed ("leave-policy", NULL, NULL, TAUBE_TYPE_LEAVE_POLICY,
                                                       G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
}

static void
taube_settings_init (TaubeSettings *self)
{
  g_mutex_init (&self->lock);
}

/* Its place in the table, or -1. */
static int
find_setting (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    if (strcmp (settings[i].name, name) == 0)
      return (int) i;
  return -1;
}

gboolean
taube_settings_has_name (const char *name)
{
  return find_setting (name) >= 0;
}

char *
taube_settings_find_fault (const char *name, const char *value)
{
  int at = find_setting (name);

  if (at < 0)
    return g_strdup (_ ("there is no such setting"));
  if (!g_utf8_validate (value, -1, NULL))
    return g_strdup (_ ("its value is not UTF-8"));
  if (strlen (value) > VALUE_MAXIMUM)
    return g_strdup_printf (_ ("its value is longer than %d bytes"), VALUE_MAXIMUM);
  for (const char *c = value; *c != '\0'; c = g_utf8_next_char (c))
    if (g_unichar_iscntrl (g_utf8_get_char (c)))
      return g_strdup (_ ("there is a control character in its value"));
  return settings[at].find_fault (&settings[at], value);
}

/**
 * taube_settings_new:
 *
 * Settings as an account has them that was told nothing.
 *
 * Returns: (transfer full): new settings
 */
TaubeSettings *
taube_settings_new (void)
{
  return g_object_new (TAUBE_TYPE_SETTINGS, NULL);
}

/**
 * taube_settings_copy:
 * @self: settings
 *
 * Settings with the same values that can be changed by themselves.
 *
 * Returns: (transfer full): a copy
 */
TaubeSettings *
taube_settings_copy (TaubeSettings *self)
{
  TaubeSettings *copy = taube_settings_new ();

  g_return_val_if_fail (G_TYPE_CHECK_INSTANCE_TYPE (self, TAUBE_TYPE_SETTINGS), copy);

  g_mutex_lock (&self->lock);
  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    copy->values[i] = g_strdup (self->values[i]);
  g_mutex_unlock (&self->lock);
  return copy;
}

/**
 * taube_settings_set:
 * @self: settings
 * @name: which one; see [func@Settings.get_names]
 * @value: (nullable): its value as text, or %NULL for that of the start
 * @error: return location
 *
 * Sets one value. The error, `TAUBE_ERROR_INVALID`, names the setting and what is wrong.
 *
 * Returns: %TRUE when it was set; %FALSE with @error set
 */
gboolean
taube_settings_set (TaubeSettings *self, const char *name, const char *value, GError **error)
{
  g_autofree char *fault = NULL;
  char *old;
  int at;

  g_return_val_if_fail (G_TYPE_CHECK_INSTANCE_TYPE (self, TAUBE_TYPE_SETTINGS), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  at = find_setting (name);
  if (at < 0 || value != NULL)
    fault = taube_settings_find_fault (name, value != NULL ? value : "");
  if (fault != NULL)
    {
      g_autofree char *shown = g_utf8_make_valid (name, -1);

      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("setting \"%s\": %s"), shown, fault);
      return FALSE;
    }
  g_mutex_lock (&self->lock);
  old = self->values[at];
  self->values[at] = g_strdup (value);
  g_mutex_unlock (&self->lock);
  g_free (old);
  return TRUE;
}

/**
 * taube_settings_get:
 * @self: settings
 * @name: which one
 *
 * The value of one setting, that of the start when it was not set.
 *
 * Returns: (transfer full) (nullable): the value as text; %NULL when it has none, or there is no such setting
 */
char *
taube_settings_get (TaubeSettings *self, const char *name)
{
  char *value;
  int at;

  g_return_val_if_fail (G_TYPE_CHECK_INSTANCE_TYPE (self, TAUBE_TYPE_SETTINGS), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  at = find_setting (name);
  if (at < 0)
    return NULL;
  g_mutex_lock (&self->lock);
  value = g_strdup (self->values[at] != NULL ? self->values[at] : settings[at].initial);
  g_mutex_unlock (&self->lock);
  return value;
}

/**
 * taube_settings_get_leave_policy:
 * @self: settings
 *
 * What the setting `leave` says.
 *
 * Returns: (transfer full): the policy
 */
TaubeLeavePolicy *
taube_settings_get_leave_policy (TaubeSettings *self)
{
  g_autofree char *value = taube_settings_get (self, "leave");

  g_return_val_if_fail (value != NULL, NULL);
  return taube_leave_policy_new_from_text (value, NULL);
}

/**
 * taube_settings_set_leave_policy:
 * @self: settings
 * @policy: (nullable): the policy, or %NULL for that of the start
 *
 * Sets the setting `leave`.
 */
void
taube_settings_set_leave_policy (TaubeSettings *self, const TaubeLeavePolicy *policy)
{
  g_autofree char *value = policy != NULL ? taube_leave_policy_to_text (policy) : NULL;

  taube_settings_set (self, "leave", value, NULL);
}

guint
taube_settings_get_number (TaubeSettings *self, const char *name)
{
  g_autofree char *value = taube_settings_get (self, name);
  guint64 number = 0;

  g_return_val_if_fail (value != NULL && g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT, &number, NULL), 0);

  return (guint) number;
}

gboolean
taube_settings_get_flag (TaubeSettings *self, const char *name)
{
  g_autofree char *value = taube_settings_get (self, name);

  return g_strcmp0 (value, "yes") == 0;
}

gboolean
taube_settings_wants_tls (TaubeSettings *self)
{
  g_autofree char *value = taube_settings_get (self, "tls");

  return g_strcmp0 (value, "none") != 0;
}

/**
 * taube_settings_get_names:
 *
 * The names of all settings. Each may also stand as an option in the query of a URI.
 *
 * - `allow-cram-md5`: `yes` signs in with CRAM-MD5 where nothing better is offered: whoever listens can try passwords
 *   at home. `no` at the start
 * - `allow-hosts`: names of hosts with commas between them that may get what the user signs in with when something that
 *   nobody vouches for leads there: the answer to [enum@QuestionKind].HOST in advance
 * - `auth`: the SASL mechanism to sign in with; without it, the strongest that is possible
 * - `ca-file`: a PEM file with further authorities whose certificates are trusted
 * - `client-cert`: a PEM file with a certificate of the user's, and those that signed it, to show to the server: it
 *   signs in by itself where the server takes it for that
 * - `client-key`: a PEM file with its key, if it is not in the same file; its password is the account's
 * - `compress`: `yes` compresses what goes over the wire where the server can, `no` never does; `auto`, as at the
 *   start, does so unless the server is on this machine, where it would only cost time
 * - `connect-timeout`: seconds until a connection must be up (1 to 3600, at the start 30)
 * - `idle-renewal`: seconds after which waiting for the server's news is renewed (30 to 1740, at the start 1500:
 *   servers may end it after 30 minutes, RFC 2177)
 * - `leave`: how long mail stays on the server once it was retrieved and stored, where the protocol leaves that to the
 *   client: `forever`, as at the start, `days=N`, `until-removed` or `no`; see [struct@LeavePolicy]
 * - `max-connections`: how many connections at once (1 to 32, at the start 4)
 * - `pin`: SHA-256 of the server's public key, 64 hexadecimal digits: this key is trusted and no other
 * - `poll-interval`: seconds between questions for news where the server does not tell by itself (1 to 86400, at the
 *   start 60)
 * - `proxy`: URL of a proxy, such as `socks5://127.0.0.1:9050`; `direct://` for none; without it, what the system says
 * - `timeout`: seconds of silence in the middle of a command until the connection is given up (1 to 3600, at the start
 *   60)
 * - `tls`: `required`, or `none` to allow passwords in the clear
 * - `url`: the endpoint, where the protocol has one
 *
 * Returns: (transfer full) (array zero-terminated=1): the names, sorted
 */
char **
taube_settings_get_names (void)
{
  char **names = g_new0 (char *, G_N_ELEMENTS (settings) + 1);

  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    names[i] = g_strdup (settings[i].name);
  return names;
}

void
taube_settings_apply_uri (TaubeSettings *self, TaubeUri *uri)
{
  const char *const *names = taube_uri_get_option_names (uri);
  const char *auth = taube_uri_get_auth (uri);

  if (auth != NULL && strcmp (auth, "*") != 0)
    taube_settings_set (self, "auth", auth, NULL);
  for (gsize i = 0; names[i] != NULL; i++)
    taube_settings_set (self, names[i], taube_uri_get_option (uri, names[i]), NULL);
}

/**
 * taube_set_maximum_workers:
 * @threads: how many threads, 1 or more
 *
 * Limits how many asynchronous operations run at the same moment in the whole process; at the start 32. Waiting
 * accounts need no thread.
 */
void
taube_set_maximum_workers (guint threads)
{
  g_return_if_fail (threads > 0);

  taube_worker_set_maximum (threads);
}
