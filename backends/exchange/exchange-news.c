/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-news.h"

#include <string.h>

/* More folders than that are all of them; no id is longer. */
#define FOLDERS_MAXIMUM 10000
#define ID_MAXIMUM 2000

ExchangeNews *
exchange_news_new (void)
{
  ExchangeNews *self = g_new0 (ExchangeNews, 1);

  self->folders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->lost = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
exchange_news_free (ExchangeNews *self)
{
  g_hash_table_unref (self->folders);
  g_ptr_array_unref (self->lost);
  g_free (self);
}

void
exchange_news_clear (ExchangeNews *self)
{
  GHashTable *folders = self->folders;
  GPtrArray *lost = self->lost;

  g_hash_table_remove_all (folders);
  g_ptr_array_set_size (lost, 0);
  *self = (ExchangeNews){ .folders = folders, .lost = lost };
}

void
exchange_news_add (ExchangeNews *self, const char *folder_id, ExchangeNewsFlags flags)
{
  guint known;

  if (folder_id == NULL || folder_id[0] == '\0' || strlen (folder_id) > ID_MAXIMUM
      || g_hash_table_size (self->folders) >= FOLDERS_MAXIMUM)
    {
      self->everything = TRUE;
      return;
    }
  known = GPOINTER_TO_UINT (g_hash_table_lookup (self->folders, folder_id));
  if ((known | flags) != known)
    g_hash_table_replace (self->folders, g_strdup (folder_id), GUINT_TO_POINTER (known | flags));
}

void
exchange_news_add_lost (ExchangeNews *self, const char *subscription_id)
{
  if (subscription_id == NULL || subscription_id[0] == '\0' || strlen (subscription_id) > ID_MAXIMUM
      || self->lost->len >= FOLDERS_MAXIMUM)
    self->all_lost = TRUE;
  else
    g_ptr_array_add (self->lost, g_strdup (subscription_id));
}
