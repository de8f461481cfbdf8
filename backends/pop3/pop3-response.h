/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-buffer.h>
#include <taube-backend/taube-dot-reader.h>
#include <taube-backend/taube-parse.h>

G_BEGIN_DECLS

typedef enum
{
  POP3_STATUS_OK,
  POP3_STATUS_ERR,
  POP3_STATUS_CONTINUE, /* "+": a challenge, while AUTH runs */
} Pop3Status;

/* The codes of RFC 2449, 3206 and 6856 that say why the server refuses. */
typedef enum
{
  POP3_CODE_NONE,
  POP3_CODE_UNKNOWN,
  POP3_CODE_AUTH,
  POP3_CODE_IN_USE,
  POP3_CODE_LOGIN_DELAY,
  POP3_CODE_SYS_PERM,
  POP3_CODE_SYS_TEMP,
  POP3_CODE_UTF8,
} Pop3Code;

/* One status line, in the memory of the line that was read. */
typedef struct
{
  Pop3Status status;
  Pop3Code code;
  const char *code_text; /* between the brackets; NULL: there is none */
  gsize code_length;
  const char *text;      /* behind the code, without the spaces around it; not terminated */
  gsize length;
} Pop3Response;

gboolean pop3_response_parse (const char *line, gsize length, Pop3Response *response);
Pop3Code pop3_code_from_name (const char *name, gsize length);
char *pop3_text_dup_utf8 (const char *text, gsize length);

/* Takes the lines of a text that ends with a single dot off a buffer. Embed it by value: { .line_limit = …,
 * .text_limit = …, .lines_limit = … }, one for each text; clear it afterwards. */
typedef struct
{
  gsize line_limit;
  guint64 text_limit;
  guint64 lines_limit;
  guint64 lines;      /* handed out */
  TaubeDotReader dot; /* private */
  GString *partial;   /* private: a line of which the end has not come yet */
  const guint8 *rest; /* private: of the piece that was read last */
  gsize rest_length;  /* private */
  gboolean handed;    /* private: PARTIAL was handed out */
} Pop3Lines;

TaubeParse pop3_lines_next (Pop3Lines *self, TaubeBuffer *input, const char **line, gsize *length, GError **error);
void pop3_lines_clear (Pop3Lines *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pop3Lines, pop3_lines_clear)

G_END_DECLS
