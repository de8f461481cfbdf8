/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A module in order: an account without folders, whose server takes the password "geheim" and no other. */
#include <taube-backend/taube-account-impl.h>
#include <taube-backend/taube-backend-module.h>
#include <taube-backend/taube-secret.h>

#include <taube/taube.h>

#include <string.h>

typedef TaubeSession GoodSession;
typedef TaubeSessionClass GoodSessionClass;
typedef TaubeAccount GoodAccount;
typedef TaubeAccountClass GoodAccountClass;

GType good_session_get_type (void);
GType good_account_get_type (void);

G_DEFINE_TYPE (GoodSession, good_session, TAUBE_TYPE_SESSION)
G_DEFINE_TYPE (GoodAccount, good_account, TAUBE_TYPE_ACCOUNT)

static gboolean
good_session_open (TaubeSession *self, GCancellable *cancellable, GError **error)
{
  TaubeAccount *account = taube_session_get_account (self);
  const char *refusal = NULL;

  for (guint attempt = 0;; attempt++)
    {
      g_autoptr (TaubeSecret) password
          = taube_account_ask_password (account, attempt, refusal, cancellable, error);

      if (password == NULL)
        return FALSE;
      if (strcmp (taube_secret_peek (password), "geheim") == 0)
        return TRUE;
      refusal = "[AUTHENTICATIONFAILED] wrong";
    }
}

static void
good_session_close (TaubeSession *self, GCancellable *cancellable)
{
}

static void
good_session_class_init (GoodSessionClass *klass)
{
  klass->open = good_session_open;
  klass->close = good_session_close;
}

static void
good_session_init (GoodSession *self)
{
}

static TaubeSession *
good_account_create_session (TaubeAccount *self)
{
  return g_object_new (good_session_get_type (), NULL);
}

static void
good_account_class_init (GoodAccountClass *klass)
{
  klass->create_session = good_account_create_session;
}

static void
good_account_init (GoodAccount *self)
{
}

static const char *const schemes[] = { "testing-good", NULL };

static const TaubeCapabilityRow rows[] = {
  { TAUBE_CAPABILITY_RETRIEVAL, TAUBE_SUPPORT_YES, "it does", TAUBE_SUPPORT_YES, "it does" },
};

TAUBE_BACKEND_DEFINE (.name = "good", .title = "Testing", .schemes = schemes, .capabilities = rows,
                      .n_capabilities = G_N_ELEMENTS (rows), .get_account_type = good_account_get_type);
