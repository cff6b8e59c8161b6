#include "cce/system/environment_crash_points.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>

namespace cce {
namespace {

TEST(EnvironmentCrashPoints, PassesEveryPointWhenNoneIsArmed) {
  EnvironmentCrashPoints points("");
  points.Pass("file.after_sync");
  points.Pass("");
}

TEST(EnvironmentCrashPoints, PassesThePointsThatAreNotArmed) {
  EnvironmentCrashPoints points("file.after_sync");
  points.Pass("file.after_sync2");
  points.Pass("file");
}

TEST(EnvironmentCrashPoints, IgnoresACountThatIsNone) {
  for (const char* setting : {"here:", "here:x", "here:0", "here:-1", ":", ":1"}) {
    EnvironmentCrashPoints points(setting);
    points.Pass("here");
    points.Pass("");
  }
}

TEST(EnvironmentCrashPointsDeathTest, DiesBySigkillAtTheArmedPoint) {
  EnvironmentCrashPoints points("file.after_sync");
  EXPECT_EXIT(points.Pass("file.after_sync"), testing::KilledBySignal(SIGKILL), "");
}

TEST(EnvironmentCrashPointsDeathTest, DiesAtTheNthPass) {
  EnvironmentCrashPoints points("here:3");
  points.Pass("here");
  points.Pass("here");
  EXPECT_EXIT(points.Pass("here"), testing::KilledBySignal(SIGKILL), "");
}

TEST(EnvironmentCrashPointsDeathTest, IsArmedByTheEnvironment) {
  ::setenv("CCE_CRASH_AT", "here:1", 1);
  EnvironmentCrashPoints points;
  ::unsetenv("CCE_CRASH_AT");
  EXPECT_EXIT(points.Pass("here"), testing::KilledBySignal(SIGKILL), "");
  EnvironmentCrashPoints unarmed;
  unarmed.Pass("here");
}

}  // namespace
}  // namespace cce
