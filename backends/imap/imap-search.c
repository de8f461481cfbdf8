/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-search.h"

#include <string.h>

#include "imap-decode-search.h"
#include "imap-decode-thread.h"
#include "imap-gettext.h"

/* Why a server that looks at some of the messages only does not sort. */
static const char limited[] = "the server looks at some of the messages only (MESSAGELIMIT)";

/* How often a search in pieces begins anew because messages were removed meanwhile. */
#define MAX_ROUNDS 5

/* Bytes of a command that its set of UIDs may take, of a search that has other keys too. */
#define MAX_SET_BYTES 4000

static gboolean
has_word (const ImapSearch *self, const char *word)
{
  return self->session->capabilities != NULL && imap_capabilities_has_word (self->session->capabilities, word);
}

static gboolean
has (const ImapSearch *self, ImapCapability capability)
{
  return imap_session_has (self->session, capability);
}

/* What this server knows, and has not refused. */
static ImapQueryFeatures
find_allowed (const ImapSearch *self)
{
  guint allowed = IMAP_QUERY_EVERYTHING & ~self->refused;

  if (!has_word (self, "SEARCH=FUZZY"))
    allowed &= ~(guint) IMAP_QUERY_FUZZY;
  if (!has (self, IMAP_CAPABILITY_WITHIN))
    allowed &= ~(guint) IMAP_QUERY_WITHIN;
  if (self->session->quirks.no_search_not)
    allowed &= ~(guint) IMAP_QUERY_NOT;
  return (ImapQueryFeatures) allowed;
}

void
imap_search_init (ImapSearch *self, TaubeFolder *folder, ImapSession *session, TaubeQuery *query,
                  TaubeSearchRequest *request)
{
  *self = (ImapSearch){ .folder = folder, .session = session, .query = query, .request = request };
  imap_folder_format_prefix (session, self->prefix);
  self->refused = imap_account_get_refused (imap_session_get_account (session));
  self->numbers = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->dialect.wide = has (self, IMAP_CAPABILITY_IMAP4REV2);
  self->dialect.recent = has (self, IMAP_CAPABILITY_IMAP4REV1);
  self->dialect.raw = has (self, IMAP_CAPABILITY_X_GM_EXT_1);
  self->dialect.now = g_get_real_time () / G_USEC_PER_SEC;
  self->dialect.prefix = self->prefix;
  self->dialect.max_set_bytes = MIN (session->quirks.max_command_bytes / 2, MAX_SET_BYTES);
}

void
imap_search_clear (ImapSearch *self)
{
  imap_query_plan_clear (&self->plan);
  g_clear_pointer (&self->numbers, g_array_unref);
  g_clear_error (&self->unreadable);
}

/* Who can do what. */

static gboolean
needs_display (const ImapSearch *self)
{
  for (guint i = 0; i < taube_search_request_get_n_sort_keys (self->request); i++)
    if (taube_search_request_get_sort_key (self->request, i, NULL) >= TAUBE_SORT_KEY_DISPLAY_FROM)
      return TRUE;
  return FALSE;
}

gboolean
imap_search_can_sort (const ImapSearch *self, const char **reason_out)
{
  *reason_out = NULL;
  if (self->window > 0)
    *reason_out = limited;
  else if ((self->refused & IMAP_SEARCH_SORT) != 0)
    *reason_out = "the server refused SORT";
  else if (!has (self, IMAP_CAPABILITY_SORT))
    *reason_out = "the server lacks SORT";
  else if (needs_display (self) && !has_word (self, "SORT=DISPLAY"))
    *reason_out = "the server lacks SORT=DISPLAY";
  return *reason_out == NULL;
}

static const char *
threading_word (const ImapSearch *self)
{
  static const char *const words[] = { NULL, "REFERENCES", "REFS", "ORDEREDSUBJECT" };

  return words[taube_search_request_get_threading (self->request)];
}

gboolean
imap_search_can_thread (const ImapSearch *self, const char **reason_out)
{
  g_autofree char *word = g_strconcat ("THREAD=", threading_word (self), NULL);

  *reason_out = NULL;
  if (self->window > 0)
    *reason_out = limited;
  else if ((self->refused & IMAP_SEARCH_THREAD) != 0)
    *reason_out = "the server refused THREAD";
  else if (!has_word (self, word))
    *reason_out = "the server lacks this kind of THREAD";
  return *reason_out == NULL;
}

static gboolean
can_return (const ImapSearch *self)
{
  return (self->refused & IMAP_SEARCH_RETURN) == 0
         && (has (self, IMAP_CAPABILITY_ESEARCH) || has (self, IMAP_CAPABILITY_IMAP4REV2));
}

/* Answers. */

static gboolean
check_size (ImapSearch *self, guint64 n, GError **error)
{
  if (n <= (guint64) self->session->mailbox->exists + self->session->limits.list_items)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT,
               _ ("the server found more messages in folder \"%s\" than there are"),
               taube_folder_get_name (self->folder));
  return FALSE;
}

/* What cannot be read is no result: a shorter one would look like the whole. The stream is in step all the same. */
static gboolean
set_unreadable (ImapSearch *self, const char *name, const char *why)
{
  if (self->unreadable == NULL)
    self->unreadable = g_error_new (TAUBE_ERROR, TAUBE_ERROR_PROTOCOL,
                                    _ ("cannot search folder \"%s\": the server's answer %s cannot be read (%s)"),
                                    taube_folder_get_name (self->folder), name, why);
  return TRUE;
}

static gboolean
take_set (ImapSearch *self, const ImapSeqset *set, GError **error)
{
  if (!check_size (self, imap_seqset_count (set) + self->numbers->len, error))
    return FALSE;
  for (guint i = 0; i < set->n_ranges; i++)
    for (guint64 n = set->ranges[i].first; n != 0 && n <= set->ranges[i].last; n++)
      {
        guint32 number = (guint32) n;

        g_array_append_val (self->numbers, number);
      }
  return TRUE;
}

static gboolean
take_esearch (ImapSearch *self, const ImapEsearch *esearch, GError **error)
{
  g_autoptr (ImapSeqset) set = imap_seqset_new ();
  const ImapString *text = (esearch->fields & IMAP_ESEARCH_PARTIAL) != 0 ? &esearch->partial : &esearch->all;

  if (esearch->fields & IMAP_ESEARCH_COUNT)
    self->total = esearch->count;
  if ((esearch->fields & (IMAP_ESEARCH_PARTIAL | IMAP_ESEARCH_ALL)) == 0 || text->text == NULL)
    return TRUE;
  if (!imap_seqset_add_text (set, text->text, text->length, NULL))
    return set_unreadable (self, "ESEARCH", _ ("not a set of numbers"));
  return take_set (self, set, error);
}

static gboolean
take_search (ImapSearch *self, const ImapResponse *response, GError **error)
{
  g_autoptr (ImapSeqset) set = imap_seqset_new ();

  if (!imap_decode_search (response, set, NULL))
    return set_unreadable (self, "SEARCH", _ ("not a list of numbers"));
  return take_set (self, set, error);
}

static gboolean
take_sort (ImapSearch *self, const ImapResponse *response, GError **error)
{
  if (!imap_decode_sort (response, self->numbers))
    return set_unreadable (self, "SORT", _ ("not a list of numbers"));
  return check_size (self, self->numbers->len, error);
}

static gboolean
take_any_esearch (ImapSearch *self, const ImapResponse *response, GError **error)
{
  ImapEsearch esearch;
  gboolean good = imap_decode_esearch (response, &esearch);

  if ((esearch.malformed & (IMAP_ESEARCH_ALL | IMAP_ESEARCH_PARTIAL)) != 0)
    return set_unreadable (self, "ESEARCH", _ ("not a set of numbers"));
  if ((esearch.malformed & IMAP_ESEARCH_COUNT) != 0)
    return set_unreadable (self, "ESEARCH", _ ("not a number"));
  /* Nobody asked for the rest of what could be malformed. */
  if (!good && esearch.malformed == 0)
    return set_unreadable (self, "ESEARCH", _ ("not pairs of a name and a value"));
  if (!esearch.uid && esearch.fields != 0)
    return set_unreadable (self, "ESEARCH", _ ("not about UIDs"));
  return take_esearch (self, &esearch, error);
}

static gboolean
on_found (const ImapResponse *response, gpointer user_data, GError **error)
{
  ImapSearch *self = user_data;

  switch (response->type)
    {
    case IMAP_RESPONSE_SEARCH:
      take_search (self, response, error);
      return TRUE;
    case IMAP_RESPONSE_SORT:
      take_sort (self, response, error);
      return TRUE;
    case IMAP_RESPONSE_ESEARCH:
      take_any_esearch (self, response, error);
      return TRUE;
    default:
      return FALSE;
    }
}

/* Commands. */

/* SORT and THREAD always name one; with UTF8=ACCEPT, SEARCH never does (RFC 6855), and Courier takes no other than
 * UTF-8 then. */
static void
add_charset (ImapSearch *self, ImapCommand *command, gboolean unicode, gboolean always)
{
  gboolean utf8 = imap_pipeline_get_dialect (self->session->pipeline)->utf8;
  const char *name = self->dialect.charset != NULL ? self->dialect.charset : "UTF-8";

  if (always)
    imap_command_add_atom (command, N_ ("charset"), unicode || utf8 ? name : "US-ASCII");
  else if (unicode && !utf8)
    {
      imap_command_add_atom (command, N_ ("charset"), "CHARSET");
      imap_command_add_atom (command, N_ ("charset"), name);
    }
}

static gboolean
is_unicode (const ImapSearch *self)
{
  return (self->plan.used & IMAP_QUERY_UNICODE) != 0;
}

/* search-return-opts = SP "RETURN" SP "(" [search-return-opt *(SP search-return-opt)] ")"        (RFC 9051)
 * modifier-partial   = "PARTIAL" SP (partial-range-first / partial-range-last)                   (RFC 9394) */
static void
add_return (ImapSearch *self, ImapCommand *command)
{
  guint64 offset = taube_search_request_get_offset (self->request);
  guint64 limit = taube_search_request_get_limit (self->request);
  const char *sign = taube_search_request_get_newest_first (self->request) && !self->sorted ? "-" : "";

  imap_command_add_atom (command, N_ ("option"), "RETURN");
  imap_command_open (command);
  if (self->partial)
    {
      g_autofree char *range = g_strdup_printf ("%s%" G_GUINT64_FORMAT ":%s%" G_GUINT64_FORMAT, sign, offset + 1, sign,
                                                offset + limit);

      imap_command_add_atom (command, N_ ("option"), "PARTIAL");
      imap_command_add_atom (command, N_ ("range"), range);
      imap_command_add_atom (command, N_ ("option"), "COUNT");
    }
  else
    {
      if (self->saved)
        imap_command_add_atom (command, N_ ("option"), "SAVE");
      imap_command_add_atom (command, N_ ("option"), "ALL");
    }
  imap_command_close (command);
}

/* Whether the server can give the wanted range alone: RFC 9394, and RFC 5267 for ranges from the front. */
static gboolean
can_partial (const ImapSearch *self)
{
  guint64 limit = taube_search_request_get_limit (self->request);
  guint64 offset = taube_search_request_get_offset (self->request);

  if (self->window > 0 || limit == 0 || limit > G_MAXUINT32 || offset > G_MAXUINT32 - limit || self->plan.local != NULL
      || taube_search_request_get_threading (self->request) != TAUBE_THREADING_NONE || !can_return (self))
    return FALSE;
  if (self->sorted)
    return has_word (self, "CONTEXT=SORT");
  if (taube_search_request_get_n_sort_keys (self->request) > 0)
    return FALSE;
  return has_word (self, "PARTIAL")
         || (has_word (self, "CONTEXT=SEARCH") && !taube_search_request_get_newest_first (self->request));
}

/* sort-criteria = "(" sort-criterion *(SP sort-criterion) ")"
 * sort-criterion = ["REVERSE" SP] sort-key                           (RFC 5256, RFC 5957) */
static void
add_sort_keys (ImapSearch *self, ImapCommand *command)
{
  static const char *const words[]
      = { "ARRIVAL", "DATE", "FROM", "TO", "CC", "SUBJECT", "SIZE", "DISPLAYFROM", "DISPLAYTO" };

  imap_command_open (command);
  for (guint i = 0; i < taube_search_request_get_n_sort_keys (self->request); i++)
    {
      gboolean reverse;
      TaubeSortKey key = taube_search_request_get_sort_key (self->request, i, &reverse);

      if (reverse)
        imap_command_add_atom (command, N_ ("sort key"), "REVERSE");
      imap_command_add_atom (command, N_ ("sort key"), words[key]);
    }
  imap_command_close (command);
}

static ImapCall *
new_call (ImapSearch *self, const char *name)
{
  ImapCall *call = imap_session_call (self->session, name, TAUBE_ERROR_PROTOCOL, _ ("cannot search folder \"%s\""),
                                      taube_folder_get_name (self->folder));

  call->bad_is_refusal = TRUE;
  call->user_data = self;
  return call;
}

/* resp-text-code = "BADCHARSET" [SP "(" charset *(SP charset) ")"]    (RFC 9051)
 *
 * The first that can say the texts; asked in another one, a server that refuses again gets no third. */
static void
choose_charset (ImapSearch *self, const ImapResponse *response)
{
  const ImapValue *list = response->code_values;

  if (self->charset[0] != '\0' || list == NULL || list->type != IMAP_VALUE_LIST || self->plan.server == NULL)
    return;
  for (const ImapValue *value = list->first; value != NULL; value = value->next)
    {
      g_autofree char *name = imap_value_is_text (value) ? g_strndup (value->text, value->length) : NULL;

      if (name == NULL || strlen (name) >= sizeof self->charset || g_ascii_strcasecmp (name, "UTF-8") == 0
          || !imap_query_fits_charset (self->plan.server, name))
        continue;
      g_strlcpy (self->charset, name, sizeof self->charset);
      return;
    }
}

/* resp-text-code =/ "MESSAGELIMIT" SP message-limit [SP uniqueid]     (RFC 9738)
 *
 * Less was searched than was asked for, whether the server calls that OK or NO. */
static gboolean
on_completed (const ImapResponse *response, gpointer user_data, GError **error)
{
  ImapSearch *self = user_data;
  guint64 limit;

  if (response->code == IMAP_CODE_MESSAGELIMIT && imap_decode_code_number (response, &limit) && limit > 0)
    self->window = (guint32) MIN (limit, G_MAXUINT32 / 2);
  if (response->code == IMAP_CODE_BADCHARSET)
    choose_charset (self, response);
  return FALSE;
}

/* sequence-set as a key: these messages of the folder */
static void
add_window (ImapSearch *self, ImapCommand *command)
{
  g_autoptr (ImapSeqset) set = imap_seqset_new ();

  imap_seqset_add_range (set, self->window_first, self->window_last);
  imap_command_add_seqset (command, set);
}

static ImapCall *
new_find (ImapSearch *self)
{
  ImapCall *call = new_call (self, self->sorted ? "UID SORT" : "UID SEARCH");

  call->untagged = on_found;
  call->completed = on_completed;
  call->progress = taube_search_request_get_progress (self->request);
  self->partial = can_partial (self);
  self->saved = self->window == 0 && !self->sorted && !self->partial && can_return (self)
                && has (self, IMAP_CAPABILITY_SEARCHRES);
  if (self->partial || (!self->sorted && can_return (self)))
    add_return (self, call->command);
  if (self->sorted)
    add_sort_keys (self, call->command);
  add_charset (self, call->command, is_unicode (self), self->sorted);
  if (self->window > 0)
    add_window (self, call->command);
  imap_query_append (self->plan.server, call->command, &self->dialect);
  return call;
}

/* Refusals. */

/* Whether the search itself may be what the server dislikes. */
static gboolean
is_about_search (ImapSearch *self, const ImapCall *call)
{
  return call->done && call->refusal != NULL && !call->not_alone
         && !imap_pipeline_is_broken (self->session->pipeline) && call->refusal->domain == TAUBE_ERROR
         && (call->refusal->code == TAUBE_ERROR_PROTOCOL || call->refusal->code == TAUBE_ERROR_NOT_SUPPORTED
             || call->refusal->code == TAUBE_ERROR_INVALID);
}

/* Gives up one thing that the command had. FALSE: there is nothing left but "ALL". */
static gboolean
give_up (ImapSearch *self, const ImapCall *call)
{
  guint used = (guint) self->plan.used;

  self->last = 0;
  if (call->code == IMAP_CODE_BADCHARSET && self->dialect.charset == NULL && self->charset[0] != '\0')
    {
      self->dialect.charset = self->charset;
      return TRUE;
    }
  if (call->code == IMAP_CODE_BADCHARSET && (used & IMAP_QUERY_UNICODE) != 0)
    self->last = IMAP_QUERY_UNICODE;
  else if (self->sorted)
    self->last = IMAP_SEARCH_SORT;
  else if (can_return (self))
    self->last = IMAP_SEARCH_RETURN;
  else
    self->last = used & (~used + 1); /* the lowest bit */
  self->refused |= self->last;
  return self->last != 0;
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  guint32 x = *(const guint32 *) a, y = *(const guint32 *) b;

  return (x > y) - (x < y);
}

/* Ascending, each once: a set has no order. */
static void
sort_numbers (GArray *numbers)
{
  guint n = 0;

  g_array_sort (numbers, compare_numbers);
  for (guint i = 0; i < numbers->len; i++)
    if (i == 0 || g_array_index (numbers, guint32, i) != g_array_index (numbers, guint32, n - 1))
      g_array_index (numbers, guint32, n++) = g_array_index (numbers, guint32, i);
  g_array_set_size (numbers, n);
}

static void
complete (ImapSearch *self)
{
  if (!self->sorted)
    sort_numbers (self->numbers);
  if (!self->partial)
    self->total = self->numbers->len;
  else if (self->numbers->len > 0)
    self->total = MAX (self->total, taube_search_request_get_offset (self->request) + self->numbers->len);
  if (self->last != 0)
    imap_account_add_refused (imap_session_get_account (self->session), self->last);
}

static void
make_plan (ImapSearch *self)
{
  const char *reason;

  self->dialect.allowed = find_allowed (self);
  imap_query_plan_clear (&self->plan);
  imap_query_plan_init (&self->plan, self->query, &self->dialect);
  self->sorted = taube_search_request_get_n_sort_keys (self->request) > 0 && imap_search_can_sort (self, &reason);
}

/* FALSE with CALL done: the server refused, or what it said cannot be read. */
static gboolean
run (ImapSearch *self, ImapCall *call, GCancellable *cancellable, GError **error)
{
  if (!imap_call_run (call, cancellable, error))
    {
      g_clear_error (&self->unreadable);
      return FALSE;
    }
  if (self->unreadable == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->unreadable));
  return FALSE;
}

/* The folder is searched in pieces of the size that the server allows; anew when messages were removed meanwhile, for
 * then the numbers of the others have moved. */
static gboolean
find_in_windows (ImapSearch *self, GCancellable *cancellable, GError **error)
{
  const ImapMailbox *mailbox = self->session->mailbox;
  guint64 first = 1;

  make_plan (self);
  g_array_set_size (self->numbers, 0);
  for (guint rounds = 0; first <= mailbox->exists;)
    {
      g_autoptr (ImapCall) call = NULL;
      guint32 exists = mailbox->exists;

      self->window_first = (guint32) first;
      self->window_last = (guint32) MIN (exists, first + self->window - 1);
      call = new_find (self);
      if (!run (self, call, cancellable, error))
        return FALSE;
      first += self->window;
      if (mailbox->exists >= exists)
        continue;
      if (++rounds == MAX_ROUNDS)
        {
          g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT,
                       _ ("cannot search folder \"%s\": messages are removed while it is searched"),
                       taube_folder_get_name (self->folder));
          return FALSE;
        }
      g_array_set_size (self->numbers, 0);
      first = 1;
    }
  return TRUE;
}

/* Nobody here understands the language of the server. */
static gboolean
check_raw (ImapSearch *self, GError **error)
{
  if (self->plan.local == NULL || !taube_query_has_raw (self->plan.local))
    return TRUE;
  if (!self->dialect.raw)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED,
                 _ ("cannot search folder \"%s\": the server has no search language of its own (no X-GM-EXT-1)"),
                 taube_folder_get_name (self->folder));
  else
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED,
                 _ ("cannot search folder \"%s\": beside \"raw:\" stands what the server cannot search by"),
                 taube_folder_get_name (self->folder));
  return FALSE;
}

/* What matches as far as the server can tell, sorted if it can do that too. What it refuses is left out, one thing
 * after the other, until it does not; the last of them was to blame, and is not tried again with this account. */
gboolean
imap_search_find (ImapSearch *self, GCancellable *cancellable, GError **error)
{
  for (;;)
    {
      g_autoptr (ImapCall) call = NULL;
      g_autoptr (GError) local = NULL;
      gboolean found;

      make_plan (self);
      if (!check_raw (self, error))
        return FALSE;
      g_array_set_size (self->numbers, 0);
      call = new_find (self);
      found = run (self, call, cancellable, &local);
      if (call->done && self->window > 0 && !imap_pipeline_is_broken (self->session->pipeline))
        {
          if (!find_in_windows (self, cancellable, error))
            return FALSE;
          complete (self);
          return TRUE;
        }
      if (found)
        {
          complete (self);
          return TRUE;
        }
      if (!is_about_search (self, call) || !give_up (self, call))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }
}

/* Threads. */

typedef struct
{
  ImapSearch *search;
  TaubeForest *forest;
  gboolean good;
} Threads;

static gboolean
on_thread (const ImapResponse *response, gpointer user_data, GError **error)
{
  Threads *threads = user_data;

  if (response->type != IMAP_RESPONSE_THREAD)
    return FALSE;
  threads->good &= imap_decode_thread (response, threads->forest);
  check_size (threads->search, threads->forest->n_nodes, error);
  return TRUE;
}

/* What THREAD is asked about: the server's own query; or, when some of what it finds was left out here, what is left.
 * FALSE: that does not fit in a command. */
static gboolean
add_thread_program (ImapSearch *self, ImapCommand *command)
{
  g_autoptr (ImapSeqset) uids = NULL;
  g_autofree char *text = NULL;

  if (self->plan.local == NULL)
    {
      add_charset (self, command, is_unicode (self), TRUE);
      imap_query_append (self->plan.server, command, &self->dialect);
      return TRUE;
    }
  add_charset (self, command, FALSE, TRUE);
  uids = imap_seqset_new ();
  for (guint i = 0; i < self->numbers->len; i++)
    imap_seqset_add (uids, g_array_index (self->numbers, guint32, i));
  imap_seqset_normalize (uids);
  text = imap_seqset_to_string (uids);
  if (strlen (text) > self->dialect.max_set_bytes)
    return FALSE;
  imap_command_add_atom (command, N_ ("search key"), "UID");
  imap_command_add_sequence (command, N_ ("set"), text);
  return TRUE;
}

/* The threads of what was found, made by the server. FOREST_OUT is NULL when it does not do that; FALSE when the
 * connection is gone. */
gboolean
imap_search_thread (ImapSearch *self, TaubeForest **forest_out, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapCall) call = new_call (self, "UID THREAD");
  g_autoptr (TaubeForest) forest = taube_forest_new ();
  g_autoptr (GError) local = NULL;
  Threads threads = { self, forest, TRUE };

  *forest_out = NULL;
  imap_command_add_atom (call->command, N_ ("algorithm"), threading_word (self));
  if (!add_thread_program (self, call->command))
    return TRUE;
  call->untagged = on_thread;
  call->user_data = &threads;
  if (!imap_call_run (call, cancellable, &local))
    {
      if (!is_about_search (self, call))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      self->refused |= IMAP_SEARCH_THREAD;
      imap_account_add_refused (imap_session_get_account (self->session), IMAP_SEARCH_THREAD);
      return TRUE;
    }
  if (threads.good)
    *forest_out = g_steal_pointer (&forest);
  return TRUE;
}
