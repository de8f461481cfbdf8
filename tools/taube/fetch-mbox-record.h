/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What is being done to an mbox. */
typedef enum
{
  MBOX_IDLE,
  MBOX_APPEND,   /* what the part file holds goes behind offset */
  MBOX_SHIFT,    /* what the rest file holds goes to offset, and what stands behind it there becomes line ends */
  MBOX_TRUNCATE, /* those line ends go */
} MboxState;

/* A small file beside an mbox that says what is being done to it, written before it is done, so that the next run can
 * finish or undo it; and the tags of what is in the mbox and not known elsewhere yet. */
typedef struct
{
  char *path;
  MboxState state;
  guint64 offset;      /* where it begins, with the gap */
  guint64 gap;         /* line ends that come first */
  guint64 length;      /* of what comes then */
  guint64 size;        /* of the mbox, before */
  char *before;        /* a digest of what stands before offset */
  GHashTable *pending; /* set of "OWNER TAG": the messages that are appended */
  GHashTable *stored;  /* set of "OWNER TAG": those that are in the mbox */
} MboxRecord;

MboxRecord *mbox_record_load (const char *path, GError **error);
void mbox_record_free (MboxRecord *self);
gboolean mbox_record_save (MboxRecord *self, GError **error);
/* The messages that were pending are stored, or are not, and nothing is being done. */
gboolean mbox_record_end (MboxRecord *self, gboolean stored, GError **error);
void mbox_record_add_pending (MboxRecord *self, const char *owner, const char *tag);
/* The tags of the owner's that are stored, into a set. */
void mbox_record_get_tags (MboxRecord *self, const char *owner, GHashTable *tags);
/* Those of the owner are known elsewhere now. Written with what comes next, or by tidy. */
void mbox_record_forget (MboxRecord *self, const char *owner);
void mbox_record_tidy (MboxRecord *self);
/* A digest of the bytes of a file before OFFSET, as far as it takes to know them again. */
char *mbox_record_make_print (int fd, guint64 offset, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MboxRecord, mbox_record_free)

G_END_DECLS
