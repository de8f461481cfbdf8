/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "taube-test-dovecot.h"

#include "taube-test-child.h"
#include "taube-test-dir.h"

#include <signal.h>
#include <string.h>

struct _TaubeTestDovecot
{
  TaubeTestChild *child;
  GHashTable *facts;
};

static void
no_server (void)
{
  g_autofree char *path = g_find_program_in_path ("dovecot");

  if (path == NULL && g_file_test ("/usr/sbin/dovecot", G_FILE_TEST_IS_EXECUTABLE))
    path = g_strdup ("/usr/sbin/dovecot");
  if (path != NULL)
    g_error ("the private Dovecot did not start");
  if (g_getenv ("CI") != NULL)
    g_error ("missing: Dovecot is not installed; ./dev setup does it");
  g_test_skip ("missing: Dovecot is not installed");
}

/* It prints NAME=value lines and then an empty one when it is ready. */
TaubeTestDovecot *
taube_test_dovecot_start (const char *const *options)
{
  g_autofree char *program = taube_test_source_file ("tests/servers/dovecot/serve");
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  TaubeTestDovecot *self = g_new0 (TaubeTestDovecot, 1);
  char *line;

  g_ptr_array_add (argv, program);
  g_ptr_array_add (argv, (char *) "--until-eof");
  for (; options != NULL && *options != NULL; options++)
    g_ptr_array_add (argv, (char *) *options);
  g_ptr_array_add (argv, NULL);
  self->child = taube_test_child_start ((const char *const *) argv->pdata, NULL);
  self->facts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  while ((line = taube_test_child_read_line (self->child)) != NULL && line[0] != '\0')
    {
      g_auto (GStrv) pair = g_strsplit (line, "=", 2);

      g_hash_table_replace (self->facts, g_strdup (pair[0]), g_strdup (pair[1]));
      g_free (line);
    }
  if (line == NULL)
    {
      g_autoptr (TaubeTestResult) result = taube_test_child_wait (self->child);

      g_printerr ("%s", result->err);
      g_clear_pointer (&self, taube_test_dovecot_stop);
      no_server ();
    }
  g_free (line);
  return self;
}

void
taube_test_dovecot_stop (TaubeTestDovecot *self)
{
  if (taube_test_child_get_pid (self->child) != 0)
    taube_test_result_free (taube_test_child_wait (self->child));
  taube_test_child_free (self->child);
  g_hash_table_unref (self->facts);
  g_free (self);
}

const char *
taube_test_dovecot_get (TaubeTestDovecot *self, const char *what)
{
  const char *value = g_hash_table_lookup (self->facts, what);

  if (value == NULL)
    g_error ("the private Dovecot has no \"%s\"", what);
  return value;
}

guint16
taube_test_dovecot_get_port (TaubeTestDovecot *self, const char *scheme)
{
  return (guint16) g_ascii_strtoull (taube_test_dovecot_get (self, scheme), NULL, 10);
}

static char *
doveadm (TaubeTestDovecot *self, const char *const *arguments, const char *input)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (TaubeTestResult) result = NULL;

  g_ptr_array_add (argv, (char *) "doveadm");
  g_ptr_array_add (argv, (char *) "-c");
  g_ptr_array_add (argv, (char *) taube_test_dovecot_get (self, "config"));
  for (; *arguments != NULL; arguments++)
    g_ptr_array_add (argv, (char *) *arguments);
  g_ptr_array_add (argv, NULL);
  result = taube_test_run ((const char *const *) argv->pdata, NULL, input);
  if (result->exit_code != 0)
    g_error ("doveadm %s failed: %s", *(arguments - 1), result->err);
  return g_steal_pointer (&result->out);
}

char *
taube_test_dovecot_doveadm (TaubeTestDovecot *self, const char *const *arguments)
{
  return doveadm (self, arguments, NULL);
}

void
taube_test_dovecot_deliver (TaubeTestDovecot *self, const char *user, const char *folder, const char *message,
                            gssize length)
{
  g_autofree char *input = length >= 0 ? g_strndup (message, (gsize) length) : g_strdup (message);
  const char *const save[] = { "save", "-u", user, "-m", folder, NULL };

  g_free (doveadm (self, save, input));
}
