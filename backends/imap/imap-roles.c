/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-roles.h"

#include "imap-names.h"

/* As Outlook and Exchange, Gmail, Thunderbird and Apple Mail have named them over the years, and the web mail of large
 * providers. English comes first: of several candidates the first in this table is taken. */
static const ImapRoleNames table[] = {
  { "en", "Drafts|Draft", "Sent|Sent Items|Sent Messages|Sent Mail|Sent-Mail",
    "Trash|Deleted Items|Deleted Messages|Deleted|Bin",
    "Junk|Spam|Junk E-mail|Junk Email|Junk Mail|Bulk Mail|Bulk",
    "Archive|Archives|Archived" },
  { "de", "Entwürfe|Entwurf", "Gesendet|Gesendete Objekte|Gesendete Elemente|Gesendete Nachrichten|Gesendete Mails",
    "Papierkorb|Gelöscht|Gelöschte Objekte|Gelöschte Elemente|Gelöschte Nachrichten",
    "Junk-E-Mail|Spamverdacht|Spam-Verdacht|Unerwünscht|Unerwünschte Werbung", "Archiv|Archivierte Mails" },
  { "fr", "Brouillons|Brouillon",
    "Envoyés|Éléments envoyés|Messages envoyés|Objets envoyés|Courrier envoyé|Courriers envoyés",
    "Corbeille|Éléments supprimés|Messages supprimés|Objets supprimés|Supprimés",
    "Indésirables|Indésirable|Courrier indésirable|Courriel indésirable|Pourriel|Pourriels", "Archivés" },
  { "it", "Bozze|Bozza", "Inviati|Posta inviata|Inviata|Messaggi inviati|Elementi inviati",
    "Cestino|Posta eliminata|Eliminati|Messaggi eliminati|Elementi eliminati",
    "Posta indesiderata|Indesiderata|Posta spazzatura", "Archivio|Archiviati" },
  { "es", "Borradores|Borrador", "Enviados|Elementos enviados|Mensajes enviados|Correo enviado",
    "Papelera|Elementos eliminados|Mensajes eliminados|Eliminados|Papelera de reciclaje",
    "Correo no deseado|No deseados|Correo basura|Correo electrónico no deseado",
    "Archivo|Archivados|Archivo de correo" },
  { "pt", "Rascunhos|Rascunho", "Enviadas|Itens enviados|E-mails enviados|Mensagens enviadas|"
    "Correio enviado|E-mail enviado",
    "Lixeira|Lixo|Itens excluídos|Itens eliminados|Mensagens excluídas|Reciclagem|Excluídos",
    "Lixo eletrônico|Lixo eletrónico|Correio eletrónico não solicitado|E-mail não solicitado|Não solicitado",
    "Arquivo|Arquivo morto|Arquivos|Arquivadas" },
  { "nl", "Concepten|Concept", "Verzonden|Verzonden items|Verzonden berichten|Verzonden objecten",
    "Prullenbak|Verwijderde items|Verwijderde berichten|Verwijderd|Prullenmand",
    "Ongewenste e-mail|Ongewenst|Ongewenste reclame|Ongewenste post", "Archief|Gearchiveerd" },
  { "da", "Kladder|Udkast", "Sendt|Sendt post|Sendte elementer|Sendte beskeder|Sendte",
    "Papirkurv|Slettet post|Slettede elementer|Slettede beskeder|Slettede", "Uønsket e-mail|Uønsket mail|Uønsket post",
    "Arkiv|Arkiveret" },
  { "sv", "Utkast", "Skickat|Skickade objekt|Skickade meddelanden|Skickade",
    "Papperskorgen|Papperskorg|Borttaget|Borttagna objekt|Raderade meddelanden|Raderat",
    "Skräppost|Skräp", "Arkiverat|Arkiverade" },
  { "nb", "Kladd|Utkast", "Sendt|Sendte elementer|Sendte meldinger|Sendt e-post",
    "Papirkurv|Slettede elementer|Slettede meldinger|Søppelbøtte|Slettet", "Søppelpost|Uønsket e-post", "Arkiv" },
  { "fi", "Luonnokset|Keskeneräiset", "Lähetetyt|Lähetetyt viestit|Lähetetty|Lähetetyt kohteet",
    "Roskakori|Poistetut|Poistetut viestit|Poistetut kohteet", "Roskaposti", "Arkisto|Arkistoidut" },
  { "is", "Drög", "Sent|Sendir hlutir|Sendur póstur", "Rusl|Eyddir hlutir|Ruslafata", "Ruslpóstur", "Safn|Geymsla" },
  { "pl", "Robocze|Wersje robocze|Kopie robocze|Szkice", "Wysłane|Elementy wysłane|Wysłana poczta|Wysłane wiadomości",
    "Kosz|Elementy usunięte|Usunięte|Usunięte wiadomości", "Wiadomości-śmieci|Niechciane|Wiadomości śmieci",
    "Archiwum|Zarchiwizowane" },
  { "cs", "Koncepty|Rozepsané|Rozepsaná pošta", "Odeslané|Odeslaná pošta|Odeslané položky|Odeslané zprávy",
    "Koš|Odstraněná pošta|Odstraněné|Odstraněné položky|Smazané zprávy|Smazané",
    "Nevyžádaná pošta|Nevyžádané|Nevyžádané e-maily", "Archiv|Archivované" },
  { "sk", "Koncepty|Rozpísané", "Odoslané|Odoslaná pošta|Odoslané položky|Odoslané správy",
    "Kôš|Odstránené položky|Odstránené|Vymazané správy|Odstránená pošta|Vymazané",
    "Nevyžiadaná pošta|Nevyžiadané", "Archív|Archivované" },
  { "hu", "Piszkozatok|Vázlatok|Piszkozat", "Elküldött|Elküldött elemek|Elküldött üzenetek|Elküldött levelek",
    "Kuka|Törölt elemek|Lomtár|Törölt üzenetek|Törölt", "Levélszemét|Kéretlen levelek|Kéretlen", "Archívum|Archivált" },
  { "ro", "Ciorne|Schițe|Mesaje nefinalizate", "Trimise|Elemente trimise|Mesaje trimise|Mesaje expediate",
    "Coș de gunoi|Elemente șterse|Șterse|Mesaje șterse|Coș", "E-mail nedorit|Mesaje nedorite|Nedorite",
    "Arhivă|Arhive|Arhiva" },
  { "bg", "Чернови", "Изпратени|Изпратена поща|Изпратени елементи|Изпратени съобщения",
    "Кошче|Изтрити елементи|Изтрити|Изтрити съобщения", "Нежелана поща|Спам|Нежелана електронна поща", "Архив|Архиви" },
  { "hr", "Skice", "Poslano|Poslane stavke|Poslane poruke|Poslana pošta",
    "Smeće|Izbrisane stavke|Otpad|Izbrisano|Izbrisane poruke", "Neželjena e-pošta|Neželjena pošta|Bezvrijedna e-pošta|"
    "Bezvrijedno", "Arhiva" },
  { "sr", "Нацрти|Недовршене|Nacrti|Radne verzije", "Послато|Послате|Послате ставке|Poslato|Poslate|Poslate stavke",
    "Смеће|Отпад|Обрисано|Избрисане ставке|Obrisano", "Нежељено|Непожељно|Непожељна пошта|Bezvredna pošta|Nepoželjno",
    "Архива|Архиве|Arhive" },
  { "sl", "Osnutki", "Poslano|Poslani elementi|Poslana pošta|Poslana sporočila",
    "Smeti|Koš|Izbrisani elementi|Izbrisano|Izbrisana sporočila", "Neželena e-pošta|Neželeno|Vsiljena pošta|"
    "Neželena pošta",
    "Arhiv|Arhivirano" },
  { "et", "Mustandid", "Saadetud|Saadetud üksused|Saadetud kirjad|Saadetud sõnumid",
    "Prügikast|Kustutatud üksused|Prügi|Kustutatud", "Rämpspost|Rämps", "Arhiiv" },
  { "lv", "Melnraksti|Uzmetumi", "Nosūtītie|Nosūtītie vienumi|Nosūtītās vēstules|Nosūtītie ziņojumi",
    "Miskaste|Izdzēstie vienumi|Atkritne|Izdzēstie|Dzēstās vēstules", "Mēstules|Surogātpasts", "Arhīvs|Arhīvi" },
  { "lt", "Juodraščiai", "Išsiųsta|Išsiųstieji|Išsiųsti laiškai|Išsiųsti elementai|Išsiųstos žinutės",
    "Šiukšlinė|Ištrinti elementai|Šiukšliadėžė|Ištrinti|Pašalinti laiškai", "Brukalas|Šlamštas|Nepageidaujami laiškai",
    "Archyvas|Archyvai" },
  { "el", "Πρόχειρα", "Απεσταλμένα|Σταλθέντα|Απεσταλμένα μηνύματα",
    "Κάδος|Κάδος απορριμμάτων|Διαγραμμένα|Διαγραμμένα στοιχεία|Απορρίμματα", "Ανεπιθύμητα|Ανεπιθύμητη αλληλογραφία",
    "Αρχειοθήκη|Αρχείο" },
  { "tr", "Taslaklar|Taslak", "Gönderilmiş|Gönderilmiş Öğeler|Gönderilen|Gönderilenler|Gönderilmiş Postalar|"
    "Gönderilmiş İletiler",
    "Çöp|Çöp Kutusu|Silinmiş Öğeler|Silinmiş|Silinen|Silinmiş İletiler",
    "Önemsiz|Önemsiz E-posta|Gereksiz|Gereksiz E-posta",
    "Arşiv|Arşivler" },
  { "ru", "Черновики", "Отправленные|Отправленная почта|Отправлено|Отправленные письма",
    "Корзина|Удаленные|Удалённые|Удаленная почта|Удаленные письма|Удалённые письма|Удалённые сообщения",
    "Нежелательная почта|Сомнительные", "Архивы" },
  { "uk", "Чернетки", "Надіслані|Надіслане|Відправлені|Надіслані листи|Відіслані",
    "Кошик|Видалені|Видалені елементи|Смітник|Видалене", "Небажана пошта|Небажані|Небажана електронна пошта",
    "Архів|Архіви" },
  { "he", "טיוטות|טיוטה", "נשלחו|דואר שנשלח|פריטים שנשלחו|נשלח", "אשפה|פריטים שנמחקו|פח אשפה|נמחקו",
    "דואר זבל|ספאם|זבל|דואר לא רצוי", "ארכיון" },
  { "ar", "المسودات|مسودات|مسودة", "المرسلة|العناصر المرسلة|البريد المرسل|الرسائل المرسلة|مرسل",
    "المهملات|العناصر المحذوفة|سلة المهملات|المحذوفات|الرسائل المحذوفة",
    "البريد العشوائي|البريد غير الهام|غير مرغوب فيه|"
    "رسائل غير مرغوب فيها", "الأرشيف|أرشيف|المؤرشفة" },
  { "fa", "پیش‌نویس‌ها|پیش نویس|پیش‌نویس", "فرستاده شده|ارسال شده|ارسال‌شده|پیام‌های ارسالی",
    "زباله|زباله‌دان|حذف شده|سطل زباله", "هرزنامه", "بایگانی" },
  { "hi", "ड्राफ़्ट|ड्राफ्ट|मसौदा", "भेजे गए|भेजे गए आइटम|भेजा गया", "ट्रैश|हटाए गए आइटम|कूड़ादान",
    "स्पैम|जंक ईमेल|जंक",
    "संग्रह|संग्रहीत" },
  { "th", "แบบร่าง|ฉบับร่าง|จดหมายร่าง", "ส่งแล้ว|รายการที่ส่ง|จดหมายที่ส่งแล้ว|ข้อความที่ส่ง",
    "ถังขยะ|รายการที่ถูกลบ|ขยะ|ข้อความที่ลบ", "จดหมายขยะ|อีเมลขยะ|สแปม", "เก็บถาวร|ที่เก็บถาวร" },
  { "vi", "Thư nháp|Bản nháp|Nháp", "Đã gửi|Thư đã gửi|Mục đã Gửi", "Thùng rác|Thư đã xóa|Mục đã Xóa",
    "Thư rác|Email rác", "Lưu trữ" },
  { "id", "Draf|Konsep", "Terkirim|Item Terkirim|Pesan Terkirim|Surat Terkirim",
    "Sampah|Item yang Dihapus|Tong Sampah|Tempat Sampah", "Email Sampah|Surat Sampah", "Arsip" },
  { "ms", "Draf", "Dihantar|Item Dihantar|Mel yang Dihantar|Mesej yang Dihantar", "Item Dipadamkan|Tong Sampah",
    "E-mel Sarap|Sarap", "Arkib" },
  { "ja", "下書き|草稿|ドラフト", "送信済み|送信済みアイテム|送信済みメール|送信済みトレイ|送信済みメッセージ|送信済",
    "ゴミ箱|ごみ箱|削除済みアイテム|削除済み|削除済みメッセージ", "迷惑メール|スパム", "アーカイブ|保存済み" },
  { "ko", "임시보관함|임시 보관함|초안|임시 저장", "보낸편지함|보낸 편지함|보낸메일함|보낸 항목|보낸 메시지",
    "휴지통|지운 편지함|지운 편지|삭제된 항목|삭제된 메시지", "스팸|스팸함|스팸메일함|정크 메일|스팸 메일함", "보관함|아카이브|보관 메일함|보관" },
  { "zh-Hans", "草稿|草稿箱|草稿夹", "已发送|已发送邮件|已发邮件|已发送消息|已发送项目",
    "已删除|已删除邮件|垃圾桶|已删除项目|废件箱|已删除消息|回收站", "垃圾邮件|垃圾电子邮件|广告邮件", "归档|存档|已归档" },
  { "zh-Hant", "草稿|草稿匣", "寄件備份|已傳送|寄件夾|已寄郵件|已寄出郵件|寄件匣備份|傳送的郵件|傳送的訊息",
    "垃圾桶|刪除的郵件|已刪除的郵件|垃圾筒|刪除的訊息", "垃圾郵件|垃圾信件|廣告信|廣告郵件", "封存|典藏|封存盒|彙存" },
  { "ca", "Esborranys|Esborrany", "Enviats|Elements enviats|Correu enviat|Missatges enviats",
    "Paperera|Elements suprimits|Suprimits|Missatges suprimits", "Correu brossa|Brossa", "Arxiu|Arxivats" },
  { "eu", "Zirriborroak", "Bidalita|Bidalitako elementuak|Bidaliak|Bidalitako mezuak",
    "Zakarrontzia|Ezabatutako elementuak",
    "Zabor-posta|Zaborra", "Artxiboa|Artxiboak" },
  { "gl", "Borradores", "Enviados|Elementos enviados|Correo enviado", "Lixo|Elementos eliminados|Papeleira",
    "Correo lixo|Correo non desexado", "Arquivo" },
};

typedef struct
{
  TaubeFolderRole role;
  guint rank;
} Known;

static char *
fold (const char *name)
{
  g_autofree char *composed = g_utf8_normalize (name, -1, G_NORMALIZE_ALL_COMPOSE);

  return g_utf8_casefold (composed != NULL ? composed : name, -1);
}

/* A word that means one thing in one language and another in the next stays with the first. */
static void
add_names (GHashTable *known, const char *names, TaubeFolderRole role)
{
  g_auto (GStrv) words = g_strsplit (names, "|", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      g_autofree char *key = fold (words[i]);
      Known *entry;

      if (g_hash_table_contains (known, key))
        continue;
      entry = g_new (Known, 1);
      *entry = (Known){ role, g_hash_table_size (known) };
      g_hash_table_insert (known, g_steal_pointer (&key), entry);
    }
}

static gpointer
make_known (gpointer data)
{
  GHashTable *known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      add_names (known, table[i].drafts, TAUBE_FOLDER_ROLE_DRAFTS);
      add_names (known, table[i].sent, TAUBE_FOLDER_ROLE_SENT);
      add_names (known, table[i].trash, TAUBE_FOLDER_ROLE_TRASH);
      add_names (known, table[i].junk, TAUBE_FOLDER_ROLE_JUNK);
      add_names (known, table[i].archive, TAUBE_FOLDER_ROLE_ARCHIVE);
    }
  return known;
}

const ImapRoleNames *
imap_roles_get_table (guint *n_out)
{
  *n_out = G_N_ELEMENTS (table);
  return table;
}

/* How many steps at the front of PATH are there only because the server wants them: the prefix of one's own folders,
 * INBOX where it is that without being said, "[Gmail]". */
static guint
count_formal_steps (const char *const *path, const char *const *home)
{
  guint n = 0;

  while (home != NULL && home[n] != NULL)
    {
      if (g_strcmp0 (home[n], path[n]) != 0)
        return 0;
      n++;
    }
  if (n == 0 && path[1] != NULL && (g_str_equal (path[0], "INBOX") || path[0][0] == '['))
    n = 1;
  return n;
}

TaubeFolderRole
imap_roles_guess (const char *const *path, const char *const *home, guint *rank_out)
{
  static GOnce once = G_ONCE_INIT;
  g_autofree char *key = NULL;
  const Known *entry;
  guint formal;

  *rank_out = 0;
  if (path[0] == NULL)
    return TAUBE_FOLDER_ROLE_NONE;
  if (imap_names_is_inbox (path))
    return TAUBE_FOLDER_ROLE_INBOX;
  formal = count_formal_steps (path, home);
  if (g_strv_length ((char **) path) != formal + 1)
    return TAUBE_FOLDER_ROLE_NONE;
  g_once (&once, make_known, NULL);
  key = fold (path[formal]);
  entry = g_hash_table_lookup (once.retval, key);
  if (entry == NULL)
    return TAUBE_FOLDER_ROLE_NONE;
  *rank_out = entry->rank;
  return entry->role;
}
