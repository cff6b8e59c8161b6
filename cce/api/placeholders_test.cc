#include "cce/api/placeholders.h"

#include "gtest/gtest.h"

namespace cce {
namespace {

std::string Fill(std::string_view text, std::string_view tenant, std::string_view device) {
  return FillPlaceholders(text, tenant, device,
                          [](std::string_view name) { return "<" + std::string(name) + ">"; });
}

TEST(Placeholders, AreFilledWithEncodedValues) {
  EXPECT_EQ(Fill("/log/{tenant}/x-{device}{tenant}.d", "t", "{tenant}"),
            "/log/<t>/x-<{tenant}><t>.d");
  EXPECT_EQ(Fill("/log", "t", "d"), "/log");
  EXPECT_EQ(Fill("/a folder {called so}/{tenant}", "t", "d"), "/a folder {called so}/<t>");
}

TEST(Placeholders, HaveAWordForNoTenant) { EXPECT_EQ(Fill("{tenant}", "", "d"), "<no_tenant>"); }

TEST(Placeholders, AreTwoAndNoOther) {
  for (const char* good : {"", "/log", "{tenant}", "/a/{device}-{tenant}/b"}) {
    EXPECT_TRUE(CheckPlaceholders(good).ok()) << good;
  }
  for (const char* wrong : {"{", "}", "{}", "{org}", "{tenant", "tenant}", "{{tenant}}",
                            "{ tenant }", "{device}}", "{Tenant}"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckPlaceholders(wrong))) << wrong;
  }
  EXPECT_EQ(CheckPlaceholders("/log/{org}").message(),
            "found \"/log/{org}\"; allowed in braces: {tenant} and {device}");
}

TEST(Placeholders, MayMakeTwoPathsTheSame) {
  const auto alike = [](std::string_view a, std::string_view b) {
    EXPECT_EQ(MayFillAlike(a, b), MayFillAlike(b, a)) << a << " " << b;
    return MayFillAlike(a, b);
  };
  EXPECT_TRUE(alike("/log", "/log"));
  EXPECT_FALSE(alike("/log", "/logs"));
  EXPECT_TRUE(alike("/log/{tenant}", "/log/{tenant}"));
  EXPECT_TRUE(alike("/log/{tenant}", "/log/{device}"));
  EXPECT_TRUE(alike("/log/{tenant}", "/log/acme"));
  EXPECT_FALSE(alike("/log/{tenant}", "/log"));
  EXPECT_FALSE(alike("/log/{tenant}", "/log/a/b"));
  EXPECT_FALSE(alike("/log/{tenant}", "/var/acme"));
  EXPECT_TRUE(alike("/log/a-{tenant}", "/log/{device}-z"));
  EXPECT_TRUE(alike("/log/a-{tenant}-z", "/log/a-b-z"));
  EXPECT_FALSE(alike("/log/a-{tenant}", "/log/b-{tenant}"));
  EXPECT_FALSE(alike("/log/{tenant}-a", "/log/{tenant}-b"));
  EXPECT_FALSE(alike("/log/a-{tenant}-z", "/log/a-z")) << "no value is empty";
  EXPECT_FALSE(alike("/log/{tenant}/a", "/log/{tenant}/b"));
}

}  // namespace
}  // namespace cce
