/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ews/ews-errors.h"

#include <string.h>

#include <taube-backend/taube-throttle.h>

#include "exchange-gettext.h"

/* Of the server's words, in an error message. */
#define MAX_QUOTED_BYTES 400
/* What is waited when a busy server does not say how long. */
#define DEFAULT_BACK_OFF 10

static const struct
{
  const char *code;
  TaubeError error;
} codes[] = {
  { "Client", TAUBE_ERROR_NOT_SUPPORTED }, /* SOAP 1.1: the request, which is valid by Microsoft's schema */
  { "ErrorAccessDenied", TAUBE_ERROR_PERMISSION },
  { "ErrorAccountDisabled", TAUBE_ERROR_AUTH },
  { "ErrorAccountSuspend", TAUBE_ERROR_PERMISSION },
  { "ErrorADUnavailable", TAUBE_ERROR_CONNECTION },
  { "ErrorAttachmentSizeLimitExceeded", TAUBE_ERROR_LIMIT },
  { "ErrorBatchProcessingStopped", TAUBE_ERROR_CONNECTION },
  { "ErrorCannotDeleteObject", TAUBE_ERROR_PERMISSION },
  { "ErrorCannotEmptyFolder", TAUBE_ERROR_PERMISSION },
  { "ErrorCannotOpenFileAttachment", TAUBE_ERROR_NOT_FOUND },
  { "ErrorChangeKeyRequired", TAUBE_ERROR_CONFLICT },
  { "ErrorChangeKeyRequiredForWriteOperations", TAUBE_ERROR_CONFLICT },
  { "ErrorClientDisconnected", TAUBE_ERROR_CONNECTION },
  { "ErrorConnectionFailed", TAUBE_ERROR_CONNECTION },
  { "ErrorCreateItemAccessDenied", TAUBE_ERROR_PERMISSION },
  { "ErrorCreateSubfolderAccessDenied", TAUBE_ERROR_PERMISSION },
  { "ErrorCrossMailboxMoveCopy", TAUBE_ERROR_NOT_SUPPORTED },
  { "ErrorDataSizeLimitExceeded", TAUBE_ERROR_INVALID },
  { "ErrorDeleteDistinguishedFolder", TAUBE_ERROR_PERMISSION },
  { "ErrorExceededConnectionCount", TAUBE_ERROR_THROTTLED },
  { "ErrorExceededFindCountLimit", TAUBE_ERROR_LIMIT },
  { "ErrorExceededSubscriptionCount", TAUBE_ERROR_LIMIT },
  { "ErrorFolderExists", TAUBE_ERROR_EXISTS },
  { "ErrorFolderNotFound", TAUBE_ERROR_NOT_FOUND },
  { "ErrorImpersonateUserDenied", TAUBE_ERROR_PERMISSION },
  { "ErrorImpersonationDenied", TAUBE_ERROR_PERMISSION },
  { "ErrorIncorrectSchemaVersion", TAUBE_ERROR_NOT_SUPPORTED },
  { "ErrorInsufficientResources", TAUBE_ERROR_THROTTLED },
  { "ErrorInternalServerTransientError", TAUBE_ERROR_THROTTLED },
  { "ErrorInvalidAttachmentId", TAUBE_ERROR_NOT_FOUND },
  { "ErrorInvalidChangeKey", TAUBE_ERROR_CONFLICT },
  { "ErrorInvalidFolderId", TAUBE_ERROR_NOT_FOUND },
  { "ErrorInvalidId", TAUBE_ERROR_NOT_FOUND },
  { "ErrorInvalidIdEmpty", TAUBE_ERROR_INVALID },
  { "ErrorInvalidIdMalformed", TAUBE_ERROR_INVALID },
  { "ErrorInvalidIdMalformedEwsLegacyIdFormat", TAUBE_ERROR_INVALID },
  { "ErrorInvalidOperation", TAUBE_ERROR_NOT_SUPPORTED },
  { "ErrorInvalidPropertySet", TAUBE_ERROR_NOT_SUPPORTED },
  { "ErrorInvalidRecipients", TAUBE_ERROR_INVALID },
  { "ErrorInvalidRequest", TAUBE_ERROR_NOT_SUPPORTED },
  { "ErrorInvalidSchemaVersionForMailboxVersion", TAUBE_ERROR_NOT_SUPPORTED },
  { "ErrorInvalidServerVersion", TAUBE_ERROR_NOT_SUPPORTED },
  { "ErrorInvalidSyncStateData", TAUBE_ERROR_CONFLICT },
  { "ErrorIrresolvableConflict", TAUBE_ERROR_CONFLICT },
  { "ErrorItemCorrupt", TAUBE_ERROR_PROTOCOL },
  { "ErrorItemNotFound", TAUBE_ERROR_NOT_FOUND },
  { "ErrorItemSave", TAUBE_ERROR_PERMISSION },
  { "ErrorItemSavePropertyError", TAUBE_ERROR_INVALID },
  { "ErrorMailboxLogonFailed", TAUBE_ERROR_PERMISSION },
  { "ErrorMailboxMoveInProgress", TAUBE_ERROR_THROTTLED },
  { "ErrorMailboxStoreUnavailable", TAUBE_ERROR_THROTTLED },
  { "ErrorMailRecipientNotFound", TAUBE_ERROR_INVALID },
  { "ErrorMessageBlocked", TAUBE_ERROR_PERMISSION },
  { "ErrorMessagePerFolderCountReceiveQuotaExceeded", TAUBE_ERROR_QUOTA },
  { "ErrorMessageSizeExceeded", TAUBE_ERROR_LIMIT },
  { "ErrorMessageSubmissionBlocked", TAUBE_ERROR_PERMISSION },
  { "ErrorMimeContentConversionFailed", TAUBE_ERROR_INVALID },
  { "ErrorMimeContentInvalid", TAUBE_ERROR_INVALID },
  { "ErrorMimeContentInvalidBase64String", TAUBE_ERROR_INVALID },
  { "ErrorMissingEmailAddress", TAUBE_ERROR_NOT_FOUND },
  { "ErrorMissingRecipients", TAUBE_ERROR_INVALID },
  { "ErrorMoveCopyFailed", TAUBE_ERROR_PERMISSION },
  { "ErrorMoveDistinguishedFolder", TAUBE_ERROR_PERMISSION },
  { "ErrorNonExistentMailbox", TAUBE_ERROR_NOT_FOUND },
  { "ErrorNonPrimarySmtpAddress", TAUBE_ERROR_NOT_FOUND },
  { "ErrorNoRespondingCASInDestinationSite", TAUBE_ERROR_CONNECTION },
  { "ErrorNotEnoughMemory", TAUBE_ERROR_THROTTLED },
  { "ErrorObjectTypeChanged", TAUBE_ERROR_INVALID },
  { "ErrorOrganizationAccessBlocked", TAUBE_ERROR_PERMISSION },
  { "ErrorParentFolderNotFound", TAUBE_ERROR_NOT_FOUND },
  { "ErrorPasswordChangeRequired", TAUBE_ERROR_AUTH },
  { "ErrorPasswordExpired", TAUBE_ERROR_AUTH },
  { "ErrorQuotaExceeded", TAUBE_ERROR_QUOTA },
  { "ErrorRequestStreamTooBig", TAUBE_ERROR_LIMIT },
  { "ErrorSavedItemFolderNotFound", TAUBE_ERROR_NOT_FOUND },
  { "ErrorSchemaValidation", TAUBE_ERROR_NOT_SUPPORTED },
  { "ErrorSendAsDenied", TAUBE_ERROR_PERMISSION },
  { "ErrorSentMeetingRequestUpdate", TAUBE_ERROR_INVALID },
  { "ErrorServerBusy", TAUBE_ERROR_THROTTLED },
  { "ErrorServiceUnavailable", TAUBE_ERROR_THROTTLED },
  { "ErrorStaleObject", TAUBE_ERROR_CONFLICT },
  { "ErrorSubmissionQuotaExceeded", TAUBE_ERROR_THROTTLED },
  { "ErrorSyncFolderNotFound", TAUBE_ERROR_NOT_FOUND },
  { "ErrorTimeoutExpired", TAUBE_ERROR_THROTTLED },
  { "ErrorToFolderNotFound", TAUBE_ERROR_NOT_FOUND },
  { "ErrorTokenSerializationDenied", TAUBE_ERROR_PERMISSION },
  { "ErrorTooManyObjectsOpened", TAUBE_ERROR_THROTTLED },
  { "ErrorUnsupportedMimeConversion", TAUBE_ERROR_NOT_SUPPORTED },
  { "ErrorUnsupportedPathForQuery", TAUBE_ERROR_NOT_SUPPORTED },
  { "ErrorVirusDetected", TAUBE_ERROR_PERMISSION },
  { "ErrorVirusMessageDeleted", TAUBE_ERROR_NOT_FOUND },
};

TaubeError
ews_errors_find (const char *code)
{
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (strcmp (codes[i].code, code) == 0)
      return codes[i].error;
  return TAUBE_ERROR_PROTOCOL;
}

gboolean
ews_errors_is_unknown (const char *code)
{
  static const char *const unknown[] = { "ErrorInvalidOperation", "ErrorInvalidRequest", "ErrorSchemaValidation",
                                         "ErrorInvalidServerVersion", NULL };

  return g_strv_contains (unknown, code);
}

gboolean
ews_errors_is_doubtful (const char *code)
{
  static const char *const doubtful[] = { "ErrorConnectionFailed", "ErrorInternalServerError",
                                          "ErrorInternalServerTransientError", "ErrorTimeoutExpired", NULL };

  return g_strv_contains (doubtful, code);
}

gboolean
ews_errors_is_untouched (const char *code)
{
  static const char *const untouched[] = { "ErrorBatchProcessingStopped", "ErrorChangeKeyRequired",
                                           "ErrorChangeKeyRequiredForWriteOperations", "ErrorIrresolvableConflict",
                                           "ErrorStaleObject", NULL };

  return g_strv_contains (untouched, code);
}

gboolean
ews_errors_is_misplaced (const char *code)
{
  static const char *const misplaced[] = { "ErrorCrossSiteRequest", "ErrorInvalidMailbox", "ErrorMailboxFailover",
                                           "ErrorNonExistentMailbox", "ErrorProxyServiceDiscoveryFailed", NULL };

  return g_strv_contains (misplaced, code);
}

/* t:MessageXml holds t:Value elements; the one named BackOffMilliseconds is a number of them. */
static gint64
read_back_off (const EwsNode *parent)
{
  const EwsNode *value = ews_node_find (ews_node_find (parent, "MessageXml"), "Value");
  gint64 milliseconds = 0;

  for (; value != NULL; value = ews_node_find_next (value, "Value"))
    if (g_strcmp0 (ews_node_get_attribute (value, "Name"), "BackOffMilliseconds") == 0
        && ews_text_to_number (value->text, &milliseconds) && milliseconds > 0)
      return MIN (milliseconds, 24 * 3600 * 1000);
  return 0;
}

/* t:MessageXml may name a property. */
static const char *
read_path (const EwsNode *parent)
{
  const EwsNode *node = ews_node_find (parent, "MessageXml");
  const char *uri;

  for (node = node != NULL ? node->children : NULL; node != NULL; node = node->next)
    {
      uri = ews_node_get_attribute (node, "FieldURI");
      if (uri == NULL)
        uri = ews_node_get_attribute (node, "PropertyTag");
      if (uri != NULL)
        return uri;
    }
  return NULL;
}

void
ews_verdict_decode_message (const EwsNode *message, EwsVerdict *verdict_out)
{
  const char *class = ews_node_get_attribute (message, "ResponseClass");
  const char *code = ews_node_get_text (message, "ResponseCode");
  const char *text = ews_node_get_text (message, "MessageText");

  *verdict_out = (EwsVerdict){ .code = code != NULL ? code : "NoError", .text = text != NULL ? text : "" };
  verdict_out->failed = g_strcmp0 (class, "Error") == 0
                        || (class == NULL && g_str_has_prefix (verdict_out->code, "Error"));
  verdict_out->warned = g_strcmp0 (class, "Warning") == 0;
  /* Exchange calls it a warning when it did not even try. */
  if (strcmp (verdict_out->code, "ErrorBatchProcessingStopped") == 0)
    verdict_out->failed = TRUE;
  if (verdict_out->failed && code == NULL)
    verdict_out->code = "ErrorInternalServerError";
  verdict_out->back_off = read_back_off (message);
  verdict_out->path = read_path (message);
}

/* The children of a fault stand in no namespace (SOAP 1.1) or in that of SOAP (1.2). */
static const EwsNode *
find_plain (const EwsNode *parent, const char *name)
{
  const EwsNode *node = parent != NULL ? parent->children : NULL;

  while (node != NULL && (node->space == EWS_SPACE_OTHER || g_ascii_strcasecmp (node->name, name) != 0))
    node = node->next;
  return node;
}

/* "a:ErrorServerBusy" */
static const char *
strip_prefix (const char *code)
{
  const char *colon = strrchr (code, ':');

  return colon != NULL ? colon + 1 : code;
}

void
ews_verdict_decode_fault (const EwsNode *fault, EwsVerdict *verdict_out)
{
  const EwsNode *detail = find_plain (fault, "detail");
  const EwsNode *code = find_plain (fault, "faultcode"), *text = find_plain (fault, "faultstring");
  const char *response = ews_node_get_text (detail, "ResponseCode");

  *verdict_out = (EwsVerdict){ .failed = TRUE, .code = "ErrorInternalServerError", .text = "" };
  if (response != NULL && response[0] != '\0')
    verdict_out->code = response;
  else if (code != NULL && code->text[0] != '\0')
    verdict_out->code = strip_prefix (code->text);
  if (text != NULL)
    verdict_out->text = text->text;
  if (verdict_out->text[0] == '\0' && ews_node_get_text (detail, "Message") != NULL)
    verdict_out->text = ews_node_get_text (detail, "Message");
  verdict_out->back_off = read_back_off (detail);
  verdict_out->path = read_path (detail);
}

/* (transfer full) */
static char *
quote (const EwsVerdict *verdict)
{
  g_autofree char *words = verdict->text[0] != '\0' ? g_strconcat (verdict->code, ": ", verdict->text, NULL)
                                                    : g_strdup (verdict->code);
  g_autofree char *clean = g_utf8_make_valid (words, -1);

  for (char *c = clean; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = ' ';
  g_strstrip (clean);
  if (strlen (clean) <= MAX_QUOTED_BYTES)
    return g_steal_pointer (&clean);
  *g_utf8_find_prev_char (clean, clean + MAX_QUOTED_BYTES) = '\0';
  return g_strconcat (clean, "…", NULL);
}

GError *
ews_errors_new (const EwsVerdict *verdict, const char *what)
{
  g_autofree char *words = quote (verdict);
  TaubeError code = ews_errors_find (verdict->code);

  if (code == TAUBE_ERROR_THROTTLED)
    return taube_error_new_throttled (verdict->back_off > 0 ? (guint) ((verdict->back_off + 999) / 1000)
                                                            : DEFAULT_BACK_OFF,
                                      _ ("%s: server said \"%s\""), what, words);
  return g_error_new (TAUBE_ERROR, (int) code, _ ("%s: server said \"%s\""), what, words);
}
