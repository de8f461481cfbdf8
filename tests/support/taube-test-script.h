/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a scripted server says and expects. One instruction a line; blank lines and lines that begin with # are
 * skipped; indentation is free.
 *
 *   S: text            the server sends the text and CRLF
 *   S-raw: text        without CRLF, with the escapes \r \n \t \0 \xHH \\
 *   S-hex: 2a 20 …     bytes
 *   S-fill: N          N bytes of text in lines of 80
 *   S-file: name       a file beside the script, as it is
 *   C: pattern         the client must send this line: any case, * is any text, {name} takes one word
 *   C-base64: pattern  the same for a line in base64; a zero byte is written \0
 *   literal: pattern   the line before ended in {N} or {N+}: ask for the literal if need be ("+ go on") and read it;
 *                      the pattern may be empty. The rest of the line is the next C:
 *   tls: name          TLS from here on with that certificate of TaubeTestPki ("good" when empty)
 *   deflate:           COMPRESS=DEFLATE (RFC 4978) both ways from here on
 *   fault: kind        close, reset, stall, truncate, garbage, bye or short-literal, see TaubeTestFault
 *   close:             the server closes (after what it still has to send)
 *   expect-close:      the client must close now
 *   repeat: N … end    the lines between, N times; {i} counts from 1
 *   on: pattern … end  whenever a line comes that is not the expected one, but is this: do the lines between.
 *                      These rules hold for the whole script wherever they stand
 *   accept             what follows is for the next connection. Further connections repeat the last part
 *   may-close          the client may go away at any point
 *   include: name      another script, found beside this one
 *
 * {name} in what the server sends is what the client's line had there; {tag} is just such a name. LOGOUT and QUIT
 * are answered without being written down. When the lines are over, only rules are followed till the client closes.
 */
typedef enum
{
  TAUBE_TEST_OP_SEND,
  TAUBE_TEST_OP_FILL,
  TAUBE_TEST_OP_EXPECT,
  TAUBE_TEST_OP_EXPECT_BASE64,
  TAUBE_TEST_OP_LITERAL,
  TAUBE_TEST_OP_TLS,
  TAUBE_TEST_OP_DEFLATE,
  TAUBE_TEST_OP_FAULT,
  TAUBE_TEST_OP_CLOSE,
  TAUBE_TEST_OP_EXPECT_CLOSE,
  TAUBE_TEST_OP_REPEAT,
} TaubeTestOp;

typedef enum
{
  TAUBE_TEST_FAULT_NONE,
  TAUBE_TEST_FAULT_CLOSE,         /* the connection ends without a word */
  TAUBE_TEST_FAULT_RESET,         /* the same by RST */
  TAUBE_TEST_FAULT_STALL,         /* nothing comes any more, the connection stays */
  TAUBE_TEST_FAULT_TRUNCATE,      /* half of the reply, then the end */
  TAUBE_TEST_FAULT_GARBAGE,       /* a line of nonsense before the reply */
  TAUBE_TEST_FAULT_BYE,           /* "* BYE", then the end */
  TAUBE_TEST_FAULT_SHORT_LITERAL, /* a literal of 1,000 bytes of which 9 come, then the end */
  TAUBE_TEST_N_FAULTS,
} TaubeTestFault;

typedef struct
{
  TaubeTestOp op;
  char *file;
  guint line;
  GBytes *bytes;   /* SEND: what is sent before {names} are filled in */
  gboolean exact;  /* SEND: no {names} */
  char *text;      /* pattern or name of a certificate */
  guint64 count;   /* FILL, REPEAT */
  TaubeTestFault fault;
  GPtrArray *body; /* REPEAT: of TaubeTestInstruction */
} TaubeTestInstruction;

typedef struct
{
  char *pattern;
  GPtrArray *body;
} TaubeTestRule;

typedef struct
{
  char *name;
  GPtrArray *parts; /* one for each connection: arrays of TaubeTestInstruction */
  GPtrArray *rules;
  gboolean may_close;
} TaubeTestScript;

/* NAME is below tests/script, such as "imap/dovecot/list". A mistake in a script ends the test program. */
TaubeTestScript *taube_test_script_load (const char *name);
TaubeTestScript *taube_test_script_parse (const char *name, const char *text);
void taube_test_script_free (TaubeTestScript *self);
const char *taube_test_fault_to_string (TaubeTestFault fault);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeTestScript, taube_test_script_free)

G_END_DECLS
