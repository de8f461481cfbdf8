/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-types.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_ADDRESS (taube_address_get_type ())
TAUBE_API GType taube_address_get_type (void);

TAUBE_API TaubeAddress *taube_address_new (const char *name, const char *address, const char *group);
TAUBE_API TaubeAddress *taube_address_copy (TaubeAddress *self);
TAUBE_API void taube_address_free (TaubeAddress *self);
TAUBE_API const char *taube_address_get_name (TaubeAddress *self);
TAUBE_API const char *taube_address_get_address (TaubeAddress *self);
TAUBE_API const char *taube_address_get_group (TaubeAddress *self);
TAUBE_API char *taube_address_to_string (TaubeAddress *self);
TAUBE_API GPtrArray *taube_address_list_parse (const char *text);
TAUBE_API char *taube_address_list_to_string (GPtrArray *addresses);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeAddress, taube_address_free)

G_END_DECLS
