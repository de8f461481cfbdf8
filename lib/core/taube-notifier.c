/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-context.h"

/* So many entries may stand before those of objects that are gone are looked for. */
#define SWEEP_AT 1024

typedef struct
{
  gpointer key;   /* the object's address: only compared */
  GWeakRef object;
  GParamSpec *pspec;
} Entry;

struct _TaubeNotifier
{
  gatomicrefcount refs;
  GMutex lock;
  GMainContext *context;
  GHashTable *entries; /* a set of Entry, under lock */
  guint sweep_at;      /* under lock */
  gboolean scheduled;  /* under lock */
};

static guint
entry_hash (gconstpointer data)
{
  const Entry *entry = data;

  return g_direct_hash (entry->key) ^ g_direct_hash (entry->pspec);
}

static gboolean
entry_equal (gconstpointer a, gconstpointer b)
{
  const Entry *left = a, *right = b;

  return left->key == right->key && left->pspec == right->pspec;
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_weak_ref_clear (&entry->object);
  g_param_spec_unref (entry->pspec);
  g_free (entry);
}

static GHashTable *
new_entries (void)
{
  return g_hash_table_new_full (entry_hash, entry_equal, entry_free, NULL);
}

TaubeNotifier *
taube_notifier_new (GMainContext *context)
{
  TaubeNotifier *self = g_new0 (TaubeNotifier, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  self->context = g_main_context_ref (context);
  self->entries = new_entries ();
  self->sweep_at = SWEEP_AT;
  return self;
}

TaubeNotifier *
taube_notifier_ref (TaubeNotifier *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
taube_notifier_unref (TaubeNotifier *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_hash_table_unref (self->entries);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static gboolean
emit (gpointer data)
{
  TaubeNotifier *self = data;
  g_autoptr (GHashTable) entries = NULL;
  GHashTableIter iter;
  Entry *entry;

  g_mutex_lock (&self->lock);
  entries = self->entries;
  self->entries = new_entries ();
  self->scheduled = FALSE;
  g_mutex_unlock (&self->lock);

  g_hash_table_iter_init (&iter, entries);
  while (g_hash_table_iter_next (&iter, (gpointer *) &entry, NULL))
    {
      g_autoptr (GObject) object = g_weak_ref_get (&entry->object);

      if (object != NULL)
        g_object_notify_by_pspec (object, entry->pspec);
    }
  return G_SOURCE_REMOVE;
}

/* A program that never runs the context must not pay for it with memory: entries of objects that are gone go. The
 * weak references are only compared with NULL here, a last reference is given back after the lock. */
static GPtrArray *
sweep_locked (TaubeNotifier *self)
{
  GPtrArray *alive = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  Entry *entry;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, (gpointer *) &entry, NULL))
    {
      gpointer object = g_weak_ref_get (&entry->object);

      if (object == NULL)
        g_hash_table_iter_remove (&iter);
      else
        g_ptr_array_add (alive, object);
    }
  self->sweep_at = MAX (SWEEP_AT, 2 * g_hash_table_size (self->entries));
  return alive;
}

void
taube_notifier_add (TaubeNotifier *self, gpointer object, GParamSpec *pspec)
{
  Entry key = { .key = object, .pspec = pspec };
  g_autoptr (GPtrArray) alive = NULL;
  Entry *entry;

  g_mutex_lock (&self->lock);
  entry = g_hash_table_lookup (self->entries, &key);
  if (entry == NULL)
    {
      entry = g_new0 (Entry, 1);
      entry->key = object;
      entry->pspec = g_param_spec_ref (pspec);
      g_weak_ref_init (&entry->object, object);
      g_hash_table_add (self->entries, entry);
    }
  else
    g_weak_ref_set (&entry->object, object); /* another object may live at the same address by now */

  if (g_hash_table_size (self->entries) > self->sweep_at)
    alive = sweep_locked (self);
  if (!self->scheduled)
    {
      self->scheduled = TRUE;
      taube_context_invoke (self->context, emit, taube_notifier_ref (self), (GDestroyNotify) taube_notifier_unref);
    }
  g_mutex_unlock (&self->lock);
}
