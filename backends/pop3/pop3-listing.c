/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-listing.h"

#include <inttypes.h>
#include <string.h>

#include "pop3-gettext.h"

/* Bytes of an answer to TOP, which has the header and nothing else. */
#define TOP_MAX (64u << 20)
/* Lines that are of no use before the server is out of its mind. */
#define FAULTS_MAX 1000

static GQuark
listing_quark (void)
{
  return g_quark_from_static_string ("pop3-listing");
}

static void
listing_free (gpointer data)
{
  Pop3Listing *self = data;

  g_clear_pointer (&self->drop, pop3_maildrop_free);
  g_clear_pointer (&self->hoard, pop3_hoard_free);
  g_free (self);
}

/* LIST and UIDL, one behind the other. */

typedef struct
{
  Pop3Session *session;
  Pop3Maildrop *drop;
  guint sent;
  guint64 current;
  guint faults;
  GError *refusal; /* of LIST, or of a UIDL that was promised */
} Asking;

static Pop3Command *
next_list (gpointer user_data)
{
  Asking *self = user_data;

  if (self->sent == 0 || (self->sent == 1 && self->session->uidl != POP3_OFFER_NO))
    return pop3_command_new (self->sent++ == 0 ? "LIST" : "UIDL");
  return NULL;
}

static gboolean
list_answered (guint64 index, const Pop3Response *response, gpointer user_data, GError **error)
{
  Asking *self = user_data;
  gboolean good = response->status == POP3_STATUS_OK;

  self->current = index;
  if (index == 1)
    pop3_maildrop_begin (self->drop);
  if (index == 1 && self->session->uidl == POP3_OFFER_UNKNOWN && (good || response->code == POP3_CODE_NONE))
    self->session->uidl = good ? POP3_OFFER_YES : POP3_OFFER_NO;
  else if (!good && self->refusal == NULL)
    self->refusal = pop3_session_make_error (self->session, response, TAUBE_ERROR_PROTOCOL,
                                             _ ("cannot list the messages"));
  return TRUE;
}

static gboolean
list_line (const char *line, gsize length, gpointer user_data, GError **error)
{
  Asking *self = user_data;
  gboolean good = self->current == 0 ? pop3_maildrop_add_list_line (self->drop, line, length)
                                     : pop3_maildrop_add_uidl_line (self->drop, line, length);

  if (good && self->current == 0 && pop3_maildrop_get_n_mails (self->drop) > self->session->count + FAULTS_MAX)
    good = FALSE;
  if (good || ++self->faults <= FAULTS_MAX)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL,
               _ ("the list of messages makes no sense: the server says that there are %" PRIu64),
               self->session->count);
  return FALSE;
}

static gboolean
ask (Pop3Session *session, Pop3Maildrop *drop, GCancellable *cancellable, GError **error)
{
  static const Pop3Batch batch = { .next = next_list, .answered = list_answered, .line = list_line };
  Asking asking = { .session = session, .drop = drop };
  gboolean ok;

  if (session->count == 0)
    return TRUE;
  ok = pop3_session_run_batch (session, &batch, &asking, cancellable, error);
  if (ok && asking.refusal != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&asking.refusal));
      ok = FALSE;
    }
  g_clear_error (&asking.refusal);
  if (asking.sent < 2)
    pop3_maildrop_begin (drop);
  return ok;
}

/* Headers. */

typedef struct
{
  Pop3Listing *listing;
  const guint32 *positions;
  guint n;
  gboolean whole; /* by RETR */
  guint sent;
  guint position; /* of the message that comes */
  gboolean coming;
  GString *header;
  gsize header_max;
  gboolean past_header;
  Pop3Digester digester;
  Pop3HeaderFunc func;
  gpointer user_data;
  GArray *left; /* guint32 positions of those that could not be had */
} Heading;

static Pop3Command *
next_header (gpointer user_data)
{
  Heading *self = user_data;
  Pop3Command *command;

  /* Whether there is a TOP at all is found out with the first. */
  if (self->sent == self->n || (!self->whole && self->listing->session->top == POP3_OFFER_NO))
    return NULL;
  command = pop3_command_new (self->whole ? "RETR" : "TOP");
  pop3_command_add_number (
    command, pop3_maildrop_get_mail (self->listing->drop, self->positions[self->sent++])->number);
  if (!self->whole)
    pop3_command_add_number (command, 0);
  return command;
}

static gboolean
header_answered (guint64 index, const Pop3Response *response, gpointer user_data, GError **error)
{
  Heading *self = user_data;
  Pop3Session *session = self->listing->session;
  gboolean good = response->status == POP3_STATUS_OK;

  self->position = self->positions[index];
  if (!self->whole && session->top == POP3_OFFER_UNKNOWN && (good || response->code == POP3_CODE_NONE))
    session->top = good ? POP3_OFFER_YES : POP3_OFFER_NO;
  if (!good)
    g_array_append_val (self->left, self->position);
  g_string_truncate (self->header, 0);
  self->past_header = FALSE;
  return TRUE;
}

/* The header with the empty line; a header over the limit ends there. */
static void
keep_header (Heading *self, const char *data, gsize length)
{
  while (length > 0 && !self->past_header)
    {
      const char *end = memchr (data, '\n', length);
      gsize piece = end != NULL ? (gsize) (end - data) + 1 : length;

      if (self->header->len + piece > self->header_max)
        piece = self->header_max - self->header->len;
      g_string_append_len (self->header, data, (gssize) piece);
      data += piece;
      length -= piece;
      if (self->header->len == self->header_max)
        self->past_header = TRUE;
      else if (end != NULL && (g_str_has_suffix (self->header->str, "\n\n") || self->header->len == 1
                               || g_str_has_suffix (self->header->str, "\n\r\n")
                               || strcmp (self->header->str, "\r\n") == 0))
        self->past_header = TRUE;
    }
}

static gboolean
header_data (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
  Heading *self = user_data;

  pop3_digester_feed (&self->digester, data, length);
  if (self->func != NULL)
    keep_header (self, (const char *) data, length);
  return !self->whole || pop3_hoard_add (self->listing->hoard, data, length, error);
}

static gboolean
header_ended (guint64 index, gpointer user_data, GError **error)
{
  Heading *self = user_data;
  Pop3Digest digest;

  pop3_digester_end (&self->digester, &digest);
  pop3_maildrop_set_digest (self->listing->drop, self->position, &digest);
  if (self->func != NULL)
    self->func (self->position, self->header->str, self->header->len, self->user_data);
  return !self->whole
         || pop3_hoard_end (self->listing->hoard, &pop3_maildrop_get_mail (self->listing->drop, self->position)->hoard,
                            error);
}

static gboolean
run_headers (Heading *self, GCancellable *cancellable, GError **error)
{
  Pop3Batch batch = { .next = next_header, .answered = header_answered, .data = header_data, .ended = header_ended };
  Pop3Listing *listing = self->listing;
  gboolean ok;

  if (!self->whole)
    batch.max_bytes = TOP_MAX;
  else if (listing->hoard == NULL && (listing->hoard = pop3_hoard_new (error)) == NULL)
    return FALSE;
  ok = pop3_session_run_batch (listing->session, &batch, self, cancellable, error);
  if (!ok && self->whole)
    pop3_hoard_forget (listing->hoard);
  for (; ok && self->sent < self->n; self->sent++)
    g_array_append_val (self->left, self->positions[self->sent]);
  return ok;
}

/* What lies in the hoard is read from there. */
static gboolean
read_hoarded (Heading *self, GArray *wanted, GError **error)
{
  for (guint i = 0; i < self->n; i++)
    {
      guint32 position = self->positions[i];
      Pop3Mail *mail = pop3_maildrop_get_mail (self->listing->drop, position);

      if (mail->hoard == 0)
        {
          g_array_append_val (wanted, position);
          continue;
        }
      if (self->func == NULL)
        continue;
      g_string_truncate (self->header, 0);
      self->past_header = FALSE;
      self->whole = FALSE;
      if (!pop3_hoard_read (self->listing->hoard, mail->hoard, header_data, self, error))
        return FALSE;
      pop3_digester_clear (&self->digester);
      self->func (position, self->header->str, self->header->len, self->user_data);
    }
  return TRUE;
}

static gboolean
run_pass (Heading *self, GArray *wanted, gboolean whole, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) left = g_array_new (FALSE, FALSE, sizeof (guint32));
  gboolean ok;

  self->positions = (const guint32 *) (gpointer) wanted->data;
  self->n = wanted->len;
  self->sent = 0;
  self->whole = whole;
  self->left = left;
  ok = self->n == 0 || run_headers (self, cancellable, error);
  g_array_set_size (wanted, 0);
  g_array_append_vals (wanted, left->data, left->len);
  return ok;
}

/* When nobody knows whether there is a TOP, the first message tells; the others are then sent ahead. */
static gboolean
try_top (Heading *self, GArray *wanted, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) first = g_array_new (FALSE, FALSE, sizeof (guint32));

  if (self->listing->session->top != POP3_OFFER_UNKNOWN || wanted->len == 0)
    return TRUE;
  g_array_append_vals (first, wanted->data, 1);
  g_array_remove_index (wanted, 0);
  if (!run_pass (self, first, FALSE, cancellable, error))
    return FALSE;
  g_array_prepend_vals (wanted, first->data, first->len);
  return TRUE;
}

gboolean
pop3_listing_read_headers (Pop3Listing *self, const guint32 *positions, guint n, Pop3HeadersMode mode,
                           Pop3HeaderFunc func, gpointer user_data, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) wanted = g_array_new (FALSE, FALSE, sizeof (guint32));
  Heading heading = { .listing = self, .positions = positions, .n = n, .func = func, .user_data = user_data };
  gboolean ok;

  heading.header = g_string_new (NULL);
  heading.header_max = self->session->limits.header_bytes;
  ok = read_hoarded (&heading, wanted, error) && try_top (&heading, wanted, cancellable, error)
       && run_pass (&heading, wanted, FALSE, cancellable, error)
       && (mode != POP3_HEADERS_ALL || run_pass (&heading, wanted, TRUE, cancellable, error));
  pop3_digester_clear (&heading.digester);
  g_string_free (heading.header, TRUE);
  return ok;
}

/* The listing. */

static gboolean
name_all (Pop3Listing *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) wanting = g_array_new (FALSE, FALSE, sizeof (guint32));

  if (pop3_maildrop_name (self->drop) == 0)
    return TRUE;
  for (guint32 i = 0; i < pop3_maildrop_get_n_mails (self->drop); i++)
    if (pop3_maildrop_get_mail (self->drop, i)->wants_digest)
      g_array_append_val (wanting, i);
  if (!pop3_listing_read_headers (self, (const guint32 *) (gpointer) wanting->data, wanting->len, POP3_HEADERS_ALL,
                                  NULL, NULL, cancellable, error))
    return FALSE;
  pop3_maildrop_finish (self->drop);
  return TRUE;
}

Pop3Listing *
pop3_listing_peek (Pop3Session *session)
{
  Pop3Listing *self = g_object_get_qdata (G_OBJECT (session), listing_quark ());

  return self != NULL && self->serial == session->serial ? self : NULL;
}

Pop3Listing *
pop3_listing_get (Pop3Session *session, Pop3Texts *texts, GCancellable *cancellable, GError **error)
{
  Pop3Listing *self = pop3_listing_peek (session);

  if (self != NULL)
    return self;
  self = g_new0 (Pop3Listing, 1);
  self->session = session;
  self->serial = session->serial;
  self->drop = pop3_maildrop_new (session->count, texts);
  if (!ask (session, self->drop, cancellable, error) || !name_all (self, cancellable, error))
    {
      listing_free (self);
      return NULL;
    }
  g_object_set_qdata_full (G_OBJECT (session), listing_quark (), self, listing_free);
  return self;
}
