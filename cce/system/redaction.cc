#include "cce/system/redaction.h"

#include <algorithm>
#include <cstring>

namespace cce {
namespace {

// REQUIRES: text.size() >= Redaction::kShortestSecret.
std::uint32_t Prefix(std::string_view text) {
  std::uint32_t prefix;
  static_assert(sizeof prefix == Redaction::kShortestSecret);
  std::memcpy(&prefix, text.data(), sizeof prefix);
  return prefix;
}

}  // namespace

void Redaction::Add(std::string_view secret) {
  if (secret.size() < kShortestSecret) return;
  std::vector<std::string>& alike = secrets_[Prefix(secret)];
  if (std::find(alike.begin(), alike.end(), secret) == alike.end()) alike.emplace_back(secret);
}

std::string_view Redaction::FindAtStartOf(std::string_view text) const {
  std::string_view longest;
  if (text.size() < kShortestSecret) return longest;
  const auto alike = secrets_.find(Prefix(text));
  if (alike == secrets_.end()) return longest;
  for (const std::string& secret : alike->second) {
    if (secret.size() > longest.size() && text.starts_with(secret)) longest = secret;
  }
  return longest;
}

std::string Redaction::Apply(std::string_view text) const {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const std::string_view secret = FindAtStartOf(text);
    if (secret.empty()) {
      clean.push_back(text.front());
      text.remove_prefix(1);
    } else {
      clean.append("[redacted]");
      text.remove_prefix(secret.size());
    }
  }
  return clean;
}

}  // namespace cce
