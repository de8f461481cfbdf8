/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube.h>

#include "counting-proxy.h"

G_BEGIN_DECLS

/* The contract test asks the same of every backend, through the public API alone. A backend joins by a line in the
 * table of contract.c for each server that it is tested on. A line names a world: a private server, and the hand of
 * somebody else on its mailboxes. */

/* A mailbox of one test case: an account and the one folder of mail that the case uses. */
typedef struct
{
  char *uri;
  char **path;
  char *name; /* the world's own for the folder, or NULL */
} ContractBox;

typedef struct
{
  const char *name;          /* of the backend, as taube_backend_find() knows it */
  const char *server;        /* which of several the backend is tested on, NULL if there is one */
  TaubeSupport protocol[6];  /* the first rows of the comparison table, as the project promises them */
  gboolean one_at_a_time;    /* the mailbox is locked by the device that is connected */
  /* A private server with no mail in it. NULL, and the test marked as skipped: it is not installed. */
  gpointer (*start) (void);
  void (*stop) (gpointer server);
  /* A new, empty mailbox. */
  ContractBox *(*make_box) (gpointer server, const char *name);
  /* By somebody else's hand: a message arrives; all messages go. */
  void (*deliver) (gpointer server, const ContractBox *box, const char *message);
  void (*empty) (gpointer server, const ContractBox *box);
  TaubeCredentials *(*get_credentials) (gpointer server); /* optional */
  void (*set_up) (gpointer server, TaubeSettings *settings); /* optional */
  CountingProxy *(*get_wire) (gpointer server); /* NULL: nothing goes over a wire */
} ContractWorld;

extern const ContractWorld contract_imap_dovecot;
extern const ContractWorld contract_imap_cyrus;
extern const ContractWorld contract_imap_courier;
extern const ContractWorld contract_pop3_dovecot;
extern const ContractWorld contract_pop3_cyrus;
extern const ContractWorld contract_exchange;
extern const ContractWorld contract_carrier;

/* One case in one world. */
typedef struct
{
  const ContractWorld *world;
  gpointer server;
  ContractBox *box;
} Contract;

typedef struct
{
  const char *name;
  void (*run) (Contract *contract);
} ContractCase;

/* Runs all CASES in all worlds. */
int contract_main (int argc, char **argv, const ContractCase *cases, guint n_cases);

/* A message with that number: its subject is "Letter NUMBER"; and one with an attachment of 300,000 bytes. */
char *contract_letter (guint number);
char *contract_parcel (void);
void contract_deliver (Contract *contract, guint number);

/* A device: an account that is not connected yet; one that is. */
TaubeAccount *contract_new_device (Contract *contract);
TaubeAccount *contract_connect (Contract *contract);
/* Lets another device in, where only one can be: this one connects again when it is used. */
void contract_make_way (Contract *contract, TaubeAccount *account);
TaubeFolder *contract_get_folder (Contract *contract, TaubeAccount *account);
/* All messages, the oldest first. */
TaubeMessageList *contract_list (TaubeFolder *folder);
/* The only message. */
TaubeMessage *contract_get_only (TaubeFolder *folder);
GBytes *contract_fetch (TaubeFolder *folder, const char *id, const char *section, guint64 offset, gint64 length);
void contract_assert_text (GBytes *bytes, const char *text);
TaubeSupport contract_get_live (TaubeAccount *account, TaubeCapability row);

WireCount contract_get_wire (Contract *contract);
/* Not one byte, and no connection, since then. */
void contract_assert_silent (Contract *contract, WireCount since);

/* For the asynchronous forms: the callback, whose data is a place for the result, and the wait for it. */
void contract_on_done (GObject *object, GAsyncResult *result, gpointer user_data);
GAsyncResult *contract_wait (GAsyncResult **result);

/* A sink that calls FUNC before it takes bytes. */
GOutputStream *contract_sink_new (void (*func) (gpointer data), gpointer data);

/* proof-search.c */
void contract_prove_search (Contract *contract);
void contract_prove_sort (Contract *contract);
void contract_prove_thread (Contract *contract);
void contract_deny_search (Contract *contract, TaubeAccount *account);

G_END_DECLS
