#include "parsers/jumpcloud/event_addresses.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace cce::jumpcloud {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ParseAddress, TakesAddressesAsTheyStand) {
  for (const char* text : {"203.0.113.4", "0.0.0.0", "255.255.255.255", "2001:db8::1", "::", "::1",
                           "1:2:3:4:5:6:7:8", "fe80::1:2", "64:ff9b::192.0.2.33"}) {
    const AddressText parsed = ParseAddress(text);
    EXPECT_EQ(parsed.ip, text);
    EXPECT_TRUE(parsed.is_alone);
    EXPECT_THAT(parsed.others, IsEmpty());
  }
}

TEST(ParseAddress, TakesPortsClothesAndListsApart) {
  EXPECT_EQ(ParseAddress("203.0.113.4:4711").ip, "203.0.113.4");
  EXPECT_EQ(ParseAddress("203.0.113.4:4711").port, "4711");
  EXPECT_EQ(ParseAddress("[2001:db8::1]:443").ip, "2001:db8::1");
  EXPECT_EQ(ParseAddress("[2001:db8::1]:443").port, "443");
  EXPECT_EQ(ParseAddress("::ffff:192.0.2.1").ip, "192.0.2.1");
  EXPECT_EQ(ParseAddress("fe80::1%eth0").ip, "fe80::1");
  EXPECT_FALSE(ParseAddress(" 203.0.113.4 ").is_alone);
  EXPECT_EQ(ParseAddress("1.2.3.4, 5.6.7.8,nonsense,::1").ip, "1.2.3.4");
  EXPECT_THAT(ParseAddress("1.2.3.4, 5.6.7.8,nonsense,::1").others, ElementsAre("5.6.7.8", "::1"));
}

TEST(ParseAddress, RefusesWhatIsNone) {
  for (const char* text : {"", "174.16.38.486", "1.2.3", "1.2.3.4.5", "01.2.3.4", "host",
                           "1.2.3.4:99999", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
                           "12345::", "[::1", "1.2.3.4:", ":::", "1:2:3:4:5:6:7::8:"}) {
    EXPECT_TRUE(ParseAddress(text).ip.empty()) << text;
  }
}

TEST(IsIpv6, AgreesWithTheSystem) {
  std::uint64_t state = 7;
  for (int i = 0; i < 200'000; ++i) {
    std::string text;
    state = state * 6364136223846793005u + 1442695040888963407u;
    for (std::uint64_t bits = state >> 16, size = 2 + bits % 14; size > 0; --size, bits /= 5) {
      text += "1a:.:"[bits % 5];
      if (bits % 7 == 0) text += "::";
    }
    in6_addr parsed;
    EXPECT_EQ(IsIpv6(text), inet_pton(AF_INET6, text.c_str(), &parsed) == 1) << text;
  }
}

}  // namespace
}  // namespace cce::jumpcloud
