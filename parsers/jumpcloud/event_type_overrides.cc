#include "parsers/jumpcloud/event_type_overrides.h"

#include <algorithm>
#include <atomic>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cce/api/event_filter.h"
#include "cce/api/text.h"
#include "parsers/jumpcloud/event_classes.h"
#include "parsers/jumpcloud/event_words.h"

namespace cce::jumpcloud {
namespace {

using Json = nlohmann::json;

std::atomic<std::uint64_t> overrides_made = 0;

// One type's entry, read until something is wrong with it.
class Entry {
 public:
  Entry(const std::string& name, const Json& members) : name_(name), members_(members) {}

  // The meaning that the entry gives, or nullopt; then error() says why. `own_activity` becomes the
  // text of other_activity, which the type's activity_name does not show yet.
  std::optional<EventType> Read(std::string* own_activity) {
    std::optional<EventType> type = Has("like") ? ReadLike() : ReadClass(own_activity);
    if (type && Has("severity")) {
      const auto* const word =
          std::find(kSeverityWords.begin(), kSeverityWords.end(), Text("severity"));
      type->severity_id = static_cast<std::int8_t>(word - kSeverityWords.begin() + 1);
    }
    return type;
  }

  const std::string& error() const { return error_; }

 private:
  bool Has(const char* key) const { return members_.contains(key); }
  std::string_view Text(const char* key) const {
    return members_[key].get_ref<const std::string&>();
  }

  std::nullopt_t Wrong(std::string_view below, std::string_view what) {
    error_ = absl::StrCat("/", name_, ForAbseil(below), ": ", ForAbseil(what));
    return std::nullopt;
  }

  std::optional<EventType> ReadLike() {
    for (const char* key : {"class", "activity", "other_activity"}) {
      if (Has(key)) return Wrong("", absl::StrCat("\"like\" and \"", key, "\" exclude each other"));
    }
    const std::string_view like = Text("like");
    for (const EventType& known : KnownEventTypes()) {
      if (Is(like, known.name)) return known;
    }
    return Wrong("/like",
                 absl::StrCat("found \"", ForAbseil(like), "\"; allowed: a type that CCE knows"));
  }

  std::optional<EventType> ReadClass(std::string* own_activity) {
    if (!Has("class") || Has("activity") == Has("other_activity")) {
      return Wrong("",
                   "needed is either \"like\", or \"class\" with \"activity\" or "
                   "\"other_activity\"");
    }
    const auto known = EventClasses();
    const EventClass& of_class =
        *std::find_if(known.begin(), known.end(),
                      [&](const EventClass& one) { return one.name == Text("class"); });
    EventType type = {.name = {},
                      .service = {},
                      .class_uid = of_class.class_uid,
                      .activity_id = kOther,
                      .activity_name = {},
                      .severity_id = 1,
                      .ecs_category = of_class.ecs_category,
                      .ecs_type = of_class.other_ecs_type,
                      .activity_by = ActivityBy::kTable};
    const std::string_view key = Has("activity") ? "activity" : "other_activity";
    const std::string_view name = Text(key.data());
    const auto activity = std::find_if(of_class.activities.begin(), of_class.activities.end(),
                                       [&](const Activity& one) { return one.name == name; });
    if (Has("other_activity")) {
      if (activity != of_class.activities.end()) {
        return Wrong("/other_activity", absl::StrCat("found \"", ForAbseil(name),
                                                     "\", which is an \"activity\" of the class"));
      }
      *own_activity = std::string(name);
      return type;
    }
    if (activity == of_class.activities.end()) {
      return Wrong("/activity", absl::StrCat("found \"", ForAbseil(name),
                                             "\"; allowed: ", ActivitiesOf(of_class)));
    }
    type.activity_id = static_cast<std::int16_t>(activity - of_class.activities.begin() + 1);
    type.activity_name = activity->name;
    type.ecs_type = activity->ecs_type;
    return type;
  }

  static std::string ActivitiesOf(const EventClass& of_class) {
    std::string names;
    for (const Activity& activity : of_class.activities) {
      absl::StrAppend(&names, names.empty() ? "" : ", ", "\"", ForAbseil(activity.name), "\"");
    }
    return absl::StrCat(names, names.empty() ? "" : " or ", "\"other_activity\" in its place");
  }

  const std::string& name_;
  const Json& members_;
  std::string error_;
};

}  // namespace

EventTypeOverrides::EventTypeOverrides()
    : number_(overrides_made.fetch_add(1, std::memory_order_relaxed) + 1) {}

absl::StatusOr<std::shared_ptr<const EventTypeOverrides>> EventTypeOverrides::Read(
    std::string_view json) {
  const Json object = Json::parse(json);
  std::shared_ptr<EventTypeOverrides> overrides(new EventTypeOverrides());
  std::vector<std::string> errors;
  for (const auto& [name, members] : object.items()) {
    if (name == "$schema") continue;
    Entry entry(name, members);
    std::string own_activity;
    const std::optional<EventType> type = entry.Read(&own_activity);
    const auto [at, is_fresh] = overrides->by_name_.try_emplace(absl::AsciiStrToLower(name));
    if (!is_fresh) {
      errors.push_back(
          absl::StrCat("/", name, ": is there in another case of letters, which is the same type"));
    }
    if (!type) errors.push_back(entry.error());
    if (!is_fresh || !type) continue;
    Override& kept = at->second;
    kept.type = *type;
    kept.type.name = at->first;
    if (!own_activity.empty()) {
      kept.activity_name = std::move(own_activity);
      kept.type.activity_name = kept.activity_name;
    }
  }
  if (!errors.empty()) return absl::InvalidArgumentError(absl::StrJoin(errors, "\n"));
  return overrides;
}

const EventType* EventTypeOverrides::Find(std::string_view lower_case) const {
  const auto at = by_name_.find(ForAbseil(lower_case));
  return at == by_name_.end() ? nullptr : &at->second.type;
}

}  // namespace cce::jumpcloud
