#include "cce/engine/shared_page.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_service.h"

namespace cce {
namespace {

class CountingFormat : public FakeFormat {
 public:
  void Write(const Event& event, const Mark& mark, Buffer& out) const override {
    ++written;
    FakeFormat::Write(event, mark, out);
  }
  mutable int written = 0;
};

class SharedPageTest : public testing::Test {
 protected:
  SharedPageTest() {
    HttpResponse response;
    response.status = 200;
    response.body.Append("e0 0\ne1 1\ne2 2\ne3 3\n");
    absl::StatusOr<Answer> answer = FakeSource().Read("0/0", 10, std::move(response));
    page_ = std::make_unique<SharedPage>(answer->page);
  }

  std::unique_ptr<SharedPage> page_;
  CountingFormat format_;
  Event scratch_;
};

TEST_F(SharedPageTest, WritesEachEventOncePerFormat) {
  EXPECT_EQ(page_->Render({1, 2}, format_, Mark(), scratch_),
            (std::vector<std::string_view>{"e1", "e2"}));
  EXPECT_EQ(page_->Render({0, 1, 2, 3}, format_, Mark(), scratch_),
            (std::vector<std::string_view>{"e0", "e1", "e2", "e3"}));
  EXPECT_EQ(format_.written, 4);
}

TEST_F(SharedPageTest, WritesALateEventApart) {
  page_->Render({0}, format_, Mark(), scratch_);
  page_->Render({0}, format_, Mark{.late = true}, scratch_);
  EXPECT_EQ(format_.written, 2);
}

TEST_F(SharedPageTest, KeepsLinesWhereTheyAreWhenMoreAreWritten) {
  const std::string_view first = page_->Render({3}, format_, Mark(), scratch_)[0];
  const char* const place = first.data();
  page_->Render({0, 1, 2}, format_, Mark(), scratch_);
  EXPECT_EQ(page_->Render({3}, format_, Mark(), scratch_)[0].data(), place);
  EXPECT_EQ(first, "e3");
}

TEST_F(SharedPageTest, EndsEachLineInMemory) {
  for (const std::string_view line : page_->Render({0, 1, 2, 3}, format_, Mark(), scratch_)) {
    EXPECT_EQ(line.data()[line.size()], '\n');
  }
}

TEST_F(SharedPageTest, KnowsTheServiceOfWhatItHasWritten) {
  page_->Render({1}, format_, Mark(), scratch_);
  EXPECT_EQ(page_->ServiceOf(1), "fake");
  EXPECT_EQ(page_->ServiceOf(0), "");
}

TEST(Words, AreKeptOnceAndStayWhereTheyAre) {
  Words words;
  words.Put(3, "sso", 1'000'000);
  const std::string_view first = words.Of(3);
  for (std::uint32_t i = 4; i < 5'000; ++i) words.Put(i, absl::StrCat("made up ", i), 1'000'000);
  words.Put(9'000, "sso", 1'000'000);
  words.Put(9'001, "", 1'000'000);
  EXPECT_EQ(words.Of(9'000).data(), first.data());
  EXPECT_EQ(words.Of(9'001), "");
  EXPECT_EQ(words.Of(5), "made up 5");
  EXPECT_EQ(words.Of(4'999), "") << "too many";
}

TEST_F(SharedPageTest, KnowsTheSeverityOfWhatItHasWritten) {
  HttpResponse response;
  response.status = 200;
  response.body.Append("sso/3/a 0\nsso/99/b 1\nsso/4/c 2\n");
  SharedPage page(FakeSource().Read("0/0", 10, std::move(response))->page);
  page.Render({0, 1}, format_, Mark(), scratch_);
  EXPECT_EQ(page.SeverityOf(0), 3);
  EXPECT_EQ(page.SeverityOf(1), 99);
  EXPECT_EQ(page.SeverityOf(2), 0);
}

TEST_F(SharedPageTest, KnowsHowMuchOfAnEventWasUnderstood) {
  HttpResponse response;
  response.status = 200;
  response.body.Append("e0 0\n?1 1\n!2 2\n");
  SharedPage page(FakeSource().Read("0/0", 10, std::move(response))->page);
  page.Render({0, 1, 2}, format_, Mark(), scratch_);
  EXPECT_EQ(page.UnderstoodOf(0), Understood::kAll);
  EXPECT_EQ(page.UnderstoodOf(1), Understood::kPartly);
  EXPECT_EQ(page.UnderstoodOf(2), Understood::kNothing);
}

TEST_F(SharedPageTest, CountsTheLinesItHolds) {
  const std::size_t before = page_->MemoryUse();
  page_->Render({0, 1, 2, 3}, format_, Mark(), scratch_);
  EXPECT_GE(page_->MemoryUse(), before + 12);
}

TEST_F(SharedPageTest, ChargesEveryHolderForWhatAnyOfThemMakesOfIt) {
  Budget budget(1 << 20);
  const auto room = [&] {
    return std::make_shared<Reservation>(*budget.TryReserve(1, Urgency::kLive));
  };
  const auto first = room();
  auto second = room();
  page_->ChargeTo(first);
  page_->ChargeTo(second);
  EXPECT_EQ(budget.used(), 2 * page_->MemoryUse());
  page_->Render({0, 1, 2, 3}, format_, Mark(), scratch_);
  EXPECT_EQ(first->amount(), page_->MemoryUse());
  EXPECT_EQ(second->amount(), page_->MemoryUse());
  second.reset();
  page_->Render({0, 1, 2, 3}, format_, Mark{.late = true}, scratch_);
  EXPECT_EQ(budget.used(), page_->MemoryUse());
}

}  // namespace
}  // namespace cce
