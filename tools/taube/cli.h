/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube.h>

#include <glib/gi18n.h>

G_BEGIN_DECLS

/* What the command ends with; documented in the man page. */
typedef enum
{
  EXIT_DONE = 0,
  EXIT_OTHER = 1,
  EXIT_USAGE = 2,
  EXIT_NOT_FOUND = 3,
  EXIT_SIGN_IN = 4,
  EXIT_CONNECTION = 5,
  EXIT_NOT_SUPPORTED = 6,
  EXIT_UNKNOWN_OUTCOME = 7,
  EXIT_SIGNAL = 128, /* and the number of the signal */
} ExitCode;

typedef enum
{
  FORMAT_TABLE,
  FORMAT_JSON,
} Format;

/* The options that every verb has, and what comes of them. */
typedef struct
{
  const char *verb;
  Format format;
  char *ca_file;
  char *client_cert;
  char *client_key;
  char *pin;
  char *timeout;
  char *debug;
  char *password_file;
  char *token_command;
  char *token_file;
  gboolean help;
  gboolean version;
  GCancellable *cancellable; /* cancelled by SIGINT and SIGTERM */
  int signal_number;         /* atomic; which of them came first, 0: none */
} Cli;

/* A verb: its own options (ends with a NULL entry), and what it does with the words that are left. */
typedef struct
{
  const char *name;
  const char *arguments; /* N_(): shown in the usage line */
  const char *summary;   /* N_(): one line */
  const GOptionEntry *options;
  void (*shield) (int n_words, char **words); /* or NULL: hides words that only look like options */
  ExitCode (*run) (Cli *cli, int n_words, char **words);
} Verb;

extern const Verb verb_acl;
extern const Verb verb_append;
extern const Verb verb_capabilities;
extern const Verb verb_changes;
extern const Verb verb_copy;
extern const Verb verb_empty;
extern const Verb verb_fetch;
extern const Verb verb_flag;
extern const Verb verb_folders;
extern const Verb verb_list;
extern const Verb verb_login;
extern const Verb verb_mark_seen;
extern const Verb verb_mkdir;
extern const Verb verb_move;
extern const Verb verb_quota;
extern const Verb verb_remove;
extern const Verb verb_rename;
extern const Verb verb_rmdir;
extern const Verb verb_search;
extern const Verb verb_send;
extern const Verb verb_show;
extern const Verb verb_subscribe;
extern const Verb verb_unsubscribe;
extern const Verb verb_watch;

void cli_complain (const char *format, ...) G_GNUC_PRINTF (1, 2);
ExitCode cli_usage_error (Cli *cli, const char *format, ...) G_GNUC_PRINTF (2, 3);
ExitCode cli_get_exit_code (const GError *error);
ExitCode cli_fail (Cli *cli, const GError *error);
TaubeAccount *cli_open_account (Cli *cli, const char *uri_text, TaubeUri **uri_out, GError **error);
gboolean cli_connect (Cli *cli, TaubeAccount *account, GError **error);
TaubeFolder *cli_get_folder (TaubeAccount *account, TaubeUri *uri, GError **error);

/* What the options --to-trash and --recoverable say; FALSE: both. */
gboolean cli_get_discard_mode (gboolean to_trash, gboolean recoverable, TaubeDiscardMode *mode_out);

TaubeCredentials *password_get_credentials (Cli *cli, TaubeUri *uri, GError **error);

G_END_DECLS
