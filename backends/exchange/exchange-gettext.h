/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-gettext.h>

#define _(text) taube_gettext (text)
#define N_(text) text
