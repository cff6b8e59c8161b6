// One request on its way: what libcurl is told of it, and what comes back.
#pragma once

#include <curl/curl.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cce/api/http.h"
#include "cce/net/net_options.h"

namespace cce {

// Thread-compatible. Not movable: libcurl holds its address.
class Transfer {
 public:
  // A server that sends more header lines or bytes than this is not one we know.
  static constexpr std::size_t kMostHeaders = 200;
  static constexpr std::size_t kMostHeaderBytes = 64u << 10;

  // `options` outlives the transfer, but for its destructor.
  // Errors: kInvalidArgument (a URL or header that cannot be sent), kPermissionDenied (a host that
  // may not be asked). Copies what it needs of `secret`; wipes the copy in the destructor.
  static absl::StatusOr<std::unique_ptr<Transfer>> Make(HttpRequest request,
                                                        std::string_view secret,
                                                        const HttpLimits& limits,
                                                        const NetOptions& options);

  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // Not null; owned by this. REQUIRES: belongs to no multi handle when this is destroyed.
  CURL* handle() const { return handle_.get(); }

  // What came of it, once libcurl has ended it with `code`; as HttpClient::Send. Call once.
  absl::StatusOr<HttpResponse> Take(CURLcode code);

 private:
  struct CleanHandle {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };
  struct CleanUrl {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
  };
  struct WipeList {
    void operator()(curl_slist* list) const;
  };

  Transfer(HttpRequest request, const HttpLimits& limits, const NetOptions& options);

  absl::Status ReadUrl();
  // Whether an address may be asked: a public one over https only, any other if the options say so.
  bool IsAllowed(bool is_public) const;
  absl::Status AddHeaders(std::string_view secret);
  absl::Status AddHeader(std::string_view name, std::string_view value);
  absl::Status Append(const std::string& line);
  absl::Status SetOptions();
  template <class Value>
  void Set(CURLoption option, Value value);

  // Called by libcurl with a Transfer as `self`. They return what libcurl.h says; nothing throws.
  static std::size_t OnHeader(char* data, std::size_t, std::size_t size, void* self) noexcept;
  static std::size_t OnBody(char* data, std::size_t, std::size_t size, void* self) noexcept;
  static curl_socket_t OnOpenSocket(void* self, curlsocktype, curl_sockaddr* address) noexcept;

  // False ends the transfer.
  bool TakeHeader(std::string_view line);
  bool TakeBody(std::string_view bytes);

  absl::Status Refusal(const std::string& cause) const;
  absl::Status Failure(CURLcode code) const;
  std::string Cause(CURLcode code) const;

  const HttpRequest request_;
  const HttpLimits limits_;
  const NetOptions& options_;

  std::string host_;  // as the URL has it; an IPv6 address without brackets
  bool is_https_ = false;
  // Before handle_, which refers to both while it lives.
  std::unique_ptr<CURLU, CleanUrl> url_;
  std::unique_ptr<curl_slist, WipeList> headers_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
  std::unique_ptr<CURL, CleanHandle> handle_;
  CURLcode set_result_ = CURLE_OK;  // of the first option that was not taken

  HttpResponse response_;
  std::size_t header_lines_ = 0;
  std::size_t header_bytes_ = 0;
  bool headers_are_whole_ = false;
  bool is_encoded_ = false;
  std::string fault_;            // why this ended the transfer itself; empty if it did not
  std::string refused_address_;  // the last one that may not be asked
  bool opened_socket_ = false;
};

}  // namespace cce
