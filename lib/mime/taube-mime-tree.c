/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mime/taube-mime-tree.h"

#include "mime/taube-mime-field.h"

#include <taube-backend/taube-mime.h>

#include <string.h>

/* RFC 2046 allows 70 characters; some senders take more. */
#define BOUNDARY_BYTES_MAX 256
/* What follows after so many parts belongs to the last of them. */
#define NODES_MAX 10000

typedef struct
{
  TaubeMimeNode *node;
  char *boundary; /* nullable; with "--" in front */
  gsize boundary_length;
  gboolean ended; /* its closing delimiter was seen */
} Open;

typedef struct
{
  const char *data;
  gsize length;
  const TaubeLimits *limits;
  GArray *open;      /* of Open, outermost first */
  TaubeMimeNode *fresh; /* the node whose header is being read; NULL in a body */
  guint nodes;
} TreeParser;

/* Frees the node and those below it, of which there are not more levels than the limit allows. */
void
taube_mime_node_free (TaubeMimeNode *self)
{
  g_ptr_array_unref (self->children);
  g_free (self->section);
  g_free (self->type);
  g_free (self->subtype);
  g_strfreev (self->params);
  g_free (self->id);
  g_free (self->description);
  g_free (self->encoding);
  g_free (self->disposition);
  g_strfreev (self->disposition_params);
  g_free (self->filename);
  g_free (self->language);
  g_free (self->location);
  g_free (self->md5);
  g_free (self);
}

static TaubeMimeNode *
begin_node (TreeParser *self, TaubeMimeNode *parent, gsize header_offset)
{
  TaubeMimeNode *node = g_new0 (TaubeMimeNode, 1);

  node->parent = parent;
  node->children = g_ptr_array_new_with_free_func ((GDestroyNotify) taube_mime_node_free);
  node->header_offset = header_offset;
  if (parent != NULL)
    g_ptr_array_add (parent->children, node);
  self->nodes++;
  self->fresh = node;
  return node;
}

/* content = type "/" subtype; what is neither is text/plain, or a message in a digest   (RFC 2045, RFC 2046) */
static void
set_type (TaubeMimeNode *node, const char *value)
{
  g_auto (GStrv) halves = g_strsplit (value, "/", 2);
  gboolean digest = node->parent != NULL && strcmp (node->parent->type, "multipart") == 0
                    && strcmp (node->parent->subtype, "digest") == 0;

  if (g_strv_length (halves) == 2 && halves[0][0] != '\0' && halves[1][0] != '\0')
    {
      node->type = g_strdup (halves[0]);
      node->subtype = g_strdup (halves[1]);
      return;
    }
  node->type = g_strdup (digest ? "message" : "text");
  node->subtype = g_strdup (digest ? "rfc822" : "plain");
}

static char *
dup_lower_token (const TaubeMimeHeaders *headers, const char *name)
{
  g_auto (GStrv) params = NULL;
  char *value = NULL;
  gsize length;
  const char *raw = taube_mime_headers_find (headers, name, &length);

  if (raw != NULL)
    taube_mime_field_parse (raw, length, &value, &params);
  return value;
}

static char *
dup_id (const TaubeMimeHeaders *headers)
{
  char *id = taube_mime_headers_dup_text (headers, "Content-ID");
  gsize length = id != NULL ? strlen (id) : 0;

  if (length >= 2 && id[0] == '<' && id[length - 1] == '>')
    {
      memmove (id, id + 1, length - 2);
      id[length - 2] = '\0';
    }
  return id;
}

static void
fill_node (TaubeMimeNode *node, const TaubeMimeHeaders *headers)
{
  gsize length;
  const char *raw = taube_mime_headers_find (headers, "Content-Type", &length);
  g_autofree char *type = NULL;
  const char *filename;

  taube_mime_field_parse (raw != NULL ? raw : "", raw != NULL ? length : 0, &type, &node->params);
  set_type (node, type);
  raw = taube_mime_headers_find (headers, "Content-Disposition", &length);
  if (raw != NULL)
    taube_mime_field_parse (raw, length, &node->disposition, &node->disposition_params);
  node->encoding = dup_lower_token (headers, "Content-Transfer-Encoding");
  node->id = dup_id (headers);
  node->description = taube_mime_headers_dup_text (headers, "Content-Description");
  node->language = taube_mime_headers_dup_text (headers, "Content-Language");
  node->location = taube_mime_headers_dup_text (headers, "Content-Location");
  node->md5 = taube_mime_headers_dup_text (headers, "Content-MD5");

  filename = taube_mime_find_param ((const char *const *) node->disposition_params, "filename");
  if (filename == NULL)
    filename = taube_mime_find_param ((const char *const *) node->params, "name");
  node->filename = filename != NULL ? taube_mime_clean_file_name (filename) : NULL;
}

static gboolean
is_type (const TaubeMimeNode *node, const char *type)
{
  return strcmp (node->type, type) == 0;
}

/* A message that is encoded as a whole is against the rules, and only a file. */
static gboolean
holds_message (const TaubeMimeNode *node)
{
  return is_type (node, "message") && (strcmp (node->subtype, "rfc822") == 0 || strcmp (node->subtype, "global") == 0)
         && (node->encoding == NULL || g_str_has_suffix (node->encoding, "bit")
             || strcmp (node->encoding, "binary") == 0);
}

/* Its header is read; the body begins at BODY_OFFSET. */
static void
open_fresh (TreeParser *self, gsize header_end, gsize body_offset)
{
  TaubeMimeNode *node = g_steal_pointer (&self->fresh);
  gsize from = MIN (node->header_offset, header_end);
  g_autoptr (TaubeMimeHeaders) headers
    = taube_mime_headers_parse (self->data + from, header_end - from, self->limits, NULL);
  Open open = { .node = node };
  gboolean room = self->open->len + 1 < self->limits->nesting && self->nodes < NODES_MAX;
  const char *boundary;

  fill_node (node, headers);
  node->body_offset = body_offset;
  boundary = taube_mime_find_param ((const char *const *) node->params, "boundary");
  if (is_type (node, "multipart") && room && boundary != NULL && boundary[0] != '\0'
      && strlen (boundary) <= BOUNDARY_BYTES_MAX)
    {
      open.boundary = g_strconcat ("--", boundary, NULL);
      open.boundary_length = strlen (open.boundary);
    }
  g_array_append_val (self->open, open);
  if (holds_message (node) && room)
    begin_node (self, node, body_offset);
}

static gsize
count_lines (const char *data, gsize length)
{
  gsize lines = 0;

  for (const char *end = data + length; (data = memchr (data, '\n', (gsize) (end - data))) != NULL; data++)
    lines++;
  return lines;
}

static void
close_down_to (TreeParser *self, guint level, gsize end)
{
  for (guint i = self->open->len; i > level; i--)
    {
      Open *open = &g_array_index (self->open, Open, i - 1);
      TaubeMimeNode *node = open->node;

      node->size = end > node->body_offset ? end - node->body_offset : 0;
      if (is_type (node, "text") || is_type (node, "message"))
        node->lines = count_lines (self->data + node->body_offset, node->size);
      g_free (open->boundary);
    }
  g_array_set_size (self->open, level);
}

/* delimiter := "--" boundary; close-delimiter := delimiter "--"; both followed by blanks   (RFC 2046)
 *
 * The multipart to which the line belongs, counted from 1, the innermost first; 0: to none. */
static guint
find_delimiter (const TreeParser *self, const char *line, gsize length, gboolean *closing_out)
{
  if (length < 3 || line[0] != '-' || line[1] != '-')
    return 0;
  while (length > 0 && strchr (" \t\r\n", line[length - 1]) != NULL && line[length - 1] != '\0')
    length--;
  for (guint level = self->open->len; level > 0; level--)
    {
      const Open *open = &g_array_index (self->open, Open, level - 1);
      gsize size = !open->ended ? open->boundary_length : 0;

      if (size == 0 || length < size || memcmp (line, open->boundary, size) != 0)
        continue;
      *closing_out = length == size + 2 && memcmp (line + size, "--", 2) == 0;
      if (*closing_out || length == size)
        return level;
    }
  return 0;
}

/* The line end before a delimiter belongs to the delimiter. */
static gsize
get_end_before (const TreeParser *self, gsize at)
{
  if (at > 0 && self->data[at - 1] == '\n')
    at--;
  if (at > 0 && self->data[at - 1] == '\r')
    at--;
  return at;
}

static void
take_delimiter (TreeParser *self, guint level, gboolean closing, gsize at, gsize next)
{
  Open *open;

  while (self->fresh != NULL) /* its header ends without an empty line */
    open_fresh (self, at, at);
  close_down_to (self, level, get_end_before (self, at));
  open = &g_array_index (self->open, Open, level - 1);
  open->ended = closing;
  if (!closing && self->nodes < NODES_MAX)
    begin_node (self, open->node, next);
}

static gboolean
is_blank_line (const char *line, gsize length)
{
  return (length == 1 && line[0] == '\n') || (length == 2 && line[0] == '\r' && line[1] == '\n');
}

static void
read_lines (TreeParser *self)
{
  gsize at = 0;

  while (at < self->length)
    {
      const char *line = self->data + at;
      const char *end = memchr (line, '\n', self->length - at);
      gsize length = end != NULL ? (gsize) (end - line) + 1 : self->length - at;
      gboolean closing = FALSE;
      guint level = find_delimiter (self, line, length, &closing);

      if (level > 0)
        take_delimiter (self, level, closing, at, at + length);
      else if (self->fresh != NULL && is_blank_line (line, length))
        open_fresh (self, at, at + length);
      at += length;
    }
}

/* The way to a part as IMAP writes it   (RFC 9051 section 6.4.5.1): children of a multipart are counted, and so is the
 * body of a message that is not a multipart. */
static void
set_sections (TaubeMimeNode *node)
{
  gboolean counts = is_type (node, "multipart");

  if (node->parent == NULL)
    node->section = g_strdup (counts ? "" : "1");
  for (guint i = 0; i < node->children->len; i++)
    {
      TaubeMimeNode *child = node->children->pdata[i];
      const char *above = node->section;
      g_autofree char *without_text = NULL;

      if (g_str_has_suffix (above, "TEXT"))
        above = without_text = g_strndup (above, strlen (above) - strlen (".TEXT"));
      if (!counts && is_type (child, "multipart"))
        child->section = g_strconcat (above, ".TEXT", NULL);
      else
        child->section = g_strdup_printf ("%s%s%u", above, above[0] != '\0' ? "." : "", i + 1);
      set_sections (child); /* not deeper than the limit */
    }
}

/* The parts of a whole message. Never fails: what cannot be understood is a part of its own, and below the limits on
 * depth and count nothing is taken apart. (transfer full) */
TaubeMimeNode *
taube_mime_tree_parse (const char *message, gsize length, const TaubeLimits *limits)
{
  TreeParser parser = { .data = message, .length = length, .limits = limits };
  TaubeMimeNode *root;

  parser.open = g_array_new (FALSE, FALSE, sizeof (Open));
  root = begin_node (&parser, NULL, 0);
  read_lines (&parser);
  while (parser.fresh != NULL)
    open_fresh (&parser, length, length);
  close_down_to (&parser, 0, length);
  g_array_unref (parser.open);
  set_sections (root);
  return root;
}
