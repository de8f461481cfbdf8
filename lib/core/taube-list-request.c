/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-list-request-private.h"

#include <taube/taube-enum-types.h>
#include <taube/taube-id-set.h>
#include <taube/taube-progress.h>

/* The application's function, shared by a request and its copies. */
typedef struct
{
  gatomicrefcount refs;
  guint rows;
  TaubeListChunkFunc func;
  gpointer user_data;
  GDestroyNotify notify;
} ChunkClosure;

/**
 * TaubeListRequest:
 *
 * Which items of a folder are wanted, what is wanted of each, and in which order.
 *
 * A call takes a copy of the request: changes made afterwards do not reach it, and the same request can be used again.
 * Not to be changed from two threads at once.
 */
struct _TaubeListRequest
{
  GObject parent_instance;
  TaubeListFields fields;
  guint64 newest;
  gboolean newest_first;
  TaubeIdSet *ids;
  TaubePriority priority;
  TaubeProgress *progress;
  ChunkClosure *chunk;
  TaubeDeliverFunc deliver;
  gpointer target;
};

typedef struct
{
  GObjectClass parent_class;
} TaubeListRequestClass;

enum
{
  PROP_FIELDS = 1,
  PROP_NEWEST,
  PROP_NEWEST_FIRST,
  PROP_IDS,
  PROP_PRIORITY,
  PROP_PROGRESS,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (TaubeListRequest, taube_list_request, G_TYPE_OBJECT)

static ChunkClosure *
chunk_closure_ref (ChunkClosure *closure)
{
  g_atomic_ref_count_inc (&closure->refs);
  return closure;
}

static void
chunk_closure_unref (ChunkClosure *closure)
{
  if (!g_atomic_ref_count_dec (&closure->refs))
    return;
  if (closure->notify != NULL)
    closure->notify (closure->user_data);
  g_free (closure);
}

static void
taube_list_request_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TaubeListRequest *self = (TaubeListRequest *) object;

  switch (id)
    {
    case PROP_FIELDS:
      g_value_set_flags (value, self->fields);
      break;
    case PROP_NEWEST:
      g_value_set_uint64 (value, self->newest);
      break;
    case PROP_NEWEST_FIRST:
      g_value_set_boolean (value, self->newest_first);
      break;
    case PROP_IDS:
      g_value_set_boxed (value, self->ids);
      break;
    case PROP_PRIORITY:
      g_value_set_enum (value, self->priority);
      break;
    case PROP_PROGRESS:
      g_value_set_object (value, self->progress);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
taube_list_request_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  TaubeListRequest *self = (TaubeListRequest *) object;

  switch (id)
    {
    case PROP_FIELDS:
      taube_list_request_set_fields (self, g_value_get_flags (value));
      break;
    case PROP_NEWEST:
      taube_list_request_set_newest (self, g_value_get_uint64 (value));
      break;
    case PROP_NEWEST_FIRST:
      taube_list_request_set_newest_first (self, g_value_get_boolean (value));
      break;
    case PROP_IDS:
      taube_list_request_set_ids (self, g_value_get_boxed (value));
      break;
    case PROP_PRIORITY:
      taube_list_request_set_priority (self, g_value_get_enum (value));
      break;
    case PROP_PROGRESS:
      taube_list_request_set_progress (self, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
taube_list_request_dispose (GObject *object)
{
  TaubeListRequest *self = (TaubeListRequest *) object;

  g_clear_pointer (&self->ids, taube_id_set_free);
  g_clear_object (&self->progress);
  g_clear_pointer (&self->chunk, chunk_closure_unref);
  G_OBJECT_CLASS (taube_list_request_parent_class)->dispose (object);
}

static void
taube_list_request_class_init (TaubeListRequestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = taube_list_request_get_property;
  object_class->set_property = taube_list_request_set_property;
  object_class->dispose = taube_list_request_dispose;

  /**
   * TaubeListRequest:fields:
   *
   * Which columns are wanted.
   */
  properties[PROP_FIELDS] = g_param_spec_flags ("fields", NULL, NULL, TAUBE_TYPE_LIST_FIELDS,
                                                TAUBE_LIST_FIELDS_DEFAULT, flags);
  /**
   * TaubeListRequest:newest:
   *
   * How many of the newest items are wanted; 0 for all.
   */
  properties[PROP_NEWEST] = g_param_spec_uint64 ("newest", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  /**
   * TaubeListRequest:newest-first:
   *
   * Whether the newest item comes first; else the oldest does.
   */
  properties[PROP_NEWEST_FIRST] = g_param_spec_boolean ("newest-first", NULL, NULL, FALSE, flags);
  /**
   * TaubeListRequest:ids:
   *
   * The items to be listed; %NULL for all of the folder.
   */
  properties[PROP_IDS] = g_param_spec_boxed ("ids", NULL, NULL, TAUBE_TYPE_ID_SET, flags);
  /**
   * TaubeListRequest:priority:
   *
   * How soon the call gets a connection.
   */
  properties[PROP_PRIORITY] = g_param_spec_enum ("priority", NULL, NULL, TAUBE_TYPE_PRIORITY, TAUBE_PRIORITY_NORMAL,
                                                 flags);
  /**
   * TaubeListRequest:progress:
   *
   * Counts the items as they come.
   */
  properties[PROP_PROGRESS] = g_param_spec_object ("progress", NULL, NULL, TAUBE_TYPE_PROGRESS, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
taube_list_request_init (TaubeListRequest *self)
{
  self->fields = TAUBE_LIST_FIELDS_DEFAULT;
  self->priority = TAUBE_PRIORITY_NORMAL;
}

/**
 * taube_list_request_new:
 *
 * A request for all items of a folder, oldest first, with the usual columns.
 *
 * Returns: (transfer full): a new request
 */
TaubeListRequest *
taube_list_request_new (void)
{
  return g_object_new (TAUBE_TYPE_LIST_REQUEST, NULL);
}

TaubeListRequest *
taube_list_request_bind (TaubeListRequest *self, TaubeDeliverFunc deliver, gpointer target)
{
  TaubeListRequest *copy = taube_list_request_new ();

  copy->deliver = deliver;
  copy->target = target;
  if (self == NULL)
    return copy;
  copy->fields = self->fields;
  copy->newest = self->newest;
  copy->newest_first = self->newest_first;
  copy->ids = self->ids != NULL ? taube_id_set_copy (self->ids) : NULL;
  copy->priority = self->priority;
  copy->progress = self->progress != NULL ? g_object_ref (self->progress) : NULL;
  copy->chunk = self->chunk != NULL ? chunk_closure_ref (self->chunk) : NULL;
  return copy;
}

/**
 * taube_list_request_set_fields:
 * @self: a request
 * @fields: columns
 *
 * Chooses the columns; each costs time and memory. The id is always there.
 */
void
taube_list_request_set_fields (TaubeListRequest *self, TaubeListFields fields)
{
  g_return_if_fail (G_TYPE_CHECK_INSTANCE_TYPE (self, TAUBE_TYPE_LIST_REQUEST));

  if (self->fields == fields)
    return;
  self->fields = fields;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FIELDS]);
}

/**
 * taube_list_request_get_fields:
 * @self: a request
 *
 * The columns that are wanted.
 *
 * Returns: columns; at first `TAUBE_LIST_FIELDS_DEFAULT`
 */
TaubeListFields
taube_list_request_get_fields (TaubeListRequest *self)
{
  g_return_val_if_fail (G_TYPE_CHECK_INSTANCE_TYPE (self, TAUBE_TYPE_LIST_REQUEST), TAUBE_LIST_FIELDS_NONE);

  return self->fields;
}

/**
 * taube_list_request_set_newest:
 * @self: a request
 * @count: how many items, 0 for all
 *
 * Limits the list to the items that came last.
 */
void
taube_list_request_set_newest (TaubeListRequest *self, guint64 count)
{
  g_return_if_fail (G_TYPE_CHECK_INSTANCE_TYPE (self, TAUBE_TYPE_LIST_REQUEST));

  if (self->newest == count)
    return;
  self->newest = count;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NEWEST]);
}

/**
 * taube_list_request_get_newest:
 * @self: a request
 *
 * To how many of the newest items the list is limited.
 *
 * Returns: a count; 0 when it is not
 */
guint64
taube_list_request_get_newest (TaubeListRequest *self)
{
  g_return_val_if_fail (G_TYPE_CHECK_INSTANCE_TYPE (self, TAUBE_TYPE_LIST_REQUEST), 0);

  return self->newest;
}

/**
 * taube_list_request_set_newest_first:
 * @self: a request
 * @newest_first: whether the newest comes first
 *
 * Chooses the order of the rows. Chunks come in the same order.
 */
void
taube_list_request_set_newest_first (TaubeListRequest *self, gboolean newest_first)
{
  g_return_if_fail (G_TYPE_CHECK_INSTANCE_TYPE (self, TAUBE_TYPE_LIST_REQUEST));

  newest_first = !!newest_first;
  if (self->newest_first == newest_first)
    return;
  self->newest_first = newest_first;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NEWEST_FIRST]);
}

/**
 * taube_list_request_get_newest_first:
 * @self: a request
 *
 * Whether the newest item comes first.
 *
 * Returns: %TRUE when it does; at first the oldest does
 */
gboolean
taube_list_request_get_newest_first (TaubeListRequest *self)
{
  g_return_val_if_fail (G_TYPE_CHECK_INSTANCE_TYPE (self, TAUBE_TYPE_LIST_REQUEST), FALSE);

  return self->newest_first;
}

/**
 * taube_list_request_set_ids:
 * @self: a request
 * @ids: (nullable): ids of items, or %NULL for all
 *
 * Limits the list to the given items; those that are not in the folder are left out. The set is copied.
 */
void
taube_list_request_set_ids (TaubeListRequest *self, const TaubeIdSet *ids)
{
  TaubeIdSet *copy;

  g_return_if_fail (G_TYPE_CHECK_INSTANCE_TYPE (self, TAUBE_TYPE_LIST_REQUEST));

  copy = ids != NULL ? taube_id_set_copy (ids) : NULL;
  g_clear_pointer (&self->ids, taube_id_set_free);
  self->ids = copy;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IDS]);
}

/**
 * taube_list_request_get_ids:
 * @self: a request
 *
 * The items to which the list is limited.
 *
 * Returns: (transfer none) (nullable): their ids, valid until others are set; %NULL when all are wanted
 */
const TaubeIdSet *
taube_list_request_get_ids (TaubeListRequest *self)
{
  g_return_val_if_fail (G_TYPE_CHECK_INSTANCE_TYPE (self, TAUBE_TYPE_LIST_REQUEST), NULL);

  return self->ids;
}

/**
 * taube_list_request_set_priority:
 * @self: a request
 * @priority: how urgent it is
 *
 * Chooses how soon the call gets one of the account's connections.
 */
void
taube_list_request_set_priority (TaubeListRequest *self, TaubePriority priority)
{
  g_return_if_fail (G_TYPE_CHECK_INSTANCE_TYPE (self, TAUBE_TYPE_LIST_REQUEST));

  if (self->priority == priority)
    return;
  self->priority = priority;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PRIORITY]);
}

/**
 * taube_list_request_get_priority:
 * @self: a request
 *
 * How urgent the call is.
 *
 * Returns: a priority; at first `TAUBE_PRIORITY_NORMAL`
 */
TaubePriority
taube_list_request_get_priority (TaubeListRequest *self)
{
  g_return_val_if_fail (G_TYPE_CHECK_INSTANCE_TYPE (self, TAUBE_TYPE_LIST_REQUEST), TAUBE_PRIORITY_NORMAL);

  return self->priority;
}

/**
 * taube_list_request_set_progress:
 * @self: a request
 * @progress: (nullable): where to count the items as they come
 *
 * Follows the call.
 */
void
taube_list_request_set_progress (TaubeListRequest *self, TaubeProgress *progress)
{
  g_return_if_fail (G_TYPE_CHECK_INSTANCE_TYPE (self, TAUBE_TYPE_LIST_REQUEST));

  if (g_set_object (&self->progress, progress))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROGRESS]);
}

/**
 * taube_list_request_get_progress:
 * @self: a request
 *
 * Where the items are counted as they come.
 *
 * Returns: (transfer none) (nullable): a progress
 */
TaubeProgress *
taube_list_request_get_progress (TaubeListRequest *self)
{
  g_return_val_if_fail (G_TYPE_CHECK_INSTANCE_TYPE (self, TAUBE_TYPE_LIST_REQUEST), NULL);

  return self->progress;
}

/**
 * taube_list_request_set_chunk_func:
 * @self: a request
 * @rows: how many rows make a chunk, about
 * @func: (nullable) (scope notified) (closure user_data) (destroy notify): receives rows as they come, or %NULL
 * @user_data: given to @func
 * @notify: frees @user_data, when neither the request nor a call needs it any more
 *
 * Wants rows while the rest is still on its way. The list that the call returns has them all, whether they were
 * delivered in chunks or not; when the call fails, those delivered are valid all the same.
 *
 * The function runs on the caller's thread during a blocking call, and in the caller's thread-default context, before
 * the callback, during an asynchronous one. A blocking call of the same account in it gives `G_IO_ERROR_PENDING`.
 */
void
taube_list_request_set_chunk_func (TaubeListRequest *self, guint rows, TaubeListChunkFunc func, gpointer user_data,
                                   GDestroyNotify notify)
{
  g_return_if_fail (G_TYPE_CHECK_INSTANCE_TYPE (self, TAUBE_TYPE_LIST_REQUEST));

  g_clear_pointer (&self->chunk, chunk_closure_unref);
  if (func == NULL)
    return;
  self->chunk = g_new0 (ChunkClosure, 1);
  g_atomic_ref_count_init (&self->chunk->refs);
  self->chunk->rows = MAX (rows, 1);
  self->chunk->func = func;
  self->chunk->user_data = user_data;
  self->chunk->notify = notify;
}

gboolean
taube_list_request_wants_chunks (TaubeListRequest *self, guint *rows_out)
{
  g_return_val_if_fail (G_TYPE_CHECK_INSTANCE_TYPE (self, TAUBE_TYPE_LIST_REQUEST), FALSE);

  if (rows_out != NULL)
    *rows_out = self->chunk != NULL ? self->chunk->rows : 0;
  return self->chunk != NULL;
}

typedef struct
{
  ChunkClosure *closure;
  TaubeItemList *rows;
} Delivery;

static gboolean
deliver_here (gpointer data)
{
  Delivery *delivery = data;

  delivery->closure->func (delivery->rows, delivery->closure->user_data);
  return G_SOURCE_REMOVE;
}

static void
delivery_free (gpointer data)
{
  Delivery *delivery = data;

  chunk_closure_unref (delivery->closure);
  g_object_unref (delivery->rows);
  g_free (delivery);
}

void
taube_list_request_deliver_chunk (TaubeListRequest *self, TaubeItemList *chunk)
{
  Delivery *delivery;

  g_return_if_fail (G_TYPE_CHECK_INSTANCE_TYPE (self, TAUBE_TYPE_LIST_REQUEST));
  g_return_if_fail (G_IS_OBJECT (chunk));

  if (self->chunk == NULL)
    return;
  delivery = g_new (Delivery, 1);
  delivery->closure = chunk_closure_ref (self->chunk);
  delivery->rows = g_object_ref (chunk);
  if (self->deliver != NULL)
    {
      self->deliver (self->target, deliver_here, delivery, delivery_free);
      return;
    }
  deliver_here (delivery);
  delivery_free (delivery);
}
