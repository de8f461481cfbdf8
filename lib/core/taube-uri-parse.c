/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-uri-private.h"

#include "base/taube-gettext.h"
#include "core/taube-settings-private.h"

#include <taube/taube-error.h>

#include <string.h>

#define URI_MAXIMUM 8192   /* bytes; folder names in Cyrillic take six each */
#define HOST_MAXIMUM 253   /* RFC 1035 */
#define LABEL_MAXIMUM 63
#define SHOWN_MAXIMUM 200  /* characters of a URI that an error repeats */

/* One run over the text. Every function below returns FALSE once it has failed. */
typedef struct
{
  const char *text;
  TaubeUri *uri;
  char *uid;
  GError **error;
} Parser;

/* What of the text an error may repeat: no password, no query (an option that we do not know may be one), no control
 * characters, no novel. */
static char *
make_presentable (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  const char *authority = strstr (valid, "://");
  const char *at = strrchr (valid, '@'), *colon, *query = strchr (valid, '?');
  g_autoptr (GString) shown = g_string_new (NULL);
  glong characters = 0;

  authority = authority != NULL ? authority + 3 : valid;
  colon = strchr (authority, ':');
  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar character = g_utf8_get_char (c);

      if (++characters > SHOWN_MAXIMUM || (c == query && c[1] != '\0'))
        {
          g_string_append (shown, c == query ? "?…" : "…");
          break;
        }
      if (at != NULL && colon != NULL && c == colon && colon < at)
        {
          g_string_append (shown, ":***");
          c = at - 1;
        }
      else if (g_unichar_iscntrl (character))
        g_string_append_printf (shown, "\\x%02x", character);
      else
        g_string_append_unichar (shown, character);
    }
  return g_string_free (g_steal_pointer (&shown), FALSE);
}

static gboolean fail (Parser *parser, const char *at, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* Sets the error and returns FALSE. AT is where it is wrong, or NULL when that is no one place. */
static gboolean
fail (Parser *parser, const char *at, const char *format, ...)
{
  g_autofree char *shown = make_presentable (parser->text);
  g_autofree char *problem = NULL;
  g_autofree char *clean = NULL;
  va_list args;

  va_start (args, format);
  problem = g_strdup_vprintf (format, args);
  va_end (args);
  clean = g_utf8_make_valid (problem, -1);
  if (at == NULL)
    g_set_error (parser->error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("URI \"%s\": %s"), shown, clean);
  else
    g_set_error (parser->error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("URI \"%s\": %s (at character %ld)"), shown, clean,
                 g_utf8_pointer_to_offset (parser->text, at) + 1);
  return FALSE;
}

/* Decodes [FROM, END), the part that WHAT names. Folder names and ids may hold control characters, as some servers
 * have them, but never a line end or NUL: those would end the command they are sent in. */
static char *
decode (Parser *parser, const char *what, const char *from, const char *end, gboolean controls)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (const char *c = from; c < end; c++)
    {
      int high, low;

      if (*c != '%')
        {
          g_string_append_c (out, *c);
          continue;
        }
      high = end - c > 2 ? g_ascii_xdigit_value (c[1]) : -1;
      low = high >= 0 ? g_ascii_xdigit_value (c[2]) : -1;
      if (low < 0)
        {
          fail (parser, c, _ ("%s has a \"%%\" that two hexadecimal digits do not follow; a percent sign is %%25"),
                what);
          return NULL;
        }
      high = 16 * high + low;
      if (high == 0 || high == '\r' || high == '\n' || (!controls && g_ascii_iscntrl ((char) high)))
        {
          fail (parser, c, _ ("%s has the control character %%%02X"), what, (guint) high);
          return NULL;
        }
      g_string_append_c (out, (char) high);
      c += 2;
    }
  if (!g_utf8_validate (out->str, (gssize) out->len, NULL))
    {
      fail (parser, from, _ ("%s is not UTF-8"), what);
      return NULL;
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ), then "://"      (RFC 3986) */
static gboolean
parse_scheme (Parser *parser, const char **rest_out)
{
  const char *colon = strchr (parser->text, ':'), *c = parser->text;

  if (colon == NULL || strncmp (colon, "://", 3) != 0)
    return fail (parser, NULL, _ ("it has no scheme; the form is scheme://user@host/Folder"));
  while (c < colon && (g_ascii_isalpha (*c) || (c > parser->text && (g_ascii_isdigit (*c) || strchr ("+-.", *c)))))
    c++;
  if (c < colon || colon == parser->text)
    return fail (parser, c, _ ("the scheme is not a letter followed by letters, digits, \"+\", \"-\" or \".\""));
  parser->uri->scheme = g_ascii_strdown (parser->text, colon - parser->text);
  *rest_out = colon + 3;
  return TRUE;
}

/* iuserinfo = enc-user [iauth] / [enc-user] iauth; iauth = ";AUTH=" ( "*" / enc-auth-type )      (RFC 5092)
 * auth = ";AUTH=" ( "*" / enc-auth-type ), enc-auth-type may be enc-ext: "+APOP"                  (RFC 2384) */
static gboolean
parse_user (Parser *parser, const char *from, const char *end)
{
  const char *semicolon = memchr (from, ';', (gsize) (end - from)), *value;
  g_autofree char *mechanism = NULL, *fault = NULL;
  const char *colon = memchr (from, ':', (gsize) (end - from)), *at = memchr (from, '@', (gsize) (end - from));

  if (colon != NULL)
    return fail (parser, colon, _ ("a password must not stand in it; a colon in the user name is %%3A"));
  if (at != NULL)
    return fail (parser, at, _ ("the user name has an \"@\", which is written %%40"));
  if (semicolon == NULL || semicolon > from)
    {
      parser->uri->user = decode (parser, _ ("the user name"), from, semicolon != NULL ? semicolon : end, FALSE);
      if (parser->uri->user == NULL)
        return FALSE;
      if (parser->uri->user[0] == '\0')
        return fail (parser, from, _ ("the user name before the \"@\" is empty"));
    }
  if (semicolon == NULL)
    return TRUE;

  if (end - semicolon < 6 || g_ascii_strncasecmp (semicolon, ";AUTH=", 6) != 0)
    return fail (parser, semicolon, _ ("after the user name only \";AUTH=\" may stand; a semicolon in it is %%3B"));
  value = semicolon + 6;
  mechanism = decode (parser, _ ("the mechanism"), value, end, FALSE);
  if (mechanism == NULL)
    return FALSE;
  fault = strcmp (mechanism, "*") != 0 ? taube_settings_find_fault ("auth", mechanism) : NULL;
  if (fault != NULL)
    return fail (parser, value, "%s", fault);
  parser->uri->auth = g_ascii_strup (mechanism, -1);
  return TRUE;
}

/* "[" IPv6address [ "%25" ZoneID ] "]"                                 (RFC 3986, RFC 6874) */
static gboolean
parse_ipv6 (Parser *parser, const char *from, const char *end)
{
  g_autofree char *text = g_strndup (from + 1, (gsize) (end - from - 2));
  char *zone = strchr (text, '%');
  g_autoptr (GInetAddress) address = NULL;
  g_autofree char *canonical = NULL;

  if (zone != NULL)
    {
      const char *name = g_str_has_prefix (zone, "%25") ? zone + 3 : zone + 1;

      *zone = '\0';
      if (name[0] == '\0' || name[strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-._~")] != '\0')
        return fail (parser, from, _ ("\"%s\" is not the zone of an IPv6 address"), name);
      zone = (char *) name;
    }
  address = g_inet_address_new_from_string (text);
  if (address == NULL || g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV6)
    return fail (parser, from, _ ("\"%s\" is not an IPv6 address"), text);
  canonical = g_inet_address_to_string (address);
  parser->uri->host = zone != NULL ? g_strconcat (canonical, "%", zone, NULL) : g_strdup (canonical);
  parser->uri->display_host = g_strdup (parser->uri->host);
  return TRUE;
}

/* A DNS name as it goes on the wire; "_" occurs in real ones. */
static gboolean
is_host_name (const char *name)
{
  gsize length = strlen (name), label = 0;

  if (length == 0 || length > HOST_MAXIMUM)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      if (name[i] == '.')
        {
          if (label == 0)
            return FALSE;
          label = 0;
        }
      else if (!(g_ascii_isalnum (name[i]) || name[i] == '-' || name[i] == '_') || ++label > LABEL_MAXIMUM)
        return FALSE;
    }
  return TRUE;
}

static gboolean
parse_host (Parser *parser, const char *from, const char *end)
{
  g_autofree char *name = NULL, *ascii = NULL;

  if (from == end)
    return fail (parser, from, _ ("it names no host"));
  if (*from == '[')
    {
      if (end[-1] != ']')
        return fail (parser, from, _ ("the IPv6 address has no closing \"]\""));
      return parse_ipv6 (parser, from, end);
    }
  name = decode (parser, _ ("the host"), from, end, FALSE);
  if (name == NULL)
    return FALSE;
  ascii = g_hostname_to_ascii (name);
  if (ascii == NULL || !is_host_name (ascii))
    return fail (parser, from, _ ("\"%s\" is not the name of a host"), name);
  parser->uri->host = g_ascii_strdown (ascii, -1);
  parser->uri->display_host = g_hostname_to_unicode (parser->uri->host);
  if (parser->uri->display_host == NULL)
    parser->uri->display_host = g_strdup (parser->uri->host);
  return TRUE;
}

/* port = *DIGIT                                                        (RFC 3986) */
static gboolean
parse_port (Parser *parser, const char *from, const char *end)
{
  g_autofree char *port = g_strndup (from, (gsize) (end - from));
  guint64 number;

  if (from == end)
    return TRUE;
  if (g_ascii_string_to_unsigned (port, 10, 1, 65535, &number, NULL))
    {
      parser->uri->port = (guint) number;
      return TRUE;
    }
  /* With an "@" still to come this is rather "user:pass/word@host": nothing of it may be shown. */
  if (strchr (end, '@') != NULL)
    return fail (parser, from, _ ("what stands after the \":\" is not a port, and a password must not stand in a URI"));
  return fail (parser, from, _ ("port \"%s\" is not between 1 and 65535"), port);
}

/* authority = [ userinfo "@" ] host [ ":" port ]                       (RFC 3986) */
static gboolean
parse_authority (Parser *parser, const char *from, const char *end)
{
  const char *at = memrchr (from, '@', (gsize) (end - from)), *host = from, *colon;

  if (at != NULL)
    {
      if (!parse_user (parser, from, at))
        return FALSE;
      host = at + 1;
    }
  colon = memrchr (host, ':', (gsize) (end - host));
  if (colon != NULL && memchr (colon, ']', (gsize) (end - colon)) != NULL)
    colon = NULL;
  if (colon != NULL && *host != '[' && memchr (host, ':', (gsize) (colon - host)) != NULL)
    return fail (parser, host, _ ("the host has several \":\"; an IPv6 address stands in brackets"));
  return parse_host (parser, host, colon != NULL ? colon : end)
         && (colon == NULL || parse_port (parser, colon + 1, end));
}

static gboolean
set_once (Parser *parser, const char *at, const char *name, char **place, const char *value)
{
  if (*place != NULL)
    return fail (parser, at, _ ("\";%s=\" stands in it twice"), name);
  if (value[0] == '\0')
    return fail (parser, at, _ ("\";%s=\" has no value"), name);
  *place = g_strdup (value);
  return TRUE;
}

static gboolean
set_item (Parser *parser, const char *at, const char *name, TaubeUriItem item, const char *value)
{
  if (parser->uri->item != TAUBE_URI_ITEM_NONE && parser->uri->item != item)
    return fail (parser, at, _ ("\";%s=\" names a second item"), name);
  parser->uri->item = item;
  return set_once (parser, at, name, &parser->uid, value);
}

/* One ";NAME=value" of a path, without its semicolon. */
static gboolean
parse_parameter (Parser *parser, const char *from, const char *end)
{
  const char *equals = memchr (from, '=', (gsize) (end - from));
  g_autofree char *raw = g_strndup (from, (gsize) ((equals != NULL ? equals : end) - from));
  g_autofree char *name = g_ascii_strup (raw, -1), *value = NULL;
  guint32 number = 0;

  if (equals == NULL)
    return fail (parser, from,
                 _ ("\";%s\" is not a parameter of the form \";NAME=value\"; a semicolon in a name is %%3B"), raw);
  value = decode (parser, _ ("a parameter of the path"), equals + 1, end, TRUE);
  if (value == NULL)
    return FALSE;
  if (g_str_equal (name, "UIDVALIDITY") || g_str_equal (name, "UID"))
    if (value[0] != '\0' && !taube_uri_read_number (value, value + strlen (value), &number))
      return fail (parser, equals + 1, _ ("%s \"%s\" is not a number from 1 to 4294967295"), name, value);

  if (g_str_equal (name, "UID"))
    return set_item (parser, from, name, TAUBE_URI_ITEM_UID, value);
  if (g_str_equal (name, "UIDL"))
    return set_item (parser, from, name, TAUBE_URI_ITEM_UIDL, value);
  if (g_str_equal (name, "ID"))
    return set_item (parser, from, name, TAUBE_URI_ITEM_ID, value);
  if (g_str_equal (name, "SECTION"))
    return set_once (parser, from, name, &parser->uri->section, value);
  if (g_str_equal (name, "UIDVALIDITY"))
    {
      g_autofree char *old = parser->uri->uid_validity != 0 ? g_strdup ("") : NULL;

      if (!set_once (parser, from, name, &old, value))
        return FALSE;
      parser->uri->uid_validity = number;
      return TRUE;
    }
  if (g_str_equal (name, "PARTIAL"))
    return fail (parser, from, _ ("\";PARTIAL=\" is not supported; a range of bytes is asked for in the call"));
  return fail (parser, from, _ ("\";%s=\" is not known; a semicolon in a name is %%3B"), raw);
}

/* One segment of the path: a folder's name, then parameters. RFC 5092 writes them as ";UIDVALIDITY=7/;UID=4711", where
 * the second segment has no name. */
static gboolean
parse_segment (Parser *parser, const char *from, const char *end, GPtrArray *path, gboolean *parameters)
{
  const char *c = memchr (from, ';', (gsize) (end - from));
  const char *name_end = c != NULL ? c : end;

  if (name_end > from)
    {
      char *name;

      if (*parameters)
        return fail (parser, from, _ ("a folder stands behind a parameter; a semicolon in a name is %%3B"));
      name = decode (parser, _ ("the folder"), from, name_end, TRUE);
      if (name == NULL)
        return FALSE;
      g_ptr_array_add (path, name);
    }
  else if (c == NULL && *end != '\0' && *end != '?')
    return fail (parser, from, _ ("a folder's name is empty"));
  while (c != NULL)
    {
      const char *next = memchr (c + 1, ';', (gsize) (end - c - 1));

      *parameters = TRUE;
      if (!parse_parameter (parser, c + 1, next != NULL ? next : end))
        return FALSE;
      c = next;
    }
  return TRUE;
}

/* What the parameters mean together. */
static gboolean
finish_item (Parser *parser)
{
  TaubeUri *uri = parser->uri;

  if (uri->path == NULL && (uri->item == TAUBE_URI_ITEM_UID || uri->uid_validity != 0))
    return fail (parser, NULL, _ ("it names an item by UID and no folder"));
  if (uri->uid_validity != 0 && uri->item != TAUBE_URI_ITEM_NONE && uri->item != TAUBE_URI_ITEM_UID)
    return fail (parser, NULL, _ ("\";UIDVALIDITY=\" goes only with \";UID=\""));
  if (uri->section != NULL && uri->item == TAUBE_URI_ITEM_NONE)
    return fail (parser, NULL, _ ("\";SECTION=\" names a part of no item"));
  if (uri->item == TAUBE_URI_ITEM_UID && uri->uid_validity != 0)
    uri->item_id = g_strdup_printf ("%u.%s", uri->uid_validity, parser->uid);
  else
    uri->item_id = g_strdup (parser->uid);
  return TRUE;
}

/* FROM is at the "/" or at END. */
static gboolean
parse_path (Parser *parser, const char *from, const char *end)
{
  g_autoptr (GPtrArray) path = g_ptr_array_new_with_free_func (g_free);
  gboolean parameters = FALSE;

  while (from < end)
    {
      const char *slash = memchr (from + 1, '/', (gsize) (end - from - 1));

      if (!parse_segment (parser, from + 1, slash != NULL ? slash : end, path, &parameters))
        return FALSE;
      from = slash != NULL ? slash : end;
    }
  if (path->len > 0)
    {
      g_ptr_array_add (path, NULL);
      parser->uri->path = (GStrv) g_ptr_array_steal (path, NULL);
    }
  return finish_item (parser);
}

static gboolean
looks_like_option (const char *name)
{
  return name[0] != '\0' && name[strspn (name, G_CSET_a_2_z G_CSET_DIGITS "-")] == '\0';
}

/* One "name=value" of the query. Values are repeated in an error only when we know what the option is for. */
static gboolean
parse_option (Parser *parser, const char *from, const char *end)
{
  const char *equals = memchr (from, '=', (gsize) (end - from));
  g_autofree char *name = decode (parser, _ ("the query"), from, equals != NULL ? equals : end, FALSE);
  g_autofree char *value = NULL, *fault = NULL;

  if (name == NULL)
    return FALSE;
  if (!looks_like_option (name) && g_str_has_prefix (parser->uri->scheme, "imap"))
    return fail (parser, from,
                 _ ("a search in the query (RFC 5092) is not supported; there may be options, such as "
                    "\"?tls=none\""));
  if (!looks_like_option (name) || !taube_settings_has_name (name))
    return fail (parser, from, _ ("option \"%s\": there is no such setting"), name);
  if (equals == NULL)
    return fail (parser, from, _ ("option \"%s\" has no value"), name);
  value = decode (parser, _ ("an option's value"), equals + 1, end, FALSE);
  if (value == NULL)
    return FALSE;
  if (taube_uri_get_option (parser->uri, name) != NULL)
    return fail (parser, from, _ ("option \"%s\" stands in it twice"), name);
  fault = taube_settings_find_fault (name, value);
  if (fault != NULL)
    return fail (parser, equals + 1, _ ("option \"%s\": %s"), name, fault);
  taube_uri_add_option (parser->uri, name, value);
  return TRUE;
}

/* FROM is behind the "?". */
static gboolean
parse_query (Parser *parser, const char *from)
{
  while (*from != '\0')
    {
      const char *end = strchrnul (from, '&');

      if (!parse_option (parser, from, end))
        return FALSE;
      from = *end == '&' ? end + 1 : end;
    }
  return TRUE;
}

/* What may be said about an endpoint: in the clear only when that was allowed by name. */
static gboolean
check_url (Parser *parser)
{
  const char *url = taube_uri_get_option (parser->uri, "url");

  if (url != NULL && g_ascii_strncasecmp (url, "http:", 5) == 0
      && g_strcmp0 (taube_uri_get_option (parser->uri, "tls"), "none") != 0)
    return fail (parser, NULL, _ ("the endpoint is http, without TLS; that needs the option \"tls=none\""));
  return TRUE;
}

/* "https://alice@host/EWS/Exchange.asmx", as administrators hand it out, is the account
 * "exchange://alice@host?url=https://host/EWS/Exchange.asmx". [FROM, END) is its path. */
static gboolean
parse_endpoint (Parser *parser, const char *from, const char *end)
{
  static const char document[] = "/Exchange.asmx";
  gsize length = sizeof document - 1;
  TaubeUri *uri = parser->uri;
  g_autoptr (GString) url = NULL;
  g_autofree char *fault = NULL;

  if ((gsize) (end - from) < length || g_ascii_strncasecmp (end - length, document, length) != 0)
    return fail (parser, NULL, _ ("a %s address must be that of an Exchange endpoint, …/Exchange.asmx"), uri->scheme);
  if (memchr (from, ';', (gsize) (end - from)) != NULL || memchr (from, '%', (gsize) (end - from)) != NULL)
    return fail (parser, from, _ ("the path of an endpoint has neither \";\" nor \"%%\""));
  if (taube_uri_get_option (uri, "url") != NULL)
    return fail (parser, NULL, _ ("option \"url\": the address is the endpoint already"));
  url = g_string_new (uri->scheme);
  g_string_append_printf (url, strchr (uri->host, ':') != NULL ? "://[%s]" : "://%s", uri->host);
  if (uri->port != 0)
    g_string_append_printf (url, ":%u", uri->port);
  g_string_append_len (url, from, end - from);
  fault = taube_settings_find_fault ("url", url->str);
  if (fault != NULL)
    return fail (parser, from, _ ("the path of the endpoint is not that of a URL"));
  taube_uri_add_option (uri, "url", url->str);
  g_free (uri->scheme);
  uri->scheme = g_strdup ("exchange");
  uri->port = 0;
  return TRUE;
}

static gboolean
check_text (Parser *parser)
{
  const char *bad;

  if (parser->text[0] == '\0')
    return fail (parser, NULL, _ ("it is empty"));
  if (strlen (parser->text) > URI_MAXIMUM)
    return fail (parser, NULL, _ ("it is longer than %d bytes"), URI_MAXIMUM);
  if (!g_utf8_validate (parser->text, -1, &bad))
    return fail (parser, bad, _ ("it is not UTF-8"));
  for (const char *c = parser->text; *c != '\0'; c = g_utf8_next_char (c))
    if (g_unichar_iscntrl (g_utf8_get_char (c)))
      return fail (parser, c, _ ("it has a control character"));
  bad = strchr (parser->text, '#');
  if (bad != NULL)
    return fail (parser, bad, _ ("it has a fragment, \"#…\"; a \"#\" in a name is %%23"));
  return TRUE;
}

static gboolean
parse_all (Parser *parser)
{
  const char *rest = NULL, *path, *query;
  gboolean endpoint;

  if (!check_text (parser) || !parse_scheme (parser, &rest))
    return FALSE;
  query = strchrnul (rest, '?');
  path = memchr (rest, '/', (gsize) (query - rest));
  if (path == NULL)
    path = query;
  endpoint = g_str_equal (parser->uri->scheme, "https") || g_str_equal (parser->uri->scheme, "http");
  return parse_authority (parser, rest, path) && (endpoint || parse_path (parser, path, query))
         && parse_query (parser, *query == '?' ? query + 1 : query)
         && (!endpoint || parse_endpoint (parser, path, query)) && check_url (parser);
}

/**
 * taube_uri_parse:
 * @text: the address of an account, a folder or an item
 * @error: return location
 *
 * Takes an address apart. See [struct@Uri] for its form; nothing is looked up or connected. The error,
 * `TAUBE_ERROR_INVALID`, names the part that is wrong and where it stands, and repeats no password.
 *
 * The address of an Exchange endpoint, `https://host/EWS/Exchange.asmx`, is accepted too and becomes
 * `exchange://host?url=…`.
 *
 * Returns: (transfer full): the URI; %NULL with @error set
 */
TaubeUri *
taube_uri_parse (const char *text, GError **error)
{
  g_autoptr (TaubeUri) uri = NULL;
  Parser parser = { 0 };
  gboolean good;

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  uri = taube_uri_new_empty ();
  parser.text = text;
  parser.uri = uri;
  parser.error = error;
  good = parse_all (&parser);
  g_free (parser.uid);
  return good ? g_steal_pointer (&uri) : NULL;
}
