/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-capabilities.h"

#include <string.h>

struct _ImapCapabilities
{
  guint64 known; /* a bit for each ImapCapability */
  GPtrArray *words;      /* as the server wrote them, NULL-terminated */
  GPtrArray *mechanisms; /* of AUTH=, in upper case, NULL-terminated */
};

G_STATIC_ASSERT (IMAP_N_CAPABILITIES <= 64);

static const char *const capability_names[IMAP_N_CAPABILITIES] = {
  [IMAP_CAPABILITY_ACL] = "ACL",
  [IMAP_CAPABILITY_APPENDLIMIT] = "APPENDLIMIT",
  [IMAP_CAPABILITY_BINARY] = "BINARY",
  [IMAP_CAPABILITY_CHILDREN] = "CHILDREN",
  [IMAP_CAPABILITY_COMPRESS_DEFLATE] = "COMPRESS=DEFLATE",
  [IMAP_CAPABILITY_CONDSTORE] = "CONDSTORE",
  [IMAP_CAPABILITY_CREATE_SPECIAL_USE] = "CREATE-SPECIAL-USE",
  [IMAP_CAPABILITY_ENABLE] = "ENABLE",
  [IMAP_CAPABILITY_ESEARCH] = "ESEARCH",
  [IMAP_CAPABILITY_ESORT] = "ESORT",
  [IMAP_CAPABILITY_ID] = "ID",
  [IMAP_CAPABILITY_IDLE] = "IDLE",
  [IMAP_CAPABILITY_IMAP4REV1] = "IMAP4rev1",
  [IMAP_CAPABILITY_IMAP4REV2] = "IMAP4rev2",
  [IMAP_CAPABILITY_JMAPACCESS] = "JMAPACCESS",
  [IMAP_CAPABILITY_LIST_EXTENDED] = "LIST-EXTENDED",
  [IMAP_CAPABILITY_LIST_METADATA] = "LIST-METADATA",
  [IMAP_CAPABILITY_LIST_MYRIGHTS] = "LIST-MYRIGHTS",
  [IMAP_CAPABILITY_LIST_STATUS] = "LIST-STATUS",
  [IMAP_CAPABILITY_LITERAL_MINUS] = "LITERAL-",
  [IMAP_CAPABILITY_LITERAL_PLUS] = "LITERAL+",
  [IMAP_CAPABILITY_LOGINDISABLED] = "LOGINDISABLED",
  [IMAP_CAPABILITY_MESSAGELIMIT] = "MESSAGELIMIT",
  [IMAP_CAPABILITY_METADATA] = "METADATA",
  [IMAP_CAPABILITY_METADATA_SERVER] = "METADATA-SERVER",
  [IMAP_CAPABILITY_MOVE] = "MOVE",
  [IMAP_CAPABILITY_MULTIAPPEND] = "MULTIAPPEND",
  [IMAP_CAPABILITY_NAMESPACE] = "NAMESPACE",
  [IMAP_CAPABILITY_NOTIFY] = "NOTIFY",
  [IMAP_CAPABILITY_OBJECTID] = "OBJECTID",
  [IMAP_CAPABILITY_PARTIAL] = "PARTIAL",
  [IMAP_CAPABILITY_PREVIEW] = "PREVIEW",
  [IMAP_CAPABILITY_QRESYNC] = "QRESYNC",
  [IMAP_CAPABILITY_QUOTA] = "QUOTA",
  [IMAP_CAPABILITY_REPLACE] = "REPLACE",
  [IMAP_CAPABILITY_RIGHTS] = "RIGHTS",
  [IMAP_CAPABILITY_SASL_IR] = "SASL-IR",
  [IMAP_CAPABILITY_SAVEDATE] = "SAVEDATE",
  [IMAP_CAPABILITY_SEARCHRES] = "SEARCHRES",
  [IMAP_CAPABILITY_SORT] = "SORT",
  [IMAP_CAPABILITY_SPECIAL_USE] = "SPECIAL-USE",
  [IMAP_CAPABILITY_STARTTLS] = "STARTTLS",
  [IMAP_CAPABILITY_STATUS_SIZE] = "STATUS=SIZE",
  [IMAP_CAPABILITY_THREAD_REFERENCES] = "THREAD=REFERENCES",
  [IMAP_CAPABILITY_UIDBATCHES] = "UIDBATCHES",
  [IMAP_CAPABILITY_UIDONLY] = "UIDONLY",
  [IMAP_CAPABILITY_UIDPLUS] = "UIDPLUS",
  [IMAP_CAPABILITY_UNAUTHENTICATE] = "UNAUTHENTICATE",
  [IMAP_CAPABILITY_UNSELECT] = "UNSELECT",
  [IMAP_CAPABILITY_UTF8_ACCEPT] = "UTF8=ACCEPT",
  [IMAP_CAPABILITY_UTF8_ONLY] = "UTF8=ONLY",
  [IMAP_CAPABILITY_WITHIN] = "WITHIN",
  [IMAP_CAPABILITY_X_GM_EXT_1] = "X-GM-EXT-1",
  [IMAP_CAPABILITY_XLIST] = "XLIST",
};

#define BIT(capability) (G_GUINT64_CONSTANT (1) << (capability))

/* What RFC 9051 makes part of the base protocol. */
static const guint64 part_of_rev2 =
  BIT (IMAP_CAPABILITY_BINARY) | BIT (IMAP_CAPABILITY_CHILDREN) | BIT (IMAP_CAPABILITY_ENABLE)
  | BIT (IMAP_CAPABILITY_ESEARCH) | BIT (IMAP_CAPABILITY_IDLE) | BIT (IMAP_CAPABILITY_LIST_EXTENDED)
  | BIT (IMAP_CAPABILITY_LIST_STATUS) | BIT (IMAP_CAPABILITY_LITERAL_MINUS) | BIT (IMAP_CAPABILITY_MOVE)
  | BIT (IMAP_CAPABILITY_NAMESPACE) | BIT (IMAP_CAPABILITY_SASL_IR) | BIT (IMAP_CAPABILITY_SEARCHRES)
  | BIT (IMAP_CAPABILITY_SPECIAL_USE) | BIT (IMAP_CAPABILITY_STATUS_SIZE) | BIT (IMAP_CAPABILITY_UIDPLUS)
  | BIT (IMAP_CAPABILITY_UNSELECT);

ImapCapabilities *
imap_capabilities_new (void)
{
  ImapCapabilities *self = g_new0 (ImapCapabilities, 1);

  self->words = g_ptr_array_new_with_free_func (g_free);
  self->mechanisms = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->words, NULL);
  g_ptr_array_add (self->mechanisms, NULL);
  return self;
}

void
imap_capabilities_free (ImapCapabilities *self)
{
  g_ptr_array_unref (self->words);
  g_ptr_array_unref (self->mechanisms);
  g_free (self);
}

static gboolean
has_string (GPtrArray *strings, const char *wanted)
{
  for (guint i = 0; i + 1 < strings->len; i++)
    if (g_ascii_strcasecmp (strings->pdata[i], wanted) == 0)
      return TRUE;
  return FALSE;
}

static void
add_string (GPtrArray *strings, char *string)
{
  strings->pdata[strings->len - 1] = string;
  g_ptr_array_add (strings, NULL);
}

static guint64
known_bits (const char *word)
{
  for (guint i = 0; i < IMAP_N_CAPABILITIES; i++)
    if ((capability_names[i][0] | 0x20) == (word[0] | 0x20) && g_ascii_strcasecmp (capability_names[i], word) == 0)
      return BIT (i);
  if (g_ascii_strncasecmp (word, "APPENDLIMIT=", 12) == 0)
    return BIT (IMAP_CAPABILITY_APPENDLIMIT);
  if (g_ascii_strncasecmp (word, "MESSAGELIMIT=", 13) == 0)
    return BIT (IMAP_CAPABILITY_MESSAGELIMIT);
  if (g_ascii_strncasecmp (word, "QUOTA=", 6) == 0)
    return BIT (IMAP_CAPABILITY_QUOTA);
  if (g_ascii_strncasecmp (word, "RIGHTS=", 7) == 0)
    return BIT (IMAP_CAPABILITY_RIGHTS);
  return 0;
}

/* A word that is there already counts once. IMAP4rev2 alone does not mean what it contains: that it does only when
 * it is enabled, or when IMAP4rev1 is not offered. */
void
imap_capabilities_add (ImapCapabilities *self, const char *word)
{
  guint64 bits = known_bits (word);

  /* QRESYNC implies CONDSTORE (RFC 7162) */
  if (bits & BIT (IMAP_CAPABILITY_QRESYNC))
    bits |= BIT (IMAP_CAPABILITY_CONDSTORE);
  self->known |= bits;
  if (has_string (self->words, word))
    return;
  add_string (self->words, g_utf8_make_valid (word, -1));
  if (g_ascii_strncasecmp (word, "AUTH=", 5) == 0 && word[5] != '\0' && !has_string (self->mechanisms, word + 5))
    {
      g_autofree char *valid = g_utf8_make_valid (word + 5, -1);

      add_string (self->mechanisms, g_ascii_strup (valid, -1));
    }
}

/* capability-data = "CAPABILITY" *(SP capability) SP "IMAP4rev2" *(SP capability)
 * capability      = ("AUTH=" auth-type) / atom                       (RFC 9051)
 *
 * VALUES are the arguments of a CAPABILITY or ENABLED response or of the code of that name; words over the limit
 * are left out. */
ImapCapabilities *
imap_capabilities_decode (const ImapValue *values, const TaubeLimits *limits)
{
  ImapCapabilities *self = imap_capabilities_new ();

  for (; values != NULL && self->words->len <= limits->capabilities; values = values->next)
    if (imap_value_is_text (values) && values->length > 0)
      imap_capabilities_add (self, values->text);
  if ((self->known & BIT (IMAP_CAPABILITY_IMAP4REV2)) && !(self->known & BIT (IMAP_CAPABILITY_IMAP4REV1)))
    self->known |= part_of_rev2;
  return self;
}

/* IMAP4rev2 was enabled: all that RFC 9051 contains can be used now. */
void
imap_capabilities_enable_rev2 (ImapCapabilities *self)
{
  self->known |= part_of_rev2;
}

/* Takes a capability away that a quirk says not to rely on. Its word stays: it is evidence of what the server said. */
void
imap_capabilities_remove (ImapCapabilities *self, ImapCapability capability)
{
  self->known &= ~BIT (capability);
}

gboolean
imap_capabilities_has (const ImapCapabilities *self, ImapCapability capability)
{
  return (self->known & BIT (capability)) != 0;
}

/* Whether the server said this word, in any case of letters. */
gboolean
imap_capabilities_has_word (const ImapCapabilities *self, const char *word)
{
  return has_string (self->words, word);
}

/* What stands behind the "=", as in APPENDLIMIT=35651584; NULL when there is nothing of the kind. */
const char *
imap_capabilities_get_value (const ImapCapabilities *self, ImapCapability capability)
{
  const char *name = capability_names[capability];
  gsize length = strlen (name);

  for (guint i = 0; i + 1 < self->words->len; i++)
    {
      const char *word = self->words->pdata[i];

      if (g_ascii_strncasecmp (word, name, length) == 0 && word[length] == '=' && word[length + 1] != '\0')
        return word + length + 1;
    }
  return NULL;
}

gboolean
imap_capabilities_has_auth (const ImapCapabilities *self, const char *mechanism)
{
  return has_string (self->mechanisms, mechanism);
}

/* All words, in the server's order and spelling; valid UTF-8. */
const char *const *
imap_capabilities_get_words (const ImapCapabilities *self)
{
  return (const char *const *) self->words->pdata;
}

/* The SASL mechanisms, in the server's order. */
const char *const *
imap_capabilities_get_mechanisms (const ImapCapabilities *self)
{
  return (const char *const *) self->mechanisms->pdata;
}

const char *
imap_capability_get_name (ImapCapability capability)
{
  return capability_names[capability];
}
