/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ews-test.h"

#include <string.h>

#include <taube/taube-error.h>
#include <taube-backend/taube-arena.h>

static void
describe (GString *out, const EwsNode *node)
{
  g_string_append_printf (out, "%s%s", node->space == EWS_SPACE_EWS ? "" : "?", node->name);
  for (const EwsAttribute *attribute = node->attributes; attribute != NULL; attribute = attribute->next)
    g_string_append_printf (out, " %s=%s", attribute->name, attribute->value);
  if (node->text[0] != '\0')
    g_string_append_printf (out, " \"%s\"", node->text);
  if (node->children == NULL)
    return;
  g_string_append (out, " {");
  for (const EwsNode *child = node->children; child != NULL; child = child->next)
    {
      g_string_append (out, child == node->children ? "" : ", ");
      describe (out, child);
    }
  g_string_append_c (out, '}');
}

static void
tell (GString *out, const char *event, const EwsNode *node)
{
  g_string_append_printf (out, "%s ", event);
  describe (out, node);
  g_string_append_c (out, '\n');
}

static gboolean
on_header (const EwsNode *node, gpointer user_data, GError **error)
{
  tell (user_data, "header", node);
  return TRUE;
}

static gboolean
on_fault (const EwsNode *node, gpointer user_data, GError **error)
{
  tell (user_data, "fault", node);
  return TRUE;
}

static gboolean
on_unit (const EwsNode *unit, const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  g_string_append_printf (user_data, "[%u] ", index);
  tell (user_data, "unit", unit);
  g_assert_nonnull (message);
  return TRUE;
}

static gboolean
on_message (const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  g_string_append_printf (user_data, "[%u] ", index);
  tell (user_data, "message", message);
  return TRUE;
}

/* Pieces come as they like: what they are together counts. */
static gboolean
on_stream (const char *text, gsize length, gpointer user_data, GError **error)
{
  g_string_append_len (user_data, text, (gssize) length);
  return TRUE;
}

static gboolean
on_envelope (gpointer user_data, GError **error)
{
  g_string_append (user_data, "end\n");
  return TRUE;
}

static const EwsReaderFuncs funcs = { on_header, on_fault, on_unit, on_message, on_stream, on_envelope };

char *
ews_test_read (const char *text, gsize length, gsize split, gboolean many, const char *stream,
               const TaubeLimits *limits, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (EwsReader) reader
    = ews_reader_new (limits != NULL ? limits : taube_limits_get_default (), &funcs, out);

  ews_reader_set_stream (reader, stream);
  if (many)
    ews_reader_set_many (reader);
  /* 0: byte by byte */
  for (gsize at = 0, piece; at < length; at += piece)
    {
      g_autofree char *copy = NULL;

      piece = split == 0 ? 1 : at == 0 ? MIN (split, length) : length - at;
      copy = g_memdup2 (text + at, piece);
      if (!ews_reader_feed (reader, copy, piece, error))
        return NULL;
    }
  if (!ews_reader_end (reader, error))
    return NULL;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

void
ews_test_check (const char *text, gssize length, gboolean many, const char *stream, const char *wanted)
{
  gsize size = length < 0 ? strlen (text) : (gsize) length;

  for (gsize split = 0; split <= size; split++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *got = ews_test_read (text, size, split, many, stream, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (got, ==, wanted);
    }
}

void
ews_test_check_refused (const char *text, gssize length, int code, const char *words)
{
  gsize size = length < 0 ? strlen (text) : (gsize) length;

  for (gsize split = 0; split <= size; split += size > 4000 ? size / 7 : 1)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *got = ews_test_read (text, size, split, FALSE, NULL, NULL, &error);

      g_assert_null (got);
      g_assert_error (error, TAUBE_ERROR, code);
      if (strstr (error->message, words) == NULL)
        g_error ("\"%s\" does not say \"%s\"", error->message, words);
    }
}

struct _EwsTestNode
{
  TaubeArena *arena;
  EwsNode *node;
};

static EwsNode *
copy_node (TaubeArena *arena, const EwsNode *node, EwsNode *parent)
{
  EwsNode *copy = taube_arena_alloc (arena, sizeof *copy);

  *copy = (EwsNode){ .space = node->space, .parent = parent };
  copy->name = taube_arena_strndup (arena, node->name, strlen (node->name));
  copy->text = taube_arena_strndup (arena, node->text, strlen (node->text));
  for (const EwsAttribute *attribute = node->attributes; attribute != NULL; attribute = attribute->next)
    {
      EwsAttribute *twin = taube_arena_alloc (arena, sizeof *twin);

      twin->name = taube_arena_strndup (arena, attribute->name, strlen (attribute->name));
      twin->value = taube_arena_strndup (arena, attribute->value, strlen (attribute->value));
      twin->next = copy->attributes;
      copy->attributes = twin;
    }
  for (const EwsNode *child = node->children; child != NULL; child = child->next)
    {
      EwsNode *twin = copy_node (arena, child, copy);

      if (copy->last_child != NULL)
        copy->last_child->next = twin;
      else
        copy->children = twin;
      copy->last_child = twin;
    }
  return copy;
}

static gboolean
keep_node (const EwsNode *node, gpointer user_data, GError **error)
{
  EwsTestNode *self = user_data;

  if (self->node == NULL)
    self->node = copy_node (self->arena, node, NULL);
  return TRUE;
}

static gboolean
keep_message (const EwsNode *node, guint index, gpointer user_data, GError **error)
{
  return keep_node (node, user_data, error);
}

/* XML: what stands in the body. */
EwsTestNode *
ews_test_node_new (const char *xml)
{
  static const EwsReaderFuncs keep = { keep_node, keep_node, NULL, keep_message, NULL, NULL };
  EwsTestNode *self = g_new0 (EwsTestNode, 1);
  g_autoptr (EwsReader) reader = ews_reader_new (taube_limits_get_default (), &keep, self);
  g_autofree char *text = g_strconcat (SOAP_HEAD "<s:Body>", xml, "</s:Body>" SOAP_TAIL, NULL);
  g_autoptr (GError) error = NULL;

  self->arena = taube_arena_new (16 << 20);
  ews_reader_feed (reader, text, strlen (text), &error);
  g_assert_no_error (error);
  g_assert_nonnull (self->node);
  return self;
}

const EwsNode *
ews_test_node_get (EwsTestNode *self)
{
  return self->node;
}

void
ews_test_node_free (EwsTestNode *self)
{
  taube_arena_free (self->arena);
  g_free (self);
}
