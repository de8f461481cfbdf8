/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ews/ews-version.h"

static guint
read_part (const EwsNode *node, const char *name)
{
  gint64 number;

  return ews_text_to_number (ews_node_get_attribute (node, name), &number) ? (guint) CLAMP (number, 0, 1000000) : 0;
}

gboolean
ews_build_decode (const EwsNode *node, EwsBuild *build_out)
{
  if (!ews_node_is (node, "ServerVersionInfo"))
    return FALSE;
  build_out->major = read_part (node, "MajorVersion");
  build_out->minor = read_part (node, "MinorVersion");
  build_out->build = read_part (node, "MajorBuildNumber");
  build_out->revision = read_part (node, "MinorBuildNumber");
  return build_out->major > 0;
}

char *
ews_build_to_text (const EwsBuild *self)
{
  return g_strdup_printf ("%u.%u.%u.%u", self->major, self->minor, self->build, self->revision);
}

const char *
ews_version_get_name (EwsVersion self)
{
  static const char *const names[] = { "Exchange2007_SP1", "Exchange2010_SP2", "Exchange2013_SP1" };

  return names[self];
}

/* 8.x is Exchange 2007, 14.x is 2010, 15.0 is 2013; what came later understands 2013's. */
EwsVersion
ews_version_for_build (const EwsBuild *build)
{
  if (build->major >= 15 || build->major == 0)
    return EWS_VERSION_2013_SP1;
  return build->major >= 14 ? EWS_VERSION_2010_SP2 : EWS_VERSION_2007_SP1;
}
