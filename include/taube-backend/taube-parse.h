/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-types.h>

G_BEGIN_DECLS

/* What a parser without I/O says. */
typedef enum
{
  TAUBE_PARSE_MORE,  /* the buffer ends too early: fill it and call again */
  TAUBE_PARSE_VALUE, /* here it is */
  TAUBE_PARSE_ERROR, /* what is there can not become one */
} TaubeParse;

G_END_DECLS
