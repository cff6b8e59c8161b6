#include "tests/simulator/timestamp.h"

#include <charconv>

#include "absl/strings/ascii.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace cce::simulator {
namespace {

// Writes `value` with leading zeros.
void AppendDigits(std::int64_t value, int digits, std::string& out) {
  char text[20];
  for (int i = digits - 1; i >= 0; --i) {
    text[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  out.append(text, static_cast<std::size_t>(digits));
}

// Takes exactly `digits` digits off the front of `text`.
bool TakeNumber(std::string_view& text, std::size_t digits, int& value) {
  if (text.size() < digits) return false;
  value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(text[i]))) return false;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return true;
}

bool TakeCharacter(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::int64_t Truncate(std::int64_t time, Fraction fraction) {
  std::int64_t unit = 1;
  switch (fraction) {
    case Fraction::kNone:
      unit = kNanosecondsPerSecond;
      break;
    case Fraction::kMilliseconds:
    case Fraction::kMillisecondsCut:
      unit = kNanosecondsPerMillisecond;
      break;
    case Fraction::kNanosecondsCut:
      break;
  }
  const std::int64_t rest = time % unit;
  return time - (rest < 0 ? rest + unit : rest);
}

void AppendTimestamp(std::int64_t time, Fraction fraction, std::string& out) {
  const std::int64_t second_start = Truncate(time, Fraction::kNone);
  const absl::CivilSecond civil =
      absl::ToCivilSecond(absl::FromUnixNanos(second_start), absl::UTCTimeZone());
  AppendDigits(civil.year(), 4, out);
  out += '-';
  AppendDigits(civil.month(), 2, out);
  out += '-';
  AppendDigits(civil.day(), 2, out);
  out += 'T';
  AppendDigits(civil.hour(), 2, out);
  out += ':';
  AppendDigits(civil.minute(), 2, out);
  out += ':';
  AppendDigits(civil.second(), 2, out);
  std::int64_t rest = time - second_start;
  int digits = 9;
  switch (fraction) {
    case Fraction::kNone:
      digits = 0;
      break;
    case Fraction::kMilliseconds:
      rest /= kNanosecondsPerMillisecond;
      digits = 3;
      break;
    case Fraction::kMillisecondsCut:
    case Fraction::kNanosecondsCut:
      if (rest == 0) digits = 0;
      while (digits > 0 && rest % 10 == 0) {
        rest /= 10;
        --digits;
      }
      break;
  }
  if (digits > 0) {
    out += '.';
    AppendDigits(rest, digits, out);
  }
  out += 'Z';
}

std::optional<std::int64_t> ParseTimestamp(std::string_view text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  const bool shaped =
      TakeNumber(text, 4, year) && TakeCharacter(text, '-') && TakeNumber(text, 2, month) &&
      TakeCharacter(text, '-') && TakeNumber(text, 2, day) && TakeCharacter(text, 'T') &&
      TakeNumber(text, 2, hour) && TakeCharacter(text, ':') && TakeNumber(text, 2, minute) &&
      TakeCharacter(text, ':') && TakeNumber(text, 2, second);
  if (!shaped || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const absl::CivilDay date(year, month, day);
  if (date.year() != year || date.month() != month || date.day() != day) return std::nullopt;

  std::int64_t nanoseconds = 0;
  if (TakeCharacter(text, '.')) {
    std::size_t digits = 0;
    while (digits < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[digits]))) {
      if (digits < 9) nanoseconds = nanoseconds * 10 + (text[digits] - '0');
      ++digits;
    }
    if (digits == 0) return std::nullopt;
    for (std::size_t i = digits; i < 9; ++i) nanoseconds *= 10;
    text.remove_prefix(digits);
  }

  std::int64_t offset_seconds = 0;
  if (!text.empty() && !TakeCharacter(text, 'Z')) {
    const bool east = text.front() == '+';
    if (!east && text.front() != '-') return std::nullopt;
    text.remove_prefix(1);
    int zone_hour = 0, zone_minute = 0;
    if (!TakeNumber(text, 2, zone_hour) || !TakeCharacter(text, ':') ||
        !TakeNumber(text, 2, zone_minute) || zone_hour > 23 || zone_minute > 59) {
      return std::nullopt;
    }
    offset_seconds = (zone_hour * 60 + zone_minute) * 60;
    if (!east) offset_seconds = -offset_seconds;
  }
  if (!text.empty()) return std::nullopt;

  const absl::CivilSecond civil(year, month, day, hour, minute, second);
  const absl::Time time =
      absl::FromCivil(civil, absl::UTCTimeZone()) - absl::Seconds(offset_seconds);
  // int64 nanoseconds end in 1677 and 2262.
  if (year < 1700 || year > 2250) return std::nullopt;
  return absl::ToUnixNanos(time) + nanoseconds;
}

}  // namespace cce::simulator
