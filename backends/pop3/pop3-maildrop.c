/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-maildrop.h"

#include <stdlib.h>
#include <string.h>

/* RFC 1939 section 7. */
#define UIDL_MAX 70

struct _Pop3Maildrop
{
  guint64 count;
  Pop3Mail *mails;
  guint n_mails, room;
  Pop3Texts *texts; /* ids, perhaps the journal's */
  guint32 *index; /* positions of those that have an id, in the order of their ids */
  guint n_index;
  guint cursor; /* where the last number was found */
  gboolean unsorted;
};

Pop3Maildrop *
pop3_maildrop_new (guint64 count, Pop3Texts *texts)
{
  Pop3Maildrop *self = g_new0 (Pop3Maildrop, 1);

  self->count = count;
  self->texts = texts != NULL ? pop3_texts_ref (texts) : pop3_texts_new ();
  return self;
}

void
pop3_maildrop_free (Pop3Maildrop *self)
{
  g_free (self->mails);
  pop3_texts_unref (self->texts);
  g_free (self->index);
  g_free (self);
}

guint
pop3_maildrop_get_n_mails (const Pop3Maildrop *self)
{
  return self->n_mails;
}

Pop3Mail *
pop3_maildrop_get_mail (const Pop3Maildrop *self, guint position)
{
  return &self->mails[position];
}

const char *
pop3_maildrop_get_id (const Pop3Maildrop *self, guint position)
{
  return pop3_maildrop_get_mail (self, position)->id;
}

/* Bytes in use. */
gsize
pop3_maildrop_get_memory (const Pop3Maildrop *self)
{
  return sizeof (*self) + self->room * sizeof (Pop3Mail) + pop3_texts_get_memory (self->texts)
         + self->n_index * sizeof (guint32);
}

/* 1*DIGIT, up to LIMIT; *AT is behind it. */
static gboolean
parse_number (const char **at, const char *end, guint64 limit, guint64 *number_out)
{
  const char *begin = *at;
  guint64 number = 0;

  for (; *at < end && g_ascii_isdigit (**at); (*at)++)
    {
      guint digit = (guint) (**at - '0');

      if (number > (limit - digit) / 10)
        return FALSE;
      number = 10 * number + digit;
    }
  *number_out = number;
  return *at > begin;
}

/* The number that a line of either list begins with, and the space behind it. */
static gboolean
parse_begin (Pop3Maildrop *self, const char **at, const char *end, guint32 *number_out)
{
  guint64 number;

  if (!parse_number (at, end, G_MAXUINT32, &number) || number == 0 || number > self->count)
    return FALSE;
  *number_out = (guint32) number;
  while (*at < end && (**at == ' ' || **at == '\t'))
    (*at)++;
  return TRUE;
}

static void
append (Pop3Maildrop *self, const Pop3Mail *mail)
{
  if (self->n_mails == self->room)
    {
      self->room = MAX (16, self->room + self->room / 2);
      self->mails = g_renew (Pop3Mail, self->mails, self->room);
    }
  self->mails[self->n_mails++] = *mail;
}

/* scan-listing = msg-number SP octets [ SP … ]                          (RFC 1939 section 5) */
gboolean
pop3_maildrop_add_list_line (Pop3Maildrop *self, const char *line, gsize length)
{
  const char *at = line, *end = line + length;
  Pop3Mail mail = { 0 };

  if (!parse_begin (self, &at, end, &mail.number))
    return FALSE;
  /* A size that is none is not known; the message is there all the same. */
  if (!parse_number (&at, end, G_MAXINT64, &mail.size))
    mail.size = 0;
  if (self->n_mails > 0 && self->mails[self->n_mails - 1].number >= mail.number)
    self->unsorted = TRUE;
  append (self, &mail);
  return TRUE;
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  guint32 one = ((const Pop3Mail *) a)->number, other = ((const Pop3Mail *) b)->number;

  return one < other ? -1 : one > other;
}

/* Numbers that come twice are one message; of two sizes neither counts. */
void
pop3_maildrop_begin (Pop3Maildrop *self)
{
  guint kept = 0;

  if (self->n_mails < self->room)
    {
      self->room = MAX (self->n_mails, 1);
      self->mails = g_renew (Pop3Mail, self->mails, self->room);
    }
  if (!self->unsorted)
    return;
  qsort (self->mails, self->n_mails, sizeof (Pop3Mail), compare_numbers);
  for (guint i = 0; i < self->n_mails; i++)
    {
      Pop3Mail *mail = pop3_maildrop_get_mail (self, i);
      Pop3Mail *last = kept > 0 ? pop3_maildrop_get_mail (self, kept - 1) : NULL;

      if (last == NULL || last->number != mail->number)
        *pop3_maildrop_get_mail (self, kept++) = *mail;
      else if (last->size != mail->size)
        last->size = 0;
    }
  self->n_mails = kept;
}

/* Lines come in the order of the numbers, mostly. */
static Pop3Mail *
find_number (Pop3Maildrop *self, guint32 number)
{
  guint low = 0, high = self->n_mails;

  if (self->cursor < high && pop3_maildrop_get_mail (self, self->cursor)->number == number)
    return pop3_maildrop_get_mail (self, self->cursor++);
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      Pop3Mail *mail = pop3_maildrop_get_mail (self, middle);

      if (mail->number == number)
        {
          self->cursor = middle + 1;
          return mail;
        }
      if (mail->number < number)
        low = middle + 1;
      else
        high = middle;
    }
  return NULL;
}

static void
set_id (Pop3Maildrop *self, Pop3Mail *mail, const char *text, gsize length)
{
  mail->id = pop3_texts_add (self->texts, text, length);
}

static gboolean
is_plain (const char *uidl, gsize length)
{
  if (length > UIDL_MAX || uidl[0] == '!')
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (uidl[i] < 0x21 || uidl[i] > 0x7e)
      return FALSE;
  return TRUE;
}

/* unique-id-listing = msg-number SP unique-id; unique-id = 1*70VCHAR    (RFC 1939 section 7)
 * Some servers give none, longer ones, or ones with spaces in them. */
gboolean
pop3_maildrop_add_uidl_line (Pop3Maildrop *self, const char *line, gsize length)
{
  const char *at = line, *end = line + length;
  guint32 number;
  Pop3Mail *mail;

  if (!parse_begin (self, &at, end, &number))
    return FALSE;
  mail = find_number (self, number);
  while (end > at && (end[-1] == ' ' || end[-1] == '\t'))
    end--;
  if (mail == NULL || mail->id != NULL || at == end)
    return FALSE;
  if (is_plain (at, (gsize) (end - at)))
    {
      set_id (self, mail, at, (gsize) (end - at));
    }
  else
    {
      char text[3 + 2 * POP3_DIGEST_LENGTH] = "!u";
      Pop3Digest digest;

      pop3_digest_of_text (at, (gsize) (end - at), &digest);
      pop3_digest_to_hex (&digest, text + 2);
      set_id (self, mail, text, strlen (text));
    }
  return TRUE;
}

static int
compare_ids (gconstpointer a, gconstpointer b, gpointer data)
{
  Pop3Maildrop *self = data;
  guint32 one = *(const guint32 *) a, other = *(const guint32 *) b;
  int order = strcmp (pop3_maildrop_get_id (self, one), pop3_maildrop_get_id (self, other));

  return order != 0 ? order : one < other ? -1 : one > other;
}

static void
build_index (Pop3Maildrop *self)
{
  g_free (self->index);
  self->index = g_new (guint32, self->n_mails);
  self->n_index = 0;
  for (guint i = 0; i < self->n_mails; i++)
    if (pop3_maildrop_get_mail (self, i)->id != NULL)
      self->index[self->n_index++] = i;
  g_qsort_with_data (self->index, (int) self->n_index, sizeof (guint32), compare_ids, self);
}

/* A UIDL that several messages have names none of them. */
guint
pop3_maildrop_name (Pop3Maildrop *self)
{
  guint wanting = 0;

  build_index (self);
  for (guint i = 1; i < self->n_index; i++)
    if (strcmp (pop3_maildrop_get_id (self, self->index[i - 1]), pop3_maildrop_get_id (self, self->index[i])) == 0)
      {
        pop3_maildrop_get_mail (self, self->index[i - 1])->wants_digest = TRUE;
        pop3_maildrop_get_mail (self, self->index[i])->wants_digest = TRUE;
      }
  for (guint i = 0; i < self->n_mails; i++)
    {
      Pop3Mail *mail = pop3_maildrop_get_mail (self, i);

      if (mail->id == NULL || mail->wants_digest)
        {
          mail->id = NULL;
          mail->wants_digest = TRUE;
          wanting++;
        }
    }
  return wanting;
}

void
pop3_maildrop_share (Pop3Maildrop *self, Pop3Texts *texts)
{
  Pop3Texts *before = self->texts;

  if (texts == before)
    return;
  self->texts = pop3_texts_ref (texts);
  for (guint i = 0; i < self->n_mails; i++)
    {
      Pop3Mail *mail = pop3_maildrop_get_mail (self, i);

      if (mail->id != NULL)
        set_id (self, mail, mail->id, strlen (mail->id));
    }
  pop3_texts_unref (before);
}

void
pop3_maildrop_set_digest (Pop3Maildrop *self, guint position, const Pop3Digest *digest)
{
  Pop3Mail *mail = pop3_maildrop_get_mail (self, position);

  mail->digest = *digest;
  mail->has_digest = TRUE;
}

static int
compare_digests (gconstpointer a, gconstpointer b, gpointer data)
{
  guint32 one = *(const guint32 *) a, other = *(const guint32 *) b;
  const Pop3Mail *first = pop3_maildrop_get_mail (data, one), *second = pop3_maildrop_get_mail (data, other);
  int order = memcmp (&first->digest, &second->digest, sizeof (Pop3Digest));

  if (order == 0 && first->size != second->size)
    order = first->size < second->size ? -1 : 1;
  return order != 0 ? order : one < other ? -1 : one > other;
}

static gboolean
are_equal (const Pop3Mail *a, const Pop3Mail *b)
{
  return a->size == b->size && memcmp (&a->digest, &b->digest, sizeof (Pop3Digest)) == 0;
}

static void
name_by_digest (Pop3Maildrop *self, Pop3Mail *mail, guint nth)
{
  char hex[2 * POP3_DIGEST_LENGTH + 1], text[96];

  pop3_digest_to_hex (&mail->digest, hex);
  if (nth == 1)
    g_snprintf (text, sizeof (text), "!%s-%" G_GUINT64_FORMAT, hex, mail->size);
  else
    g_snprintf (text, sizeof (text), "!%s-%" G_GUINT64_FORMAT ".%u", hex, mail->size, nth);
  set_id (self, mail, text, strlen (text));
}

void
pop3_maildrop_finish (Pop3Maildrop *self)
{
  g_autofree guint32 *wanting = g_new (guint32, self->n_mails);
  guint n = 0, nth = 1;

  for (guint i = 0; i < self->n_mails; i++)
    {
      Pop3Mail *mail = pop3_maildrop_get_mail (self, i);

      if (mail->wants_digest && mail->has_digest)
        wanting[n++] = i;
    }
  g_qsort_with_data (wanting, (int) n, sizeof (guint32), compare_digests, self);
  for (guint i = 0; i < n; i++)
    {
      Pop3Mail *mail = pop3_maildrop_get_mail (self, wanting[i]);
      Pop3Mail *before = i > 0 ? pop3_maildrop_get_mail (self, wanting[i - 1]) : NULL;

      if (before != NULL && are_equal (before, mail))
        {
          before->is_group = mail->is_group = TRUE;
          nth++;
        }
      else
        nth = 1;
      name_by_digest (self, mail, nth);
    }
  build_index (self);
}

gboolean
pop3_maildrop_find (const Pop3Maildrop *self, const char *id, guint *position_out)
{
  guint low = 0, high = self->n_index;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      int order = strcmp (pop3_maildrop_get_id (self, self->index[middle]), id);

      if (order == 0)
        {
          *position_out = self->index[middle];
          return TRUE;
        }
      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return FALSE;
}
