/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What real servers send although no RFC allows it, or what one would not expect. One test each; where the server
 * is known, it is named. */
#include "imap-command.h"
#include "imap-decode-fetch.h"
#include "imap-decode-list.h"
#include "imap-decode-search.h"
#include "imap-errors.h"
#include "imap-quirks.h"
#include "imap-test.h"

typedef struct
{
  Feed feed;
  ImapFetch fetch;
  ImapList list;
  ImapStatus status;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  feed_init (&self->feed, NULL);
  self->feed.byte_by_byte = GPOINTER_TO_INT (data);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  feed_clear (&self->feed);
}

static const ImapFetch *
fetch (Fixture *self, const char *text)
{
  const ImapResponse *response = feed_response (&self->feed, text);

  g_assert_true (imap_decode_fetch (response, imap_reader_get_arena (self->feed.reader), taube_limits_get_default (),
                                    &self->fetch));
  return &self->fetch;
}

static const ImapBody *
body (Fixture *self, const char *text)
{
  g_autofree char *line = g_strdup_printf ("* 1 FETCH (UID 5 BODYSTRUCTURE %s RFC822.SIZE 7)\r\n", text);
  const ImapFetch *got = fetch (self, line);

  g_assert_cmpuint (got->uid, ==, 5);
  g_assert_cmpuint (got->size, ==, 7);
  g_assert_cmphex (got->malformed, ==, 0);
  g_assert_nonnull (got->body);
  return got->body;
}

static ImapVerdict
judge (Fixture *self, const char *text, TaubeError fallback)
{
  return imap_errors_judge (feed_response (&self->feed, text), fallback);
}

static ImapQuirks
detect (const char *greeting, const char *host)
{
  ImapQuirks quirks;

  imap_quirks_detect (&quirks, greeting, NULL, NULL, NULL, host, NULL);
  return quirks;
}

/* Exchange */
static void
test_01 (Fixture *self, gconstpointer data)
{
  const ImapBody *part = body (self, "(\"IMAGE\" \"PNG\" NIL NIL NIL \"BASE64\" 300 NIL \"inline\" NIL NIL)");

  assert_string (part->disposition, "inline");
  g_assert_null (part->disposition_params);
  g_assert_cmphex (part->malformed, ==, IMAP_BODY_DISPOSITION);
}

/* Exchange, Gmail */
static void
test_02 (Fixture *self, gconstpointer data)
{
  const ImapBody *part = body (self, "(\"RELATED\" NIL (\"ATTACHMENT\" NIL) NIL)");

  g_assert_true (imap_body_is_multipart (part));
  assert_string (part->subtype, "RELATED");
  assert_string (part->disposition, "ATTACHMENT");
  g_assert_cmpuint (part->n_children, ==, 0);
  part = body (self, "((\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 5 1 NIL NIL NIL)"
                     "(\"ALTERNATIVE\" (\"BOUNDARY\" \"==x\") NIL NIL) \"MIXED\" (\"BOUNDARY\" \"==y\") NIL NIL)");
  g_assert_cmpuint (part->n_children, ==, 2);
  assert_string (part->children->next->subtype, "ALTERNATIVE");
  assert_string (part->children->next->params->value, "==x");
}

static void
test_03 (Fixture *self, gconstpointer data)
{
  const ImapBody *part = body (self, "(\"TEXT\" \"HTML\" (\"CHARSET\" \"utf-8\") NIL NIL \"BASE64\" 3020 -1 NIL "
                                     "(\"INLINE\" NIL) NIL NIL)");

  g_assert_cmpuint (part->size, ==, 3020);
  g_assert_cmpuint (part->lines, ==, 0);
  g_assert_cmphex (part->malformed, ==, IMAP_BODY_LINES);
  assert_string (part->disposition, "INLINE");
}

static void
test_04 (Fixture *self, gconstpointer data)
{
  g_assert_true (
      imap_decode_status (feed_response (&self->feed, "* STATUS \"x\" (MESSAGES 2 UNSEEN 1) \r\n"), &self->status));
  g_assert_cmpuint (self->status.messages, ==, 2);
  g_assert_true (
      imap_decode_status (feed_response (&self->feed, "* STATUS x (MESSAGES 2 UNSEEN 1 )  \r\n"), &self->status));
  g_assert_cmpuint (self->status.unseen, ==, 1);
}

static void
test_05 (Fixture *self, gconstpointer data)
{
  g_assert_true (imap_decode_list (feed_response (&self->feed, "* LIST (\\HasNoChildren) \"/\" INBOX/a\tb\001c\r\n"),
                                   &self->list));
  assert_string (self->list.name, "INBOX/a\tb\001c");
}

static void
test_06 (Fixture *self, gconstpointer data)
{
  ImapCopyuid copyuid;

  g_assert_true (
      imap_decode_copyuid (feed_response (&self->feed, "A1 OK [COPYUID 1521475658  ] Completed\r\n"), &copyuid));
  g_assert_cmpuint (copyuid.uidvalidity, ==, 1521475658);
  g_assert_cmpuint (copyuid.source.length + copyuid.target.length, ==, 0);
  g_assert_true (
      imap_decode_copyuid (feed_response (&self->feed, "A1 OK [COPYUID 7 \"\" \"\"] Completed\r\n"), &copyuid));
  g_assert_true (imap_decode_copyuid (feed_response (&self->feed, "A1 OK [APPENDUID 7] Completed\r\n"), &copyuid));
  g_assert_cmpuint (copyuid.target.length, ==, 0);
}

static void
test_07 (Fixture *self, gconstpointer data)
{
  fetch (self, "* 3 FETCH (RFC822.SIZE 99 FLAGS (\\Seen) UID 12)\r\n");
  g_assert_cmpuint (self->fetch.uid, ==, 12);
  g_assert_cmpuint (self->fetch.size, ==, 99);
  fetch (self, "* 3 FETCH (BODY[] {3}\r\nabc FLAGS () RFC822.SIZE 4 UID 13)\r\n");
  g_assert_cmpuint (self->fetch.uid, ==, 13);
  assert_string (self->fetch.sections->content, "abc");
}

/* The length of a body is that of its literal, whatever RFC822.SIZE says. */
static void
test_08 (Fixture *self, gconstpointer data)
{
  fetch (self, "* 3 FETCH (UID 1 RFC822.SIZE 1000000 BODY[] {3}\r\nabc)\r\n");
  g_assert_cmpuint (self->fetch.sections->size, ==, 3);
  g_assert_cmpuint (self->fetch.size, ==, 1000000);
}

/* Exchange */
static void
test_09 (Fixture *self, gconstpointer data)
{
  ImapVerdict verdict = judge (self, "A5 BAD User is authenticated but not connected.\r\n", TAUBE_ERROR_NOT_FOUND);

  g_assert_cmpint (verdict.error, ==, TAUBE_ERROR_AUTH);
  g_assert_true (verdict.drop);
}

static void
test_10 (Fixture *self, gconstpointer data)
{
  g_assert_cmpuint (detect ("The Microsoft Exchange IMAP4 service is ready.", NULL).max_pipeline, ==, 25);
}

static void
test_11 (Fixture *self, gconstpointer data)
{
  g_assert_true (
      detect ("Microsoft Exchange Server 2003 IMAP4rev1 server version 6.5.7638.1 ready.", NULL).no_namespace);
  g_assert_false (detect ("The Microsoft Exchange IMAP4 service is ready.", NULL).no_namespace);
}

/* The words of a BAD to LIST RETURN do not matter: any BAD is a refusal that keeps the connection. */
static void
test_12 (Fixture *self, gconstpointer data)
{
  ImapVerdict verdict = judge (self, "A5 BAD Command Argument Error. 12\r\n", TAUBE_ERROR_NOT_SUPPORTED);

  g_assert_cmpint (verdict.error, ==, TAUBE_ERROR_PROTOCOL);
  g_assert_false (verdict.drop);
}

static void
test_13 (Fixture *self, gconstpointer data)
{
  g_assert_cmpstr (detect ("JAMES IMAP4rev1 Server james.local is ready.", NULL).server, ==, "james");
}

static void
test_14 (Fixture *self, gconstpointer data)
{
  static const char text[] = "\0\0\0* OK ready\r\n\0* 1 EXISTS\r\n\r\n\0\r\nA1 OK done\r\n\0";
  g_autofree char *dump = dump_at_every_split (text, sizeof (text) - 1, NULL);

  g_assert_cmpstr (dump, ==, "OK |ready|\n1 EXISTS\nA1 OK |done|\n");
}

/* Between a literal's size and the "+" untagged responses may come, or the refusal. */
static void
test_15 (Fixture *self, gconstpointer data)
{
  assert_dump ("* 5 EXISTS\r\n* NO [ALERT] literal too large {70000}\r\nA3 NO no\r\n",
               "5 EXISTS\nNO [ALERT] |literal too large {70000}|\nA3 NO |no|\n");
}

/* Gmail */
static void
test_16 (Fixture *self, gconstpointer data)
{
  guint64 number;

  g_assert_true (imap_decode_code_number (feed_response (&self->feed, "* OK [HIGHESTMODSEQ 3185]\r\n"), &number));
  g_assert_cmpuint (number, ==, 3185);
  g_assert_true (imap_decode_code_number (feed_response (&self->feed, "* OK [UIDNEXT 7] \r\n"), &number));
  g_assert_cmpuint (self->feed.event.response->text_length, ==, 0);
}

static void
test_17 (Fixture *self, gconstpointer data)
{
  ImapFlags flags;

  fetch (self, "* 1 FETCH (FLAGS (\\Seen [a]b OIB-Seen-[Gmail]/All Mail BODY[x) UID 4)\r\n");
  g_assert_cmpuint (self->fetch.uid, ==, 4);
  g_assert_cmpuint (self->fetch.flags.n_keywords, ==, 4);
  g_assert_cmpstr (self->fetch.flags.keywords[1], ==, "OIB-Seen-[Gmail]/All");
  g_assert_true (imap_flags_decode (
      feed_response (&self->feed, "* OK [PERMANENTFLAGS (\\Seen $MDNSent [a] OIB-Seen-[Gmail]/All \\*)] Flags.\r\n")
          ->code_values,
      imap_reader_get_arena (self->feed.reader), &flags));
  g_assert_true (flags.any);
  g_assert_cmpstr (self->feed.event.response->text, ==, "Flags.");
}

/* Gmail: nested multiparts with one boundary come as one part with the type of the wrong one, or as a message
 * without the message. The others keep their numbers. */
static void
test_18 (Fixture *self, gconstpointer data)
{
  const ImapBody *part
      = body (self, "((\"MULTIPART\" \"ALTERNATIVE\" (\"BOUNDARY\" \"x\") NIL NIL \"7BIT\" 512 NIL NIL NIL)"
                    "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 700 NIL NIL NIL NIL)"
                    "(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 5 1 NIL NIL NIL) \"MIXED\" "
                    "(\"BOUNDARY\" \"x\") NIL NIL)");

  g_assert_cmpuint (part->n_children, ==, 3);
  part = part->children;
  g_assert_true (imap_body_is_multipart (part));
  g_assert_cmpuint (part->n_children, ==, 0);
  g_assert_cmpuint (part->size, ==, 512);
  g_assert_true (imap_body_is_message (part->next));
  g_assert_null (part->next->children);
  assert_string (part->next->next->type, "TEXT");
  g_assert_cmphex (part->next->next->malformed, ==, 0);
}

static void
test_19 (Fixture *self, gconstpointer data)
{
  guint64 number;

  g_assert_true (imap_value_get_number (
      feed_response (&self->feed, "* QUOTA \"\" (STORAGE 5 11592736768000)\r\n")->values->next->first->next->next,
      &number));
  g_assert_cmpuint (number, ==, G_GUINT64_CONSTANT (11592736768000));
}

/* Gmail, Exchange Online */
static void
test_20 (Fixture *self, gconstpointer data)
{
  static const struct
  {
    const char *text;
    guint retry_after;
  } cases[] = {
    { "A1 NO [THROTTLED] Account exceeded command limits\r\n", 60 },
    { "A1 NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)\r\n", 600 },
    { "A1 NO [ALERT] Too many simultaneous connections. (Failure)\r\n", 60 },
    { "A1 BAD Request is throttled. Suggested Backoff Time: 299961 milliseconds\r\n", 300 },
    { "* BYE [UNAVAILABLE] Temporary System Error\r\n", 30 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      ImapVerdict verdict = judge (self, cases[i].text, TAUBE_ERROR_AUTH);

      g_assert_cmpint (verdict.error, ==, TAUBE_ERROR_THROTTLED);
      g_assert_cmpuint (verdict.retry_after, ==, cases[i].retry_after);
    }
}

/* Gmail: 64-bit ids, and labels that are flags, quoted and literals */
static void
test_21 (Fixture *self, gconstpointer data)
{
  fetch (self,
         "* 1 FETCH (X-GM-MSGID 18446744073709551615 X-GM-LABELS (\\Inbox \"\\\\Sent\" {3}\r\na b &APw-) UID 2)\r\n");
  g_assert_cmpuint (self->fetch.gm_msgid, ==, G_MAXUINT64);
  g_assert_cmpstr (self->fetch.gm_labels->next->text, ==, "\\Sent");
  g_assert_cmpstr (self->fetch.gm_labels->next->next->text, ==, "a b");
  g_assert_cmpuint (self->fetch.uid, ==, 2);
}

/* Gmail: the role comes from the attribute, never from the name. */
static void
test_22 (Fixture *self, gconstpointer data)
{
  g_assert_true (imap_decode_list (
      feed_response (&self->feed, "* LIST (\\HasNoChildren \\Trash) \"/\" \"[Gmail]/Papierkorb\"\r\n"), &self->list));
  g_assert_cmpint (self->list.role, ==, TAUBE_FOLDER_ROLE_TRASH);
  g_assert_true (imap_decode_list (feed_response (&self->feed, "* LIST () \"/\" \"[Gmail]/Trash\"\r\n"), &self->list));
  g_assert_cmpint (self->list.role, ==, TAUBE_FOLDER_ROLE_NONE);
}

static void
test_24 (Fixture *self, gconstpointer data)
{
  g_assert_true (detect (NULL, "imap.mail.yahoo.com").shows_only_newest == 10000);
}

/* Yahoo */
static void
test_25 (Fixture *self, gconstpointer data)
{
  ImapVerdict verdict
      = judge (self, "A1 NO [SERVERBUG] UID FETCH Server error - Please try again later\r\n", TAUBE_ERROR_PROTOCOL);

  g_assert_cmpint (verdict.error, ==, TAUBE_ERROR_THROTTLED);
  g_assert_false (verdict.drop);
}

/* iCloud */
static void
test_26 (Fixture *self, gconstpointer data)
{
  ImapVanished vanished;

  g_assert_true (detect (NULL, "imap.mail.me.com").no_qresync);
  g_assert_false (imap_decode_vanished (feed_response (&self->feed, "* VANISHED (EARLIER) NIL (7)\r\n"), &vanished)
                  && vanished.uids.length > 0);
  g_assert_false (feed_response (&self->feed, "* OK still here\r\n")->broken);
}

static void
test_27 (Fixture *self, gconstpointer data)
{
  g_assert_cmpstr (detect (NULL, "p12-imap.mail.me.com").server, ==, "icloud");
}

/* Yandex */
static void
test_28 (Fixture *self, gconstpointer data)
{
  fetch (self, "* 4 FETCH (UID 9 BODY[2] FLAGS (\\Seen))\r\n");
  g_assert_cmphex (self->fetch.malformed, ==, IMAP_FETCH_SECTIONS);
  g_assert_cmphex (self->fetch.flags.flags, ==, TAUBE_MESSAGE_FLAGS_SEEN);
  fetch (self, "* 4 FETCH (BODY[1] BODY[2] {1}\r\nx UID 9 BODY[3])\r\n");
  g_assert_cmpuint (self->fetch.uid, ==, 9);
  g_assert_null (self->fetch.sections->content.text);
  assert_string (self->fetch.sections->next->content, "x");
  for (guint i = 0; i < 100; i++)
    g_assert_cmpint (feed_response (&self->feed, "* BYE Autologout; idle for too long\r\n")->type, ==,
                     IMAP_RESPONSE_BYE);
}

/* Zoho */
static void
test_29 (Fixture *self, gconstpointer data)
{
  fetch (self, "* 4 FETCH (MODSEQ (-1) UID 9)\r\n");
  g_assert_cmphex (self->fetch.malformed, ==, 0);
  g_assert_cmpuint (self->fetch.modseq, ==, 0);
  g_assert_cmpuint (self->fetch.uid, ==, 9);
  fetch (self, "* 4 FETCH (MODSEQ 17 UID 9)\r\n");
  g_assert_cmpuint (self->fetch.modseq, ==, 17);
  g_assert_true (detect ("IMAP4 Server (Zoho Mail IMAP4rev1 Server version 1.0)", NULL).no_condstore);
}

/* mail.ru */
static void
test_30 (Fixture *self, gconstpointer data)
{
  fetch (self, "* 4 FETCH (RFC822.SIZE 9.3736e+06 UID 9)\r\n");
  g_assert_cmpuint (self->fetch.size, ==, 9373600);
  g_assert_cmphex (self->fetch.malformed, ==, 0);
}

/* 163, 126 */
static void
test_31 (Fixture *self, gconstpointer data)
{
  ImapVerdict verdict
      = judge (self, "A3 NO SELECT Unsafe Login. Please contact kefu@188.com for help\r\n", TAUBE_ERROR_NOT_FOUND);

  g_assert_cmpint (verdict.error, ==, TAUBE_ERROR_AUTH);
  g_assert_true (detect ("Coremail System IMap Server Ready(163com)", NULL).id_before_select);
}

/* QQ: sets are sorted before they are cut into short pieces. */
static void
test_32 (Fixture *self, gconstpointer data)
{
  g_autoptr (ImapSeqset) set = imap_seqset_parse ("9:7,3,1", -1, NULL);
  guint position = 0;
  g_autofree char *piece = NULL;

  g_assert_cmpuint (detect (NULL, "imap.qq.com").max_command_bytes, <=, 1000);
  imap_seqset_normalize (set);
  piece = imap_seqset_next_piece (set, &position, 5);
  g_assert_cmpstr (piece, ==, "1,3");
}

/* Proton Bridge */
static void
test_33 (Fixture *self, gconstpointer data)
{
  fetch (self, "* 1 FETCH (UID 2 ENVELOPE (NIL \"Grüße \xe4\" NIL NIL NIL NIL NIL NIL NIL NIL))\r\n");
  assert_string (self->fetch.envelope.subject, "Grüße \xe4");
  g_assert_cmpuint (self->fetch.uid, ==, 2);
  g_assert_true (detect ("[CAPABILITY IMAP4rev1] Proton Mail Bridge 03.00 ready", NULL).no_search_not);
}

/* home.pl */
static void
test_34 (Fixture *self, gconstpointer data)
{
  ImapCopyuid copyuid;
  const ImapResponse *response = feed_response (&self->feed, "* [COPYUID 38505 304 3956] done {5}\r\n");

  g_assert_cmpint (response->type, ==, IMAP_RESPONSE_OK);
  g_assert_true (imap_decode_copyuid (response, &copyuid));
  assert_string (copyuid.target, "3956");
}

static void
test_35 (Fixture *self, gconstpointer data)
{
  g_assert_cmpstr (detect (NULL, "imap.strato.de").server, ==, "strato");
}

/* Domino */
static void
test_36 (Fixture *self, gconstpointer data)
{
  fetch (self, "* 1 FETCH (ENVELOPE ((\"date\" \"subject\" ((NIL NIL \"a\" \"b\")) NIL NIL NIL NIL NIL NIL \"<m>\")) "
               "UID 2)\r\n");
  assert_string (self->fetch.envelope.subject, "subject");
  assert_string (self->fetch.envelope.message_id, "<m>");
  g_assert_cmphex (self->fetch.malformed, ==, 0);
}

/* SmarterMail and others */
static void
test_37 (Fixture *self, gconstpointer data)
{
  fetch (self, "* 1 FETCH (ENVELOPE (\"date\" \"subject\" ((NIL NIL \"a\" \"b\") NIL) () NIL ((NIL NIL \"c\" \"d\")) "
               "NIL NIL) UID 2)\r\n");
  assert_string (self->fetch.envelope.to->mailbox, "c");
  g_assert_cmphex (self->fetch.envelope.malformed, ==, IMAP_ENVELOPE_IN_REPLY_TO | IMAP_ENVELOPE_MESSAGE_ID);
  g_assert_cmpuint (self->fetch.uid, ==, 2);
  g_assert_cmphex (body (self, "(\"A\" \"B\" NIL NIL NIL \"7BIT\" 5 NIL NIL NIL ())")->malformed, ==, 0);
}

static void
test_38 (Fixture *self, gconstpointer data)
{
  static const char *const keywords[] = { "+FLAG", "\\Own", "a]b", NULL };
  g_autoptr (ImapCommand) command = imap_command_new ("A1", "STORE", &(ImapDialect) { IMAP_LITERALS_PLUS });

  fetch (self, "* 1 FETCH (FLAGS (+FLAG \\Own \\+x \\) UID 2)\r\n");
  g_assert_cmpuint (self->fetch.flags.n_keywords, ==, 4);
  g_assert_cmpstr (self->fetch.flags.keywords[0], ==, "+FLAG");
  g_assert_cmpuint (self->fetch.uid, ==, 2);
  /* and they can be taken away again */
  imap_command_add_flags (command, TAUBE_MESSAGE_FLAGS_NONE, keywords);
  g_assert_true (imap_command_finish (command, NULL));
  assert_dump ("* MYRIGHTS [Gmail]/All lrs\r\n* ACL a[b] x lrs\r\n", "MYRIGHTS [Gmail]/All lrs\nACL a[b] x lrs\n");
}

/* Dovecot before 2.3.5 */
static void
test_39 (Fixture *self, gconstpointer data)
{
  fetch (self, "* 1 FETCH (ENVELOPE (NIL NIL ((\"Name\" NIL \"MISSING_MAILBOX\" \"MISSING_DOMAIN\")(NIL NIL \"a\" "
               "\"MISSING_DOMAIN\")) "
               "NIL NIL NIL NIL NIL NIL NIL))\r\n");
  g_assert_cmpint (self->fetch.envelope.from->kind, ==, IMAP_ADDRESS_MAILBOX);
  assert_string (self->fetch.envelope.from->name, "Name");
  assert_string (self->fetch.envelope.from->mailbox, NULL);
  assert_string (self->fetch.envelope.from->host, NULL);
  assert_string (self->fetch.envelope.from->next->mailbox, "a");
  assert_string (self->fetch.envelope.from->next->host, NULL);
}

/* Dovecot */
static void
test_40 (Fixture *self, gconstpointer data)
{
  static const char text[] = "A1 NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded "
                             "(mail_max_userip_connections=10)\r\n";

  g_assert_cmpint (judge (self, text, TAUBE_ERROR_AUTH).error, ==, TAUBE_ERROR_THROTTLED);
}

static void
test_41 (Fixture *self, gconstpointer data)
{
  g_assert_true (
      detect ("mail.example.org Cyrus IMAP4 v2.3.7-Invoca-RPM-2.3.7-7.el5 server ready", NULL).no_list_extended);
  g_assert_false (detect ("mail.example.org Cyrus IMAP 3.2.6 server ready", NULL).no_list_extended);
}

static void
test_42 (Fixture *self, gconstpointer data)
{
  g_assert_true (detect ("mail.example.org Cyrus IMAP 3.2.6 server ready", NULL).star_misses_last);
}

static void
test_43 (Fixture *self, gconstpointer data)
{
  ImapQuirks quirks
      = detect ("[CAPABILITY IMAP4rev1] Courier-IMAP ready. Copyright 1998-2018 Double Precision, Inc.", NULL);

  g_assert_true (quirks.stale_flags);
  g_assert_cmpuint (quirks.max_command_bytes, <, 16384);
}

static void
test_44 (Fixture *self, gconstpointer data)
{
  /* It chokes on the list that matches numbers with UIDs, which is never sent. */
  g_assert_false (detect ("mail.example.org Zimbra IMAP4rev1 server ready", NULL).no_qresync);
}

/* James */
static void
test_45 (Fixture *self, gconstpointer data)
{
  ImapVanished vanished;

  g_assert_true (imap_decode_vanished (feed_response (&self->feed, "* VANISHED \r\n"), &vanished));
  g_assert_cmpuint (vanished.uids.length, ==, 0);
  g_assert_true (imap_decode_vanished (feed_response (&self->feed, "* VANISHED (EARLIER)\r\n"), &vanished));
  g_assert_true (vanished.earlier);
}

static void
test_46 (Fixture *self, gconstpointer data)
{
  guint64 number = 1;

  g_assert_true (imap_decode_code_number (feed_response (&self->feed, "* OK [HIGHESTMODSEQ 0] x\r\n"), &number));
  g_assert_cmpuint (number, ==, 0);
}

static void
test_48 (Fixture *self, gconstpointer data)
{
  ImapNamespaces namespaces;

  g_assert_true (imap_decode_namespace (feed_response (&self->feed, "* NAMESPACE ((\"\" NIL)) NIL NIL\r\n"),
                                        imap_reader_get_arena (self->feed.reader), &namespaces));
  g_assert_cmpint (namespaces.personal->delimiter, ==, 0);
  fetch (self, "* 1 FETCH (THREADID NIL UID 2)\r\n");
  g_assert_cmphex (self->fetch.malformed, ==, 0);
  assert_string (self->fetch.thread_id, NULL);
  g_assert_cmpuint (self->fetch.uid, ==, 2);
}

static void
test_49 (Fixture *self, gconstpointer data)
{
  g_assert_true (imap_decode_list (feed_response (&self->feed, "* LIST (\\NonExistent) \"/\" gone\r\n"), &self->list));
  g_assert_cmphex (self->list.attributes, ==, IMAP_LIST_NON_EXISTENT | IMAP_LIST_NO_SELECT);
}

static void
test_50 (Fixture *self, gconstpointer data)
{
  fetch (self, "* 1 FETCH (PREVIEW (a (b) c) UID 2)\r\n");
  g_assert_cmphex (self->fetch.malformed, ==, IMAP_FETCH_PREVIEW);
  g_assert_cmpuint (self->fetch.uid, ==, 2);
  fetch (self, "* 1 FETCH (PREVIEW (FUZZY \"text\") UID 2)\r\n");
  assert_string (self->fetch.preview, "text");
  fetch (self, "* 1 FETCH (PREVIEW UID 2)\r\n");
  g_assert_cmphex (self->fetch.malformed, ==, IMAP_FETCH_PREVIEW);
  g_assert_cmpuint (self->fetch.uid, ==, 2);
}

#define QUIRK(number, name) add_both_ways ("quirk/" #number "-" name, test_##number)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  QUIRK (01, "disposition-string");
  QUIRK (02, "multipart-without-children");
  QUIRK (03, "negative-lines");
  QUIRK (04, "trailing-space");
  QUIRK (05, "control-characters-in-name");
  QUIRK (06, "empty-copyuid");
  QUIRK (07, "order-of-items");
  QUIRK (08, "size-larger-than-body");
  QUIRK (09, "authenticated-but-not-connected");
  QUIRK (10, "pipeline-limit");
  QUIRK (11, "no-namespace");
  QUIRK (12, "list-return-bad");
  QUIRK (13, "id-needs-fields");
  QUIRK (14, "leading-nul");
  QUIRK (15, "text-instead-of-continuation");
  QUIRK (16, "code-without-text");
  QUIRK (17, "brackets-in-flags");
  QUIRK (18, "wrong-type-of-multipart");
  QUIRK (19, "large-quota");
  QUIRK (20, "throttled");
  QUIRK (21, "gmail-ids-and-labels");
  QUIRK (22, "localized-names");
  QUIRK (24, "only-newest");
  QUIRK (25, "try-again-later");
  QUIRK (26, "broken-vanished");
  QUIRK (27, "late-fetch");
  QUIRK (28, "missing-section");
  QUIRK (29, "negative-modseq");
  QUIRK (30, "floating-numbers");
  QUIRK (31, "unsafe-login");
  QUIRK (32, "short-sorted-sets");
  QUIRK (33, "eight-bit-quoted");
  QUIRK (34, "code-without-condition");
  QUIRK (35, "list-lacks-inbox");
  QUIRK (36, "envelope-in-parentheses");
  QUIRK (37, "short-envelope");
  QUIRK (38, "odd-keywords");
  QUIRK (39, "missing-domain");
  QUIRK (40, "connection-limit");
  QUIRK (41, "old-cyrus-list");
  QUIRK (42, "star-misses-last");
  QUIRK (43, "courier");
  QUIRK (44, "zimbra");
  QUIRK (45, "empty-vanished");
  QUIRK (46, "modseq-zero");
  QUIRK (48, "nil-delimiter");
  QUIRK (49, "non-existent");
  QUIRK (50, "broken-preview");
  return g_test_run ();
}
