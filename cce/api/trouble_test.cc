#include "cce/api/trouble.h"

#include "gtest/gtest.h"

namespace cce {
namespace {

TEST(Trouble, TravelsWithTheStatus) {
  const absl::Status status = TroubleError(
      absl::StatusCode::kUnauthenticated, "the key was refused",
      {StatusWord::kAuthenticationFailed, "Enter a valid key.\nThen wait.", absl::Seconds(90)});
  EXPECT_EQ(status.message(), "the key was refused");
  const std::optional<Trouble> trouble = TroubleOf(status);
  ASSERT_TRUE(trouble.has_value());
  EXPECT_EQ(trouble->word, StatusWord::kAuthenticationFailed);
  EXPECT_EQ(trouble->remedy, "Enter a valid key.\nThen wait.");
  EXPECT_EQ(trouble->retry_after, absl::Seconds(90));
  EXPECT_EQ(RemedyOf(status), "Enter a valid key.\nThen wait.");
}

TEST(Trouble, IsAbsentFromAPlainStatus) {
  EXPECT_FALSE(TroubleOf(absl::UnavailableError("no route")).has_value());
  EXPECT_FALSE(TroubleOf(absl::OkStatus()).has_value());
}

TEST(Trouble, RefusalsAreTheCodesThatNeedSomebody) {
  EXPECT_TRUE(IsRefusal(absl::UnauthenticatedError("")));
  EXPECT_TRUE(IsRefusal(absl::PermissionDeniedError("")));
  EXPECT_TRUE(IsRefusal(absl::FailedPreconditionError("")));
  EXPECT_FALSE(IsRefusal(absl::UnavailableError("")));
  EXPECT_FALSE(IsRefusal(absl::ResourceExhaustedError("")));
  EXPECT_FALSE(IsRefusal(absl::OkStatus()));
}

}  // namespace
}  // namespace cce
