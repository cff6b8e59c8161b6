#include "cce/engine/budget.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "gtest/gtest.h"

namespace cce {
namespace {

namespace asio = boost::asio;

class BudgetTest : public testing::Test {
 protected:
  // Reserves on the event loop and keeps what it gets in held_[slot].
  void Reserve(std::size_t slot, std::size_t bytes, Urgency urgency = Urgency::kLive) {
    asio::co_spawn(io_, Take(slot, bytes, urgency), asio::detached);
    Run();
  }
  void Release(std::size_t slot) {
    held_[slot].reset();
    Run();
  }
  void Run() {
    io_.restart();
    io_.poll();
  }

  asio::io_context io_;
  Budget budget_{100};
  std::optional<Reservation> held_[4];

 private:
  Task<> Take(std::size_t slot, std::size_t bytes, Urgency urgency) {
    Reservation reservation = co_await budget_.Reserve(bytes, urgency);
    held_[slot] = std::move(reservation);
  }
};

TEST_F(BudgetTest, AdmitsWhatFits) {
  Reserve(0, 60);
  Reserve(1, 40);
  EXPECT_TRUE(held_[0] && held_[1]);
  EXPECT_EQ(budget_.used(), 100u);
}

TEST_F(BudgetTest, HoldsBackWhatDoesNotFitUntilItDoes) {
  Reserve(0, 60);
  Reserve(1, 60);
  EXPECT_FALSE(held_[1]);
  Release(0);
  EXPECT_TRUE(held_[1]);
  EXPECT_EQ(budget_.used(), 60u);
}

TEST_F(BudgetTest, LetsNobodyOvertake) {
  Reserve(0, 60);
  Reserve(1, 60);
  Reserve(2, 10);
  EXPECT_FALSE(held_[2]);
  EXPECT_FALSE(budget_.TryReserve(10, Urgency::kLive).has_value());
  Release(0);
  EXPECT_TRUE(held_[1] && held_[2]);
}

TEST_F(BudgetTest, AdmitsMoreThanTheShareAlone) {
  Reserve(0, 500);
  EXPECT_TRUE(held_[0]);
  Reserve(1, 1);
  EXPECT_FALSE(held_[1]);
  Release(0);
  EXPECT_TRUE(held_[1]);
}

TEST_F(BudgetTest, CountsWhatAnEstimateBecame) {
  Reserve(0, 60);
  Reserve(1, 60);
  held_[0]->Resize(30);
  Run();
  EXPECT_TRUE(held_[1]);
  EXPECT_EQ(budget_.used(), 90u);
  held_[0]->Resize(90);
  EXPECT_EQ(budget_.used(), 150u);
  Reserve(2, 1);
  EXPECT_FALSE(held_[2]);
}

TEST_F(BudgetTest, LetsEverybodyGoWhenItCloses) {
  Reserve(0, 100);
  Reserve(1, 100);
  budget_.Close();
  Run();
  EXPECT_TRUE(held_[1]);
}

TEST_F(BudgetTest, GivesBackOnceWhenAReservationMoves) {
  Reserve(0, 60);
  held_[1] = std::move(*held_[0]);
  held_[0].reset();
  EXPECT_EQ(budget_.used(), 60u);
  held_[1] = Reservation();
  EXPECT_EQ(budget_.used(), 0u);
}

TEST_F(BudgetTest, LetsTheLiveGoBeforeWhoCatchesUp) {
  Reserve(0, 70);
  Reserve(1, 50, Urgency::kCatchUp);
  Reserve(2, 60, Urgency::kLive);
  Release(0);
  EXPECT_FALSE(held_[1]);
  EXPECT_TRUE(held_[2]);
  Release(2);
  EXPECT_TRUE(held_[1]);
}

TEST_F(BudgetTest, KeepsAQuarterForTheLive) {
  Reserve(0, 70, Urgency::kCatchUp);
  Reserve(1, 10, Urgency::kCatchUp);
  EXPECT_FALSE(held_[1]);
  Reserve(2, 30, Urgency::kLive);
  EXPECT_TRUE(held_[2]);
  Release(0);
  EXPECT_TRUE(held_[1]);
}

TEST_F(BudgetTest, WakesWhoeverQueuesOnceItIsGranted) {
  Reserve(0, 100);
  int woken = 0;
  const auto wake = [&woken] { ++woken; };
  const Reservation place = budget_.Queue(60, Urgency::kLive, io_.get_executor(), wake);
  Run();
  EXPECT_FALSE(place.granted());
  Release(0);
  EXPECT_TRUE(place.granted());
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(budget_.used(), 60u);
  const Reservation at_once = budget_.Queue(40, Urgency::kLive, io_.get_executor(), wake);
  Run();
  EXPECT_TRUE(at_once.granted());
  EXPECT_EQ(woken, 1);
}

TEST_F(BudgetTest, HasWhoeverLeavesTheLineStandInNobodysWay) {
  Reserve(0, 60);
  auto place = std::make_optional(budget_.Queue(90, Urgency::kLive, io_.get_executor(), [] {}));
  Reserve(1, 40);
  EXPECT_FALSE(held_[1]);
  place.reset();
  Run();
  EXPECT_TRUE(held_[1]);
  EXPECT_EQ(budget_.used(), 100u);
}

}  // namespace
}  // namespace cce
