/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "carrier.h"

#include <string.h>

/* The value of a header field of one line, without the leading blank; NULL when there is none. */
static char *
find_field (const char *text, const char *name)
{
  const char *end = strstr (text, "\r\n\r\n");
  const char *at;

  for (at = text; at != NULL && (end == NULL || at < end); at = strstr (at, "\r\n"))
    {
      at += at == text ? 0 : 2;
      if (g_str_has_prefix (at, name))
        return g_strndup (at + strlen (name), strcspn (at + strlen (name), "\r\n"));
    }
  return NULL;
}

static void
letter_free (gpointer data)
{
  CarrierLetter *letter = data;

  g_free (letter->id);
  g_free (letter->subject);
  g_free (letter->from);
  g_free (letter->text);
  g_strfreev (letter->keywords);
  g_free (letter);
}

static void
add_letter (CarrierStore *self, const char *id, const char *text)
{
  CarrierLetter *letter = g_new0 (CarrierLetter, 1);

  letter->id = g_strdup (id);
  letter->subject = find_field (text, "Subject: ");
  letter->from = find_field (text, "From: ");
  letter->date = 1794000000 + 3600 * (gint64) self->letters->len;
  letter->text = g_strdup (text);
  letter->keywords = g_new0 (char *, 1);
  letter->version = ++self->version;
  g_ptr_array_add (self->letters, letter);
}

static CarrierStore *
store_new (void)
{
  CarrierStore *self = g_new0 (CarrierStore, 1);

  g_mutex_init (&self->lock);
  self->letters = g_ptr_array_new_with_free_func (letter_free);
  add_letter (self, "Brief/1;a", "From: ada@carrier.example\r\nSubject: Coop repairs\r\n\r\nThe roof leaks.\r\n");
  add_letter (self, "Brief 2 \xc3\xa4?&",
              "From: bob@carrier.example\r\nSubject: Gr\xc3\xbc\xc3\x9f" "e\r\n"
              "Content-Type: text/plain; charset=utf-8\r\n\r\nSch\xc3\xb6nes Wetter.\r\n");
  add_letter (self, "7.4711", "From: eve@carrier.example\r\nSubject: Not a number\r\n\r\nNor a position.\r\n");
  self->contacts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_insert (self->contacts, g_strdup ("ada@"), g_strdup ("Ada"));
  g_hash_table_insert (self->contacts, g_strdup ("b/o;b"), g_strdup ("Bob"));
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

/* The other end of the line, for tests: a letter arrives, with an id like no other's. */
void
carrier_store_deliver (const char *host, const char *text)
{
  CarrierStore *store = carrier_store_get (host);
  g_autofree char *id = NULL;

  g_mutex_lock (&store->lock);
  id = g_strdup_printf ("Brief/%u; \xc3\xa4?&=%%41", store->version);
  add_letter (store, id, text);
  g_mutex_unlock (&store->lock);
}

/* And all letters go, by somebody else's hand. */
void
carrier_store_empty (const char *host)
{
  CarrierStore *store = carrier_store_get (host);

  g_mutex_lock (&store->lock);
  g_ptr_array_set_size (store->letters, 0);
  g_mutex_unlock (&store->lock);
}
