/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which folders of a watch are looked at, and when. */
#include "exchange-watch.h"

#include <string.h>

#include "exchange-gettext.h"

/* A folder of which a server tells again and again, although nothing is new in it, is looked at ever more rarely. */
#define PACE_FIRST (G_USEC_PER_SEC / 5)
#define PACE_CAP (30 * G_USEC_PER_SEC)
#define PACE_FORGOTTEN (60 * G_USEC_PER_SEC)

static gint64
get_due (const ExchangeFollowed *followed)
{
  gint64 pause;

  if (followed->urgent || followed->idle_looks < 2)
    return 0;
  pause = PACE_FIRST << MIN (followed->idle_looks - 2, 10);
  return followed->looked + MIN (pause, PACE_CAP);
}

gint64
exchange_watch_get_due (ExchangeHub *hub)
{
  gint64 first = 0;

  for (guint i = 0; i < hub->followed->len; i++)
    {
      const ExchangeFollowed *followed = hub->followed->pdata[i];
      gint64 due = MAX (get_due (followed), 1);

      if (followed->dirty && (first == 0 || due < first))
        first = due;
    }
  return first;
}

void
exchange_watch_want_all (ExchangeHub *hub)
{
  for (guint i = 0; i < hub->followed->len; i++)
    {
      ExchangeFollowed *followed = hub->followed->pdata[i];

      followed->dirty = followed->urgent = TRUE;
    }
}

void
exchange_watch_fail (ExchangeHub *hub, ExchangeFollowed *followed, const GError *problem)
{
  hub->out->fail (followed->folder, problem, hub->out->user_data);
  g_hash_table_remove (hub->by_key, followed->key);
  g_ptr_array_remove (hub->followed, followed);
}

void
exchange_watch_apply_news (ExchangeHub *hub)
{
  ExchangeNews *news = hub->news;
  gboolean found = FALSE;

  for (guint i = 0; i < hub->followed->len; i++)
    {
      ExchangeFollowed *followed = hub->followed->pdata[i];
      g_autofree char *id = exchange_account_dup_folder_id (hub->account, taube_folder_get_path (followed->folder));
      guint flags = id != NULL ? GPOINTER_TO_UINT (g_hash_table_lookup (news->folders, id)) : 0;

      found |= flags != 0;
      followed->dirty |= flags != 0;
      followed->properties |= (flags & EXCHANGE_NEWS_PROPERTIES) != 0;
      /* What is told after a long rest is no flood. */
      if (g_get_monotonic_time () - followed->looked > PACE_FORGOTTEN)
        followed->idle_looks = 0;
    }
  /* A folder that went is found out about by looking at it. What is told of folders that nobody asked about is of one
   * of them, in other words. */
  if (news->everything || (!hub->out->all && (news->hierarchy || (!found && g_hash_table_size (news->folders) > 0))))
    for (guint i = 0; i < hub->followed->len; i++)
      ((ExchangeFollowed *) hub->followed->pdata[i])->dirty = TRUE;
  hub->out->list_again |= news->hierarchy && hub->out->all;
}

/* Properties. */

typedef struct
{
  TaubeFolder *folder;
  gboolean renamed;
} Properties;

static void
on_properties (const ExchangeFolderFacts *facts, gpointer user_data)
{
  Properties *properties = user_data;
  const char *const *path = taube_folder_get_path (properties->folder);
  const char *name = path[g_strv_length ((char **) path) - 1];

  taube_folder_set_counts (properties->folder, facts->total, facts->unread);
  properties->renamed = taube_folder_get_role (properties->folder) != TAUBE_FOLDER_ROLE_INBOX && facts->name != NULL
                        && strcmp (facts->name, name) != 0;
}

/* How many there are, and whether it has another name. */
static gboolean
look_at_properties (ExchangeHub *hub, ExchangeFollowed *followed, GCancellable *cancellable, GError **error)
{
  const ExchangeWire *wire = exchange_account_get_wire (hub->account);
  g_autofree char *id = exchange_account_dup_folder_id (hub->account, taube_folder_get_path (followed->folder));
  g_autofree char *what = g_strdup_printf (_ ("cannot look into folder \"%s\""),
                                           taube_folder_get_name (followed->folder));
  Properties properties = { .folder = followed->folder };

  if (id != NULL && !wire->get_folder (hub->account, id, what, on_properties, &properties, cancellable, error))
    return FALSE;
  hub->out->list_again |= properties.renamed && hub->out->all;
  followed->properties = FALSE;
  return TRUE;
}

/* Items. */

static gboolean
look_at_one (ExchangeHub *hub, ExchangeFollowed *followed, GCancellable *cancellable, GError **error)
{
  TaubeChanges *changes = NULL;

  if (!exchange_folder_look (followed->folder, &followed->token, &changes, cancellable, error))
    return FALSE;
  followed->dirty = followed->urgent = FALSE;
  followed->looked = g_get_monotonic_time ();
  followed->idle_looks = changes == NULL ? MIN (followed->idle_looks + 1, 100) : 0;
  if (changes != NULL)
    hub->out->deliver (followed->folder, changes, hub->out->user_data);
  return !followed->properties || look_at_properties (hub, followed, cancellable, error);
}

static gboolean
is_about_folder (const GError *problem)
{
  return g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND)
         || g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_PERMISSION)
         || g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_INVALID);
}

gboolean
exchange_watch_look (ExchangeHub *hub, GCancellable *cancellable, GError **error)
{
  for (guint i = hub->followed->len; i > 0; i--)
    {
      ExchangeFollowed *followed = hub->followed->pdata[i - 1];
      GError *problem = NULL;

      if (!followed->dirty || get_due (followed) > g_get_monotonic_time ()
          || look_at_one (hub, followed, cancellable, &problem))
        continue;
      if (!is_about_folder (problem))
        {
          g_propagate_error (error, problem);
          return FALSE;
        }
      exchange_watch_fail (hub, followed, problem);
      g_error_free (problem);
    }
  return TRUE;
}
