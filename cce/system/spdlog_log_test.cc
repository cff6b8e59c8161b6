#include "cce/system/spdlog_log.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>
#include <string>
#include <thread>

#include "cce/system/logfmt.h"

namespace cce {
namespace {

class StoppedClock final : public Clock {
 public:
  absl::Time Now() const override { return now; }
  absl::Duration Elapsed() const override { return absl::ZeroDuration(); }
  std::unique_ptr<Sleeper> MakeSleeper(boost::asio::any_io_executor) override { return nullptr; }

  absl::Time now = absl::FromUnixMillis(1'791'460'800'123);
};

class SpdlogLogTest : public testing::Test {
 protected:
  std::string Written() {
    std::string text = stream_.str();
    stream_.str("");
    return text;
  }

  // The one field `value` as it is written.
  std::string Field(std::string_view value) {
    std::string line;
    AppendLogField("k", value, line);
    return line;
  }

  StoppedClock clock_;
  std::ostringstream stream_;
  SpdlogLog log_{clock_, LogLevel::kInfo,
                 std::make_shared<spdlog::sinks::ostream_sink_mt>(stream_)};
};

TEST_F(SpdlogLogTest, WritesTimeLevelPhraseAndFields) {
  log_.Warning("device unreachable", {{"device", "acme"}, {"tries", 3}, {"cause", "no route"}});
  EXPECT_EQ(Written(),
            "time=2026-10-08T12:00:00.123Z level=warning what=\"device unreachable\" device=acme "
            "tries=3 cause=\"no route\"\n");
}

TEST_F(SpdlogLogTest, NamesTheLevels) {
  log_.Info("a", {});
  log_.Error("b", {});
  EXPECT_EQ(Written(),
            "time=2026-10-08T12:00:00.123Z level=info what=a\n"
            "time=2026-10-08T12:00:00.123Z level=error what=b\n");
}

TEST_F(SpdlogLogTest, DropsWhatIsBelowItsLevel) {
  log_.Debug("quiet", {});
  EXPECT_EQ(Written(), "");
}

TEST_F(SpdlogLogTest, DoesNotReadFormatsIntoText) {
  log_.Info("100% {} {0}", {{"k", "%v{}"}});
  EXPECT_EQ(Written(),
            "time=2026-10-08T12:00:00.123Z level=info what=\"100% {} {0}\" k=\"%v{}\"\n");
}

TEST_F(SpdlogLogTest, LetsNoValueForgeAKeyOrALine) {
  EXPECT_EQ(Field("plain-word_1.2:/@+,%"), " k=plain-word_1.2:/@+,%");
  EXPECT_EQ(Field(""), " k=\"\"");
  EXPECT_EQ(Field("a=b"), " k=\"a=b\"");
  EXPECT_EQ(Field("x\" level=error y=\""), R"( k="x\" level=error y=\"")");
  EXPECT_EQ(Field("a\\"), R"( k="a\\")");
  EXPECT_EQ(Field("a\r\nb\t\x1b[2J\x7f"), R"( k="a\u000d\nb\u0009\u001b[2J\u007f")");
  EXPECT_EQ(Field(std::string_view("a\0b", 3)), R"( k="a\u0000b")");
  EXPECT_EQ(Field("caf\u00e9 \u65e5\u672c"), " k=\"caf\u00e9 \u65e5\u672c\"");
  EXPECT_EQ(Field("\u0085\u2028\u2029\u202e\u2066"), R"( k="\u0085\u2028\u2029\u202e\u2066")");
  EXPECT_EQ(Field("\xff\xc3 \xe2\x80 \xc0\x8a \xed\xa0\x80"),
            R"( k="\xff\xc3 \xe2\x80 \xc0\x8a \xed\xa0\x80")");
  std::string line;
  AppendLogField("a b=c\n", "v", line);
  EXPECT_EQ(line, " a_b_c_=v");
}

TEST_F(SpdlogLogTest, CutsWhatIsTooLong) {
  const std::string longest(kLongestLogValue, 'a');
  EXPECT_EQ(Field(longest), " k=" + longest);
  EXPECT_EQ(Field(longest + "b"), " k=\"" + longest + "[...]\"");
}

TEST_F(SpdlogLogTest, WritesIdenticalLinesOnceAMinute) {
  for (int i = 0; i < 5; ++i) {
    log_.Warning("device unreachable", {{"device", "acme"}});
    log_.Warning("device unreachable", {{"device", "other"}});
  }
  EXPECT_EQ(
      Written(),
      "time=2026-10-08T12:00:00.123Z level=warning what=\"device unreachable\" device=acme\n"
      "time=2026-10-08T12:00:00.123Z level=warning what=\"device unreachable\" device=other\n");
  clock_.now += SpdlogLog::kRepeatPause;
  log_.Warning("device unreachable", {{"device", "acme"}});
  EXPECT_EQ(Written(),
            "time=2026-10-08T12:01:00.123Z level=warning what=\"device unreachable\" device=acme "
            "repeated=4\n");
  clock_.now += SpdlogLog::kRepeatPause;
  log_.Warning("device unreachable", {{"device", "acme"}});
  EXPECT_EQ(
      Written(),
      "time=2026-10-08T12:02:00.123Z level=warning what=\"device unreachable\" device=acme\n");
}

TEST_F(SpdlogLogTest, IsNotSilencedByAClockThatIsSetBack) {
  log_.Info("a", {});
  clock_.now -= absl::Hours(1);
  log_.Info("a", {});
  EXPECT_EQ(Written(),
            "time=2026-10-08T12:00:00.123Z level=info what=a\n"
            "time=2026-10-08T11:00:00.123Z level=info what=a\n");
}

TEST_F(SpdlogLogTest, WritesEverythingWhenTooMuchDiffers) {
  for (int i = 0; i < 12'000; ++i) log_.Info("a", {{"i", i}});
  Written();
  log_.Info("a", {{"i", 11'999}});
  EXPECT_NE(Written(), "");
  clock_.now += SpdlogLog::kRepeatPause;
  log_.Info("a", {{"i", 11'999}});
  EXPECT_NE(Written(), "");
  log_.Info("a", {{"i", 11'999}});
  EXPECT_EQ(Written(), "");
}

TEST_F(SpdlogLogTest, RedactsSecretsBeforeTheyAreEscaped) {
  log_.AddSecret("pa\"ss\nword");
  log_.Info("sent pa\"ss\nword", {{"header", "x-api-key: pa\"ss\nword"}});
  EXPECT_EQ(Written(),
            "time=2026-10-08T12:00:00.123Z level=info what=\"sent [redacted]\" "
            "header=\"x-api-key: [redacted]\"\n");
}

TEST_F(SpdlogLogTest, KeepsLinesWholeAcrossThreads) {
  constexpr int kLines = 1'000;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([this, t] {
        for (int i = 0; i < kLines; ++i) log_.Info("a", {{"t", t}, {"i", i}});
      });
    }
  }
  std::istringstream lines(Written());
  int whole = 0;
  for (std::string line; std::getline(lines, line);) {
    whole += line.starts_with("time=2026-10-08T12:00:00.123Z level=info what=a t=");
  }
  EXPECT_EQ(whole, 4 * kLines);
}

}  // namespace
}  // namespace cce
