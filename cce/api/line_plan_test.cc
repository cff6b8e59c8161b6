#include "cce/api/line_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "cce/api/copy.h"

namespace cce {
namespace {

std::int64_t AskIsLong(std::string_view text, std::string_view, std::string_view) {
  return text.size() > 4;
}

char* WriteBackwards(std::string_view text, std::string_view, std::string_view, char* to) {
  return std::reverse_copy(text.begin(), text.end(), to);
}

// Records {"a":"A","b":"B"}, which become lines "[A] B", "[A] B, which is long" if B is long, and
// "secret" where A says so, with B backwards behind it.
class Lines {
 public:
  explicit Lines(std::uint32_t kind = 0) : kind_(kind) { segments_.Add(0); }

  // Which way the record's line was written; "" if the plan's line is another than the long way's.
  std::string Write(const std::string& a, const std::string& b) {
    const std::string head = R"({"a":")";
    const std::string middle = R"(","b":")";
    const std::string record = absl::StrCat(head, a, middle, b, R"("})", std::string(64, '\0'));
    const auto a_begin = static_cast<std::uint16_t>(head.size());
    const auto a_end = static_cast<std::uint16_t>(a_begin + a.size());
    const auto b_begin = static_cast<std::uint16_t>(a_end + middle.size());
    const auto b_end = static_cast<std::uint16_t>(b_begin + b.size());
    const LeafSpan leaves[] = {{a_begin, a_end}, {b_begin, b_end}};
    PlannedRecord planned;
    planned.kind = kind_;
    planned.text = std::string_view(record).substr(0, record.size() - 64);
    planned.leaves = leaves;
    planned.segments = &segments_;
    Buffer line;
    WrittenEvent written;
    const LinePlans::Outcome outcome = plans_.Write(planned, line, &written);
    PlanRecorder recorder(planned.text, leaves, scratch_);
    Buffer read;
    Read(planned.text.substr(a_begin, a.size()), planned.text.substr(b_begin, b.size()), recorder,
         read);
    switch (outcome) {
      case LinePlans::Outcome::kWritten:
        return line.view() == read.view() ? "by plan" : "";
      case LinePlans::Outcome::kUnplanned:
        return "read";
      case LinePlans::Outcome::kUnknown:
        break;
    }
    plans_.Learn(planned, recorder, read.view(), written);
    return "learned";
  }

  bool gives_up = false;

 private:
  void Read(std::string_view a, std::string_view b, PlanRecorder& recorder, Buffer& line) {
    scratch_.Clear();
    scratch_.Reserve(1024);
    line.Reserve(4096);
    const Token b_token = Token::OfRecord(b);
    if (gives_up) recorder.GiveUp();
    recorder.Revealed(Token::OfRecord(a));
    if (a == "secret") {
      char* const begin = scratch_.Reserve(b.size());
      char* const end = WriteBackwards(b, {}, {}, begin);
      scratch_.Commit(end);
      const std::string_view made(begin, b.size());
      recorder.Derived(&WriteBackwards, b_token, {}, {}, made);
      line.Append("secret ");
      Copy(made, recorder, line);
      return;
    }
    const std::int64_t is_long = AskIsLong(b, {}, {});
    recorder.Asked(&AskIsLong, b_token, {}, {}, is_long);
    line.Append("[");
    Copy(a, recorder, line);
    line.Append("] ");
    Copy(b, recorder, line);
    if (is_long != 0) line.Append(", which is long");
  }

  static void Copy(std::string_view text, PlanRecorder& recorder, Buffer& line) {
    recorder.Copied(line.view().data() + line.size(), text);
    line.Append(text);
  }

  const std::uint32_t kind_;
  LeafSegments segments_;
  LinePlans plans_;
  Buffer scratch_;
};

TEST(LinePlans, LearnsFromTheSecondRecordOfAKind) {
  Lines lines;
  EXPECT_EQ(lines.Write("x", "1"), "read");
  EXPECT_EQ(lines.Write("x", "2"), "learned");
  EXPECT_EQ(lines.Write("x", "345"), "by plan");
  EXPECT_EQ(lines.Write("x", "3"), "by plan");
}

TEST(LinePlans, LearnsEachAnswerAndEachWordThatIsNew) {
  Lines lines(3);
  lines.Write("x", "1");
  EXPECT_EQ(lines.Write("x", "1"), "learned");
  EXPECT_EQ(lines.Write("x", "long enough"), "learned");
  EXPECT_EQ(lines.Write("x", "as long as that"), "by plan");
  EXPECT_EQ(lines.Write("y", "1"), "learned");
  EXPECT_EQ(lines.Write("y", "long enough"), "learned");
  EXPECT_EQ(lines.Write("y", "2"), "by plan");
  EXPECT_EQ(lines.Write("x", "2"), "by plan");
}

TEST(LinePlans, MakesTextsThatAreMadeOfLeavesAnew) {
  Lines lines;
  lines.Write("secret", "1");
  EXPECT_EQ(lines.Write("secret", "stressed"), "learned");
  EXPECT_EQ(lines.Write("secret", "drawer"), "by plan");
}

TEST(LinePlans, ReadsRecordsOfWhichTheWayCannotBePlanned) {
  Lines lines;
  lines.Write("x", "1");
  lines.gives_up = true;
  EXPECT_EQ(lines.Write("x", "1"), "learned") << "that there is no plan";
  EXPECT_EQ(lines.Write("x", "1"), "read");
}

TEST(LinePlans, RemembersNoMoreThanAFewAnswersToAQuestion) {
  Lines lines;
  lines.Write("x", "1");
  int learned = 0;
  while (lines.Write(absl::StrCat("word ", learned), "1") == "learned") {
    ASSERT_LT(++learned, 1'000);
  }
  EXPECT_GT(learned, 10);
  EXPECT_EQ(lines.Write("another", "1"), "read");
  EXPECT_EQ(lines.Write("word 1", "2"), "by plan");
}

TEST(OriginOf, TellsALeafFromAPartOfOneAndFromWhatIsNoView) {
  const std::string record = R"({"a":"text"})";
  const LeafSpan leaf = {6, 10};
  const std::string_view view = record;
  EXPECT_EQ(OriginOf(view.substr(6, 4), view, {&leaf, 1}).kind, TextOrigin::Kind::kRecord);
  EXPECT_EQ(OriginOf(view.substr(5, 6), view, {&leaf, 1}).range.before, 1);
  EXPECT_EQ(OriginOf(view.substr(7, 2), view, {&leaf, 1}).kind, TextOrigin::Kind::kUnknown);
  EXPECT_EQ(OriginOf(view.substr(1, 3), view, {&leaf, 1}).kind, TextOrigin::Kind::kLiteral);
  EXPECT_EQ(OriginOf("text", view, {&leaf, 1}).kind, TextOrigin::Kind::kLiteral);
  EXPECT_EQ(OriginOf("", view, {&leaf, 1}).kind, TextOrigin::Kind::kAbsent);
}

}  // namespace
}  // namespace cce
