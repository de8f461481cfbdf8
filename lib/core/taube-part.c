/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-part.h>
#include <taube-backend/taube-mime.h>

#include "core/taube-part-private.h"
#include "mime/taube-mime-tree.h"

#include <string.h>

/**
 * TaubePart:
 *
 * A part of a message: a text, an attachment, or several parts together.
 *
 * The parts of a message are a tree, whose root stands for the whole message. A part says what it is; its content is
 * fetched by [method@Message.save_part]. Parts do not change and can be read from any thread. A part keeps those below
 * it, not those above it: keep the root as long as [method@Part.get_parent] is used.
 */

/* More parts than this in one message are left out. */
#define PARTS_MAX 10000

struct _TaubePart
{
  GObject parent_instance;
  TaubePart *parent; /* not owned */
  GPtrArray *children;
  char *section;
  char *media_type;
  char *content_id;
  char *description;
  char *encoding;
  char *disposition;
  guint64 size;
  gboolean local;
  guint height;  /* levels below this part */
  guint n_parts; /* this one and all below it */

  /* Parameters come piece by piece (RFC 2231); they are put together when they are first asked for. */
  GPtrArray *raw_parameters;
  GPtrArray *raw_disposition_parameters;
  gsize complete;
  GStrv parameters;
  char *filename;
};

typedef struct
{
  GObjectClass parent_class;
} TaubePartClass;

G_DEFINE_FINAL_TYPE (TaubePart, taube_part, G_TYPE_OBJECT)

static void
taube_part_dispose (GObject *object)
{
  TaubePart *self = TAUBE_PART (object);

  for (guint i = 0; i < self->children->len; i++)
    g_atomic_pointer_set (&TAUBE_PART (self->children->pdata[i])->parent, NULL);
  G_OBJECT_CLASS (taube_part_parent_class)->dispose (object);
}

static void
taube_part_finalize (GObject *object)
{
  TaubePart *self = TAUBE_PART (object);

  g_ptr_array_unref (self->children);
  g_ptr_array_unref (self->raw_parameters);
  g_ptr_array_unref (self->raw_disposition_parameters);
  g_strfreev (self->parameters);
  g_free (self->section);
  g_free (self->media_type);
  g_free (self->content_id);
  g_free (self->description);
  g_free (self->encoding);
  g_free (self->disposition);
  g_free (self->filename);
  G_OBJECT_CLASS (taube_part_parent_class)->finalize (object);
}

static void
taube_part_class_init (TaubePartClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = taube_part_dispose;
  G_OBJECT_CLASS (klass)->finalize = taube_part_finalize;
}

static void
taube_part_init (TaubePart *self)
{
  self->children = g_ptr_array_new_with_free_func (g_object_unref);
  self->raw_parameters = g_ptr_array_new_with_free_func (g_free);
  self->raw_disposition_parameters = g_ptr_array_new_with_free_func (g_free);
  self->n_parts = 1;
}

/* TEXT, which is not encoded, as valid UTF-8 in lower case; NULL when there is nothing. (transfer full) */
static char *
clean_word (const char *text)
{
  TaubeBuffer word = { 0 };
  char *clean = NULL;

  if (text == NULL)
    return NULL;
  taube_mime_append_raw_text (&word, text, strlen (text));
  if (taube_buffer_length (&word) > 0)
    clean = g_strndup ((const char *) taube_buffer_peek (&word), taube_buffer_length (&word));
  taube_buffer_clear (&word);
  return clean;
}

static char *
clean_lower_word (const char *text)
{
  g_autofree char *clean = clean_word (text);

  return clean != NULL ? g_ascii_strdown (clean, -1) : NULL;
}

/* msg-id = "<" id-left "@" id-right ">"                             (RFC 5322); the brackets are left out */
static char *
clean_content_id (const char *text)
{
  g_autofree char *clean = clean_word (text);
  gsize length = clean != NULL ? strlen (clean) : 0;

  if (length > 2 && clean[0] == '<' && clean[length - 1] == '>')
    return g_strndup (clean + 1, length - 2);
  return g_steal_pointer (&clean);
}

/* A part that is not yet in a tree. Its parameters and children must be there before anybody else sees it. */
TaubePart *
taube_part_new (const TaubePartInfo *info)
{
  TaubePart *self = g_object_new (TAUBE_TYPE_PART, NULL);
  g_autofree char *type = clean_lower_word (info->type);
  g_autofree char *subtype = clean_lower_word (info->subtype);

  if (type == NULL)
    self->media_type = g_strdup ("application/octet-stream");
  else if (subtype == NULL)
    self->media_type = g_strdup (g_str_equal (type, "text") ? "text/plain" : "application/octet-stream");
  else
    self->media_type = g_strconcat (type, "/", subtype, NULL);
  self->section = clean_word (info->section);
  if (self->section == NULL)
    self->section = g_strdup ("");
  self->content_id = clean_content_id (info->content_id);
  if (info->description != NULL)
    self->description = taube_mime_decode_text (info->description, strlen (info->description));
  self->encoding = clean_lower_word (info->encoding);
  self->disposition = clean_lower_word (info->disposition);
  self->size = info->size;
  return self;
}

static void
add_pair (TaubePart *self, GPtrArray *pairs, const char *name, const char *value)
{
  g_return_if_fail (self->complete == 0);
  g_ptr_array_add (pairs, g_strdup (name));
  g_ptr_array_add (pairs, g_strdup (value));
}

/* A parameter of the media type, raw: a piece of one (`name*0*`), percent-encoded, or holding encoded words. */
void
taube_part_set_parameter (TaubePart *self, const char *name, const char *value)
{
  add_pair (self, self->raw_parameters, name, value);
}

/* The same for the disposition. */
void
taube_part_set_disposition_parameter (TaubePart *self, const char *name, const char *value)
{
  add_pair (self, self->raw_disposition_parameters, name, value);
}

/* Adds CHILD, which is taken and has no parent, as the last of the children; unless the tree were too deep or too large
 * then. A deep tree is a trick to exhaust the stack of whoever walks over it. */
void
taube_part_add_child (TaubePart *self, TaubePart *child)
{
  guint depth = 0;
  TaubePart *root = self;
  guint height;

  g_return_if_fail (child->parent == NULL && child != self);
  for (; root->parent != NULL; root = root->parent)
    depth++;
  if (depth + 1 + child->height > taube_limits_get_default ()->nesting || root->n_parts + child->n_parts > PARTS_MAX)
    {
      g_object_unref (child);
      return;
    }
  g_ptr_array_add (self->children, child);
  child->parent = self;
  height = child->height + 1;
  for (TaubePart *part = self; part != NULL; part = part->parent, height++)
    {
      part->height = MAX (part->height, height);
      part->n_parts += child->n_parts;
    }
}

static GStrv
decode_pairs (GPtrArray *pairs)
{
  g_ptr_array_add (pairs, NULL);
  return taube_mime_decode_params ((const char *const *) pairs->pdata);
}

static void
complete (TaubePart *self)
{
  g_auto (GStrv) disposition_parameters = NULL;
  const char *name;

  if (!g_once_init_enter (&self->complete))
    return;
  self->parameters = decode_pairs (self->raw_parameters);
  disposition_parameters = decode_pairs (self->raw_disposition_parameters);
  name = taube_mime_find_param ((const char *const *) disposition_parameters, "filename");
  if (name == NULL)
    name = taube_mime_find_param ((const char *const *) self->parameters, "name");
  self->filename = name != NULL ? taube_mime_clean_file_name (name) : NULL;
  g_once_init_leave (&self->complete, 1);
}

static void
copy_pairs (GPtrArray *pairs, GStrv from)
{
  for (guint i = 0; from != NULL && from[i] != NULL; i++)
    g_ptr_array_add (pairs, g_strdup (from[i]));
}

static TaubePart *
new_from_node (const TaubeMimeNode *node)
{
  TaubePartInfo info = { node->section, node->type,     node->subtype,     node->id,
                         NULL,          node->encoding, node->disposition, node->size };
  TaubePart *self = taube_part_new (&info);

  self->local = TRUE;
  self->description = g_strdup (node->description);
  if (g_once_init_enter (&self->complete))
    {
      /* They are decoded already: a second time could change them. */
      GPtrArray *parameters = g_ptr_array_new ();

      copy_pairs (parameters, node->params);
      g_ptr_array_add (parameters, NULL);
      self->parameters = (GStrv) g_ptr_array_free (parameters, FALSE);
      self->filename = g_strdup (node->filename);
      g_once_init_leave (&self->complete, 1);
    }
  for (guint i = 0; i < node->children->len; i++)
    taube_part_add_child (self, new_from_node (node->children->pdata[i]));
  return self;
}

TaubePart *
taube_part_new_from_message (const char *message, gsize length, const TaubeLimits *limits)
{
  g_autoptr (TaubeMimeNode) root = taube_mime_tree_parse (message, length, limits);

  return new_from_node (root);
}

gboolean
taube_part_is_local (TaubePart *self)
{
  return self->local;
}

gboolean
taube_part_is_multipart (TaubePart *self)
{
  return g_str_has_prefix (self->media_type, "multipart/");
}

gboolean
taube_part_is_message (TaubePart *self)
{
  return g_str_equal (self->media_type, "message/rfc822") || g_str_equal (self->media_type, "message/global");
}

/**
 * taube_part_get_section:
 * @self: a part
 *
 * Gives the number of the part within its message, as in IMAP: `2.1` is the first part of the second; an empty string
 * is the whole message.
 *
 * Returns: (transfer none): the section
 */
const char *
taube_part_get_section (TaubePart *self)
{
  g_return_val_if_fail (TAUBE_IS_PART (self), NULL);
  return self->section;
}

/**
 * taube_part_get_media_type:
 * @self: a part
 *
 * Gives the media type of the part in lower case and without parameters, such as `text/plain`.
 *
 * Returns: (transfer none): the media type; `application/octet-stream` when nothing is known
 */
const char *
taube_part_get_media_type (TaubePart *self)
{
  g_return_val_if_fail (TAUBE_IS_PART (self), NULL);
  return self->media_type;
}

/**
 * taube_part_get_parameter:
 * @self: a part
 * @name: the name of a parameter, such as `charset`, in upper or lower case
 *
 * Gives a parameter of the media type, put together and decoded (RFC 2231, and RFC 2047 where it is misused for it).
 *
 * Returns: (transfer none) (nullable): the value, or %NULL when there is no such parameter
 */
const char *
taube_part_get_parameter (TaubePart *self, const char *name)
{
  g_return_val_if_fail (TAUBE_IS_PART (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);
  complete (self);
  return taube_mime_find_param ((const char *const *) self->parameters, name);
}

/**
 * taube_part_get_charset:
 * @self: a part
 *
 * Gives the character set of a text, as the message names it.
 *
 * What the library gives as text is always UTF-8; this is for those who save the part as it is.
 *
 * Returns: (transfer none) (nullable): the name, or %NULL when there is none
 */
const char *
taube_part_get_charset (TaubePart *self)
{
  return taube_part_get_parameter (self, "charset");
}

/**
 * taube_part_get_encoding:
 * @self: a part
 *
 * Gives the transfer encoding of the part in lower case, such as `base64`.
 *
 * Returns: (transfer none) (nullable): the encoding, or %NULL when the part is as it is
 */
const char *
taube_part_get_encoding (TaubePart *self)
{
  g_return_val_if_fail (TAUBE_IS_PART (self), NULL);
  return self->encoding;
}

/**
 * taube_part_get_content_id:
 * @self: a part
 *
 * Gives the name by which other parts speak of this one (`cid:` in HTML), without angle brackets.
 *
 * Returns: (transfer none) (nullable): the content id, or %NULL when there is none
 */
const char *
taube_part_get_content_id (TaubePart *self)
{
  g_return_val_if_fail (TAUBE_IS_PART (self), NULL);
  return self->content_id;
}

/**
 * taube_part_get_description:
 * @self: a part
 *
 * Gives the description that the sender gave the part, decoded.
 *
 * Returns: (transfer none) (nullable): the description, or %NULL when there is none
 */
const char *
taube_part_get_description (TaubePart *self)
{
  g_return_val_if_fail (TAUBE_IS_PART (self), NULL);
  return self->description;
}

/**
 * taube_part_get_disposition:
 * @self: a part
 *
 * Tells whether the sender wants the part to be shown (`inline`) or kept aside (`attachment`), in lower case.
 *
 * [method@Part.is_attachment] says what to make of it.
 *
 * Returns: (transfer none) (nullable): the disposition, or %NULL when there is none
 */
const char *
taube_part_get_disposition (TaubePart *self)
{
  g_return_val_if_fail (TAUBE_IS_PART (self), NULL);
  return self->disposition;
}

/**
 * taube_part_get_filename:
 * @self: a part
 *
 * Gives a file name for the part, as its sender wished but safe.
 *
 * It is decoded, and it can be used in a folder of one's own: it has no path, no control characters, at most 255 bytes,
 * and is neither `.` nor `..`. Two parts can have the same.
 *
 * Returns: (transfer none) (nullable): the name, or %NULL when there is none
 */
const char *
taube_part_get_filename (TaubePart *self)
{
  g_return_val_if_fail (TAUBE_IS_PART (self), NULL);
  complete (self);
  return self->filename;
}

/**
 * taube_part_get_size:
 * @self: a part
 *
 * Gives the size of the part in bytes, in its transfer encoding, as the server counts it.
 *
 * Base64 takes about four bytes for three. Some servers (Exchange) count only roughly: it is good for showing, and not
 * for reserving room.
 *
 * Returns: the size; 0 when it is not known
 */
guint64
taube_part_get_size (TaubePart *self)
{
  g_return_val_if_fail (TAUBE_IS_PART (self), 0);
  return self->size;
}

/**
 * taube_part_get_parent:
 * @self: a part
 *
 * Gives the part that this one is in.
 *
 * Returns: (transfer none) (nullable): the parent; %NULL for the root, and when nobody keeps the root any more
 */
TaubePart *
taube_part_get_parent (TaubePart *self)
{
  g_return_val_if_fail (TAUBE_IS_PART (self), NULL);
  return g_atomic_pointer_get (&self->parent);
}

/**
 * taube_part_get_n_children:
 * @self: a part
 *
 * Tells how many parts are directly in this one.
 *
 * Returns: the number of children
 */
guint
taube_part_get_n_children (TaubePart *self)
{
  g_return_val_if_fail (TAUBE_IS_PART (self), 0);
  return self->children->len;
}

/**
 * taube_part_get_child:
 * @self: a part
 * @position: which child, from 0; less than the number of children
 *
 * Gives a part that is directly in this one. The child of a `message/rfc822` part is the message that it holds.
 *
 * Returns: (transfer none): the child
 */
TaubePart *
taube_part_get_child (TaubePart *self, guint position)
{
  g_return_val_if_fail (TAUBE_IS_PART (self), NULL);
  g_return_val_if_fail (position < self->children->len, NULL);
  return self->children->pdata[position];
}
