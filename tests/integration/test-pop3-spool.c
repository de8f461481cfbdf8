/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-post.h"

#include <string.h>

/* Mail that is retrieved, stored, confirmed, and may then leave the server: none is lost and none comes twice, whatever
 * the server is like and whatever happens in between. */

static TaubeAccount *
open_account (void)
{
  return pop3_client_new ("pop3", 110, "?tls=none", NULL);
}

static Pop3Model *
new_model (Pop3ModelTraits traits, guint letters)
{
  Pop3Model *model = pop3_model_new (traits);

  for (guint i = 1; i <= letters; i++)
    pop3_model_add (model, i);
  return model;
}

static void
assert_run (Pop3Post *post, TaubeAccount *account, const char *leave)
{
  g_autoptr (GError) error = NULL;

  pop3_post_run (post, account, TAUBE_JOURNAL_FLAGS_NONE, leave, NULL, &error);
  g_assert_no_error (error);
}

/* Each of the letters 1 to N was stored exactly once. */
static void
assert_stored_once (Pop3Post *post, guint n)
{
  for (guint i = 1; i <= n; i++)
    g_assert_cmpuint (pop3_post_count (post, i), ==, 1);
  g_assert_cmpuint (pop3_post_count_all (post), ==, n);
}

/* Servers of all kinds: everything comes once, and what comes later comes then. */
static void
test_runs (gconstpointer traits)
{
  g_autoptr (Pop3Model) model = new_model (GPOINTER_TO_UINT (traits), 5);
  g_autoptr (Pop3Post) post = pop3_post_new ();
  g_autoptr (TaubeAccount) account = open_account ();

  assert_run (post, account, "forever");
  assert_stored_once (post, 5);
  assert_run (post, account, "forever");
  assert_stored_once (post, 5);
  pop3_model_add (model, 6);
  assert_run (post, account, "forever");
  assert_stored_once (post, 6);
  g_assert_cmpuint (pop3_model_count (model), ==, 6);
  assert_run (post, account, "no");
  assert_stored_once (post, 6);
  g_assert_cmpuint (pop3_model_count (model), ==, GPOINTER_TO_UINT (traits) & POP3_MODEL_HIDES ? 6 : 0);
  pop3_model_add (model, 7);
  assert_run (post, account, "no");
  assert_stored_once (post, 7);
  g_assert_false (pop3_model_has (model, 7));
}

typedef struct
{
  const char *name;
  Pop3ModelTraits traits;
} Kind;

static const Kind kinds[] = {
  { "plain", POP3_MODEL_PLAIN },
  { "no-pipelining", POP3_MODEL_NO_PIPELINING },
  { "no-capa", POP3_MODEL_NO_CAPA },
  { "no-uidl", POP3_MODEL_NO_UIDL },
  { "no-top", POP3_MODEL_NO_TOP },
  { "nothing", POP3_MODEL_NO_CAPA | POP3_MODEL_NO_UIDL | POP3_MODEL_NO_TOP },
  { "wrong-sizes", POP3_MODEL_WRONG_SIZES },
  { "lone-lf", POP3_MODEL_LONE_LF },
  { "lone-lf-nothing", POP3_MODEL_LONE_LF | POP3_MODEL_NO_CAPA | POP3_MODEL_NO_UIDL | POP3_MODEL_NO_TOP },
  { "hides", POP3_MODEL_HIDES },
  { "refuses-quit", POP3_MODEL_REFUSES_QUIT },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *path = g_strconcat ("/pop3/spool/runs/", kinds[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (kinds[i].traits), test_runs);
    }
  return g_test_run ();
}
