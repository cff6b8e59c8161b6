#include "cce/cli/status_table.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cce {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(StatusTable, ShowsALineADeviceWithCauseAndRemedyWhereSomethingIsToBeDone) {
  const absl::StatusOr<std::string> table = StatusTable(R"({
    "cce": {"cce_id": "c-1", "version": "1.0", "started": "2026-05-28T19:26:40Z"},
    "devices": [
      {"device_name": "acme", "status": "Active", "status_detail": "events arrive", "remedy": null,
       "lag_seconds": 12, "events_last_hour": 600, "events_last_day": 1234,
       "feeds": [{"output": "archive", "status": "Active", "delivered_events": 1234,
                  "filtered_events": 0},
                 {"output": "copy", "status": "Delayed", "delivered_events": 7,
                  "filtered_events": 900}]},
      {"device_name": "bürö", "status": "Authentication failed", "status_detail": "401",
       "remedy": "enter the key again", "lag_seconds": 7300, "events_last_hour": 0,
       "events_last_day": 0, "feeds": []}]})");
  ASSERT_TRUE(table.ok());
  EXPECT_EQ(*table,
            "cce 1.0 c-1 since 2026-05-28T19:26:40Z\n"
            "DEVICE  STATUS                 LAG  LAST HOUR  LAST DAY  DELIVERED TO\n"
            "acme    Active                 12s  600        1234      archive 1234, copy 7 (900 "
            "filtered) "
            "(Delayed)\n"
            "bürö    Authentication failed  2h   0          0         \n"
            "  cause:  401\n"
            "  remedy: enter the key again\n");
}

TEST(StatusTable, SaysThatThereIsNoDevice) {
  const absl::StatusOr<std::string> table = StatusTable(R"({"cce": {}, "devices": []})");
  ASSERT_TRUE(table.ok());
  EXPECT_THAT(*table, HasSubstr("No device runs on this engine.\n"));
}

TEST(StatusTable, ReplacesWhatATerminalWouldObey) {
  const absl::StatusOr<std::string> table = StatusTable(
      R"({"cce": {}, "devices": [{"device_name": "a", "status_detail": "\u001b[2J\r\n",
          "remedy": "x"}]})");
  ASSERT_TRUE(table.ok());
  EXPECT_THAT(*table, HasSubstr("cause:  ?[2J??\n"));
  EXPECT_THAT(*table, Not(HasSubstr("\x1b")));
}

TEST(StatusTable, RefusesWhatIsNotAStatus) {
  for (const char* text : {"", "x", "[]", "{}", R"({"cce": {}, "devices": 5})"}) {
    EXPECT_FALSE(StatusTable(text).ok()) << text;
  }
}

}  // namespace
}  // namespace cce
