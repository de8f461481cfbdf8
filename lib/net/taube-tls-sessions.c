/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "net/taube-tls-sessions.h"

#include <string.h>

/* As many as an account opens connections at once; TLS 1.3 uses each up. */
#define SESSIONS_MAXIMUM 8

typedef struct
{
  SSL_SESSION *session;
  SSL_CTX *context;
  char *key;
} Entry;

struct _TaubeTlsSessions
{
  gatomicrefcount refs;
  GMutex lock;
  GQueue entries; /* under lock: the newest first */
  gboolean given_up; /* under lock */
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  SSL_SESSION_free (entry->session);
  SSL_CTX_free (entry->context);
  g_free (entry->key);
  g_free (entry);
}

TaubeTlsSessions *
taube_tls_sessions_new (void)
{
  TaubeTlsSessions *self = g_new0 (TaubeTlsSessions, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  g_queue_init (&self->entries);
  return self;
}

TaubeTlsSessions *
taube_tls_sessions_ref (TaubeTlsSessions *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
taube_tls_sessions_unref (TaubeTlsSessions *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_queue_clear_full (&self->entries, entry_free);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* A session that can be resumed, or NULL. One of TLS 1.3 is given once, so that nobody who listens sees that two
 * connections belong together. (transfer full) */
SSL_SESSION *
taube_tls_sessions_take (TaubeTlsSessions *self, SSL_CTX *context, const char *key)
{
  SSL_SESSION *session = NULL;

  g_mutex_lock (&self->lock);
  for (GList *link = self->entries.head, *next; link != NULL && session == NULL; link = next)
    {
      Entry *entry = link->data;

      next = link->next;
      if (entry->context != context || strcmp (entry->key, key) != 0)
        continue;
      if (SSL_SESSION_is_resumable (entry->session))
        {
          SSL_SESSION_up_ref (entry->session);
          session = entry->session;
        }
      if (session == NULL || SSL_SESSION_get_protocol_version (session) >= TLS1_3_VERSION)
        {
          g_queue_delete_link (&self->entries, link);
          entry_free (entry);
        }
    }
  g_mutex_unlock (&self->lock);
  return session;
}

/* SESSION is taken. */
void
taube_tls_sessions_put (TaubeTlsSessions *self, SSL_CTX *context, const char *key, SSL_SESSION *session)
{
  Entry *entry = g_new (Entry, 1);

  SSL_CTX_up_ref (context);
  *entry = (Entry){ session, context, g_strdup (key) };
  g_mutex_lock (&self->lock);
  g_queue_push_head (&self->entries, entry);
  entry = self->given_up || self->entries.length > SESSIONS_MAXIMUM ? g_queue_pop_tail (&self->entries) : NULL;
  g_mutex_unlock (&self->lock);
  if (entry != NULL)
    entry_free (entry);
}

/* Some servers give sessions away and then break over them (Dovecot 2.3 does, when it looks at certificates of
 * clients): nothing is resumed any more. */
void
taube_tls_sessions_give_up (TaubeTlsSessions *self)
{
  GQueue entries;

  g_mutex_lock (&self->lock);
  entries = self->entries;
  g_queue_init (&self->entries);
  self->given_up = TRUE;
  g_mutex_unlock (&self->lock);
  g_queue_clear_full (&entries, entry_free);
}
