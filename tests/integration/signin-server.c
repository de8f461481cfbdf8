/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "signin-server.h"

#include <taube-backend/taube-testing.h>

#include <errno.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "taube-test-scram.h"
#include "taube-test.h"

#define SALT "W22ZaJ0SNY7soEsUEjb6gQ=="

struct _SigninServer
{
  int fd;
  guint16 port;
  TaubeTestPki *pki;
  SSL_CTX *context;
  GThread *thread;

  GMutex lock; /* over all that follows */
  GCond changed;
  gboolean released;
  guint n_lines;    /* that the server has said */
  SigninOptions options;
  SigninCount count;
  guint now;        /* signed in */
  GString *said;
  GPtrArray *threads;
  GArray *fds;      /* open ones */
};

typedef struct
{
  SigninServer *server;
  SigninOptions options;
  int fd;
  SSL *ssl;
  gboolean signed_in;
  gboolean stalled;
  char tag[64];
} Client;

static gboolean
take (Client *client, char *line, gsize size)
{
  gsize length = 0;

  while (length + 1 < size && SSL_read (client->ssl, line + length, 1) == 1)
    if (line[length++] == '\n')
      break;
  line[length] = '\0';
  if (length < 2 || line[length - 1] != '\n')
    return FALSE;
  line[length - 2] = '\0';
  g_mutex_lock (&client->server->lock);
  g_string_append_printf (client->server->said, "%s\n", line);
  g_mutex_unlock (&client->server->lock);
  return TRUE;
}

/* Nothing more is said; the client's words are thrown away until it goes. */
static void
stall (Client *client)
{
  char line[1000];

  client->stalled = TRUE;
  while (take (client, line, sizeof line))
    ;
}

/* TRUE: it took the place of what was to be said. */
static gboolean
do_fault (Client *client)
{
  static const char garbage[] = "\x80\xff(((( {zz}\"\\\r\n";
  const SigninOptions *options = &client->options;
  gboolean due;

  g_mutex_lock (&client->server->lock);
  due = ++client->server->n_lines == options->fault_at;
  g_mutex_unlock (&client->server->lock);
  if (!due)
    return client->stalled;
  if (options->cancellable != NULL)
    g_cancellable_cancel (options->cancellable);
  else if (options->fault == TAUBE_TEST_FAULT_STALL)
    stall (client);
  else if (options->fault == TAUBE_TEST_FAULT_GARBAGE)
    SSL_write (client->ssl, garbage, sizeof garbage - 1);
  else if (options->fault == TAUBE_TEST_FAULT_BYE)
    SSL_write (client->ssl, "* BYE going down\r\n", 18);
  if (options->cancellable == NULL && options->fault != TAUBE_TEST_FAULT_GARBAGE)
    shutdown (client->fd, SHUT_RDWR);
  return options->cancellable == NULL && options->fault != TAUBE_TEST_FAULT_GARBAGE;
}

static void G_GNUC_PRINTF (2, 3)
say (Client *client, const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  line = g_strconcat (text, "\r\n", NULL);
  if (do_fault (client))
    return;
  SSL_write (client->ssl, line, (int) strlen (line));
}

/* Gives a challenge and takes the answer, both in plain text; NULL: the client has given up. (transfer full) */
static char *
ask (Client *client, const char *challenge)
{
  g_autofree char *encoded = g_base64_encode ((const guchar *) challenge, strlen (challenge));
  g_autofree guchar *bytes = NULL;
  char line[4096];
  gsize length = 0;

  say (client, "+ %s", encoded);
  if (!take (client, line, sizeof line) || line[0] == '*')
    return NULL;
  if (line[0] != '\0')
    bytes = g_base64_decode (line, &length);
  return g_strndup (bytes != NULL ? (const char *) bytes : "", length);
}

static GBytes *
get_binding (Client *client)
{
  guint8 data[64];
  gsize length = 32;

  if (client->options.in_between)
    return g_bytes_new_static ("the other connection", 20);
  if (g_strcmp0 (client->options.binding_type, "tls-exporter") == 0)
    g_assert_cmpint (SSL_export_keying_material (client->ssl, data, length, "EXPORTER-Channel-Binding", 24, NULL, 0, 1),
                     ==, 1);
  else if (SSL_session_reused (client->ssl))
    length = SSL_get_finished (client->ssl, data, sizeof data);
  else
    length = SSL_get_peer_finished (client->ssl, data, sizeof data);
  return g_bytes_new (data, length);
}

static gboolean
do_scram (Client *client, const char *mechanism, const char *first)
{
  g_autoptr (GBytes) binding = get_binding (client);
  TaubeTestScram scram = { .password = TAUBE_TEST_PASSWORD, .salt = SALT,
                           .iterations = client->options.iterations > 0 ? client->options.iterations : 4096,
                           .sha256 = strstr (mechanism, "256") != NULL, .plus = g_str_has_suffix (mechanism, "-PLUS"),
                           .binding_type = client->options.binding_type, .binding = binding,
                           .offered_plus = strstr (client->options.mechanisms, "-PLUS") != NULL };
  g_autofree char *challenge = taube_test_scram_first (&scram, first);
  g_autofree char *answer = ask (client, challenge);
  gboolean ok = FALSE;

  if (answer != NULL && challenge[0] != 'e')
    {
      g_autofree char *last = taube_test_scram_final (&scram, answer);
      g_autofree char *nothing = NULL;

      if (client->options.wrong_signature)
        last[3] = last[3] == 'A' ? 'B' : 'A';
      nothing = ask (client, last);
      ok = nothing != NULL && last[0] == 'v';
    }
  taube_test_scram_clear (&scram);
  return ok;
}

/* The name in the client's certificate. (transfer full) */
static char *
get_certified_name (Client *client)
{
  X509 *x509 = SSL_get0_peer_certificate (client->ssl);
  char name[100] = "";

  if (x509 != NULL)
    X509_NAME_get_text_by_NID (X509_get_subject_name (x509), NID_commonName, name, sizeof name);
  return g_strdup (name);
}

static gboolean
do_plain (const char *first)
{
  return strcmp (first, "") == 0 && strcmp (first + 1, "alice") == 0 && strcmp (first + 7, TAUBE_TEST_PASSWORD) == 0;
}

static gboolean
do_login (Client *client)
{
  g_autofree char *user = ask (client, "Username:");
  g_autofree char *password = ask (client, "Password:");

  return g_strcmp0 (user, "alice") == 0 && g_strcmp0 (password, TAUBE_TEST_PASSWORD) == 0;
}

/* RFC 2195 */
static gboolean
do_cram_md5 (Client *client)
{
  static const char challenge[] = "<1896.697170952@postoffice.example.net>";
  g_autofree char *answer = ask (client, challenge);
  g_autofree char *digest = g_compute_hmac_for_string (G_CHECKSUM_MD5, (const guchar *) TAUBE_TEST_PASSWORD,
                                                       strlen (TAUBE_TEST_PASSWORD), challenge, -1);
  g_autofree char *expected = g_strconcat ("alice ", digest, NULL);

  return g_strcmp0 (answer, expected) == 0;
}

/* RFC 7628: "auth=Bearer token" between two bytes 1. A refusal is a challenge that is answered by one. */
static gboolean
do_oauthbearer (Client *client, const char *first, gsize length)
{
  g_autofree char *wanted = g_strdup_printf ("\x01" "auth=Bearer %s\x01", client->options.token);
  g_autofree char *answer = NULL;

  if (client->options.token != NULL && g_strstr_len (first, (gssize) length, wanted) != NULL)
    return TRUE;
  answer = ask (client, "{\"status\":\"invalid_token\"}");
  return FALSE;
}

static gboolean
authenticate (Client *client, const char *mechanism, const char *initial)
{
  gsize length = 0;
  g_autofree guchar *bytes = initial[0] != '\0' && initial[0] != '=' ? g_base64_decode (initial, &length) : NULL;
  g_autofree char *first = g_malloc0 (length + 8);
  g_autofree char *name = get_certified_name (client);

  if (bytes != NULL)
    memcpy (first, bytes, length);
  if (client->options.refuses_at_once && g_str_has_suffix (mechanism, "-PLUS"))
    return FALSE;
  if (g_str_has_prefix (mechanism, "SCRAM-"))
    return do_scram (client, mechanism, first);
  if (strcmp (mechanism, "OAUTHBEARER") == 0)
    return do_oauthbearer (client, first, length);
  if (strcmp (mechanism, "EXTERNAL") == 0)
    return strcmp (name, "alice") == 0 && (first[0] == '\0' || strcmp (first, name) == 0);
  if (strcmp (mechanism, "LOGIN") == 0)
    return do_login (client);
  if (strcmp (mechanism, "CRAM-MD5") == 0)
    return do_cram_md5 (client);
  return strcmp (mechanism, "PLAIN") == 0 && do_plain (first);
}

/* TRUE: it may be signed in; it counts from now on. */
static gboolean
count_in (Client *client)
{
  SigninServer *self = client->server;
  gboolean ok;

  g_mutex_lock (&self->lock);
  ok = client->options.limit == 0 || self->now < client->options.limit;
  if (ok)
    {
      self->count.signed_in++;
      self->now++;
      self->count.most = MAX (self->count.most, self->now);
    }
  client->signed_in = ok;
  g_mutex_unlock (&self->lock);
  return ok;
}

static void
count_refusal (Client *client)
{
  g_mutex_lock (&client->server->lock);
  client->server->count.refused++;
  g_cond_broadcast (&client->server->changed);
  g_mutex_unlock (&client->server->lock);
}

static void
do_authenticate (Client *client, const char *arguments)
{
  g_auto (GStrv) words = g_strsplit (arguments, " ", 2);
  const char *no = "NO [AUTHENTICATIONFAILED] no";

  if (authenticate (client, words[0], words[1] != NULL ? words[1] : ""))
    {
      if (count_in (client))
        {
          say (client, "%s OK [CAPABILITY IMAP4rev1 IDLE] welcome", client->tag);
          return;
        }
      no = client->options.limit_words;
    }
  count_refusal (client);
  if (no[0] == '*')
    say (client, "%s", no);
  else
    say (client, "%s %s", client->tag, no);
}

static gboolean
hold (Client *client)
{
  SigninServer *self = client->server;

  g_mutex_lock (&self->lock);
  while (client->options.holds && !self->released)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/* Whether the session is over in the middle of its life: it has been said, once. */
static gboolean
expire (Client *client)
{
  SigninServer *self = client->server;
  const char *words;

  g_mutex_lock (&self->lock);
  words = self->options.expired;
  self->options.expired = NULL;
  g_mutex_unlock (&self->lock);
  if (words == NULL)
    return FALSE;
  if (words[0] == '*')
    {
      say (client, "%s", words);
      shutdown (client->fd, SHUT_RDWR);
    }
  else
    say (client, "%s %s", client->tag, words);
  return TRUE;
}

static gboolean
do_command (Client *client, const char *line)
{
  const char *command = strchr (line, ' ');

  g_strlcpy (client->tag, line, MIN (sizeof client->tag, (gsize) (command != NULL ? command - line + 1 : 1)));
  command = command != NULL ? command + 1 : "";
  if (g_str_has_prefix (command, "AUTHENTICATE "))
    do_authenticate (client, command + 13);
  else if (g_str_has_prefix (command, "CAPABILITY"))
    say (client, "* CAPABILITY IMAP4rev1 SASL-IR LOGINDISABLED %s\r\n%s OK done", client->options.mechanisms,
         client->tag);
  else if (g_str_has_prefix (command, "STATUS") && expire (client))
    return TRUE;
  else if (g_str_has_prefix (command, "STATUS") && hold (client))
    say (client, "* STATUS INBOX (MESSAGES 0 UNSEEN 0)\r\n%s OK done", client->tag);
  else if (g_str_has_prefix (command, "SELECT") || g_str_has_prefix (command, "EXAMINE"))
    say (client, "* 0 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 1] n\r\n%s OK [READ-WRITE] open", client->tag);
  else if (g_str_has_prefix (command, "LOGOUT"))
    say (client, "* BYE bye\r\n%s OK done", client->tag);
  else
    say (client, "%s OK done", client->tag);
  return !g_str_has_prefix (command, "LOGOUT")
         && (client->signed_in || client->options.limit_words == NULL || client->options.limit_words[0] != '*'
             || !g_str_has_prefix (command, "AUTHENTICATE"));
}

/* POP3. */

static gboolean
is_right_digest (Client *client, const char *arguments)
{
  g_autofree char *text = g_strconcat (client->options.stamp, TAUBE_TEST_PASSWORD, NULL);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_MD5, text, -1);
  g_autofree char *expected = g_strconcat ("alice ", digest, NULL);

  return strcmp (arguments, expected) == 0;
}

static void
let_in (Client *client, gboolean right)
{
  if (right && count_in (client))
    {
      say (client, "+OK welcome");
      return;
    }
  count_refusal (client);
  say (client, "-ERR [AUTH] no");
}

static void
say_capabilities (Client *client)
{
  say (client, "+OK\r\nUIDL\r\nTOP\r\nPIPELINING\r\nRESP-CODES\r\n%sSASL %s\r\n.",
       client->options.has_user ? "USER\r\n" : "", client->options.mechanisms);
}

static gboolean
do_pop3_command (Client *client, const char *line)
{
  if (g_str_has_prefix (line, "AUTH "))
    {
      g_auto (GStrv) words = g_strsplit (line + 5, " ", 2);

      let_in (client, authenticate (client, words[0], words[1] != NULL ? words[1] : ""));
    }
  else if (g_str_has_prefix (line, "APOP ") && client->options.stamp != NULL)
    let_in (client, is_right_digest (client, line + 5));
  else if (g_str_has_prefix (line, "PASS ") && client->options.has_user)
    let_in (client, strcmp (line + 5, TAUBE_TEST_PASSWORD) == 0);
  else if (strcmp (line, "CAPA") == 0)
    say_capabilities (client);
  else if (strcmp (line, "STAT") == 0)
    say (client, "+OK 0 0");
  else if (strcmp (line, "USER alice") == 0 || strcmp (line, "QUIT") == 0)
    say (client, "+OK");
  else
    say (client, "-ERR what?");
  return strcmp (line, "QUIT") != 0;
}

static void
talk_pop3 (Client *client)
{
  char line[8192];

  say (client, "+OK ready %s", client->options.stamp != NULL ? client->options.stamp : "");
  while (take (client, line, sizeof line))
    if (!do_pop3_command (client, line))
      return;
}

static void
talk (Client *client)
{
  const char *words = client->options.limit_words;
  char line[8192];
  gboolean full;

  g_mutex_lock (&client->server->lock);
  client->server->count.connections++;
  client->server->count.resumed += (guint) SSL_session_reused (client->ssl);
  full = client->options.limit > 0 && client->server->now >= client->options.limit;
  g_mutex_unlock (&client->server->lock);
  if (client->options.pop3)
    {
      talk_pop3 (client);
      return;
    }
  if (full && words[0] == '*')
    {
      count_refusal (client);
      say (client, "%s", words);
      return;
    }
  say (client, "* OK [CAPABILITY IMAP4rev1 SASL-IR LOGINDISABLED %s] ready", client->options.mechanisms);
  while (take (client, line, sizeof line))
    if (!do_command (client, line))
      return;
}

static int
accept_any (int ok, X509_STORE_CTX *store)
{
  return 1;
}

static void
forget_fd (SigninServer *self, int fd)
{
  for (guint i = 0; i < self->fds->len; i++)
    if (g_array_index (self->fds, int, i) == fd)
      {
        g_array_remove_index_fast (self->fds, i);
        return;
      }
}

static gpointer
serve (gpointer data)
{
  g_autofree Client *client = data;
  SigninServer *self = client->server;

  client->ssl = SSL_new (self->context);
  SSL_set_fd (client->ssl, client->fd);
  if (client->options.version != 0)
    SSL_set_max_proto_version (client->ssl, client->options.version);
  if (client->options.no_tickets)
    {
      SSL_set_options (client->ssl, SSL_OP_NO_TICKET);
      SSL_set_num_tickets (client->ssl, 0);
    }
  if (client->options.wants_certificate)
    SSL_set_verify (client->ssl, SSL_VERIFY_PEER, accept_any);
  if (SSL_accept (client->ssl) == 1)
    {
      talk (client);
      SSL_shutdown (client->ssl);
    }
  ERR_clear_error ();
  SSL_free (client->ssl);
  g_mutex_lock (&self->lock);
  if (client->signed_in)
    self->now--;
  forget_fd (self, client->fd);
  g_mutex_unlock (&self->lock);
  close (client->fd);
  return NULL;
}

static gpointer
listen_on (gpointer data)
{
  SigninServer *self = data;
  int fd;

  while ((fd = accept4 (self->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0)
    {
      Client *client = g_new0 (Client, 1);

      client->server = self;
      client->fd = fd;
      g_mutex_lock (&self->lock);
      client->options = self->options;
      g_array_append_val (self->fds, fd);
      g_ptr_array_add (self->threads, g_thread_new ("signin", serve, client));
      g_mutex_unlock (&self->lock);
    }
  return NULL;
}

SigninServer *
signin_server_start (const SigninOptions *options)
{
  SigninServer *self = g_new0 (SigninServer, 1);
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;

  taube_sasl_forget_logins ();
  self->options = *options;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->said = g_string_new (NULL);
  self->threads = g_ptr_array_new ();
  self->fds = g_array_new (FALSE, FALSE, sizeof (int));
  self->pki = taube_test_pki_new ();
  self->context = taube_test_pki_get_context (self->pki, "good");
  SSL_CTX_set_session_id_context (self->context, (const guint8 *) "signin", 6);
  self->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (self->fd, (struct sockaddr *) &address, length), ==, 0);
  g_assert_cmpint (getsockname (self->fd, (struct sockaddr *) &address, &length), ==, 0);
  g_assert_cmpint (listen (self->fd, 100), ==, 0);
  self->port = ntohs (address.sin_port);
  self->thread = g_thread_new ("signin-listener", listen_on, self);
  return self;
}

void
signin_server_cut (SigninServer *self)
{
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->fds->len; i++)
    shutdown (g_array_index (self->fds, int, i), SHUT_RDWR);
  g_mutex_unlock (&self->lock);
}

void
signin_server_release (SigninServer *self)
{
  g_mutex_lock (&self->lock);
  self->released = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

void
signin_server_wait_refused (SigninServer *self, guint refused)
{
  g_mutex_lock (&self->lock);
  while (self->count.refused < refused)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

void
signin_server_stop (SigninServer *self)
{
  signin_server_release (self);
  shutdown (self->fd, SHUT_RDWR);
  g_thread_join (self->thread);
  close (self->fd);
  signin_server_cut (self);
  for (guint i = 0; i < self->threads->len; i++)
    g_thread_join (self->threads->pdata[i]);
  g_ptr_array_unref (self->threads);
  g_array_unref (self->fds);
  taube_test_pki_free (self->pki);
  g_string_free (self->said, TRUE);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  g_free (self);
}

guint16
signin_server_get_port (SigninServer *self)
{
  return self->port;
}

TaubeTestPki *
signin_server_get_pki (SigninServer *self)
{
  return self->pki;
}

void
signin_server_set_options (SigninServer *self, const SigninOptions *options)
{
  g_mutex_lock (&self->lock);
  self->options = *options;
  g_mutex_unlock (&self->lock);
}

gboolean
signin_server_has_failed (SigninServer *self)
{
  gboolean failed;

  g_mutex_lock (&self->lock);
  failed = self->options.fault_at > 0 && self->n_lines >= self->options.fault_at;
  g_mutex_unlock (&self->lock);
  return failed;
}

SigninCount
signin_server_get_count (SigninServer *self)
{
  SigninCount count;

  g_mutex_lock (&self->lock);
  count = self->count;
  g_mutex_unlock (&self->lock);
  return count;
}

char *
signin_server_get_said (SigninServer *self)
{
  char *said;

  g_mutex_lock (&self->lock);
  said = g_strdup (self->said->str);
  g_mutex_unlock (&self->lock);
  return said;
}
