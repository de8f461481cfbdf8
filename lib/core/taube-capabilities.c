/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-capabilities-private.h"

#include "base/taube-gettext.h"

#include <taube/taube-error.h>

#include <json-glib/json-glib.h>
#include <string.h>

#define N_LEVELS (TAUBE_CAPABILITY_LEVEL_LIVE + 1)

typedef struct
{
  gboolean known;
  TaubeSupport support;
  char *reason;   /* GRefString, not translated; NULL: none */
  char *evidence; /* GRefString; NULL: none */
} Answer;

/**
 * TaubeCapabilities:
 *
 * What a backend, or an account, can do: the comparison table in three levels, each answer with its reason.
 *
 * The protocol's level is what the table of the documentation says; the module's is what the backend implements; the
 * live one is what this server, login and account settings give, with the evidence. Immutable, safe between threads: an
 * account gives a new table when an answer changes.
 */
struct _TaubeCapabilities
{
  gatomicrefcount refs;
  gboolean live; /* there is a live answer to some row */
  Answer answers[TAUBE_N_CAPABILITIES][N_LEVELS];
};

G_DEFINE_BOXED_TYPE (TaubeCapabilities, taube_capabilities, taube_capabilities_ref, taube_capabilities_unref)

typedef struct
{
  const char *key;
  const char *title;
} Row;

static const Row rows_of_table[TAUBE_N_CAPABILITIES] = {
  [TAUBE_CAPABILITY_RETRIEVAL] = { "retrieval", N_ ("Mail retrieval") },
  [TAUBE_CAPABILITY_MAIL_SYNC] = { "mail-sync", N_ ("Mail synchronised") },
  [TAUBE_CAPABILITY_KEEPS_ON_SERVER] = { "keeps-on-server", N_ ("Mail stays on the server") },
  [TAUBE_CAPABILITY_CONTACTS_SYNC] = { "contacts-sync", N_ ("Contacts synchronised") },
  [TAUBE_CAPABILITY_CALENDAR_SYNC] = { "calendar-sync", N_ ("Calendar synchronised") },
  [TAUBE_CAPABILITY_MULTI_DEVICE] = { "multi-device", N_ ("Access from several devices") },
  [TAUBE_CAPABILITY_FOLDERS] = { "folders", N_ ("Folders") },
  [TAUBE_CAPABILITY_SERVER_FLAGS] = { "server-flags", N_ ("Flags kept on the server") },
  [TAUBE_CAPABILITY_SERVER_SEARCH] = { "server-search", N_ ("Search on the server") },
  [TAUBE_CAPABILITY_SERVER_SORT] = { "server-sort", N_ ("Sorting on the server") },
  [TAUBE_CAPABILITY_SERVER_THREAD] = { "server-thread", N_ ("Threads from the server") },
  [TAUBE_CAPABILITY_PUSH] = { "push", N_ ("News without asking") },
  [TAUBE_CAPABILITY_SENDING] = { "sending", N_ ("Sending") },
  [TAUBE_CAPABILITY_SHARING] = { "sharing", N_ ("Shared folders") },
  [TAUBE_CAPABILITY_DELEGATION] = { "delegation", N_ ("Delegates") },
  [TAUBE_CAPABILITY_QUOTA] = { "quota", N_ ("Storage limits") },
  [TAUBE_CAPABILITY_PARTIAL_FETCH] = { "partial-fetch", N_ ("Retrieval in parts") },
  [TAUBE_CAPABILITY_ATTACHMENTS_ON_DEMAND] = { "attachments-on-demand", N_ ("Attachments on demand") },
  [TAUBE_CAPABILITY_OUT_OF_OFFICE] = { "out-of-office", N_ ("Out-of-office replies") },
  [TAUBE_CAPABILITY_FREE_BUSY] = { "free-busy", N_ ("Free and busy times") },
};

static const Row cells[] = {
  [TAUBE_SUPPORT_NO] = { "no", N_ ("no") },
  [TAUBE_SUPPORT_YES] = { "yes", N_ ("yes") },
  [TAUBE_SUPPORT_CONDITIONAL] = { "conditional", N_ ("yes / no") },
};

static const char *const level_keys[N_LEVELS] = { "protocol", "module", "live" };

/**
 * taube_capability_get_key:
 * @capability: a row of the table
 *
 * The row's name in data, the same in every language.
 *
 * Returns: (transfer none): such as `mail-sync`
 */
const char *
taube_capability_get_key (TaubeCapability capability)
{
  g_return_val_if_fail ((guint) capability < TAUBE_N_CAPABILITIES, NULL);

  return rows_of_table[capability].key;
}

/**
 * taube_capability_get_title:
 * @capability: a row of the table
 *
 * The row's name for people, in their language.
 *
 * Returns: (transfer none): such as "Mail synchronised"
 */
const char *
taube_capability_get_title (TaubeCapability capability)
{
  g_return_val_if_fail ((guint) capability < TAUBE_N_CAPABILITIES, NULL);

  return _ (rows_of_table[capability].title);
}

/**
 * taube_capability_from_key:
 * @key: a name as [func@Capability.get_key] gives it
 * @capability_out: (out) (optional): the row
 *
 * Finds the row with that name.
 *
 * Returns: %TRUE when there is one
 */
gboolean
taube_capability_from_key (const char *key, TaubeCapability *capability_out)
{
  g_return_val_if_fail (key != NULL, FALSE);

  for (guint i = 0; i < TAUBE_N_CAPABILITIES; i++)
    if (strcmp (rows_of_table[i].key, key) == 0)
      {
        if (capability_out != NULL)
          *capability_out = (TaubeCapability) i;
        return TRUE;
      }
  return FALSE;
}

/**
 * taube_support_get_key:
 * @support: a cell of the table
 *
 * The cell in data, the same in every language.
 *
 * Returns: (transfer none): `yes`, `no` or `conditional`
 */
const char *
taube_support_get_key (TaubeSupport support)
{
  g_return_val_if_fail ((guint) support < G_N_ELEMENTS (cells), NULL);

  return cells[support].key;
}

/**
 * taube_support_get_title:
 * @support: a cell of the table
 *
 * The cell for people, in their language.
 *
 * Returns: (transfer none): such as "yes / no"
 */
const char *
taube_support_get_title (TaubeSupport support)
{
  g_return_val_if_fail ((guint) support < G_N_ELEMENTS (cells), NULL);

  return _ (cells[support].title);
}

static void
set_answer (Answer *answer, TaubeSupport support, const char *reason, const char *evidence)
{
  g_autofree char *reason_text = reason != NULL ? g_utf8_make_valid (reason, -1) : NULL;
  g_autofree char *evidence_text = evidence != NULL ? g_utf8_make_valid (evidence, -1) : NULL;

  g_clear_pointer (&answer->reason, g_ref_string_release);
  g_clear_pointer (&answer->evidence, g_ref_string_release);
  answer->known = TRUE;
  answer->support = support;
  answer->reason = reason_text != NULL ? g_ref_string_new (reason_text) : NULL;
  answer->evidence = evidence_text != NULL ? g_ref_string_new (evidence_text) : NULL;
}

TaubeCapabilities *
taube_capabilities_new (const TaubeCapabilityRow *rows, guint n_rows)
{
  TaubeCapabilities *self = g_new0 (TaubeCapabilities, 1);

  g_atomic_ref_count_init (&self->refs);
  for (guint i = 0; i < TAUBE_N_CAPABILITIES; i++)
    {
      self->answers[i][TAUBE_CAPABILITY_LEVEL_PROTOCOL].known = TRUE;
      self->answers[i][TAUBE_CAPABILITY_LEVEL_MODULE].known = TRUE;
    }
  for (guint i = 0; i < n_rows; i++)
    if ((guint) rows[i].capability < TAUBE_N_CAPABILITIES)
      {
        Answer *answers = self->answers[rows[i].capability];

        set_answer (&answers[TAUBE_CAPABILITY_LEVEL_PROTOCOL], rows[i].protocol, rows[i].protocol_reason, NULL);
        set_answer (&answers[TAUBE_CAPABILITY_LEVEL_MODULE], rows[i].module, rows[i].module_reason, NULL);
      }
  return self;
}

TaubeCapabilities *
taube_capabilities_with_live (TaubeCapabilities *self, TaubeCapability capability, TaubeSupport support,
                              const char *reason, const char *evidence)
{
  TaubeCapabilities *copy;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail ((guint) capability < TAUBE_N_CAPABILITIES, taube_capabilities_ref (self));

  copy = g_new (TaubeCapabilities, 1);
  memcpy (copy, self, sizeof *copy);
  g_atomic_ref_count_init (&copy->refs);
  for (guint i = 0; i < TAUBE_N_CAPABILITIES * N_LEVELS; i++)
    {
      Answer *answer = &copy->answers[i / N_LEVELS][i % N_LEVELS];

      if (answer->reason != NULL)
        g_ref_string_acquire (answer->reason);
      if (answer->evidence != NULL)
        g_ref_string_acquire (answer->evidence);
    }
  copy->live = TRUE;
  set_answer (&copy->answers[capability][TAUBE_CAPABILITY_LEVEL_LIVE], support, reason, evidence);
  return copy;
}

/**
 * taube_capabilities_ref:
 * @self: a table
 *
 * Takes another reference.
 *
 * Returns: (transfer full): @self
 */
TaubeCapabilities *
taube_capabilities_ref (TaubeCapabilities *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/**
 * taube_capabilities_unref:
 * @self: (transfer full): a table
 *
 * Gives a reference back.
 */
void
taube_capabilities_unref (TaubeCapabilities *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  for (guint i = 0; i < TAUBE_N_CAPABILITIES * N_LEVELS; i++)
    {
      Answer *answer = &self->answers[i / N_LEVELS][i % N_LEVELS];

      g_clear_pointer (&answer->reason, g_ref_string_release);
      g_clear_pointer (&answer->evidence, g_ref_string_release);
    }
  g_free (self);
}

/* Which level answers: without a server the protocol; with one what was found out live, and for rows that nothing was
 * found out about, what the module implements. */
static TaubeCapabilityLevel
answering_level (const TaubeCapabilities *self, TaubeCapability capability)
{
  if (!self->live)
    return TAUBE_CAPABILITY_LEVEL_PROTOCOL;
  return self->answers[capability][TAUBE_CAPABILITY_LEVEL_LIVE].known ? TAUBE_CAPABILITY_LEVEL_LIVE
                                                                      : TAUBE_CAPABILITY_LEVEL_MODULE;
}

static const Answer *
get_answer (const TaubeCapabilities *self, TaubeCapability capability)
{
  return &self->answers[capability][answering_level (self, capability)];
}

static const char *
translate (const char *text)
{
  return text != NULL ? _ (text) : NULL;
}

/**
 * taube_capabilities_get_support:
 * @self: a table
 * @capability: a row
 *
 * The cell: what the server in hand gives, or what the protocol can do as long as there is none.
 *
 * Returns: yes, no or conditional
 */
TaubeSupport
taube_capabilities_get_support (TaubeCapabilities *self, TaubeCapability capability)
{
  g_return_val_if_fail (self != NULL, TAUBE_SUPPORT_NO);
  g_return_val_if_fail ((guint) capability < TAUBE_N_CAPABILITIES, TAUBE_SUPPORT_NO);

  return get_answer (self, capability)->support;
}

/**
 * taube_capabilities_get_level:
 * @self: a table
 * @capability: a row
 *
 * Where [method@Capabilities.get_support] has its answer from.
 *
 * Returns: a level; the module's when there is a server that says nothing about this row
 */
TaubeCapabilityLevel
taube_capabilities_get_level (TaubeCapabilities *self, TaubeCapability capability)
{
  g_return_val_if_fail (self != NULL, TAUBE_CAPABILITY_LEVEL_PROTOCOL);
  g_return_val_if_fail ((guint) capability < TAUBE_N_CAPABILITIES, TAUBE_CAPABILITY_LEVEL_PROTOCOL);

  return answering_level (self, capability);
}

/**
 * taube_capabilities_get_reason:
 * @self: a table
 * @capability: a row
 *
 * Why the cell is what it is, or on what it depends.
 *
 * Returns: (transfer none) (nullable): a text for people in their language, valid as long as @self; %NULL when there is
 *   none
 */
const char *
taube_capabilities_get_reason (TaubeCapabilities *self, TaubeCapability capability)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail ((guint) capability < TAUBE_N_CAPABILITIES, NULL);

  return translate (get_answer (self, capability)->reason);
}

/**
 * taube_capabilities_get_evidence:
 * @self: a table
 * @capability: a row
 *
 * What the server said that gave the answer.
 *
 * Returns: (transfer none) (nullable): such as `CAPABILITY IDLE`, valid as long as @self; %NULL when there is none
 */
const char *
taube_capabilities_get_evidence (TaubeCapabilities *self, TaubeCapability capability)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail ((guint) capability < TAUBE_N_CAPABILITIES, NULL);

  return get_answer (self, capability)->evidence;
}

/**
 * taube_capabilities_lookup:
 * @self: a table
 * @capability: a row
 * @level: a level
 * @support_out: (out) (optional): yes, no or conditional
 * @reason_out: (out) (optional) (nullable) (transfer none): why, valid as long as @self
 * @evidence_out: (out) (optional) (nullable) (transfer none): what the server said, valid as long as @self
 *
 * The answer of one level to one row.
 *
 * Returns: %TRUE when that level has one; the live level has none without a server
 */
gboolean
taube_capabilities_lookup (TaubeCapabilities *self, TaubeCapability capability, TaubeCapabilityLevel level,
                           TaubeSupport *support_out, const char **reason_out, const char **evidence_out)
{
  const Answer *answer;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail ((guint) capability < TAUBE_N_CAPABILITIES && (guint) level < N_LEVELS, FALSE);

  answer = &self->answers[capability][level];
  if (support_out != NULL)
    *support_out = answer->support;
  if (reason_out != NULL)
    *reason_out = translate (answer->reason);
  if (evidence_out != NULL)
    *evidence_out = answer->evidence;
  return answer->known;
}

/**
 * taube_capabilities_require:
 * @self: a table
 * @capability: the row that an operation needs
 * @operation: what is tried, for the error's message, such as `cannot search`
 * @error: return location
 *
 * Checks that the operation is possible: the module implements the row, and the server, as far as it is known, does not
 * say no. The error, `TAUBE_ERROR_NOT_SUPPORTED`, names operation, row and reason.
 *
 * Returns: %TRUE when it is possible or depends; %FALSE with @error set
 */
gboolean
taube_capabilities_require (TaubeCapabilities *self, TaubeCapability capability, const char *operation, GError **error)
{
  const Answer *answer;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail ((guint) capability < TAUBE_N_CAPABILITIES, FALSE);
  g_return_val_if_fail (operation != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  for (guint level = 0; level < N_LEVELS; level++)
    {
      answer = &self->answers[capability][level];
      if (!answer->known || answer->support != TAUBE_SUPPORT_NO)
        continue;
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, _ ("%s: not supported: %s (%s) is no%s%s%s%s%s"),
                   operation, _ (rows_of_table[capability].title), rows_of_table[capability].key,
                   answer->reason != NULL ? ": " : "", answer->reason != NULL ? _ (answer->reason) : "",
                   answer->evidence != NULL ? " [" : "", answer->evidence != NULL ? answer->evidence : "",
                   answer->evidence != NULL ? "]" : "");
      return FALSE;
    }
  return TRUE;
}

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  if (text != NULL)
    json_builder_add_string_value (builder, text);
  else
    json_builder_add_null_value (builder);
}

static void
add_answer (JsonBuilder *builder, const Answer *answer)
{
  add_text (builder, "support", cells[answer->support].key);
  add_text (builder, "reason", answer->reason);
  add_text (builder, "evidence", answer->evidence);
}

static void
add_cell (JsonBuilder *builder, const TaubeCapabilities *self, TaubeCapability capability)
{
  const Answer *answer = get_answer (self, capability);

  json_builder_begin_object (builder);
  add_text (builder, "support", cells[answer->support].key);
  add_text (builder, "level", level_keys[answering_level (self, capability)]);
  add_text (builder, "reason", answer->reason);
  add_text (builder, "evidence", answer->evidence);
  json_builder_set_member_name (builder, "levels");
  json_builder_begin_object (builder);
  for (guint level = 0; level < N_LEVELS; level++)
    {
      json_builder_set_member_name (builder, level_keys[level]);
      if (self->answers[capability][level].known)
        {
          json_builder_begin_object (builder);
          add_answer (builder, &self->answers[capability][level]);
          json_builder_end_object (builder);
        }
      else
        json_builder_add_null_value (builder);
    }
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}

/**
 * taube_capabilities_to_json:
 * @self: a table
 *
 * The whole table as one JSON object, a member for each row named by its key:
 * `{"support": "yes|no|conditional", "level": "protocol|module|live", "reason": …, "evidence": …,
 * "levels": {"protocol": {"support": …, "reason": …, "evidence": …}, "module": {…}, "live": {…}}}`.
 * What is not there is `null`; texts are not translated.
 *
 * Returns: (transfer full): JSON
 */
char *
taube_capabilities_to_json (TaubeCapabilities *self)
{
  g_autoptr (JsonBuilder) builder = NULL;
  g_autoptr (JsonGenerator) generator = NULL;
  g_autoptr (JsonNode) root = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  builder = json_builder_new ();
  json_builder_begin_object (builder);
  for (guint i = 0; i < TAUBE_N_CAPABILITIES; i++)
    {
      json_builder_set_member_name (builder, rows_of_table[i].key);
      add_cell (builder, self, (TaubeCapability) i);
    }
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  generator = json_generator_new ();
  json_generator_set_root (generator, root);
  return json_generator_to_data (generator, NULL);
}

static void
put_answer (GVariantBuilder *builder, const Answer *answer)
{
  g_variant_builder_add (builder, "{sv}", "support", g_variant_new_string (cells[answer->support].key));
  if (answer->reason != NULL)
    g_variant_builder_add (builder, "{sv}", "reason", g_variant_new_string (answer->reason));
  if (answer->evidence != NULL)
    g_variant_builder_add (builder, "{sv}", "evidence", g_variant_new_string (answer->evidence));
}

/**
 * taube_capabilities_to_variant:
 * @self: a table
 *
 * The whole table as a dictionary of type `a{sa{sv}}`: by the row's key, what [method@Capabilities.to_json] has for it,
 * without what would be `null` there; `levels` is `a{sa{sv}}` again.
 *
 * Returns: (transfer full): a variant, not floating
 */
GVariant *
taube_capabilities_to_variant (TaubeCapabilities *self)
{
  GVariantBuilder table = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{sa{sv}}"));

  g_return_val_if_fail (self != NULL, NULL);

  for (guint i = 0; i < TAUBE_N_CAPABILITIES; i++)
    {
      GVariantBuilder cell = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
      GVariantBuilder levels = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{sa{sv}}"));
      const char *level_key = level_keys[answering_level (self, (TaubeCapability) i)];

      put_answer (&cell, get_answer (self, (TaubeCapability) i));
      g_variant_builder_add (&cell, "{sv}", "level", g_variant_new_string (level_key));
      for (guint level = 0; level < N_LEVELS; level++)
        if (self->answers[i][level].known)
          {
            GVariantBuilder answer = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

            put_answer (&answer, &self->answers[i][level]);
            g_variant_builder_add (&levels, "{sa{sv}}", level_keys[level], &answer);
          }
      g_variant_builder_add (&cell, "{sv}", "levels", g_variant_builder_end (&levels));
      g_variant_builder_add (&table, "{sa{sv}}", rows_of_table[i].key, &cell);
    }
  return g_variant_ref_sink (g_variant_builder_end (&table));
}
