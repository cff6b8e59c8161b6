// An authority that issues certificates for the servers of tests.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "absl/time/time.h"

namespace cce {

// PEM text of a server's certificate and its private key.
struct TestIdentity {
  std::string certificate;
  std::string key;
};

class TestAuthority {
 public:
  explicit TestAuthority(const char* common_name = "Test authority");

  // For a client's ca_file.
  std::string Certificate() const;

  // `name` is a DNS name ("DNS:localhost") or an address ("IP:127.0.0.1"), as OpenSSL's
  // subjectAltName has it. The certificate ends `valid_for` from now, which may be in the past.
  TestIdentity Issue(const std::string& name, absl::Duration valid_for = absl::Hours(1)) const;

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
  };
  using Key = std::unique_ptr<EVP_PKEY, Free>;
  using Certified = std::unique_ptr<X509, Free>;

  static Certified Make(EVP_PKEY& key, const char* common_name, absl::Duration valid_for);

  Key key_;
  Certified certificate_;
};

}  // namespace cce
