#include "parsers/jumpcloud/event_time.h"

#include <cstring>

namespace cce::jumpcloud {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;

// Days from 1970-01-01 in the proleptic Gregorian calendar: a year that begins in March puts the
// leap day last, which makes the months' lengths linear.
constexpr std::int64_t DaysFromCivil(int year, int month, int day) {
  const int y = month <= 2 ? year - 1 : year;
  const int era = y / 400;
  const int year_of_era = y - era * 400;
  const int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return std::int64_t{era} * 146'097 + day_of_era - 719'468;
}
static_assert(DaysFromCivil(1970, 1, 1) == 0);
static_assert(DaysFromCivil(2000, 3, 1) == 11'017);

constexpr int kDaysInMonth[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

int DaysIn(int year, int month) {
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : kDaysInMonth[month - 1];
}

// Reads `count` digits at `at`; false if there are none so many.
bool Digits(const char* at, int count, int* value) {
  int read = 0;
  for (int i = 0; i < count; ++i) {
    if (at[i] < '0' || at[i] > '9') return false;
    read = read * 10 + (at[i] - '0');
  }
  *value = read;
  return true;
}

void PutDigits(std::int64_t value, int count, char* out) {
  for (int i = count - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

}  // namespace

std::optional<ParsedTime> ParseTime(std::string_view text) {
  constexpr std::size_t kShortest = sizeof("2026-07-06T08:15:45Z") - 1;
  if (text.size() < kShortest) return std::nullopt;
  const char* const at = text.data();
  // All digits are looked at together: a text that is no time is rare.
  unsigned not_digit = 0;
  const auto two_digits = [&](std::size_t i) {
    const unsigned tens = static_cast<unsigned char>(at[i]) - unsigned{'0'};
    const unsigned ones = static_cast<unsigned char>(at[i + 1]) - unsigned{'0'};
    not_digit |= unsigned{tens > 9} | unsigned{ones > 9};
    return static_cast<int>(tens * 10 + ones);
  };
  const int year = two_digits(0) * 100 + two_digits(2);
  const int month = two_digits(5);
  const int day = two_digits(8);
  const int hour = two_digits(11);
  const int minute = two_digits(14);
  const int second = two_digits(17);
  if (not_digit != 0 || at[4] != '-' || at[7] != '-' || at[13] != ':' || at[16] != ':') {
    return std::nullopt;
  }
  if (at[10] != 'T' && at[10] != 't' && at[10] != ' ') return std::nullopt;
  if (year < 1678 || year > 2261 || month < 1 || month > 12 || day < 1 ||
      day > DaysIn(year, month) || hour > 23 || minute > 59 || second > 60) {
    return std::nullopt;
  }
  ParsedTime time;
  std::size_t i = 19;
  std::int64_t fraction = 0;
  std::size_t digits = 0;
  if (at[i] == '.') {
    ++i;
    for (; i < text.size() && at[i] >= '0' && at[i] <= '9'; ++i, ++digits) {
      if (digits < 9) fraction = fraction * 10 + (at[i] - '0');
    }
    if (digits == 0 || i == text.size()) return std::nullopt;
    constexpr std::int64_t kScale[] = {0,      100'000'000, 10'000'000, 1'000'000, 100'000,
                                       10'000, 1'000,       100,        10,        1};
    fraction *= kScale[digits < 9 ? digits : 9];
    time.has_fraction = true;
  }
  const std::string_view zone = text.substr(i);
  if (zone == "Z") {
    time.canonical = digits <= 9 && at[10] == 'T' && second < 60;
  } else if (zone != "z") {
    int hours, minutes;
    if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') ||
        !Digits(zone.data() + 1, 2, &hours) || zone[3] != ':' ||
        !Digits(zone.data() + 4, 2, &minutes) || hours > 23 || minutes > 59) {
      return std::nullopt;
    }
    time.offset_minutes = (hours * 60 + minutes) * (zone[0] == '-' ? -1 : 1);
  }
  const std::int64_t seconds = DaysFromCivil(year, month, day) * kSecondsPerDay + hour * 3600 +
                               minute * 60 + second - std::int64_t{time.offset_minutes} * 60;
  time.ns = seconds * kNsPerSecond + fraction;
  return time;
}

EventTime ChooseTime(std::string_view timestamp, std::string_view server,
                     std::string_view transformation) {
  const std::optional<ParsedTime> own = ParseTime(timestamp);
  if (own && (own->has_fraction || server.empty())) {
    return {TimeSource::kTimestamp, own->ns, own->canonical ? timestamp : std::string_view()};
  }
  const std::optional<ParsedTime> servers = ParseTime(server);
  if (own && !(servers && servers->ns >= own->ns && servers->ns - own->ns < kNsPerSecond)) {
    return {TimeSource::kTimestamp, own->ns, own->canonical ? timestamp : std::string_view()};
  }
  if (servers) {
    return {own ? TimeSource::kTimestamp : TimeSource::kServer, servers->ns,
            servers->canonical ? server : std::string_view()};
  }
  if (const std::optional<ParsedTime> last = ParseTime(transformation)) {
    return {TimeSource::kTransformation, last->ns,
            last->canonical ? transformation : std::string_view()};
  }
  return {};
}

std::size_t WriteTime(std::int64_t ns, char* out) {
  std::int64_t seconds = ns / kNsPerSecond;
  std::int64_t fraction = ns % kNsPerSecond;
  if (fraction < 0) {
    fraction += kNsPerSecond;
    --seconds;
  }
  std::int64_t days = seconds / kSecondsPerDay;
  std::int64_t of_day = seconds % kSecondsPerDay;
  if (of_day < 0) {
    of_day += kSecondsPerDay;
    --days;
  }
  // DaysFromCivil backwards.
  const std::int64_t shifted = days + 719'468;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
  const std::int64_t day_of_era = shifted - era * 146'097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const std::int64_t day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  const std::int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);

  std::memcpy(out, "0000-00-00T00:00:00", 19);
  PutDigits(year, 4, out);
  PutDigits(month, 2, out + 5);
  PutDigits(day, 2, out + 8);
  PutDigits(of_day / 3600, 2, out + 11);
  PutDigits(of_day / 60 % 60, 2, out + 14);
  PutDigits(of_day % 60, 2, out + 17);
  std::size_t size = 19;
  if (fraction != 0) {
    int digits = 9;
    while (digits > 3 && fraction % 1000 == 0) {
      fraction /= 1000;
      digits -= 3;
    }
    out[size++] = '.';
    PutDigits(fraction, digits, out + size);
    size += static_cast<std::size_t>(digits);
  }
  out[size++] = 'Z';
  return size;
}

}  // namespace cce::jumpcloud
