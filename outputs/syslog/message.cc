#include "outputs/syslog/message.h"

#include <array>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "outputs/syslog/cutting.h"

namespace cce::syslog {
namespace {

// By OCSF's severity_id; RFC 5424 section 6.2.1.
int SeverityOf(int severity_id) {
  constexpr std::array kSeverities = {5, 6, 5, 4, 3, 2, 1};
  constexpr int kNotice = 5;
  const auto index = static_cast<std::size_t>(severity_id);
  return index < kSeverities.size() ? kSeverities[index] : kNotice;
}

void PutDigits(std::string& out, std::uint64_t value, std::size_t width) {
  const std::size_t begin = out.size();
  out.resize(begin + width);
  for (std::size_t i = begin + width; i-- > begin; value /= 10) {
    out[i] = static_cast<char>('0' + value % 10);
  }
}

constexpr std::int64_t kDayNs = 86'400'000'000'000;

struct Instant {
  explicit Instant(std::int64_t time_ns)
      : date(std::chrono::sys_days(
            std::chrono::days(time_ns / kDayNs - (time_ns % kDayNs < 0 ? 1 : 0)))),
        time(std::chrono::floor<std::chrono::microseconds>(
            std::chrono::nanoseconds((time_ns % kDayNs + kDayNs) % kDayNs))) {}

  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::microseconds> time;
};

void PutTimeOfDay(std::string& out, const Instant& instant) {
  PutDigits(out, static_cast<std::uint64_t>(instant.time.hours().count()), 2);
  out += ':';
  PutDigits(out, static_cast<std::uint64_t>(instant.time.minutes().count()), 2);
  out += ':';
  PutDigits(out, static_cast<std::uint64_t>(instant.time.seconds().count()), 2);
}

// "2026-07-01T12:00:00.123456Z"; RFC 5424 section 6.2.3 has at most six digits.
void PutTimestamp(std::string& out, const Instant& instant) {
  PutDigits(out, static_cast<std::uint64_t>(static_cast<int>(instant.date.year())), 4);
  out += '-';
  PutDigits(out, static_cast<unsigned>(instant.date.month()), 2);
  out += '-';
  PutDigits(out, static_cast<unsigned>(instant.date.day()), 2);
  out += 'T';
  PutTimeOfDay(out, instant);
  out += '.';
  PutDigits(out, static_cast<std::uint64_t>(instant.time.subseconds().count()), 6);
  out += 'Z';
}

// "Jul  1 12:00:00"; RFC 3164 section 4.1.2.
void PutOldTimestamp(std::string& out, const Instant& instant) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  out += kMonths.substr(3 * (static_cast<unsigned>(instant.date.month()) - 1), 3);
  const auto day = static_cast<unsigned>(instant.date.day());
  out += day < 10 ? "  " : " ";
  PutDigits(out, day, day < 10 ? 1 : 2);
  out += ' ';
  PutTimeOfDay(out, instant);
}

// http://www.isthe.com/chongo/tech/comp/fnv/
std::uint32_t Fnv1a(std::string_view text) {
  std::uint32_t hash = 2'166'136'261;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619;
  return hash;
}

// RFC 5424 section 6.3.3. Control characters, which it allows, end a message where frames are
// lines.
void PutParameter(std::string& out, std::string_view value) {
  for (const char c : value) {
    if (c == '"' || c == '\\' || c == ']') out += '\\';
    out += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? ' ' : c;
  }
}

std::string BehindTime(const SyslogOptions& options, const std::string& format, int process_id) {
  if (!options.rfc3164) {
    return absl::StrCat(" ", options.host_name, " ", options.app_name, " ", process_id, " ");
  }
  const bool names_itself = format == "cef" || format == "leef";
  return absl::StrCat(" ", options.host_name, " ",
                      names_itself ? "" : absl::StrCat(options.app_name, "[", process_id, "]: "));
}

}  // namespace

MessageWriter::MessageWriter(const SyslogOptions& options, std::string_view format, int process_id,
                             Log& log)
    : log_(log),
      output_(options.name),
      rfc3164_(options.rfc3164),
      facility_(options.facility),
      max_message_(options.max_message),
      format_(format),
      behind_time_(BehindTime(options, format_, process_id)),
      data_id_(options.structured_data ? absl::StrCat("[cce@", options.enterprise, " id=\"") : "") {
}

Message MessageWriter::Write(const BatchEvent& event, std::string_view organisation) {
  header_.assign("<");
  const int priority = facility_ * 8 + SeverityOf(event.severity_id);
  PutDigits(header_, static_cast<std::uint64_t>(priority),
            priority < 10    ? 1
            : priority < 100 ? 2
                             : 3);
  header_ += '>';
  const Instant instant(event.time_ns);
  if (rfc3164_) {
    PutOldTimestamp(header_, instant);
  } else {
    header_ += "1 ";
    PutTimestamp(header_, instant);
  }
  header_ += behind_time_;
  if (!rfc3164_) {
    PutType(event.type);
    header_ += ' ';
    PutData(event, organisation);
    header_ += ' ';
  }
  if (header_.size() + event.bytes.size() <= max_message_) return {header_, event.bytes};
  return {header_, Cut(event.bytes, max_message_ - header_.size())};
}

void MessageWriter::PutType(std::string_view type) {
  constexpr std::size_t kMost = 32;  // RFC 5424 section 6
  constexpr std::size_t kKept = 23;
  const auto put = [this](std::string_view text) {
    for (const char c : text) header_ += c > ' ' && c <= '~' ? c : '_';
  };
  if (type.empty()) {
    header_ += '-';
  } else if (type.size() <= kMost) {
    put(type);
  } else {
    put(type.substr(0, kKept));
    header_ += '-';
    absl::StrAppend(&header_, absl::Hex(Fnv1a(type), absl::kZeroPad8));
  }
}

void MessageWriter::PutData(const BatchEvent& event, std::string_view organisation) {
  if (data_id_.empty()) {
    header_ += '-';
    return;
  }
  header_ += data_id_;
  std::array<char, 36> id;
  WriteText(event.identity, id.data());
  header_.append(id.data(), id.size());
  header_ += '"';
  for (const auto& [name, value] :
       {std::pair(" service=\"", event.service), {" org=\"", organisation}}) {
    const std::size_t before = header_.size();
    if (value.empty()) continue;
    header_ += name;
    PutParameter(header_, value);
    header_ += '"';
    if (header_.size() > max_message_ / 2) header_.resize(before);
  }
  header_ += ']';
}

std::string_view MessageWriter::Cut(std::string_view line, std::size_t limit) {
  if (!std::exchange(has_cut_, true)) {
    log_.Warning("events that do not fit into a message are cut",
                 {{"output", output_}, {"max_message", max_message_}, {"first", line.size()}});
  }
  text_ = syslog::Cut(format_, line, limit);
  return text_;
}

}  // namespace cce::syslog
