/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ews/ews-node.h"

G_BEGIN_DECLS

/* What a server is: "15.2.1544.4". */
typedef struct
{
  guint major, minor, build, revision; /* 0.0: not known */
} EwsBuild;

/* t:ServerVersionInfo; FALSE: it is none. */
gboolean ews_build_decode (const EwsNode *node, EwsBuild *build_out);
/* (transfer full) */
char *ews_build_to_text (const EwsBuild *self);

/* The versions of the protocol that requests are written in, oldest first. */
typedef enum
{
  EWS_VERSION_2007_SP1,
  EWS_VERSION_2010_SP2,
  EWS_VERSION_2013_SP1,
} EwsVersion;

const char *ews_version_get_name (EwsVersion self);
/* The newest of them that a server of that build speaks. */
EwsVersion ews_version_for_build (const EwsBuild *build);

G_END_DECLS
