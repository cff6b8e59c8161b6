// Compares what a collector delivered with what really happened.
//
// Identity: an event with an id is its service, id and timestamp tokens; one without is its bytes,
// with multiplicity, or where an output does not keep the bytes, one of the events without id that
// have its service and timestamp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"

namespace cce::simulator {

struct CheckOptions {
  std::string organisation;  // only its truth and requests; "" for all
  std::int64_t until =
      std::numeric_limits<std::int64_t>::max();  // ns; what is visible later is not asked for
  absl::Duration overlap = absl::Minutes(10);
};

struct CheckResult {
  std::size_t visible = 0;    // events that could be seen by `until`
  std::size_t delivered = 0;  // of them
  // Not delivered although a window of the request log was paged to its end, has the event's time
  // and began when the event could be seen. Without a request log: not delivered.
  std::size_t lost = 0;
  std::size_t doubled = 0;  // deliveries beyond the first
  std::size_t late = 0;     // not delivered; seen by no window, and visible later than the overlap
  std::size_t pending = 0;  // not delivered; seen by no window, and not that late
  std::size_t unknown = 0;  // delivered lines that no event of the truth explains
  std::vector<std::string> lost_examples;
  std::vector<std::string> doubled_examples;
  std::vector<std::string> unknown_examples;
};

// Thread-compatible.
class DeliveryCheck {
 public:
  explicit DeliveryCheck(const CheckOptions& options);
  ~DeliveryCheck();
  DeliveryCheck(const DeliveryCheck&) = delete;
  DeliveryCheck& operator=(const DeliveryCheck&) = delete;

  // What GET /_simulator/truth answered. Errors: kInvalidArgument naming the line.
  absl::Status AddTruth(std::string_view lines);

  // What GET /_simulator/requests answered. Errors: kInvalidArgument naming the line.
  absl::Status AddRequests(std::string_view lines);

  // Delivered lines, in format raw or ocsf. REQUIRES: the truth is complete.
  void AddDelivered(std::string_view lines);

  CheckResult Result() const;

 private:
  struct Member {
    std::int64_t time_ms;
    std::int64_t visible_at;
    std::uint32_t organisation;
    std::uint32_t service;
  };
  // Events that cannot be told apart.
  struct Group {
    std::string name;
    std::vector<Member> members;
    std::size_t expected = 0;  // deliveries
    std::size_t delivered = 0;
  };
  // Groups without id of one service and timestamp, and deliveries known no better than that.
  struct Moment {
    std::vector<std::size_t> groups;
    std::size_t delivered = 0;
  };
  struct Window {
    std::uint32_t organisation;
    bool all_services;
    std::vector<std::uint32_t> services;
    std::int64_t first_ms;
    std::int64_t end_ms;
    std::int64_t asked_at;  // when its first page was first requested
    bool completed;
  };
  struct Reader;
  using Hash = std::array<std::uint64_t, 2>;

  static Hash ParseHash(std::string_view hex);
  std::uint32_t NumberOf(std::string_view text);
  std::size_t* FindByBytes(std::string_view bytes);
  absl::Status AddTruthLine(std::string_view line, std::size_t number);
  absl::Status AddRequestLine(std::string_view line, std::size_t number);
  void AddDeliveredLine(std::string_view line);
  bool WasAskedFor(const Member& member) const;
  // How many deliveries of the group some window owes.
  std::size_t AskedFor(const Group& group) const;

  const CheckOptions options_;
  const std::unique_ptr<Reader> reader_;
  absl::flat_hash_map<std::string, std::uint32_t> numbers_;  // of organisations and services
  std::vector<Group> groups_;
  absl::flat_hash_map<std::string, std::size_t> by_tokens_;
  absl::flat_hash_map<Hash, std::size_t> by_hash_;
  absl::flat_hash_map<std::string, Moment> moments_;
  std::vector<Window> windows_;
  absl::flat_hash_map<std::string, std::size_t> window_by_query_;
  bool has_requests_ = false;
  std::size_t unknown_ = 0;
  std::vector<std::string> unknown_examples_;
};

}  // namespace cce::simulator
