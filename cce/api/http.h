// HTTP as values, and the one interface through which the engine asks a service.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cce/api/bytes.h"
#include "cce/api/task.h"

namespace cce {

struct HttpHeader {
  std::string name;
  std::string value;
};

// Built by a source, which never sees the secret: the engine puts the device's secret into the
// header that `secret_header` names, so that a request can be logged and kept.
struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<HttpHeader> headers;
  std::string secret_header;
  std::string body;
};

// What one Send may take; beyond it, its errors.
struct HttpLimits {
  std::size_t body_cap = 64u << 20;  // bytes after decompression
  absl::Duration connect_timeout = absl::Seconds(20);
  absl::Duration total_timeout = absl::Seconds(300);
  long low_speed_bytes_per_second = 1024;             // slower than this ...
  absl::Duration low_speed_time = absl::Seconds(30);  // ... for this long is a broken connection
};

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers;
  Bytes body;
  // The body passed body_cap and was dropped; status and headers are whole.
  bool over_cap = false;

  // First header called `name`, in any case of letters (RFC 9110 section 5.1); nullopt without one.
  std::optional<std::string_view> Header(std::string_view name) const;

  // The server's clock from the Date header (RFC 9110 section 6.6.1), to the second.
  std::optional<absl::Time> Date() const;
};

// Lives on one executor and is used there only.
class HttpClient {
 public:
  virtual ~HttpClient() = default;

  // Any answer of the server is OK, whatever its status. Errors: kUnavailable for resolution,
  // connection, TLS, time-out or a broken transfer, the message naming host and cause;
  // kPermissionDenied for an address that may not be asked. Never a secret in a message.
  // `secret` and `request` are taken by value: they outlive the caller's.
  virtual Task<absl::StatusOr<HttpResponse>> Send(HttpRequest request, std::string secret,
                                                  HttpLimits limits) = 0;
};

}  // namespace cce
