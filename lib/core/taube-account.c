/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-account-impl.h>

#include <taube/taube-backend.h>
#include <taube/taube-certificate.h>
#include <taube/taube-credentials.h>
#include <taube/taube-enum-types.h>
#include <taube/taube-error.h>

#include "base/taube-gettext.h"
#include "core/taube-account-private.h"
#include "core/taube-backend-private.h"
#include "core/taube-capabilities-private.h"
#include "core/taube-settings-private.h"

/* Sessions of one account, where the settings say nothing. */
#define MAX_CONNECTIONS_DEFAULT 4

typedef struct
{
  GMutex lock;
  GMainContext *context;
  TaubeUri *uri;
  TaubeSettings *settings;
  TaubeCredentials *credentials; /* atomic */
  gint login;                    /* atomic: how often there were others */
  gint blocked;                  /* atomic */
  TaubeBackend *backend;
  TaubePool *pool;
  TaubeNotifier *notifier;
  TaubeFolderTable *folders;
  TaubeAccountServer *server;

  /* under lock */
  TaubeCapabilities *capabilities;
  TaubeCertificate *certificate;
  TaubeQuestionClosure *certificate_closure;
  GPtrArray *former; /* credentials that a sign-in may still be using */
} TaubeAccountPrivate;

enum
{
  PROP_URI = 1,
  PROP_SETTINGS,
  PROP_CREDENTIALS,
  PROP_BACKEND,
  PROP_STATE,
  PROP_CAPABILITIES,
  PROP_SERVER_NAME,
  PROP_SERVER_EXTENSIONS,
  PROP_CERTIFICATE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

/**
 * TaubeAccount:
 *
 * One login on one server: the way to its folders.
 *
 * An account keeps up to `max-connections` connections (a setting) and gives each operation one of them, interactive
 * ones first. A connection that broke is made again at the next use. Operations connect by themselves; connecting first
 * by [method@Account.account_connect] tells early whether server and sign-in work, and resolves the capabilities.
 *
 * Getters cost no traffic, may be called from any thread, and give what is current when they return. Signals and
 * questions come in the thread-default main context in which the account was made.
 */
G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (TaubeAccount, taube_account, G_TYPE_OBJECT)

static TaubeAccountPrivate *
get_priv (TaubeAccount *self)
{
  return self->priv;
}

static guint
read_max_connections (TaubeAccount *self, TaubeSettings *settings)
{
  gsize most = TAUBE_ACCOUNT_GET_CLASS (self)->max_connections;
  g_autofree char *text = taube_settings_get (settings, "max-connections");
  guint64 number;

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 1, 1000, &number, NULL))
    number = MAX_CONNECTIONS_DEFAULT;
  return (guint) (most > 0 ? MIN (number, most) : number);
}

static void
taube_account_constructed (GObject *object)
{
  TaubeAccount *self = TAUBE_ACCOUNT (object);
  TaubeAccountPrivate *priv = get_priv (self);

  G_OBJECT_CLASS (taube_account_parent_class)->constructed (object);
  if (priv->settings == NULL)
    priv->settings = taube_settings_new ();
  if (priv->capabilities == NULL && priv->backend != NULL)
    priv->capabilities = taube_backend_get_capabilities (priv->backend, NULL);
  if (priv->capabilities == NULL)
    priv->capabilities = taube_capabilities_new (NULL, 0);
  priv->pool = taube_pool_new (self, priv->context, read_max_connections (self, priv->settings));
}

static void
taube_account_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  TaubeAccountPrivate *priv = get_priv (TAUBE_ACCOUNT (object));

  switch (id)
    {
    case PROP_URI:
      priv->uri = g_value_dup_boxed (value);
      break;
    case PROP_SETTINGS:
      priv->settings = g_value_dup_object (value);
      break;
    case PROP_CREDENTIALS:
      priv->credentials = g_value_dup_object (value);
      break;
    case PROP_BACKEND:
      priv->backend = g_value_dup_object (value);
      break;
    case PROP_CAPABILITIES:
      priv->capabilities = g_value_dup_boxed (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
taube_account_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TaubeAccount *self = TAUBE_ACCOUNT (object);

  switch (id)
    {
    case PROP_URI:
      g_value_set_boxed (value, taube_account_get_uri (self));
      break;
    case PROP_SETTINGS:
      g_value_set_object (value, taube_account_get_settings (self));
      break;
    case PROP_CREDENTIALS:
      g_value_set_object (value, taube_account_get_credentials (self));
      break;
    case PROP_BACKEND:
      g_value_set_object (value, get_priv (self)->backend);
      break;
    case PROP_STATE:
      g_value_set_enum (value, (gint) taube_account_get_state (self));
      break;
    case PROP_CAPABILITIES:
      g_value_take_boxed (value, taube_account_get_capabilities (self));
      break;
    case PROP_SERVER_NAME:
      g_value_take_string (value, taube_account_get_server_name (self));
      break;
    case PROP_SERVER_EXTENSIONS:
      g_value_take_boxed (value, taube_account_get_server_extensions (self));
      break;
    case PROP_CERTIFICATE:
      g_value_take_object (value, taube_account_get_certificate (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/* Never blocks: jobs are cancelled, sessions say goodbye on workers. */
static void
taube_account_dispose (GObject *object)
{
  TaubeAccountPrivate *priv = get_priv (TAUBE_ACCOUNT (object));

  taube_pool_shut_down (priv->pool);
  G_OBJECT_CLASS (taube_account_parent_class)->dispose (object);
}

static void
taube_account_finalize (GObject *object)
{
  TaubeAccountPrivate *priv = get_priv (TAUBE_ACCOUNT (object));

  taube_pool_unref (priv->pool);
  taube_notifier_unref (priv->notifier);
  taube_folder_table_unref (priv->folders);
  g_main_context_unref (priv->context);
  g_clear_pointer (&priv->uri, taube_uri_unref);
  g_clear_object (&priv->settings);
  g_clear_object (&priv->credentials);
  g_ptr_array_unref (priv->former);
  g_clear_object (&priv->backend);
  g_clear_object (&priv->certificate);
  g_clear_pointer (&priv->certificate_closure, taube_question_closure_unref);
  g_clear_pointer (&priv->capabilities, taube_capabilities_unref);
  taube_account_server_free (priv->server);
  g_mutex_clear (&priv->lock);
  G_OBJECT_CLASS (taube_account_parent_class)->finalize (object);
}

/**
 * TaubeAccount:uri:
 *
 * Where the account is, without the parts that name a folder or a message.
 */
/**
 * TaubeAccount:settings:
 *
 * The settings that the account goes by, with the options of its URI in them.
 */
/**
 * TaubeAccount:credentials:
 *
 * What to sign in with; %NULL: nothing. [method@Account.set_credentials] changes it.
 */
/**
 * TaubeAccount:backend:
 *
 * The module that speaks the account's protocol; %NULL when it was made without one.
 */
/**
 * TaubeAccount:state:
 *
 * Whether there is a connection, or one is being made.
 */
/**
 * TaubeAccount:capabilities:
 *
 * What the account can do: a new table when a server has been asked.
 */
/**
 * TaubeAccount:server-name:
 *
 * What the server calls itself; %NULL when nothing is known.
 */
/**
 * TaubeAccount:server-extensions:
 *
 * The protocol extensions that the server announced at the last sign-in, in its own words.
 */
/**
 * TaubeAccount:certificate:
 *
 * The certificate that the server showed last, also after it was refused; %NULL when none was shown yet.
 */

static void
taube_account_class_init (TaubeAccountClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const GParamFlags at_birth = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  klass->struct_size = sizeof (TaubeAccountClass);
  object_class->constructed = taube_account_constructed;
  object_class->set_property = taube_account_set_property;
  object_class->get_property = taube_account_get_property;
  object_class->dispose = taube_account_dispose;
  object_class->finalize = taube_account_finalize;

  props[PROP_URI] = g_param_spec_boxed ("uri", NULL, NULL, TAUBE_TYPE_URI, at_birth);
  props[PROP_SETTINGS] = g_param_spec_object ("settings", NULL, NULL, TAUBE_TYPE_SETTINGS, at_birth);
  props[PROP_CREDENTIALS] = g_param_spec_object ("credentials", NULL, NULL, TAUBE_TYPE_CREDENTIALS, at_birth);
  props[PROP_BACKEND] = g_param_spec_object ("backend", NULL, NULL, TAUBE_TYPE_BACKEND, at_birth);
  props[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, TAUBE_TYPE_ACCOUNT_STATE,
                                         TAUBE_ACCOUNT_STATE_DISCONNECTED, readable);
  props[PROP_CAPABILITIES] = g_param_spec_boxed ("capabilities", NULL, NULL, TAUBE_TYPE_CAPABILITIES, at_birth);
  props[PROP_SERVER_NAME] = g_param_spec_string ("server-name", NULL, NULL, NULL, readable);
  props[PROP_SERVER_EXTENSIONS] = g_param_spec_boxed ("server-extensions", NULL, NULL, G_TYPE_STRV, readable);
  props[PROP_CERTIFICATE] = g_param_spec_object ("certificate", NULL, NULL, TAUBE_TYPE_CERTIFICATE, readable);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
taube_account_init (TaubeAccount *self)
{
  TaubeAccountPrivate *priv = taube_account_get_instance_private (self);

  self->priv = priv;
  g_mutex_init (&priv->lock);
  priv->context = g_main_context_ref_thread_default ();
  priv->notifier = taube_notifier_new (priv->context);
  priv->former = g_ptr_array_new_with_free_func (g_object_unref);
  priv->folders = taube_folder_table_new ();
  priv->server = taube_account_server_new ();
}

GMainContext *
taube_account_get_context (TaubeAccount *self)
{
  return get_priv (self)->context;
}

TaubePool *
taube_account_get_pool (TaubeAccount *self)
{
  return get_priv (self)->pool;
}

TaubeNotifier *
taube_account_get_notifier (TaubeAccount *self)
{
  return get_priv (self)->notifier;
}

TaubeFolderTable *
taube_account_get_folder_table (TaubeAccount *self)
{
  return get_priv (self)->folders;
}

TaubeAccountServer *
taube_account_get_server (TaubeAccount *self)
{
  return get_priv (self)->server;
}

TaubeCredentials *
taube_account_get_credentials (TaubeAccount *self)
{
  return g_atomic_pointer_get (&get_priv (self)->credentials);
}

gint
taube_account_get_login (TaubeAccount *self)
{
  return g_atomic_int_get (&get_priv (self)->login);
}

/**
 * taube_account_set_credentials:
 * @self: an account
 * @credentials: (nullable): how to sign in from now on, or %NULL for nothing
 *
 * Puts other credentials in the place of those that the account had: a new password, say, or another source of tokens.
 *
 * What is under way goes on as it is. Each connection is signed in anew before its next use: on the same connection
 * where the server can do that (IMAP's UNAUTHENTICATE, RFC 8437), else on another one. A connection that belongs to a
 * watch keeps its login until it is made anew. Never blocks, and may be called from any thread.
 */
void
taube_account_set_credentials (TaubeAccount *self, TaubeCredentials *credentials)
{
  TaubeAccountPrivate *priv;
  TaubeCredentials *old;

  g_return_if_fail (TAUBE_IS_ACCOUNT (self));

  priv = get_priv (self);
  g_mutex_lock (&priv->lock);
  old = priv->credentials;
  if (credentials != NULL)
    g_object_ref (credentials);
  g_atomic_pointer_set (&priv->credentials, credentials);
  if (old != NULL)
    g_ptr_array_add (priv->former, old);
  g_atomic_int_inc (&priv->login);
  g_mutex_unlock (&priv->lock);
  taube_notifier_add (priv->notifier, self, props[PROP_CREDENTIALS]);
}

const TaubeLimits *
taube_account_get_limits (TaubeAccount *self)
{
  return taube_limits_get_default ();
}

/**
 * taube_account_create:
 * @uri: where the account is, such as `imaps://alice@mail.example.org`; a path and what follows it are left out
 * @credentials: (nullable): how to sign in
 *
 * Makes an account with the default settings. Nothing is connected yet.
 *
 * Returns: (transfer full): the account, or %NULL with @error: %TAUBE_ERROR_INVALID when the URI makes no sense,
 *   %TAUBE_ERROR_NOT_SUPPORTED when no backend has its scheme
 */
TaubeAccount *
taube_account_create (const char *uri, TaubeCredentials *credentials, GError **error)
{
  return taube_account_create_with_settings (uri, NULL, credentials, error);
}

/**
 * taube_account_create_with_settings:
 * @uri: where the account is, such as `imaps://alice@mail.example.org`; a path and what follows it are left out
 * @settings: (nullable): the settings; they are copied, and the options of @uri win over them
 * @credentials: (nullable): how to sign in
 *
 * Makes an account. Nothing is connected yet. Its signals and questions will come in the thread-default main context of
 * the caller.
 *
 * Returns: (transfer full): the account, or %NULL with @error: %TAUBE_ERROR_INVALID when the URI or a setting makes no
 *   sense, %TAUBE_ERROR_NOT_SUPPORTED when no backend has the scheme
 */
TaubeAccount *
taube_account_create_with_settings (const char *uri, TaubeSettings *settings, TaubeCredentials *credentials,
                                    GError **error)
{
  g_autoptr (TaubeUri) parsed = NULL;
  g_autoptr (TaubeUri) account_uri = NULL;
  g_autoptr (TaubeSettings) merged = NULL;
  g_autoptr (TaubeBackend) backend = NULL;
  g_autoptr (TaubeCapabilities) capabilities = NULL;
  g_autoptr (TaubeAccount) account = NULL;
  GType type;

  g_return_val_if_fail (uri != NULL, NULL);

  parsed = taube_uri_parse (uri, error);
  if (parsed == NULL)
    return NULL;
  merged = settings != NULL ? taube_settings_copy (settings) : taube_settings_new ();
  taube_settings_apply_uri (merged, parsed);
  backend = taube_backend_find (taube_uri_get_scheme (parsed), error);
  if (backend == NULL)
    return NULL;
  type = taube_backend_get_account_type (backend, error);
  if (type == G_TYPE_INVALID)
    return NULL;
  capabilities = taube_backend_get_capabilities (backend, error);
  if (capabilities == NULL)
    return NULL;

  account_uri = taube_uri_get_account_uri (parsed);
  account = g_object_new (type, "uri", account_uri, "settings", merged, "credentials", credentials, "backend", backend,
                          "capabilities", capabilities, NULL);
  if (TAUBE_ACCOUNT_GET_CLASS (account)->check != NULL && !TAUBE_ACCOUNT_GET_CLASS (account)->check (account, error))
    return NULL;
  return g_steal_pointer (&account);
}

/**
 * taube_account_get_state:
 *
 * Whether there is a connection. Changes are notified for [property@Account:state] in the context in which the account
 * was made.
 *
 * Returns: where the account stands
 */
TaubeAccountState
taube_account_get_state (TaubeAccount *self)
{
  g_return_val_if_fail (TAUBE_IS_ACCOUNT (self), TAUBE_ACCOUNT_STATE_DISCONNECTED);
  return taube_pool_get_state (get_priv (self)->pool);
}

/**
 * taube_account_get_uri:
 *
 * The address that the account was made with, options included; a path and what follows it were left out.
 *
 * Returns: (transfer none): a URI without folder and item
 */
TaubeUri *
taube_account_get_uri (TaubeAccount *self)
{
  g_return_val_if_fail (TAUBE_IS_ACCOUNT (self), NULL);
  return get_priv (self)->uri;
}

/**
 * taube_account_get_backend:
 *
 * The module that speaks the account's protocol.
 *
 * Returns: (transfer none) (nullable): the backend, %NULL when the account was made without one
 */
TaubeBackend *
taube_account_get_backend (TaubeAccount *self)
{
  g_return_val_if_fail (TAUBE_IS_ACCOUNT (self), NULL);
  return get_priv (self)->backend;
}

/**
 * taube_account_get_settings:
 *
 * The settings that the account goes by, with the options of its URI in them. They are the account's own and for
 * reading only: some are read once, others at each new connection.
 *
 * Returns: (transfer none): the settings
 */
TaubeSettings *
taube_account_get_settings (TaubeAccount *self)
{
  g_return_val_if_fail (TAUBE_IS_ACCOUNT (self), NULL);
  return get_priv (self)->settings;
}

/**
 * taube_account_get_capabilities:
 *
 * What the account can do. Rows are on the level `live` once a connection was signed in, before that on the level
 * `module`. The table is a snapshot and does not change.
 *
 * Returns: (transfer full): the comparison table for this account
 */
TaubeCapabilities *
taube_account_get_capabilities (TaubeAccount *self)
{
  TaubeAccountPrivate *priv = get_priv (self);
  TaubeCapabilities *capabilities;

  g_return_val_if_fail (TAUBE_IS_ACCOUNT (self), NULL);
  g_mutex_lock (&priv->lock);
  capabilities = taube_capabilities_ref (priv->capabilities);
  g_mutex_unlock (&priv->lock);
  return capabilities;
}

/**
 * taube_account_get_certificate:
 *
 * The certificate that the server showed last, also after it was refused: what a user has to see to decide about it.
 *
 * Returns: (transfer full) (nullable): the certificate, or %NULL when none was shown yet
 */
TaubeCertificate *
taube_account_get_certificate (TaubeAccount *self)
{
  TaubeAccountPrivate *priv = get_priv (self);
  TaubeCertificate *certificate;

  g_return_val_if_fail (TAUBE_IS_ACCOUNT (self), NULL);
  g_mutex_lock (&priv->lock);
  certificate = priv->certificate != NULL ? g_object_ref (priv->certificate) : NULL;
  g_mutex_unlock (&priv->lock);
  return certificate;
}

/**
 * taube_account_set_certificate_func:
 * @func: (nullable) (scope notified) (closure user_data) (destroy notify): is asked whether to trust a certificate that
 *   could not be verified, or %NULL for never
 * @user_data: given to @func
 * @notify: frees @user_data
 *
 * Lets the user decide about certificates that could not be verified. The question comes in the context in which the
 * account was made; the answer holds for the one connection. To trust a server's key for good, use the setting `pin`.
 */
void
taube_account_set_certificate_func (TaubeAccount *self, TaubeQuestionFunc func, gpointer user_data,
                                    GDestroyNotify notify)
{
  TaubeAccountPrivate *priv = get_priv (self);
  TaubeQuestionClosure *old;

  g_return_if_fail (TAUBE_IS_ACCOUNT (self));
  g_mutex_lock (&priv->lock);
  old = priv->certificate_closure;
  priv->certificate_closure = func != NULL ? taube_question_closure_new (func, user_data, notify) : NULL;
  g_mutex_unlock (&priv->lock);
  g_clear_pointer (&old, taube_question_closure_unref);
}

TaubeQuestionClosure *
taube_account_dup_certificate_closure (TaubeAccount *self)
{
  TaubeAccountPrivate *priv = get_priv (self);
  TaubeQuestionClosure *closure;

  g_mutex_lock (&priv->lock);
  closure = priv->certificate_closure != NULL ? taube_question_closure_ref (priv->certificate_closure) : NULL;
  g_mutex_unlock (&priv->lock);
  return closure;
}

void
taube_account_set_live_capability (TaubeAccount *self, TaubeCapability capability, TaubeSupport support,
                                   const char *reason, const char *evidence)
{
  TaubeAccountPrivate *priv = get_priv (self);
  TaubeCapabilities *old;

  g_mutex_lock (&priv->lock);
  old = priv->capabilities;
  priv->capabilities = taube_capabilities_with_live (old, capability, support, reason, evidence);
  g_mutex_unlock (&priv->lock);
  taube_capabilities_unref (old);
  taube_notifier_add (priv->notifier, self, props[PROP_CAPABILITIES]);
}

void
taube_account_set_blocked (TaubeAccount *self, gboolean blocked)
{
  g_atomic_int_set (&get_priv (self)->blocked, blocked);
}

void
taube_account_set_certificate (TaubeAccount *self, TaubeCertificate *certificate)
{
  TaubeAccountPrivate *priv = get_priv (self);
  TaubeCertificate *old;

  g_mutex_lock (&priv->lock);
  old = priv->certificate;
  priv->certificate = certificate != NULL ? g_object_ref (certificate) : NULL;
  g_mutex_unlock (&priv->lock);
  g_clear_object (&old);
  taube_notifier_add (priv->notifier, self, props[PROP_CERTIFICATE]);
}

typedef struct
{
  gconstpointer account; /* only compared */
  GSourceFunc func;
  gpointer data;
  GDestroyNotify notify;
} Call;

static gboolean
call (gpointer data)
{
  Call *self = data;
  TaubeFrame frame;

  taube_frame_enter (&frame, self->account, NULL);
  self->func (self->data);
  taube_frame_leave (&frame);
  return G_SOURCE_REMOVE;
}

static void
call_free (gpointer data)
{
  Call *self = data;

  if (self->notify != NULL)
    self->notify (self->data);
  g_free (self);
}

void
taube_account_invoke (TaubeAccount *self, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  TaubeAccountPrivate *priv = get_priv (self);
  Call *self_call = g_new (Call, 1);
  gboolean here;

  *self_call = (Call){ self, func, data, notify };
  here = g_main_context_is_owner (priv->context) || taube_frame_is_blocking (self);
  if (here && g_main_context_acquire (priv->context))
    {
      call (self_call);
      g_main_context_release (priv->context);
      taube_context_settle (priv->context);
      call_free (self_call);
    }
  else if (here)
    taube_pool_invoke_patiently (priv->pool, call, self_call, call_free);
  else
    taube_pool_invoke (priv->pool, call, self_call, call_free);
}

TaubeCapability
taube_account_content_row (TaubeContent content)
{
  switch (content)
    {
    case TAUBE_CONTENT_CONTACTS:
      return TAUBE_CAPABILITY_CONTACTS_SYNC;
    case TAUBE_CONTENT_CALENDAR:
    case TAUBE_CONTENT_TASKS:
      return TAUBE_CAPABILITY_CALENDAR_SYNC;
    case TAUBE_CONTENT_MAIL:
    case TAUBE_CONTENT_ANY:
    default:
      return TAUBE_CAPABILITY_RETRIEVAL;
    }
}

gboolean
taube_account_require (TaubeAccount *self, gboolean has_function, TaubeCapability capability, const char *operation,
                       GError **error)
{
  TaubeAccountPrivate *priv = get_priv (self);
  g_autoptr (TaubeCapabilities) capabilities = NULL;
  const char *reason;

  if (g_atomic_int_get (&priv->blocked))
    capabilities = taube_backend_get_capabilities (priv->backend, NULL);
  if (capabilities == NULL)
    capabilities = taube_account_get_capabilities (self);
  if (!taube_capabilities_require (capabilities, capability, operation, error))
    return FALSE;
  if (has_function)
    return TRUE;
  reason = taube_capabilities_get_reason (capabilities, capability);
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, _ ("%s: %s has no such function (%s: %s)"), operation,
               G_OBJECT_TYPE_NAME (self), taube_capability_get_key (capability),
               reason != NULL && reason[0] != '\0' ? reason : _ ("not implemented"));
  return FALSE;
}
