/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-sasl.h>
#include <taube/taube.h>

#include <stdio.h>
#include <string.h>

#define MASK 0x2a
#define SECRET_LENGTH 40

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED TRUE
#else
#define SANITIZED FALSE
#endif

/* The secret, masked: so this is not itself a copy. */
static guint8 masked[SECRET_LENGTH];

static char *
make_secret (void)
{
  char *text = g_malloc (SECRET_LENGTH + 1);

  for (guint i = 0; i < SECRET_LENGTH; i++)
    {
      masked[i] = (guint8) (('a' + g_test_rand_int_range (0, 26)) ^ MASK);
      text[i] = (char) (masked[i] ^ MASK);
    }
  text[SECRET_LENGTH] = '\0';
  return text;
}

/* How often the second half of the secret stands in [start, end): the first may be overwritten by the allocator. */
static guint
count_copies (const guint8 *start, const guint8 *end)
{
  const gsize from = SECRET_LENGTH / 2, length = SECRET_LENGTH - from;
  guint copies = 0;

  for (; start + length <= end; start++)
    {
      gsize same = 0;

      while (same < length && (start[same] ^ MASK) == masked[from + same])
        same++;
      copies += same == length;
    }
  return copies;
}

static guint
count_copies_in_heap (void)
{
  FILE *maps = fopen ("/proc/self/maps", "r");
  char line[512];
  guint copies = 0;

  g_assert_nonnull (maps);
  while (fgets (line, sizeof line, maps) != NULL)
    {
      gsize start, end;

      if (strstr (line, "[heap]") != NULL && sscanf (line, "%zx-%zx", &start, &end) == 2)
        copies += count_copies (GSIZE_TO_POINTER (start), GSIZE_TO_POINTER (end));
    }
  fclose (maps);
  return copies;
}

static void
sign_in (const char *mechanism)
{
  const char *offered[] = { mechanism, NULL };
  g_autoptr (TaubeSecret) secret = taube_secret_new_take (make_secret ());
  TaubeSaslRequest request = { .user = "user", .password = secret, .token = secret, .host = "h", .secure = TRUE };
  g_autoptr (TaubeSasl) sasl = taube_sasl_new (offered, &request, NULL);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (TaubeSecret) response = taube_sasl_step (sasl, "", 0, NULL);

      if (response == NULL)
        break;
    }
  g_assert_cmpuint (count_copies_in_heap (), >=, 1); /* the search finds what is there */
}

/* A whole SCRAM up to the client's proof. */
static void
sign_in_with_scram (const char *mechanism)
{
  const char *offered[] = { mechanism, NULL };
  g_autoptr (TaubeSecret) secret = taube_secret_new_take (make_secret ());
  TaubeSaslRequest request = { .user = "user", .password = secret, .host = "h" };
  g_autoptr (TaubeSasl) sasl = taube_sasl_new (offered, &request, NULL);
  g_autoptr (TaubeSecret) first = taube_sasl_step (sasl, NULL, 0, NULL);
  g_autoptr (TaubeSecret) proof = NULL;
  gsize length;
  g_autofree guchar *bytes = g_base64_decode (taube_secret_peek (first), &length);
  g_autofree char *text = g_strndup ((const char *) bytes, length);
  g_autofree char *server_first = g_strdup_printf ("r=%sX,s=QSXC,i=4096", strstr (text, ",r=") + 3);
  g_autofree char *challenge = g_base64_encode ((const guchar *) server_first, strlen (server_first));

  proof = taube_sasl_step (sasl, challenge, strlen (challenge), NULL);
  g_assert_nonnull (proof);
}

/* After the exchange no copy of the secret is left in memory, not in freed memory either. */
static void
test_wiped (gconstpointer mechanism)
{
  if (SANITIZED)
    {
      g_test_skip ("the sanitizer has a heap of its own");
      return;
    }
  if (g_str_has_prefix (mechanism, "SCRAM"))
    sign_in_with_scram (mechanism);
  else
    sign_in (mechanism);
  g_assert_cmpuint (count_copies_in_heap (), ==, 0);
}

int
main (int argc, char **argv)
{
  static const char *const mechanisms[]
      = { "PLAIN", "LOGIN", "SCRAM-SHA-1", "SCRAM-SHA-256", "XOAUTH2", "OAUTHBEARER" };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    {
      g_autofree char *path = g_strdup_printf ("/sasl/wiped/%s", mechanisms[i]);

      g_test_add_data_func (path, mechanisms[i], test_wiped);
    }
  return g_test_run ();
}
