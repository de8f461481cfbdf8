/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-part.h>

#include "core/taube-part-private.h"

#include <string.h>

/* Questions about the tree of parts. It is at most as deep as TaubeLimits says, so that it can be walked over by
 * recursion. */

/* More texts than this in one message are left out: each has to be asked for. */
#define TEXTS_MAX 32

/* Signatures and the like belong to the message, not to what it brings along. */
static gboolean
is_technical (const char *media_type)
{
  static const char *const types[] = { "application/pgp-signature",   "application/pgp-encrypted",
                                       "application/pkcs7-signature", "application/x-pkcs7-signature",
                                       "message/delivery-status",     "message/disposition-notification",
                                       "text/rfc822-headers" };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_equal (media_type, types[i]))
      return TRUE;
  return FALSE;
}

/* A part of multipart/alternative is one way to show the message; a part of multipart/related that has a name for the
 * others is shown by one of them. */
static gboolean
is_shown_by_parent (TaubePart *self)
{
  TaubePart *parent = taube_part_get_parent (self);
  const char *type = parent != NULL ? taube_part_get_media_type (parent) : "";

  if (g_str_equal (type, "multipart/alternative"))
    return TRUE;
  return g_str_equal (type, "multipart/related")
         && (taube_part_get_content_id (self) != NULL || taube_part_get_child (parent, 0) == self);
}

static gboolean
is_first_child (TaubePart *self)
{
  TaubePart *parent = taube_part_get_parent (self);

  return parent == NULL || taube_part_get_child (parent, 0) == self;
}

/**
 * taube_part_is_attachment:
 * @self: a part
 *
 * Tells whether the part is something that the message brings along, rather than a part of what it says.
 *
 * Senders are not of one mind about it, so this is a guess: what is marked as an attachment is one; texts are not,
 * unless they have a file name and come later; pictures that the HTML shows are not; everything else is.
 *
 * Returns: whether it is an attachment
 */
gboolean
taube_part_is_attachment (TaubePart *self)
{
  const char *type, *disposition;

  g_return_val_if_fail (TAUBE_IS_PART (self), FALSE);
  type = taube_part_get_media_type (self);
  disposition = taube_part_get_disposition (self);
  if (taube_part_is_multipart (self))
    return FALSE;
  if (g_strcmp0 (disposition, "attachment") == 0)
    return TRUE;
  if (is_technical (type) || is_shown_by_parent (self))
    return FALSE;
  if (g_str_equal (type, "text/plain") || g_str_equal (type, "text/html"))
    return taube_part_get_filename (self) != NULL && !is_first_child (self);
  if (g_str_has_prefix (type, "text/"))
    return taube_part_get_filename (self) != NULL;
  return TRUE;
}

/**
 * taube_part_find:
 * @self: a part, such as the root
 * @section: the section of a part, as [method@Part.get_section] gives it
 *
 * Looks for a part by its number, in this part and all below it.
 *
 * Returns: (transfer none) (nullable): the part, or %NULL when there is none
 */
TaubePart *
taube_part_find (TaubePart *self, const char *section)
{
  guint n;

  g_return_val_if_fail (TAUBE_IS_PART (self), NULL);
  g_return_val_if_fail (section != NULL, NULL);
  if (g_str_equal (taube_part_get_section (self), section))
    return self;
  n = taube_part_get_n_children (self);
  for (guint i = 0; i < n; i++)
    {
      TaubePart *found = taube_part_find (taube_part_get_child (self, i), section);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* The first part that PREFIX begins the media type of (the whole type when EXACT) and that is no attachment. What is in
 * a message within the message is not looked at, unless that is all there is. */
static TaubePart *
find_shown (TaubePart *self, const char *media_type, gboolean exact, gboolean is_root)
{
  const char *type = taube_part_get_media_type (self);
  guint n = taube_part_get_n_children (self);

  if (!is_root && taube_part_is_attachment (self))
    return NULL;
  if (n == 0)
    {
      gboolean matches = exact ? g_ascii_strcasecmp (type, media_type) == 0
                               : g_ascii_strncasecmp (type, media_type, strlen (media_type)) == 0;

      return matches ? self : NULL;
    }
  if (taube_part_is_message (self) && !is_root)
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      TaubePart *found = find_shown (taube_part_get_child (self, i), media_type, exact, FALSE);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/**
 * taube_part_find_text:
 * @self: a part, such as the root
 * @media_type: `text/plain` or `text/html`
 *
 * Looks for what the message says, in one of its forms: the first part of that type that is not an attachment and not
 * in a message within the message.
 *
 * Returns: (transfer none) (nullable): the part, or %NULL when there is none
 */
TaubePart *
taube_part_find_text (TaubePart *self, const char *media_type)
{
  g_return_val_if_fail (TAUBE_IS_PART (self), NULL);
  g_return_val_if_fail (media_type != NULL, NULL);
  return find_shown (self, media_type, TRUE, TRUE);
}

static gboolean
is_alternative (TaubePart *self)
{
  return g_str_equal (taube_part_get_media_type (self), "multipart/alternative");
}

/* Which child of multipart/alternative is shown as text. */
static TaubePart *
choose_alternative (TaubePart *self)
{
  static const char *const types[] = { "text/plain", "text/html", "text/" };
  guint n = taube_part_get_n_children (self);

  for (gsize t = 0; t < G_N_ELEMENTS (types); t++)
    for (guint i = 0; i < n; i++)
      if (find_shown (taube_part_get_child (self, i), types[t], t < 2, FALSE) != NULL)
        return taube_part_get_child (self, i);
  return NULL;
}

static void
collect_texts (TaubePart *self, gboolean is_root, GPtrArray *texts)
{
  const char *type = taube_part_get_media_type (self);
  guint n = taube_part_get_n_children (self);

  if (texts->len >= TEXTS_MAX || (!is_root && (taube_part_is_attachment (self) || taube_part_is_message (self))))
    return;
  if (n == 0 && (g_str_equal (type, "text/plain") || g_str_equal (type, "text/html")))
    {
      g_ptr_array_add (texts, self);
    }
  else if (is_alternative (self))
    {
      TaubePart *chosen = choose_alternative (self);

      if (chosen != NULL)
        collect_texts (chosen, FALSE, texts);
    }
  else
    {
      for (guint i = 0; i < n; i++)
        collect_texts (taube_part_get_child (self, i), FALSE, texts);
    }
}

GPtrArray *
taube_part_list_texts (TaubePart *self)
{
  GPtrArray *texts = g_ptr_array_new ();
  TaubePart *other;

  collect_texts (self, TRUE, texts);
  other = texts->len == 0 ? find_shown (self, "text/", FALSE, TRUE) : NULL;
  if (other != NULL)
    g_ptr_array_add (texts, other);
  return texts;
}

TaubePart *
taube_part_find_html_instead (TaubePart *self)
{
  TaubePart *parent = taube_part_get_parent (self);

  while (parent != NULL && !is_alternative (parent))
    parent = taube_part_get_parent (parent);
  return parent != NULL ? find_shown (parent, "text/html", TRUE, TRUE) : NULL;
}
