/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Modules with one thing wrong each, by the macros that the build gives. */
#include <taube-backend/taube-backend-module.h>

#ifndef MODULE_ABI
#define MODULE_ABI TAUBE_BACKEND_ABI
#endif
#ifndef MODULE_SIZE
#define MODULE_SIZE sizeof (TaubeBackendModule)
#endif
#ifndef MODULE_TYPE
#define MODULE_TYPE G_TYPE_OBJECT
#endif

GType module_get_type (void);

GType
module_get_type (void)
{
  return MODULE_TYPE;
}

static const char *const schemes[] = { "testing", NULL };

__attribute__ ((visibility ("default"))) extern const TaubeBackendModule MODULE_SYMBOL;
const TaubeBackendModule MODULE_SYMBOL = {
  .abi = MODULE_ABI,
  .size = MODULE_SIZE,
  .name = MODULE_NAME,
  .title = "Testing",
  .schemes = schemes,
#ifdef MODULE_ROWS
  .n_capabilities = MODULE_ROWS,
#endif
  .get_account_type = module_get_type,
};
