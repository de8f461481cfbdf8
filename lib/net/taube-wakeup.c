/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "net/taube-wakeup.h"

#include <sys/eventfd.h>
#include <unistd.h>

/* g_cancellable_make_pollfd() makes a descriptor for each wait, and ends the process when there is none left; a program
 * with thousands of connections comes near that. One for each thread that waits is enough. */
static void
close_fd (gpointer data)
{
  close (GPOINTER_TO_INT (data) - 1);
}

static GPrivate thread_fd = G_PRIVATE_INIT (close_fd); /* one more than the descriptor, for 0 is NULL */

static int
get_thread_fd (void)
{
  int fd = GPOINTER_TO_INT (g_private_get (&thread_fd)) - 1;

  if (fd >= 0)
    return fd;
  fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd >= 0)
    g_private_set (&thread_fd, GINT_TO_POINTER (fd + 1));
  return fd;
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  eventfd_write (GPOINTER_TO_INT (data), 1);
}

/* CANCELLABLE may be NULL. Every call is followed by taube_wakeup_end(), on the same thread. */
void
taube_wakeup_begin (TaubeWakeup *self, GCancellable *cancellable)
{
  self->cancellable = cancellable;
  self->handler = 0;
  self->fd = cancellable != NULL ? get_thread_fd () : -1;
  if (self->fd >= 0)
    self->handler
      = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), GINT_TO_POINTER (self->fd), NULL);
}

void
taube_wakeup_end (TaubeWakeup *self)
{
  eventfd_t value;

  if (self->fd < 0)
    return;
  /* Waits for a call that is under way; after it the descriptor is quiet and can be emptied for the next time. */
  g_cancellable_disconnect (self->cancellable, self->handler);
  (void) !eventfd_read (self->fd, &value);
}
