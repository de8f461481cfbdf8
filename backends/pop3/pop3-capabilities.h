/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-limits.h>

G_BEGIN_DECLS

/* The capabilities of RFC 2449 and later that something depends on. */
typedef enum
{
  POP3_CAPABILITY_AUTH_RESP_CODE,
  POP3_CAPABILITY_EXPIRE,
  POP3_CAPABILITY_IMPLEMENTATION,
  POP3_CAPABILITY_LANG,
  POP3_CAPABILITY_LOGIN_DELAY,
  POP3_CAPABILITY_PIPELINING,
  POP3_CAPABILITY_RESP_CODES,
  POP3_CAPABILITY_SASL,
  POP3_CAPABILITY_STLS,
  POP3_CAPABILITY_TOP,
  POP3_CAPABILITY_UIDL,
  POP3_CAPABILITY_USER,
  POP3_CAPABILITY_UTF8,
  POP3_N_CAPABILITIES,
} Pop3Capability;

/* How long the server keeps messages. */
#define POP3_EXPIRE_NEVER G_MAXUINT
#define POP3_EXPIRE_UNKNOWN (G_MAXUINT - 1)

/* What a server says it can, by CAPA. Owned by the session, forgotten as a whole after STLS and sign-in. */
typedef struct _Pop3Capabilities Pop3Capabilities;

Pop3Capabilities *pop3_capabilities_new (void);
void pop3_capabilities_free (Pop3Capabilities *self);
gboolean pop3_capabilities_add_line (Pop3Capabilities *self, const char *line, gsize length,
                                     const TaubeLimits *limits);
gboolean pop3_capabilities_has (const Pop3Capabilities *self, Pop3Capability capability);
/* The line as the server wrote it, with spaces made one, "EXPIRE 30 USER"; NULL: it is not there. */
const char *pop3_capabilities_get_line (const Pop3Capabilities *self, Pop3Capability capability);
/* What follows the name, or NULL. */
const char *pop3_capabilities_get_value (const Pop3Capabilities *self, Pop3Capability capability);
/* Days; 0: gone once they were fetched. */
guint pop3_capabilities_get_expire (const Pop3Capabilities *self);
/* Seconds between two logins; 0: none. */
guint pop3_capabilities_get_login_delay (const Pop3Capabilities *self);
/* All lines, NULL-terminated, in the server's order; and the mechanisms of SASL in upper case. */
const char *const *pop3_capabilities_get_lines (const Pop3Capabilities *self);
const char *const *pop3_capabilities_get_mechanisms (const Pop3Capabilities *self);
const char *pop3_capability_get_name (Pop3Capability capability);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pop3Capabilities, pop3_capabilities_free)

G_END_DECLS
