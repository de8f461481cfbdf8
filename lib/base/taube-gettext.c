/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/taube-gettext.h"

#include <libintl.h>
#include <sys/auxv.h>

/* Where the catalogues are; TAUBE_LOCALEDIR lets an uninstalled build find its own. */
static void
bind_domain (void)
{
  const char *folder = getauxval (AT_SECURE) == 0 ? g_getenv ("TAUBE_LOCALEDIR") : NULL;

  bindtextdomain (GETTEXT_PACKAGE, folder != NULL ? folder : TAUBE_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
}

const char *
taube_gettext (const char *msgid)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      bind_domain ();
      g_once_init_leave (&once, 1);
    }
  return msgid[0] != '\0' ? g_dgettext (GETTEXT_PACKAGE, msgid) : msgid;
}
