#include "outputs/kafka/topic_name.h"

#include "absl/strings/str_cat.h"
#include "cce/api/placeholders.h"

namespace cce::kafka {
namespace {

// An underscore is escaped too, so that no two names become one.
bool IsTopicCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-';
}

std::string Encode(std::string_view name) {
  std::string encoded;
  for (const char c : name) {
    if (IsTopicCharacter(c)) {
      encoded.push_back(c);
    } else {
      absl::StrAppend(&encoded, "_", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
    }
  }
  return encoded;
}

}  // namespace

bool DependsOnDevice(std::string_view pattern) { return pattern.find('{') != pattern.npos; }

std::string TopicName(std::string_view pattern, std::string_view tenant, std::string_view device) {
  return FillPlaceholders(pattern, tenant, device, Encode);
}

}  // namespace cce::kafka
