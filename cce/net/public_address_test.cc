#include "cce/net/public_address.h"

#include <gtest/gtest.h>

#include <string>

namespace cce {
namespace {

using boost::asio::ip::make_address;

TEST(PublicAddress, KnowsTheInternet) {
  for (const char* text : {"1.1.1.1",
                           "9.255.255.255",
                           "11.0.0.0",
                           "100.63.255.255",
                           "100.128.0.0",
                           "128.0.0.1",
                           "168.63.129.15",
                           "169.253.255.255",
                           "169.255.0.0",
                           "172.15.255.255",
                           "172.32.0.0",
                           "192.167.255.255",
                           "192.169.0.0",
                           "198.17.255.255",
                           "198.20.0.0",
                           "223.255.255.255",
                           "2600:1f18::1",
                           "2a00:1450::1",
                           "2001:4860:4860::8888",
                           "::ffff:1.1.1.1",
                           "64:ff9b::101:101",
                           "2002:101:101::1"}) {
    EXPECT_TRUE(IsPublicAddress(make_address(text))) << text;
  }
}

TEST(PublicAddress, KnowsThisMachineItsNetworkAndItsCloud) {
  for (const char* text :
       {"0.0.0.0",         "0.255.255.255",   "10.0.0.0",        "10.255.255.255",
        "100.64.0.0",      "100.100.100.200", "100.127.255.255", "127.0.0.1",
        "127.255.255.255", "168.63.129.16",   "169.254.0.0",     "169.254.169.254",
        "169.254.255.255", "172.16.0.0",      "172.31.255.255",  "192.0.0.192",
        "192.168.0.0",     "192.168.255.255", "198.18.0.0",      "198.19.255.255",
        "224.0.0.1",       "239.255.255.255", "240.0.0.1",       "255.255.255.255"}) {
    EXPECT_FALSE(IsPublicAddress(make_address(text))) << text;
    EXPECT_FALSE(IsPublicAddress(make_address(std::string("::ffff:") + text))) << text;
    EXPECT_FALSE(IsPublicAddress(make_address(std::string("64:ff9b::") + text))) << text;
  }
  for (const char* text :
       {"::", "::1", "::7f00:1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1",
        "64:ff9b:1::101:101", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::1",
        "2002:a9fe:a9fe::1", "5f00::1", "8000::1"}) {
    EXPECT_FALSE(IsPublicAddress(make_address(text))) << text;
  }
}

}  // namespace
}  // namespace cce
