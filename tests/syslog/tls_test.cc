// TLS of the syslog output against receivers that are and are not who they should be.
#include <cstdlib>
#include <fstream>
#include <optional>

#include "absl/strings/str_cat.h"
#include "cce/api/trouble.h"
#include "cce/net/test_authority.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "outputs/syslog/syslog_fixture.h"
#include "outputs/syslog/syslog_output.h"
#include "outputs/syslog/test_receiver.h"
#include "tests/conformance/numbered_feed.h"
#include "tests/fakes/memory_output.h"
#include "tests/fakes/real_world.h"
#include "tests/fakes/temporary_directory.h"

namespace cce::syslog {
namespace {

using Protocol = TestReceiver::Protocol;
using ::testing::HasSubstr;

constexpr char kName[] = "IP:127.0.0.1";

class SyslogTlsTest : public ::testing::TestWithParam<Protocol> {
 protected:
  SyslogTlsTest() { options_.tls.ca_file = Write("ca.pem", authority_.Certificate()); }

  std::string Write(const std::string& name, const std::string& content) const {
    const std::string path = absl::StrCat(folder_.path(), "/", name);
    std::ofstream(path) << content;
    return path;
  }

  // A receiver with this certificate, and what a feed of five events gets from an output to it.
  absl::Status DeliverTo(const TestIdentity& identity, const std::string& client_ca = "") {
    receiver_.emplace(GetParam(), TestTls{identity.certificate, identity.key, client_ca});
    return Deliver();
  }
  void Open() {
    options_.name = "siem";
    options_.state_dir = folder_.path();
    options_.transport = GetParam() == Protocol::kRelp ? Transport::kRelpTls : Transport::kTls;
    options_.addresses = {{"127.0.0.1", receiver_->port()}};
    output_.emplace(options_,
                    OutputWorld{world_.context(), store_, format_, world_.io().get_executor()});
  }
  absl::Status Deliver() {
    Open();
    NumberedFeed feed("siem", "lyon", 5);
    const auto recovered = world_.Await(output_->Recover(feed.key()));
    absl::Status status = recovered.status();
    if (status.ok()) {
      status =
          world_.Await(output_->Deliver(feed.key(), feed.MakeBatch(0, 5), feed.MakeStep(0, 5)));
    }
    world_.Await(output_->Close());
    return status;
  }

  void ExpectRefusal(const absl::Status& status, std::string_view cause) {
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(std::string(cause)));
    ASSERT_TRUE(TroubleOf(status).has_value()) << status;
    EXPECT_THAT(TroubleOf(status)->remedy, HasSubstr("tls.ca_file"));
    EXPECT_EQ(receiver_->bytes(), 0u) << "to a receiver that cannot be verified";
    std::printf("bytes_of_events_sent_to_unverified_receiver %llu bytes  # %s\n",
                static_cast<unsigned long long>(receiver_->bytes()), std::string(cause).c_str());
  }

  RealWorld world_;
  MemoryStore store_;
  LineFormat format_;
  TemporaryDirectory folder_;
  TestAuthority authority_;
  SyslogOptions options_;
  std::optional<TestReceiver> receiver_;
  std::optional<SyslogOutput> output_;
};

TEST_P(SyslogTlsTest, SendsToAReceiverThatIsVerified) {
  const absl::Status status = DeliverTo(authority_.Issue(kName));
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(receiver_->Messages().size(), 5u);
}

TEST_P(SyslogTlsTest, VerifiesTheNameThatIsConfigured) {
  options_.tls.server_name = "siem.example.com";
  const absl::Status status = DeliverTo(authority_.Issue("DNS:siem.example.com"));
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(receiver_->Messages().size(), 5u);
}

TEST_P(SyslogTlsTest, TrustsTheSystemsAuthoritiesWithoutACaFile) {
  // Where OpenSSL looks before it takes what the system has.
  ::setenv("SSL_CERT_FILE", options_.tls.ca_file.c_str(), 1);
  options_.tls.ca_file.clear();
  const absl::Status status = DeliverTo(authority_.Issue(kName));
  ::unsetenv("SSL_CERT_FILE");
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(receiver_->Messages().size(), 5u);
}

TEST_P(SyslogTlsTest, SendsNothingToAReceiverOfAnotherName) {
  ExpectRefusal(DeliverTo(authority_.Issue("IP:127.0.0.2")), "IP address mismatch");
  options_.tls.server_name = "siem.example.com";
  ExpectRefusal(DeliverTo(authority_.Issue("DNS:siem.example.org")), "ostname mismatch");
}

// OpenSSL takes no address with a scope, and checks none that it did not take.
TEST_P(SyslogTlsTest, SendsNothingWhereTheNameCannotBeChecked) {
  options_.tls.server_name = "fe80::1%lo";
  ExpectRefusal(DeliverTo(authority_.Issue(kName)), "no certificate can be checked");
}

TEST_P(SyslogTlsTest, SendsNothingToAReceiverWhoseCertificateHasExpired) {
  ExpectRefusal(DeliverTo(authority_.Issue(kName, -absl::Hours(1))), "expired");
}

TEST_P(SyslogTlsTest, SendsNothingToAReceiverOfAnUnknownAuthority) {
  const TestAuthority other("Another authority");
  ExpectRefusal(DeliverTo(other.Issue(kName)), "unable to get local issuer");
  // Nor does the system know this one.
  options_.tls.ca_file.clear();
  ExpectRefusal(DeliverTo(authority_.Issue(kName)), "unable to get local issuer");
}

TEST_P(SyslogTlsTest, ShowsItsOwnCertificate) {
  const TestAuthority clients("Clients' authority");
  const TestIdentity client = clients.Issue("DNS:cce");
  options_.tls.cert_file = Write("cert.pem", client.certificate);
  options_.tls.key_file = Write("key.pem", client.key);
  const absl::Status status = DeliverTo(authority_.Issue(kName), clients.Certificate());
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(receiver_->Messages().size(), 5u);
}

// In TLS 1.3 the handshake is over before the receiver has judged it.
TEST_P(SyslogTlsTest, CommitsNothingToAReceiverThatRefusesTheClient) {
  const TestAuthority clients("Clients' authority");
  const absl::Status status = DeliverTo(authority_.Issue(kName), clients.Certificate());
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  const auto noted = world_.Await(store_.Load(NumberedFeed("siem", "lyon", 5).key()));
  ASSERT_TRUE(noted.ok());
  EXPECT_FALSE(noted->has_value());
}

TEST_P(SyslogTlsTest, SaysThatAReceiverSpeaksNoTls) {
  receiver_.emplace(GetParam());
  receiver_->Greet("220 mail.example.com ESMTP\r\n");
  const absl::Status status = Deliver();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_TRUE(receiver_->Messages().empty());
}

TEST_P(SyslogTlsTest, SaysWhichFileCannotBeUsed) {
  options_.tls.ca_file = folder_.path() + "/nowhere.pem";
  const absl::Status missing = DeliverTo(authority_.Issue(kName));
  EXPECT_TRUE(absl::IsFailedPrecondition(missing)) << missing;
  EXPECT_THAT(std::string(missing.message()), HasSubstr("nowhere.pem"));
  options_.tls.ca_file = Write("odd.pem", "no certificate");
  const absl::Status odd = Deliver();
  EXPECT_TRUE(absl::IsFailedPrecondition(odd)) << odd;
  EXPECT_THAT(std::string(odd.message()), HasSubstr("odd.pem"));
}

TEST_P(SyslogTlsTest, WaitsForAFileThatIsBeingRenewed) {
  const std::string ca = authority_.Certificate();
  const TestIdentity identity = authority_.Issue(kName);
  receiver_.emplace(GetParam(), TestTls{identity.certificate, identity.key, ""});
  Open();
  const FeedKey feed = NumberedFeed("siem", "lyon", 5).key();
  ASSERT_TRUE(world_.Await(output_->Recover(feed)).ok());
  Write("ca.pem", "half of a certi");
  receiver_->ResetAll();
  absl::Status status;
  while (std::string(status.message()).find("ca.pem") == std::string::npos) {
    status = world_.Await(output_->Recover(feed)).status();
    ASSERT_FALSE(absl::IsFailedPrecondition(status)) << status;
  }
  Write("ca.pem", ca);
  while (!status.ok()) {
    status = world_.Await(output_->Recover(feed)).status();
    ASSERT_FALSE(absl::IsFailedPrecondition(status)) << status;
  }
  world_.Await(output_->Close());
}

TEST_P(SyslogTlsTest, SendsAgainAfterABreakWhatTheReceiverMayNotHaveRead) {
  // RELP's receiver has said that it has.
  const std::size_t messages = GetParam() == Protocol::kRelp ? 5 : 10;
  const TestIdentity identity = authority_.Issue(kName);
  receiver_.emplace(GetParam(), TestTls{identity.certificate, identity.key, ""});
  Open();
  NumberedFeed feed("siem", "lyon", 5);
  ASSERT_TRUE(world_.Await(output_->Recover(feed.key())).ok());
  ASSERT_TRUE(
      world_.Await(output_->Deliver(feed.key(), feed.MakeBatch(0, 5), feed.MakeStep(0, 5))).ok());
  receiver_->ResetAll();
  const absl::Time begun = absl::Now();
  while ((receiver_->Messages().size() < messages || receiver_->connections() < 2) &&
         absl::Now() - begun < absl::Minutes(1)) {
    world_.Await(output_->Recover(feed.key())).status().IgnoreError();
  }
  world_.Await(output_->Close());
  EXPECT_EQ(receiver_->Messages().size(), messages);
}

TEST(SyslogOverTls, SendsItOnceMoreOnlyToAReceiverThatClosesIdleConnections) {
  const TestAuthority authority;
  const TestIdentity identity = authority.Issue(kName);
  TestReceiver receiver(Protocol::kOctetCounting, TestTls{identity.certificate, identity.key, ""});
  const TemporaryDirectory folder;
  SyslogOptions options = OptionsFor(Protocol::kOctetCounting, receiver.port());
  options.transport = Transport::kTls;
  options.state_dir = folder.path();
  options.tls.ca_file = folder.path() + "/ca.pem";
  std::ofstream(options.tls.ca_file) << authority.Certificate();
  PosixFiles files;
  SyslogProcess process(files, options, folder.path());
  VirtualWorld& world = process.world();
  NumberedFeed feed("archive", "lyon", 5);
  ASSERT_TRUE(world.Await(process.output().Recover(feed.key())).ok());
  auto [batch, step] = feed.Next(5);
  ASSERT_TRUE(
      world.Await(process.output().Deliver(feed.key(), std::move(batch), std::move(step))).ok());
  for (int connections = 2; connections < 5; ++connections) {
    world.RunFor(absl::Seconds(31));
    receiver.CloseAll();
    ASSERT_TRUE(
        world.RunUntil([&] { return receiver.connections() == connections; }, absl::Minutes(1)));
    EXPECT_TRUE(world.RunUntil([&] { return receiver.Messages().size() == 10; }, absl::Seconds(5)));
  }
  world.Await(process.output().Close());
  EXPECT_EQ(receiver.Messages().size(), 10u);
}

INSTANTIATE_TEST_SUITE_P(Over, SyslogTlsTest,
                         ::testing::Values(Protocol::kOctetCounting, Protocol::kRelp),
                         [](const auto& tested) {
                           return tested.param == Protocol::kRelp ? "RelpTls" : "Tls";
                         });

}  // namespace
}  // namespace cce::syslog
