/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-watch.h>

#include <taube/taube-changes.h>
#include <taube/taube-folder.h>

#include "core/taube-watch-private.h"

struct _TaubeWatchEvent
{
  TaubeFolder *folder;
  TaubeChanges *changes;
};

/**
 * TaubeWatchEvent:
 *
 * What happened in one folder.
 */
G_DEFINE_BOXED_TYPE (TaubeWatchEvent, taube_watch_event, taube_watch_event_copy, taube_watch_event_free)

/**
 * taube_watch_event_copy:
 *
 * An event of its own with the same folder and the same changes, both shared and not copied.
 *
 * Returns: (transfer full): the event, for [method@WatchEvent.free]
 */
TaubeWatchEvent *
taube_watch_event_copy (TaubeWatchEvent *self)
{
  TaubeWatchEvent *copy = g_new (TaubeWatchEvent, 1);

  copy->folder = g_object_ref (self->folder);
  copy->changes = taube_changes_ref (self->changes);
  return copy;
}

/**
 * taube_watch_event_free:
 *
 * Frees an event.
 */
void
taube_watch_event_free (TaubeWatchEvent *self)
{
  g_object_unref (self->folder);
  taube_changes_unref (self->changes);
  g_free (self);
}

/**
 * taube_watch_event_get_folder:
 *
 * The folder in which something happened. It belongs to the event: take a reference to keep it longer.
 *
 * Returns: (transfer none): the folder
 */
TaubeFolder *
taube_watch_event_get_folder (TaubeWatchEvent *self)
{
  return self->folder;
}

/**
 * taube_watch_event_get_changes:
 *
 * Which items came, changed or went. They belong to the event: take a reference to keep them longer.
 *
 * Returns: (transfer none): the changes, immutable
 */
TaubeChanges *
taube_watch_event_get_changes (TaubeWatchEvent *self)
{
  return self->changes;
}

/* Both are taken. */
TaubeWatchEvent *
taube_watch_event_new (TaubeFolder *folder, TaubeChanges *changes)
{
  TaubeWatchEvent *self = g_new (TaubeWatchEvent, 1);

  self->folder = folder;
  self->changes = changes;
  return self;
}
