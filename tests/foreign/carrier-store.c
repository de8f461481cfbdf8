/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "carrier.h"

static CarrierLetter *
letter_new (const char *id, const char *subject, const char *from, gint64 date)
{
  CarrierLetter *letter = g_new0 (CarrierLetter, 1);

  letter->id = g_strdup (id);
  letter->subject = g_strdup (subject);
  letter->from = g_strdup (from);
  letter->date = date;
  letter->text = g_strdup_printf ("From: %s\r\nSubject: %s\r\nMessage-ID: <%" G_GINT64_FORMAT "@carrier.example>\r\n"
                                  "Content-Type: text/plain; charset=utf-8\r\n\r\nWritten by %s.\r\n",
                                  from, subject, date, from);
  return letter;
}

static CarrierStore *
store_new (void)
{
  CarrierStore *self = g_new0 (CarrierStore, 1);

  g_mutex_init (&self->lock);
  self->letters = g_ptr_array_new ();
  g_ptr_array_add (self->letters, letter_new ("Brief/1;a", "Coop repairs", "ada@carrier.example", 1794000000));
  g_ptr_array_add (self->letters, letter_new ("Brief 2 \xc3\xa4?&", "Gr\xc3\xbc\xc3\x9f" "e", "bob@carrier.example", 1794003600));
  g_ptr_array_add (self->letters, letter_new ("7.4711", "Not a number", "eve@carrier.example", 1794007200));
  self->contacts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_insert (self->contacts, g_strdup ("ada@"), g_strdup ("Ada"));
  g_hash_table_insert (self->contacts, g_strdup ("b/o;b"), g_strdup ("Bob"));
  self->version = 1;
  return self;
}

/* The store of a host; it lives as long as the process, as a server would. */
CarrierStore *
carrier_store_get (const char *host)
{
  static GMutex lock;
  static GHashTable *stores;
  CarrierStore *store;

  g_mutex_lock (&lock);
  if (stores == NULL)
    stores = g_hash_table_new (g_str_hash, g_str_equal);
  store = g_hash_table_lookup (stores, host);
  if (store == NULL)
    {
      store = store_new ();
      g_hash_table_insert (stores, g_strdup (host), store);
    }
  g_mutex_unlock (&lock);
  return store;
}

CarrierLetter *
carrier_store_find_locked (CarrierStore *self, const char *id)
{
  for (guint i = 0; i < self->letters->len; i++)
    {
      CarrierLetter *letter = self->letters->pdata[i];

      if (g_str_equal (letter->id, id))
        return letter;
    }
  return NULL;
}
