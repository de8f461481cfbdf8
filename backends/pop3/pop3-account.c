/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-account.h"

#include <taube-backend/taube-login.h>
#include <taube-backend/taube-settings-impl.h>
#include <taube-backend/taube-throttle.h>

#include <string.h>

#include "pop3-gettext.h"
#include "pop3-session.h"

#define PORT_POP3 110
#define PORT_POP3S 995

/* So often must a session break under pipelining before the next one goes without. */
#define LOSSES_MAX 2

struct _TaubePop3Account
{
  TaubeAccount parent_instance;

  GMutex lock;
  gint64 last_login; /* monotonic; 0: none yet */
  gint64 last_login_time; /* the same in seconds since 1970, when it was one of this process */
  gint64 not_before; /* monotonic */
  guint login_delay; /* seconds */
  guint lessons;
  guint losses;
  TaubeTlsSessions *tls_sessions;
};

typedef Pop3Account TaubePop3Account;

typedef struct
{
  TaubeAccountClass parent_class;
} TaubePop3AccountClass;

G_DEFINE_FINAL_TYPE (TaubePop3Account, pop3_account, TAUBE_TYPE_ACCOUNT)

/* LOGIN-DELAY. */

void
pop3_account_note_login (Pop3Account *self)
{
  g_mutex_lock (&self->lock);
  self->last_login = g_get_monotonic_time ();
  self->last_login_time = g_get_real_time () / G_USEC_PER_SEC;
  g_mutex_unlock (&self->lock);
}

gint64
pop3_account_get_last_login (Pop3Account *self, guint *delay_out)
{
  gint64 at;

  g_mutex_lock (&self->lock);
  at = self->last_login_time;
  *delay_out = self->login_delay;
  g_mutex_unlock (&self->lock);
  return at;
}

void
pop3_account_note_former_login (Pop3Account *self, gint64 seconds_ago, guint delay)
{
  gint64 rest = MAX ((gint64) delay - seconds_ago, 0);

  g_mutex_lock (&self->lock);
  self->not_before = MAX (self->not_before, g_get_monotonic_time () + rest * G_USEC_PER_SEC);
  g_mutex_unlock (&self->lock);
}

void
pop3_account_set_login_delay (Pop3Account *self, guint seconds)
{
  g_mutex_lock (&self->lock);
  self->login_delay = seconds;
  g_mutex_unlock (&self->lock);
}

guint
pop3_account_get_login_delay (Pop3Account *self)
{
  guint seconds;

  g_mutex_lock (&self->lock);
  seconds = self->login_delay;
  g_mutex_unlock (&self->lock);
  return seconds;
}

void
pop3_account_put_off_login (Pop3Account *self, guint seconds)
{
  g_mutex_lock (&self->lock);
  self->not_before = MAX (self->not_before, g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC);
  g_mutex_unlock (&self->lock);
}

gint64
pop3_account_get_login_wait (Pop3Account *self)
{
  gint64 at;

  g_mutex_lock (&self->lock);
  at = self->not_before;
  if (self->last_login > 0)
    at = MAX (at, self->last_login + (gint64) self->login_delay * G_USEC_PER_SEC);
  g_mutex_unlock (&self->lock);
  return MAX (at - g_get_monotonic_time (), 0);
}

/* Sleeps, or until it is cancelled. */
static void
rest (gint64 microseconds, GCancellable *cancellable)
{
  GPollFD fd = { -1, G_IO_IN, 0 };
  gboolean has_fd = cancellable != NULL && g_cancellable_make_pollfd (cancellable, &fd);

  g_poll (&fd, has_fd ? 1 : 0, (gint) MIN (microseconds / 1000 + 1, G_MAXINT));
  if (has_fd)
    g_cancellable_release_fd (cancellable);
}

gboolean
pop3_account_await_login (Pop3Account *self, GCancellable *cancellable, GError **error)
{
  TaubeSettings *settings = taube_account_get_settings (TAUBE_ACCOUNT (self));
  gint64 patience = (gint64) taube_settings_get_number (settings, "timeout") * G_USEC_PER_SEC;
  gint64 wait;

  while ((wait = pop3_account_get_login_wait (self)) > 0)
    {
      if (wait > patience)
        {
          guint seconds = (guint) ((wait + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
          const char *host = taube_uri_get_host (taube_account_get_uri (TAUBE_ACCOUNT (self)));

          g_propagate_error (error, taube_error_new_throttled (
                                      seconds, _ ("%s wants a pause between two logins: %u seconds are left"), host,
                                      seconds));
          return FALSE;
        }
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      TAUBE_TRACE ("pop3", "waiting %" G_GINT64_FORMAT " ms for the next login", wait / 1000);
      rest (wait, cancellable);
    }
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/* Lessons. */

guint
pop3_account_get_lessons (Pop3Account *self)
{
  guint lessons;

  g_mutex_lock (&self->lock);
  lessons = self->lessons;
  g_mutex_unlock (&self->lock);
  return lessons;
}

void
pop3_account_add_lesson (Pop3Account *self, Pop3Lessons lesson)
{
  g_mutex_lock (&self->lock);
  self->lessons |= lesson;
  g_mutex_unlock (&self->lock);
}

void
pop3_account_note_pipelining (Pop3Account *self, gboolean lost)
{
  g_mutex_lock (&self->lock);
  self->losses = lost ? self->losses + 1 : 0;
  if (self->losses >= LOSSES_MAX)
    self->lessons |= POP3_LESSON_NO_PIPELINING;
  g_mutex_unlock (&self->lock);
}

/* Settings. */

/* Whether the user has written ?tls=none. */
gboolean
pop3_account_is_plain_allowed (Pop3Account *self)
{
  return !taube_settings_wants_tls (taube_account_get_settings (TAUBE_ACCOUNT (self)));
}

static gboolean
has_implicit_tls (Pop3Account *self)
{
  const char *scheme = taube_uri_get_scheme (taube_account_get_uri (TAUBE_ACCOUNT (self)));

  return strcmp (scheme, "pops") == 0 || strcmp (scheme, "pop3s") == 0;
}

/* Where this account's server is. (transfer full) */
TaubeEndpoint *
pop3_account_make_endpoint (Pop3Account *self)
{
  gboolean implicit_tls = has_implicit_tls (self);

  return taube_login_make_endpoint (TAUBE_ACCOUNT (self), "pop3", implicit_tls, implicit_tls ? PORT_POP3S : PORT_POP3,
                                    self->tls_sessions);
}


/* Virtual functions. */

static gboolean
pop3_account_check (TaubeAccount *account, GError **error)
{
  Pop3Account *self = POP3_ACCOUNT (account);
  g_autoptr (TaubeEndpoint) endpoint = NULL;

  if (pop3_account_is_plain_allowed (self) && has_implicit_tls (self))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("%s and ?tls=none contradict each other"),
                   taube_uri_get_scheme (taube_account_get_uri (account)));
      return FALSE;
    }
  endpoint = pop3_account_make_endpoint (self);
  return taube_endpoint_check (endpoint, error);
}

static TaubeSession *
pop3_account_create_session (TaubeAccount *account)
{
  return TAUBE_SESSION (pop3_session_new (POP3_ACCOUNT (account)));
}

static GType
pop3_account_get_folder_type (TaubeAccount *account)
{
  return TAUBE_TYPE_POP3_FOLDER;
}

static void
pop3_account_finalize (GObject *object)
{
  Pop3Account *self = POP3_ACCOUNT (object);

  taube_tls_sessions_unref (self->tls_sessions);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (pop3_account_parent_class)->finalize (object);
}

static void
pop3_account_init (TaubePop3Account *self)
{
  g_mutex_init (&self->lock);
  self->tls_sessions = taube_tls_sessions_new ();
}

static void
pop3_account_class_init (TaubePop3AccountClass *klass)
{
  TaubeAccountClass *account = TAUBE_ACCOUNT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = pop3_account_finalize;
  account->struct_size = sizeof (TaubeAccountClass);
  account->check = pop3_account_check;
  account->create_session = pop3_account_create_session;
  account->get_folder_type = pop3_account_get_folder_type;
  account->list_folders = pop3_account_list_folders;
  /* A maildrop is locked by the one who reads it (RFC 1939 section 4): a second connection would be refused. */
  account->max_connections = 1;
}
