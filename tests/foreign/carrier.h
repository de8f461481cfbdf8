/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-account-impl.h>
#include <taube-backend/taube-folder-impl.h>
#include <taube-backend/taube-item-impl.h>
#include <taube/taube.h>

G_BEGIN_DECLS

/* A backend that is as little like IMAP as the SDK allows: ids are strings with any character in them, there is one
 * box of letters and one of contacts but no folders, and there is no connection: the "server" is a table of this
 * process, one for each host of a URI, which all accounts of that host share. */

#define CARRIER_TYPE_ACCOUNT (carrier_account_get_type ())
G_DECLARE_FINAL_TYPE (CarrierAccount, carrier_account, CARRIER, ACCOUNT, TaubeAccount)

#define CARRIER_TYPE_FOLDER (carrier_folder_get_type ())
G_DECLARE_FINAL_TYPE (CarrierFolder, carrier_folder, CARRIER, FOLDER, TaubeFolder)

#define CARRIER_TYPE_CONTACT (carrier_contact_get_type ())
G_DECLARE_FINAL_TYPE (CarrierContact, carrier_contact, CARRIER, CONTACT, TaubeItem)

TaubeItem *carrier_contact_new (TaubeFolder *folder, const char *id, const char *name);

/* A letter in the store; constant but for its flags, which stand under the store's lock. */
typedef struct
{
  char *id;
  char *subject; /* as it stands in the header; NULL when there is none */
  char *from;    /* the same */
  char *text;    /* the whole message */
  gint64 date;
  TaubeMessageFlags flags;
  char **keywords;
  guint version; /* rises with each change of the letter */
} CarrierLetter;

typedef struct
{
  GMutex lock;
  GPtrArray *letters;  /* CarrierLetter, under lock */
  GHashTable *contacts; /* id -> name; constant */
  guint version;       /* rises with each change, under lock */
} CarrierStore;

CarrierStore *carrier_store_get (const char *host);
CarrierLetter *carrier_store_find_locked (CarrierStore *self, const char *id);

/* Exported beside the module's datum: tests find them by name and play the other end of the line. */
__attribute__ ((visibility ("default"))) void carrier_store_deliver (const char *host, const char *text);
__attribute__ ((visibility ("default"))) void carrier_store_empty (const char *host);

/* The session of an account without a connection only knows its store. */
#define CARRIER_TYPE_SESSION (carrier_session_get_type ())
G_DECLARE_FINAL_TYPE (CarrierSession, carrier_session, CARRIER, SESSION, TaubeSession)

struct _CarrierSession
{
  TaubeSession parent_instance;
  CarrierStore *store;
};

G_END_DECLS
