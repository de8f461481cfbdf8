/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-throttle.h>

#include "base/taube-error-private.h"

/* What an error carries beside code and message. */
typedef struct
{
  guint retry_after;
  GObject *subject; /* what the error is about, such as a certificate; or NULL */
} TaubeErrorPrivate;

static void
taube_error_private_init (TaubeErrorPrivate *priv)
{
}

static void
taube_error_private_copy (const TaubeErrorPrivate *from, TaubeErrorPrivate *to)
{
  to->retry_after = from->retry_after;
  g_set_object (&to->subject, from->subject);
}

static void
taube_error_private_clear (TaubeErrorPrivate *priv)
{
  g_clear_object (&priv->subject);
}

G_DEFINE_EXTENDED_ERROR (TaubeError, taube_error)

/**
 * taube_error_get_retry_after:
 * @error: an error
 *
 * After how many seconds the server wants to be asked again.
 *
 * Returns: seconds; 0 when the server did not say, or @error is not a `TAUBE_ERROR_THROTTLED`
 */
guint
taube_error_get_retry_after (const GError *error)
{
  g_return_val_if_fail (error != NULL, 0);

  if (!g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_THROTTLED))
    return 0;
  return taube_error_get_private (error)->retry_after;
}

/* Makes a TAUBE_ERROR_THROTTLED that says to come back after SECONDS (0: unknown). */
GError *
taube_error_new_throttled (guint seconds, const char *format, ...)
{
  va_list args;
  GError *error;

  va_start (args, format);
  error = g_error_new_valist (TAUBE_ERROR, TAUBE_ERROR_THROTTLED, format, args);
  va_end (args);
  taube_error_get_private (error)->retry_after = seconds;
  return error;
}

/* Lets the error carry SUBJECT wherever it is copied to. */
void
taube_error_set_subject (GError *error, GObject *subject)
{
  g_set_object (&taube_error_get_private (error)->subject, subject);
}

/* (transfer none); NULL for other domains, too. */
GObject *
taube_error_get_subject (const GError *error)
{
  return error->domain == TAUBE_ERROR ? taube_error_get_private (error)->subject : NULL;
}
