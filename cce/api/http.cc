#include "cce/api/http.h"

#include "absl/strings/match.h"
#include "cce/api/text.h"

namespace cce {

std::optional<std::string_view> HttpResponse::Header(std::string_view name) const {
  for (const HttpHeader& header : headers) {
    if (absl::EqualsIgnoreCase(header.name, ForAbseil(name))) return header.value;
  }
  return std::nullopt;
}

std::optional<absl::Time> HttpResponse::Date() const {
  const std::optional<std::string_view> text = Header("date");
  absl::Time time;
  std::string error;
  if (!text || !absl::ParseTime("%a, %d %b %E4Y %H:%M:%S GMT", ForAbseil(*text), &time, &error)) {
    return std::nullopt;
  }
  return time;
}

}  // namespace cce
