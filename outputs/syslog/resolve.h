// Where an address is.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "cce/api/task.h"
#include "cce/api/trouble.h"
#include "outputs/syslog/syslog_options.h"

namespace cce::syslog {

inline absl::Status Unreachable(const Address& address, std::string_view cause,
                                std::string_view remedy) {
  return TroubleError(absl::StatusCode::kUnavailable,
                      absl::StrCat(ToText(address), ": ", std::string(cause)),
                      {.word = StatusWord::kOutputBlocked, .remedy = std::string(remedy)});
}

// At least one endpoint, in the order in which they are to be tried. Does not block; `resolver`
// outlives it. kUnavailable, a TroubleError, if the name cannot be resolved.
template <class Protocol>
Task<absl::StatusOr<std::vector<typename Protocol::endpoint>>> Resolve(
    typename Protocol::resolver& resolver, Address address) {
  using Endpoints = std::vector<typename Protocol::endpoint>;
  boost::system::error_code no_literal;
  const auto literal = boost::asio::ip::make_address(address.host, no_literal);
  if (!no_literal) co_return Endpoints{{literal, address.port}};
  const std::string port = absl::StrCat(address.port);
  constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);
  const auto [error, found] = co_await resolver.async_resolve(address.host, port, kAwait);
  if (error || found.empty()) {
    co_return Unreachable(address, absl::StrCat("the name cannot be resolved: ", error.message()),
                          "Check the output's address and this machine's name servers.");
  }
  Endpoints endpoints;
  for (const auto& entry : found) endpoints.push_back(entry.endpoint());
  co_return endpoints;
}

}  // namespace cce::syslog
