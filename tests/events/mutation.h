// Records changed at random, and what is left of a record without what is empty.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/simulator/seeded_random.h"

namespace cce {

inline bool IsEmptyValue(const nlohmann::json& value) {
  return value.is_null() || (value.is_string() && value.get<std::string>().empty()) ||
         (value.is_structured() && value.empty());
}

// `value` without what is empty, in all depths.
inline nlohmann::json Prune(const nlohmann::json& value) {
  if (!value.is_structured()) return value;
  nlohmann::json pruned = value.is_object() ? nlohmann::json::object() : nlohmann::json::array();
  for (const auto& [key, member] : value.items()) {
    nlohmann::json kept = Prune(member);
    if (IsEmptyValue(kept)) continue;
    if (value.is_object()) {
      pruned[key] = std::move(kept);
    } else {
      pruned.push_back(std::move(kept));
    }
  }
  return pruned;
}

class Mutation {
 public:
  explicit Mutation(std::uint64_t seed) : seed_(seed) {}

  // Replaces, removes or adds at one random place.
  void Apply(nlohmann::json& record) {
    nlohmann::json* at = &record;
    for (;;) {
      if (at->is_structured() && !at->empty() && (at == &record || Draw(3) != 0)) {
        auto member = at->begin();
        std::advance(member, Draw(at->size()));
        if (Draw(4) == 0) {
          at->erase(member);
          return;
        }
        at = &*member;
        if (Draw(12) == 0) (*at).is_object() ? (*at)["added"] = Value() : *at;
        continue;
      }
      *at = Value();
      return;
    }
  }

  std::size_t Draw(std::size_t below) { return simulator::Mix(++seed_) % below; }

 private:
  nlohmann::json Value() {
    static const std::vector<nlohmann::json> values = {
        nullptr,
        "",
        nlohmann::json::object(),
        nlohmann::json::array(),
        true,
        false,
        0,
        -1,
        1.5,
        18446744073709551615u,
        "text",
        "true",
        "FALSE",
        "2026-07-06T08:15:45.921Z",
        "2026-07-06T10:15:45+02:00",
        "203.0.113.7",
        "::ffff:192.0.2.1",
        "[2001:db8::1]:443",
        "1.2.3.4, 5.6.7.8",
        "256.1.1.1",
        "sso",
        "ldap",
        "systems",
        "user_create",
        "sso_auth",
        "no_such_type",
        "admin",
        "robot",
        "10",
        "High",
        "DENY",
        "\"quoted\\\" \u00e9\n",
        nlohmann::json::parse(R"({"id":"x","type":"user","name":"n"})"),
        nlohmann::json::parse(R"([{"id":"","email":"e@example.com"},null,[]])"),
        nlohmann::json::parse(R"({"a":{"b":{"c":[1,"",{"d":null}]}}})")};
    return values[Draw(values.size())];
  }

  std::uint64_t seed_;
};

// Calls `visit` with `count` records, each one of `events` (JSON texts) with one to four mutations,
// until a test fails.
template <class Visit>
void VisitMutations(const std::vector<std::string>& events, std::uint64_t seed, int count,
                    Visit visit) {
  Mutation mutation(seed);
  for (int i = 0; i < count && !testing::Test::HasFailure(); ++i) {
    nlohmann::json record = nlohmann::json::parse(events[mutation.Draw(events.size())]);
    for (std::size_t times = mutation.Draw(4) + 1; times > 0; --times) {
      if (record.is_object()) mutation.Apply(record);
    }
    if (record.is_object() && !record.empty()) visit(record);
  }
}

}  // namespace cce
