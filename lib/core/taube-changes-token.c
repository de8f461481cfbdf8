/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-changes-private.h"

#include <taube/taube-account.h>
#include <taube/taube-backend.h>
#include <taube/taube-error.h>
#include <taube/taube-folder.h>
#include <taube/taube-uri.h>

#include "base/taube-gettext.h"

#include <string.h>

/* token = magic version account folder state checksum
 *
 * Account, folder and checksum are the first 8 bytes of a SHA-256. The account is named by backend, user, host and
 * port, the folder by its path: other settings of the same account leave a token good. */
#define VERSION 1
#define DIGEST 8

static const guint8 magic[4] = { 't', 'a', 'u', 0xb3 };

#define OFFSET_ACCOUNT (sizeof magic + 1)
#define OFFSET_FOLDER (OFFSET_ACCOUNT + DIGEST)
#define OFFSET_STATE (OFFSET_FOLDER + DIGEST)

static void
finish_digest (GChecksum *checksum, guint8 digest[DIGEST])
{
  guint8 all[32];
  gsize length = sizeof all;

  g_checksum_get_digest (checksum, all, &length);
  memcpy (digest, all, DIGEST);
}

/* With the NUL, so that no two lists of strings are the same bytes. */
static void
add_string (GChecksum *checksum, const char *text)
{
  if (text != NULL)
    g_checksum_update (checksum, (const guchar *) text, (gssize) strlen (text) + 1);
  else
    g_checksum_update (checksum, (const guchar *)"\xff", 1);
}

static void
name_account (TaubeFolder *folder, guint8 digest[DIGEST])
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  TaubeAccount *account = taube_folder_get_account (folder);
  TaubeUri *uri = taube_account_get_uri (account);
  g_autofree char *port = g_strdup_printf ("%u", taube_uri_get_port (uri));

  add_string (checksum, taube_backend_get_name (taube_account_get_backend (account)));
  add_string (checksum, taube_uri_get_user (uri));
  add_string (checksum, taube_uri_get_host (uri));
  add_string (checksum, port);
  finish_digest (checksum, digest);
}

static void
name_folder (TaubeFolder *folder, guint8 digest[DIGEST])
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  const char *const *path = taube_folder_get_path (folder);

  for (guint i = 0; path[i] != NULL; i++)
    add_string (checksum, path[i]);
  finish_digest (checksum, digest);
}

static void
sum_up (const guint8 *bytes, gsize length, guint8 digest[DIGEST])
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  g_checksum_update (checksum, bytes, (gssize) length);
  finish_digest (checksum, digest);
}

GBytes *
taube_token_seal (TaubeFolder *folder, GBytes *state)
{
  g_autoptr (GByteArray) token = g_byte_array_new ();
  guint8 head[OFFSET_STATE], sum[DIGEST];
  gsize length;
  const guint8 *bytes = g_bytes_get_data (state, &length);

  memcpy (head, magic, sizeof magic);
  head[sizeof magic] = VERSION;
  name_account (folder, head + OFFSET_ACCOUNT);
  name_folder (folder, head + OFFSET_FOLDER);
  g_byte_array_append (token, head, sizeof head);
  g_byte_array_append (token, bytes, (guint) length);
  sum_up (token->data, token->len, sum);
  g_byte_array_append (token, sum, sizeof sum);
  return g_byte_array_free_to_bytes (g_steal_pointer (&token));
}

static gboolean
refuse (TaubeFolder *folder, const char *why, GError **error)
{
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("cannot tell the changes of folder \"%s\": %s"),
               taube_folder_get_name (folder), why);
  return FALSE;
}

gboolean
taube_token_open (TaubeFolder *folder, GBytes *token, GBytes **state_out, GError **error)
{
  gsize length;
  const guint8 *bytes = g_bytes_get_data (token, &length);
  guint8 account[DIGEST], name[DIGEST], sum[DIGEST];

  *state_out = NULL;
  if (length <= sizeof magic || memcmp (bytes, magic, sizeof magic) != 0)
    return refuse (folder, _ ("this is not a token"), error);
  if (bytes[sizeof magic] != VERSION || length < OFFSET_STATE + DIGEST)
    return TRUE;
  sum_up (bytes, length - DIGEST, sum);
  if (memcmp (bytes + length - DIGEST, sum, DIGEST) != 0)
    return TRUE;
  name_account (folder, account);
  if (memcmp (bytes + OFFSET_ACCOUNT, account, DIGEST) != 0)
    return refuse (folder, _ ("the token is of another account"), error);
  name_folder (folder, name);
  if (memcmp (bytes + OFFSET_FOLDER, name, DIGEST) != 0)
    return refuse (folder, _ ("the token is of another folder"), error);
  *state_out = g_bytes_new_from_bytes (token, OFFSET_STATE, length - OFFSET_STATE - DIGEST);
  return TRUE;
}
