/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-folder-view.h>

#include <taube/taube-enum-types.h>
#include <taube/taube-folder.h>
#include <taube/taube-item-list.h>
#include <taube/taube-message.h>

#include "core/taube-view-private.h"

struct _TaubeFolderView
{
  GObject parent_instance;
  TaubeFolder *folder;
  TaubeViewRows *rows;
  TaubeViewOrder order;
  TaubeViewSync *sync;
};

typedef struct
{
  GObjectClass parent_class;
} TaubeFolderViewClass;

/**
 * TaubeFolderView:
 *
 * The messages of a folder as a live, sorted list: a [iface@Gio.ListModel] that a list widget is bound to.
 *
 * The view follows the folder by a watch of its own, fills itself newest first, and tells of every change by
 * [signal@Gio.ListModel::items-changed] with the exact position and numbers: neighbours that come or go together are
 * one signal. It goes on after lost connections and after [method@Account.account_disconnect] as a [class@Watch] does;
 * what happened in between is shown then.
 *
 * Items are [class@Message] objects, made when they are asked for. A message never changes; when its flags do, another
 * object takes its place, which is told as one row removed and one added at the same position, as GTK expects of a
 * model whose items are replaced. A selection that has to survive that is kept by ids, see [method@FolderView.find]. A
 * program that needs no objects reads the cells, see [method@FolderView.get_cells].
 *
 * A view belongs to the context in which its account was made: make it and use it there, as a list widget does. It may
 * be dropped on any thread and at any moment, in the middle of its own signals, too.
 */
static void taube_folder_view_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TaubeFolderView, taube_folder_view, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, taube_folder_view_model_init))

enum
{
  PROP_ERROR = 1,
  PROP_FOLDER,
  PROP_ITEM_TYPE,
  PROP_LOADING,
  PROP_N_ITEMS,
  PROP_ONLINE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

/* The model. */

static GType
model_get_item_type (GListModel *model)
{
  return TAUBE_TYPE_MESSAGE;
}

static guint
model_get_n_items (GListModel *model)
{
  return taube_view_rows_get_shown (((TaubeFolderView *) model)->rows);
}

static gpointer
model_get_item (GListModel *model, guint position)
{
  TaubeFolderView *self = (TaubeFolderView *) model;
  TaubeMessageList *list;
  guint index;

  if (position >= taube_view_rows_get_shown (self->rows))
    return NULL;
  list = taube_view_rows_get_cells (self->rows, taube_view_rows_at (self->rows, position), &index);
  return taube_item_list_get_item (TAUBE_ITEM_LIST (list), index);
}

static void
taube_folder_view_model_init (GListModelInterface *iface)
{
  iface->get_item_type = model_get_item_type;
  iface->get_n_items = model_get_n_items;
  iface->get_item = model_get_item;
}

/* The object. */

static void
taube_folder_view_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TaubeFolderView *self = (TaubeFolderView *) object;

  switch (id)
    {
    case PROP_ERROR:
      g_value_set_boxed (value, taube_folder_view_get_error (self));
      break;
    case PROP_FOLDER:
      g_value_set_object (value, self->folder);
      break;
    case PROP_ITEM_TYPE:
      g_value_set_gtype (value, TAUBE_TYPE_MESSAGE);
      break;
    case PROP_LOADING:
      g_value_set_boolean (value, taube_folder_view_is_loading (self));
      break;
    case PROP_N_ITEMS:
      g_value_set_uint (value, taube_folder_view_get_size (self));
      break;
    case PROP_ONLINE:
      g_value_set_boolean (value, taube_folder_view_is_online (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
taube_folder_view_finalize (GObject *object)
{
  TaubeFolderView *self = (TaubeFolderView *) object;

  g_clear_pointer (&self->sync, taube_view_sync_free);
  taube_view_rows_free (self->rows);
  g_clear_object (&self->folder);
  G_OBJECT_CLASS (taube_folder_view_parent_class)->finalize (object);
}

static void
taube_folder_view_class_init (TaubeFolderViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = taube_folder_view_get_property;
  object_class->finalize = taube_folder_view_finalize;
  /**
   * TaubeFolderView:error: (getter get_error)
   *
   * Why the folder cannot be followed any more.
   */
  props[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags);
  /**
   * TaubeFolderView:folder: (getter get_folder)
   *
   * The folder that is shown.
   */
  props[PROP_FOLDER] = g_param_spec_object ("folder", NULL, NULL, TAUBE_TYPE_FOLDER, flags);
  /**
   * TaubeFolderView:item-type:
   *
   * The type of the items, as [method@Gio.ListModel.get_item_type] gives it.
   */
  props[PROP_ITEM_TYPE] = g_param_spec_gtype ("item-type", NULL, NULL, TAUBE_TYPE_ITEM, flags);
  /**
   * TaubeFolderView:loading: (getter is_loading)
   *
   * Whether rows are still to come that were in the folder before.
   */
  props[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, TRUE, flags);
  /**
   * TaubeFolderView:n-items:
   *
   * How many rows are shown.
   */
  props[PROP_N_ITEMS] = g_param_spec_uint ("n-items", NULL, NULL, 0, G_MAXUINT, 0, flags);
  /**
   * TaubeFolderView:online: (getter is_online)
   *
   * Whether the folder is being followed right now.
   */
  props[PROP_ONLINE] = g_param_spec_boolean ("online", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
taube_folder_view_init (TaubeFolderView *self)
{
  self->order.sort = TAUBE_VIEW_SORT_DATE;
  self->order.descending = TRUE;
  self->rows = taube_view_rows_new (&self->order);
}

/**
 * taube_folder_view_new:
 * @folder: a mail folder
 *
 * Makes a view of a folder, newest first, and begins to fill it. This returns at once, with an empty view. Call it in
 * the context in which the account was made.
 *
 * Returns: (transfer full): the view, or %NULL with @error: %TAUBE_ERROR_NOT_SUPPORTED when the backend cannot follow
 *   or list folders
 */
TaubeFolderView *
taube_folder_view_new (TaubeFolder *folder, GError **error)
{
  g_autoptr (TaubeFolderView) self = NULL;

  g_return_val_if_fail (TAUBE_IS_FOLDER (folder), NULL);
  self = g_object_new (TAUBE_TYPE_FOLDER_VIEW, NULL);
  self->folder = g_object_ref (folder);
  self->sync = taube_view_sync_new (self, folder, error);
  return self->sync != NULL ? g_steal_pointer (&self) : NULL;
}

/* What the way to the server says. */

TaubeViewRows *
taube_folder_view_get_rows (TaubeFolderView *self)
{
  return self->rows;
}

void
taube_folder_view_note (TaubeFolderView *self, TaubeViewNote note)
{
  static const int ids[] = { PROP_LOADING, PROP_ONLINE, PROP_ERROR };

  g_object_notify_by_pspec (G_OBJECT (self), props[ids[note]]);
}

void
taube_folder_view_tidy_up (TaubeFolderView *self)
{
  taube_view_rows_tidy_up (self->rows, self->folder);
}

/* Handlers may do what they like: whoever calls this holds SELF, and looks at every row anew afterwards. */
static void
splice (TaubeFolderView *self, guint position, guint removed, guint added)
{
  if (removed == 0 && added == 0)
    return;
  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
  if (removed != added)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_ITEMS]);
}

static int
compare_rows (gconstpointer a, gconstpointer b, gpointer rows)
{
  return taube_view_rows_compare (rows, *(const guint32 *) a, *(const guint32 *) b);
}

static void
sort_rows (TaubeFolderView *self, GArray *rows)
{
  g_array_sort_with_data (rows, compare_rows, self->rows);
}

static guint32
row_at (GArray *rows, guint i)
{
  return g_array_index (rows, guint32, i);
}

/* Those of ROWS that are shown are hidden, from the last to the first. */
static void
hide (TaubeFolderView *self, GArray *rows)
{
  sort_rows (self, rows);
  for (guint i = rows->len; i > 0;)
    {
      guint position, n = 0;

      if (!taube_view_rows_is_shown (self->rows, row_at (rows, i - 1)))
        {
          i--;
          continue;
        }
      position = taube_view_rows_position (self->rows, row_at (rows, i - 1)) + 1;
      while (i > 0 && taube_view_rows_is_shown (self->rows, row_at (rows, i - 1))
             && taube_view_rows_position (self->rows, row_at (rows, i - 1)) + 1 == position)
        {
          taube_view_rows_hide (self->rows, row_at (rows, --i));
          position--;
          n++;
        }
      splice (self, position, n, 0);
    }
}

/* Those of ROWS that are hidden and pass the filter are shown, from the first to the last. */
static void
show (TaubeFolderView *self, GArray *rows)
{
  sort_rows (self, rows);
  for (guint i = 0; i < rows->len;)
    {
      guint position = 0, n = 0;

      for (; i < rows->len; i++)
        {
          guint32 row = row_at (rows, i);
          guint here;

          if (taube_view_rows_is_shown (self->rows, row) || !taube_view_rows_passes (self->rows, row))
            continue;
          here = taube_view_rows_position (self->rows, row);
          if (n > 0 && here != position + n)
            break;
          position = n > 0 ? position : here;
          taube_view_rows_show (self->rows, row);
          n++;
        }
      splice (self, position, 0, n);
    }
}

typedef struct
{
  guint32 row;
  guint index;
} Renewal;

static int
compare_renewals (gconstpointer a, gconstpointer b, gpointer rows)
{
  return taube_view_rows_compare (rows, ((const Renewal *) a)->row, ((const Renewal *) b)->row);
}

/* Shown rows get other cells where they are. */
static void
renew (TaubeFolderView *self, TaubeMessageList *list, GArray *renewals)
{
  g_array_sort_with_data (renewals, compare_renewals, self->rows);
  for (guint i = 0; i < renewals->len;)
    {
      guint position = 0, n = 0;

      for (; i < renewals->len; i++)
        {
          Renewal *renewal = &g_array_index (renewals, Renewal, i);
          guint here;

          if (!taube_view_rows_is_shown (self->rows, renewal->row))
            {
              taube_view_rows_set_cells (self->rows, renewal->row, list, renewal->index);
              continue;
            }
          here = taube_view_rows_position (self->rows, renewal->row);
          if (n > 0 && here != position + n)
            break;
          position = n > 0 ? position : here;
          taube_view_rows_set_cells (self->rows, renewal->row, list, renewal->index);
          n++;
        }
      splice (self, position, n, n);
    }
}

static gboolean
has_same_flags (TaubeMessageList *a, guint i, TaubeMessageList *b, guint k)
{
  return taube_message_list_get_flags (a, i) == taube_message_list_get_flags (b, k)
         && g_strv_equal (taube_message_list_get_keywords (a, i), taube_message_list_get_keywords (b, k));
}

/* What becomes of a row that is known: nothing, when its cells say the same. */
static void
sort_out (TaubeFolderView *self, guint32 row, TaubeMessageList *list, guint index, GArray *moving, GArray *renewals)
{
  TaubeMessageFlags flags = taube_message_list_get_flags (list, index);
  gboolean passes = (flags & self->order.mask) == self->order.flags;
  Renewal renewal = { row, index };
  TaubeMessageList *before;
  guint index_before;

  before = taube_view_rows_get_cells (self->rows, row, &index_before);
  if (has_same_flags (before, index_before, list, index))
    return;
  if (taube_view_rows_is_shown (self->rows, row)
      && (!passes || !taube_view_rows_keeps_key (self->rows, row, list, index)))
    g_array_append_val (moving, row);
  g_array_append_val (renewals, renewal);
}

void
taube_folder_view_take (TaubeFolderView *self, TaubeMessageList *list, guint index, guint n, GArray *rows_out)
{
  g_autoptr (GArray) fresh = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GArray) moving = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GArray) renewals = g_array_new (FALSE, FALSE, sizeof (Renewal));

  for (guint i = index; i < index + n; i++)
    {
      g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (list), i);
      guint32 row = taube_view_rows_find (self->rows, id);

      if (row == TAUBE_VIEW_NO_ROW)
        {
          row = taube_view_rows_add (self->rows, list, i);
          g_array_append_val (fresh, row);
        }
      else
        sort_out (self, row, list, i, moving, renewals);
      if (rows_out != NULL)
        g_array_append_val (rows_out, row);
    }
  hide (self, moving);
  renew (self, list, renewals);
  for (guint i = 0; i < renewals->len; i++)
    g_array_append_val (fresh, g_array_index (renewals, Renewal, i).row);
  show (self, fresh);
}

void
taube_folder_view_remove (TaubeFolderView *self, GArray *rows)
{
  hide (self, rows);
  for (guint i = 0; i < rows->len; i++)
    if (!taube_view_rows_is_shown (self->rows, row_at (rows, i)))
      taube_view_rows_drop (self->rows, row_at (rows, i));
}

void
taube_folder_view_clear (TaubeFolderView *self)
{
  guint n = taube_view_rows_get_shown (self->rows);

  taube_view_rows_free (self->rows);
  self->rows = taube_view_rows_new (&self->order);
  splice (self, 0, n, 0);
}

/* Another order: what stays at both ends is not told. */
static void
reorder (TaubeFolderView *self)
{
  guint before = taube_view_rows_get_shown (self->rows), after, head = 0, tail = 0;
  g_autofree guint32 *old = g_new (guint32, before + 1);

  for (guint i = 0; i < before; i++)
    old[i] = taube_view_rows_at (self->rows, i);
  taube_view_rows_set_order (self->rows, &self->order);
  after = taube_view_rows_get_shown (self->rows);
  while (head < MIN (before, after) && taube_view_rows_at (self->rows, head) == old[head])
    head++;
  while (tail < MIN (before, after) - head
         && taube_view_rows_at (self->rows, after - 1 - tail) == old[before - 1 - tail])
    tail++;
  splice (self, head, before - head - tail, after - head - tail);
}

/**
 * taube_folder_view_get_folder: (get-property folder)
 *
 * Gives the folder that is shown.
 *
 * Returns: (transfer none): the folder
 */
TaubeFolder *
taube_folder_view_get_folder (TaubeFolderView *self)
{
  g_return_val_if_fail (TAUBE_IS_FOLDER_VIEW (self), NULL);
  return self->folder;
}

/**
 * taube_folder_view_set_sort:
 * @sort: by what
 * @descending: whether the newest, largest or last comes first
 *
 * Sorts the rows. At the start they are sorted by date, newest first. Equal ones are in the order in which they came.
 */
void
taube_folder_view_set_sort (TaubeFolderView *self, TaubeViewSort sort, gboolean descending)
{
  g_return_if_fail (TAUBE_IS_FOLDER_VIEW (self));
  descending = descending != FALSE;
  if (self->order.sort == sort && self->order.descending == descending)
    return;
  self->order.sort = sort;
  self->order.descending = descending;
  g_object_ref (self);
  reorder (self);
  g_object_unref (self);
}

/**
 * taube_folder_view_get_sort:
 * @descending_out: (out) (optional): where to put whether the newest, largest or last comes first
 *
 * Tells how the rows are sorted.
 *
 * Returns: by what
 */
TaubeViewSort
taube_folder_view_get_sort (TaubeFolderView *self, gboolean *descending_out)
{
  g_return_val_if_fail (TAUBE_IS_FOLDER_VIEW (self), TAUBE_VIEW_SORT_DATE);
  if (descending_out != NULL)
    *descending_out = self->order.descending;
  return self->order.sort;
}

/**
 * taube_folder_view_set_filter:
 * @mask: the flags that matter; none: all messages are shown
 * @flags: which of them a message must have; those of @mask that are not here it must not have
 *
 * Shows only some messages, such as those that were not read: %TAUBE_MESSAGE_FLAGS_SEEN and %TAUBE_MESSAGE_FLAGS_NONE.
 * The others are kept, and a message comes and goes with its flags.
 */
void
taube_folder_view_set_filter (TaubeFolderView *self, TaubeMessageFlags mask, TaubeMessageFlags flags)
{
  g_return_if_fail (TAUBE_IS_FOLDER_VIEW (self));
  flags &= mask;
  if (self->order.mask == mask && self->order.flags == flags)
    return;
  self->order.mask = mask;
  self->order.flags = flags;
  g_object_ref (self);
  reorder (self);
  g_object_unref (self);
}

/**
 * taube_folder_view_get_filter:
 * @flags_out: (out) (optional): where to put which of them a message must have
 *
 * Tells which messages are shown.
 *
 * Returns: the flags that matter
 */
TaubeMessageFlags
taube_folder_view_get_filter (TaubeFolderView *self, TaubeMessageFlags *flags_out)
{
  g_return_val_if_fail (TAUBE_IS_FOLDER_VIEW (self), TAUBE_MESSAGE_FLAGS_NONE);
  if (flags_out != NULL)
    *flags_out = self->order.flags;
  return self->order.mask;
}

/**
 * taube_folder_view_get_size:
 *
 * Tells how many rows are shown, as [method@Gio.ListModel.get_n_items] does.
 *
 * Returns: the number of rows
 */
guint
taube_folder_view_get_size (TaubeFolderView *self)
{
  g_return_val_if_fail (TAUBE_IS_FOLDER_VIEW (self), 0);
  return taube_view_rows_get_shown (self->rows);
}

/**
 * taube_folder_view_get_loaded:
 *
 * Tells how many messages are known by now, with those that the filter hides. While the view is being filled, this and
 * [method@Folder.get_total] tell how far it is.
 *
 * Returns: the number of messages
 */
guint
taube_folder_view_get_loaded (TaubeFolderView *self)
{
  g_return_val_if_fail (TAUBE_IS_FOLDER_VIEW (self), 0);
  return taube_view_rows_get_count (self->rows);
}

/**
 * taube_folder_view_get_cells:
 * @position: which row, from 0; less than the size
 * @index_out: (out): where to put the row's position in the list that is returned
 *
 * Tells where the cells of a row can be read without making an object for it.
 *
 * Returns: (transfer none): the list that has them, valid until the view changes
 */
TaubeMessageList *
taube_folder_view_get_cells (TaubeFolderView *self, guint position, guint *index_out)
{
  g_return_val_if_fail (TAUBE_IS_FOLDER_VIEW (self), NULL);
  g_return_val_if_fail (position < taube_view_rows_get_shown (self->rows), NULL);
  return taube_view_rows_get_cells (self->rows, taube_view_rows_at (self->rows, position), index_out);
}

/**
 * taube_folder_view_get_id:
 * @position: which row, from 0; less than the size
 *
 * Gives the id of a message without making the message.
 *
 * Returns: (transfer full): the id, as [method@Item.get_id] gives it
 */
char *
taube_folder_view_get_id (TaubeFolderView *self, guint position)
{
  TaubeMessageList *list;
  guint index;

  g_return_val_if_fail (TAUBE_IS_FOLDER_VIEW (self), NULL);
  g_return_val_if_fail (position < taube_view_rows_get_shown (self->rows), NULL);
  list = taube_folder_view_get_cells (self, position, &index);
  return taube_item_list_get_id (TAUBE_ITEM_LIST (list), index);
}

/**
 * taube_folder_view_find:
 * @id: the id of a message
 * @position_out: (out) (optional): where to put its position, which is left alone when it is not shown
 *
 * Looks for a message by its id, without looking at each.
 *
 * Returns: whether it is shown
 */
gboolean
taube_folder_view_find (TaubeFolderView *self, const char *id, guint *position_out)
{
  guint32 row;

  g_return_val_if_fail (TAUBE_IS_FOLDER_VIEW (self), FALSE);
  g_return_val_if_fail (id != NULL, FALSE);
  row = taube_view_rows_find (self->rows, id);
  if (row == TAUBE_VIEW_NO_ROW || !taube_view_rows_is_shown (self->rows, row))
    return FALSE;
  if (position_out != NULL)
    *position_out = taube_view_rows_position (self->rows, row);
  return TRUE;
}

/**
 * taube_folder_view_is_loading: (get-property loading)
 *
 * Tells whether rows are still to come that were in the folder before: at the start, and after the server made the
 * folder anew. Rows can be used meanwhile.
 *
 * Returns: %FALSE when all that is there has been loaded
 */
gboolean
taube_folder_view_is_loading (TaubeFolderView *self)
{
  g_return_val_if_fail (TAUBE_IS_FOLDER_VIEW (self), FALSE);
  return self->sync == NULL || taube_view_sync_is_loading (self->sync);
}

/**
 * taube_folder_view_is_online: (get-property online)
 *
 * Tells whether the folder is being followed right now. What happens while it is not is shown after the next
 * connection.
 *
 * Returns: %FALSE before the first connection and while there is none
 */
gboolean
taube_folder_view_is_online (TaubeFolderView *self)
{
  g_return_val_if_fail (TAUBE_IS_FOLDER_VIEW (self), FALSE);
  return self->sync != NULL && taube_view_sync_is_online (self->sync);
}

/**
 * taube_folder_view_get_error: (get-property error)
 *
 * Tells why the view follows the folder no more: the folder has gone, or the sign-in was refused. The rows stay as they
 * were.
 *
 * Returns: (transfer none) (nullable): the error; %NULL when there is none, lost connections included
 */
const GError *
taube_folder_view_get_error (TaubeFolderView *self)
{
  g_return_val_if_fail (TAUBE_IS_FOLDER_VIEW (self), NULL);
  return self->sync != NULL ? taube_view_sync_get_error (self->sync) : NULL;
}
