// Where an address is.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "cce/api/clock.h"
#include "cce/api/task.h"
#include "cce/api/trouble.h"
#include "outputs/syslog/bell.h"
#include "outputs/syslog/deadline.h"
#include "outputs/syslog/syslog_options.h"

namespace cce::syslog {

inline absl::Status Unreachable(const Address& address, std::string_view cause,
                                std::string_view remedy) {
  return TroubleError(absl::StatusCode::kUnavailable,
                      absl::StrCat(ToText(address), ": ", std::string(cause)),
                      {.word = StatusWord::kOutputBlocked, .remedy = std::string(remedy)});
}

// At least one endpoint, in the order in which they are to be tried, within `limit`; meanwhile
// `interrupt` ends the wait. Does not block. kUnavailable, a TroubleError, if the name cannot be
// resolved.
//
// Nothing ends getaddrinfo: a look-up that nobody waits for any more goes on, on the one thread
// that the io_context has for them, and those behind it wait for it, as the io_context's end does.
template <class Protocol>
Task<absl::StatusOr<std::vector<typename Protocol::endpoint>>> Resolve(
    boost::asio::any_io_executor executor, Clock& clock, Address address, absl::Duration limit,
    Interrupt interrupt) {
  using Endpoints = std::vector<typename Protocol::endpoint>;
  using Found = typename Protocol::resolver::results_type;
  boost::system::error_code no_literal;
  const auto literal = boost::asio::ip::make_address(address.host, no_literal);
  if (!no_literal) co_return Endpoints{{literal, address.port}};
  // Whichever comes first; the others may come when the caller is gone.
  struct Race {
    explicit Race(boost::asio::any_io_executor its) : resolver(its), over(its) {}
    void End(std::string_view why) {
      if (!cause) cause = why;
      over.Ring();
    }
    // Whatever has come already: whoever waits may not have run since.
    void Interrupt() {
      cause = "the attempt was ended";
      over.Ring();
    }
    typename Protocol::resolver resolver;
    std::optional<std::string> cause;  // of the end; empty: `found`
    Found found;
    Bell over;
  };
  const auto race = std::make_shared<Race>(executor);
  race->resolver.async_resolve(
      address.host, absl::StrCat(address.port),
      [race](const boost::system::error_code& error, Found found) {
        race->found = std::move(found);
        const bool is_empty = !error && race->found.empty();
        race->End(is_empty ? "it has no address" : error ? error.message() : "");
      });
  const Deadline deadline(clock, executor, limit, [race] { race->End("no answer"); });
  const Interruptible resolving(interrupt, [race] { race->Interrupt(); });
  while (!race->cause) co_await race->over.Wait();
  race->resolver.cancel();  // what has not begun never does
  if (!race->cause->empty()) {
    co_return Unreachable(address, absl::StrCat("the name cannot be resolved: ", *race->cause),
                          "Check the output's address and this machine's name servers.");
  }
  Endpoints endpoints;
  for (const auto& entry : race->found) endpoints.push_back(entry.endpoint());
  co_return endpoints;
}

}  // namespace cce::syslog
