/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oauth2/taube-oauth2-request.h"

#include <taube-backend/taube-secret.h>

#include <string.h>

static const char head_end[] = "\r\n\r\n";
#define HEAD_END_LENGTH (sizeof head_end - 1)

void
taube_oauth2_request_init (TaubeOAuth2Request *self, gsize maximum)
{
  *self = (TaubeOAuth2Request){ .text = g_string_sized_new (maximum), .maximum = maximum };
}

void
taube_oauth2_request_clear (TaubeOAuth2Request *self)
{
  taube_memory_wipe (self->text->str, self->text->len);
  g_string_free (self->text, TRUE);
  self->text = NULL;
}

/* request = request-line CRLF *(field-line CRLF) CRLF [body]                               (RFC 9112, 2.1)
 *
 * The rest of it is of no interest, but is waited for: unread bytes would reset the connection under the answer. */
TaubeParse
taube_oauth2_request_feed (TaubeOAuth2Request *self, const char *data, gsize length, const char **line_out)
{
  char *end;

  if (length > self->maximum - self->text->len || memchr (data, 0, length) != NULL)
    return TAUBE_PARSE_ERROR;
  g_string_append_len (self->text, data, (gssize) length);
  end = strstr (self->text->str + self->searched, head_end);
  if (end == NULL)
    {
      self->searched = self->text->len - MIN (self->text->len, HEAD_END_LENGTH - 1);
      return TAUBE_PARSE_MORE;
    }
  *strstr (self->text->str, "\r\n") = '\0';
  *line_out = self->text->str;
  return TAUBE_PARSE_VALUE;
}
