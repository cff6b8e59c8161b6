#include "cce/net/transfer.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "cce/api/trouble.h"
#include "cce/net/public_address.h"

namespace cce {
namespace {

namespace ip = boost::asio::ip;

absl::Status Invalid(std::string_view what) {
  return absl::InvalidArgumentError(std::string(what));
}

// RFC 9110 section 5.6.2.
bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

// libcurl takes 0 for no limit at all.
long ToMilliseconds(absl::Duration duration) {
  return static_cast<long>(
      std::clamp<std::int64_t>(absl::ToInt64Milliseconds(duration), 1, 1 << 30));
}

long ToSecondsRoundedUp(absl::Duration duration) {
  const absl::Duration up = absl::Ceil(duration, absl::Seconds(1));
  return static_cast<long>(std::clamp<std::int64_t>(absl::ToInt64Seconds(up), 1, 1 << 20));
}

std::optional<ip::address> AddressOf(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in in;
    std::memcpy(&in, &address, sizeof in);
    return ip::address_v4(ntohl(in.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 in6;
    std::memcpy(&in6, &address, sizeof in6);
    ip::address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), &in6.sin6_addr, bytes.size());
    return ip::address_v6(bytes);
  }
  return std::nullopt;
}

std::string_view Trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return absl::ascii_tolower(static_cast<unsigned char>(x)) ==
           absl::ascii_tolower(static_cast<unsigned char>(y));
  });
}

// Names that mean this machine wherever they are resolved (RFC 6761 section 6.3).
bool IsLocalName(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  constexpr std::string_view kLocal = "localhost";
  if (host.size() < kLocal.size()) return false;
  const std::size_t before = host.size() - kLocal.size();
  return EqualsIgnoringCase(host.substr(before), kLocal) &&
         (before == 0 || host[before - 1] == '.');
}

// libcurl's words without what means nothing to the reader, on one printable line.
std::string Clean(std::string_view words) {
  for (const std::string_view prefix : {"SSL certificate problem: ", "SSL: "}) {
    if (words.starts_with(prefix)) words.remove_prefix(prefix.size());
  }
  std::string clean(Trim(words));
  for (char& c : clean) {
    if (!absl::ascii_isprint(static_cast<unsigned char>(c))) c = '?';
  }
  return clean;
}

std::string_view Remedy(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "Check the host name and this machine's DNS.";
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "Check http.proxy in cce.json and this machine's DNS.";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CONNECT_ERROR:
      return "Check this machine's clock, and http.ca_file in cce.json: a proxy that inspects TLS "
             "needs its authority there.";
    default:
      return "Check that this machine reaches the host: firewall, and http.proxy in cce.json.";
  }
}

}  // namespace

void Transfer::WipeList::operator()(curl_slist* list) const {
  for (curl_slist* line = list; line != nullptr; line = line->next) {
    ::explicit_bzero(line->data, std::strlen(line->data));
  }
  curl_slist_free_all(list);
}

absl::StatusOr<std::unique_ptr<Transfer>> Transfer::Make(HttpRequest request,
                                                         std::string_view secret,
                                                         const HttpLimits& limits,
                                                         const NetOptions& options) {
  std::unique_ptr<Transfer> transfer(new Transfer(std::move(request), limits, options));
  if (absl::Status status = transfer->ReadUrl(); !status.ok()) return status;
  if (absl::Status status = transfer->AddHeaders(secret); !status.ok()) return status;
  if (absl::Status status = transfer->SetOptions(); !status.ok()) return status;
  return transfer;
}

Transfer::Transfer(HttpRequest request, const HttpLimits& limits, const NetOptions& options)
    : request_(std::move(request)),
      limits_(limits),
      options_(options),
      url_(curl_url()),
      handle_(curl_easy_init()) {}

// libcurl gets the URL as it was parsed here, so that both mean the same host.
absl::Status Transfer::ReadUrl() {
  const auto part = [this](CURLUPart which) {
    char* text = nullptr;
    if (curl_url_get(url_.get(), which, &text, 0) != CURLUE_OK) return std::string();
    std::string copy(text);
    curl_free(text);
    return copy;
  };
  if (curl_url_set(url_.get(), CURLUPART_URL, request_.url.c_str(), CURLU_DISALLOW_USER) !=
      CURLUE_OK) {
    return Invalid(
        "a URL that cannot be asked; expected https://HOST/PATH without user or password");
  }
  host_ = part(CURLUPART_HOST);
  if (host_.starts_with('[')) host_ = host_.substr(1, host_.size() - 2);
  const std::string scheme = part(CURLUPART_SCHEME);
  is_https_ = scheme == "https";
  if (!is_https_ && !(scheme == "http" && options_.allow_private_hosts)) {
    return Refusal(scheme + " is not allowed");
  }
  if (options_.proxy.empty()) return absl::OkStatus();  // OnOpenSocket sees the host's address
  boost::system::error_code no_address;
  const ip::address literal = ip::make_address(host_, no_address);
  const bool is_public = no_address ? !IsLocalName(host_) : IsPublicAddress(literal);
  if (!IsAllowed(is_public)) return Refusal("this host is not allowed over " + scheme);
  return absl::OkStatus();
}

bool Transfer::IsAllowed(bool is_public) const {
  return is_public ? is_https_ : options_.allow_private_hosts;
}

absl::Status Transfer::AddHeaders(std::string_view secret) {
  for (const HttpHeader& header : request_.headers) {
    if (absl::Status status = AddHeader(header.name, header.value); !status.ok()) return status;
  }
  if (!request_.secret_header.empty() && !secret.empty()) {
    if (absl::Status status = AddHeader(request_.secret_header, secret); !status.ok())
      return status;
  }
  return Append("Expect:");  // do not wait for a 100 Continue before the body
}

absl::Status Transfer::AddHeader(std::string_view name, std::string_view value) {
  if (!IsToken(name)) return Invalid("a header name that is no token (RFC 9110 section 5.6.2)");
  if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
    return Invalid("the value of header " + std::string(name) + " has a line end in it");
  }
  std::string line;
  line.reserve(name.size() + 2 + value.size());  // no reallocation leaves a copy of a secret behind
  line.append(name);
  // libcurl reads "Name:" as an order to leave the header out and "Name;" as an empty value.
  line.append(value.empty() ? ";" : ": ").append(value);
  const absl::Status status = Append(line);
  ::explicit_bzero(line.data(), line.size());
  return status;
}

absl::Status Transfer::Append(const std::string& line) {
  curl_slist* longer = curl_slist_append(headers_.get(), line.c_str());
  if (longer == nullptr) return absl::InternalError("libcurl took no header");
  static_cast<void>(headers_.release());
  headers_.reset(longer);
  return absl::OkStatus();
}

template <class Value>
void Transfer::Set(CURLoption option, Value value) {
  const CURLcode result = curl_easy_setopt(handle_.get(), option, value);
  if (set_result_ == CURLE_OK) set_result_ = result;
}

absl::Status Transfer::SetOptions() {
  Set(CURLOPT_CURLU, url_.get());
  Set(CURLOPT_PROTOCOLS_STR, is_https_ ? "https" : "http");
  Set(CURLOPT_FOLLOWLOCATION, 0L);
  Set(CURLOPT_HTTPHEADER, headers_.get());
  Set(CURLOPT_ACCEPT_ENCODING, "gzip");
  if (!request_.body.empty() || request_.method == "POST") {
    Set(CURLOPT_POST, 1L);
    Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    Set(CURLOPT_POSTFIELDS, request_.body.data());
  }
  if (request_.method == "HEAD") {
    Set(CURLOPT_NOBODY, 1L);
  } else {
    if (!IsToken(request_.method)) return Invalid("an HTTP method that is no token");
    Set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  }

  const char* const ca_file = options_.ca_file.empty() ? nullptr : options_.ca_file.c_str();
  Set(CURLOPT_SSL_VERIFYPEER, 1L);
  Set(CURLOPT_SSL_VERIFYHOST, 2L);
  Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (ca_file != nullptr) Set(CURLOPT_CAINFO, ca_file);
  // The system's directory of authorities would count besides CAINFO, and it keeps libcurl from
  // caching what it has read.
  Set(CURLOPT_CAPATH, static_cast<char*>(nullptr));

  // Set even when empty, because libcurl takes an unset one from the environment.
  Set(CURLOPT_PROXY, options_.proxy.c_str());
  Set(CURLOPT_NOPROXY, "");
  Set(CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));  // a proxy sees no secret
  Set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  Set(CURLOPT_PROXY_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (ca_file != nullptr) Set(CURLOPT_PROXY_CAINFO, ca_file);
  Set(CURLOPT_PROXY_CAPATH, static_cast<char*>(nullptr));

  Set(CURLOPT_CONNECTTIMEOUT_MS, ToMilliseconds(limits_.connect_timeout));
  Set(CURLOPT_TIMEOUT_MS, ToMilliseconds(limits_.total_timeout));
  Set(CURLOPT_LOW_SPEED_LIMIT, limits_.low_speed_bytes_per_second);
  Set(CURLOPT_LOW_SPEED_TIME, ToSecondsRoundedUp(limits_.low_speed_time));

  Set(CURLOPT_NOSIGNAL, 1L);
  // Without it, giving up a transfer waits for a resolver thread that is stuck in getaddrinfo.
  Set(CURLOPT_QUICK_EXIT, 1L);
  Set(CURLOPT_ERRORBUFFER, error_text_.data());
  Set(CURLOPT_HEADERFUNCTION, &OnHeader);
  Set(CURLOPT_HEADERDATA, this);
  Set(CURLOPT_WRITEFUNCTION, &OnBody);
  Set(CURLOPT_WRITEDATA, this);
  Set(CURLOPT_OPENSOCKETFUNCTION, &OnOpenSocket);
  Set(CURLOPT_OPENSOCKETDATA, this);
  if (set_result_ == CURLE_OK) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("libcurl took not every option: ", curl_easy_strerror(set_result_)));
}

std::size_t Transfer::OnHeader(char* data, std::size_t, std::size_t size, void* self) noexcept {
  return static_cast<Transfer*>(self)->TakeHeader({data, size}) ? size : CURL_WRITEFUNC_ERROR;
}

std::size_t Transfer::OnBody(char* data, std::size_t, std::size_t size, void* self) noexcept {
  return static_cast<Transfer*>(self)->TakeBody({data, size}) ? size : CURL_WRITEFUNC_ERROR;
}

bool Transfer::TakeHeader(std::string_view line) {
  header_bytes_ += line.size();
  ++header_lines_;
  if (header_bytes_ > kMostHeaderBytes || header_lines_ > kMostHeaders) {
    fault_ = absl::StrCat("the answer has more than ", kMostHeaders, " headers or ",
                          kMostHeaderBytes >> 10, " KiB of them");
    return false;
  }
  if (headers_are_whole_) return true;  // trailers must not pass for headers
  if (line.starts_with("HTTP/")) {      // the final answer follows any 1xx in the same way
    response_.headers.clear();
    is_encoded_ = false;
    return true;
  }
  if (Trim(line).empty()) {
    long status = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
    headers_are_whole_ = status >= 200;
    return true;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = Trim(line.substr(colon + 1));
  if (EqualsIgnoringCase(name, "content-encoding") && !EqualsIgnoringCase(value, "identity")) {
    // libcurl would unpack any encoding and several in a chain: a few bytes could mean hours of
    // work.
    if (is_encoded_ || !EqualsIgnoringCase(value, "gzip")) {
      fault_ = "the answer has an encoding that was not asked for";
      return false;
    }
    is_encoded_ = true;
  }
  response_.headers.push_back({std::string(name), std::string(value)});
  return true;
}

bool Transfer::TakeBody(std::string_view bytes) {
  Bytes& body = response_.body;
  bool fits = bytes.size() <= limits_.body_cap - body.size();
  if (body.capacity() == 0 && !is_encoded_) {
    curl_off_t length = -1;  // stays so if the server does not say
    curl_easy_getinfo(handle_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (length > 0) {
      fits = fits && static_cast<std::size_t>(length) <= limits_.body_cap;
      if (fits) body.Reserve(static_cast<std::size_t>(length));
    }
  }
  if (!fits) {
    response_.over_cap = true;
    body = Bytes();
    return false;
  }
  body.Append(bytes);
  return true;
}

curl_socket_t Transfer::OnOpenSocket(void* self, curlsocktype, curl_sockaddr* address) noexcept {
  Transfer& transfer = *static_cast<Transfer*>(self);
  if (transfer.options_.proxy.empty()) {
    const std::optional<ip::address> target = AddressOf(address->addr);
    if (!target || !transfer.IsAllowed(IsPublicAddress(*target))) {
      transfer.refused_address_ = target ? target->to_string() : "no internet address";
      return CURL_SOCKET_BAD;
    }
  }
  const int descriptor = ::socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                                  address->protocol);
  transfer.opened_socket_ |= descriptor >= 0;
  return descriptor;
}

absl::StatusOr<HttpResponse> Transfer::Take(CURLcode code) {
  if (code != CURLE_OK && !response_.over_cap) return Failure(code);
  long status = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  return std::move(response_);
}

absl::Status Transfer::Refusal(const std::string& cause) const {
  return TroubleError(
      absl::StatusCode::kPermissionDenied, absl::StrCat(host_, ": ", cause),
      {.word = StatusWord::kUnreachable,
       .remedy =
           "Public hosts are asked over https only, others if security.allow_private_hosts in "
           "cce.json is true."});
}

absl::Status Transfer::Failure(CURLcode code) const {
  if (!refused_address_.empty() && !opened_socket_) {
    return Refusal(absl::StrCat("its address ", refused_address_, " is not allowed over ",
                                is_https_ ? "https" : "http"));
  }
  return TroubleError(absl::StatusCode::kUnavailable,
                      absl::StrCat(host_, ": ", fault_.empty() ? Cause(code) : fault_),
                      {.word = StatusWord::kUnreachable, .remedy = std::string(Remedy(code))});
}

std::string Transfer::Cause(CURLcode code) const {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "its name cannot be resolved";
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "the proxy's name cannot be resolved";
    case CURLE_COULDNT_CONNECT: {
      long error = 0;
      curl_easy_getinfo(handle_.get(), CURLINFO_OS_ERRNO, &error);
      return absl::StrCat(
          options_.proxy.empty() ? "cannot connect" : "cannot connect to the proxy",
          error == 0 ? "" : ": ",
          error == 0 ? "" : std::generic_category().message(static_cast<int>(error)));
    }
    default:
      return Clean(error_text_.front() != '\0' ? error_text_.data() : curl_easy_strerror(code));
  }
}

}  // namespace cce
