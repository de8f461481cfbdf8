/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-sharing-impl.h>

#include <string.h>

struct _TaubePermission
{
  gatomicrefcount refs;
  char *identifier;
  char *letters;
  TaubeRights rights;
};

struct _TaubeGrantableRights
{
  gatomicrefcount refs;
  char *always;
  char **groups;
};

/* In the order in which servers write them. */
static const struct
{
  char letter;
  TaubeRights right;
} rights_by_letter[] = {
  { 'l', TAUBE_RIGHTS_LOOKUP },
  { 'r', TAUBE_RIGHTS_READ },
  { 's', TAUBE_RIGHTS_SEEN },
  { 'w', TAUBE_RIGHTS_WRITE },
  { 'i', TAUBE_RIGHTS_INSERT },
  { 'p', TAUBE_RIGHTS_POST },
  { 'k', TAUBE_RIGHTS_CREATE_FOLDERS },
  { 'x', TAUBE_RIGHTS_DELETE_FOLDER },
  { 't', TAUBE_RIGHTS_DELETE },
  { 'e', TAUBE_RIGHTS_EXPUNGE },
  { 'a', TAUBE_RIGHTS_ADMIN },
  { 'n', TAUBE_RIGHTS_ANNOTATE },
};

/**
 * taube_rights_to_letters:
 * @rights: some rights
 *
 * The letters of the rights (RFC 4314).
 *
 * Returns: (transfer full): such as `lrs`
 */
char *
taube_rights_to_letters (TaubeRights rights)
{
  GString *letters = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rights_by_letter); i++)
    if (rights & rights_by_letter[i].right)
      g_string_append_c (letters, rights_by_letter[i].letter);
  return g_string_free (letters, FALSE);
}

/**
 * taube_rights_from_letters:
 * @letters: letters, such as `lrs`
 *
 * The rights for which letters stand (RFC 4314). The two of RFC 2086 that were split later, `c` and `d`, count only
 * where none of their heirs is there: newer servers write them along for the sake of old clients. Other letters are a
 * server's own and are passed over.
 *
 * Returns: the rights
 */
TaubeRights
taube_rights_from_letters (const char *letters)
{
  TaubeRights rights = TAUBE_RIGHTS_NONE;

  g_return_val_if_fail (letters != NULL, TAUBE_RIGHTS_NONE);
  for (guint i = 0; i < G_N_ELEMENTS (rights_by_letter); i++)
    if (strchr (letters, rights_by_letter[i].letter) != NULL)
      rights |= rights_by_letter[i].right;
  if (strchr (letters, 'c') != NULL && strpbrk (letters, "kx") == NULL)
    rights |= TAUBE_RIGHTS_CREATE_FOLDERS | TAUBE_RIGHTS_DELETE_FOLDER;
  if (strchr (letters, 'd') != NULL && strpbrk (letters, "tex") == NULL)
    rights |= TAUBE_RIGHTS_DELETE | TAUBE_RIGHTS_EXPUNGE;
  return rights;
}

/**
 * TaubePermission:
 *
 * Who may do what with a folder. Immutable.
 */
G_DEFINE_BOXED_TYPE (TaubePermission, taube_permission, taube_permission_copy, taube_permission_free)

static TaubePermission *
permission_take (const char *identifier, char *letters)
{
  TaubePermission *self = g_new0 (TaubePermission, 1);

  g_atomic_ref_count_init (&self->refs);
  self->identifier = g_utf8_make_valid (identifier, -1);
  self->letters = letters;
  self->rights = taube_rights_from_letters (letters);
  return self;
}

/**
 * taube_permission_new:
 * @identifier: who: a login, `anyone`, the name of a group as the server has it
 * @rights: what he may do
 *
 * Makes a permission, to be given to [method@Folder.set_permission].
 *
 * Returns: (transfer full): the permission
 */
TaubePermission *
taube_permission_new (const char *identifier, TaubeRights rights)
{
  g_return_val_if_fail (identifier != NULL, NULL);
  return permission_take (identifier, taube_rights_to_letters (rights));
}

/**
 * taube_permission_new_from_letters:
 * @identifier: who: a login, `anyone`, the name of a group as the server has it
 * @letters: what he may do, in letters; also those that are a server's own
 *
 * Makes a permission as [ctor@Permission.new], with rights for which [flags@Rights] has no name.
 *
 * Returns: (transfer full): the permission
 */
TaubePermission *
taube_permission_new_from_letters (const char *identifier, const char *letters)
{
  g_return_val_if_fail (identifier != NULL, NULL);
  g_return_val_if_fail (letters != NULL, NULL);
  return permission_take (identifier, g_utf8_make_valid (letters, -1));
}

/**
 * taube_permission_copy:
 * @self: a permission
 *
 * Gives another reference to the same permission, which never changes.
 *
 * Returns: (transfer full): the permission
 */
TaubePermission *
taube_permission_copy (TaubePermission *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/**
 * taube_permission_free:
 * @self: (transfer full): a permission
 *
 * Drops one reference.
 */
void
taube_permission_free (TaubePermission *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_free (self->identifier);
  g_free (self->letters);
  g_free (self);
}

/**
 * taube_permission_get_identifier:
 * @self: a permission
 *
 * Who has the rights, as the server calls him: a login, `anyone`, the name of a group.
 *
 * Returns: the name; empty in an answer about one's own rights
 */
const char *
taube_permission_get_identifier (TaubePermission *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->identifier;
}

/**
 * taube_permission_get_rights:
 * @self: a permission
 *
 * What he may do, or, when the permission is negative, what is taken from him.
 *
 * Returns: the rights
 */
TaubeRights
taube_permission_get_rights (TaubePermission *self)
{
  g_return_val_if_fail (self != NULL, TAUBE_RIGHTS_NONE);
  return self->rights;
}

/**
 * taube_permission_get_letters:
 * @self: a permission
 *
 * The rights in the letters of the server, with those that have no name in [flags@Rights].
 *
 * Returns: such as `lrswipkxtea`
 */
const char *
taube_permission_get_letters (TaubePermission *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->letters;
}

/**
 * taube_permission_is_negative:
 * @self: a permission
 *
 * Whether the rights are taken from somebody who would have them otherwise, as a member of a group perhaps. The
 * identifier begins with `-` then.
 *
 * Returns: %TRUE when they are taken away
 */
gboolean
taube_permission_is_negative (TaubePermission *self)
{
  g_return_val_if_fail (self != NULL, FALSE);
  return self->identifier[0] == '-';
}

/**
 * TaubeGrantableRights:
 *
 * Which rights somebody can be given on a folder: some he has in any case, the others come in groups that are given or
 * not as a whole. Immutable.
 */
G_DEFINE_BOXED_TYPE (TaubeGrantableRights, taube_grantable_rights, taube_grantable_rights_copy,
                     taube_grantable_rights_free)

/* (transfer full) */
TaubeGrantableRights *
taube_grantable_rights_new (const char *always, const char *const *groups)
{
  TaubeGrantableRights *self = g_new0 (TaubeGrantableRights, 1);

  g_atomic_ref_count_init (&self->refs);
  self->always = g_utf8_make_valid (always, -1);
  self->groups = g_strdupv ((char **) groups);
  return self;
}

/**
 * taube_grantable_rights_copy:
 * @self: what can be given
 *
 * Gives another reference to the same, which never changes.
 *
 * Returns: (transfer full): what can be given
 */
TaubeGrantableRights *
taube_grantable_rights_copy (TaubeGrantableRights *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/**
 * taube_grantable_rights_free:
 * @self: (transfer full): what can be given
 *
 * Drops one reference.
 */
void
taube_grantable_rights_free (TaubeGrantableRights *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_free (self->always);
  g_strfreev (self->groups);
  g_free (self);
}

/**
 * taube_grantable_rights_get_always:
 * @self: what can be given
 *
 * The rights that he has as soon as he has any: they cannot be held back.
 *
 * Returns: the rights
 */
TaubeRights
taube_grantable_rights_get_always (TaubeGrantableRights *self)
{
  g_return_val_if_fail (self != NULL, TAUBE_RIGHTS_NONE);
  return taube_rights_from_letters (self->always);
}

/**
 * taube_grantable_rights_get_optional:
 * @self: what can be given
 *
 * The rights that can be given or not, of all groups together.
 *
 * Returns: the rights
 */
TaubeRights
taube_grantable_rights_get_optional (TaubeGrantableRights *self)
{
  TaubeRights rights = TAUBE_RIGHTS_NONE;

  g_return_val_if_fail (self != NULL, TAUBE_RIGHTS_NONE);
  for (char **group = self->groups; *group != NULL; group++)
    rights |= taube_rights_from_letters (*group);
  return rights;
}

/**
 * taube_grantable_rights_get_n_groups:
 * @self: what can be given
 *
 * How many groups of rights there are that can be given or not.
 *
 * Returns: a number
 */
guint
taube_grantable_rights_get_n_groups (TaubeGrantableRights *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return g_strv_length (self->groups);
}

/**
 * taube_grantable_rights_get_group:
 * @self: what can be given
 * @index: which group, from 0
 *
 * One group of rights that are given together, in letters; [func@rights_from_letters] reads them.
 *
 * Returns: such as `te`
 */
const char *
taube_grantable_rights_get_group (TaubeGrantableRights *self, guint index)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < g_strv_length (self->groups), NULL);
  return self->groups[index];
}
