/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "taube-test-mail.h"

#include "taube-test-child.h"
#include "taube-test-dir.h"
#include "taube-test-hand.h"

#include <string.h>

#define EXIT_MISSING 77 /* as in tests/servers/private_server.py */

struct _TaubeTestMail
{
  TaubeTestMailKind kind;
  TaubeTestChild *child;
  GHashTable *facts;
  GHashTable *hands; /* user -> TaubeTestHand for deliveries */
};

static const struct
{
  const char *name;
  const char *title;
  const char *prefix; /* of all folders but INBOX */
  const char *separator;
} kinds[TAUBE_TEST_N_KINDS] = {
  [TAUBE_TEST_DOVECOT] = { "dovecot", "Dovecot", "", "/" },
  [TAUBE_TEST_CYRUS] = { "cyrus", "Cyrus", "", "/" },
  [TAUBE_TEST_COURIER] = { "courier", "Courier", "INBOX.", "." },
};

static TaubeTestMail *shared[TAUBE_TEST_N_KINDS];
static const char *const *shared_options;

const char *
taube_test_mail_kind_name (TaubeTestMailKind kind)
{
  return kinds[kind].name;
}

TaubeTestMailKind
taube_test_mail_get_kind (TaubeTestMail *self)
{
  return self->kind;
}

/* ---- start and stop ---- */

static void
no_server (TaubeTestMailKind kind, const TaubeTestResult *result)
{
  g_autofree char *reason = g_strdup_printf ("missing: %s is not installed", kinds[kind].title);

  g_printerr ("%s", result->err);
  if (result->exit_code != EXIT_MISSING)
    g_error ("the private %s did not start", kinds[kind].title);
  if (g_getenv ("CI") != NULL)
    g_error ("%s; ./dev setup does it", reason);
  g_test_skip (reason);
}

/* NAME=value lines, and an empty one when the server is ready. FALSE when it never is. */
static gboolean
read_facts (TaubeTestMail *self)
{
  for (;;)
    {
      g_autofree char *line = taube_test_child_read_line (self->child);
      g_auto (GStrv) pair = NULL;

      if (line == NULL)
        return FALSE;
      if (line[0] == '\0')
        return TRUE;
      pair = g_strsplit (line, "=", 2);
      g_hash_table_replace (self->facts, g_strdup (pair[0]), g_strdup (pair[1]));
    }
}

TaubeTestMail *
taube_test_mail_start (TaubeTestMailKind kind, const char *const *options)
{
  g_autofree char *file = g_strdup_printf ("tests/servers/%s/serve", kinds[kind].name);
  g_autofree char *program = taube_test_source_file (file);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  TaubeTestMail *self = g_new0 (TaubeTestMail, 1);

  g_ptr_array_add (argv, program);
  g_ptr_array_add (argv, (char *) "--until-eof");
  for (; options != NULL && *options != NULL; options++)
    g_ptr_array_add (argv, (char *) *options);
  g_ptr_array_add (argv, NULL);
  self->kind = kind;
  self->child = taube_test_child_start ((const char *const *) argv->pdata, NULL);
  self->facts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->hands = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) taube_test_hand_free);
  if (!read_facts (self))
    {
      g_autoptr (TaubeTestResult) result = taube_test_child_wait (self->child);

      g_clear_pointer (&self, taube_test_mail_stop);
      no_server (kind, result);
    }
  return self;
}

void
taube_test_mail_stop (TaubeTestMail *self)
{
  g_hash_table_unref (self->hands);
  if (taube_test_child_get_pid (self->child) != 0)
    taube_test_result_free (taube_test_child_wait (self->child));
  taube_test_child_free (self->child);
  g_hash_table_unref (self->facts);
  g_free (self);
}

TaubeTestMail *
taube_test_mail_share (TaubeTestMailKind kind)
{
  if (shared[kind] == NULL)
    shared[kind] = taube_test_mail_start (kind, shared_options);
  return shared[kind];
}

/* OPTIONS must stay where they are. */
void
taube_test_mail_set_options (const char *const *options)
{
  shared_options = options;
}

void
taube_test_mail_add_each (const char *prefix, const char *name, GTestDataFunc func)
{
  for (int kind = 0; kind < TAUBE_TEST_N_KINDS; kind++)
    {
      g_autofree char *path = g_strjoin ("/", prefix, kinds[kind].name, name, NULL);

      g_test_add_data_func (path, GINT_TO_POINTER (kind), func);
    }
}

int
taube_test_mail_run (void)
{
  int status = g_test_run ();

  for (int kind = 0; kind < TAUBE_TEST_N_KINDS; kind++)
    g_clear_pointer (&shared[kind], taube_test_mail_stop);
  return status;
}

/* ---- what it is ---- */

const char *
taube_test_mail_get (TaubeTestMail *self, const char *what)
{
  const char *value = g_hash_table_lookup (self->facts, what);

  if (value == NULL)
    g_error ("the private %s has no \"%s\"", kinds[self->kind].title, what);
  return value;
}

guint16
taube_test_mail_get_port (TaubeTestMail *self, const char *scheme)
{
  return (guint16) g_ascii_strtoull (taube_test_mail_get (self, scheme), NULL, 10);
}

/* ---- folders and mail ---- */

/* What lies between two runs of printable ASCII, in the UTF-7 of RFC 3501. */
static void
append_utf7 (GString *name, const char *text, gsize length)
{
  g_autofree char *wide = NULL;
  g_autofree char *packed = NULL;
  gsize n_bytes;

  wide = g_convert (text, (gssize) length, "UTF-16BE", "UTF-8", NULL, &n_bytes, NULL);
  g_assert_nonnull (wide);
  packed = g_base64_encode ((const guchar *) wide, n_bytes);
  g_strdelimit (packed, "/", ',');
  *(strchrnul (packed, '=')) = '\0';
  g_string_append_printf (name, "&%s-", packed);
}

static void
append_component (GString *name, const char *component)
{
  for (const char *at = component; *at != '\0';)
    {
      const char *start = at;

      while (*at != '\0' && !g_ascii_isprint (*at))
        at++;
      if (at > start)
        {
          append_utf7 (name, start, (gsize) (at - start));
          continue;
        }
      if (*at == '"' || *at == '\\')
        g_string_append_c (name, '\\');
      g_string_append_c (name, *at);
      if (*at == '&')
        g_string_append_c (name, '-');
      at++;
    }
}

char *
taube_test_mail_name (TaubeTestMail *self, const char *folder)
{
  g_auto (GStrv) components = g_strsplit (folder, "/", -1);
  GString *name = g_string_new ("\"");

  if (strcmp (folder, "INBOX") != 0)
    g_string_append (name, kinds[self->kind].prefix);
  for (guint i = 0; components[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append (name, kinds[self->kind].separator);
      append_component (name, components[i]);
    }
  g_string_append_c (name, '"');
  return g_string_free (name, FALSE);
}

char *
taube_test_mail_path (TaubeTestMail *self, const char *folder)
{
  gboolean below_inbox = self->kind == TAUBE_TEST_COURIER && strcmp (folder, "INBOX") != 0;

  return g_strconcat (below_inbox ? "INBOX/" : "", folder, NULL);
}

static TaubeTestHand *
get_hand (TaubeTestMail *self, const char *user)
{
  TaubeTestHand *hand = g_hash_table_lookup (self->hands, user);

  if (hand == NULL)
    {
      hand = taube_test_hand_new (self, user);
      g_hash_table_insert (self->hands, g_strdup (user), hand);
    }
  return hand;
}

void
taube_test_mail_make_folder (TaubeTestMail *self, const char *user, const char *folder)
{
  g_autofree char *name = taube_test_mail_name (self, folder);

  g_free (taube_test_hand_run (get_hand (self, user), "CREATE %s", name));
}

static char *
doveadm (TaubeTestMail *self, const char *const *arguments, const char *input)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (TaubeTestResult) result = NULL;

  g_ptr_array_add (argv, (char *) "doveadm");
  g_ptr_array_add (argv, (char *) "-c");
  g_ptr_array_add (argv, (char *) taube_test_mail_get (self, "config"));
  for (; *arguments != NULL; arguments++)
    g_ptr_array_add (argv, (char *) *arguments);
  g_ptr_array_add (argv, NULL);
  result = taube_test_run ((const char *const *) argv->pdata, NULL, input);
  if (result->exit_code != 0)
    g_error ("doveadm %s failed: %s", *(arguments - 1), result->err);
  return g_steal_pointer (&result->out);
}

char *
taube_test_mail_doveadm (TaubeTestMail *self, const char *const *arguments)
{
  g_assert (self->kind == TAUBE_TEST_DOVECOT);
  return doveadm (self, arguments, NULL);
}

void
taube_test_mail_deliver (TaubeTestMail *self, const char *user, const char *folder, const char *message,
                         gssize length)
{
  g_autofree char *input = length >= 0 ? g_strndup (message, (gsize) length) : g_strdup (message);
  const char *const save[] = { "save", "-u", user, "-m", folder, NULL };

  if (self->kind == TAUBE_TEST_DOVECOT)
    g_free (doveadm (self, save, input));
  else
    taube_test_hand_append (get_hand (self, user), folder, NULL, input, -1);
}
