/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-mime.h>

#include <string.h>

/* The part of a subject that is still left. */
typedef struct
{
  const char *start;
  const char *end;
  gboolean is_reply;
} Rest;

/* Tabs and line ends become spaces, and several spaces one. */
static char *
squeeze (const char *subject)
{
  char *text = g_malloc (strlen (subject) + 1);
  char *out = text;

  for (const char *p = subject; *p != '\0'; p++)
    if (strchr (" \t\r\n", *p) == NULL)
      *out++ = *p;
    else if (out == text || out[-1] != ' ')
      *out++ = ' ';
  *out = '\0';
  return text;
}

static gboolean
ends_with (const Rest *rest, const char *tail)
{
  gsize length = strlen (tail);

  return (gsize) (rest->end - rest->start) >= length && g_ascii_strncasecmp (rest->end - length, tail, length) == 0;
}

/* subj-trailer = "(fwd)" / WSP */
static void
remove_trailers (Rest *rest)
{
  for (;;)
    if (rest->end > rest->start && rest->end[-1] == ' ')
      rest->end--;
    else if (ends_with (rest, "(fwd)"))
      {
        rest->end -= strlen ("(fwd)");
        rest->is_reply = TRUE;
      }
    else
      return;
}

/* subj-blob = "[" *BLOBCHAR "]" *WSP
 *
 * What is behind it; AT when there is none. */
static const char *
skip_blob (const char *at, const char *end)
{
  const char *start = at;

  if (at == end || *at++ != '[')
    return start;
  while (at < end && *at != '[' && *at != ']')
    at++;
  if (at == end || *at++ != ']')
    return start;
  while (at < end && *at == ' ')
    at++;
  return at;
}

/* subj-refwd = ("re" / ("fw" ["d"])) *WSP [subj-blob] ":"
 *
 * What is behind it; NULL when there is none. */
static const char *
skip_refwd (const char *at, const char *end)
{
  if (end - at >= 3 && g_ascii_strncasecmp (at, "fwd", 3) == 0)
    at += 3;
  else if (end - at >= 2 && (g_ascii_strncasecmp (at, "re", 2) == 0 || g_ascii_strncasecmp (at, "fw", 2) == 0))
    at += 2;
  else
    return NULL;
  while (at < end && *at == ' ')
    at++;
  at = skip_blob (at, end);
  return at < end && *at == ':' ? at + 1 : NULL;
}

/* subj-leader = (*subj-blob subj-refwd) / WSP */
static gboolean
remove_leader (Rest *rest)
{
  const char *at = rest->start, *next;

  if (at < rest->end && *at == ' ')
    {
      rest->start++;
      return TRUE;
    }
  while ((next = skip_blob (at, rest->end)) != at)
    at = next;
  next = skip_refwd (at, rest->end);
  if (next == NULL)
    return FALSE;
  rest->start = next;
  rest->is_reply = TRUE;
  return TRUE;
}

/* A blob goes too, unless nothing would be left. */
static gboolean
remove_blob (Rest *rest)
{
  const char *next = skip_blob (rest->start, rest->end);

  if (next == rest->start || next == rest->end)
    return FALSE;
  rest->start = next;
  return TRUE;
}

/* subj-fwd = subj-fwd-hdr subject subj-fwd-trl; subj-fwd-hdr = "[fwd:"; subj-fwd-trl = "]" */
static gboolean
remove_frame (Rest *rest)
{
  gsize length = strlen ("[fwd:");

  if ((gsize) (rest->end - rest->start) <= length || g_ascii_strncasecmp (rest->start, "[fwd:", length) != 0
      || rest->end[-1] != ']')
    return FALSE;
  rest->start += length;
  rest->end--;
  rest->is_reply = TRUE;
  return TRUE;
}

char *
taube_mime_get_base_subject (const char *subject, gboolean *is_reply_out)
{
  g_autofree char *text = squeeze (subject);
  Rest rest = { text, text + strlen (text), FALSE };

  do
    {
      remove_trailers (&rest);
      for (gboolean more = TRUE; more;)
        {
          more = FALSE;
          while (remove_leader (&rest))
            more = TRUE;
          more |= remove_blob (&rest);
        }
    }
  while (remove_frame (&rest));
  if (is_reply_out != NULL)
    *is_reply_out = rest.is_reply;
  return g_strndup (rest.start, (gsize) (rest.end - rest.start));
}
