// A certificate authority that exists for one run, and the server certificate it signs.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "boost/asio/ssl/context.hpp"

namespace cce::simulator {

struct Certificates {
  std::string ca;  // PEM
  std::string
      certificate;  // PEM, a server's and a client's, for localhost, 127.0.0.1, ::1 and `address`
  std::string key;  // PEM
};

// Valid from an hour ago for a year. Errors: kInternal with OpenSSL's words.
absl::StatusOr<Certificates> MakeCertificates(std::string_view address = "127.0.0.1");

// A server's context for TLS 1.2 and later. Errors: kInvalidArgument when OpenSSL refuses them.
absl::StatusOr<boost::asio::ssl::context> MakeTlsContext(const std::string& certificate_pem,
                                                         const std::string& key_pem);

}  // namespace cce::simulator
