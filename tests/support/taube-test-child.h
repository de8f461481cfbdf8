/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a program left: its output and how it ended. */
typedef struct
{
  int exit_code; /* negative: the signal that ended it */
  char *out;     /* zero-terminated behind OUT_LENGTH bytes */
  gsize out_length;
  char *err;
  gsize err_length;
  glong peak_kib; /* largest resident memory */
} TaubeTestResult;

/* A program that runs beside the test. It is killed when the test dies. */
typedef struct _TaubeTestChild TaubeTestChild;

/* ENV holds NAME=value beside what the test itself has; a bare NAME takes the variable away. */
TaubeTestChild *taube_test_child_start (const char *const *argv, const char *const *env);
GPid taube_test_child_get_pid (TaubeTestChild *self);
void taube_test_child_write (TaubeTestChild *self, const char *text, gssize length);
void taube_test_child_close_input (TaubeTestChild *self);
char *taube_test_child_read_line (TaubeTestChild *self);
void taube_test_child_signal (TaubeTestChild *self, int signal_number);
TaubeTestResult *taube_test_child_wait (TaubeTestChild *self);
void taube_test_child_free (TaubeTestChild *self);

/* Runs a program to its end, with INPUT (or nothing) as its standard input. */
TaubeTestResult *taube_test_run (const char *const *argv, const char *const *env, const char *input);
void taube_test_result_free (TaubeTestResult *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeTestChild, taube_test_child_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeTestResult, taube_test_result_free)

G_END_DECLS
