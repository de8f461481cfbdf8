/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/discover-answer.h"

#include <string.h>

#define URL_MAXIMUM 2048
#define URLS_MAXIMUM 16
#define WORDS_MAXIMUM 200

DiscoverAnswer *
discover_answer_new (DiscoverKind kind)
{
  DiscoverAnswer *self = g_new0 (DiscoverAnswer, 1);

  self->kind = kind;
  self->urls = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
discover_answer_free (DiscoverAnswer *self)
{
  g_ptr_array_unref (self->urls);
  g_free (self->target);
  g_free (self->problem);
  g_free (self);
}

static gboolean
is_plain (const char *url)
{
  gsize length = strlen (url);

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isgraph (url[i]))
      return FALSE;
  return length > 0 && length <= URL_MAXIMUM;
}

void
discover_answer_add_url (DiscoverAnswer *self, const char *url)
{
  g_autofree char *clean = url != NULL ? g_strstrip (g_strdup (url)) : NULL;

  if (clean == NULL || !is_plain (clean) || self->urls->len >= URLS_MAXIMUM
      || g_ptr_array_find_with_equal_func (self->urls, clean, g_str_equal, NULL))
    return;
  g_ptr_array_add (self->urls, g_steal_pointer (&clean));
}

void
discover_answer_set_problem (DiscoverAnswer *self, const char *code, const char *text)
{
  g_autofree char *joined = code != NULL && text != NULL && code[0] != '\0' && text[0] != '\0'
                                ? g_strconcat (code, ": ", text, NULL)
                                : g_strdup (code != NULL && code[0] != '\0' ? code : text);
  char *clean = g_utf8_make_valid (joined != NULL ? joined : "", -1);

  for (char *c = clean; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = ' ';
  g_strstrip (clean);
  if (strlen (clean) > WORDS_MAXIMUM)
    *g_utf8_find_prev_char (clean, clean + WORDS_MAXIMUM) = '\0';
  g_free (self->problem);
  self->problem = clean;
}
