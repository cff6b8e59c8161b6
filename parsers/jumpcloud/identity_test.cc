#include "parsers/jumpcloud/identity.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <set>
#include <string>

namespace cce::jumpcloud {
namespace {

const OrganisationKey& Key() {
  static const auto& key = *new OrganisationKey("64f0c0de5eed000000000a01");
  return key;
}

TEST(Identity, IsTheSameForTheSameTokensAndAnotherInAnotherOrganisation) {
  const Identity one = IdentityOf(Key(), R"("sso")", R"("6a5c")", R"("2026-07-06T08:15:45Z")");
  EXPECT_EQ(one, IdentityOf(OrganisationKey("64f0c0de5eed000000000a01"), R"("sso")", R"("6a5c")",
                            R"("2026-07-06T08:15:45Z")"));
  EXPECT_NE(one, IdentityOf(OrganisationKey("64f0c0de5eed000000000a02"), R"("sso")", R"("6a5c")",
                            R"("2026-07-06T08:15:45Z")"));
}

TEST(Identity, DependsOnWhereATokenEnds) {
  const std::set<Identity> all = {
      IdentityOf(Key(), "ab", "c", ""), IdentityOf(Key(), "a", "bc", ""),
      IdentityOf(Key(), "a", "b", "c"), IdentityOf(Key(), "", "abc", ""),
      IdentityOf(Key(), "", "1", ""),   IdentityOf(Key(), "", "\"1\"", "")};
  EXPECT_EQ(all.size(), 6u);
}

TEST(Identity, IsSipHashOverLengthsAndTokens) {
  const std::string message("\3\0\0\0sso\2\0\0\0id\0\0\0\0", 17);
  std::array<std::uint8_t, 16> hash;
  crypto_shorthash_siphashx24(hash.data(), reinterpret_cast<const unsigned char*>(message.data()),
                              message.size(), Key().bytes().data());
  EXPECT_EQ(IdentityOf(Key(), "sso", "id", ""), Identity::FromHash(hash));
}

TEST(Identity, TakesTokensOfAnySize) {
  const std::string large(1'000'000, 'x');
  EXPECT_EQ(IdentityOf(Key(), "s", large, "t"), IdentityOf(Key(), "s", large, "t"));
  EXPECT_NE(IdentityOf(Key(), "s", large, "t"), IdentityOf(Key(), "s", large + "x", "t"));
}

TEST(Identity, HasTheVersionAndVariantOfAUuid8) {
  Passed passed;
  for (const Identity& identity :
       {IdentityOf(Key(), "s", "i", "t"), IdentityOfBytes("{}", passed)}) {
    EXPECT_EQ(identity.bytes[6] >> 4, 8);
    EXPECT_EQ(identity.bytes[8] >> 6, 2);
  }
}

TEST(IdentityOfBytes, TellsTwinsApartByHowManyCameBefore) {
  Passed passed;
  const Identity first = IdentityOfBytes(R"({"a":1})", passed);
  const Identity second = IdentityOfBytes(R"({"a":1})", passed);
  const Identity other = IdentityOfBytes(R"({"a":2})", passed);
  EXPECT_NE(first, second);
  EXPECT_NE(first, other);
  EXPECT_EQ(passed.counts.size(), 2u);

  Passed again;
  EXPECT_EQ(IdentityOfBytes(R"({"a":1})", again), first);
  EXPECT_EQ(IdentityOfBytes(R"({"a":1})", again), second) << "it counts on from what was passed";
}

TEST(IdentityOfBytes, IsBlake2bOverTheBytesTheMillisecondAndTheCount) {
  Passed passed{.ms = 258};
  IdentityOfBytes("x", passed);
  const std::string message("x\2\1\0\0\0\0\0\0\1\0\0\0\0\0\0\0", 17);
  std::array<std::uint8_t, 16> hash;
  crypto_generichash(hash.data(), hash.size(),
                     reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                     nullptr, 0);
  EXPECT_EQ(IdentityOfBytes("x", passed), Identity::FromHash(hash));
}

}  // namespace
}  // namespace cce::jumpcloud
