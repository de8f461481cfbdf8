/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-account.h>
#include <taube/taube-capabilities.h>
#include <taube/taube-settings.h>
#include <taube/taube-uri.h>
#include <taube-backend/taube-limits.h>
#include <taube-backend/taube-secret.h>
#include <taube-backend/taube-session.h>
#include <taube-backend/taube-watch-impl.h>

G_BEGIN_DECLS

#define TAUBE_ACCOUNT_CLASS(klass) (G_TYPE_CHECK_CLASS_CAST ((klass), TAUBE_TYPE_ACCOUNT, TaubeAccountClass))
#define TAUBE_ACCOUNT_GET_CLASS(obj) (G_TYPE_INSTANCE_GET_CLASS ((obj), TAUBE_TYPE_ACCOUNT, TaubeAccountClass))

typedef struct _TaubeAccountClass TaubeAccountClass;

struct _TaubeAccount
{
  GObject parent_instance;
  gpointer priv;
};

/* The public wrapper has checked arguments, state and capability before a function here is called; it holds the lease
 * on SESSION and wants FALSE or NULL if and only if ERROR is set. */
struct _TaubeAccountClass
{
  GObjectClass parent_class;
  gsize struct_size; /* sizeof (TaubeAccountClass) as the module knows it */

  /* No I/O. Optional: says that URI and settings make sense for this backend, before anything is connected. */
  gboolean (*check) (TaubeAccount *self, GError **error);
  /* No I/O: a session that is not open yet. (transfer full) */
  TaubeSession *(*create_session) (TaubeAccount *self);
  /* No I/O: the GType of the account's folders, a subclass of TaubeFolder. */
  GType (*get_folder_type) (TaubeAccount *self);
  /* Returns TaubeFolder objects, each got from taube_account_publish_folder(). (transfer container) */
  GPtrArray *(*list_folders) (TaubeAccount *self, TaubeSession *session, TaubeContent content,
                              GCancellable *cancellable, GError **error);
  /* Optional: one session tells of all folders; without it each is followed by TaubeFolderClass.watch_step. */
  gboolean (*watch_step) (TaubeAccount *self, TaubeSession *session, TaubeAccountWatchStep *step,
                          GCancellable *cancellable, GError **error);

  /* The new folder, from taube_account_publish_folder(), which may lie elsewhere when the server keeps all folders
   * below another one. ROLE is never the inbox. (transfer full) */
  TaubeFolder *(*create_folder) (TaubeAccount *self, TaubeSession *session, const char *const *path,
                                 TaubeFolderRole role, TaubeContent content, GCancellable *cancellable,
                                 GError **error);
  /* FOLDER and what is below it get NEW_PATH, or what the server makes of it: gives the path that FOLDER has now. Once
   * it is done, taube_account_move_folder() is called. (transfer full) */
  char **(*rename_folder) (TaubeAccount *self, TaubeSession *session, TaubeFolder *folder,
                           const char *const *new_path, GCancellable *cancellable, GError **error);
  /* FOLDER and its items, not what is below it. *STAYS: its name is still needed as a step of a path. */
  gboolean (*delete_folder) (TaubeAccount *self, TaubeSession *session, TaubeFolder *folder, gboolean *stays,
                             GCancellable *cancellable, GError **error);
  gboolean (*set_subscribed) (TaubeAccount *self, TaubeSession *session, TaubeFolder *folder, gboolean subscribed,
                              GCancellable *cancellable, GError **error);
  /* Notes about FOLDER, or about the account as a whole when it is NULL: name -> GBytes. NAMES is NULL for all.
   * (transfer full) */
  GHashTable *(*load_metadata) (TaubeAccount *self, TaubeSession *session, TaubeFolder *folder,
                                const char *const *names, GCancellable *cancellable, GError **error);
  /* VALUE is NULL to take the note away. */
  gboolean (*set_metadata) (TaubeAccount *self, TaubeSession *session, TaubeFolder *folder, const char *name,
                            GBytes *value, GCancellable *cancellable, GError **error);

  /* How many sessions the server lets one login have at once, whatever the settings say; 0: any number. */
  gsize max_connections;

  gpointer reserved[16];
};

/* What a backend knows about a folder. */
typedef struct
{
  const char *const *path;
  TaubeFolderRole role;
  TaubeContent content;
  TaubeFolderFlags flags;
  gint64 total;  /* -1: not known */
  gint64 unread; /* -1: not known */
  TaubeNamespace space;
  const char *owner;   /* of a folder of another person; NULL: not known */
  TaubeRights rights;  /* what this login may do; NONE: not known */
  const char *comment; /* NULL: none, or not known */
} TaubeFolderInfo;

TAUBE_API const TaubeLimits *taube_account_get_limits (TaubeAccount *self);

/* The one object of that path, brought up to date with INFO. (transfer full) */
TAUBE_API TaubeFolder *taube_account_publish_folder (TaubeAccount *self, const TaubeFolderInfo *info);

/* FOLDER has another path now, and so has all below it: what is known of them goes over to the objects of the new
 * paths. */
TAUBE_API void taube_account_move_folder (TaubeAccount *self, TaubeFolder *folder, const char *const *new_path);

/* Live capabilities: called from open() or a job, any thread; strings are copied. Shown by the next getter. */
TAUBE_API void taube_account_set_live_capability (TaubeAccount *self, TaubeCapability capability, TaubeSupport support,
                                                  const char *reason, const char *evidence);
/* What live rows deny now may be had again at any time, and nobody would know without trying: calls are tried all the
 * same, and fail with the server's words. */
TAUBE_API void taube_account_set_blocked (TaubeAccount *self, gboolean blocked);
TAUBE_API void taube_account_set_server (TaubeAccount *self, const char *name, const char *const *extensions);
/* FACTS is of type a{ss}, taken when it is floating; what is not UTF-8 is left out by the caller. */
TAUBE_API void taube_account_set_server_facts (TaubeAccount *self, GVariant *facts);
TAUBE_API void taube_account_set_certificate (TaubeAccount *self, TaubeCertificate *certificate);

/* Questions, blocking until they are answered: asked in the account's context, or directly when this thread owns it.
 * ATTEMPT counts from 0; REFUSAL is what the server said to the attempt before, or NULL. */
TAUBE_API TaubeSecret *taube_account_ask_password (TaubeAccount *self, guint attempt, const char *refusal,
                                                   GCancellable *cancellable, GError **error);
TAUBE_API TaubeSecret *taube_account_ask_token (TaubeAccount *self, TaubeSecret *refused, GCancellable *cancellable,
                                                GError **error);
/* The same for another host than the URI's; CLAIMS, or NULL, is what the server wants that refused the last one. */
TAUBE_API TaubeSecret *taube_account_ask_token_for (TaubeAccount *self, const char *host, TaubeSecret *refused,
                                                    const char *claims, GCancellable *cancellable, GError **error);
TAUBE_API gboolean taube_account_ask_trust (TaubeAccount *self, TaubeCertificate *certificate,
                                            GCancellable *cancellable);
/* Whether HOST, which the user has not named and nobody vouches for, may get the credentials. FALSE also when there is
 * nobody to ask. */
TAUBE_API gboolean taube_account_ask_host (TaubeAccount *self, const char *host, GCancellable *cancellable);
/* Which of the two can be asked: password or callback; token source. */
TAUBE_API gboolean taube_account_has_password (TaubeAccount *self);
TAUBE_API gboolean taube_account_has_token (TaubeAccount *self);

G_END_DECLS
