/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-message-list-builder.h>

#include <string.h>

/* Messages as they are in a real mailbox, always the same ones: a few people who write often, long message ids,
 * answers, some subjects in encoded words. The text is what a server sends in an ENVELOPE. */

typedef struct
{
  guint32 state;
} MessageCorpus;

static inline guint32
message_corpus_random (MessageCorpus *self, guint32 below)
{
  self->state = self->state * 1664525u + 1013904223u;
  return (guint32) (((guint64) (self->state >> 4) * below) >> 28);
}

static inline void
message_corpus_add_address (MessageCorpus *self, TaubeMessageListBuilder *builder, TaubeMessageColumn column,
                            guint32 person)
{
  static const char *const first[] = { "Anna", "Bernd", "Clara", "Dieter", "Emma", "Farid", "Greta", "Hakan",
                                       "Ines", "Jonas", "Katrin", "Lukas", "Maria", "Nora", "Oliver", "Petra" };
  static const char *const last[] = { "Becker", "Fischer", "Hoffmann", "Kowalski", "Lehmann", "Neumann", "Richter",
                                      "Schneider", "Vogel", "Wagner", "Yilmaz", "Zimmermann" };
  static const char *const hosts[] = { "example.org", "mail.example.com", "lists.example.net", "uni.example.edu" };
  const char *f = first[person % G_N_ELEMENTS (first)];
  const char *l = last[person / G_N_ELEMENTS (first) % G_N_ELEMENTS (last)];
  const char *host = hosts[person % G_N_ELEMENTS (hosts)];
  char name[64], mailbox[64];

  g_snprintf (name, sizeof name, person % 9 == 0 ? "%2$s, %1$s" : "%s %s", f, l);
  g_snprintf (mailbox, sizeof mailbox, "%s.%s%u", f, l, person / 192);
  taube_message_list_builder_add_address (builder, column, name, strlen (name), mailbox, strlen (mailbox), host,
                                          strlen (host));
}

static inline gsize
message_corpus_make_subject (MessageCorpus *self, char *text, gsize size)
{
  static const char *const words[] = { "meeting", "Monday", "the", "report", "for", "your", "order", "number",
                                       "invitation", "and", "draft", "question", "about", "release", "of", "project",
                                       "Update", "invoice", "holiday", "plan", "with", "budget", "review", "notes" };
  guint n = 3 + message_corpus_random (self, 8);
  gsize length = 0;

  if (message_corpus_random (self, 12) == 0)
    return g_strlcpy (text, "=?UTF-8?Q?Gr=C3=BC=C3=9Fe_aus_M=C3=BCnchen_und_sch=C3=B6ne_Feiertage?=", size);
  if (message_corpus_random (self, 3) == 0)
    length = g_strlcpy (text, "Re: ", size);
  for (guint i = 0; i < n; i++)
    length += g_snprintf (text + length, size - length, "%s%s", i > 0 ? " " : "",
                          words[message_corpus_random (self, G_N_ELEMENTS (words))]);
  return length;
}

static inline void
message_corpus_add_ids (MessageCorpus *self, TaubeMessageListBuilder *builder, guint32 number)
{
  char id[128];
  gsize length;

  length = g_snprintf (id, sizeof id, "<%08x-%04x-4%03x-%08x%04x@mail.example.com>", number * 2654435761u,
                       number & 0xffff, number % 4096, number * 40503u, number % 65521);
  taube_message_list_builder_set_text (builder, TAUBE_MESSAGE_COLUMN_MESSAGE_ID, id, length);
  if (message_corpus_random (self, 5) < 2)
    {
      length = g_snprintf (id, sizeof id, "<CAF%08x%08x=%06x@mail.example.net>", number * 69069u, number * 1812433253u,
                           number);
      taube_message_list_builder_set_text (builder, TAUBE_MESSAGE_COLUMN_IN_REPLY_TO, id, length);
    }
}

/* One more row with all its cells. */
static inline void
message_corpus_add (MessageCorpus *self, TaubeMessageListBuilder *builder, guint32 number)
{
  static const char *const keywords[] = { "$Junk", "NonJunk", "$Label1", "work" };
  guint32 from = message_corpus_random (self, message_corpus_random (self, 2) ? 40 : 3000);
  guint n_to = 1 + message_corpus_random (self, 10) / 8;
  char subject[512];
  gsize length;

  taube_message_list_builder_add (builder, "1605555555.", number);
  taube_message_list_builder_set_flags (builder, message_corpus_random (self, 64), keywords,
                                        message_corpus_random (self, 4) == 0 ? 1 + message_corpus_random (self, 4) : 0);
  taube_message_list_builder_set_size (builder, 2000 + message_corpus_random (self, 200000));
  taube_message_list_builder_set_date (builder, 1500000000 + number * G_GINT64_CONSTANT (37), 60);
  taube_message_list_builder_set_sent_date (builder, 1499999990 + number * G_GINT64_CONSTANT (37), 120);
  length = message_corpus_make_subject (self, subject, sizeof subject);
  taube_message_list_builder_set_text (builder, TAUBE_MESSAGE_COLUMN_SUBJECT, subject, length);
  message_corpus_add_address (self, builder, TAUBE_MESSAGE_COLUMN_FROM, from);
  message_corpus_add_address (self, builder, TAUBE_MESSAGE_COLUMN_SENDER, from);
  message_corpus_add_address (self, builder, TAUBE_MESSAGE_COLUMN_REPLY_TO, from);
  for (guint i = 0; i < n_to; i++)
    message_corpus_add_address (self, builder, TAUBE_MESSAGE_COLUMN_TO, message_corpus_random (self, 500));
  if (message_corpus_random (self, 5) == 0)
    message_corpus_add_address (self, builder, TAUBE_MESSAGE_COLUMN_CC, message_corpus_random (self, 500));
  message_corpus_add_ids (self, builder, number);
}
