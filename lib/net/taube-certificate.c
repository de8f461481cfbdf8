/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "net/taube-certificate-private.h"

#include <taube/taube-enum-types.h>
#include <taube/taube-error.h>

#include "base/taube-error-private.h"
#include "base/taube-gettext.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

/* So many host names are printed; a server may send thousands. */
#define HOST_NAMES_SHOWN 5
#define HOST_NAMES_MAX 1000

/**
 * TaubeCertificate:
 *
 * The certificate that a server showed, and what is wrong with it. Immutable, safe between threads.
 */
struct _TaubeCertificate
{
  GObject parent_instance;
  char *host;
  TaubeCertificateProblems problems;
  gboolean self_signed;
  char *subject;
  char *issuer;
  GDateTime *not_before;
  GDateTime *not_after;
  char **host_names;
  char *fingerprint;
  char *key_pin;
  char *pem;
};

struct _TaubeCertificateClass
{
  GObjectClass parent_class;
};
typedef struct _TaubeCertificateClass TaubeCertificateClass;

G_DEFINE_TYPE (TaubeCertificate, taube_certificate, G_TYPE_OBJECT)

static const struct
{
  TaubeCertificateProblems problem;
  const char *text;
} problem_texts[] = {
  { TAUBE_CERTIFICATE_PROBLEMS_PIN_MISMATCH, N_ ("its key is not the pinned one") },
  { TAUBE_CERTIFICATE_PROBLEMS_UNTRUSTED, N_ ("not signed by a trusted authority") },
  { TAUBE_CERTIFICATE_PROBLEMS_WRONG_HOST, N_ ("made for another host") },
  { TAUBE_CERTIFICATE_PROBLEMS_EXPIRED, N_ ("expired") },
  { TAUBE_CERTIFICATE_PROBLEMS_NOT_YET_VALID, N_ ("not valid yet") },
  { TAUBE_CERTIFICATE_PROBLEMS_REVOKED, N_ ("revoked") },
  { TAUBE_CERTIFICATE_PROBLEMS_WEAK, N_ ("key or signature too weak") },
  { TAUBE_CERTIFICATE_PROBLEMS_OTHER, N_ ("not fit for a server") },
};

enum
{
  PROP_HOST = 1,
  PROP_PROBLEMS,
  PROP_SUBJECT,
  PROP_ISSUER,
  PROP_NOT_BEFORE,
  PROP_NOT_AFTER,
  PROP_HOST_NAMES,
  PROP_FINGERPRINT,
  PROP_KEY_PIN,
  PROP_PEM,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void
taube_certificate_finalize (GObject *object)
{
  TaubeCertificate *self = TAUBE_CERTIFICATE (object);

  g_free (self->host);
  g_free (self->subject);
  g_free (self->issuer);
  g_clear_pointer (&self->not_before, g_date_time_unref);
  g_clear_pointer (&self->not_after, g_date_time_unref);
  g_strfreev (self->host_names);
  g_free (self->fingerprint);
  g_free (self->key_pin);
  g_free (self->pem);
  G_OBJECT_CLASS (taube_certificate_parent_class)->finalize (object);
}

static void
taube_certificate_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TaubeCertificate *self = TAUBE_CERTIFICATE (object);

  switch (id)
    {
    case PROP_HOST:
      g_value_set_string (value, self->host);
      break;
    case PROP_PROBLEMS:
      g_value_set_flags (value, self->problems);
      break;
    case PROP_SUBJECT:
      g_value_set_string (value, self->subject);
      break;
    case PROP_ISSUER:
      g_value_set_string (value, self->issuer);
      break;
    case PROP_NOT_BEFORE:
      g_value_set_boxed (value, self->not_before);
      break;
    case PROP_NOT_AFTER:
      g_value_set_boxed (value, self->not_after);
      break;
    case PROP_HOST_NAMES:
      g_value_set_boxed (value, self->host_names);
      break;
    case PROP_FINGERPRINT:
      g_value_set_string (value, self->fingerprint);
      break;
    case PROP_KEY_PIN:
      g_value_set_string (value, self->key_pin);
      break;
    case PROP_PEM:
      g_value_set_string (value, self->pem);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
taube_certificate_class_init (TaubeCertificateClass *klass) /* nolint: a list of properties and their comments */
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = taube_certificate_finalize;
  object_class->get_property = taube_certificate_get_property;

  /**
   * TaubeCertificate:host:
   *
   * The name under which the server was asked.
   */
  props[PROP_HOST] = g_param_spec_string ("host", NULL, NULL, NULL, flags);
  /**
   * TaubeCertificate:problems:
   *
   * What is wrong with the certificate.
   */
  props[PROP_PROBLEMS] = g_param_spec_flags ("problems", NULL, NULL, TAUBE_TYPE_CERTIFICATE_PROBLEMS,
                                             TAUBE_CERTIFICATE_PROBLEMS_NONE, flags);
  /**
   * TaubeCertificate:subject:
   *
   * Whom the certificate is for (RFC 4514).
   */
  props[PROP_SUBJECT] = g_param_spec_string ("subject", NULL, NULL, NULL, flags);
  /**
   * TaubeCertificate:issuer:
   *
   * Who signed the certificate (RFC 4514).
   */
  props[PROP_ISSUER] = g_param_spec_string ("issuer", NULL, NULL, NULL, flags);
  /**
   * TaubeCertificate:not-before:
   *
   * From when on the certificate is valid.
   */
  props[PROP_NOT_BEFORE] = g_param_spec_boxed ("not-before", NULL, NULL, G_TYPE_DATE_TIME, flags);
  /**
   * TaubeCertificate:not-after:
   *
   * Until when the certificate is valid.
   */
  props[PROP_NOT_AFTER] = g_param_spec_boxed ("not-after", NULL, NULL, G_TYPE_DATE_TIME, flags);
  /**
   * TaubeCertificate:host-names:
   *
   * The host names and addresses that the certificate is for.
   */
  props[PROP_HOST_NAMES] = g_param_spec_boxed ("host-names", NULL, NULL, G_TYPE_STRV, flags);
  /**
   * TaubeCertificate:fingerprint:
   *
   * SHA-256 of the certificate.
   */
  props[PROP_FINGERPRINT] = g_param_spec_string ("fingerprint", NULL, NULL, NULL, flags);
  /**
   * TaubeCertificate:key-pin:
   *
   * SHA-256 of the public key, in the form that the setting `pin` takes.
   */
  props[PROP_KEY_PIN] = g_param_spec_string ("key-pin", NULL, NULL, NULL, flags);
  /**
   * TaubeCertificate:pem:
   *
   * The certificate itself.
   */
  props[PROP_PEM] = g_param_spec_string ("pem", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
taube_certificate_init (TaubeCertificate *self)
{
}

/* One line of valid UTF-8 out of what came from a server. */
static char *
printable (const char *bytes, gssize length)
{
  char *text = g_utf8_make_valid (bytes, length);

  for (char *at = text; *at != '\0'; at++)
    if ((guchar) *at < 0x20 || *at == 0x7f)
      *at = '?';
  return text;
}

static char *
read_name (const X509_NAME *name)
{
  BIO *bio = BIO_new (BIO_s_mem ());
  char *data = NULL, *text;
  long length;

  /* RFC 2253's escapes, but letters beyond ASCII stay readable. */
  X509_NAME_print_ex (bio, name, 0, XN_FLAG_RFC2253 & ~(unsigned long) ASN1_STRFLGS_ESC_MSB);
  length = BIO_get_mem_data (bio, &data);
  text = printable (data != NULL ? data : "", length);
  BIO_free (bio);
  return text;
}

static GDateTime *
read_time (const ASN1_TIME *time)
{
  struct tm tm = { 0 };

  if (time == NULL || !ASN1_TIME_to_tm (time, &tm))
    return NULL;
  return g_date_time_new_utc (tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static char *
read_general_name (const GENERAL_NAME *name)
{
  const ASN1_STRING *string;

  if (name->type == GEN_DNS)
    return printable ((const char *) ASN1_STRING_get0_data (name->d.dNSName), ASN1_STRING_length (name->d.dNSName));
  string = name->d.iPAddress;
  if (name->type == GEN_IPADD && (ASN1_STRING_length (string) == 4 || ASN1_STRING_length (string) == 16))
    {
      GSocketFamily family = ASN1_STRING_length (string) == 4 ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6;
      g_autoptr (GInetAddress) address = g_inet_address_new_from_bytes (ASN1_STRING_get0_data (string), family);

      return g_inet_address_to_string (address);
    }
  return NULL;
}

static char **
read_host_names (X509 *x509)
{
  GENERAL_NAMES *names = X509_get_ext_d2i (x509, NID_subject_alt_name, NULL, NULL);
  g_autoptr (GPtrArray) texts = g_ptr_array_new ();

  for (int i = 0; i < MIN (sk_GENERAL_NAME_num (names), HOST_NAMES_MAX); i++)
    {
      char *text = read_general_name (sk_GENERAL_NAME_value (names, i));

      if (text != NULL)
        g_ptr_array_add (texts, text);
    }
  GENERAL_NAMES_free (names);
  g_ptr_array_add (texts, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&texts), FALSE);
}

static char *
hex_of (const guint8 *bytes, guint length, const char *separator)
{
  g_autoptr (GString) hex = g_string_new (NULL);

  for (guint i = 0; i < length; i++)
    g_string_append_printf (hex, "%s%02x", i > 0 ? separator : "", bytes[i]);
  return g_string_free (g_steal_pointer (&hex), FALSE);
}

static char *
read_fingerprint (X509 *x509)
{
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  g_autofree char *hex = NULL;

  X509_digest (x509, EVP_sha256 (), digest, &length);
  hex = hex_of (digest, length, ":");
  return g_ascii_strup (hex, -1);
}

/* SHA-256 of the SubjectPublicKeyInfo as "sha256:" and 64 hex digits. */
char *
taube_x509_get_key_pin (X509 *x509)
{
  unsigned char *der = NULL;
  int length = i2d_X509_PUBKEY (X509_get_X509_PUBKEY (x509), &der);
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned int digest_length = 0;
  g_autofree char *hex = NULL;

  if (length > 0)
    EVP_Digest (der, (size_t) length, digest, &digest_length, EVP_sha256 (), NULL);
  OPENSSL_free (der);
  hex = hex_of (digest, digest_length, "");
  return g_strconcat ("sha256:", hex, NULL);
}

static char *
read_pem (X509 *x509)
{
  BIO *bio = BIO_new (BIO_s_mem ());
  char *data = NULL, *text;
  long length;

  PEM_write_bio_X509 (bio, x509);
  length = BIO_get_mem_data (bio, &data);
  text = g_strndup (data != NULL ? data : "", (gsize) length);
  BIO_free (bio);
  return text;
}

TaubeCertificate *
taube_certificate_new_from_x509 (X509 *x509, const char *host, TaubeCertificateProblems problems)
{
  TaubeCertificate *self = g_object_new (TAUBE_TYPE_CERTIFICATE, NULL);

  self->host = g_strdup (host);
  self->problems = problems;
  self->self_signed = X509_NAME_cmp (X509_get_subject_name (x509), X509_get_issuer_name (x509)) == 0;
  self->subject = read_name (X509_get_subject_name (x509));
  self->issuer = read_name (X509_get_issuer_name (x509));
  self->not_before = read_time (X509_get0_notBefore (x509));
  self->not_after = read_time (X509_get0_notAfter (x509));
  self->host_names = read_host_names (x509);
  self->fingerprint = read_fingerprint (x509);
  self->key_pin = taube_x509_get_key_pin (x509);
  self->pem = read_pem (x509);
  return self;
}

TaubeCertificate *
taube_certificate_new_from_pem (const char *pem, const char *host, TaubeCertificateProblems problems, GError **error)
{
  BIO *bio = BIO_new_mem_buf (pem, -1);
  X509 *x509 = PEM_read_bio_X509 (bio, NULL, NULL, NULL);
  TaubeCertificate *self;

  BIO_free (bio);
  if (x509 == NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("cannot read the certificate of %s: not in PEM form"),
                   host);
      return NULL;
    }
  self = taube_certificate_new_from_x509 (x509, host, problems);
  X509_free (x509);
  return self;
}

/**
 * taube_certificate_get_host:
 * @self: a certificate
 *
 * The name under which the server was asked.
 *
 * Returns: (transfer none): host name or address
 */
const char *
taube_certificate_get_host (TaubeCertificate *self)
{
  g_return_val_if_fail (TAUBE_IS_CERTIFICATE (self), NULL);
  return self->host;
}

/**
 * taube_certificate_get_problems:
 * @self: a certificate
 *
 * What is wrong with it.
 *
 * Returns: nothing when it was verified
 */
TaubeCertificateProblems
taube_certificate_get_problems (TaubeCertificate *self)
{
  g_return_val_if_fail (TAUBE_IS_CERTIFICATE (self), TAUBE_CERTIFICATE_PROBLEMS_OTHER);
  return self->problems;
}

/**
 * taube_certificate_get_subject:
 * @self: a certificate
 *
 * Whom it is for, such as `CN=mail.example.org,O=Example` (RFC 4514).
 *
 * Returns: (transfer none): a distinguished name, which may be empty
 */
const char *
taube_certificate_get_subject (TaubeCertificate *self)
{
  g_return_val_if_fail (TAUBE_IS_CERTIFICATE (self), NULL);
  return self->subject;
}

/**
 * taube_certificate_get_issuer:
 * @self: a certificate
 *
 * Who signed it.
 *
 * Returns: (transfer none): a distinguished name (RFC 4514)
 */
const char *
taube_certificate_get_issuer (TaubeCertificate *self)
{
  g_return_val_if_fail (TAUBE_IS_CERTIFICATE (self), NULL);
  return self->issuer;
}

/**
 * taube_certificate_get_not_before:
 * @self: a certificate
 *
 * From when on it is valid.
 *
 * Returns: (transfer none) (nullable): a time in UTC; %NULL when it cannot be read
 */
GDateTime *
taube_certificate_get_not_before (TaubeCertificate *self)
{
  g_return_val_if_fail (TAUBE_IS_CERTIFICATE (self), NULL);
  return self->not_before;
}

/**
 * taube_certificate_get_not_after:
 * @self: a certificate
 *
 * Until when it is valid.
 *
 * Returns: (transfer none) (nullable): a time in UTC; %NULL when it cannot be read
 */
GDateTime *
taube_certificate_get_not_after (TaubeCertificate *self)
{
  g_return_val_if_fail (TAUBE_IS_CERTIFICATE (self), NULL);
  return self->not_after;
}

/**
 * taube_certificate_get_host_names:
 * @self: a certificate
 *
 * The host names and addresses that it is for; a name may begin with `*.`.
 *
 * Returns: (transfer none) (array zero-terminated=1): names
 */
const char *const *
taube_certificate_get_host_names (TaubeCertificate *self)
{
  g_return_val_if_fail (TAUBE_IS_CERTIFICATE (self), NULL);
  return (const char *const *) self->host_names;
}

/**
 * taube_certificate_get_fingerprint:
 * @self: a certificate
 *
 * The SHA-256 of the certificate, by which people compare it.
 *
 * Returns: (transfer none): `AB:CD:…`
 */
const char *
taube_certificate_get_fingerprint (TaubeCertificate *self)
{
  g_return_val_if_fail (TAUBE_IS_CERTIFICATE (self), NULL);
  return self->fingerprint;
}

/**
 * taube_certificate_get_key_pin:
 * @self: a certificate
 *
 * The SHA-256 of its public key, in the form that the account setting `pin` takes. It outlives the renewal of a
 * certificate as long as the key stays.
 *
 * Returns: (transfer none): `sha256:` and 64 hex digits
 */
const char *
taube_certificate_get_key_pin (TaubeCertificate *self)
{
  g_return_val_if_fail (TAUBE_IS_CERTIFICATE (self), NULL);
  return self->key_pin;
}

/**
 * taube_certificate_get_pem:
 * @self: a certificate
 *
 * The certificate itself, to show or to keep it.
 *
 * Returns: (transfer none): text in PEM form
 */
const char *
taube_certificate_get_pem (TaubeCertificate *self)
{
  g_return_val_if_fail (TAUBE_IS_CERTIFICATE (self), NULL);
  return self->pem;
}

static void
append_host_names (GString *text, char **names)
{
  g_string_append (text, " (");
  for (guint i = 0; names[i] != NULL && i < HOST_NAMES_SHOWN; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", names[i]);
  g_string_append (text, g_strv_length (names) > HOST_NAMES_SHOWN ? ", …)" : ")");
}

static void
append_problem (GString *text, const TaubeCertificate *self, guint i)
{
  if (text->len > 0)
    g_string_append (text, ", ");
  if (problem_texts[i].problem == TAUBE_CERTIFICATE_PROBLEMS_UNTRUSTED && self->self_signed)
    g_string_append (text, _ ("self-signed"));
  else
    g_string_append (text, _ (problem_texts[i].text));
  if (problem_texts[i].problem == TAUBE_CERTIFICATE_PROBLEMS_WRONG_HOST && self->host_names[0] != NULL)
    append_host_names (text, self->host_names);
}

/**
 * taube_certificate_to_string:
 * @self: a certificate
 *
 * One line for people: what is wrong, the subject, the fingerprint and the key pin.
 *
 * Returns: (transfer full): a text
 */
char *
taube_certificate_to_string (TaubeCertificate *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_return_val_if_fail (TAUBE_IS_CERTIFICATE (self), NULL);

  for (guint i = 0; i < G_N_ELEMENTS (problem_texts); i++)
    if (self->problems & problem_texts[i].problem)
      append_problem (text, self, i);
  if (text->len > 0)
    g_string_append (text, "; ");
  g_string_append_printf (text, _ ("subject %s; SHA-256 %s; key pin %s"), self->subject, self->fingerprint,
                          self->key_pin);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

GError *
taube_error_new_certificate (TaubeCertificate *certificate)
{
  g_autofree char *text = taube_certificate_to_string (certificate);
  GError *error = g_error_new (TAUBE_ERROR, TAUBE_ERROR_CERTIFICATE, _ ("cannot trust the certificate of %s: %s"),
                               certificate->host, text);

  taube_error_set_subject (error, G_OBJECT (certificate));
  return error;
}

TaubeCertificate *
taube_error_get_certificate (const GError *error)
{
  GObject *subject = taube_error_get_subject (error);

  return TAUBE_IS_CERTIFICATE (subject) ? TAUBE_CERTIFICATE (subject) : NULL;
}

char *
taube_pin_normalize (const char *pin, GError **error)
{
  g_autoptr (GString) hex = g_string_new (NULL);
  const char *at = g_ascii_strncasecmp (pin, "sha256:", 7) == 0 ? pin + 7 : pin;

  for (; *at != '\0'; at++)
    {
      if (g_ascii_isxdigit (*at))
        g_string_append_c (hex, g_ascii_tolower (*at));
      else if (*at != ':')
        break;
    }
  if (*at != '\0' || hex->len != 64)
    {
      g_autofree char *shown = printable (pin, (gssize) MIN (strlen (pin), 100));

      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID,
                   _ ("pin “%s”: not the SHA-256 of a public key (64 hex digits, “sha256:” may stand before them)"),
                   shown);
      return NULL;
    }
  return g_string_free (g_steal_pointer (&hex), FALSE);
}
