#include "outputs/syslog/resolve.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/virtual_world.h"

namespace cce::syslog {
namespace {

using ::testing::HasSubstr;
using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

// Names of which nobody ever hears.
struct Silence {
  using endpoint = boost::asio::ip::tcp::endpoint;
  struct resolver {
    using results_type = boost::asio::ip::tcp::resolver::results_type;
    explicit resolver(const boost::asio::any_io_executor&) {}
    template <class Handler>
    void async_resolve(const std::string&, const std::string&, Handler) {}
    void cancel() {}
  };
};

class ResolveTest : public ::testing::Test {
 protected:
  AbsentFiles files_;
  VirtualWorld world_{files_};
  Interrupt interrupt_;
};

TEST_F(ResolveTest, TakesAnAddressAsItIs) {
  const absl::StatusOr<Endpoints> found =
      world_.Await(Resolve<Silence>(world_.io().get_executor(), world_.clock(),
                                    Address{"2001:db8::7", 514}, absl::Seconds(10), interrupt_));
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_THAT(*found, ::testing::ElementsAre(
                          Silence::endpoint(boost::asio::ip::make_address("2001:db8::7"), 514)));
}

TEST_F(ResolveTest, WaitsForNoNameServerLongerThanTheLimit) {
  const absl::Time before = world_.clock().Now();
  const absl::StatusOr<Endpoints> found =
      world_.Await(Resolve<Silence>(world_.io().get_executor(), world_.clock(),
                                    Address{"siem.test", 514}, absl::Seconds(10), interrupt_));
  EXPECT_TRUE(absl::IsUnavailable(found.status())) << found.status();
  EXPECT_THAT(std::string(found.status().message()), HasSubstr("siem.test:514: the name cannot"));
  EXPECT_TRUE(TroubleOf(found.status()).has_value());
  EXPECT_EQ(world_.clock().Now() - before, absl::Seconds(10));
}

TEST_F(ResolveTest, IsInterruptedAtOnce) {
  std::optional<absl::Status> result;
  boost::asio::co_spawn(
      world_.io(),
      Resolve<Silence>(world_.io().get_executor(), world_.clock(), Address{"siem.test", 514},
                       absl::Seconds(10), interrupt_),
      [&](std::exception_ptr, const absl::StatusOr<Endpoints>& found) { result = found.status(); });
  world_.RunFor(absl::Seconds(1));
  ASSERT_TRUE(interrupt_.has_effect());
  interrupt_();
  world_.RunFor(absl::ZeroDuration());
  ASSERT_TRUE(result.has_value());
  EXPECT_TRUE(absl::IsUnavailable(*result)) << *result;
  EXPECT_FALSE(interrupt_.has_effect()) << "there is nothing to interrupt any more";
}

}  // namespace
}  // namespace cce::syslog
