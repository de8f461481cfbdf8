/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-id-set-impl.h>
#include <taube-backend/taube-message-list-builder.h>

#include <string.h>

#define add_address(builder, column, name, mailbox, host) \
  taube_message_list_builder_add_address (builder, TAUBE_MESSAGE_COLUMN_##column, name, length_of (name), mailbox, \
                                          length_of (mailbox), host, length_of (host))
#define set_text(builder, column, text) \
  taube_message_list_builder_set_text (builder, TAUBE_MESSAGE_COLUMN_##column, text, strlen (text))

static gsize
length_of (const char *text)
{
  return text != NULL ? strlen (text) : 0;
}

static TaubeMessageListBuilder *
new_builder (void)
{
  return taube_message_list_builder_new (NULL, TAUBE_LIST_FIELDS_DEFAULT);
}

static void
assert_numbers (gpointer list, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint size = taube_item_list_get_size (list);

  for (guint i = 0; i < size; i++)
    {
      g_autofree char *id = taube_item_list_get_id (list, i);
      guint position = G_MAXUINT;

      g_assert_true (g_str_has_prefix (id, "7."));
      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", id + 2);
      g_assert_true (taube_item_list_find (list, id, &position));
      g_assert_cmpuint (position, ==, i);
    }
  g_assert_cmpstr (text->str, ==, expected);
}

static void
add_numbers (TaubeMessageListBuilder *builder, guint32 first, guint32 last)
{
  for (guint32 n = first; n <= last; n++)
    {
      g_autofree char *subject = g_strdup_printf ("number %u", n);

      taube_message_list_builder_add (builder, "7.", n);
      set_text (builder, SUBJECT, subject);
    }
}

static void
test_empty (void)
{
  TaubeMessageListBuilder *builder = new_builder ();
  g_autoptr (TaubeMessageList) chunk = taube_message_list_builder_peek (builder, 0);
  g_autoptr (TaubeMessageList) list = NULL;
  g_autoptr (TaubeIdSet) ids = NULL;

  taube_message_list_builder_reverse (builder, 0);
  list = taube_message_list_builder_end (builder);
  assert_numbers (chunk, "");
  assert_numbers (list, "");
  ids = taube_item_list_get_ids (TAUBE_ITEM_LIST (list));
  g_assert_cmpuint (taube_id_set_get_size (ids), ==, 0);
  g_assert_false (taube_item_list_find (TAUBE_ITEM_LIST (list), "7.1", NULL));
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (list), 0));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 0);
  g_assert_true (g_list_model_get_item_type (G_LIST_MODEL (list)) == TAUBE_TYPE_MESSAGE);
  taube_message_list_builder_free (new_builder ());
}

static void
test_cells (void)
{
  TaubeMessageListBuilder *builder = new_builder ();
  const char *const keywords[] = { "$Junk", "work" };
  g_autoptr (TaubeMessageList) list = NULL;
  gint64 time;
  int offset;

  taube_message_list_builder_add (builder, "7.", 1);
  taube_message_list_builder_add (builder, "7.", 4294967295u);
  taube_message_list_builder_set_flags (builder, TAUBE_MESSAGE_FLAGS_SEEN | TAUBE_MESSAGE_FLAGS_FORWARDED, keywords, 2);
  taube_message_list_builder_set_size (builder, G_GUINT64_CONSTANT (5000000000));
  taube_message_list_builder_set_date (builder, -1, -210);
  taube_message_list_builder_set_sent_date (builder, G_GINT64_CONSTANT (253402300799), 840);
  set_text (builder, SUBJECT, "a subject");
  set_text (builder, MESSAGE_ID, "<1@example.org>");
  set_text (builder, IN_REPLY_TO, "");
  add_address (builder, FROM, "Ann", "ann", "example.org");
  list = taube_message_list_builder_end (builder);

  g_assert_cmpuint (taube_message_list_get_fields (list), ==, TAUBE_LIST_FIELDS_DEFAULT);
  g_assert_cmpuint (taube_message_list_get_flags (list, 0), ==, 0);
  g_assert_null (taube_message_list_get_keywords (list, 0)[0]);
  g_assert_cmpuint (taube_message_list_get_message_size (list, 0), ==, 0);
  g_assert_false (taube_message_list_get_date (list, 0, NULL, NULL));
  g_assert_false (taube_message_list_get_sent_date (list, 0, NULL, NULL));
  g_assert_null (taube_message_list_get_subject (list, 0));
  g_assert_null (taube_message_list_get_bcc (list, 0));

  g_assert_cmpuint (taube_message_list_get_flags (list, 1), ==,
                    TAUBE_MESSAGE_FLAGS_SEEN | TAUBE_MESSAGE_FLAGS_FORWARDED);
  g_assert_cmpstr (taube_message_list_get_keywords (list, 1)[0], ==, "$Junk");
  g_assert_cmpstr (taube_message_list_get_keywords (list, 1)[1], ==, "work");
  g_assert_null (taube_message_list_get_keywords (list, 1)[2]);
  g_assert_cmpuint (taube_message_list_get_message_size (list, 1), ==, G_GUINT64_CONSTANT (5000000000));
  g_assert_true (taube_message_list_get_date (list, 1, &time, &offset));
  g_assert_cmpint (time, ==, -1);
  g_assert_cmpint (offset, ==, -210);
  g_assert_true (taube_message_list_get_sent_date (list, 1, &time, &offset));
  g_assert_cmpint (time, ==, G_GINT64_CONSTANT (253402300799));
  g_assert_cmpint (offset, ==, 840);
  g_assert_cmpstr (taube_message_list_get_subject (list, 1), ==, "a subject");
  g_assert_cmpstr (taube_message_list_get_from (list, 1), ==, "Ann <ann@example.org>");
  g_assert_cmpstr (taube_message_list_get_message_id (list, 1), ==, "<1@example.org>");
  g_assert_cmpstr (taube_message_list_get_in_reply_to (list, 1), ==, "");
  assert_numbers (list, "1 4294967295");
}

static void
test_further_columns (void)
{
  const TaubeListFields fields = TAUBE_LIST_FIELDS_FLAGS | TAUBE_LIST_FIELDS_PREVIEW | TAUBE_LIST_FIELDS_OBJECT_IDS
                                 | TAUBE_LIST_FIELDS_SAVE_DATE | TAUBE_LIST_FIELDS_LABELS
                                 | TAUBE_LIST_FIELDS_IMPORTANCE;
  TaubeMessageListBuilder *builder = taube_message_list_builder_new (NULL, fields);
  g_autoptr (TaubeMessageList) list = NULL;
  g_autoptr (TaubeMessage) message = NULL;
  g_autoptr (GDateTime) saved = NULL;
  TaubeImportance importance;
  gint64 time = 5;

  taube_message_list_builder_add (builder, "7.", 1);
  taube_message_list_builder_add (builder, "7.", 2);
  taube_message_list_builder_set_flags (builder, 0, (const char *const[]){ "work" }, 1);
  taube_message_list_builder_set_labels (builder, (const char *const[]){ "\\Important", "Ärzte" }, 2);
  taube_message_list_builder_set_save_date (builder, 0);
  taube_message_list_builder_set_importance (builder, TAUBE_IMPORTANCE_HIGH);
  set_text (builder, PREVIEW, "=?utf-8?q?as_it_is?= \xff");
  set_text (builder, EMAIL_ID, "M1");
  set_text (builder, THREAD_ID, "T1");
  set_text (builder, SUBJECT, "not asked for");
  taube_message_list_builder_add (builder, "7.", 3);
  taube_message_list_builder_set_labels (builder, (const char *const[]){ "work" }, 1);
  set_text (builder, THREAD_ID, "T1");
  list = taube_message_list_builder_end (builder);

  g_assert_null (taube_message_list_get_preview (list, 0));
  g_assert_null (taube_message_list_get_labels (list, 0)[0]);
  g_assert_false (taube_message_list_get_save_date (list, 0, &time));
  g_assert_cmpint (time, ==, 5);
  g_assert_cmpstr (taube_message_list_get_preview (list, 1), ==, "=?utf-8?q?as_it_is?= \xc3\xbf");
  g_assert_cmpstr (taube_message_list_get_email_id (list, 1), ==, "M1");
  g_assert_true (taube_message_list_get_save_date (list, 1, &time));
  g_assert_cmpint (time, ==, 0);
  g_assert_cmpstr (taube_message_list_get_labels (list, 1)[0], ==, "\\Important");
  g_assert_cmpstr (taube_message_list_get_labels (list, 1)[1], ==, "Ärzte");
  g_assert_null (taube_message_list_get_subject (list, 1));
  g_assert_null (taube_message_list_get_keywords (list, 2)[0]);
  g_assert_cmpstr (taube_message_list_get_labels (list, 2)[0], ==, "work");
  g_assert_null (taube_message_list_get_email_id (list, 2));
  g_assert_true (taube_message_list_get_thread_id (list, 1) == taube_message_list_get_thread_id (list, 2));
  g_assert_true (taube_message_list_get_keywords (list, 1) == taube_message_list_get_labels (list, 2));

  message = taube_message_new_from_list (list, 1);
  saved = taube_message_get_save_date (message);
  g_assert_cmpint (g_date_time_to_unix (saved), ==, 0);
  g_assert_cmpstr (taube_message_get_thread_id (message), ==, "T1");
  g_assert_cmpstr (taube_message_get_email_id (message), ==, "M1");
  g_assert_nonnull (strstr (taube_message_get_preview (message), "as_it_is"));
  g_assert_cmpstr (taube_message_get_labels (message)[1], ==, "Ärzte");
  g_assert_cmpint (taube_message_get_importance (message), ==, TAUBE_IMPORTANCE_HIGH);
  g_object_get (message, "importance", &importance, NULL);
  g_assert_cmpint (importance, ==, TAUBE_IMPORTANCE_HIGH);
  g_assert_cmpint (taube_message_list_get_importance (list, 0), ==, TAUBE_IMPORTANCE_UNKNOWN);
}

static void
test_fields_not_asked_for (void)
{
  TaubeMessageListBuilder *builder = taube_message_list_builder_new (NULL, TAUBE_LIST_FIELDS_SIZE);
  g_autoptr (TaubeMessageList) list = NULL;

  taube_message_list_builder_add (builder, "7.", 1);
  taube_message_list_builder_set_flags (builder, TAUBE_MESSAGE_FLAGS_SEEN, (const char *const[]){ "x" }, 1);
  taube_message_list_builder_set_size (builder, 12);
  taube_message_list_builder_set_date (builder, 1, 0);
  set_text (builder, SUBJECT, "a subject");
  add_address (builder, TO, "Ann", "ann", "example.org");
  list = taube_message_list_builder_end (builder);
  g_assert_cmpuint (taube_message_list_get_message_size (list, 0), ==, 12);
  g_assert_cmpuint (taube_message_list_get_flags (list, 0), ==, 0);
  g_assert_null (taube_message_list_get_keywords (list, 0)[0]);
  g_assert_false (taube_message_list_get_date (list, 0, NULL, NULL));
  g_assert_null (taube_message_list_get_subject (list, 0));
  g_assert_null (taube_message_list_get_to (list, 0));
}

static void
test_drop (void)
{
  TaubeMessageListBuilder *builder = new_builder ();
  g_autoptr (TaubeMessageList) list = NULL;

  taube_message_list_builder_add (builder, "7.", 9);
  add_address (builder, FROM, "Dropped", "dropped", "example.org");
  taube_message_list_builder_drop (builder);
  for (guint32 n = 1; n <= 3; n++)
    {
      taube_message_list_builder_add (builder, "7.", n);
      add_address (builder, FROM, "Ann", "ann", "example.org");
      set_text (builder, SUBJECT, n == 2 ? "gone" : "kept");
      if (n == 2)
        taube_message_list_builder_drop (builder);
    }
  g_assert_cmpuint (taube_message_list_builder_get_size (builder), ==, 2);
  list = taube_message_list_builder_end (builder);
  assert_numbers (list, "1 3");
  g_assert_cmpstr (taube_message_list_get_subject (list, 1), ==, "kept");
  g_assert_cmpstr (taube_message_list_get_from (list, 0), ==, "Ann <ann@example.org>");
  g_assert_cmpstr (taube_message_list_get_from (list, 1), ==, "Ann <ann@example.org>");
}

/* Every way to cut ten rows into three chunks, each turned round: the newest first. */
static void
test_reverse_and_peek (void)
{
  for (guint a = 0; a <= 10; a++)
    for (guint b = a; b <= 10; b++)
      {
        TaubeMessageListBuilder *builder = new_builder ();
        g_autoptr (TaubeMessageList) chunk = NULL;
        g_autoptr (TaubeMessageList) list = NULL;
        g_autoptr (GString) expected = g_string_new (NULL);

        add_numbers (builder, 21, 20 + a);
        taube_message_list_builder_reverse (builder, 0);
        add_numbers (builder, 11, 10 + b - a);
        taube_message_list_builder_reverse (builder, a);
        chunk = taube_message_list_builder_peek (builder, a);
        add_numbers (builder, 1, 10 - b);
        taube_message_list_builder_reverse (builder, b);
        g_assert_cmpuint (taube_message_list_builder_get_size (builder), ==, 10);
        list = taube_message_list_builder_end (builder);
        for (guint n = 20 + a; n > 20; n--)
          g_string_append_printf (expected, "%u ", n);
        for (guint n = 10 + b - a; n > 10; n--)
          g_string_append_printf (expected, "%u ", n);
        for (guint n = 10 - b; n > 0; n--)
          g_string_append_printf (expected, "%u ", n);
        g_string_truncate (expected, expected->len - 1);
        assert_numbers (list, expected->str);
        g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (chunk)), ==, b - a);
      }
}

/* Turning round and cutting off in the middle of blocks, again and again, against the same done by hand. */
static void
test_reverse_any_range (void)
{
  TaubeMessageListBuilder *builder = new_builder ();
  g_autoptr (GArray) model = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  guint32 next = 1;

  for (guint round = 0; round < 60; round++)
    {
      guint more = g_rand_int_range (random, 0, 4);
      guint first;
      g_autoptr (GString) expected = g_string_new (NULL);
      g_autoptr (TaubeMessageList) list = NULL;

      add_numbers (builder, next, next + more - 1);
      for (; more > 0; more--, next++)
        g_array_append_val (model, next);
      first = g_rand_int_range (random, 0, model->len + 2);
      taube_message_list_builder_reverse (builder, first);
      for (guint i = first, j = model->len; i + 1 < j; i++, j--)
        {
          guint32 swapped = g_array_index (model, guint32, i);

          g_array_index (model, guint32, i) = g_array_index (model, guint32, j - 1);
          g_array_index (model, guint32, j - 1) = swapped;
        }
      if (round % 5 == 4)
        {
          taube_message_list_builder_truncate (builder, first);
          g_array_set_size (model, MIN (first, model->len));
          g_assert_cmpuint (taube_message_list_builder_get_size (builder), ==, model->len);
        }
      first = g_rand_int_range (random, 0, model->len + 1);
      for (guint i = first; i < model->len; i++)
        g_string_append_printf (expected, "%s%u", i > first ? " " : "", g_array_index (model, guint32, i));
      list = taube_message_list_builder_peek (builder, first);
      assert_numbers (list, expected->str);
    }
  taube_message_list_builder_free (builder);
}

static void
test_ids (void)
{
  TaubeMessageListBuilder *builder = new_builder ();
  const char *const ids[] = { "7.10", "7.11", "7.12", "7.3", "8.5", "AAMk=", "7.12x", "8.4", "last" };
  g_autoptr (TaubeIdSet) set = NULL;
  g_autoptr (TaubeItemList) list = NULL;
  guint position;

  for (guint i = 0; i < 4; i++)
    taube_message_list_builder_add (builder, "7.", atoi (ids[i] + 2));
  taube_message_list_builder_add (builder, "8.", 5);
  taube_message_list_builder_add_id (builder, ids[5]);
  taube_message_list_builder_add_id (builder, ids[6]);
  taube_message_list_builder_add (builder, "8.", 4);
  taube_message_list_builder_add_id (builder, ids[8]);
  list = TAUBE_ITEM_LIST (taube_message_list_builder_end (builder));
  set = taube_item_list_get_ids (list);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autofree char *id = taube_item_list_get_id (list, i);

      g_assert_cmpstr (id, ==, ids[i]);
      g_assert_true (taube_item_list_find (list, ids[i], &position));
      g_assert_cmpuint (position, ==, i);
      g_assert_true (taube_id_set_contains (set, ids[i]));
    }
  position = 77;
  g_assert_false (taube_item_list_find (list, "7.1", &position));
  g_assert_false (taube_item_list_find (list, "8.", NULL));
  g_assert_cmpuint (position, ==, 77);
}

/* The same id twice, and numbers that go up and down: the first position counts. */
static void
test_ids_in_any_order (void)
{
  TaubeMessageListBuilder *builder = new_builder ();
  const guint32 numbers[] = { 5, 9, 5, 0, 2, 9, 0, 3 };
  g_autoptr (TaubeIdSet) set = NULL;
  g_autoptr (TaubeItemList) list = NULL;
  guint position;

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    taube_message_list_builder_add (builder, "7.", numbers[i]);
  list = TAUBE_ITEM_LIST (taube_message_list_builder_end (builder));
  g_assert_true (taube_item_list_find (list, "7.5", &position));
  g_assert_cmpuint (position, ==, 0);
  g_assert_true (taube_item_list_find (list, "7.9", &position));
  g_assert_cmpuint (position, ==, 1);
  g_assert_true (taube_item_list_find (list, "7.0", &position));
  g_assert_cmpuint (position, ==, 3);
  set = taube_item_list_get_ids (list);
  g_assert_cmpuint (taube_id_set_get_size (set), ==, 5);
}

static void
test_find_wants_the_written_form (void)
{
  TaubeMessageListBuilder *builder = new_builder ();
  g_autoptr (TaubeItemList) list = NULL;

  add_numbers (builder, 1, 20);
  list = TAUBE_ITEM_LIST (taube_message_list_builder_end (builder));
  g_assert_true (taube_item_list_find (list, "7.20", NULL));
  g_assert_false (taube_item_list_find (list, "7.020", NULL));
  g_assert_false (taube_item_list_find (list, "7.+20", NULL));
  g_assert_false (taube_item_list_find (list, "7.20 ", NULL));
  g_assert_false (taube_item_list_find (list, "7.4294967298", NULL));
  g_assert_false (taube_item_list_find (list, "7.18446744073709551618", NULL));
  g_assert_false (taube_item_list_find (list, "7.21", NULL));
  g_assert_false (taube_item_list_find (list, "7.0", NULL));
  g_assert_false (taube_item_list_find (list, "7.", NULL));
  g_assert_false (taube_item_list_find (list, "", NULL));
  g_assert_false (taube_item_list_find (list, "71", NULL));
}

static void
test_keywords (void)
{
  TaubeMessageListBuilder *builder = new_builder ();
  g_autoptr (TaubeMessageList) list = NULL;
  const char *const bad[] = { "caf\xe9", "]" };
  guint n = 10000;

  /* Each message with a keyword of its own, all with one that is the same: more combinations than a block has rows. */
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *own = g_strdup_printf ("k%u", i);
      const char *const keywords[] = { "same", own };

      taube_message_list_builder_add (builder, "7.", i + 1);
      taube_message_list_builder_set_flags (builder, 0, keywords, i % 2 == 0 ? 1 : 2);
    }
  taube_message_list_builder_add (builder, "7.", n + 1);
  taube_message_list_builder_set_flags (builder, 0, bad, 2);
  taube_message_list_builder_set_flags (builder, 0, NULL, 0);
  taube_message_list_builder_add (builder, "7.", n + 2);
  taube_message_list_builder_set_flags (builder, 0, bad, 2);
  list = taube_message_list_builder_end (builder);
  for (guint i = 0; i < n; i++)
    {
      const char *const *keywords = taube_message_list_get_keywords (list, i);
      g_autofree char *own = g_strdup_printf ("k%u", i);

      g_assert_cmpstr (keywords[0], ==, "same");
      g_assert_cmpstr (keywords[1], ==, i % 2 == 0 ? NULL : own);
    }
  g_assert_true (taube_message_list_get_keywords (list, 0) == taube_message_list_get_keywords (list, n - 2));
  g_assert_null (taube_message_list_get_keywords (list, n)[0]);
  g_assert_true (g_utf8_validate (taube_message_list_get_keywords (list, n + 1)[0], -1, NULL));
  g_assert_cmpstr (taube_message_list_get_keywords (list, n + 1)[1], ==, "]");
}

/* Keywords of rows that were dropped must not use up the numbers of a block. */
static void
test_keywords_of_dropped_rows (void)
{
  TaubeMessageListBuilder *builder = new_builder ();
  g_autoptr (TaubeMessageList) list = NULL;

  taube_message_list_builder_add (builder, "7.", 1);
  for (guint i = 0; i < 140000; i++)
    {
      g_autofree char *own = g_strdup_printf ("k%u", i);

      taube_message_list_builder_add (builder, "7.", 2);
      taube_message_list_builder_set_flags (builder, 0, (const char *const *) &own, 1);
      if (i < 139999)
        taube_message_list_builder_drop (builder);
    }
  list = taube_message_list_builder_end (builder);
  assert_numbers (list, "1 2");
  g_assert_cmpstr (taube_message_list_get_keywords (list, 1)[0], ==, "k139999");
}

static void
test_items (void)
{
  TaubeMessageListBuilder *builder = new_builder ();
  g_autoptr (TaubeMessageList) list = NULL;
  g_autoptr (TaubeMessage) first = NULL;
  g_autoptr (TaubeMessage) again = NULL;
  g_autoptr (TaubeMessage) second = NULL;
  g_autoptr (GDateTime) date = NULL;
  g_autofree char *text = NULL;

  add_numbers (builder, 1, 2);
  taube_message_list_builder_set_date (builder, 0, 90);
  taube_message_list_builder_set_sent_date (builder, G_MAXINT64, 90);
  list = taube_message_list_builder_end (builder);
  first = g_list_model_get_item (G_LIST_MODEL (list), 0);
  again = TAUBE_MESSAGE (taube_item_list_get_item (TAUBE_ITEM_LIST (list), 0));
  g_assert_true (first == again);
  second = taube_message_new_from_list (list, 1);
  g_assert_true (first != second);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (list), 2));
  g_clear_object (&first);
  g_clear_object (&again);
  first = taube_message_new_from_list (list, 0);
  g_clear_object (&list);

  /* The list is gone, its messages stay. */
  g_assert_cmpstr (taube_item_get_id (TAUBE_ITEM (first)), ==, "7.1");
  g_assert_cmpstr (taube_item_get_id (TAUBE_ITEM (second)), ==, "7.2");
  g_assert_null (taube_item_get_change_key (TAUBE_ITEM (first)));
  g_assert_null (taube_item_get_folder (TAUBE_ITEM (first)));
  g_assert_cmpstr (taube_message_get_subject (second), ==, "number 2");
  g_assert_null (taube_message_get_date (first));
  date = taube_message_get_date (second);
  text = g_date_time_format_iso8601 (date);
  g_assert_cmpstr (text, ==, "1970-01-01T01:30:00+01:30");
  g_assert_null (taube_message_get_sent_date (second));
}

/* A list view binds to properties. */
static void
test_properties (void)
{
  TaubeMessageListBuilder *builder = new_builder ();
  g_autoptr (TaubeMessageList) list = NULL;
  g_autoptr (TaubeMessage) message = NULL;
  g_autofree char *subject = NULL;
  g_autofree char *from = NULL;
  g_autofree char *answered = NULL;
  g_auto (GStrv) keywords = NULL;
  g_autoptr (GDateTime) date = NULL;
  g_autoptr (GDateTime) sent = NULL;
  TaubeMessageFlags flags;
  guint64 size;

  taube_message_list_builder_add (builder, "7.", 1);
  taube_message_list_builder_set_flags (builder, TAUBE_MESSAGE_FLAGS_SEEN, (const char *const[]){ "work" }, 1);
  taube_message_list_builder_set_size (builder, 12);
  taube_message_list_builder_set_date (builder, 5, 0);
  set_text (builder, SUBJECT, "a subject");
  set_text (builder, IN_REPLY_TO, "<1@example.org>");
  add_address (builder, FROM, NULL, "ann", "example.org");
  list = taube_message_list_builder_end (builder);
  message = taube_message_new_from_list (list, 0);
  g_object_get (message, "subject", &subject, "from", &from, "in-reply-to", &answered, "keywords", &keywords, "date",
                &date, "sent-date", &sent, "flags", &flags, "size", &size, NULL);
  g_assert_cmpstr (subject, ==, "a subject");
  g_assert_cmpstr (from, ==, "ann@example.org");
  g_assert_cmpstr (answered, ==, "<1@example.org>");
  g_assert_cmpstr (keywords[0], ==, "work");
  g_assert_cmpint (g_date_time_to_unix (date), ==, 5);
  g_assert_null (sent);
  g_assert_cmpuint (flags, ==, TAUBE_MESSAGE_FLAGS_SEEN);
  g_assert_cmpuint (size, ==, 12);
}

static void
test_interleaved_columns (void)
{
  TaubeMessageListBuilder *builder = new_builder ();
  g_autoptr (TaubeMessageList) list = NULL;

  taube_message_list_builder_add (builder, "7.", 1);
  add_address (builder, TO, NULL, "ann", "example.org");
  add_address (builder, CC, NULL, "bob", "example.org");
  add_address (builder, TO, NULL, "carl", "example.org");
  set_text (builder, SUBJECT, "one");
  set_text (builder, SUBJECT, "two");
  taube_message_list_builder_set_text (builder, TAUBE_MESSAGE_COLUMN_MESSAGE_ID, NULL, 0);
  list = taube_message_list_builder_end (builder);
  g_assert_cmpstr (taube_message_list_get_to (list, 0), ==, "ann@example.org, carl@example.org");
  g_assert_cmpstr (taube_message_list_get_cc (list, 0), ==, "bob@example.org");
  g_assert_cmpstr (taube_message_list_get_subject (list, 0), ==, "two");
  g_assert_null (taube_message_list_get_message_id (list, 0));
}

/* A row as large as servers are let: strings are cut, nothing else suffers. */
static void
test_enormous_strings (void)
{
  TaubeMessageListBuilder *builder = new_builder ();
  gsize length = 3 << 20;
  g_autofree char *huge = g_strnfill (length, 'x');
  g_autofree char *wide = g_malloc (length);
  g_autoptr (TaubeMessageList) list = NULL;

  for (gsize i = 0; i + 1 < length; i += 2)
    memcpy (wide + i, "\xc3\xa4", 2);
  for (guint i = 0; i < 100; i++)
    {
      taube_message_list_builder_add (builder, "7.", i + 1);
      taube_message_list_builder_set_text (builder, TAUBE_MESSAGE_COLUMN_SUBJECT, i % 2 == 0 ? huge : wide, length);
      set_text (builder, MESSAGE_ID, "<1@example.org>");
    }
  for (guint i = 0; i < 100000; i++)
    add_address (builder, TO, "Somebody with a name", "somebody", "a.long.host.example.org");
  list = taube_message_list_builder_end (builder);
  for (guint i = 0; i < 100; i++)
    {
      const char *subject = taube_message_list_get_subject (list, i);

      g_assert_cmpuint (strlen (subject), <=, 1 << 20);
      g_assert_cmpuint (strlen (subject), >, 1000);
      g_assert_true (g_utf8_validate (subject, -1, NULL));
      g_assert_cmpstr (taube_message_list_get_message_id (list, i), ==, "<1@example.org>");
    }
  g_assert_cmpuint (strlen (taube_message_list_get_to (list, 99)), >, 1 << 20);
  g_assert_cmpuint (strlen (taube_message_list_get_to (list, 99)), <, 2 << 20);
}

static void
test_a_million_rows (void)
{
  TaubeMessageListBuilder *builder = new_builder ();
  guint n = 1000000;
  g_autoptr (TaubeItemList) list = NULL;
  g_autoptr (TaubeIdSet) ids = NULL;
  const TaubeIdRange *ranges;
  guint position, n_ranges;

  for (guint i = 0; i < n; i++)
    {
      taube_message_list_builder_add (builder, "7.", 2 * i + 1);
      taube_message_list_builder_set_size (builder, i);
      set_text (builder, SUBJECT, "a subject of the usual length, more or less");
      add_address (builder, FROM, "Ann Example", "ann", "example.org");
      if (i % 5000 == 4999)
        taube_message_list_builder_reverse (builder, i - 4999);
    }
  list = TAUBE_ITEM_LIST (taube_message_list_builder_end (builder));
  g_assert_cmpuint (taube_item_list_get_size (list), ==, n);
  for (guint i = 0; i < n; i += 997)
    {
      g_autofree char *id = taube_item_list_get_id (list, i);

      g_assert_true (taube_item_list_find (list, id, &position));
      g_assert_cmpuint (position, ==, i);
      g_assert_cmpuint (taube_message_list_get_message_size (TAUBE_MESSAGE_LIST (list), i), ==,
                        i / 5000 * 5000 + 4999 - i % 5000);
    }
  ids = taube_item_list_get_ids (list);
  ranges = taube_id_set_get_ranges (ids, "7.", &n_ranges);
  g_assert_cmpuint (n_ranges, ==, n);
  g_assert_cmpuint (ranges[n - 1].first, ==, 2 * n - 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/message-list/empty", test_empty);
  g_test_add_func ("/message-list/cells", test_cells);
  g_test_add_func ("/message-list/further-columns", test_further_columns);
  g_test_add_func ("/message-list/fields-not-asked-for", test_fields_not_asked_for);
  g_test_add_func ("/message-list/drop", test_drop);
  g_test_add_func ("/message-list/reverse-and-peek", test_reverse_and_peek);
  g_test_add_func ("/message-list/reverse-any-range", test_reverse_any_range);
  g_test_add_func ("/message-list/ids", test_ids);
  g_test_add_func ("/message-list/ids-in-any-order", test_ids_in_any_order);
  g_test_add_func ("/message-list/find-wants-the-written-form", test_find_wants_the_written_form);
  g_test_add_func ("/message-list/keywords", test_keywords);
  g_test_add_func ("/message-list/keywords-of-dropped-rows", test_keywords_of_dropped_rows);
  g_test_add_func ("/message-list/items", test_items);
  g_test_add_func ("/message-list/properties", test_properties);
  g_test_add_func ("/message-list/interleaved-columns", test_interleaved_columns);
  g_test_add_func ("/message-list/enormous-strings", test_enormous_strings);
  g_test_add_func ("/message-list/a-million-rows", test_a_million_rows);
  return g_test_run ();
}
