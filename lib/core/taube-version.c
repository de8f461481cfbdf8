/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-version.h>

/**
 * taube_version:
 *
 * The version of the library that is running, which may be newer than the one compiled against.
 *
 * Returns: (transfer none): such as `0.1.0`
 */
const char *
taube_version (void)
{
  return TAUBE_VERSION_S;
}
