/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-error.h>
#include <taube/taube-id-set.h>
#include <taube-backend/taube-batch-result-impl.h>

static TaubeIdSet *
make_set (const char *ids)
{
  g_auto (GStrv) words = g_strsplit (ids, " ", -1);

  return taube_id_set_new_from_ids ((const char *const *) words);
}

static void
assert_ids (TaubeBatchResult *result, TaubeBatchStatus status, const char *expected)
{
  g_autoptr (TaubeIdSet) set = taube_batch_result_get_ids (result, status);
  g_auto (GStrv) ids = taube_id_set_to_strv (set);
  g_autofree char *text = g_strjoinv (" ", ids);

  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpuint (taube_batch_result_count (result, status), ==, g_strv_length (ids));
  for (gsize i = 0; ids[i] != NULL; i++)
    g_assert_cmpint (taube_batch_result_get_status (result, ids[i]), ==, status);
}

/* What nobody told about is in doubt: nothing is lost by guessing. */
static void
test_untold (void)
{
  g_autoptr (TaubeIdSet) ids = make_set ("7.1 7.2");
  g_autoptr (TaubeBatchResult) result = taube_batch_result_new (ids);
  g_autoptr (GError) error = taube_batch_result_get_error (result, "7.1");

  g_assert_false (taube_batch_result_is_all_done (result));
  assert_ids (result, TAUBE_BATCH_STATUS_DONE, "");
  assert_ids (result, TAUBE_BATCH_STATUS_FAILED, "");
  assert_ids (result, TAUBE_BATCH_STATUS_UNKNOWN, "7.1 7.2");
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME);
  g_assert_null (taube_batch_result_get_new_id (result, "7.1"));
}

static void
test_outcomes (void)
{
  g_autoptr (TaubeIdSet) ids = make_set ("7.1 7.2 7.3 7.4 x");
  g_autoptr (TaubeIdSet) failed = make_set ("7.2 7.99");
  g_autoptr (TaubeIdSet) doubt = make_set ("7.3 x");
  g_autoptr (TaubeIdSet) rest = make_set ("7.4 8.1");
  g_autoptr (TaubeBatchResult) result = taube_batch_result_new (ids);
  g_autoptr (GError) no = g_error_new (TAUBE_ERROR, TAUBE_ERROR_PERMISSION, "no");
  g_autoptr (GError) lost = g_error_new (TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME, "lost");
  g_autoptr (GError) error = NULL, gone = NULL, strange = NULL;
  g_autofree char *new_id = NULL;

  taube_batch_result_set_done (result, "7.1", "9.100");
  taube_batch_result_set_done (result, "6.6", "9.101");
  taube_batch_result_set_done_set (result, rest);
  taube_batch_result_set_failed (result, failed, no);
  taube_batch_result_set_unknown (result, doubt, lost);

  assert_ids (result, TAUBE_BATCH_STATUS_DONE, "7.1 7.4");
  assert_ids (result, TAUBE_BATCH_STATUS_FAILED, "7.2");
  assert_ids (result, TAUBE_BATCH_STATUS_UNKNOWN, "7.3 x");
  new_id = taube_batch_result_get_new_id (result, "7.1");
  g_assert_cmpstr (new_id, ==, "9.100");
  g_assert_null (taube_batch_result_get_new_id (result, "6.6"));
  g_assert_null (taube_batch_result_get_new_id (result, "7.4"));
  g_assert_null (taube_batch_result_get_error (result, "7.1"));
  error = taube_batch_result_get_error (result, "7.2");
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PERMISSION);
  gone = taube_batch_result_get_error (result, "x");
  g_assert_error (gone, TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME);
  strange = taube_batch_result_get_error (result, "7.99");
  g_assert_error (strange, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
  g_assert_cmpint (taube_batch_result_get_status (result, "7.99"), ==, TAUBE_BATCH_STATUS_FAILED);
}

static void
test_last_word (void)
{
  g_autoptr (TaubeIdSet) ids = make_set ("7.1 7.2");
  g_autoptr (TaubeBatchResult) result = taube_batch_result_new (ids);
  g_autoptr (GError) first = g_error_new (TAUBE_ERROR, TAUBE_ERROR_PERMISSION, "first");
  g_autoptr (GError) second = g_error_new (TAUBE_ERROR, TAUBE_ERROR_QUOTA, "second");
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeBatchResult) other = taube_batch_result_ref (result);

  taube_batch_result_set_done (result, "7.1", "9.1");
  taube_batch_result_set_failed (result, ids, first);
  g_assert_null (taube_batch_result_get_new_id (result, "7.1"));
  taube_batch_result_set_failed (result, ids, second);
  error = taube_batch_result_get_error (result, "7.1");
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_QUOTA);
  taube_batch_result_set_done_set (result, ids);
  g_assert_true (taube_batch_result_is_all_done (result));
  g_assert_null (taube_batch_result_get_error (result, "7.1"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/batch-result/untold", test_untold);
  g_test_add_func ("/batch-result/outcomes", test_outcomes);
  g_test_add_func ("/batch-result/last-word", test_last_word);
  return g_test_run ();
}
