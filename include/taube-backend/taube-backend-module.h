/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-capabilities.h>

G_BEGIN_DECLS

/* The ABI between libtaube and its modules: raised when a struct of the SDK changes in a way that old modules break. */
#define TAUBE_BACKEND_ABI 1

/* One row of the table, as the protocol and as this module have it. Rows that are left out are `no` on both levels. */
typedef struct
{
  TaubeCapability capability;
  TaubeSupport protocol;
  const char *protocol_reason; /* N_(): why, or on what it depends */
  TaubeSupport module;
  const char *module_reason;
} TaubeCapabilityRow;

/* What a module exports, as the one datum `taube_backend_module`. */
typedef struct
{
  guint32 abi;  /* TAUBE_BACKEND_ABI; checked before anything else is touched */
  guint32 size; /* of this struct as the module knows it */
  const char *name;
  const char *title;
  const char *const *schemes; /* ends with NULL */
  const TaubeCapabilityRow *capabilities;
  guint n_capabilities;
  GType (*get_account_type) (void);
} TaubeBackendModule;

#define TAUBE_BACKEND_SYMBOL "taube_backend_module"

#define TAUBE_BACKEND_DEFINE(...) \
  extern const TaubeBackendModule taube_backend_module; \
  __attribute__ ((visibility ("default"))) const TaubeBackendModule taube_backend_module \
      = { .abi = TAUBE_BACKEND_ABI, .size = sizeof (TaubeBackendModule), __VA_ARGS__ }

G_END_DECLS
