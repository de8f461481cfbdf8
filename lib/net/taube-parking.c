/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "net/taube-parking.h"

#include <taube-backend/taube-testing.h>
#include <taube-backend/taube-trace.h>

#include "base/taube-io-thread.h"

#include <errno.h>
#include <sys/epoll.h>

/* Entries woken in one go; the rest follow in the next turn of the loop. */
#define EVENTS_MAX 256

typedef struct
{
  GSource source;
  int epoll;
  GMutex lock;        /* over all that follows, and over what an entry has in epoll and heap */
  GPtrArray *heap;    /* of entries: the one with the earliest deadline first */
  guint count;
} Parking;

typedef struct
{
  TaubeParkEntry *entry;
  TaubeParkEntryFunc func;
  gboolean timed_out;
} Woken;

/* ---- deadlines: a binary heap that knows where each entry stands ---- */

static TaubeParkEntry *
heap_get (Parking *self, guint place)
{
  return g_ptr_array_index (self->heap, place - 1);
}

static void
heap_put (Parking *self, guint place, TaubeParkEntry *entry)
{
  g_ptr_array_index (self->heap, place - 1) = entry;
  entry->heap_place = place;
}

static void
heap_rise (Parking *self, TaubeParkEntry *entry)
{
  guint place = entry->heap_place;

  while (place > 1 && heap_get (self, place / 2)->deadline > entry->deadline)
    {
      heap_put (self, place, heap_get (self, place / 2));
      place /= 2;
    }
  heap_put (self, place, entry);
}

static void
heap_sink (Parking *self, TaubeParkEntry *entry)
{
  guint place = entry->heap_place;
  guint child;

  while ((child = 2 * place) <= self->heap->len)
    {
      if (child < self->heap->len && heap_get (self, child + 1)->deadline < heap_get (self, child)->deadline)
        child++;
      if (heap_get (self, child)->deadline >= entry->deadline)
        break;
      heap_put (self, place, heap_get (self, child));
      place = child;
    }
  heap_put (self, place, entry);
}

static void
heap_add (Parking *self, TaubeParkEntry *entry)
{
  g_ptr_array_add (self->heap, entry);
  entry->heap_place = self->heap->len;
  heap_rise (self, entry);
}

static void
heap_remove (Parking *self, TaubeParkEntry *entry)
{
  TaubeParkEntry *last = heap_get (self, self->heap->len);
  guint place = entry->heap_place;

  if (place == 0)
    return;
  entry->heap_place = 0;
  g_ptr_array_set_size (self->heap, (int) self->heap->len - 1);
  if (last == entry)
    return;
  heap_put (self, place, last);
  heap_rise (self, last);
  heap_sink (self, last);
}

/* ---- the source ---- */

static void
update_timer_locked (Parking *self)
{
  gint64 earliest = self->heap->len > 0 ? heap_get (self, 1)->deadline : -1;

  if (g_source_get_ready_time (&self->source) != earliest)
    g_source_set_ready_time (&self->source, earliest);
}

static void
forget_locked (Parking *self, TaubeParkEntry *entry)
{
  if (entry->fd >= 0)
    epoll_ctl (self->epoll, EPOLL_CTL_DEL, entry->fd, NULL);
  if (entry->heap_place != 0)
    heap_remove (self, entry);
  self->count--;
}

/* FALSE: taube_parking_remove() was quicker and waits for the lock. */
static gboolean
wake_locked (Parking *self, TaubeParkEntry *entry, gboolean timed_out, GArray *woken)
{
  Woken one = { .entry = entry, .func = entry->func, .timed_out = timed_out };

  if (!g_atomic_int_compare_and_exchange (&entry->parked, TRUE, FALSE))
    return FALSE;
  forget_locked (self, entry);
  g_array_append_val (woken, one);
  return TRUE;
}

static void
collect_locked (Parking *self, GArray *woken)
{
  struct epoll_event events[EVENTS_MAX];
  int n = epoll_wait (self->epoll, events, EVENTS_MAX, 0);
  gint64 now = g_get_monotonic_time ();

  for (int i = 0; i < n; i++)
    wake_locked (self, events[i].data.ptr, FALSE, woken);
  while (self->heap->len > 0 && heap_get (self, 1)->deadline <= now)
    {
      TaubeParkEntry *entry = heap_get (self, 1);

      if (!wake_locked (self, entry, TRUE, woken))
        heap_remove (self, entry);
    }
  update_timer_locked (self);
}

static gboolean
parking_dispatch (GSource *source, GSourceFunc func, gpointer data)
{
  Parking *self = (Parking *) source;
  g_autoptr (GArray) woken = g_array_new (FALSE, FALSE, sizeof (Woken));

  g_mutex_lock (&self->lock);
  collect_locked (self, woken);
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < woken->len; i++)
    {
      Woken *one = &g_array_index (woken, Woken, i);

      one->func (one->entry, one->timed_out);
    }
  return G_SOURCE_CONTINUE;
}

static Parking *
get_parking (void)
{
  static GSourceFuncs funcs = { .dispatch = parking_dispatch };
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      Parking *self = (Parking *) g_source_new (&funcs, sizeof (Parking));

      g_mutex_init (&self->lock);
      self->heap = g_ptr_array_new ();
      self->count = 0;
      self->epoll = epoll_create1 (EPOLL_CLOEXEC);
      if (self->epoll < 0)
        g_error ("cannot make an epoll descriptor: %s", g_strerror (errno));
      g_source_add_unix_fd (&self->source, self->epoll, G_IO_IN);
      g_source_set_static_name (&self->source, "taube-parking");
      g_source_attach (&self->source, taube_io_thread_get_context ());
      g_once_init_leave (&once, (gsize) self);
    }
  return (Parking *) once;
}

/* Parks ENTRY, which must stay where it is until its function is called or taube_parking_remove() says TRUE. FALSE when
 * the system has no room for it. */
gboolean
taube_parking_add (TaubeParkEntry *entry)
{
  Parking *self = get_parking ();
  struct epoll_event event = { .events = entry->events, .data.ptr = entry };

  g_mutex_lock (&self->lock);
  if (entry->fd >= 0 && epoll_ctl (self->epoll, EPOLL_CTL_ADD, entry->fd, &event) != 0)
    {
      TAUBE_TRACE ("net", "cannot park a connection: %s", g_strerror (errno));
      g_mutex_unlock (&self->lock);
      return FALSE;
    }
  g_atomic_int_set (&entry->parked, TRUE);
  self->count++;
  entry->heap_place = 0;
  if (entry->deadline > 0)
    heap_add (self, entry);
  update_timer_locked (self);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/* From any thread. TRUE: ENTRY is the caller's and its function will never be called. FALSE: it was or will be called,
 * or ENTRY was not parked. */
gboolean
taube_parking_remove (TaubeParkEntry *entry)
{
  Parking *self;

  if (!g_atomic_int_compare_and_exchange (&entry->parked, TRUE, FALSE))
    return FALSE;
  self = get_parking ();
  g_mutex_lock (&self->lock);
  forget_locked (self, entry);
  update_timer_locked (self);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

guint
taube_parking_get_count (void)
{
  Parking *self = get_parking ();
  guint count;

  g_mutex_lock (&self->lock);
  count = self->count;
  g_mutex_unlock (&self->lock);
  return count;
}
