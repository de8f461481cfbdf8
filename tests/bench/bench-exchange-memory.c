/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "../integration/exchange-world.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* What a first look at a folder of many messages takes in memory, against the server of tests/servers/exchange: all
 * ids as changes, and the list with its usual columns. Counted is every block that this process has from malloc, at
 * its end and at its peak, so that the figures do not depend on the machine. Two folders of different size tell what
 * an item takes and what does not grow with the folder.
 *
 * usage: bench-exchange-memory [ITEMS] */

/* Bytes an item beside its strings, and bytes beside the result while it is made. */
#define BAR_ITEM 350
#define BAR_BESIDE (4 << 20)

void *__libc_malloc (size_t size);
void *__libc_calloc (size_t n, size_t size);
void *__libc_realloc (void *block, size_t size);
void *__libc_memalign (size_t alignment, size_t size);
void __libc_free (void *block);

/* In the place of those of the C library, for all that is loaded. */
#define IN_PLACE __attribute__ ((visibility ("default")))

static gssize now, peak;

static void
count (gssize bytes)
{
  gssize sum = __atomic_add_fetch (&now, bytes, __ATOMIC_RELAXED);
  gssize most = __atomic_load_n (&peak, __ATOMIC_RELAXED);

  while (sum > most && !__atomic_compare_exchange_n (&peak, &most, sum, TRUE, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
    ;
}

/* A block and the word in front of it. */
static gssize
weigh (void *block)
{
  return block != NULL ? (gssize) (malloc_usable_size (block) + sizeof (gsize)) : 0;
}

IN_PLACE void *
malloc (size_t size)
{
  void *block = __libc_malloc (size);

  count (weigh (block));
  return block;
}

IN_PLACE void *
calloc (size_t n, size_t size)
{
  void *block = __libc_calloc (n, size);

  count (weigh (block));
  return block;
}

IN_PLACE void *
realloc (void *block, size_t size)
{
  gssize before = weigh (block);
  void *moved = __libc_realloc (block, size);

  if (moved != NULL || size == 0)
    count (weigh (moved) - before);
  return moved;
}

IN_PLACE void *
memalign (size_t alignment, size_t size)
{
  void *block = __libc_memalign (alignment, size);

  count (weigh (block));
  return block;
}

IN_PLACE void *
aligned_alloc (size_t alignment, size_t size)
{
  return memalign (alignment, size);
}

IN_PLACE int
posix_memalign (void **block_out, size_t alignment, size_t size)
{
  *block_out = memalign (alignment, size);
  return *block_out != NULL ? 0 : ENOMEM;
}

IN_PLACE void
free (void *block)
{
  count (-weigh (block));
  __libc_free (block);
}

typedef struct
{
  gssize bytes;   /* of the result */
  gssize beside;  /* of what was there for a while beside it */
  gssize strings; /* in the result, as the caller sees them */
} Figures;

static gssize
length_of (const char *text)
{
  return text != NULL ? (gssize) strlen (text) : 0;
}

static gssize
measure_ids (const TaubeIdSet *ids)
{
  g_auto (GStrv) all = taube_id_set_to_strv (ids);
  gssize sum = 0;

  for (guint i = 0; all[i] != NULL; i++)
    sum += length_of (all[i]);
  return sum;
}

static gssize
measure_list (TaubeMessageList *list)
{
  gssize sum = 0;

  for (guint i = 0; i < taube_item_list_get_size (TAUBE_ITEM_LIST (list)); i++)
    {
      g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (list), i);

      sum += length_of (id) + length_of (taube_message_list_get_subject (list, i))
             + length_of (taube_message_list_get_from (list, i)) + length_of (taube_message_list_get_sender (list, i))
             + length_of (taube_message_list_get_to (list, i)) + length_of (taube_message_list_get_cc (list, i))
             + length_of (taube_message_list_get_message_id (list, i))
             + length_of (taube_message_list_get_in_reply_to (list, i));
    }
  return sum;
}

static void
begin (Figures *figures)
{
  memset (figures, 0, sizeof *figures);
  figures->bytes = -now;
  peak = now;
}

static void
end (Figures *figures)
{
  gssize most = peak + figures->bytes;

  figures->bytes += now;
  figures->beside = most - figures->bytes;
}

static Figures
measure_changes (TaubeFolder *inbox, guint n)
{
  Figures figures;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeChanges) changes = NULL;

  begin (&figures);
  changes = taube_folder_get_changes (inbox, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  end (&figures);
  g_assert_cmpuint (taube_id_set_get_size (taube_changes_get_added (changes)), ==, n);
  figures.strings = measure_ids (taube_changes_get_added (changes));
  return figures;
}

static Figures
measure_listing (TaubeFolder *inbox, guint n)
{
  Figures figures;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeItemList) list = NULL;

  begin (&figures);
  list = taube_folder_list (inbox, NULL, NULL, &error);
  g_assert_no_error (error);
  end (&figures);
  g_assert_cmpuint (taube_item_list_get_size (list), ==, n);
  figures.strings = measure_list (TAUBE_MESSAGE_LIST (list));
  return figures;
}

static void
measure (guint n, Figures *changes, Figures *list)
{
  g_autofree char *options = g_strdup_printf ("--messages=%u --small", n);
  g_autoptr (ExchangeWorld) world = exchange_world_start (options);
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeChanges) warm = taube_folder_get_changes (inbox, NULL, NULL, NULL, NULL);

  struct rusage usage;

  g_clear_pointer (&warm, taube_changes_unref);
  *changes = measure_changes (inbox, n);
  getrusage (RUSAGE_SELF, &usage);
  g_print ("a first sync of %u items: %.1f MiB of resident memory at most, the whole process\n", n,
           (double) usage.ru_maxrss / 1024);
  *list = measure_listing (inbox, n);
}

static gboolean
print (const char *what, guint n, guint small, const Figures *figures, const Figures *before)
{
  double item = (double) figures->bytes / n, strings = (double) figures->strings / n;
  double growth = (double) (figures->beside - before->beside) / (n - small);
  gboolean good = item - strings < BAR_ITEM && figures->beside < BAR_BESIDE;

  g_print ("%-28s %7.1f bytes an item, of which its strings are %.1f; beside it for a while %.2f MiB"
           " (%.1f bytes an item)\n", what, item, strings, (double) figures->beside / (1 << 20), growth);
  return good;
}

int
main (int argc, char **argv)
{
  guint n = argc > 1 ? (guint) atoi (argv[1]) : 100000, small = n / 5;
  Figures changes, list, few_changes, few_list;
  gboolean good;

  measure (small, &few_changes, &few_list);
  measure (n, &changes, &list);
  good = print ("all ids, as changes", n, small, &changes, &few_changes);
  good &= print ("list with its usual columns", n, small, &list, &few_list);
  g_print ("bars %d bytes an item beside its strings, %d MiB beside the result: %s\n", BAR_ITEM, BAR_BESIDE >> 20,
           good ? "met" : "MISSED");
  return good ? 0 : 1;
}
