#include "parsers/jumpcloud/event_type_overrides.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "cce/api/ocsf_ids.h"
#include "gtest/gtest.h"
#include "parsers/jumpcloud/event_classes.h"

namespace cce::jumpcloud {
namespace {

std::shared_ptr<const EventTypeOverrides> Read(std::string_view json) {
  auto overrides = EventTypeOverrides::Read(json);
  EXPECT_TRUE(overrides.ok()) << overrides.status();
  return overrides.ok() ? *std::move(overrides) : nullptr;
}

std::string ErrorOf(std::string_view json) {
  const auto overrides = EventTypeOverrides::Read(json);
  EXPECT_EQ(overrides.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(overrides.status().message());
}

TypeMatch Match(std::string name, const EventTypeOverrides& overrides) {
  const std::size_t size = name.size();
  name.append(8, '\0');
  return MatchEventType(std::string_view(name).substr(0, size), &overrides);
}

TEST(EventTypeOverrides, AddATypeThatIsFoundInAnyCase) {
  const auto overrides = Read(R"({"$schema": "x", "Passkey_Used":
      {"class": "authentication", "activity": "Logon", "severity": "low"}})");
  for (const char* name : {"passkey_used", "PASSKEY_USED", "Passkey_Used"}) {
    const TypeMatch match = Match(name, *overrides);
    EXPECT_EQ(match.by, MatchedBy::kName) << name;
    EXPECT_EQ(match.type->name, "passkey_used");
    EXPECT_EQ(match.type->class_uid, kAuthentication);
    EXPECT_EQ(match.type->activity_id, 1);
    EXPECT_EQ(match.type->activity_name, "Logon");
    EXPECT_EQ(match.type->severity_id, 2);
    EXPECT_EQ(match.type->ecs_category, "authentication");
    EXPECT_EQ(match.type->ecs_type, "info+start_on_success");
  }
  EXPECT_EQ(Match("$schema", *overrides).by, MatchedBy::kNothing);
}

TEST(EventTypeOverrides, GoBeforeTheTableAndBeforeAnEnding) {
  const auto overrides = Read(R"({
      "user_update": {"class": "detection_finding", "activity": "Create"},
      "passkey_created": {"class": "account_change", "activity": "MFA Factor Enable"}})");
  EXPECT_EQ(Match("user_update", *overrides).type->class_uid, kFinding);
  EXPECT_EQ(Match("USER_UPDATE", *overrides).type->class_uid, kFinding);
  EXPECT_EQ(Match("passkey_created", *overrides).by, MatchedBy::kName);
  EXPECT_EQ(Match("passkey_created", *overrides).type->activity_id, 10);
}

TEST(EventTypeOverrides, LeaveEveryOtherTypeAsItIs) {
  const auto overrides = Read(R"({"x": {"class": "base_event", "other_activity": "X"}})");
  for (const EventType& type : KnownEventTypes()) {
    EXPECT_EQ(Match(std::string(type.name), *overrides).type, &type);
  }
  EXPECT_EQ(Match("passkey_created", *overrides).by, MatchedBy::kFamily);
  EXPECT_EQ(Match("vpn_login", *overrides).by, MatchedBy::kFamily);
  EXPECT_EQ(Match("", *overrides).by, MatchedBy::kNothing);
  EXPECT_EQ(Match(std::string(10'000, 'x'), *overrides).by, MatchedBy::kNothing);
}

TEST(EventTypeOverrides, TakeAnActivityThatOcsfDoesNotHave) {
  const auto overrides =
      Read(R"({"tunnel_opened": {"class": "entity_management", "other_activity": "Tunnel Open"}})");
  const EventType& type = *Match("tunnel_opened", *overrides).type;
  EXPECT_EQ(type.activity_id, 99);
  EXPECT_EQ(type.activity_name, "Tunnel Open");
  EXPECT_EQ(type.severity_id, 1);
}

TEST(EventTypeOverrides, MakeATypeLikeOneOfTheTable) {
  const auto overrides = Read(R"({
      "user_update_v2": {"like": "USER_update"},
      "user_update": {"like": "user_update", "severity": "critical"}})");
  const EventType& like = *Match("user_update_v2", *overrides).type;
  EXPECT_EQ(like.class_uid, kAccountChange);
  EXPECT_EQ(like.activity_by, ActivityBy::kChanges);
  EXPECT_EQ(like.severity_id, 1);
  EXPECT_EQ(Match("user_update", *overrides).type->activity_by, ActivityBy::kChanges);
  EXPECT_EQ(Match("user_update", *overrides).type->severity_id, 5);
}

TEST(EventTypeOverrides, NumberEachReadingOfAFileAnew) {
  EXPECT_NE(Read("{}")->number(), 0u);
  EXPECT_NE(Read("{}")->number(), Read("{}")->number());
}

TEST(EventTypeOverrides, SayOfEveryMistakeWhereItIsAndWhatIsAllowed) {
  EXPECT_EQ(
      ErrorOf(R"({
      "a": {"class": "user_access", "activity": "Logon"},
      "b": {"class": "base_event", "activity": "Logon"},
      "c": {"like": "nothing_known"},
      "d": {"like": "user_update", "class": "user_access"},
      "e": {"severity": "low"},
      "f": {"class": "user_access"},
      "g": {"class": "user_access", "activity": "Assign Privileges", "other_activity": "X"},
      "h": {"class": "user_access", "other_activity": "Assign Privileges"},
      "i": {"activity": "Logon"},
      "J": {"class": "base_event", "other_activity": "X"},
      "j": {"class": "base_event", "other_activity": "X"}})"),
      "/a/activity: found \"Logon\"; allowed: \"Assign Privileges\", \"Revoke Privileges\" or "
      "\"other_activity\" in its place\n"
      "/b/activity: found \"Logon\"; allowed: \"other_activity\" in its place\n"
      "/c/like: found \"nothing_known\"; allowed: a type that CCE knows\n"
      "/d: \"like\" and \"class\" exclude each other\n"
      "/e: needed is either \"like\", or \"class\" with \"activity\" or \"other_activity\"\n"
      "/f: needed is either \"like\", or \"class\" with \"activity\" or \"other_activity\"\n"
      "/g: needed is either \"like\", or \"class\" with \"activity\" or \"other_activity\"\n"
      "/h/other_activity: found \"Assign Privileges\", which is an \"activity\" of the class\n"
      "/i: needed is either \"like\", or \"class\" with \"activity\" or \"other_activity\"\n"
      "/j: is there in another case of letters, which is the same type");
}

TEST(EventTypeOverrides, KnowTheClassesAndSeveritiesOfTheirSchema) {
  const std::string_view schema = EventTypeOverridesSchema();
  for (const EventClass& of_class : EventClasses()) {
    EXPECT_NE(schema.find(absl::StrCat("\"", std::string(of_class.name), "\"")),
              std::string_view::npos);
    EXPECT_NE(Read(absl::StrCat(R"({"x": {"class": ")", std::string(of_class.name),
                                R"(", "other_activity": "X"}})")),
              nullptr);
  }
}

}  // namespace
}  // namespace cce::jumpcloud
