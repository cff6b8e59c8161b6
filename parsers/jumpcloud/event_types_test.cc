#include "parsers/jumpcloud/event_types.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "cce/api/ocsf_ids.h"

namespace cce::jumpcloud {
namespace {

// Text that may be read past, as a page's may.
TypeMatch Match(std::string name) {
  const std::size_t size = name.size();
  name.append(8, '\0');
  return MatchEventType(std::string_view(name).substr(0, size));
}

TEST(EventTypes, AreSortedAndEachThereOnce) {
  const auto types = KnownEventTypes();
  ASSERT_EQ(types.size(), 385u);
  EXPECT_TRUE(
      std::is_sorted(types.begin(), types.end(),
                     [](const EventType& a, const EventType& b) { return a.name < b.name; }));
  EXPECT_EQ(
      std::adjacent_find(types.begin(), types.end(),
                         [](const EventType& a, const EventType& b) { return a.name == b.name; }),
      types.end());
}

TEST(MatchEventType, FindsEveryKnownNameInAnyCase) {
  for (const EventType& type : KnownEventTypes()) {
    EXPECT_EQ(Match(std::string(type.name)).type, &type);
    std::string upper(type.name);
    std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    EXPECT_EQ(Match(upper).type, &type);
    EXPECT_EQ(Match(upper).by, MatchedBy::kName);
  }
}

TEST(MatchEventType, KnowsALogonByItsEnding) {
  for (const char* name : {"vpn_login", "vpn_login_attempt", "passkey_auth_failed",
                           "x_bind_success", "authn", "LOGIN"}) {
    EXPECT_EQ(Match(name).by, MatchedBy::kFamily) << name;
    EXPECT_EQ(Match(name).type->class_uid, kAuthentication) << name;
  }
}

TEST(MatchEventType, KnowsAnActOnAThingByItsEnding) {
  const auto activity = [](const std::string& name) {
    EXPECT_EQ(Match(name).by, MatchedBy::kFamily) << name;
    EXPECT_EQ(Match(name).type->class_uid, kEntityManagement) << name;
    return Match(name).type->activity_id;
  };
  EXPECT_EQ(activity("passkey_created"), 1);
  EXPECT_EQ(activity("Login_Page_Update"), 3);
  EXPECT_EQ(activity("passkey_edited"), 3);
  EXPECT_EQ(activity("passkey_removed"), 4);
  EXPECT_EQ(activity("passkey_enabled"), 8);
  EXPECT_EQ(activity("passkey_disable"), 9);
}

TEST(MatchEventType, HasAnAnswerForEverythingElse) {
  for (const std::string& name :
       {std::string(), std::string("oauth"), std::string("authorise"),
        std::string("login_page_renew"), std::string("_attempt"), std::string(10'000, 'x')}) {
    EXPECT_EQ(Match(name).by, MatchedBy::kNothing) << name.substr(0, 40);
    EXPECT_EQ(Match(name).type->class_uid, kBaseEvent);
    EXPECT_EQ(Match(name).type->activity_id, 99);
  }
}

}  // namespace
}  // namespace cce::jumpcloud
