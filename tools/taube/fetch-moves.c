/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch-moves.h"

#include "fetch-files.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

struct _FetchMoves
{
  GPtrArray *moves; /* of Move * */
};

typedef struct
{
  char *tag;
  char *from;
  char *place;
} Move;

static void
move_free (gpointer data)
{
  Move *self = data;

  if (self->from != NULL)
    g_unlink (self->from);
  g_free (self->tag);
  g_free (self->from);
  g_free (self->place);
  g_free (self);
}

FetchMoves *
fetch_moves_new (void)
{
  FetchMoves *self = g_new0 (FetchMoves, 1);

  self->moves = g_ptr_array_new_with_free_func (move_free);
  return self;
}

void
fetch_moves_free (FetchMoves *self)
{
  g_ptr_array_unref (self->moves);
  g_free (self);
}

void
fetch_moves_drop (FetchDraft *draft)
{
  close (fetch_draft_get_fd (draft));
  g_unlink (fetch_draft_get_path (draft));
  g_object_unref (draft);
}

gboolean
fetch_moves_add (FetchMoves *self, FetchDraft *draft, const char *tag, const char *place, GError **error)
{
  Move *move;

  if (!files_sync (fetch_draft_get_fd (draft), fetch_draft_get_path (draft), error))
    {
      fetch_moves_drop (draft);
      return FALSE;
    }
  move = g_new0 (Move, 1);
  move->tag = g_strdup (tag);
  move->from = g_strdup (fetch_draft_get_path (draft));
  move->place = g_strdup (place);
  g_ptr_array_add (self->moves, move);
  close (fetch_draft_get_fd (draft));
  g_object_unref (draft);
  return TRUE;
}

gboolean
fetch_moves_commit (FetchMoves *self, const char *folder, GHashTable *tags, GError **error)
{
  if (self->moves->len == 0)
    return TRUE;
  for (guint i = 0; i < self->moves->len; i++)
    {
      Move *move = self->moves->pdata[i];

      if (g_rename (move->from, move->place) != 0)
        return files_fail (error, errno, _ ("cannot create \"%s\": %s"), move->place);
      g_clear_pointer (&move->from, g_free);
    }
  if (!files_sync_folder (folder, error))
    return FALSE;
  for (guint i = 0; i < self->moves->len; i++)
    {
      Move *move = self->moves->pdata[i];

      g_hash_table_add (tags, g_steal_pointer (&move->tag));
    }
  g_ptr_array_set_size (self->moves, 0);
  return TRUE;
}
