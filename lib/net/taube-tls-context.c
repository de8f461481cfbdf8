/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "net/taube-tls-context.h"

#include <taube/taube-error.h>

#include "base/taube-gettext.h"

#include <errno.h>
#include <openssl/err.h>
#include <sys/stat.h>

/* What OpenSSL reads from the wire in one go: several records, so that a long body takes few system calls. */
#define READ_AHEAD_BYTES (64 << 10)

/* The authorities of a system are read and parsed once, not for each connection. */
typedef struct
{
  SSL_CTX *context;
  struct timespec changed;
  off_t size;
} CachedContext;

static GMutex cache_lock;
static GHashTable *cache; /* under cache_lock: name of the CA file ("" for none) -> CachedContext */

/* Says what OpenSSL's queue of errors holds, in one line, and empties it. (transfer full) */
char *
taube_tls_take_errors (void)
{
  unsigned long code = ERR_get_error ();
  const char *reason = ERR_reason_error_string (code);
  char *text = code == 0 ? g_strdup ("unknown error")
                         : reason != NULL ? g_strdup (reason) : g_strdup_printf ("error %lx", code);

  ERR_clear_error ();
  return text;
}

static SSL_CTX *
new_context (const char *ca_file, GError **error)
{
  SSL_CTX *context;

  /* Workers may still run when the process exits: OpenSSL must not take itself apart under them. */
  OPENSSL_init_crypto (OPENSSL_INIT_NO_ATEXIT, NULL);
  context = SSL_CTX_new (TLS_client_method ());
  if (context == NULL)
    {
      g_autofree char *why = taube_tls_take_errors ();

      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_TLS, _ ("cannot use TLS: %s"), why);
      return NULL;
    }
  SSL_CTX_set_min_proto_version (context, TLS1_2_VERSION);
  SSL_CTX_set_options (context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode (context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                               | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode (context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb (context, taube_tls_stream_on_new_session);
  SSL_CTX_set_read_ahead (context, 1);
  SSL_CTX_set_default_read_buffer_len (context, READ_AHEAD_BYTES);
  SSL_CTX_set_default_verify_paths (context);
  if (ca_file != NULL && !SSL_CTX_load_verify_locations (context, ca_file, NULL))
    {
      g_autofree char *why = taube_tls_take_errors ();

      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("cannot use the CA file “%s”: %s"), ca_file, why);
      SSL_CTX_free (context);
      return NULL;
    }
  /* Somebody who names one certificate trusts that one, whoever signed it. */
  if (ca_file != NULL)
    X509_VERIFY_PARAM_set_flags (SSL_CTX_get0_param (context), X509_V_FLAG_PARTIAL_CHAIN);
  ERR_clear_error ();
  return context;
}

static void
cached_context_free (gpointer data)
{
  CachedContext *cached = data;

  SSL_CTX_free (cached->context);
  g_free (cached);
}

static SSL_CTX *
get_context_locked (const char *ca_file, const struct stat *status, GError **error)
{
  const char *key = ca_file != NULL ? ca_file : "";
  CachedContext *cached;
  SSL_CTX *context;

  if (cache == NULL)
    cache = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, cached_context_free);
  cached = g_hash_table_lookup (cache, key);
  if (cached != NULL && cached->size == status->st_size && cached->changed.tv_sec == status->st_mtim.tv_sec
      && cached->changed.tv_nsec == status->st_mtim.tv_nsec)
    return cached->context;

  context = new_context (ca_file, error);
  if (context == NULL)
    return NULL;
  cached = g_new0 (CachedContext, 1);
  cached->context = context;
  cached->changed = status->st_mtim;
  cached->size = status->st_size;
  g_hash_table_replace (cache, g_strdup (key), cached);
  return context;
}

/* The context that trusts the system's authorities and those in CA_FILE (or NULL), read again when the file has
 * changed. Blocks on the disk. (transfer full) */
SSL_CTX *
taube_tls_context_get (const char *ca_file, GError **error)
{
  struct stat status = { 0 };
  SSL_CTX *context;

  if (ca_file != NULL && stat (ca_file, &status) != 0)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("cannot use the CA file “%s”: %s"), ca_file,
                   g_strerror (errno));
      return NULL;
    }
  g_mutex_lock (&cache_lock);
  context = get_context_locked (ca_file, &status, error);
  if (context != NULL)
    SSL_CTX_up_ref (context);
  g_mutex_unlock (&cache_lock);
  return context;
}
