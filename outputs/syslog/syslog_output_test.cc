#include "outputs/syslog/syslog_output.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <filesystem>
#include <fstream>
#include <map>

#include "absl/strings/str_cat.h"
#include "cce/api/trouble.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "outputs/syslog/stream.h"
#include "outputs/syslog/syslog_fixture.h"
#include "outputs/syslog/tcp_sender.h"

namespace cce::syslog {
namespace {

using Protocol = TestReceiver::Protocol;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class SyslogOutputTest : public ::testing::Test {
 protected:
  // A receiver and a process that sends to it.
  void Start(Protocol protocol) {
    receiver_.emplace(protocol);
    options_ = OptionsFor(protocol, receiver_->port());
    options_.state_dir = state_.path();
    Restart();
  }
  void Restart() {
    process_.reset();
    process_.emplace(files_, options_, state_.path());
  }

  absl::Status Recover(NumberedFeed& feed) {
    auto recovered = world().Await(process_->output().Recover(feed.key()));
    if (recovered.ok()) feed.Resume(*recovered);
    return recovered.status();
  }
  absl::Status Deliver(NumberedFeed& feed, int count) {
    auto [batch, step] = feed.Next(count);
    absl::Status status =
        world().Await(process_->output().Deliver(feed.key(), std::move(batch), std::move(step)));
    if (status.ok()) feed.Advance(count);
    return status;
  }
  // The first `count` events as a feed delivers them again: without those that are noted.
  absl::Status DeliverRest(NumberedFeed& feed, int count) {
    const std::set<Identity> noted = Noted(feed);
    auto batch = std::make_shared<Batch>(*feed.MakeBatch(0, count));
    std::erase_if(batch->events,
                  [&](const BatchEvent& event) { return noted.contains(event.identity); });
    std::vector<Accounted> accounted;
    for (const BatchEvent& event : batch->events) {
      accounted.push_back({event.identity, event.time_ns});
    }
    Step step{.position = absl::StrCat(count), .blocks = ToBlocks(accounted)};
    return world().Await(process_->output().Deliver(feed.key(), std::move(batch), std::move(step)));
  }
  // Begins to deliver; `result` is set when it has ended.
  void Begin(NumberedFeed& feed, int count, std::optional<absl::Status>& result) {
    auto [batch, step] = feed.Next(count);
    boost::asio::co_spawn(
        world().io(), process_->output().Deliver(feed.key(), std::move(batch), std::move(step)),
        [&result](std::exception_ptr, absl::Status status) { result = std::move(status); });
  }
  bool Within(absl::Duration limit, const std::function<bool()>& done) {
    return world().RunUntil(done, limit);
  }

  // Begins to deliver more than sockets hold; the kernel takes the beginning.
  void BeginToAReceiverThatReadsNothing(NumberedFeed& feed, std::optional<absl::Status>& result) {
    Start(Protocol::kOctetCounting);
    ASSERT_TRUE(Recover(feed).ok());
    receiver_->Hold(true);
    receiver_->ResetAll();  // whoever reads ends
    ASSERT_TRUE(Within(absl::Minutes(1), [&] { return receiver_->connections() == 2; }));
    Begin(feed, 300'000, result);
    EXPECT_FALSE(Within(absl::Seconds(1), [&] { return result.has_value(); }));
  }

  std::vector<std::string> Texts() {
    std::vector<std::string> texts;
    for (const std::string& message : receiver_->Messages()) texts.push_back(TextOf(message));
    return texts;
  }
  std::vector<std::string> DeadLetters() const {
    std::ifstream in(state_.path() + "/dead_letters/archive/lyon.ndjson");
    std::vector<std::string> found;
    for (std::string line; std::getline(in, line);) found.push_back(line);
    return found;
  }
  std::set<Identity> Noted(const NumberedFeed& feed) {
    const auto blocks =
        world().Await(process_->store().Blocks(feed.key(), 0, NumberedFeed::TimeOf(1'000'000)));
    std::set<Identity> noted;
    for (const IdentityBlock& block : blocks.value()) {
      noted.insert(block.identities.begin(), block.identities.end());
    }
    return noted;
  }
  std::uint32_t Counted(const NumberedFeed& feed) {
    const auto counts = world().Await(process_->store().Counts(feed.key(), 0, 100'000));
    std::uint32_t delivered = 0;
    for (const MinuteCount& count : counts.value()) delivered += count.delivered;
    return delivered;
  }
  void ExpectTrouble(const absl::Status& status, std::string_view cause, std::string_view remedy) {
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(std::string(cause)));
    ASSERT_TRUE(TroubleOf(status).has_value()) << status;
    EXPECT_EQ(TroubleOf(status)->word, StatusWord::kOutputBlocked);
    EXPECT_THAT(TroubleOf(status)->remedy, HasSubstr(std::string(remedy)));
  }

  VirtualWorld& world() { return process_->world(); }

  PosixFiles files_;
  TemporaryDirectory state_;
  std::optional<TestReceiver> receiver_;
  SyslogOptions options_;
  std::optional<SyslogProcess> process_;
  NumberedFeed feed_{"archive", "lyon", 1'000};
};

TEST_F(SyslogOutputTest, WritesOneMessageAnEvent) {
  for (const Protocol protocol :
       {Protocol::kUdp, Protocol::kOctetCounting, Protocol::kLf, Protocol::kRelp}) {
    NumberedFeed feed("archive", absl::StrCat("device", static_cast<int>(protocol)), 2);
    Start(protocol);
    ASSERT_TRUE(Recover(feed).ok());
    ASSERT_TRUE(Deliver(feed, 2).ok());
    const std::string head = "<109>1 1970-01-01T00:00:0";
    const std::string tail = absl::StrCat(".000000Z collector cce ", ::getpid(), " - - ");
    EXPECT_THAT(receiver_->Messages(), ElementsAre(absl::StrCat(head, 0, tail, feed.Line(0)),
                                                   absl::StrCat(head, 1, tail, feed.Line(1))));
  }
}

TEST_F(SyslogOutputTest, SaysTruthfullyWhatEachTransportCanPromise) {
  const auto guarantee = [&](Transport transport) {
    options_.transport = transport;
    Restart();
    return std::string(process_->output().guarantee());
  };
  Start(Protocol::kRelp);
  EXPECT_THAT(guarantee(Transport::kUdp), HasSubstr("none"));
  EXPECT_THAT(std::string(GuaranteeOf(Transport::kUdp).reason),
              AllOf(HasSubstr("still being sent"), HasSubstr("sent again")));
  for (const Transport transport : {Transport::kTcp, Transport::kTls}) {
    EXPECT_THAT(guarantee(transport),
                AllOf(HasSubstr("at least once"), HasSubstr("not over a crash of the receiver")));
  }
  EXPECT_EQ(guarantee(Transport::kRelp), guarantee(Transport::kRelpTls));
  EXPECT_THAT(guarantee(Transport::kRelp), HasSubstr("the receiver has taken it"));
}

TEST_F(SyslogOutputTest, SendsUnacknowledgedMessagesAgainOverANewConnection) {
  Start(Protocol::kRelp);
  options_.window = 16;
  Restart();
  ASSERT_TRUE(Recover(feed_).ok());
  receiver_->ResetEvery(30);
  while (!feed_.done()) ASSERT_TRUE(Deliver(feed_, 100).ok());
  const std::vector<std::string> texts = Texts();
  EXPECT_TRUE(SameLines(FirstOfEach(texts), feed_.Lines(1'000)));
  const int cuts = receiver_->connections() - 1;
  EXPECT_GT(cuts, 30);
  EXPECT_LE(texts.size() - 1'000, 16u * static_cast<std::size_t>(cuts));
}

TEST_F(SyslogOutputTest, HasNoMoreThanAWindowUnacknowledged) {
  Start(Protocol::kRelp);
  ASSERT_TRUE(Recover(feed_).ok());
  receiver_->Mute(true);
  std::optional<absl::Status> result;
  Begin(feed_, 100, result);
  Within(absl::Seconds(1), [&] { return result.has_value(); });
  EXPECT_EQ(Texts().size(), options_.window);
  EXPECT_THAT(Noted(feed_), IsEmpty());
}

TEST_F(SyslogOutputTest, NotesTheAcknowledgedPartWhereTheRestCannotBeSent) {
  Start(Protocol::kRelp);
  ASSERT_TRUE(Recover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 10).ok());
  receiver_->Refuse(feed_.Line(29));  // nothing is behind it
  ExpectTrouble(Deliver(feed_, 20), "500 refused by the test", "receiver's log");
  ASSERT_TRUE(Recover(feed_).ok());
  EXPECT_EQ(feed_.read(), 10) << "the position moves with the last event";
  std::set<Identity> expected;
  for (int n = 0; n < 29; ++n) expected.insert(NumberedFeed::IdentityOf(n));
  EXPECT_EQ(Noted(feed_), expected);

  receiver_->Refuse("");
  EXPECT_EQ(Counted(feed_), 29u);
  // As a feed does: what is noted is not delivered again.
  const absl::Status rest = world().Await(
      process_->output().Deliver(feed_.key(), feed_.MakeBatch(29, 1), feed_.MakeStep(29, 1)));
  EXPECT_TRUE(rest.ok()) << rest;
  EXPECT_EQ(Counted(feed_), 30u);
  EXPECT_EQ(Noted(feed_).size(), 30u);
}

TEST_F(SyslogOutputTest, CountsEachEventOnceHoweverManyPartsWereCommitted) {
  Start(Protocol::kRelp);
  ASSERT_TRUE(Recover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 500).ok());
  const auto& passed = world().crash_points().passed();
  EXPECT_GT(std::count(passed.begin(), passed.end(), kAfterPartCommit), 10);
  EXPECT_EQ(Counted(feed_), 500u);
  EXPECT_EQ(Noted(feed_).size(), 500u);
}

TEST_F(SyslogOutputTest, ARefusedMessageHoldsUpNoOtherFeed) {
  Start(Protocol::kRelp);
  NumberedFeed other("archive", "oslo", 100);
  ASSERT_TRUE(Recover(feed_).ok());
  ASSERT_TRUE(Recover(other).ok());
  receiver_->Refuse("lyon-3-");
  std::optional<absl::Status> refused;
  Begin(feed_, 50, refused);
  ASSERT_TRUE(Deliver(other, 100).ok());
  ASSERT_TRUE(Within(absl::Minutes(1), [&] { return refused.has_value(); }));
  EXPECT_TRUE(absl::IsUnavailable(*refused));
  EXPECT_EQ(receiver_->connections(), 1);
}

TEST_F(SyslogOutputTest, AMessageThatIsRefusedForGoodGoesToTheDeadLetters) {
  Start(Protocol::kRelp);
  receiver_->Refuse("lyon-3-");
  int tries = 0;
  for (absl::Status delivered = absl::UnavailableError(""); !delivered.ok(); ++tries) {
    ASSERT_LT(tries, 12) << delivered;
    ASSERT_TRUE(Recover(feed_).ok());
    delivered = DeliverRest(feed_, 10);
    if (!delivered.ok()) ExpectTrouble(delivered, "refuses a message", "refused ten times");
  }
  // The first refusal may come before anything behind the message has been sent.
  EXPECT_GE(tries, 10);
  const std::vector<std::string> texts = Texts();
  const std::set<std::string> distinct(texts.begin(), texts.end());
  std::vector<std::string> expected = feed_.Lines(10);
  expected.erase(expected.begin() + 3);
  EXPECT_EQ(distinct, std::set<std::string>(expected.begin(), expected.end()));
  const auto counts = world().Await(process_->store().Counts(feed_.key(), 0, 100'000));
  std::uint32_t delivered = 0;
  std::uint32_t dead = 0;
  for (const MinuteCount& count : counts.value()) {
    delivered += count.delivered;
    dead += count.dead_lettered;
  }
  EXPECT_EQ(delivered, 9u);
  EXPECT_EQ(dead, 1u);
  ASSERT_EQ(DeadLetters().size(), 1u);
  EXPECT_THAT(DeadLetters()[0], HasSubstr("refuses a message"));
  EXPECT_THAT(DeadLetters()[0], HasSubstr(R"("position":"10")"));
}

TEST_F(SyslogOutputTest, SaysOfARefusedMessageBehindWhichNothingComesWhereItWas) {
  Start(Protocol::kRelp);
  NumberedFeed other("archive", "oslo", 100);
  ASSERT_TRUE(Recover(other).ok());
  receiver_->Refuse("lyon-0-");
  absl::Status delivered = absl::UnavailableError("");
  for (int tries = 0; tries < 12 && !delivered.ok(); ++tries) {
    ASSERT_TRUE(Recover(feed_).ok());
    delivered = Deliver(feed_, 1);
    ASSERT_TRUE(Deliver(other, 1).ok());
  }
  ASSERT_TRUE(delivered.ok()) << delivered;
  ASSERT_EQ(DeadLetters().size(), 1u);
  EXPECT_THAT(DeadLetters()[0], HasSubstr("refuses a message"));
  EXPECT_THAT(DeadLetters()[0], HasSubstr(R"("position":"1")"));
}

TEST_F(SyslogOutputTest, EachTryOfARefusedMessageDoublesOneOtherAtMost) {
  Start(Protocol::kRelp);
  options_.window = 64;
  Restart();
  receiver_->Refuse("lyon-40-");
  int tries = 0;
  for (absl::Status delivered = absl::UnavailableError(""); !delivered.ok(); ++tries) {
    ASSERT_LT(tries, 12) << delivered;
    ASSERT_TRUE(Recover(feed_).ok());
    delivered = DeliverRest(feed_, 300);
  }
  EXPECT_EQ(receiver_->connections(), 1);
  const std::vector<std::string> texts = Texts();
  const std::set<std::string> distinct(texts.begin(), texts.end());
  EXPECT_EQ(distinct.size(), 299u);
  EXPECT_LE(texts.size() - distinct.size(), 9u);
  EXPECT_EQ(Noted(feed_).size(), 300u);
  EXPECT_EQ(Counted(feed_), 299u);
  EXPECT_EQ(DeadLetters().size(), 1u);
}

TEST_F(SyslogOutputTest, WhatWasTakenBehindARefusedMessageIsNotedThoughTheConnectionBreaks) {
  Start(Protocol::kRelp);
  options_.window = 64;
  Restart();
  ASSERT_TRUE(Recover(feed_).ok());
  receiver_->Refuse("lyon-0-");
  receiver_->ResetEvery(10);
  EXPECT_TRUE(absl::IsUnavailable(DeliverRest(feed_, 100)));
  receiver_->Refuse("");
  receiver_->ResetEvery(0);
  const std::size_t noted = Noted(feed_).size();
  EXPECT_EQ(noted, 8u) << "of nine that were answered, all but the one that goes out again";
  while (!Recover(feed_).ok()) world().RunFor(absl::Seconds(1));
  ASSERT_TRUE(DeliverRest(feed_, 100).ok());
  const std::vector<std::string> texts = Texts();
  EXPECT_EQ(std::set<std::string>(texts.begin(), texts.end()).size(), 100u);
  EXPECT_EQ(texts.size(), 100 + 10 - noted);
}

TEST_F(SyslogOutputTest, AReceiverThatRefusesEverythingMakesNoDeadLetters) {
  Start(Protocol::kRelp);
  receiver_->Refuse("lyon-");
  for (int tries = 0; tries < 30; ++tries) {
    ASSERT_TRUE(Recover(feed_).ok());
    EXPECT_TRUE(absl::IsUnavailable(Deliver(feed_, 10)));
  }
  EXPECT_THAT(DeadLetters(), IsEmpty());
}

TEST_F(SyslogOutputTest, ADeliveryThatDoesNotBeginIsGivenBack) {
  Start(Protocol::kRelp);
  NumberedFeed other("archive", "oslo", 100);
  ASSERT_TRUE(Recover(feed_).ok());
  ASSERT_TRUE(Recover(other).ok());
  receiver_->Mute(true);
  std::optional<absl::Status> first;
  Begin(feed_, 50, first);
  std::optional<absl::Status> second;
  const absl::Time called = world().clock().Now();
  auto [batch, step] = other.Next(10);
  const std::weak_ptr<const Batch> held = batch;
  boost::asio::co_spawn(
      world().io(), process_->output().Deliver(other.key(), std::move(batch), std::move(step)),
      [&](std::exception_ptr, absl::Status status) { second = std::move(status); });
  ASSERT_TRUE(Within(absl::Minutes(1), [&] { return second.has_value(); }));
  ExpectTrouble(*second, "taking nothing for ten seconds", "overloaded");
  EXPECT_EQ(world().clock().Now() - called, kDeliveryBeginsWithin);
  EXPECT_TRUE(held.expired());
  EXPECT_FALSE(first.has_value()) << "it has begun";
  receiver_->Mute(false);
  ASSERT_TRUE(Within(absl::Minutes(2), [&] { return first.has_value(); }));
}

TEST_F(SyslogOutputTest, SendsWhatOnlyTheReceiversKernelHadAgainAfterABreak) {
  Start(Protocol::kOctetCounting);
  ASSERT_TRUE(Recover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 1).ok());
  receiver_->Hold(true);
  receiver_->ResetAll();
  ASSERT_TRUE(Within(absl::Minutes(1), [&] { return receiver_->connections() == 2; }));
  ASSERT_TRUE(Deliver(feed_, 100).ok()) << "the receiver's kernel takes it";
  receiver_->ResetAll();
  receiver_->Hold(false);
  // The connection is made again though nothing more is delivered.
  EXPECT_TRUE(
      Within(absl::Minutes(1), [&] { return SameLines(FirstOfEach(Texts()), feed_.Lines(101)); }));
  ASSERT_TRUE(Deliver(feed_, 10).ok());
  EXPECT_TRUE(SameLines(FirstOfEach(Texts()), feed_.Lines(111)));
}

TEST_F(SyslogOutputTest, SendsThatAgainHoweverOftenAReceiverEndsThatReadsNothing) {
  Start(Protocol::kOctetCounting);
  ASSERT_TRUE(Recover(feed_).ok());
  receiver_->Hold(true);
  receiver_->ResetAll();
  ASSERT_TRUE(Within(absl::Minutes(1), [&] { return receiver_->connections() == 2; }));
  ASSERT_TRUE(Deliver(feed_, 100).ok()) << "the receiver's kernel takes it";
  for (int connections = 3; connections < 6; ++connections) {
    world().RunFor(absl::Seconds(31));
    receiver_->CloseAll();
    ASSERT_TRUE(Within(absl::Minutes(1), [&] { return receiver_->connections() == connections; }));
  }
  receiver_->Hold(false);
  EXPECT_TRUE(
      Within(absl::Minutes(1), [&] { return SameLines(FirstOfEach(Texts()), feed_.Lines(100)); }));
}

TEST_F(SyslogOutputTest, SendsItOnceMoreOnlyToAReceiverThatClosesIdleConnections) {
  Start(Protocol::kOctetCounting);
  ASSERT_TRUE(Recover(feed_).ok());
  const auto close_idle = [&](int connections) {
    world().RunFor(absl::Seconds(31));
    receiver_->CloseAll();
    return Within(absl::Minutes(1), [&] { return receiver_->connections() == connections; });
  };
  const auto get = [&](std::size_t messages) {
    return Within(absl::Seconds(5), [&] { return receiver_->Messages().size() == messages; });
  };
  ASSERT_TRUE(Deliver(feed_, 100).ok());
  ASSERT_TRUE(close_idle(2));
  EXPECT_TRUE(get(200));
  ASSERT_TRUE(Deliver(feed_, 100).ok());
  ASSERT_TRUE(close_idle(3));
  EXPECT_TRUE(get(400));
  ASSERT_TRUE(close_idle(4));
  Within(absl::Seconds(1), [] { return false; });
  EXPECT_TRUE(get(400));
  EXPECT_TRUE(SameLines(FirstOfEach(Texts()), feed_.Lines(200)));
}

TEST_F(SyslogOutputTest, DeliversWhatComesWhileTheReceiverEndsAnIdleConnection) {
  Start(Protocol::kOctetCounting);
  ASSERT_TRUE(Recover(feed_).ok());
  world().RunFor(absl::Seconds(31));
  receiver_->CloseAll();
  world().RunFor(absl::Milliseconds(100));
  const absl::Status delivered = Deliver(feed_, 10);
  EXPECT_TRUE(delivered.ok()) << delivered;
  EXPECT_EQ(receiver_->connections(), 2);
  EXPECT_TRUE(SameLines(Texts(), feed_.Lines(10)));
}

// As a proxy does while what is behind it is away.
TEST_F(SyslogOutputTest, SendsItAgainHoweverOftenToWhoClosesWhatHasNotLasted) {
  Start(Protocol::kOctetCounting);
  ASSERT_TRUE(Recover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 100).ok());
  for (int connections = 2; connections < 5; ++connections) {
    world().RunFor(absl::Seconds(25));
    world().clock().Step(absl::Hours(1));
    receiver_->CloseAll();
    const std::size_t messages = 100 * static_cast<std::size_t>(connections);
    ASSERT_TRUE(Within(absl::Minutes(1), [&] { return receiver_->Messages().size() == messages; }));
  }
}

TEST_F(SyslogOutputTest, KeepsNoMoreForThatThanATail) {
  Start(Protocol::kOctetCounting);
  NumberedFeed feed("archive", "lyon", 40'000);
  ASSERT_TRUE(Recover(feed).ok());
  while (!feed.done()) ASSERT_TRUE(Deliver(feed, 5'000).ok());
  const std::uint64_t before = receiver_->Messages().size() == 40'000 ? receiver_->bytes() : 0;
  EXPECT_GT(before, 3 * TcpSender::kTail);
  receiver_->ResetAll();
  ASSERT_TRUE(Within(absl::Minutes(1), [&] { return receiver_->connections() == 2; }));
  Within(absl::Seconds(1), [] { return false; });
  receiver_->Messages();
  const std::uint64_t again = receiver_->bytes() - before;
  EXPECT_GE(again, TcpSender::kTail);
  EXPECT_LE(again, 2 * TcpSender::kTail);
}

TEST_F(SyslogOutputTest, GetsOnOverConnectionsThatEachCarryLessThanTheTail) {
  Start(Protocol::kOctetCounting);
  NumberedFeed feed("archive", "lyon", 20'000);
  ASSERT_TRUE(Recover(feed).ok());
  for (int n = 0; n < 3; ++n) ASSERT_TRUE(Deliver(feed, 5'000).ok());
  EXPECT_EQ(receiver_->Messages().size(), 15'000u);
  ASSERT_GT(receiver_->bytes(), TcpSender::kTail) << "the tail is full";
  receiver_->BufferLittle();
  receiver_->ResetEvery(5'000);
  receiver_->ResetAll();
  for (int tries = 0; !feed.done(); ++tries) {
    ASSERT_LT(tries, 1'000);
    if (!Recover(feed).ok() || !Deliver(feed, 1'000).ok()) world().RunFor(absl::Seconds(1));
  }
  receiver_->ResetEvery(0);
  EXPECT_TRUE(Within(absl::Minutes(1),
                     [&] { return SameLines(FirstOfEach(Texts()), feed.Lines(20'000)); }));
  EXPECT_GE(receiver_->connections(), 5) << "it was cut all the time";
  EXPECT_LE(receiver_->connections(), 40);
}

TEST_F(SyslogOutputTest, CommitsNothingThatIsStillInTheSocket) {
  NumberedFeed feed("archive", "lyon", 300'000);
  std::optional<absl::Status> result;
  ASSERT_NO_FATAL_FAILURE(BeginToAReceiverThatReadsNothing(feed, result));
  EXPECT_THAT(Noted(feed), IsEmpty());
  receiver_->Hold(false);
  ASSERT_TRUE(Within(absl::Seconds(40), [&] {
    receiver_->Messages();
    return result.has_value();
  }));
  EXPECT_TRUE(result->ok()) << *result;
}

TEST_F(SyslogOutputTest, GivesUpAReceiverThatTakesNothingForAMinute) {
  for (const Protocol protocol : {Protocol::kOctetCounting, Protocol::kRelp}) {
    Start(protocol);
    NumberedFeed feed("archive", absl::StrCat("device", static_cast<int>(protocol)), 300'000);
    ASSERT_TRUE(Recover(feed).ok());
    const int connections = receiver_->connections();
    receiver_->Mute(true);
    receiver_->Hold(true);
    Within(absl::Milliseconds(300), [] { return false; });
    world().WaitForOthers(absl::ZeroDuration());  // they do nothing any more
    std::optional<absl::Status> result;
    Begin(feed, protocol == Protocol::kRelp ? 10 : 300'000, result);
    EXPECT_FALSE(Within(absl::Seconds(50), [&] { return result.has_value(); }));
    ASSERT_TRUE(Within(absl::Minutes(5), [&] { return result.has_value(); }));
    EXPECT_TRUE(absl::IsUnavailable(*result)) << *result;
    EXPECT_TRUE(TroubleOf(*result).has_value());
    EXPECT_TRUE(Within(absl::Minutes(1), [&] { return receiver_->connections() > connections; }))
        << "it is tried again";
  }
}

TEST_F(SyslogOutputTest, SaysThatTheReceiverIsNotThereAndComesBackByItself) {
  for (const Protocol protocol : {Protocol::kOctetCounting, Protocol::kRelp}) {
    NumberedFeed feed("archive", absl::StrCat("device", static_cast<int>(protocol)), 20);
    Start(protocol);
    ASSERT_TRUE(Recover(feed).ok());
    ASSERT_TRUE(Deliver(feed, 5).ok());
    receiver_->StopListening();
    ExpectTrouble(Deliver(feed, 5), absl::StrCat("127.0.0.1:", receiver_->port(), ": "),
                  "Check that the receiver listens");
    ExpectTrouble(Recover(feed), "refused", "Check that the receiver listens");
    world().WaitForOthers(absl::Milliseconds(2));  // a refusal comes at once
    world().RunFor(absl::Minutes(10));
    world().WaitForOthers(absl::Seconds(1));
    receiver_->Listen();
    while (!Recover(feed).ok()) world().RunFor(absl::Milliseconds(100));
    ASSERT_TRUE(Deliver(feed, 15).ok());
    EXPECT_TRUE(SameLines(FirstOfEach(Texts()), feed.Lines(20)));
  }
}

TEST_F(SyslogOutputTest, TakesTheFirstAddressThatAnswers) {
  Start(Protocol::kRelp);
  TestReceiver second(Protocol::kRelp);
  options_.addresses.push_back({"127.0.0.1", second.port()});
  Restart();
  ASSERT_TRUE(Recover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 5).ok());
  EXPECT_EQ(Texts().size(), 5u);
  receiver_->StopListening();
  ASSERT_TRUE(Deliver(feed_, 5).ok()) << "a batch goes on at the next";
  EXPECT_EQ(second.Messages().size(), 5u);
  receiver_->Listen();
  second.ResetAll();
  ASSERT_TRUE(Deliver(feed_, 5).ok());
  EXPECT_EQ(Texts().size(), 10u) << "the first again";
}

TEST_F(SyslogOutputTest, PassesOverAnAddressWhoseConnectionsCarryNothing) {
  Start(Protocol::kRelp);
  TestReceiver second(Protocol::kRelp);
  options_.addresses.push_back({"127.0.0.1", second.port()});
  Restart();
  ASSERT_TRUE(Recover(feed_).ok());
  receiver_->ResetEvery(1);
  EXPECT_TRUE(absl::IsUnavailable(Deliver(feed_, 5)));
  world().RunFor(absl::Seconds(2));
  ASSERT_TRUE(Recover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 5).ok());
  EXPECT_EQ(second.Messages().size(), 5u);
}

TEST_F(SyslogOutputTest, SaysThatTheReceiverSpeaksNoRelp) {
  Start(Protocol::kOctetCounting);
  receiver_->Greet("220 mail.example.com ESMTP\r\n");
  options_.transport = Transport::kRelp;
  Restart();
  ExpectTrouble(Recover(feed_), "not RELP", "take the transport tcp or tls");
}

TEST_F(SyslogOutputTest, NoticesOverUdpThatNobodyListens) {
  Start(Protocol::kUdp);
  ASSERT_TRUE(Recover(feed_).ok());
  receiver_->StopListening();
  ExpectTrouble(Deliver(feed_, 5), "refused", "UDP");
  receiver_->Listen();
  ASSERT_TRUE(Recover(feed_).ok());
  EXPECT_EQ(feed_.read(), 0);
  ASSERT_TRUE(Deliver(feed_, 5).ok());
  EXPECT_TRUE(SameLines(Texts(), feed_.Lines(5)));
}

TEST_F(SyslogOutputTest, ARefusalOverUdpThatComesBehindABatchShowsWithTheNext) {
  Start(Protocol::kUdp);
  ASSERT_TRUE(Recover(feed_).ok());
  receiver_->StopListening();
  EXPECT_TRUE(Deliver(feed_, 1).ok());
  ExpectTrouble(Deliver(feed_, 1), "refused", "UDP");
}

TEST_F(SyslogOutputTest, TriesTheNextAddressOverUdpWhereTheReceiversHostRefuses) {
  Start(Protocol::kUdp);
  TestReceiver second(Protocol::kUdp);
  options_.addresses.push_back({"127.0.0.1", second.port()});
  Restart();
  NumberedFeed idle("archive", "oslo", 10);
  ASSERT_TRUE(Recover(idle).ok());
  ASSERT_TRUE(Recover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 5).ok());
  EXPECT_TRUE(SameLines(Texts(), feed_.Lines(5)));
  receiver_->StopListening();
  ExpectTrouble(Deliver(feed_, 5), absl::StrCat("127.0.0.1:", receiver_->port(), ": "), "UDP");
  ExpectTrouble(Deliver(idle, 5), "no connection", "UDP");
  ASSERT_TRUE(Recover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 5).ok());
  EXPECT_EQ(second.Messages().size(), 5u);
  second.StopListening();
  ExpectTrouble(Deliver(feed_, 5), absl::StrCat("127.0.0.1:", second.port(), ": "), "UDP");
  receiver_->Listen();
  ASSERT_TRUE(Recover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 5).ok()) << "the first again";
}

TEST_F(SyslogOutputTest, NamesOverUdpTheAddressThatRefusesHoweverManyFeedsBeginAtOnce) {
  Start(Protocol::kUdp);
  options_.addresses.insert(options_.addresses.begin(), {"no..name", 514});
  Restart();
  NumberedFeed other("archive", "oslo", 10);
  std::optional<absl::Status> first;
  std::optional<absl::Status> second;
  boost::asio::co_spawn(world().io(), process_->output().Recover(feed_.key()),
                        [&](std::exception_ptr, const auto& found) { first = found.status(); });
  boost::asio::co_spawn(world().io(), process_->output().Recover(other.key()),
                        [&](std::exception_ptr, const auto& found) { second = found.status(); });
  ASSERT_TRUE(Within(absl::Minutes(1), [&] { return first && second; }));
  ASSERT_TRUE(first->ok()) << *first;
  ASSERT_TRUE(second->ok()) << *second;
  receiver_->StopListening();
  ExpectTrouble(Deliver(feed_, 5), absl::StrCat("127.0.0.1:", receiver_->port(), ": "), "UDP");
}

TEST_F(SyslogOutputTest, LosesNothingOverUdpToAReceiverThatKeepsUp) {
  Start(Protocol::kUdp);
  ASSERT_TRUE(Recover(feed_).ok());
  std::optional<absl::Status> result;
  Begin(feed_, 1'000, result);
  ASSERT_TRUE(Within(absl::Minutes(1), [&] {
    receiver_->Messages();
    return result.has_value();
  }));
  EXPECT_TRUE(SameLines(Texts(), feed_.Lines(1'000)));
}

TEST_F(SyslogOutputTest, DoublesNoDeadLetterOfAFirstDeliveryThatFails) {
  Start(Protocol::kRelp);
  auto letters = std::make_shared<Batch>();
  letters->dead_letters.push_back({"too large", "at 7", "{}"});
  for (int tries = 0; tries < 3; ++tries) {
    ASSERT_TRUE(Recover(feed_).ok());
    process_->store().RefuseStepsOf("lyon");
    EXPECT_FALSE(
        world().Await(process_->output().Deliver(feed_.key(), letters, {.position = "8"})).ok());
    process_->store().RefuseStepsOf("");
  }
  ASSERT_TRUE(world().Await(process_->output().Recover(feed_.key())).ok());
  ASSERT_TRUE(
      world().Await(process_->output().Deliver(feed_.key(), letters, {.position = "8"})).ok());
  EXPECT_EQ(DeadLetters().size(), 1u);
}

TEST_F(SyslogOutputTest, DoublesNoDeadLetterAfterAnOperatorHasTakenLinesAway) {
  Start(Protocol::kRelp);
  auto letters = std::make_shared<Batch>();
  letters->dead_letters.push_back({"too large", "at 7", "{}"});
  const auto deliver = [&] {
    return world().Await(process_->output().Deliver(feed_.key(), letters, feed_.MakeStep(0, 0)));
  };
  ASSERT_TRUE(Recover(feed_).ok());
  for (int n = 0; n < 4; ++n) ASSERT_TRUE(deliver().ok());
  std::filesystem::resize_file(state_.path() + "/dead_letters/archive/lyon.ndjson", 0);
  process_->store().RefuseStepsOf("lyon");
  for (int tries = 0; tries < 3; ++tries) {
    ASSERT_TRUE(Recover(feed_).ok());
    EXPECT_FALSE(deliver().ok());
  }
  process_->store().RefuseStepsOf("");
  ASSERT_TRUE(Recover(feed_).ok());
  ASSERT_TRUE(deliver().ok());
  EXPECT_EQ(DeadLetters().size(), 1u);
}

TEST_F(SyslogOutputTest, SaysOnceThatDeadLettersHaveBeenTakenAway) {
  Start(Protocol::kRelp);
  const std::string path = state_.path() + "/dead_letters/archive/lyon.ndjson";
  auto letters = std::make_shared<Batch>();
  letters->dead_letters.push_back({"too large", "at 7", "{}"});
  const auto deliver = [&] {
    return world().Await(process_->output().Deliver(feed_.key(), letters, feed_.MakeStep(0, 0)));
  };
  const auto warnings = [&] {
    const std::vector<std::string> lines = world().log().lines();
    return std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
      return line.find("dead letters have been taken away") != std::string::npos;
    });
  };
  ASSERT_TRUE(Recover(feed_).ok());
  ASSERT_TRUE(deliver().ok());
  EXPECT_EQ(warnings(), 0);
  std::filesystem::remove(path);
  for (int n = 0; n < 2; ++n) ASSERT_TRUE(deliver().ok());
  EXPECT_EQ(warnings(), 1);
  EXPECT_EQ(DeadLetters().size(), 2u);
  std::filesystem::resize_file(path, 0);
  for (int n = 0; n < 3; ++n) ASSERT_TRUE(deliver().ok());
  EXPECT_EQ(warnings(), 2);
  ASSERT_EQ(DeadLetters().size(), 3u);
  EXPECT_EQ(DeadLetters()[0].front(), '{') << "no hole in the file";

  std::filesystem::remove(path);
  Restart();
  for (int n = 0; n < 2; ++n) ASSERT_TRUE(Recover(feed_).ok());
  EXPECT_EQ(warnings(), 1);
  ASSERT_TRUE(deliver().ok());
  EXPECT_EQ(warnings(), 1);
}

TEST_F(SyslogOutputTest, KeepsDeadLettersBesideTheState) {
  Start(Protocol::kRelp);
  auto letters = std::make_shared<Batch>(*feed_.MakeBatch(0, 3));
  letters->dead_letters.push_back({"too large", "at 7", "{}"});
  const auto deliver = [&] {
    return world().Await(process_->output().Deliver(feed_.key(), letters, feed_.MakeStep(0, 3)));
  };
  ASSERT_TRUE(Recover(feed_).ok());
  ASSERT_TRUE(deliver().ok());
  ASSERT_EQ(DeadLetters().size(), 1u);
  EXPECT_THAT(DeadLetters()[0], HasSubstr(R"("cause":"too large","position":"at 7","bytes":"{}")"));

  world().crash_points().Arm(std::string(kAfterDeadLetters));
  EXPECT_THROW(deliver().IgnoreError(), SimulatedCrash);
  Restart();
  ASSERT_TRUE(Recover(feed_).ok());
  EXPECT_EQ(DeadLetters().size(), 1u) << "what was not committed is cut off";
  ASSERT_TRUE(deliver().ok());
  EXPECT_EQ(DeadLetters().size(), 2u);
}

TEST_F(SyslogOutputTest, ClosesItsSessionInOrder) {
  Start(Protocol::kRelp);
  ASSERT_TRUE(Recover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 5).ok());
  world().Await(process_->output().Close());
  EXPECT_EQ(receiver_->closed_in_order(), 1);
}

TEST_F(SyslogOutputTest, ClosesAlthoughTheReceiverDoesNotAnswer) {
  Start(Protocol::kRelp);
  ASSERT_TRUE(Recover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 5).ok());
  receiver_->Hold(true);
  const absl::Time before = world().clock().Now();
  world().Await(process_->output().Close());
  EXPECT_LE(world().clock().Now() - before, absl::Seconds(5));
}

TEST_F(SyslogOutputTest, ClosesWhileItWaitsForAGreeting) {
  Start(Protocol::kRelp);
  receiver_->Hold(true);
  std::optional<absl::Status> recovered;
  boost::asio::co_spawn(world().io(), process_->output().Recover(feed_.key()),
                        [&](std::exception_ptr, const auto& found) { recovered = found.status(); });
  ASSERT_TRUE(Within(absl::Seconds(1), [&] { return receiver_->connections() == 1; }));
  const absl::Time before = world().clock().Now();
  world().Await(process_->output().Close());
  EXPECT_LE(world().clock().Now() - before, absl::Seconds(1));
  ASSERT_TRUE(Within(absl::Seconds(1), [&] { return recovered.has_value(); }));
  EXPECT_TRUE(absl::IsUnavailable(*recovered));
}

TEST_F(SyslogOutputTest, MakesNoConnectionThatWasInterruptedWhileFilesOfTlsWereRead) {
  Start(Protocol::kOctetCounting);
  const TlsOptions tls;
  Interrupt interrupt;
  std::optional<absl::Status> result;
  boost::asio::co_spawn(world().io(),
                        Connect(world().io().get_executor(), world().context(),
                                options_.addresses[0], &tls, interrupt),
                        [&](std::exception_ptr, const auto& stream) { result = stream.status(); });
  world().io().restart();
  while (!interrupt.has_effect() && world().io().poll_one() > 0) continue;
  ASSERT_TRUE(interrupt.has_effect());
  interrupt();
  ASSERT_TRUE(Within(absl::Seconds(1), [&] { return result.has_value(); }));
  EXPECT_TRUE(absl::IsUnavailable(*result)) << *result;
  EXPECT_EQ(receiver_->connections(), 0);
}

TEST_F(SyslogOutputTest, ClosesAlthoughTheReceiverTakesNothingOfAWrite) {
  NumberedFeed feed("archive", "lyon", 300'000);
  std::optional<absl::Status> result;
  ASSERT_NO_FATAL_FAILURE(BeginToAReceiverThatReadsNothing(feed, result));
  const absl::Time before = world().clock().Now();
  world().Await(process_->output().Close());
  EXPECT_LE(world().clock().Now() - before, absl::Seconds(5));
  ASSERT_TRUE(Within(absl::Seconds(1), [&] { return result.has_value(); }));
  EXPECT_TRUE(absl::IsUnavailable(*result)) << *result;
}

TEST_F(SyslogOutputTest, ClosesAUdpSocketWhileSomethingThatWasGivenBackIsStillBeingSent) {
  Start(Protocol::kUdp);
  ASSERT_TRUE(Recover(feed_).ok());
  std::optional<absl::Status> result;
  Begin(feed_, 1'000, result);
  world().io().poll_one();
  world().Await(process_->output().Close());
  ASSERT_TRUE(Within(absl::Minutes(1), [&] { return result.has_value(); }));
}

TEST_F(SyslogOutputTest, LeavesNothingBehindOverUdpOnceItIsClosed) {
  Start(Protocol::kUdp);
  LineFormat format;
  auto output = std::make_unique<SyslogOutput>(
      options_,
      OutputWorld{world().context(), process_->store(), format, world().io().get_executor()});
  ASSERT_TRUE(world().Await(output->Recover(feed_.key())).ok());
  constexpr int kBurst = 32;  // behind which the sender pauses
  ASSERT_TRUE(world()
                  .Await(output->Deliver(feed_.key(), feed_.MakeBatch(0, kBurst),
                                         feed_.MakeStep(0, kBurst)))
                  .ok());
  world().Await(output->Close());
  output.reset();
  Within(absl::Seconds(1), [] { return false; });
}

TEST_F(SyslogOutputTest, ClosesWithoutEverHavingBeenUsed) {
  Start(Protocol::kRelp);
  world().Await(process_->output().Close());
  EXPECT_EQ(receiver_->connections(), 0);
}

TEST_F(SyslogOutputTest, LogsNothingPerMessage) {
  Start(Protocol::kRelp);
  ASSERT_TRUE(Recover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 1'000).ok());
  EXPECT_EQ(world().log().lines().size(), 1u);
  EXPECT_TRUE(world().log().Contains("connected to the receiver"));
}

}  // namespace
}  // namespace cce::syslog
