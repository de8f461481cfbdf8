/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* OK, NO, BAD, BYE with their codes, and the errors that become of them. */
#include "imap-capabilities.h"
#include "imap-decode-facts.h"
#include "imap-decode-search.h"
#include "imap-errors.h"
#include "imap-fuzz.h"
#include "imap-quirks.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
on_response (ImapReader *reader, const ImapResponse *response, gpointer user_data)
{
  g_autoptr (GError) error = imap_errors_new (response, TAUBE_ERROR_NOT_FOUND, "cannot select \"%s\"", "x");
  g_autoptr (ImapCapabilities) capabilities =
    imap_capabilities_decode (response->code != IMAP_CODE_NONE ? response->code_values : response->values,
                              taube_limits_get_default ());
  g_autofree char *url = imap_decode_jmapaccess (response);
  ImapInprogress inprogress;
  ImapCopyuid copyuid;
  ImapQuirks quirks;
  guint64 number;

  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  for (const char *p = error->message; *p != '\0'; p = g_utf8_next_char (p))
    g_assert_false (g_unichar_iscntrl (g_utf8_get_char (p)));
  g_assert_cmpuint (strlen (error->message), <, 1000);
  imap_decode_code_number (response, &number);
  if (imap_decode_copyuid (response, &copyuid))
    imap_fuzz_touch (copyuid.target.text, copyuid.target.length);
  if (imap_decode_inprogress (response, &inprogress))
    {
      imap_fuzz_touch (inprogress.tag.text, inprogress.tag.length);
      g_assert_true (inprogress.goal == 0 || inprogress.done <= inprogress.goal);
    }
  g_assert_true (url == NULL || g_str_is_ascii (url));
  imap_quirks_detect (&quirks, response->text, response->name, NULL, NULL, NULL, capabilities);
  g_assert_nonnull (quirks.server);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  imap_fuzz_feed (data, size, MAX (size, 1), NULL, on_response, NULL);
  return 0;
}
