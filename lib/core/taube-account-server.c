/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-account-private.h"

struct _TaubeAccountServer
{
  GMutex lock;
  char *name;
  char **extensions;
  GVariant *facts; /* a{ss} or NULL */
};

TaubeAccountServer *
taube_account_server_new (void)
{
  TaubeAccountServer *self = g_new0 (TaubeAccountServer, 1);

  g_mutex_init (&self->lock);
  return self;
}

void
taube_account_server_free (TaubeAccountServer *self)
{
  g_free (self->name);
  g_strfreev (self->extensions);
  g_clear_pointer (&self->facts, g_variant_unref);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/**
 * taube_account_get_server_name:
 *
 * What the server calls itself, for people and logs: nothing is to be concluded from it. It is known once a connection
 * was signed in, and stays when that is closed.
 *
 * Returns: (transfer full) (nullable): a text in UTF-8, or %NULL when nothing is known
 */
char *
taube_account_get_server_name (TaubeAccount *self)
{
  TaubeAccountServer *server;
  char *name;

  g_return_val_if_fail (TAUBE_IS_ACCOUNT (self), NULL);
  server = taube_account_get_server (self);
  g_mutex_lock (&server->lock);
  name = g_strdup (server->name);
  g_mutex_unlock (&server->lock);
  return name;
}

/**
 * taube_account_get_server_extensions:
 *
 * The protocol extensions that the server announced at the last sign-in, in its own words.
 * [method@Account.get_capabilities] says what they are good for.
 *
 * Returns: (transfer full) (array zero-terminated=1): the words, none before the first sign-in
 */
char **
taube_account_get_server_extensions (TaubeAccount *self)
{
  TaubeAccountServer *server;
  char **extensions;

  g_return_val_if_fail (TAUBE_IS_ACCOUNT (self), NULL);
  server = taube_account_get_server (self);
  g_mutex_lock (&server->lock);
  extensions = server->extensions != NULL ? g_strdupv (server->extensions) : g_new0 (char *, 1);
  g_mutex_unlock (&server->lock);
  return extensions;
}

/**
 * taube_account_get_server_facts:
 *
 * Gives what else the server said of itself, by name: `append-limit` (the largest message it takes, in bytes),
 * `jmap-session` (where the same mailbox can be reached by JMAP, RFC 9698). Which there are depends on the server.
 * Known once a connection was signed in; from any thread.
 *
 * Returns: (transfer full): a dictionary of strings, of type `a{ss}`; empty before the first connection
 */
GVariant *
taube_account_get_server_facts (TaubeAccount *self)
{
  TaubeAccountServer *server;
  GVariant *facts;

  g_return_val_if_fail (TAUBE_IS_ACCOUNT (self), NULL);
  server = taube_account_get_server (self);
  g_mutex_lock (&server->lock);
  facts = server->facts != NULL ? g_variant_ref (server->facts) : NULL;
  g_mutex_unlock (&server->lock);
  return facts != NULL ? facts : g_variant_ref_sink (g_variant_new ("a{ss}", NULL));
}

static void
notify (TaubeAccount *self, const char *property)
{
  GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (self), property);

  taube_notifier_add (taube_account_get_notifier (self), self, spec);
}

void
taube_account_set_server (TaubeAccount *self, const char *name, const char *const *extensions)
{
  TaubeAccountServer *server = taube_account_get_server (self);
  g_autofree char *old_name = NULL;
  g_auto (GStrv) old_extensions = NULL;
  char *valid = name != NULL ? g_utf8_make_valid (name, -1) : NULL;
  char **copy = g_strdupv ((char **) extensions);

  for (guint i = 0; copy != NULL && copy[i] != NULL; i++)
    {
      char *raw = copy[i];

      copy[i] = g_utf8_make_valid (raw, -1);
      g_free (raw);
    }
  g_mutex_lock (&server->lock);
  old_name = server->name;
  server->name = valid;
  old_extensions = server->extensions;
  server->extensions = copy;
  g_mutex_unlock (&server->lock);
  notify (self, "server-name");
  notify (self, "server-extensions");
}

void
taube_account_set_server_facts (TaubeAccount *self, GVariant *facts)
{
  TaubeAccountServer *server = taube_account_get_server (self);
  g_autoptr (GVariant) old = NULL;

  g_variant_ref_sink (facts);
  g_mutex_lock (&server->lock);
  old = server->facts;
  server->facts = facts;
  g_mutex_unlock (&server->lock);
}
