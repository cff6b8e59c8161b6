#include "outputs/kafka/topic_name.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "cce/api/text.h"

namespace cce::kafka {
namespace {

constexpr std::string_view kDevice = "{device}";

// An underscore is escaped too, so that no two devices share a topic.
bool IsTopicCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-';
}

}  // namespace

bool NamesDevice(std::string_view pattern) {
  return pattern.find(kDevice) != std::string_view::npos;
}

std::string TopicName(std::string_view pattern, std::string_view device) {
  std::string name;
  for (const char c : device) {
    if (IsTopicCharacter(c)) {
      name.push_back(c);
    } else {
      absl::StrAppend(&name, "_", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
    }
  }
  return absl::StrReplaceAll(ForAbseil(pattern), {{ForAbseil(kDevice), name}});
}

}  // namespace cce::kafka
