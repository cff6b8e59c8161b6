#include "cce/config/service_url.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cce/api/text.h"
#include "cce/config/json_schema.h"
#include "cce/config/json_text.h"

namespace cce {
namespace {

namespace ip = boost::asio::ip;

struct Url {
  bool https = false;
  std::string host;  // lower case, without brackets
};

bool OnlyOf(std::string_view text, std::string_view punctuation) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           punctuation.find(c) != std::string_view::npos;
  });
}

bool Parse(std::string_view text, Url& url) {
  url.https = text.starts_with("https://");
  if (!url.https && !text.starts_with("http://")) return false;
  text.remove_prefix(url.https ? 8 : 7);
  const std::size_t slash = std::min(text.find('/'), text.size());
  std::string_view authority = text.substr(0, slash);
  if (!OnlyOf(text.substr(slash), "/._~-")) return false;

  std::string_view host;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return false;
    host = authority.substr(1, end - 1);
    authority.remove_prefix(end + 1);
    if (!OnlyOf(host, ":.")) return false;
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    host = authority.substr(0, colon);
    authority.remove_prefix(colon);
    if (!OnlyOf(host, ".-")) return false;
  }
  if (host.empty()) return false;
  if (!authority.empty()) {
    const std::string_view port = authority.substr(1);
    if (authority[0] != ':' || port.empty() || port.size() > 5 ||
        port.find_first_not_of("0123456789") != std::string_view::npos ||
        std::stoi(std::string(port)) > 65535) {
      return false;
    }
  }
  url.host = absl::AsciiStrToLower(ForAbseil(host));
  return true;
}

bool IsPrivate(const std::string& host) {
  if (host == "localhost") return true;
  boost::system::error_code error;
  const ip::address address = ip::make_address(host, error);
  if (error) return false;
  if (address.is_loopback()) return true;
  if (address.is_v6()) return (address.to_v6().to_bytes()[0] & 0xfe) == 0xfc;
  const auto bytes = address.to_v4().to_bytes();
  return bytes[0] == 10 || (bytes[0] == 172 && (bytes[1] & 0xf0) == 16) ||
         (bytes[0] == 192 && bytes[1] == 168);
}

}  // namespace

absl::Status CheckServiceUrl(std::string_view url, const AllowedHosts& allowed) {
  Url parsed;
  if (!Parse(url, parsed)) {
    return absl::InvalidArgumentError(
        "not a URL that can be asked; allowed: https://HOST, with :PORT and /PATH if need be, "
        "without "
        "user, query and fragment");
  }
  const std::string found = absl::StrCat("found host ", Quoted(parsed.host));
  if (IsPrivate(parsed.host)) {
    if (allowed.private_addresses) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        found, ", a private address; allowed only with security.allow_private_hosts in cce.json"));
  }
  const bool listed = std::any_of(
      allowed.names.begin(), allowed.names.end(),
      [&](const std::string& name) { return absl::EqualsIgnoreCase(name, parsed.host); });
  if (!listed) {
    return absl::InvalidArgumentError(absl::StrCat(
        found, "; allowed: ", OneOf(allowed.names),
        "; add the host to security.allowed_hosts in cce.json if the key may go there"));
  }
  if (!parsed.https) {
    return absl::InvalidArgumentError(
        absl::StrCat(found, " with http, which would send the key in the clear; allowed: https"));
  }
  return absl::OkStatus();
}

}  // namespace cce
