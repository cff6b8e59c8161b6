#include "outputs/syslog/relp.h"

#include <random>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cce::syslog {
namespace {

using ::testing::HasSubstr;

std::string Frame(std::uint32_t number, std::string_view command, std::string_view data,
                  std::string_view more = "") {
  Buffer out;
  AppendRelpFrame(number, command, data, more, out);
  return std::string(out.view());
}

RelpFrame ReadOne(std::string_view bytes) {
  RelpReader reader;
  reader.Append(bytes);
  const auto frame = reader.Next();
  EXPECT_TRUE(frame.ok() && frame->has_value()) << bytes;
  return frame.ok() && *frame ? **frame : RelpFrame();
}

TEST(RelpFrame, IsWrittenAsTheProtocolHasIt) {
  EXPECT_EQ(Frame(1, "open", "relp_version=0"), "1 open 14 relp_version=0\n");
  EXPECT_EQ(Frame(42, "syslog", "<110>1 ", "text"), "42 syslog 11 <110>1 text\n");
  EXPECT_EQ(Frame(999'999'999, "close", ""), "999999999 close 0\n");
}

TEST(RelpFrame, NumbersBeginAgainBehindTheLast) {
  EXPECT_EQ(NextRelpNumber(1), 2u);
  EXPECT_EQ(NextRelpNumber(kLastRelpNumber), 1u);
}

TEST(RelpFrame, IsFoundByItsNumberThoughTheNumbersHaveBegunAgain) {
  EXPECT_EQ(RelpNumbersBetween(7, 7), 0u);
  EXPECT_EQ(RelpNumbersBetween(2, 7), 5u);
  for (const std::uint32_t first : {std::uint32_t{1}, kLastRelpNumber - 3, kLastRelpNumber}) {
    std::uint32_t last = first;
    for (std::uint32_t sent = 0; sent < 10; ++sent, last = NextRelpNumber(last)) {
      EXPECT_EQ(RelpNumbersBetween(first, last), sent) << first << " to " << last;
    }
  }
}

TEST(RelpReader, FindsFramesHoweverTheirBytesArrive) {
  const std::string bytes = "1 rsp 6 200 OK\n2 rsp 0\n0 serverclose 0\n3 rsp 8 500 a\nb\n\n";
  const std::vector<RelpFrame> expected = {
      {1, "rsp", "200 OK"}, {2, "rsp", ""}, {0, "serverclose", ""}, {3, "rsp", "500 a\nb\n"}};
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    RelpReader reader;
    std::vector<RelpFrame> found;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      reader.Append(std::string_view(bytes).substr(at, step));
      for (;;) {
        const auto frame = reader.Next();
        ASSERT_TRUE(frame.ok()) << frame.status();
        if (!*frame) break;
        found.push_back(**frame);
      }
    }
    EXPECT_EQ(found, expected) << "in steps of " << step;
  }
}

TEST(RelpReader, RefusesWhatIsNoRelp) {
  for (const std::string bytes :
       {"HTTP/1.1 400 Bad Request\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "\x15\x03\x01\x02\x02\x50",
        "1 rsp x OK\n", "1 rsp 6 200 OKAY\n", "1 rsp 99999999 OK", "1 rsp 6\n200 OK\n",
        "12345678901", "1  6 200 OK\n", "1\nrsp 6 200 OK\n", "-1 rsp 6 200 OK\n"}) {
    RelpReader reader;
    reader.Append(bytes);
    const auto frame = reader.Next();
    EXPECT_TRUE(absl::IsUnavailable(frame.status())) << bytes;
  }
}

TEST(RelpReader, SurvivesAnyBytes) {
  std::mt19937 random(1);
  const std::string_view alphabet = "0123456789 \nrspopen\xff";
  for (int round = 0; round < 20'000; ++round) {
    RelpReader reader;
    for (int piece = 0; piece < 3; ++piece) {
      std::string bytes(random() % 20, ' ');
      for (char& byte : bytes) byte = alphabet[random() % alphabet.size()];
      reader.Append(bytes);
      for (int n = 0; n < 10; ++n) {
        const auto frame = reader.Next();
        if (!frame.ok() || !*frame) break;
      }
    }
  }
}

TEST(RelpAnswer, HasACodeAndAText) {
  EXPECT_EQ(ReadRelpAnswer("200 OK")->code, 200);
  EXPECT_EQ(ReadRelpAnswer("200")->code, 200);
  EXPECT_EQ(ReadRelpAnswer("500 no room\nmore")->text, "no room");
  for (const char* data : {"", "20", "OK", "2000 OK", "2x0 OK"}) {
    EXPECT_FALSE(ReadRelpAnswer(data).ok()) << data;
  }
}

TEST(RelpGreeting, MustTakeMessages) {
  EXPECT_TRUE(CheckRelpGreeting(ReadOne(Frame(1, "rsp",
                                              "200 OK\nrelp_version=0\nrelp_software=librelp,1.11\n"
                                              "commands=syslog")))
                  .ok());
  const auto refusal = [](std::uint32_t number, std::string_view command, std::string_view data) {
    const absl::Status status = CheckRelpGreeting(ReadOne(Frame(number, command, data)));
    EXPECT_TRUE(absl::IsUnavailable(status));
    return std::string(status.message());
  };
  EXPECT_THAT(refusal(1, "rsp", "500 not you"), HasSubstr("500 not you"));
  EXPECT_THAT(refusal(1, "rsp", "200 OK\ncommands=eventlog"), HasSubstr("takes no messages"));
  refusal(2, "rsp", "200 OK");
  refusal(1, "syslog", "200 OK");
}

}  // namespace
}  // namespace cce::syslog
