/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sasl/taube-sasl-guard.h"

#include <taube-backend/taube-testing.h>

/* Logins that are remembered; a program with more forgets, which only means that it is not warned. */
#define LOGINS_MAXIMUM 100000

static GMutex lock;
static GHashTable *ranks; /* under lock: login -> rank */

/* No part can hold a line feed. */
static char *
make_key (const TaubeSaslIdentity *identity)
{
  return g_strdup_printf ("%s\n%s\n%u\n%s", identity->service != NULL ? identity->service : "", identity->host,
                          identity->port, identity->user);
}

/* The strongest way in which this login succeeded in this process. */
TaubeSaslRank
taube_sasl_guard_get (const TaubeSaslIdentity *identity)
{
  g_autofree char *key = make_key (identity);
  TaubeSaslRank rank = TAUBE_SASL_RANK_NONE;

  g_mutex_lock (&lock);
  if (ranks != NULL)
    rank = GPOINTER_TO_INT (g_hash_table_lookup (ranks, key));
  g_mutex_unlock (&lock);
  return rank;
}

void
taube_sasl_guard_note (const TaubeSaslIdentity *identity, TaubeSaslRank rank)
{
  g_autofree char *key = make_key (identity);

  g_mutex_lock (&lock);
  if (ranks == NULL)
    ranks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (GPOINTER_TO_INT (g_hash_table_lookup (ranks, key)) < (int) rank && g_hash_table_size (ranks) < LOGINS_MAXIMUM)
    g_hash_table_replace (ranks, g_steal_pointer (&key), GINT_TO_POINTER (rank));
  g_mutex_unlock (&lock);
}

void
taube_sasl_forget_logins (void)
{
  g_mutex_lock (&lock);
  g_clear_pointer (&ranks, g_hash_table_unref);
  g_mutex_unlock (&lock);
}
