/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-key-file.h"

#include <taube/taube-error.h>

#include "base/taube-gettext.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GROUP "Backend"
#define FILE_MAXIMUM (64 << 10)
#define NAME_MAXIMUM 64
#define TITLE_MAXIMUM 200
#define SCHEMES_MAXIMUM 64

void
taube_key_file_clear (TaubeKeyFile *self)
{
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->schemes, g_strfreev);
  self->abi = 0;
}

/* lower *( lower / DIGIT / "+" / "-" / "." ), as schemes are written   (RFC 3986) */
gboolean
taube_key_file_is_name (const char *word)
{
  gsize length = strspn (word, G_CSET_a_2_z G_CSET_DIGITS "+-.");

  return g_ascii_islower (word[0]) && word[length] == '\0' && length <= NAME_MAXIMUM;
}

static gboolean
fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (GError **error, const char *format, ...)
{
  g_autofree char *text = NULL, *valid = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  valid = g_utf8_make_valid (text, -1);
  g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, valid);
  return FALSE;
}

static gboolean
is_title (const char *text)
{
  if (text[0] == '\0' || strlen (text) > TITLE_MAXIMUM)
    return FALSE;
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (g_unichar_iscntrl (g_utf8_get_char (text)))
      return FALSE;
  return TRUE;
}

static gboolean
check_schemes (char **schemes, GError **error)
{
  if (schemes[0] == NULL)
    return fail (error, _ ("its Schemes are empty"));
  if (g_strv_length (schemes) > SCHEMES_MAXIMUM)
    return fail (error, _ ("it has more than %d Schemes"), SCHEMES_MAXIMUM);
  for (guint i = 0; schemes[i] != NULL; i++)
    if (!taube_key_file_is_name (schemes[i]))
      return fail (error, _ ("its Schemes hold \"%.100s\", which is no URI scheme"), schemes[i]);
  return TRUE;
}

static gboolean
read_values (GKeyFile *file, TaubeKeyFile *out, GError **error)
{
  g_autoptr (GError) problem = NULL;
  int abi;

  out->name = g_key_file_get_string (file, GROUP, "Name", &problem);
  if (problem == NULL)
    out->title = g_key_file_get_string (file, GROUP, "Title", &problem);
  if (problem == NULL)
    out->schemes = g_key_file_get_string_list (file, GROUP, "Schemes", NULL, &problem);
  abi = problem == NULL ? g_key_file_get_integer (file, GROUP, "ABI", &problem) : 0;
  if (problem != NULL)
    return fail (error, "%s", problem->message);
  if (!taube_key_file_is_name (out->name))
    return fail (error, _ ("its Name \"%.100s\" is not one"), out->name);
  if (!is_title (out->title))
    return fail (error, _ ("its Title is empty, too long or has control characters"));
  if (abi <= 0)
    return fail (error, _ ("its ABI %d is not one"), abi);
  out->abi = (guint) abi;
  return check_schemes (out->schemes, error);
}

gboolean
taube_key_file_parse (const char *text, gsize length, TaubeKeyFile *out, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) problem = NULL;

  *out = (TaubeKeyFile){ 0 };
  if (length > FILE_MAXIMUM)
    return fail (error, _ ("it is larger than %d bytes"), FILE_MAXIMUM);
  if (length == 0)
    return fail (error, _ ("it is empty"));
  if (memchr (text, '\0', length) != NULL)
    return fail (error, _ ("there is a NUL in it"));
  if (!g_key_file_load_from_data (file, text, length, G_KEY_FILE_NONE, &problem))
    return fail (error, "%s", problem->message);
  if (read_values (file, out, error))
    return TRUE;
  taube_key_file_clear (out);
  return FALSE;
}

/* At most FILE_MAXIMUM bytes and one, which is too many. */
static gboolean
read_all (int fd, GByteArray *text, GError **error)
{
  guint8 block[4096];
  gssize n;

  do
    {
      n = read (fd, block, sizeof block);
      if (n < 0 && errno != EINTR)
        return fail (error, "%s", g_strerror (errno));
      if (n > 0)
        g_byte_array_append (text, block, (guint) n);
    }
  while (n != 0 && text->len <= FILE_MAXIMUM);
  return TRUE;
}

gboolean
taube_key_file_load (const char *path, TaubeKeyFile *out, GError **error)
{
  g_autoptr (GByteArray) text = g_byte_array_new ();
  struct stat facts;
  gboolean done;
  /* A pipe under that name must not stop the program. */
  int fd = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

  *out = (TaubeKeyFile){ 0 };
  if (fd < 0)
    return fail (error, "%s", g_strerror (errno));
  if (fstat (fd, &facts) != 0 || !S_ISREG (facts.st_mode))
    done = fail (error, _ ("it is not a regular file"));
  else
    done = read_all (fd, text, error);
  close (fd);
  return done && taube_key_file_parse ((const char *) text->data, text->len, out, error);
}
