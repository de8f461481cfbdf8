/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "carrier.h"

/* A kind of item that the library has never heard of. */
struct _CarrierContact
{
  TaubeItem parent_instance;
  char *name;
};

G_DEFINE_FINAL_TYPE (CarrierContact, carrier_contact, TAUBE_TYPE_ITEM)

static void
carrier_contact_finalize (GObject *object)
{
  g_free (CARRIER_CONTACT (object)->name);
  G_OBJECT_CLASS (carrier_contact_parent_class)->finalize (object);
}

static void
carrier_contact_class_init (CarrierContactClass *klass)
{
  TAUBE_ITEM_CLASS (klass)->struct_size = sizeof (TaubeItemClass);
  G_OBJECT_CLASS (klass)->finalize = carrier_contact_finalize;
}

static void
carrier_contact_init (CarrierContact *self)
{
}

TaubeItem *
carrier_contact_new (TaubeFolder *folder, const char *id, const char *name)
{
  CarrierContact *self = g_object_new (CARRIER_TYPE_CONTACT, "folder", folder, "id", id, NULL);

  self->name = g_strdup (name);
  return TAUBE_ITEM (self);
}
