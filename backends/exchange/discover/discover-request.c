/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/discover-answer.h"

#include <string.h>

static GBytes *
take_text (char *text)
{
  return g_bytes_new_take (text, strlen (text));
}

GBytes *
discover_request_write_pox (const char *address)
{
  return take_text (g_markup_printf_escaped (
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
      "<Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006\">"
      "<Request><EMailAddress>%s</EMailAddress><AcceptableResponseSchema>"
      "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
      "</AcceptableResponseSchema></Request></Autodiscover>",
      address));
}

/* Each Exchange that has this service knows the version of 2010. */
GBytes *
discover_request_write_soap (const char *address, const char *url)
{
  return take_text (g_markup_printf_escaped (
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
      "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" "
      "xmlns:w=\"http://www.w3.org/2005/08/addressing\" "
      "xmlns:a=\"http://schemas.microsoft.com/exchange/2010/Autodiscover\"><s:Header>"
      "<a:RequestedServerVersion>Exchange2010</a:RequestedServerVersion>"
      "<w:Action>http://schemas.microsoft.com/exchange/2010/Autodiscover/Autodiscover/GetUserSettings</w:Action>"
      "<w:To>%s</w:To></s:Header><s:Body><a:GetUserSettingsRequestMessage><a:Request>"
      "<a:Users><a:User><a:Mailbox>%s</a:Mailbox></a:User></a:Users><a:RequestedSettings>"
      "<a:Setting>ExternalEwsUrl</a:Setting><a:Setting>InternalEwsUrl</a:Setting>"
      "<a:Setting>ExternalEwsVersion</a:Setting>"
      "</a:RequestedSettings></a:Request></a:GetUserSettingsRequestMessage></s:Body></s:Envelope>",
      url, address));
}
