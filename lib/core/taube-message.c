/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-message.h>
#include <taube/taube-enum-types.h>
#include <taube/taube-message-list.h>

#include "core/taube-item-private.h"
#include "core/taube-message-list-private.h"

/**
 * TaubeMessage:
 *
 * A message in a mail folder.
 *
 * What was asked for when the folder was listed can be read at once and from any thread; strings that are returned
 * live as long as the message. Everything else, such as the text, is loaded from the server by the `load` and `save`
 * functions: they block until it is there, or, as `_async`, finish in the caller's thread-default context. All of them
 * can be cancelled, and then fail with %G_IO_ERROR_CANCELLED.
 */

struct _TaubeMessage
{
  TaubeItem parent_instance;
  char *id; /* made when it is asked for */
};

typedef struct
{
  TaubeItemClass parent_class;
} TaubeMessageClass;

/* The text properties come first, numbered like the columns. */
enum
{
  PROP_TEXT = 1,
  PROP_FLAGS = PROP_TEXT + TAUBE_N_MESSAGE_COLUMNS,
  PROP_KEYWORDS,
  PROP_SIZE,
  PROP_DATE,
  PROP_SENT_DATE,
  PROP_SAVE_DATE,
  PROP_LABELS,
  PROP_IMPORTANCE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (TaubeMessage, taube_message, TAUBE_TYPE_ITEM)

static TaubeMessageList *
get_row (TaubeMessage *self, guint *position_out)
{
  return (TaubeMessageList *) taube_item_get_home ((TaubeItem *) self, position_out);
}

static const char *
get_text (TaubeMessage *self, TaubeMessageColumn column)
{
  TaubeMessageList *list;
  guint position;

  g_return_val_if_fail (TAUBE_IS_MESSAGE (self), NULL);
  list = get_row (self, &position);
  return taube_message_list_get_text (list, column, position);
}

static const char *
taube_message_get_id (TaubeItem *item)
{
  TaubeMessage *self = TAUBE_MESSAGE (item);
  char *id = g_atomic_pointer_get (&self->id);
  TaubeItemList *list;
  guint position;

  if (id != NULL)
    return id;
  list = taube_item_get_home (item, &position);
  if (list == NULL)
    return "";
  id = taube_item_list_get_id (list, position);
  if (g_atomic_pointer_compare_and_exchange (&self->id, NULL, id))
    return id;
  g_free (id);
  return g_atomic_pointer_get (&self->id);
}

static void
taube_message_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  TaubeMessage *self = TAUBE_MESSAGE (object);

  switch (prop_id)
    {
    case PROP_FLAGS:
      g_value_set_flags (value, taube_message_get_flags (self));
      break;
    case PROP_KEYWORDS:
      g_value_set_boxed (value, taube_message_get_keywords (self));
      break;
    case PROP_SIZE:
      g_value_set_uint64 (value, taube_message_get_size (self));
      break;
    case PROP_DATE:
      g_value_take_boxed (value, taube_message_get_date (self));
      break;
    case PROP_SENT_DATE:
      g_value_take_boxed (value, taube_message_get_sent_date (self));
      break;
    case PROP_SAVE_DATE:
      g_value_take_boxed (value, taube_message_get_save_date (self));
      break;
    case PROP_LABELS:
      g_value_set_boxed (value, taube_message_get_labels (self));
      break;
    case PROP_IMPORTANCE:
      g_value_set_enum (value, taube_message_get_importance (self));
      break;
    default:
      g_value_set_string (value, get_text (self, prop_id - PROP_TEXT));
    }
}

static void
taube_message_finalize (GObject *object)
{
  g_free (TAUBE_MESSAGE (object)->id);
  G_OBJECT_CLASS (taube_message_parent_class)->finalize (object);
}

static void
install_text_properties (void)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  /**
   * TaubeMessage:subject: (getter get_subject)
   *
   * The subject.
   */
  props[PROP_TEXT + TAUBE_MESSAGE_COLUMN_SUBJECT] = g_param_spec_string ("subject", NULL, NULL, NULL, flags);
  /**
   * TaubeMessage:from: (getter get_from)
   *
   * Who wrote the message.
   */
  props[PROP_TEXT + TAUBE_MESSAGE_COLUMN_FROM] = g_param_spec_string ("from", NULL, NULL, NULL, flags);
  /**
   * TaubeMessage:sender: (getter get_sender)
   *
   * Who sent it.
   */
  props[PROP_TEXT + TAUBE_MESSAGE_COLUMN_SENDER] = g_param_spec_string ("sender", NULL, NULL, NULL, flags);
  /**
   * TaubeMessage:reply-to: (getter get_reply_to)
   *
   * Where replies shall go.
   */
  props[PROP_TEXT + TAUBE_MESSAGE_COLUMN_REPLY_TO] = g_param_spec_string ("reply-to", NULL, NULL, NULL, flags);
  /**
   * TaubeMessage:to: (getter get_to)
   *
   * Whom the message is for.
   */
  props[PROP_TEXT + TAUBE_MESSAGE_COLUMN_TO] = g_param_spec_string ("to", NULL, NULL, NULL, flags);
  /**
   * TaubeMessage:cc: (getter get_cc)
   *
   * Who got a copy.
   */
  props[PROP_TEXT + TAUBE_MESSAGE_COLUMN_CC] = g_param_spec_string ("cc", NULL, NULL, NULL, flags);
  /**
   * TaubeMessage:bcc: (getter get_bcc)
   *
   * Who got a copy without the others being told.
   */
  props[PROP_TEXT + TAUBE_MESSAGE_COLUMN_BCC] = g_param_spec_string ("bcc", NULL, NULL, NULL, flags);
  /**
   * TaubeMessage:message-id: (getter get_message_id)
   *
   * The name that the sender gave the message.
   */
  props[PROP_TEXT + TAUBE_MESSAGE_COLUMN_MESSAGE_ID] = g_param_spec_string ("message-id", NULL, NULL, NULL, flags);
  /**
   * TaubeMessage:in-reply-to: (getter get_in_reply_to)
   *
   * The message ids of the messages that this one answers.
   */
  props[PROP_TEXT + TAUBE_MESSAGE_COLUMN_IN_REPLY_TO] = g_param_spec_string ("in-reply-to", NULL, NULL, NULL, flags);
}

static void
install_further_text_properties (void)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  /**
   * TaubeMessage:preview: (getter get_preview)
   *
   * The beginning of the text.
   */
  props[PROP_TEXT + TAUBE_MESSAGE_COLUMN_PREVIEW] = g_param_spec_string ("preview", NULL, NULL, NULL, flags);
  /**
   * TaubeMessage:email-id: (getter get_email_id)
   *
   * What all copies of the message have in common.
   */
  props[PROP_TEXT + TAUBE_MESSAGE_COLUMN_EMAIL_ID] = g_param_spec_string ("email-id", NULL, NULL, NULL, flags);
  /**
   * TaubeMessage:thread-id: (getter get_thread_id)
   *
   * What all messages of its conversation have in common.
   */
  props[PROP_TEXT + TAUBE_MESSAGE_COLUMN_THREAD_ID] = g_param_spec_string ("thread-id", NULL, NULL, NULL, flags);
}

static void
install_other_properties (void)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  /**
   * TaubeMessage:flags: (getter get_flags)
   *
   * The system flags.
   */
  props[PROP_FLAGS] = g_param_spec_flags ("flags", NULL, NULL, TAUBE_TYPE_MESSAGE_FLAGS, 0, flags);
  /**
   * TaubeMessage:keywords: (getter get_keywords)
   *
   * The keywords.
   */
  props[PROP_KEYWORDS] = g_param_spec_boxed ("keywords", NULL, NULL, G_TYPE_STRV, flags);
  /**
   * TaubeMessage:size: (getter get_size)
   *
   * The size in bytes.
   */
  props[PROP_SIZE] = g_param_spec_uint64 ("size", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  /**
   * TaubeMessage:date: (getter get_date)
   *
   * When the message arrived.
   */
  props[PROP_DATE] = g_param_spec_boxed ("date", NULL, NULL, G_TYPE_DATE_TIME, flags);
  /**
   * TaubeMessage:sent-date: (getter get_sent_date)
   *
   * When the message was sent.
   */
  props[PROP_SENT_DATE] = g_param_spec_boxed ("sent-date", NULL, NULL, G_TYPE_DATE_TIME, flags);
  /**
   * TaubeMessage:save-date: (getter get_save_date)
   *
   * When the message was put into this folder.
   */
  props[PROP_SAVE_DATE] = g_param_spec_boxed ("save-date", NULL, NULL, G_TYPE_DATE_TIME, flags);
  /**
   * TaubeMessage:labels: (getter get_labels)
   *
   * The labels.
   */
  props[PROP_LABELS] = g_param_spec_boxed ("labels", NULL, NULL, G_TYPE_STRV, flags);
  /**
   * TaubeMessage:importance: (getter get_importance)
   *
   * How important it is.
   */
  props[PROP_IMPORTANCE] = g_param_spec_enum ("importance", NULL, NULL, TAUBE_TYPE_IMPORTANCE,
                                              TAUBE_IMPORTANCE_UNKNOWN, flags);
}

static void
taube_message_class_init (TaubeMessageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = taube_message_get_property;
  object_class->finalize = taube_message_finalize;
  TAUBE_ITEM_CLASS (klass)->get_id = taube_message_get_id;
  install_text_properties ();
  install_further_text_properties ();
  install_other_properties ();
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
taube_message_init (TaubeMessage *self)
{
}

/**
 * taube_message_get_flags: (get-property flags)
 * @self: a message
 *
 * Gives the system flags that the message had when it was listed.
 *
 * Returns: the flags; none when they were not asked for
 */
TaubeMessageFlags
taube_message_get_flags (TaubeMessage *self)
{
  TaubeMessageList *list;
  guint position;

  g_return_val_if_fail (TAUBE_IS_MESSAGE (self), TAUBE_MESSAGE_FLAGS_NONE);
  list = get_row (self, &position);
  return taube_message_list_get_flags (list, position);
}

/**
 * taube_message_get_keywords: (get-property keywords)
 * @self: a message
 *
 * Gives the keywords that the message had when it was listed: flags that users and programs made up, such as `$Junk`.
 *
 * Returns: (transfer none) (array zero-terminated=1): the keywords; an empty vector when there are none
 */
const char *const *
taube_message_get_keywords (TaubeMessage *self)
{
  TaubeMessageList *list;
  guint position;

  g_return_val_if_fail (TAUBE_IS_MESSAGE (self), NULL);
  list = get_row (self, &position);
  return taube_message_list_get_keywords (list, position);
}

/**
 * taube_message_get_size: (get-property size)
 * @self: a message
 *
 * Gives the size of the message in bytes, as the server counts it.
 *
 * Returns: the size; 0 when it is not known
 */
guint64
taube_message_get_size (TaubeMessage *self)
{
  TaubeMessageList *list;
  guint position;

  g_return_val_if_fail (TAUBE_IS_MESSAGE (self), 0);
  list = get_row (self, &position);
  return taube_message_list_get_message_size (list, position);
}

static GDateTime *
make_date (gint64 unix_time, int offset_minutes)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (unix_time);
  g_autoptr (GTimeZone) zone = NULL;

  if (utc == NULL)
    return NULL;
  zone = g_time_zone_new_offset (offset_minutes * 60);
  return g_date_time_to_timezone (utc, zone);
}

/**
 * taube_message_get_date: (get-property date)
 * @self: a message
 *
 * Tells when the message arrived on the server.
 *
 * Returns: (transfer full) (nullable): the time, in the server's time zone; %NULL when it is not known
 */
GDateTime *
taube_message_get_date (TaubeMessage *self)
{
  TaubeMessageList *list;
  gint64 unix_time;
  int offset;
  guint position;

  g_return_val_if_fail (TAUBE_IS_MESSAGE (self), NULL);
  list = get_row (self, &position);
  return taube_message_list_get_date (list, position, &unix_time, &offset) ? make_date (unix_time, offset) : NULL;
}

/**
 * taube_message_get_sent_date: (get-property sent-date)
 * @self: a message
 *
 * Tells when the message was sent, as its sender says.
 *
 * Returns: (transfer full) (nullable): the time, in the sender's time zone; %NULL when it is not known
 */
GDateTime *
taube_message_get_sent_date (TaubeMessage *self)
{
  TaubeMessageList *list;
  gint64 unix_time;
  int offset;
  guint position;

  g_return_val_if_fail (TAUBE_IS_MESSAGE (self), NULL);
  list = get_row (self, &position);
  return taube_message_list_get_sent_date (list, position, &unix_time, &offset) ? make_date (unix_time, offset) : NULL;
}

/**
 * taube_message_get_subject: (get-property subject)
 * @self: a message
 *
 * Gives the subject, decoded.
 *
 * Returns: (transfer none) (nullable): the subject;
 *   %NULL when there is none or it was not asked for
 */
const char *
taube_message_get_subject (TaubeMessage *self)
{
  return get_text (self, TAUBE_MESSAGE_COLUMN_SUBJECT);
}

/**
 * taube_message_get_from: (get-property from)
 * @self: a message
 *
 * Tells who wrote the message.
 *
 * Returns: (transfer none) (nullable): addresses as they are shown, such as
 *   `"Bell, Ann" <ann@example.org>, bob@example.org`; %NULL when there is none or it was not asked for
 */
const char *
taube_message_get_from (TaubeMessage *self)
{
  return get_text (self, TAUBE_MESSAGE_COLUMN_FROM);
}

/**
 * taube_message_get_sender: (get-property sender)
 * @self: a message
 *
 * Tells who sent the message: where somebody else sent it for its author.
 *
 * Returns: (transfer none) (nullable): the address, as in [method@Message.get_from];
 *   %NULL when there is none or it was not asked for
 */
const char *
taube_message_get_sender (TaubeMessage *self)
{
  return get_text (self, TAUBE_MESSAGE_COLUMN_SENDER);
}

/**
 * taube_message_get_reply_to: (get-property reply-to)
 * @self: a message
 *
 * Tells where replies shall go.
 *
 * Returns: (transfer none) (nullable): the addresses, as in [method@Message.get_from];
 *   %NULL when there is none or it was not asked for
 */
const char *
taube_message_get_reply_to (TaubeMessage *self)
{
  return get_text (self, TAUBE_MESSAGE_COLUMN_REPLY_TO);
}

/**
 * taube_message_get_to: (get-property to)
 * @self: a message
 *
 * Tells whom the message is for.
 *
 * Returns: (transfer none) (nullable): the addresses, as in [method@Message.get_from]; groups as
 *   `Team: ann@example.org, bob@example.org;`; %NULL when there is none or it was not asked for
 */
const char *
taube_message_get_to (TaubeMessage *self)
{
  return get_text (self, TAUBE_MESSAGE_COLUMN_TO);
}

/**
 * taube_message_get_cc: (get-property cc)
 * @self: a message
 *
 * Tells who got a copy.
 *
 * Returns: (transfer none) (nullable): the addresses, as in [method@Message.get_from];
 *   %NULL when there is none or it was not asked for
 */
const char *
taube_message_get_cc (TaubeMessage *self)
{
  return get_text (self, TAUBE_MESSAGE_COLUMN_CC);
}

/**
 * taube_message_get_bcc: (get-property bcc)
 * @self: a message
 *
 * Tells who got a copy without the others being told; known to the sender only.
 *
 * Returns: (transfer none) (nullable): the addresses, as in [method@Message.get_from];
 *   %NULL when there is none or it was not asked for
 */
const char *
taube_message_get_bcc (TaubeMessage *self)
{
  return get_text (self, TAUBE_MESSAGE_COLUMN_BCC);
}

/**
 * taube_message_get_message_id: (get-property message-id)
 * @self: a message
 *
 * Gives the name that the sender gave the message, unlike any other in the world (RFC 5322), between angle
 * brackets.
 *
 * Returns: (transfer none) (nullable): the message id;
 *   %NULL when there is none or it was not asked for
 */
const char *
taube_message_get_message_id (TaubeMessage *self)
{
  return get_text (self, TAUBE_MESSAGE_COLUMN_MESSAGE_ID);
}

/**
 * taube_message_get_in_reply_to: (get-property in-reply-to)
 * @self: a message
 *
 * Gives the message ids of the messages that this one answers.
 *
 * Returns: (transfer none) (nullable): the message ids, as they stand in the header;
 *   %NULL when there is none or it was not asked for
 */
const char *
taube_message_get_in_reply_to (TaubeMessage *self)
{
  return get_text (self, TAUBE_MESSAGE_COLUMN_IN_REPLY_TO);
}

/**
 * taube_message_get_preview: (get-property preview)
 * @self: a message
 *
 * Gives the beginning of the text as the server shows it, when that was asked for ([flags@ListFields]).
 *
 * Returns: (transfer none) (nullable): plain text of some 256 characters at most; %NULL when it is not known
 */
const char *
taube_message_get_preview (TaubeMessage *self)
{
  return get_text (self, TAUBE_MESSAGE_COLUMN_PREVIEW);
}

/**
 * taube_message_get_email_id: (get-property email-id)
 * @self: a message
 *
 * Gives the id that all copies of the message have, when it was asked for ([flags@ListFields]).
 *
 * Returns: (transfer none) (nullable): the id, to be compared only; %NULL when it is not known
 */
const char *
taube_message_get_email_id (TaubeMessage *self)
{
  return get_text (self, TAUBE_MESSAGE_COLUMN_EMAIL_ID);
}

/**
 * taube_message_get_thread_id: (get-property thread-id)
 * @self: a message
 *
 * Gives the id that all messages of the conversation have, when it was asked for ([flags@ListFields]).
 *
 * Returns: (transfer none) (nullable): the id, to be compared only; %NULL when it is not known
 */
const char *
taube_message_get_thread_id (TaubeMessage *self)
{
  return get_text (self, TAUBE_MESSAGE_COLUMN_THREAD_ID);
}

/**
 * taube_message_get_save_date: (get-property save-date)
 * @self: a message
 *
 * Tells when the message was put into this folder, when that was asked for ([flags@ListFields]).
 *
 * Returns: (transfer full) (nullable): the time, in UTC; %NULL when it is not known
 */
GDateTime *
taube_message_get_save_date (TaubeMessage *self)
{
  TaubeMessageList *list;
  gint64 unix_time;
  guint position;

  g_return_val_if_fail (TAUBE_IS_MESSAGE (self), NULL);
  list = get_row (self, &position);
  return taube_message_list_get_save_date (list, position, &unix_time) ? g_date_time_new_from_unix_utc (unix_time)
                                                                       : NULL;
}

/**
 * taube_message_get_labels: (get-property labels)
 * @self: a message
 *
 * Gives the labels, when they were asked for ([flags@ListFields]); see [method@MessageList.get_labels].
 *
 * Returns: (transfer none) (array zero-terminated=1): the labels; an empty vector when there are none
 */
const char *const *
taube_message_get_labels (TaubeMessage *self)
{
  TaubeMessageList *list;
  guint position;

  g_return_val_if_fail (TAUBE_IS_MESSAGE (self), NULL);
  list = get_row (self, &position);
  return taube_message_list_get_labels (list, position);
}

/**
 * taube_message_get_importance: (get-property importance)
 * @self: a message
 *
 * Tells how important the message is, when that was asked for ([flags@ListFields]).
 *
 * Returns: its importance; %TAUBE_IMPORTANCE_UNKNOWN when it is not known
 */
TaubeImportance
taube_message_get_importance (TaubeMessage *self)
{
  TaubeMessageList *list;
  guint position;

  g_return_val_if_fail (TAUBE_IS_MESSAGE (self), TAUBE_IMPORTANCE_UNKNOWN);
  list = get_row (self, &position);
  return taube_message_list_get_importance (list, position);
}
