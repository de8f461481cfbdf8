/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"

#include <taube-backend/taube-testing.h>

#include <string.h>

/* A server that tells of removed messages while it answers a FETCH by sequence numbers, which RFC 3501 forbids in
 * section 7.4.1: no message that stayed is lacking in the list, none is there twice, and they are in order. */

#define ROUNDS 400

typedef struct
{
  GRand *rand;
  GArray *uids; /* guint32: what is there now, in order */
  guint32 next_uid;
  guint n_at_first;
  guint n_removed;
  guint n_came;
  gboolean has_esearch;
  gboolean is_strict; /* a number that is too large is BAD */
  gboolean snapshots; /* a FETCH is about the messages that its numbers meant when it came */
  guint odds;         /* a message goes at one of so many rows */
  TaubeMemoryPeer *peer; /* not owned */
  GString *in;
} Mailbox;

static guint32
uid_at (Mailbox *self, guint index)
{
  return g_array_index (self->uids, guint32, index);
}

static void
say (Mailbox *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
say (Mailbox *self, const char *format, ...)
{
  g_autofree char *line = NULL;
  va_list args;

  va_start (args, format);
  line = g_strdup_vprintf (format, args);
  va_end (args);
  taube_memory_peer_send (self->peer, line, strlen (line));
  taube_memory_peer_send (self->peer, "\r\n", 2);
}

/* Somebody else removes a message, or one comes. */
static void
let_happen (Mailbox *self)
{
  if (self->uids->len > 0 && g_rand_int_range (self->rand, 0, (gint) self->odds) == 0)
    {
      guint index = (guint) g_rand_int_range (self->rand, 0, (gint) self->uids->len);

      g_array_remove_index (self->uids, index);
      self->n_removed++;
      say (self, "* %u EXPUNGE", index + 1);
    }
  if (g_rand_int_range (self->rand, 0, 4 * (gint) self->odds) == 0)
    {
      g_array_append_val (self->uids, self->next_uid);
      self->next_uid++;
      self->n_came++;
      say (self, "* %u EXISTS", self->uids->len);
    }
}

static void
say_row (Mailbox *self, guint32 uid)
{
  for (guint i = 0; i < self->uids->len; i++)
    if (uid_at (self, i) == uid)
      say (self, "* %u FETCH (UID %u FLAGS ())", i + 1, uid);
}

static void
fetch_snapshot (Mailbox *self, guint first, guint last)
{
  g_autoptr (GArray) meant = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint seq = first; seq <= last; seq++)
    g_array_append_val (meant, g_array_index (self->uids, guint32, seq - 1));
  for (guint i = 0; i < meant->len; i++)
    {
      let_happen (self);
      say_row (self, g_array_index (meant, guint32, i));
    }
}

static void
fetch (Mailbox *self, const char *tag, guint first, guint last)
{
  if (last > self->uids->len && self->is_strict)
    {
      say (self, "%s BAD there are not so many messages", tag);
      return;
    }
  last = MIN (last, self->uids->len);
  if (self->snapshots)
    fetch_snapshot (self, first, last);
  else
    for (guint seq = first; seq <= last; seq++)
      {
        let_happen (self);
        if (seq <= self->uids->len)
          say_row (self, uid_at (self, seq - 1));
      }
  say (self, "%s OK done", tag);
}

static void
fetch_uids (Mailbox *self, const char *tag, const char *set)
{
  g_auto (GStrv) parts = g_strsplit (set, ",", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      guint first = 0, last = 0;

      if (sscanf (parts[i], "%u:%u", &first, &last) == 1)
        last = first;
      for (guint uid = first; uid <= last; uid++)
        {
          let_happen (self);
          say_row (self, uid);
        }
    }
  say (self, "%s OK done", tag);
}

static void
search (Mailbox *self, const char *tag)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < self->uids->len; i++)
    g_string_append_printf (text, "%s%u", i == 0 ? "" : self->has_esearch ? "," : " ", uid_at (self, i));
  if (!self->has_esearch)
    say (self, "* SEARCH %s", text->str);
  else if (text->len > 0)
    say (self, "* ESEARCH (TAG \"%s\") UID ALL %s", tag, text->str);
  else
    say (self, "* ESEARCH (TAG \"%s\") UID", tag);
  say (self, "%s OK done", tag);
}

static void
answer (Mailbox *self, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  const char *tag = words[0];
  guint first = 0, last = 0;

  g_assert_cmpuint (g_strv_length (words), >=, 2);
  if (g_str_equal (words[1], "FETCH"))
    {
      if (sscanf (words[2], "%u:%u", &first, &last) == 1)
        last = first;
      fetch (self, tag, first, last);
      return;
    }
  if (g_str_equal (words[1], "UID") && g_str_equal (words[2], "FETCH"))
    {
      fetch_uids (self, tag, words[3]);
      return;
    }
  if (g_str_equal (words[1], "UID"))
    {
      search (self, tag);
      return;
    }
  if (g_str_equal (words[1], "CAPABILITY"))
    say (self, "* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN%s", self->has_esearch ? " ESEARCH" : "");
  if (g_str_equal (words[1], "SELECT"))
    {
      say (self, "* %u EXISTS", self->uids->len);
      say (self, "* OK [UIDVALIDITY 7] valid");
    }
  say (self, "%s OK done", tag);
}

static void
on_bytes (TaubeMemoryPeer *peer, const guint8 *bytes, gsize length, gpointer user_data)
{
  Mailbox *self = user_data;
  char *end;

  g_string_append_len (self->in, (const char *) bytes, (gssize) length);
  while ((end = strstr (self->in->str, "\r\n")) != NULL)
    {
      g_autofree char *line = g_strndup (self->in->str, (gsize) (end - self->in->str));

      g_string_erase (self->in, 0, end + 2 - self->in->str);
      answer (self, line);
    }
}

static TaubeConnection *
dial (const TaubeEndpoint *endpoint, gpointer user_data, GError **error)
{
  Mailbox *self = user_data;
  g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (on_bytes, self, NULL);

  self->peer = peer;
  g_string_truncate (self->in, 0);
  say (self, "* OK ready");
  return taube_connection_new_memory (endpoint, peer);
}

static void
mailbox_init (Mailbox *self, GRand *rand)
{
  *self = (Mailbox){ .rand = rand, .in = g_string_new (NULL), .uids = g_array_new (FALSE, FALSE, sizeof (guint32)) };
  self->next_uid = 1;
  self->n_at_first = (guint) g_rand_int_range (rand, 1, 60);
  self->odds = (guint) g_rand_int_range (rand, 3, 40);
  self->has_esearch = g_rand_boolean (rand);
  self->is_strict = g_rand_boolean (rand);
  self->snapshots = g_rand_boolean (rand);
  for (guint i = 0; i < self->n_at_first; i++)
    {
      self->next_uid += (guint32) g_rand_int_range (rand, 0, 3);
      g_array_append_val (self->uids, self->next_uid);
      self->next_uid++;
    }
}

static void
mailbox_clear (Mailbox *self)
{
  g_string_free (self->in, TRUE);
  g_array_unref (self->uids);
}

static guint32
uid_of (TaubeItemList *list, guint position)
{
  g_autofree char *id = taube_item_list_get_id (list, position);

  g_assert_true (g_str_has_prefix (id, "7."));
  return (guint32) g_ascii_strtoull (id + 2, NULL, 10);
}

static void
take_chunk (TaubeItemList *chunk, gpointer user_data)
{
  for (guint i = 0; i < taube_item_list_get_size (chunk); i++)
    {
      guint32 uid = uid_of (chunk, i);

      g_array_append_val (user_data, uid);
    }
}

static gboolean
has_row (TaubeItemList *list, guint32 uid)
{
  for (guint i = 0; i < taube_item_list_get_size (list); i++)
    if (uid_of (list, i) == uid)
      return TRUE;
  return FALSE;
}

/* BEFORE: the UIDs that were there at first. */
static void
check_list (Mailbox *mailbox, GArray *before, TaubeItemList *list, gboolean newest_first, guint newest)
{
  guint n = taube_item_list_get_size (list);
  guint expected = newest == 0 ? G_MAXUINT : newest;

  if (newest > 0)
    g_assert_cmpuint (n, <=, newest);
  for (guint i = 1; i < n; i++)
    if (newest_first)
      g_assert_cmpuint (uid_of (list, i - 1), >, uid_of (list, i));
    else
      g_assert_cmpuint (uid_of (list, i - 1), <, uid_of (list, i));
  /* A removed message, or one that came, may have the place of one that stayed, where places are counted. */
  if (newest > 0)
    expected -= MIN (expected, mailbox->n_removed + mailbox->n_came);
  for (guint i = before->len; i > 0 && expected > 0; i--)
    {
      guint32 uid = g_array_index (before, guint32, i - 1);
      gboolean is_there = FALSE;

      for (guint k = 0; k < mailbox->uids->len; k++)
        is_there |= uid_at (mailbox, k) == uid;
      if (!is_there)
        continue;
      expected--;
      g_assert_true (has_row (list, uid));
    }
}

static void
run_round (GRand *rand, guint *n_shifted)
{
  Mailbox mailbox;
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeFolder) inbox = NULL;
  g_autoptr (TaubeListRequest) request = taube_list_request_new ();
  g_autoptr (TaubeItemList) list = NULL;
  g_autoptr (GArray) before = NULL;
  g_autoptr (GArray) chunks = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GError) error = NULL;
  gboolean newest_first = g_rand_boolean (rand);
  guint newest = g_rand_boolean (rand) ? 0 : (guint) g_rand_int_range (rand, 1, 60);

  mailbox_init (&mailbox, rand);
  before = g_array_copy (mailbox.uids);
  taube_connection_set_test_dialer (dial, &mailbox);
  account = imap_client_new ("imap", 143, "?tls=none", NULL);
  inbox = taube_account_get_folder_by_name (account, "INBOX");
  taube_list_request_set_fields (request, TAUBE_LIST_FIELDS_FLAGS);
  taube_list_request_set_newest_first (request, newest_first);
  taube_list_request_set_newest (request, newest);
  taube_list_request_set_chunk_func (request, (guint) g_rand_int_range (rand, 1, 15), take_chunk, chunks, NULL);
  list = taube_folder_list (inbox, request, NULL, &error);
  g_assert_no_error (error);
  check_list (&mailbox, before, list, newest_first, newest);
  /* The chunks are the list. */
  g_assert_cmpuint (chunks->len, ==, taube_item_list_get_size (list));
  for (guint i = 0; i < chunks->len; i++)
    g_assert_cmpuint (g_array_index (chunks, guint32, i), ==, uid_of (list, i));
  *n_shifted += mailbox.n_removed > 0;
  taube_account_disconnect (account, NULL, &error);
  g_assert_no_error (error);
  taube_connection_set_test_dialer (NULL, NULL);
  mailbox_clear (&mailbox);
}

static void
test_shifts (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed ((guint32) g_test_rand_int ());
  guint n_shifted = 0;

  for (guint round = 0; round < ROUNDS; round++)
    run_round (rand, &n_shifted);
  g_test_message ("%u of %u lists had their numbers moved", n_shifted, ROUNDS);
  g_assert_cmpuint (n_shifted, >, ROUNDS / 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imap/shifts/list", test_shifts);
  return g_test_run ();
}
