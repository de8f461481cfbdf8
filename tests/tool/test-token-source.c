/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The source of tokens from a file, in a program that lives on when the file could not be written. */
#include "token-file.h"
#include "token-source.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "oauth2-world.h"
#include "taube-test-dir.h"

#define LONG_TOKEN 100000

static void
write_file (const char *path, const Tokens *tokens)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TokenFile) file = token_file_lock (path, TRUE, NULL, &error);

  g_assert_no_error (error);
  token_file_write (file, tokens, &error);
  g_assert_no_error (error);
}

static Tokens *
read_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TokenFile) file = token_file_lock (path, FALSE, NULL, &error);
  Tokens *tokens = NULL;

  g_assert_no_error (error);
  g_assert_true (token_file_read (file, &tokens, &error));
  g_assert_nonnull (tokens);
  return tokens;
}

static void
set (Tokens *tokens, const char *name, const char *value)
{
  g_hash_table_replace (tokens->options, g_strdup (name), g_strdup (value));
}

/* A consent that was given at WORLD. */
static void
make_file (Oauth2World *world, const char *path)
{
  g_autoptr (Tokens) tokens = tokens_new ("other");
  g_autofree char *endpoint = g_strconcat (oauth2_world_get (world, "url"), "/token", NULL);

  set (tokens, "client-id", oauth2_world_get (world, "client-id"));
  set (tokens, "scope", oauth2_world_get (world, "scope"));
  set (tokens, "token-endpoint", endpoint);
  set (tokens, "hosts", "localhost");
  set (tokens, "loopback-http", "yes");
  tokens->refresh_token = g_strdup ("of-an-earlier-time");
  write_file (path, tokens);
}

static void
keep_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static char *
get_token (TaubeTokenSource *source, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  taube_token_source_get_token_async (source, "localhost", NULL, keep_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return taube_token_source_get_token_finish (source, result, error);
}

static void
limit_files (rlim_t bytes)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = MIN (bytes, limit.rlim_max);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

/* More came than room was taken for. It is kept in memory, and written as soon as that goes. */
static void
test_written_later (void)
{
  g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
  g_autoptr (Oauth2World) world = oauth2_world_start ("");
  g_autofree char *path = g_build_filename (dir->path, "tokens", NULL), *word = g_strnfill (LONG_TOKEN, 'r');
  g_autofree char *answer
    = g_strdup_printf ("{\"fault\": \"answer\", \"answer\": {\"refresh_token\": \"%s\"}}", word);
  g_autofree char *state = NULL, *token = NULL, *given = NULL;
  g_autoptr (TaubeTokenSource) source = NULL;
  g_autoptr (Tokens) before = NULL, after = NULL;
  g_autoptr (GError) error = NULL;

  make_file (world, path);
  state = oauth2_world_tell (world, "fault", answer);
  source = token_source_new (path, &error);
  g_assert_no_error (error);

  signal (SIGXFSZ, SIG_IGN);
  limit_files (70000);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_null (get_token (source, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE);
      g_clear_error (&error);
    }
  limit_files (RLIM_INFINITY);
  before = read_file (path);
  g_assert_cmpstr (before->refresh_token, ==, "of-an-earlier-time");

  token = get_token (source, &error);
  g_assert_no_error (error);
  given = oauth2_world_find (world, "access");
  g_assert_cmpstr (token, ==, given);
  after = read_file (path);
  g_assert_cmpstr (after->refresh_token, ==, word);
  g_assert_cmpstr (after->access_token, ==, given);
  g_assert_cmpuint (oauth2_world_count (world, "\"path\": \"/token\""), ==, 1);
  token_source_finish_all ();
}

/* Somebody has signed in anew meanwhile: that counts, and what is in memory is old. */
static void
test_signed_in_meanwhile (void)
{
  g_autoptr (TaubeTestDir) dir = taube_test_dir_new ();
  g_autoptr (Oauth2World) world = oauth2_world_start ("");
  g_autofree char *path = g_build_filename (dir->path, "tokens", NULL), *word = g_strnfill (LONG_TOKEN, 'r');
  g_autofree char *answer
    = g_strdup_printf ("{\"fault\": \"answer\", \"answer\": {\"refresh_token\": \"%s\"}}", word);
  g_autofree char *state = NULL, *token = NULL;
  g_autoptr (TaubeTokenSource) source = NULL;
  g_autoptr (Tokens) fresh = NULL;
  g_autoptr (GError) error = NULL;

  make_file (world, path);
  state = oauth2_world_tell (world, "fault", answer);
  source = token_source_new (path, &error);
  g_assert_no_error (error);
  signal (SIGXFSZ, SIG_IGN);
  limit_files (70000);
  g_assert_null (get_token (source, &error));
  g_clear_error (&error);
  limit_files (RLIM_INFINITY);

  fresh = read_file (path);
  tokens_set_secret (&fresh->refresh_token, "of-today");
  tokens_set_secret (&fresh->access_token, "access-of-today");
  fresh->good_until = g_get_real_time () / G_USEC_PER_SEC + 3600;
  write_file (path, fresh);
  token = get_token (source, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (token, ==, "access-of-today");
  token_source_finish_all ();
}

/* What is said of the time in the file is believed up to a day. */
static void
test_freshness (void)
{
  g_autoptr (Tokens) tokens = tokens_new ("other");

  tokens->access_token = g_strdup ("a");
  tokens->good_until = 1000;
  g_assert_true (tokens_are_fresh (tokens, NULL, 999));
  g_assert_true (tokens_are_fresh (tokens, "b", 999));
  g_assert_false (tokens_are_fresh (tokens, "a", 999));
  g_assert_false (tokens_are_fresh (tokens, NULL, 1000));
  g_assert_false (tokens_are_fresh (tokens, NULL, 1000 - 24 * 3600 - 1));
  tokens->good_until = G_MAXINT64;
  g_assert_false (tokens_are_fresh (tokens, NULL, 1000));
  tokens->good_until = G_MININT64;
  g_assert_false (tokens_are_fresh (tokens, NULL, 1000));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tool/token-source/written-later", test_written_later);
  g_test_add_func ("/tool/token-source/signed-in-meanwhile", test_signed_in_meanwhile);
  g_test_add_func ("/tool/token-source/freshness", test_freshness);
  return g_test_run ();
}
