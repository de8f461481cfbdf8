/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Signing in with a code at a private provider. The time between two questions is pretended: nothing waits for it. */
#include "oauth2-world.h"

#include <string.h>

#include <taube-backend/taube-testing.h>

static GArray *rests; /* seconds */

static void
pretend_to_rest (guint seconds)
{
  g_array_append_val (rests, seconds);
}

static void
assert_rests (const guint *expected, guint n_expected)
{
  g_assert_cmpuint (rests->len, ==, n_expected);
  for (guint i = 0; i < n_expected; i++)
    g_assert_cmpuint (g_array_index (rests, guint, i), ==, expected[i]);
  g_array_set_size (rests, 0);
}

static void
assert_says (const GError *error, TaubeError code, const char *words)
{
  g_assert_error (error, TAUBE_ERROR, (int) code);
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, words);
  g_assert_null (strpbrk (error->message, "\r\n"));
}

typedef struct
{
  Oauth2World *world;
  const char *then; /* what becomes of the code */
  guint prompts;
} User;

static void
on_device_prompt (TaubeOAuth2 *source, const char *uri, const char *user_code, gpointer user_data)
{
  User *user = user_data;
  g_autofree char *state = oauth2_world_tell (user->world, "devices", user->then);
  g_autofree char *page = g_strconcat (oauth2_world_get (user->world, "url"), "/device-page", NULL);

  g_assert_cmpstr (uri, ==, page);
  g_assert_cmpuint (strlen (user_code), ==, 6);
  g_assert_nonnull (strstr (state, user_code));
  user->prompts++;
}

static void
test_device (void)
{
  static const struct
  {
    const char *then, *faults, *words;
  } cases[] = {
    { "\"approved\"", NULL, NULL },
    { "\"approved\"", "{\"fault\": \"error\", \"answer\": {\"error\": \"authorization_pending\"}}", NULL },
    { "\"approved\"", "{\"fault\": \"status\", \"status\": 500}", NULL },
    { "\"denied\"", NULL, "access_denied" },
    { "\"expired\"", NULL, "expired_token" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Oauth2World) world = oauth2_world_start ("");
      g_autoptr (TaubeOAuth2) source = oauth2_world_open (world);
      User user = { world, cases[i].then, 0 };
      g_autofree char *state = cases[i].faults != NULL ? oauth2_world_tell (world, "fault", cases[i].faults) : NULL;
      g_autoptr (GError) error = NULL;

      g_signal_connect (source, "prompt", G_CALLBACK (on_device_prompt), &user);
      taube_oauth2_sign_in (source, TAUBE_OAUTH2_FLOW_DEVICE, NULL, &error);
      g_assert_cmpuint (user.prompts, ==, 1);
      if (cases[i].words != NULL)
        assert_says (error, TAUBE_ERROR_AUTH, cases[i].words);
      else
        {
          g_autofree char *token = taube_oauth2_get_token (source, "127.0.0.1", NULL, &error);

          g_assert_no_error (error);
          g_assert_nonnull (token);
        }
    }
}

/* A user who takes too long, or who gives up. */
static void
test_device_ends (void)
{
  g_autoptr (Oauth2World) world = oauth2_world_start ("--device-seconds=1");
  g_autoptr (TaubeOAuth2) source = oauth2_world_open (world), google = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (taube_oauth2_sign_in (source, TAUBE_OAUTH2_FLOW_DEVICE, NULL, &error));
  assert_says (error, TAUBE_ERROR_AUTH, "in time");
  g_clear_error (&error);
  google = taube_oauth2_new ("google", "id", NULL);
  g_assert_false (taube_oauth2_sign_in (google, TAUBE_OAUTH2_FLOW_DEVICE, NULL, &error));
  assert_says (error, TAUBE_ERROR_NOT_SUPPORTED, "device-endpoint");
}

/* RFC 8628, 3.5: who is told to be slower is so by five seconds, each time, and for good. */

static void
order_words (Oauth2World *world, const char *const *words)
{
  for (; *words != NULL; words++)
    {
      g_autofree char *fault = g_strdup_printf ("{\"fault\": \"error\", \"answer\": {\"error\": \"%s\"}}", *words);
      g_autofree char *state = oauth2_world_tell (world, "fault", fault);
    }
}

static void
test_slow_down (void)
{
  static const char *const words[]
    = { "authorization_pending", "slow_down", "authorization_pending", "slow_down", "authorization_pending", NULL };
  static const guint expected[] = { 1, 1, 6, 6, 11, 11 };
  g_autoptr (Oauth2World) world = oauth2_world_start ("");
  g_autoptr (TaubeOAuth2) source = oauth2_world_open (world);
  User user = { world, "\"approved\"", 0 };
  g_autoptr (GError) error = NULL;

  g_array_set_size (rests, 0);
  order_words (world, words);
  g_signal_connect (source, "prompt", G_CALLBACK (on_device_prompt), &user);
  taube_oauth2_sign_in (source, TAUBE_OAUTH2_FLOW_DEVICE, NULL, &error);
  g_assert_no_error (error);
  assert_rests (expected, G_N_ELEMENTS (expected));
  g_assert_cmpuint (oauth2_world_count (world, "\"path\": \"/token\""), ==, G_N_ELEMENTS (expected));
  g_assert_false (taube_oauth2_needs_consent (source));
}

/* What was rested counts: the code ends at its time, however often it may still be asked. */
static void
test_pending_to_the_end (void)
{
  static const char *const words[] = { "slow_down", "slow_down", NULL };
  static const guint expected[] = { 1, 6, 11, 11 };
  g_autoptr (Oauth2World) world = oauth2_world_start ("--device-seconds=20");
  g_autoptr (TaubeOAuth2) source = oauth2_world_open (world);
  User user = { world, "\"pending\"", 0 };
  g_autoptr (GError) error = NULL;

  g_array_set_size (rests, 0);
  order_words (world, words);
  g_signal_connect (source, "prompt", G_CALLBACK (on_device_prompt), &user);
  g_assert_false (taube_oauth2_sign_in (source, TAUBE_OAUTH2_FLOW_DEVICE, NULL, &error));
  assert_says (error, TAUBE_ERROR_AUTH, "in time");
  assert_rests (expected, G_N_ELEMENTS (expected));
  g_assert_cmpuint (oauth2_world_count (world, "\"path\": \"/token\""), ==, G_N_ELEMENTS (expected));
}

/* Who cannot be reached is asked less and less often. */
static void
test_provider_away (void)
{
  static const guint expected[] = { 1, 2, 4, 8 };
  g_autoptr (Oauth2World) world = oauth2_world_start ("");
  g_autoptr (TaubeOAuth2) source = oauth2_world_open (world);
  g_autofree char *state
    = oauth2_world_tell (world, "fault", "{\"fault\": \"status\", \"status\": 503, \"count\": 3}");
  User user = { world, "\"approved\"", 0 };
  g_autoptr (GError) error = NULL;

  g_array_set_size (rests, 0);
  g_signal_connect (source, "prompt", G_CALLBACK (on_device_prompt), &user);
  taube_oauth2_sign_in (source, TAUBE_OAUTH2_FLOW_DEVICE, NULL, &error);
  g_assert_no_error (error);
  assert_rests (expected, G_N_ELEMENTS (expected));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  rests = g_array_new (FALSE, FALSE, sizeof (guint));
  taube_oauth2_set_test_rest (pretend_to_rest);
  g_test_add_func ("/oauth2/device/outcomes", test_device);
  g_test_add_func ("/oauth2/device/ends", test_device_ends);
  g_test_add_func ("/oauth2/device/slow-down", test_slow_down);
  g_test_add_func ("/oauth2/device/pending-to-the-end", test_pending_to_the_end);
  g_test_add_func ("/oauth2/device/provider-away", test_provider_away);
  status = g_test_run ();
  g_array_unref (rests);
  return status;
}
