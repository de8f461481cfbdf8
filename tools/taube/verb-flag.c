/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages.h"

#include <string.h>

/* Stands for a minus that does not begin an option. */
#define MINUS '\1'

/* What is to be set, or to be taken away. */
typedef struct
{
  TaubeFlagsMode mode;
  TaubeMessageFlags flags;
  GPtrArray *keywords; /* of char *, NULL-terminated at last */
} Change;

static char *option_importance;

static const GOptionEntry flag_options[] = {
  { "importance", 0, 0, G_OPTION_ARG_STRING, &option_importance,
    N_ ("How important they are: low, normal or high, where the server keeps that"), N_ ("HOW") },
  { NULL },
};

static void
change_init (Change *self, TaubeFlagsMode mode)
{
  *self = (Change){ mode, TAUBE_MESSAGE_FLAGS_NONE, g_ptr_array_new_with_free_func (g_free) };
}

static void
change_clear (Change *self)
{
  g_clear_pointer (&self->keywords, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Change, change_clear)

static gboolean
change_is_empty (const Change *self)
{
  return self->flags == TAUBE_MESSAGE_FLAGS_NONE && self->keywords->len == 0;
}

/* "-flagged" takes a flag away and is no option. */
static void
shield (int n_words, char **words)
{
  g_autoptr (GPtrArray) keywords = g_ptr_array_new_with_free_func (g_free);
  TaubeMessageFlags flags;

  for (int i = 0; i < n_words; i++)
    if (words[i][0] == '-' && messages_parse_flag (words[i] + 1, &flags, keywords))
      words[i][0] = MINUS;
}

static TaubeBatchResult *
set_flags (TaubeFolder *folder, const TaubeIdSet *ids, TaubeProgress *progress, gpointer data,
           GCancellable *cancellable, GError **error)
{
  const Change *change = data;

  return taube_folder_set_flags (folder, ids, change->mode, change->flags,
                                 (const char *const *) change->keywords->pdata, cancellable, error);
}

static TaubeBatchResult *
set_importance (TaubeFolder *folder, const TaubeIdSet *ids, TaubeProgress *progress, gpointer data,
                GCancellable *cancellable, GError **error)
{
  const TaubeImportance *importance = data;

  return taube_folder_set_importance (folder, ids, *importance, cancellable, error);
}

/* Reads --importance; UNKNOWN without it. FALSE: it is no such word. */
static gboolean
read_importance (TaubeImportance *importance)
{
  GEnumClass *klass = g_type_class_ref (TAUBE_TYPE_IMPORTANCE);
  const GEnumValue *value
    = option_importance != NULL ? g_enum_get_value_by_nick (klass, option_importance) : NULL;
  gboolean good = option_importance == NULL || (value != NULL && value->value != TAUBE_IMPORTANCE_UNKNOWN);

  *importance = value != NULL ? (TaubeImportance) value->value : TAUBE_IMPORTANCE_UNKNOWN;
  g_type_class_unref (klass);
  return good;
}

/* Sorts the words: changes go to ADD and TAKE, URIs to URIS. NULL, or the word that is neither. */
static const char *
sort_words (int n_words, char **words, Change *add, Change *take, GPtrArray *uris)
{
  for (int i = 0; i < n_words; i++)
    {
      Change *change = words[i][0] == '+' ? add : words[i][0] == MINUS ? take : NULL;

      if (change == NULL)
        g_ptr_array_add (uris, words[i]);
      else if (!messages_parse_flag (words[i] + 1, &change->flags, change->keywords))
        return words[i];
    }
  return NULL;
}

static void
apply (Messages *messages, Change *change)
{
  if (change_is_empty (change))
    return;
  g_ptr_array_add (change->keywords, NULL);
  messages_run (messages, _ ("Setting flags"), set_flags, change);
}

static ExitCode
run_flag (Cli *cli, int n_words, char **words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Messages) messages = NULL;
  g_autoptr (GPtrArray) uris = g_ptr_array_new ();
  g_auto (Change) add = { 0 }, take = { 0 };
  TaubeImportance importance;
  const char *strange;

  if (!read_importance (&importance))
    return cli_usage_error (cli, _ ("--importance is low, normal or high, and not \"%s\""), option_importance);
  change_init (&add, TAUBE_FLAGS_MODE_ADD);
  change_init (&take, TAUBE_FLAGS_MODE_REMOVE);
  strange = sort_words (n_words, words, &add, &take, uris);
  if (strange != NULL)
    return cli_usage_error (cli, _ ("\"%s\" is no flag: it is one of seen, answered, flagged, deleted, draft, "
                                    "forwarded and keyword:NAME"),
                            strange);
  if (uris->len == 0 || (change_is_empty (&add) && change_is_empty (&take) && importance == TAUBE_IMPORTANCE_UNKNOWN))
    return cli_usage_error (cli, _ ("it takes URIs of messages, and flags such as +seen or -flagged"));
  messages = messages_open (cli, (char **) uris->pdata, uris->len, &error);
  if (messages == NULL)
    return cli_fail (cli, error);
  apply (messages, &add);
  apply (messages, &take);
  if (importance != TAUBE_IMPORTANCE_UNKNOWN)
    messages_run (messages, _ ("Setting importance"), set_importance, &importance);
  return messages_report (messages, NULL);
}

const Verb verb_flag = {
  .name = "flag",
  .arguments = N_ ("MESSAGE-URI... +FLAG... -FLAG..."),
  .summary = N_ ("Set flags of messages and take them away"),
  .options = flag_options,
  .shield = shield,
  .run = run_flag,
};
