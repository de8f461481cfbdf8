/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-backend-private.h"

#include "core/taube-capabilities-private.h"

#include <taube-backend/taube-backend-module.h>
#include <taube/taube-error.h>

#include <gmodule.h>
#include <string.h>
#include <sys/auxv.h>

#define KEY_FILE_SUFFIX ".backend"
#define KEY_FILE_GROUP "Backend"
#define KEY_FILE_BYTES (64 << 10)

typedef GObjectClass TaubeBackendClass;

struct _TaubeBackend
{
  GObject parent_instance;

  /* From the key file; constant. */
  char *name;
  char *title;
  char **schemes;
  char *key_file;
  char *module_file;

  GMutex lock;
  GError *reason; /* under lock, once set it stays: why this backend cannot be used */
  gboolean warned;
  const TaubeBackendModule *module; /* under lock, once set it stays: loaded and checked */
  TaubeCapabilities *capabilities;  /* with MODULE */
};

G_DEFINE_FINAL_TYPE (TaubeBackend, taube_backend, G_TYPE_OBJECT)

static void
taube_backend_finalize (GObject *object)
{
  TaubeBackend *self = TAUBE_BACKEND (object);

  g_free (self->name);
  g_free (self->title);
  g_strfreev (self->schemes);
  g_free (self->key_file);
  g_free (self->module_file);
  g_clear_error (&self->reason);
  g_clear_pointer (&self->capabilities, taube_capabilities_unref);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (taube_backend_parent_class)->finalize (object);
}

static void
taube_backend_class_init (TaubeBackendClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = taube_backend_finalize;
}

static void
taube_backend_init (TaubeBackend *self)
{
  g_mutex_init (&self->lock);
}

/* A name or scheme that can stand in a URI and in a file name: ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )  (RFC 3986) */
static gboolean
is_plain_word (const char *word)
{
  if (!g_ascii_islower (word[0]))
    return FALSE;
  for (const char *p = word; *p != '\0'; p++)
    if (!g_ascii_islower (*p) && !g_ascii_isdigit (*p) && strchr ("+-.", *p) == NULL)
      return FALSE;
  return strlen (word) <= 64;
}

static GKeyFile *
load_key_file (const char *path, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, error))
    return NULL;
  if (length > KEY_FILE_BYTES)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, "it is larger than %d bytes", KEY_FILE_BYTES);
      return NULL;
    }
  if (!g_key_file_load_from_data (file, text, length, G_KEY_FILE_NONE, error))
    return NULL;
  return g_steal_pointer (&file);
}

static gboolean
read_key_file (TaubeBackend *self, GError **error)
{
  g_autoptr (GKeyFile) file = load_key_file (self->key_file, error);
  g_autofree char *name = NULL;
  int abi;

  if (file == NULL)
    return FALSE;
  name = g_key_file_get_string (file, KEY_FILE_GROUP, "Name", error);
  if (name == NULL)
    return FALSE;
  if (!g_str_equal (name, self->name) || !is_plain_word (name))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, "its Name is \"%s\" and not that of the file", name);
      return FALSE;
    }
  self->title = g_key_file_get_string (file, KEY_FILE_GROUP, "Title", error);
  if (self->title == NULL)
    return FALSE;
  self->schemes = g_key_file_get_string_list (file, KEY_FILE_GROUP, "Schemes", NULL, error);
  if (self->schemes == NULL)
    return FALSE;
  for (guint i = 0; self->schemes[i] != NULL; i++)
    if (!is_plain_word (self->schemes[i]))
      {
        g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, "\"%s\" is no URI scheme", self->schemes[i]);
        return FALSE;
      }
  abi = g_key_file_get_integer (file, KEY_FILE_GROUP, "ABI", error);
  if (abi == TAUBE_BACKEND_ABI)
    return TRUE;
  if (error == NULL || *error == NULL)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, "it was made for ABI %d, this library has ABI %d", abi,
                 TAUBE_BACKEND_ABI);
  return FALSE;
}

static TaubeBackend *
backend_new (const char *folder, const char *file_name)
{
  TaubeBackend *self = g_object_new (TAUBE_TYPE_BACKEND, NULL);
  g_autofree char *module_name = NULL;
  g_autoptr (GError) error = NULL;

  self->name = g_strndup (file_name, strlen (file_name) - strlen (KEY_FILE_SUFFIX));
  self->key_file = g_build_filename (folder, file_name, NULL);
  module_name = g_strconcat (self->name, "." G_MODULE_SUFFIX, NULL);
  self->module_file = g_build_filename (folder, module_name, NULL);
  if (!read_key_file (self, &error))
    g_set_error (&self->reason, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, "backend \"%s\" cannot be used: %s: %s", self->name,
                 self->key_file, error->message);
  else if (!g_file_test (self->module_file, G_FILE_TEST_IS_REGULAR))
    g_set_error (&self->reason, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, "backend \"%s\" cannot be used: its module %s is missing",
                 self->name, self->module_file);
  return self;
}

static TaubeBackend *
find_by_name (GPtrArray *backends, const char *name)
{
  for (guint i = 0; i < backends->len; i++)
    if (g_str_equal (((TaubeBackend *) backends->pdata[i])->name, name))
      return backends->pdata[i];
  return NULL;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
scan_folder (GPtrArray *backends, const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, KEY_FILE_SUFFIX) && name[0] != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    {
      g_autoptr (TaubeBackend) backend = backend_new (folder, names->pdata[i]);

      /* The first file of a name wins, even when it is broken: nothing else takes its place unnoticed. */
      if (find_by_name (backends, backend->name) == NULL)
        g_ptr_array_add (backends, g_steal_pointer (&backend));
    }
}

/* All that key files name, usable or not; made once. */
static GPtrArray *
get_registry (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      GPtrArray *backends = g_ptr_array_new_with_free_func (g_object_unref);
      /* A program with the rights of another user loads no code that its caller chose. */
      const char *path = getauxval (AT_SECURE) == 0 ? g_getenv ("TAUBE_BACKEND_PATH") : NULL;
      g_auto (GStrv) folders = g_strsplit (path != NULL ? path : "", G_SEARCHPATH_SEPARATOR_S, -1);

      for (guint i = 0; folders[i] != NULL; i++)
        if (folders[i][0] != '\0')
          scan_folder (backends, folders[i]);
      scan_folder (backends, TAUBE_BACKEND_DIR);
      g_once_init_leave (&once, (gsize) backends);
    }
  return (GPtrArray *) once;
}

static const TaubeBackendModule *
open_module (TaubeBackend *self, GError **error)
{
  /* Resident: its types are registered for as long as the process lives. */
  GModule *module = g_module_open (self->module_file, G_MODULE_BIND_LOCAL);
  gpointer symbol = NULL;

  if (module == NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, "it does not load: %s", g_module_error ());
      return NULL;
    }
  g_module_make_resident (module);
  if (!g_module_symbol (module, TAUBE_BACKEND_SYMBOL, &symbol) || symbol == NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, "%s exports no %s", self->module_file,
                   TAUBE_BACKEND_SYMBOL);
      return NULL;
    }
  return symbol;
}

static gboolean
check_module (TaubeBackend *self, const TaubeBackendModule *module, GError **error)
{
  /* Nothing else of it may be read before these two are right. */
  if (module->abi != TAUBE_BACKEND_ABI || module->size != sizeof (TaubeBackendModule))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED,
                   "%s was made for ABI %u (%u bytes), this library has ABI %d (%u bytes)", self->module_file,
                   module->abi, module->size, TAUBE_BACKEND_ABI, (guint) sizeof (TaubeBackendModule));
      return FALSE;
    }
  if (g_strcmp0 (module->name, self->name) != 0)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, "%s says that its name is \"%s\"", self->module_file,
                   module->name != NULL ? module->name : "");
      return FALSE;
    }
  if (module->get_account_type == NULL || !g_type_is_a (module->get_account_type (), g_type_from_name ("TaubeAccount")))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, "%s has no type of account", self->module_file);
      return FALSE;
    }
  return TRUE;
}

static gboolean
load_locked (TaubeBackend *self, GError **error)
{
  g_autoptr (GError) load_error = NULL;
  const TaubeBackendModule *module;

  if (self->module != NULL)
    return TRUE;
  if (self->reason == NULL)
    {
      module = open_module (self, &load_error);
      if (module != NULL && check_module (self, module, &load_error))
        {
          self->capabilities = taube_capabilities_new (module->capabilities, module->n_capabilities);
          self->module = module;
          return TRUE;
        }
      g_set_error (&self->reason, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, "backend \"%s\" cannot be used: %s", self->name,
                   load_error->message);
    }
  g_propagate_error (error, g_error_copy (self->reason));
  return FALSE;
}

static gboolean
load (TaubeBackend *self, GError **error)
{
  gboolean loaded;

  g_mutex_lock (&self->lock);
  loaded = load_locked (self, error);
  g_mutex_unlock (&self->lock);
  return loaded;
}

/* TRUE when nothing is known that speaks against it; warns, once, when there is. */
static gboolean
is_usable (TaubeBackend *self, gboolean warn)
{
  g_autofree char *warning = NULL;
  gboolean usable;

  g_mutex_lock (&self->lock);
  usable = self->reason == NULL;
  if (!usable && warn && !self->warned)
    {
      self->warned = TRUE;
      warning = g_strdup (self->reason->message);
    }
  g_mutex_unlock (&self->lock);
  if (warning != NULL)
    g_warning ("%s", warning);
  return usable;
}

/**
 * taube_backend_list:
 *
 * The installed backends: those in the folders of the environment variable `TAUBE_BACKEND_PATH`, then those in the
 * library's own folder. No module is loaded for it; one that cannot be used is left out with one warning that says
 * which and why.
 *
 * Returns: (transfer container) (element-type TaubeBackend): the backends, in the order in which they were found
 */
GPtrArray *
taube_backend_list (void)
{
  GPtrArray *all = get_registry ();
  GPtrArray *usable = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < all->len; i++)
    if (is_usable (all->pdata[i], TRUE))
      g_ptr_array_add (usable, g_object_ref (all->pdata[i]));
  return usable;
}

static TaubeBackend *
find_by_scheme (GPtrArray *backends, const char *scheme, gboolean usable)
{
  for (guint i = 0; i < backends->len; i++)
    {
      TaubeBackend *backend = backends->pdata[i];

      if (backend->schemes != NULL && g_strv_contains ((const char *const *) backend->schemes, scheme)
          && is_usable (backend, FALSE) == usable)
        return backend;
    }
  return NULL;
}

static void
set_not_found_error (GPtrArray *backends, const char *wanted, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < backends->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", ((TaubeBackend *) backends->pdata[i])->name);
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, "there is no backend for \"%s\" (installed: %s)", wanted,
               text->len > 0 ? text->str : "none");
}

/**
 * taube_backend_find:
 * @name_or_scheme: the name of a backend, or the scheme of a URI
 * @error: `TAUBE_ERROR_NOT_SUPPORTED` when there is none, or it cannot be used; the message says why
 *
 * Finds a backend. Its module is loaded when it is first needed.
 *
 * Returns: (transfer full): the backend, or %NULL with @error set
 */
TaubeBackend *
taube_backend_find (const char *name_or_scheme, GError **error)
{
  GPtrArray *all = get_registry ();
  TaubeBackend *backend;

  g_return_val_if_fail (name_or_scheme != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  backend = find_by_name (all, name_or_scheme);
  if (backend == NULL)
    backend = find_by_scheme (all, name_or_scheme, TRUE);
  if (backend == NULL)
    backend = find_by_scheme (all, name_or_scheme, FALSE);
  if (backend == NULL)
    {
      set_not_found_error (all, name_or_scheme, error);
      return NULL;
    }
  if (!is_usable (backend, FALSE))
    {
      load (backend, error);
      return NULL;
    }
  return g_object_ref (backend);
}

/**
 * taube_backend_get_name:
 * @self: a backend
 *
 * Its name, unique among the backends.
 *
 * Returns: (transfer none): such as `imap`
 */
const char *
taube_backend_get_name (TaubeBackend *self)
{
  g_return_val_if_fail (TAUBE_IS_BACKEND (self), NULL);

  return self->name;
}

/**
 * taube_backend_get_title:
 * @self: a backend
 *
 * Its name for people.
 *
 * Returns: (transfer none): such as `IMAP`
 */
const char *
taube_backend_get_title (TaubeBackend *self)
{
  g_return_val_if_fail (TAUBE_IS_BACKEND (self), NULL);

  return self->title;
}

/**
 * taube_backend_get_schemes:
 * @self: a backend
 *
 * The URI schemes it answers to.
 *
 * Returns: (transfer none) (array zero-terminated=1): such as `imap`, `imaps`
 */
const char *const *
taube_backend_get_schemes (TaubeBackend *self)
{
  g_return_val_if_fail (TAUBE_IS_BACKEND (self), NULL);

  return (const char *const *) self->schemes;
}

/**
 * taube_backend_get_capabilities:
 * @self: a backend
 * @error: `TAUBE_ERROR_NOT_SUPPORTED` when its module cannot be loaded or has another ABI
 *
 * What its protocol can do and what its module implements. The module is loaded for it; the network is not used.
 *
 * Returns: (transfer full): the table, or %NULL with @error set
 */
TaubeCapabilities *
taube_backend_get_capabilities (TaubeBackend *self, GError **error)
{
  g_return_val_if_fail (TAUBE_IS_BACKEND (self), NULL);

  return load (self, error) ? taube_capabilities_ref (self->capabilities) : NULL;
}

GType
taube_backend_get_account_type (TaubeBackend *self, GError **error)
{
  return load (self, error) ? self->module->get_account_type () : G_TYPE_INVALID;
}
