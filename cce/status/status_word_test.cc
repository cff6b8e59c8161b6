#include "cce/status/status_word.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cce {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// A device that collects as it should.
StatusFacts Healthy() {
  StatusFacts facts;
  facts.now = absl::FromUnixSeconds(1'780'000'000);
  facts.poll = absl::OkStatus();
  facts.reached = facts.now - absl::Seconds(30);
  facts.last_event_time = facts.now - absl::Minutes(1);
  facts.usual_events = 10'000;
  return facts;
}

TEST(StatusWord, ActiveWhileEventsArrive) {
  const Verdict verdict = Judge(Healthy());
  EXPECT_EQ(verdict.word, StatusWord::kActive);
  EXPECT_THAT(verdict.remedy, IsEmpty());
}

TEST(StatusWord, ConnectedBeforeTheFirstPollAndBeforeTheFirstEvent) {
  StatusFacts facts;
  facts.now = absl::FromUnixSeconds(1'780'000'000);
  EXPECT_EQ(Judge(facts).word, StatusWord::kConnected);
  facts.poll = absl::OkStatus();
  EXPECT_EQ(Judge(facts).word, StatusWord::kConnected);
  EXPECT_THAT(Judge(facts).detail, HasSubstr("no event yet"));
}

TEST(StatusWord, IdleWhenAQuietOrganisationIsQuiet) {
  StatusFacts facts = Healthy();
  facts.usual_events = 5;
  facts.last_event_time = facts.now - absl::Hours(9);
  EXPECT_EQ(Judge(facts).word, StatusWord::kIdle);
  EXPECT_EQ(Judge(facts).detail, "no event for 9 hours");
}

TEST(StatusWord, SilentWhenABusyOrganisationIsQuietAndHoweverLongThatLasts) {
  StatusFacts facts = Healthy();
  for (absl::Duration quiet : {absl::Minutes(61), absl::Hours(30), absl::Hours(900)}) {
    facts.last_event_time = facts.now - quiet;
    EXPECT_EQ(Judge(facts).word, StatusWord::kSilent) << quiet;
    EXPECT_THAT(Judge(facts).remedy, Not(IsEmpty()));
  }
  // Fifty a day are one in half an hour: a gap of nine hours may be chance, one of ten is not.
  facts.usual_events = 50;
  facts.last_event_time = facts.now - absl::Hours(9);
  EXPECT_EQ(Judge(facts).word, StatusWord::kIdle);
  facts.last_event_time = facts.now - absl::Hours(10);
  EXPECT_EQ(Judge(facts).word, StatusWord::kSilent);
}

TEST(StatusWord, DelayedWhenDeliveryIsFarBehindForTheDevicesPollInterval) {
  StatusFacts facts = Healthy();
  facts.reached = facts.now - absl::Minutes(11);
  EXPECT_EQ(Judge(facts).word, StatusWord::kDelayed);
  EXPECT_EQ(Judge(facts).detail, "delivery is 11 minutes behind");
  facts.poll_interval = absl::Minutes(5);
  EXPECT_EQ(Judge(facts).word, StatusWord::kActive);
}

TEST(StatusWord, DelayedWhenADeliveryDoesNotEndWhateverTheLag) {
  StatusFacts facts = Healthy();
  facts.output = "archive";
  facts.delivering = absl::Seconds(119);
  EXPECT_EQ(Judge(facts).word, StatusWord::kActive);
  facts.delivering = absl::Minutes(12);
  facts.reached = facts.now - absl::Minutes(13);
  EXPECT_EQ(Judge(facts).word, StatusWord::kDelayed);
  EXPECT_EQ(Judge(facts).detail, "output archive has not finished a delivery for 12 minutes");
  EXPECT_THAT(Judge(facts).remedy, HasSubstr("disk"));
}

TEST(StatusWord, SaysWhatTheServiceSaidWithItsRemedy) {
  for (StatusWord word : {StatusWord::kThrottled, StatusWord::kAuthenticationFailed,
                          StatusWord::kWrongOrganisation, StatusWord::kNotLicensed}) {
    StatusFacts facts = Healthy();
    Trouble trouble;
    trouble.word = word;
    trouble.remedy = "do this";
    facts.poll = TroubleError(absl::StatusCode::kUnauthenticated, "the cause", trouble);
    EXPECT_EQ(Judge(facts), (Verdict{word, "the cause", "do this"}));
  }
}

TEST(StatusWord, UnreachableForAnErrorThatSaysNothingOfItself) {
  StatusFacts facts = Healthy();
  facts.poll = absl::UnavailableError("api.example.com: connection refused");
  EXPECT_EQ(Judge(facts).word, StatusWord::kUnreachable);
  EXPECT_THAT(Judge(facts).remedy, HasSubstr("check network"));
  facts.poll = absl::InternalError("impossible");
  EXPECT_THAT(Judge(facts).remedy, HasSubstr("defect"));
}

TEST(StatusWord, OutputBlockedNamesTheOutputAndItsRemedy) {
  StatusFacts facts = Healthy();
  facts.output = "archive";
  facts.delivery = absl::ResourceExhaustedError("no space left");
  Verdict verdict = Judge(facts);
  EXPECT_EQ(verdict.word, StatusWord::kOutputBlocked);
  EXPECT_EQ(verdict.detail, "output archive: no space left");
  EXPECT_THAT(verdict.remedy, HasSubstr("Nothing is lost"));
  Trouble trouble;
  trouble.remedy = "free some space";
  facts.delivery = TroubleError(absl::StatusCode::kResourceExhausted, "no space left", trouble);
  EXPECT_EQ(Judge(facts).remedy, "free some space");
}

TEST(StatusWord, ARefusalByTheServiceOutranksABlockedOutputAndADelay) {
  StatusFacts facts = Healthy();
  Trouble trouble;
  trouble.word = StatusWord::kAuthenticationFailed;
  facts.poll = TroubleError(absl::StatusCode::kUnauthenticated, "the key is wrong", trouble);
  facts.delivery = absl::ResourceExhaustedError("no space left");
  facts.reached = facts.now - absl::Hours(3);
  EXPECT_EQ(Judge(facts).word, StatusWord::kAuthenticationFailed);
}

}  // namespace
}  // namespace cce
