// HTTP as values: what the simulator is asked and what it answers.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "cce/api/text.h"

namespace cce::simulator {

using Headers = std::vector<std::pair<std::string, std::string>>;

// A body as slices of memory that somebody else holds, so that a page is sent without a copy.
struct Body {
  std::vector<std::string_view> slices;
  std::vector<std::shared_ptr<const void>> owners;  // keep what the slices view

  static Body Of(std::string text) {
    auto owner = std::make_shared<const std::string>(std::move(text));
    Body body;
    body.slices.push_back(*owner);
    body.owners.push_back(std::move(owner));
    return body;
  }

  std::size_t size() const {
    std::size_t size = 0;
    for (const std::string_view slice : slices) size += slice.size();
    return size;
  }

  std::string Text() const {
    std::string text;
    text.reserve(size());
    for (const std::string_view slice : slices) text += slice;
    return text;
  }
};

struct Request {
  std::string method = "POST";
  std::string target;  // path and query
  Headers headers;
  std::string body;

  // First header called `name`, in any case of letters; nullopt without one.
  std::optional<std::string_view> Header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (absl::EqualsIgnoreCase(key, ForAbseil(name))) return value;
    }
    return std::nullopt;
  }
};

struct Response {
  int status = 200;
  Headers headers;  // without Content-Length and Connection, which belong to the frontend
  Body body;

  // How the connection misbehaves, for the frontend or an in-process client to act out.
  std::optional<std::size_t> cut_after;         // so many bytes of the body are sent, then the end
  bool reset = false;                           // the connection ends without an answer
  absl::Duration delay = absl::ZeroDuration();  // before the first byte

  std::optional<std::string_view> Header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (absl::EqualsIgnoreCase(key, ForAbseil(name))) return value;
    }
    return std::nullopt;
  }
};

}  // namespace cce::simulator
