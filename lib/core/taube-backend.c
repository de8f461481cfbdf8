/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-backend-private.h"

#include "base/taube-gettext.h"
#include "core/taube-capabilities-private.h"
#include "core/taube-key-file.h"

#include <taube-backend/taube-backend-module.h>
#include <taube/taube-error.h>

#include <gmodule.h>
#include <string.h>
#include <sys/auxv.h>

#define KEY_FILE_SUFFIX ".backend"
/* Key files of one program; more is an accident. */
#define BACKENDS_MAXIMUM 256

typedef GObjectClass TaubeBackendClass;

/**
 * TaubeBackend:
 *
 * An installed backend: its name, its URI schemes, and what it can do. [func@Backend.list] and [func@Backend.find]
 * give them.
 */
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

static void set_reason (TaubeBackend *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Says why the backend cannot be used, once and for all. */
static void
set_reason (TaubeBackend *self, const char *format, ...)
{
  g_autofree char *why = NULL, *name = g_utf8_make_valid (self->name, -1), *valid = NULL;
  va_list args;

  va_start (args, format);
  why = g_strdup_vprintf (format, args);
  va_end (args);
  valid = g_utf8_make_valid (why, -1);
  /* A file may have any name; what is said of it is one line. */
  g_strdelimit (valid, "\r\n", ' ');
  g_strdelimit (name, "\r\n", ' ');
  g_set_error (&self->reason, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, _ ("backend \"%s\" cannot be used: %s"), name,
               valid);
}

static void
read_key_file (TaubeBackend *self)
{
  g_autofree char *shown = g_filename_display_name (self->key_file);
  g_autofree char *module = g_filename_display_name (self->module_file);
  g_autoptr (GError) error = NULL;
  TaubeKeyFile file;

  if (!taube_key_file_load (self->key_file, &file, &error))
    {
      set_reason (self, "%s: %s", shown, error->message);
      return;
    }
  self->title = g_steal_pointer (&file.title);
  self->schemes = g_steal_pointer (&file.schemes);
  if (!g_str_equal (file.name, self->name))
    set_reason (self, _ ("%s: its Name is \"%s\" and not that of the file"), shown, file.name);
  else if (file.abi != TAUBE_BACKEND_ABI)
    set_reason (self, _ ("%s: it was made for ABI %u, this library has ABI %d"), shown, file.abi, TAUBE_BACKEND_ABI);
  else if (!g_file_test (self->module_file, G_FILE_TEST_IS_REGULAR))
    set_reason (self, _ ("its module %s is missing"), module);
  taube_key_file_clear (&file);
}

static TaubeBackend *
backend_new (const char *folder, const char *file_name)
{
  TaubeBackend *self = g_object_new (TAUBE_TYPE_BACKEND, NULL);
  g_autofree char *module_name = NULL;

  self->name = g_strndup (file_name, strlen (file_name) - strlen (KEY_FILE_SUFFIX));
  self->key_file = g_build_filename (folder, file_name, NULL);
  module_name = g_strconcat (self->name, "." G_MODULE_SUFFIX, NULL);
  self->module_file = g_build_filename (folder, module_name, NULL);
  read_key_file (self);
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
      if (find_by_name (backends, backend->name) == NULL && backends->len < BACKENDS_MAXIMUM)
        g_ptr_array_add (backends, g_steal_pointer (&backend));
    }
}

/* The folders that modules are loaded from, in the order in which they are looked at. (transfer full) */
char **
taube_backend_dup_folders (void)
{
  /* A program with the rights of another user loads no code that its caller chose. */
  const char *path = getauxval (AT_SECURE) == 0 ? g_getenv ("TAUBE_BACKEND_PATH") : NULL;
  g_auto (GStrv) folders = g_strsplit (path != NULL ? path : "", G_SEARCHPATH_SEPARATOR_S, -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; folders[i] != NULL; i++)
    if (folders[i][0] != '\0')
      g_strv_builder_add (builder, folders[i]);
  g_strv_builder_add (builder, TAUBE_BACKEND_DIR);
  return g_strv_builder_end (builder);
}

/* All that key files name, usable or not; made once. */
static GPtrArray *
get_registry (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      GPtrArray *backends = g_ptr_array_new_with_free_func (g_object_unref);
      g_auto (GStrv) folders = taube_backend_dup_folders ();

      for (guint i = 0; folders[i] != NULL; i++)
        scan_folder (backends, folders[i]);
      g_once_init_leave (&once, (gsize) backends);
    }
  return (GPtrArray *) once;
}

/* What the module exports, before anything of it was looked at. */
static const TaubeBackendModule *
open_module (TaubeBackend *self)
{
  /* Resident: its types are registered for as long as the process lives. */
  GModule *module = g_module_open (self->module_file, G_MODULE_BIND_LOCAL);
  gpointer symbol = NULL;

  if (module == NULL)
    {
      set_reason (self, _ ("its module does not load: %s"), g_module_error ());
      return NULL;
    }
  g_module_make_resident (module);
  if (!g_module_symbol (module, TAUBE_BACKEND_SYMBOL, &symbol) || symbol == NULL)
    {
      set_reason (self, _ ("its module %s exports no %s"), self->module_file, TAUBE_BACKEND_SYMBOL);
      return NULL;
    }
  return symbol;
}

static gboolean
is_account_type (GType type)
{
  /* The name is looked up only now: the module's own type has registered its parent. */
  GType account = g_type_from_name ("TaubeAccount");

  return type != G_TYPE_INVALID && account != 0 && g_type_is_a (type, account) && !G_TYPE_IS_ABSTRACT (type);
}

static gboolean
check_module (TaubeBackend *self, const TaubeBackendModule *module)
{
  /* Nothing else of it may be read before these two are right. */
  if (module->abi != TAUBE_BACKEND_ABI || module->size != sizeof (TaubeBackendModule))
    set_reason (self, _ ("its module %s was made for ABI %u (%u bytes), this library has ABI %d (%u bytes)"),
                self->module_file, module->abi, module->size, TAUBE_BACKEND_ABI, (guint) sizeof (TaubeBackendModule));
  else if (g_strcmp0 (module->name, self->name) != 0)
    set_reason (self, _ ("its module %s says that its name is \"%s\""), self->module_file,
                module->name != NULL ? module->name : "");
  else if (module->n_capabilities > 0 && module->capabilities == NULL)
    set_reason (self, _ ("its module %s has no capabilities"), self->module_file);
  else if (module->get_account_type == NULL || !is_account_type (module->get_account_type ()))
    set_reason (self, _ ("its module %s has no type of account"), self->module_file);
  return self->reason == NULL;
}

static void
load_locked (TaubeBackend *self)
{
  const TaubeBackendModule *module;

  if (self->module != NULL || self->reason != NULL)
    return;
  module = open_module (self);
  if (module == NULL || !check_module (self, module))
    return;
  self->capabilities = taube_capabilities_new (module->capabilities, module->n_capabilities);
  self->module = module;
}

/* Loads the module, if that was not done before. When it cannot be used, ERROR says why; a caller who goes on without
 * it asks for the one WARNING that the user gets. */
static gboolean
load (TaubeBackend *self, gboolean warn, GError **error)
{
  g_autoptr (GError) reason = NULL;

  g_mutex_lock (&self->lock);
  load_locked (self);
  reason = self->reason != NULL ? g_error_copy (self->reason) : NULL;
  warn = warn && reason != NULL && !self->warned;
  self->warned |= warn;
  g_mutex_unlock (&self->lock);

  if (warn)
    g_warning ("%s", reason->message);
  if (reason == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

/* Whether nothing is known that speaks against it, without loading it; warns, once, when there is. */
static gboolean
is_usable (TaubeBackend *self)
{
  g_autofree char *warning = NULL;
  gboolean usable;

  g_mutex_lock (&self->lock);
  usable = self->reason == NULL;
  if (!usable && !self->warned)
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
    if (is_usable (all->pdata[i]))
      g_ptr_array_add (usable, g_object_ref (all->pdata[i]));
  return usable;
}

/* The first backend of that scheme that can be used; those before it are skipped with a warning. When there is none,
 * ERROR says what is wrong with the first, or is not set when nobody knows the scheme. */
static TaubeBackend *
find_by_scheme (GPtrArray *backends, const char *scheme, GError **error)
{
  g_autoptr (GPtrArray) broken = g_ptr_array_new ();

  for (guint i = 0; i < backends->len; i++)
    {
      TaubeBackend *backend = backends->pdata[i];

      if (backend->schemes == NULL || !g_strv_contains ((const char *const *) backend->schemes, scheme))
        continue;
      if (load (backend, FALSE, NULL))
        {
          for (guint k = 0; k < broken->len; k++)
            load (broken->pdata[k], TRUE, NULL);
          return backend;
        }
      g_ptr_array_add (broken, backend);
    }
  if (broken->len > 0)
    load (broken->pdata[0], FALSE, error);
  return NULL;
}

static void
set_not_found_error (GPtrArray *backends, const char *wanted, GError **error)
{
  g_autofree char *shown = g_utf8_make_valid (wanted, -1);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < backends->len; i++)
    if (((TaubeBackend *) backends->pdata[i])->schemes != NULL)
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", ((TaubeBackend *) backends->pdata[i])->name);
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, _ ("there is no backend for \"%s\" (installed: %s)"),
               shown, text->len > 0 ? text->str : _ ("none"));
}

/**
 * taube_backend_find:
 * @name_or_scheme: the name of a backend, or the scheme of a URI
 * @error: `TAUBE_ERROR_NOT_SUPPORTED` when there is none, or it cannot be used; the message says why
 *
 * Finds a backend and loads its module. A name goes before a scheme.
 *
 * Returns: (transfer full): the backend, or %NULL with @error set
 */
TaubeBackend *
taube_backend_find (const char *name_or_scheme, GError **error)
{
  GPtrArray *all = get_registry ();
  g_autoptr (GError) reason = NULL;
  TaubeBackend *backend;

  g_return_val_if_fail (name_or_scheme != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  backend = find_by_name (all, name_or_scheme);
  if (backend != NULL)
    return load (backend, FALSE, error) ? g_object_ref (backend) : NULL;
  backend = find_by_scheme (all, name_or_scheme, &reason);
  if (backend != NULL)
    return g_object_ref (backend);
  if (reason != NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  else
    set_not_found_error (all, name_or_scheme, error);
  return NULL;
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
 * What its protocol can do and what its module implements. The module is loaded for it; the network is not used. That
 * it cannot be loaded is an error, and one warning in the log.
 *
 * Returns: (transfer full): the table, or %NULL with @error set
 */
TaubeCapabilities *
taube_backend_get_capabilities (TaubeBackend *self, GError **error)
{
  g_return_val_if_fail (TAUBE_IS_BACKEND (self), NULL);

  return load (self, TRUE, error) ? taube_capabilities_ref (self->capabilities) : NULL;
}

GType
taube_backend_get_account_type (TaubeBackend *self, GError **error)
{
  return load (self, FALSE, error) ? self->module->get_account_type () : G_TYPE_INVALID;
}
