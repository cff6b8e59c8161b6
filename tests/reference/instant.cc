#include "tests/reference/instant.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <regex>

namespace cce::reference {
namespace {

constexpr std::int64_t kGiga = 1'000'000'000;

std::int64_t FloorDivide(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

}  // namespace

std::int64_t Instant::Nanoseconds() const {
  std::string digits = fraction;
  digits.resize(9, '0');
  return second * kGiga + std::atoll(digits.c_str());
}

std::int64_t Instant::Milliseconds() const { return FloorDivide(Nanoseconds(), 1'000'000); }

std::string Instant::Text() const {
  using namespace std::chrono;
  const sys_seconds time{seconds(second)};
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return std::string(text) + (fraction.empty() ? "" : "." + fraction) + "Z";
}

std::optional<Instant> ParseInstant(const std::string& text) {
  using namespace std::chrono;
  static const std::regex rfc3339(
      R"((\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d)))");
  std::smatch part;
  if (text.size() > 64 || !std::regex_match(text, part, rfc3339)) return std::nullopt;
  const auto number = [&part](std::size_t i) { return std::atoi(part[i].str().c_str()); };
  const year_month_day date(year(number(1)), month(static_cast<unsigned>(number(2))),
                            day(static_cast<unsigned>(number(3))));
  if (!date.ok() || number(4) > 23 || number(5) > 59 || number(6) > 59) return std::nullopt;
  if (number(9) > 23 || number(10) > 59) return std::nullopt;
  Instant instant;
  instant.offset_minutes = (number(9) * 60 + number(10)) * (part[8] == "-" ? -1 : 1);
  const std::int64_t days_of = sys_days(date).time_since_epoch().count();
  instant.second = days_of * 86'400 + number(4) * 3600 + number(5) * 60 + number(6) -
                   instant.offset_minutes * 60;
  instant.fraction = part[7].str().substr(0, 9);
  // What is written anew has no zeros at its end.
  if (instant.Text() != text) {
    while (instant.fraction.ends_with('0')) instant.fraction.pop_back();
  }
  constexpr std::int64_t kMostSeconds = INT64_MAX / kGiga;
  if (instant.second >= kMostSeconds || instant.second <= -kMostSeconds) return std::nullopt;
  return instant;
}

Instant InstantOf(std::int64_t nanoseconds) {
  Instant instant;
  instant.second = FloorDivide(nanoseconds, kGiga);
  const std::int64_t rest = nanoseconds - instant.second * kGiga;
  if (rest != 0) {
    char digits[16];
    std::snprintf(digits, sizeof digits, "%09lld", static_cast<long long>(rest));
    instant.fraction = digits;
  }
  return instant;
}

}  // namespace cce::reference
