/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "view-mailbox.h"

#include <taube/taube-error.h>
#include <taube-backend/taube-id-set-impl.h>
#include <taube-backend/taube-message-list-builder.h>

#include <string.h>

typedef struct
{
  guint32 uidvalidity;
  GArray *mails;
} Known;

static void
known_free (gpointer data)
{
  Known *known = data;

  g_array_unref (known->mails);
  g_free (known);
}

static void
add_uid (TaubeIdSet *set, guint32 uidvalidity, guint32 uid)
{
  char prefix[16];

  g_snprintf (prefix, sizeof prefix, "%u.", uidvalidity);
  taube_id_set_add_range (set, prefix, uid, uid);
}

static TaubeChanges *
compare (const Known *known, const Fixture *f)
{
  TaubeIdSet *added = taube_id_set_new (), *changed = taube_id_set_new (), *removed = taube_id_set_new ();
  guint i = 0, k = 0;

  while (i < known->mails->len || k < f->mails->len)
    {
      const Mail *old = i < known->mails->len ? &g_array_index (known->mails, Mail, i) : NULL;
      const Mail *new = k < f->mails->len ? &g_array_index (f->mails, Mail, k) : NULL;

      if (new == NULL || (old != NULL && old->uid < new->uid))
        add_uid (removed, f->uidvalidity, g_array_index (known->mails, Mail, i++).uid);
      else if (old == NULL || new->uid < old->uid)
        add_uid (added, f->uidvalidity, g_array_index (f->mails, Mail, k++).uid);
      else
        {
          if (old->touched != new->touched)
            add_uid (changed, f->uidvalidity, new->uid);
          i++;
          k++;
        }
    }
  return taube_changes_new (added, changed, removed, FALSE);
}

gboolean
view_mailbox_watch_step (Server *server, TestSession *session, TaubeFolder *folder, TaubeWatchStep *step,
                         GCancellable *cancellable, GError **error)
{
  Fixture *f = server->watch_data;
  Known *known = step->state;

  if (taube_session_is_broken (TAUBE_SESSION (session)))
    {
      g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION, "the stream broke");
      return FALSE;
    }
  g_mutex_lock (&f->lock);
  if (known == NULL)
    {
      known = g_new0 (Known, 1);
      step->state = known;
      step->free_state = known_free;
    }
  else if (known->uidvalidity != f->uidvalidity)
    step->changes = taube_changes_new (NULL, NULL, NULL, TRUE);
  else
    step->changes = compare (known, f);
  if (step->changes != NULL && taube_changes_is_empty (step->changes))
    g_clear_pointer (&step->changes, taube_changes_unref);
  g_clear_pointer (&known->mails, g_array_unref);
  known->mails = g_array_copy (f->mails);
  known->uidvalidity = f->uidvalidity;
  g_mutex_unlock (&f->lock);
  step->told = TRUE;
  return TRUE;
}

static gboolean
is_wanted (TaubeListRequest *request, const char *id)
{
  const TaubeIdSet *ids = taube_list_request_get_ids (request);

  return ids == NULL || taube_id_set_contains (ids, id);
}

static TaubeMessageList *
make_list (Fixture *f, TaubeFolder *folder, TaubeListRequest *request)
{
  TaubeMessageListBuilder *builder = taube_message_list_builder_new (folder, taube_list_request_get_fields (request));
  char prefix[16];

  g_snprintf (prefix, sizeof prefix, "%u.", f->uidvalidity);
  for (guint i = f->mails->len; i > 0; i--)
    {
      const Mail *mail = &g_array_index (f->mails, Mail, i - 1);
      g_autofree char *id = g_strdup_printf ("%s%u", prefix, mail->uid);
      g_autofree char *subject = g_strdup_printf ("subject %u", mail->uid % 13);

      if (!is_wanted (request, id))
        continue;
      taube_message_list_builder_add (builder, prefix, mail->uid);
      taube_message_list_builder_set_date (builder, mail->date, 60);
      taube_message_list_builder_set_flags (builder, mail->flags, NULL, 0);
      taube_message_list_builder_set_text (builder, TAUBE_MESSAGE_COLUMN_SUBJECT, subject, strlen (subject));
    }
  return taube_message_list_builder_end (builder);
}

static void
arrive_locked (Fixture *f, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      Mail mail = { f->next_uid++, g_test_rand_int_range (0, 1000), g_test_rand_int_range (0, 8), 0 };

      g_array_append_val (f->mails, mail);
    }
}

/* In chunks of seven, whatever was asked for; some questions fail in the middle. */
TaubeItemList *
view_mailbox_list (Server *server, TaubeFolder *folder, TaubeListRequest *request, GError **error)
{
  Fixture *f = server->list_data;
  g_autoptr (TaubeMessageList) all = NULL;
  gboolean fails;
  guint rows;

  g_mutex_lock (&f->lock);
  fails = f->moods > 0;
  f->moods -= fails;
  if (taube_list_request_get_ids (request) == NULL && taube_list_request_get_fields (request) == TAUBE_LIST_FIELDS_NONE
      && f->moods_of_looks > 0)
    {
      f->moods_of_looks--;
      fails = TRUE;
    }
  if (taube_list_request_get_ids (request) == NULL)
    *(taube_list_request_get_fields (request) == TAUBE_LIST_FIELDS_NONE ? &f->looks : &f->listings) += 1;
  arrive_locked (f, f->ghosts);
  all = make_list (f, folder, request);
  g_array_set_size (f->mails, f->mails->len - f->ghosts);
  g_mutex_unlock (&f->lock);
  if (taube_list_request_wants_chunks (request, &rows))
    {
      guint n = taube_item_list_get_size (TAUBE_ITEM_LIST (all));

      for (guint i = 0; i < n && !(fails && i >= 7); i += 7)
        {
          TaubeMessageListBuilder *builder = taube_message_list_builder_new (folder, TAUBE_LIST_FIELDS_DEFAULT);
          g_autoptr (TaubeMessageList) chunk = NULL;

          for (guint k = i; k < MIN (i + 7, n); k++)
            {
              g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (all), k);
              const char *subject = taube_message_list_get_subject (all, k);
              gint64 date = 0;

              taube_message_list_get_date (all, k, &date, NULL);
              taube_message_list_builder_add_id (builder, id);
              taube_message_list_builder_set_date (builder, date, 60);
              taube_message_list_builder_set_flags (builder, taube_message_list_get_flags (all, k), NULL, 0);
              taube_message_list_builder_set_text (builder, TAUBE_MESSAGE_COLUMN_SUBJECT, subject, strlen (subject));
            }
          chunk = taube_message_list_builder_end (builder);
          taube_list_request_deliver_chunk (request, TAUBE_ITEM_LIST (chunk));
        }
    }
  if (!fails)
    return TAUBE_ITEM_LIST (g_steal_pointer (&all));
  g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION, "the stream broke");
  return NULL;
}

void
view_mailbox_set_flags (Fixture *f, guint i, TaubeMessageFlags flags)
{
  Mail *mail = &g_array_index (f->mails, Mail, i);

  mail->flags = flags;
  mail->touched++;
}

void
view_mailbox_arrive (Fixture *f, guint n)
{
  g_mutex_lock (&f->lock);
  arrive_locked (f, n);
  g_mutex_unlock (&f->lock);
}
