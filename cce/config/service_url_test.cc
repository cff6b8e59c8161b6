#include "cce/config/service_url.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cce {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const AllowedHosts kStrict = {{"api.example.com"}, false};
const AllowedHosts kPrivate = {{"api.example.com"}, true};

TEST(ServiceUrl, AcceptsAllowedHostsOverHttps) {
  for (const char* url : {"https://api.example.com", "https://API.example.com:443/",
                          "https://api.example.com/insights/directory/v1"}) {
    EXPECT_TRUE(CheckServiceUrl(url, kStrict).ok()) << url;
  }
}

TEST(ServiceUrl, RefusesOtherHostsAndNamesTheAllowedOnes) {
  for (const char* url :
       {"https://attacker.example", "https://api.example.com.attacker.example",
        "https://xapi.example.com", "https://8.8.8.8", "https://127.1", "https://2130706433",
        "https://0x7f.1", "https://169.254.169.254", "https://[fe80::1]", "https://0.0.0.0"}) {
    const absl::Status status = CheckServiceUrl(url, kPrivate);
    EXPECT_FALSE(status.ok()) << url;
    EXPECT_THAT(std::string(status.message()), HasSubstr("allowed: \"api.example.com\""));
  }
}

TEST(ServiceUrl, RefusesTextThatAClientMightReadOtherwise) {
  for (const char* url :
       {"", "api.example.com", "ftp://api.example.com", "HTTPS://api.example.com", "https://",
        "https:///x", "https://user@api.example.com", "https://api.example.com@evil",
        "https://api.example.com\\@evil", "https://api.example.com?x", "https://api.example.com#x",
        "https://api.example.com:", "https://api.example.com:x", "https://api.example.com:99999",
        "https://api.example.com /", "https://api.example.com\n", "https://[::1", "https://[::1]x",
        "https://api.example.com/%2e"}) {
    EXPECT_FALSE(CheckServiceUrl(url, kPrivate).ok()) << url;
  }
}

TEST(ServiceUrl, PrivateAddressesNeedPermissionAndMayThenUseHttp) {
  for (const char* url :
       {"http://127.0.0.1:8080", "https://localhost:8443", "http://[::1]:1", "https://10.1.2.3",
        "https://172.31.0.1", "https://192.168.7.7", "https://[fd00::1]"}) {
    EXPECT_TRUE(CheckServiceUrl(url, kPrivate).ok()) << url;
    EXPECT_THAT(std::string(CheckServiceUrl(url, kStrict).message()),
                HasSubstr("security.allow_private_hosts"));
  }
  EXPECT_FALSE(CheckServiceUrl("https://172.32.0.1", kPrivate).ok());
}

TEST(ServiceUrl, NeverSendsAKeyOverHttpToAPublicHost) {
  EXPECT_THAT(std::string(CheckServiceUrl("http://api.example.com", kPrivate).message()),
              HasSubstr("allowed: https"));
}

TEST(ServiceUrl, DoesNotRepeatAPasswordInAUrl) {
  EXPECT_THAT(std::string(CheckServiceUrl("https://u:s3cr3t@api.example.com", kStrict).message()),
              Not(HasSubstr("s3cr3t")));
}

}  // namespace
}  // namespace cce
