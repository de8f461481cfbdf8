/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "taube-test-server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* When nothing at all happens for so long, the test hangs. */
#define PATIENCE_MS (60 * 1000)

typedef struct
{
  int fd;
  SSL *ssl;
  gboolean handshaking;
  TaubeTestDialog *dialog;
  TaubeTestAction action; /* the last one; done when OUT is empty */
  GByteArray *out;
  short events;           /* what to poll for */
  gboolean closed;        /* by the client */
} Connection;

struct _TaubeTestServer
{
  TaubeTestScript *script;
  TaubeTestFaultPlan plan;
  TaubeTestPki *pki;
  int listener;
  int wake;
  guint16 port;
  GThread *thread;
  GPtrArray *connections; /* of Connection; the thread's own */
  GMutex lock;
  guint n_connections;    /* under the lock, as what follows */
  GByteArray *received;
  char *failure;
  gboolean stopping;
};

static void
note_failure (TaubeTestServer *self, char *failure)
{
  g_mutex_lock (&self->lock);
  if (self->failure == NULL)
    self->failure = g_steal_pointer (&failure);
  g_mutex_unlock (&self->lock);
  g_free (failure);
}

static void
connection_free (gpointer data)
{
  Connection *self = data;

  SSL_free (self->ssl);
  close (self->fd);
  taube_test_dialog_free (self->dialog);
  g_byte_array_unref (self->out);
  g_free (self);
}

/* FALSE when nobody waits to be let in. */
static gboolean
accept_connection (TaubeTestServer *self)
{
  int fd = accept4 (self->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  Connection *connection;
  int on = 1;

  if (fd < 0)
    return FALSE;
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  connection = g_new0 (Connection, 1);
  connection->fd = fd;
  connection->dialog = taube_test_dialog_new (self->script, self->n_connections, &self->plan);
  connection->action = TAUBE_TEST_ACTION_SEND;
  connection->out = g_byte_array_new ();
  g_ptr_array_add (self->connections, connection);
  g_mutex_lock (&self->lock);
  self->n_connections++;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/* What to poll for after an operation of OpenSSL that did not go through; FALSE when the connection is dead. */
static gboolean
want (Connection *connection, int result)
{
  int error = SSL_get_error (connection->ssl, result);

  ERR_clear_error ();
  if (error == SSL_ERROR_WANT_READ)
    connection->events |= POLLIN;
  else if (error == SSL_ERROR_WANT_WRITE)
    connection->events |= POLLOUT;
  else
    return FALSE;
  return TRUE;
}

static gboolean
shake_hands (Connection *connection)
{
  int result = SSL_accept (connection->ssl);

  connection->handshaking = result != 1;
  if (result == 1 || want (connection, result))
    return TRUE;
  /* A client that does not like the certificate goes away here: that is for the test to judge, not for us. */
  connection->closed = TRUE;
  return FALSE;
}

static void
start_tls (TaubeTestServer *self, Connection *connection)
{
  SSL_CTX *context = taube_test_pki_get_context (self->pki, taube_test_dialog_get_certificate (connection->dialog));

  connection->ssl = SSL_new (context);
  SSL_set_fd (connection->ssl, connection->fd);
  SSL_set_mode (connection->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  connection->handshaking = TRUE;
}

/* Sends what there is. FALSE when it could not all go out now. */
static gboolean
flush (Connection *connection)
{
  while (connection->out->len > 0)
    {
      gssize sent;

      if (connection->ssl != NULL)
        sent = SSL_write (connection->ssl, connection->out->data, (int) connection->out->len);
      else
        sent = send (connection->fd, connection->out->data, connection->out->len, MSG_NOSIGNAL);
      if (sent <= 0)
        {
          if (connection->ssl != NULL ? !want (connection, (int) sent) : errno != EAGAIN)
            connection->closed = TRUE;
          else if (connection->ssl == NULL)
            connection->events |= POLLOUT;
          return FALSE;
        }
      g_byte_array_remove_range (connection->out, 0, (guint) sent);
    }
  return TRUE;
}

/* Reads what there is and gives it to the script. FALSE when there is nothing more now. */
static gboolean
receive (TaubeTestServer *self, Connection *connection)
{
  guint8 block[65536];
  gssize got;

  if (connection->ssl != NULL)
    got = SSL_read (connection->ssl, block, sizeof block);
  else
    got = recv (connection->fd, block, sizeof block, 0);
  if (got <= 0)
    {
      if (connection->ssl != NULL ? !want (connection, (int) got) : (got == 0 || errno != EAGAIN))
        connection->closed = TRUE;
      else if (connection->ssl == NULL)
        connection->events |= POLLIN;
      return FALSE;
    }
  taube_test_dialog_feed (connection->dialog, block, (gsize) got);
  g_mutex_lock (&self->lock);
  g_byte_array_append (self->received, block, (guint) got);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static void
reset (Connection *connection)
{
  struct linger linger = { 1, 0 };

  setsockopt (connection->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

/* Does what the script said last, now that all was sent. FALSE when the connection is over. */
static gboolean
act (TaubeTestServer *self, Connection *connection)
{
  switch (connection->action)
    {
    case TAUBE_TEST_ACTION_TLS:
      start_tls (self, connection);
      connection->action = TAUBE_TEST_ACTION_SEND;
      return TRUE;
    case TAUBE_TEST_ACTION_CLOSE:
      if (connection->ssl != NULL)
        SSL_shutdown (connection->ssl);
      return FALSE;
    case TAUBE_TEST_ACTION_RESET:
      reset (connection);
      return FALSE;
    case TAUBE_TEST_ACTION_CUT:
      return FALSE;
    case TAUBE_TEST_ACTION_FAIL:
      note_failure (self, g_strdup (taube_test_dialog_get_failure (connection->dialog)));
      reset (connection);
      return FALSE;
    default:
      return TRUE;
    }
}

/* Goes on with one connection as far as possible. FALSE when it is over. */
static gboolean
drive (TaubeTestServer *self, Connection *connection)
{
  connection->events = 0;
  for (;;)
    {
      if (connection->handshaking && (!shake_hands (connection) || connection->handshaking))
        return !connection->closed;
      if (!flush (connection))
        return !connection->closed;
      if (!act (self, connection))
        return FALSE;
      if (connection->handshaking)
        continue;
      if (connection->action == TAUBE_TEST_ACTION_SEND)
        connection->action = taube_test_dialog_next (connection->dialog, connection->out);
      else if (!receive (self, connection))
        return !connection->closed;
      else if (connection->action == TAUBE_TEST_ACTION_WAIT)
        connection->action = TAUBE_TEST_ACTION_SEND;
    }
}

static void
drive_all (TaubeTestServer *self)
{
  for (guint i = self->connections->len; i-- > 0;)
    {
      Connection *connection = self->connections->pdata[i];

      if (drive (self, connection))
        continue;
      if (connection->closed && !taube_test_dialog_client_closed (connection->dialog))
        note_failure (self, g_strdup (taube_test_dialog_get_failure (connection->dialog)));
      g_ptr_array_remove_index (self->connections, i);
    }
}

static gboolean
is_stopping (TaubeTestServer *self)
{
  gboolean stopping;

  g_mutex_lock (&self->lock);
  stopping = self->stopping;
  g_mutex_unlock (&self->lock);
  return stopping;
}

static void
give_up (TaubeTestServer *self)
{
  g_autofree char *where = NULL;

  if (self->connections->len > 0)
    where = taube_test_dialog_describe (((Connection *) self->connections->pdata[0])->dialog);
  note_failure (self, g_strdup_printf ("%s: nothing happened for %d s",
                                       where != NULL ? where : self->script->name, PATIENCE_MS / 1000));
  g_ptr_array_set_size (self->connections, 0);
}

static gpointer
run (gpointer data)
{
  TaubeTestServer *self = data;
  g_autoptr (GArray) fds = g_array_new (FALSE, FALSE, sizeof (struct pollfd));

  while (!is_stopping (self))
    {
      struct pollfd fixed[2] = { { self->wake, POLLIN, 0 }, { self->listener, POLLIN, 0 } };
      int ready;

      g_array_set_size (fds, 0);
      g_array_append_vals (fds, fixed, 2);
      for (guint i = 0; i < self->connections->len; i++)
        {
          Connection *connection = self->connections->pdata[i];
          struct pollfd fd = { connection->fd, connection->events, 0 };

          g_array_append_val (fds, fd);
        }
      ready = poll ((struct pollfd *) fds->data, fds->len, self->connections->len > 0 ? PATIENCE_MS : -1);
      if (ready == 0)
        give_up (self);
      if (g_array_index (fds, struct pollfd, 1).revents != 0)
        accept_connection (self);
      drive_all (self);
    }
  return NULL;
}

static void
listen_on_free_port (TaubeTestServer *self)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;

  self->listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  g_assert_cmpint (bind (self->listener, (struct sockaddr *) &address, length), ==, 0);
  g_assert_cmpint (listen (self->listener, 64), ==, 0);
  getsockname (self->listener, (struct sockaddr *) &address, &length);
  self->port = ntohs (address.sin_port);
}

static TaubeTestServer *
server_new (TaubeTestScript *script)
{
  TaubeTestServer *self = g_new0 (TaubeTestServer, 1);

  signal (SIGPIPE, SIG_IGN);
  self->script = script;
  self->pki = taube_test_pki_new ();
  self->connections = g_ptr_array_new_with_free_func (connection_free);
  self->received = g_byte_array_new ();
  self->wake = eventfd (0, EFD_CLOEXEC);
  g_mutex_init (&self->lock);
  listen_on_free_port (self);
  self->thread = g_thread_new ("test-server", run, self);
  return self;
}

TaubeTestServer *
taube_test_server_new (const char *script_name)
{
  return server_new (taube_test_script_load (script_name));
}

TaubeTestServer *
taube_test_server_new_for_text (const char *name, const char *script)
{
  return server_new (taube_test_script_parse (name, script));
}

guint16
taube_test_server_get_port (TaubeTestServer *self)
{
  return self->port;
}

TaubeTestPki *
taube_test_server_get_pki (TaubeTestServer *self)
{
  return self->pki;
}

void
taube_test_server_set_fault (TaubeTestServer *self, TaubeTestFault fault, guint step)
{
  self->plan.fault = fault;
  self->plan.step = step;
}

guint
taube_test_server_get_connections (TaubeTestServer *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->n_connections;
  g_mutex_unlock (&self->lock);
  return n;
}

char *
taube_test_server_get_received (TaubeTestServer *self)
{
  char *text;

  g_mutex_lock (&self->lock);
  text = g_strndup ((const char *) self->received->data, self->received->len);
  g_mutex_unlock (&self->lock);
  return text;
}

/* What clients did wrong; after the thread has ended. */
static void
judge_the_rest (TaubeTestServer *self)
{
  while (accept_connection (self))
    continue;
  drive_all (self);
  for (guint i = 0; i < self->connections->len; i++)
    {
      TaubeTestDialog *dialog = ((Connection *) self->connections->pdata[i])->dialog;

      if (!taube_test_dialog_client_closed (dialog))
        note_failure (self, g_strdup (taube_test_dialog_get_failure (dialog)));
    }
  if (self->n_connections < self->script->parts->len && !self->plan.fired)
    note_failure (self, g_strdup_printf ("%s: %u of %u connections were made", self->script->name, self->n_connections,
                                         self->script->parts->len));
}

static char *
end (TaubeTestServer *self)
{
  guint64 one = 1;

  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  g_mutex_unlock (&self->lock);
  g_assert_cmpint (write (self->wake, &one, sizeof one), ==, sizeof one);
  g_thread_join (self->thread);
  judge_the_rest (self);
  return g_steal_pointer (&self->failure);
}

static void
server_free (TaubeTestServer *self)
{
  close (self->listener);
  close (self->wake);
  g_ptr_array_unref (self->connections);
  g_byte_array_unref (self->received);
  taube_test_pki_free (self->pki);
  taube_test_script_free (self->script);
  g_mutex_clear (&self->lock);
  g_free (self);
}

char *
taube_test_server_stop (TaubeTestServer *self)
{
  char *failure = end (self);

  server_free (self);
  return failure;
}

void
taube_test_server_finish (TaubeTestServer *self)
{
  g_autofree char *failure = taube_test_server_stop (self);

  if (failure != NULL)
    g_error ("%s", failure);
}

void
taube_test_each_fault (const char *script_name, TaubeTestFaultFunc func, gpointer user_data)
{
  TaubeTestServer *server = taube_test_server_new (script_name);
  g_autofree char *failure = NULL;
  guint steps;

  func (server, TAUBE_TEST_FAULT_NONE, 0, user_data);
  failure = end (server);
  steps = server->plan.counted;
  server_free (server);
  if (failure != NULL)
    g_error ("%s", failure);

  for (guint step = 0; step < steps; step++)
    for (TaubeTestFault fault = TAUBE_TEST_FAULT_CLOSE; fault < TAUBE_TEST_N_FAULTS; fault++)
      {
        g_test_message ("%s at step %u of %u", taube_test_fault_to_string (fault), step, steps);
        server = taube_test_server_new (script_name);
        taube_test_server_set_fault (server, fault, step);
        func (server, fault, step, user_data);
        g_free (taube_test_server_stop (server));
      }
}
