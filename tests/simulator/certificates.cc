#include "tests/simulator/certificates.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "boost/asio/buffer.hpp"
#include "tests/simulator/concat.h"

namespace cce::simulator {
namespace {

template <auto kFree>
struct Freer {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};

using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>>;

constexpr long kHour = 3600;
constexpr long kYear = 365 * 24 * kHour;

absl::Status OpenSslError(std::string_view doing) {
  char reason[256];
  ERR_error_string_n(ERR_get_error(), reason, sizeof reason);
  return absl::InternalError(Concat(doing, ": ", reason));
}

bool AddExtension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool SetName(X509_NAME* name, const std::string& common_name) {
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(common_name.data()),
                                    static_cast<int>(common_name.size()), -1, 0) == 1;
}

// A certificate for `key`, without extensions and signature; nullptr when OpenSSL fails.
Certificate MakeUnsigned(EVP_PKEY* key, const std::string& common_name) {
  Certificate certificate(X509_new());
  std::uint64_t serial = 0;
  if (!certificate || RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1 ||
      X509_set_version(certificate.get(), X509_VERSION_3) != 1 ||
      ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1) != 1 ||
      X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kHour) == nullptr ||
      X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kYear) == nullptr ||
      X509_set_pubkey(certificate.get(), key) != 1 ||
      !SetName(X509_get_subject_name(certificate.get()), common_name)) {
    return nullptr;
  }
  return certificate;
}

bool Sign(X509* certificate, X509* issuer, EVP_PKEY* issuer_key) {
  return X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
         X509_sign(certificate, issuer_key, EVP_sha256()) > 0;
}

std::string TextOf(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

std::string ToPem(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  return PEM_write_bio_X509(bio.get(), certificate) == 1 ? TextOf(bio.get()) : "";
}

std::string ToPem(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  return PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1
             ? TextOf(bio.get())
             : "";
}

}  // namespace

absl::StatusOr<Certificates> MakeCertificates(std::string_view address) {
  const Key ca_key(EVP_EC_gen("P-256"));
  const Key key(EVP_EC_gen("P-256"));
  if (!ca_key || !key) return OpenSslError("making a key");

  const Certificate ca = MakeUnsigned(ca_key.get(), "jumpcloud-simulator CA");
  if (!ca || !AddExtension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE") ||
      !AddExtension(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !AddExtension(ca.get(), ca.get(), NID_subject_key_identifier, "hash") ||
      !Sign(ca.get(), ca.get(), ca_key.get())) {
    return OpenSslError("making the CA");
  }
  const Certificate certificate = MakeUnsigned(key.get(), "localhost");
  const std::string names = Concat("DNS:localhost,IP:127.0.0.1,IP:::1,IP:", address);
  if (!certificate ||
      !AddExtension(certificate.get(), ca.get(), NID_basic_constraints, "critical,CA:FALSE") ||
      !AddExtension(certificate.get(), ca.get(), NID_key_usage, "critical,digitalSignature") ||
      !AddExtension(certificate.get(), ca.get(), NID_ext_key_usage, "serverAuth,clientAuth") ||
      !AddExtension(certificate.get(), ca.get(), NID_subject_alt_name, names.c_str()) ||
      !AddExtension(certificate.get(), ca.get(), NID_authority_key_identifier, "keyid") ||
      !Sign(certificate.get(), ca.get(), ca_key.get())) {
    return OpenSslError("making the server's certificate");
  }

  Certificates certificates{ToPem(ca.get()), ToPem(certificate.get()), ToPem(key.get())};
  if (certificates.ca.empty() || certificates.certificate.empty() || certificates.key.empty()) {
    return OpenSslError("writing certificates");
  }
  return certificates;
}

absl::StatusOr<boost::asio::ssl::context> MakeTlsContext(const std::string& certificate_pem,
                                                         const std::string& key_pem) {
  namespace ssl = boost::asio::ssl;
  ssl::context context(ssl::context::tls_server);
  boost::system::error_code error;
  context.set_options(
      ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1, error);
  if (!error) context.use_certificate_chain(boost::asio::buffer(certificate_pem), error);
  if (!error) {
    context.use_private_key(boost::asio::buffer(key_pem), ssl::context::file_format::pem, error);
  }
  if (error) {
    return absl::InvalidArgumentError(Concat("certificate or key: ", error.message()));
  }
  return context;
}

}  // namespace cce::simulator
