#include "outputs/syslog/relp.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cce/api/text.h"

namespace cce::syslog {
namespace {

constexpr std::size_t kMostDigits = 9;
constexpr std::size_t kMostCommand = 32;

absl::Status NotRelp(std::string_view what) {
  return absl::UnavailableError(
      absl::StrCat("the answer is not RELP: ", std::string(what), "; is it a RELP receiver?"));
}

bool IsNumber(std::string_view word) {
  return !word.empty() && word.size() <= kMostDigits &&
         std::all_of(word.begin(), word.end(),
                     [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); });
}

std::uint32_t ToNumber(std::string_view digits) {
  std::uint32_t number = 0;
  for (const char c : digits) number = number * 10 + static_cast<std::uint32_t>(c - '0');
  return number;
}

}  // namespace

void AppendRelpFrame(std::uint32_t number, std::string_view command, std::string_view data,
                     std::string_view more_data, Buffer& out) {
  const std::size_t size = data.size() + more_data.size();
  const absl::AlphaNum number_text(number);
  const absl::AlphaNum size_text(size);
  out.Append(FromAbseil(number_text.Piece()));
  out.Append(' ');
  out.Append(command);
  out.Append(' ');
  out.Append(FromAbseil(size_text.Piece()));
  if (size > 0) {
    out.Append(' ');
    out.Append(data);
    out.Append(more_data);
  }
  out.Append('\n');
}

absl::StatusOr<std::optional<RelpFrame>> RelpReader::Next() {
  const std::string_view bytes = bytes_;
  std::size_t at = 0;
  // A word ends at a space, the last of a frame without data at its line end.
  const auto word = [&](std::size_t limit) -> absl::StatusOr<std::optional<std::string_view>> {
    const std::size_t end = bytes.find_first_of(" \n", at);
    if (std::min(end, bytes.size()) - at > limit) return NotRelp("a word is too long");
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view found = bytes.substr(at, end - at);
    at = end;
    return found;
  };
  if (!bytes.empty() && !IsNumber(bytes.substr(0, 1))) return NotRelp("no number at its beginning");
  const auto number = word(kMostDigits);
  if (!number.ok()) return number.status();
  if (!*number) return std::nullopt;
  if (!IsNumber(**number) || bytes[at++] != ' ') return NotRelp("no number at its beginning");
  const auto command = word(kMostCommand);
  if (!command.ok()) return command.status();
  if (!*command) return std::nullopt;
  if ((*command)->empty() || bytes[at++] != ' ') return NotRelp("no command");
  const auto length = word(kMostDigits);
  if (!length.ok()) return length.status();
  if (!*length) return std::nullopt;
  if (!IsNumber(**length)) return NotRelp("no length");
  const std::size_t size = ToNumber(**length);
  if (size > kMostData) return NotRelp("a frame is too long");
  if (bytes[at] == ' ') {
    ++at;
  } else if (size > 0) {
    return NotRelp("no data");
  }
  if (bytes.size() < at + size + 1) return std::nullopt;
  if (bytes[at + size] != '\n') return NotRelp("no line end behind a frame");
  RelpFrame frame{ToNumber(**number), std::string(**command), std::string(bytes.substr(at, size))};
  bytes_.erase(0, at + size + 1);
  return frame;
}

absl::StatusOr<RelpAnswer> ReadRelpAnswer(std::string_view data) {
  constexpr std::size_t kCode = 3;
  const std::string_view code = data.substr(0, kCode);
  const std::string_view rest = data.substr(code.size());
  const bool ends = rest.empty() || rest.front() == ' ' || rest.front() == '\n';
  if (code.size() != kCode || !IsNumber(code) || !ends) return NotRelp("an answer without a code");
  const absl::string_view line =
      absl::StripAsciiWhitespace(ForAbseil(rest.substr(0, rest.find('\n'))));
  return RelpAnswer{static_cast<int>(ToNumber(code)), std::string(line)};
}

std::string RelpOffers(std::string_view software) {
  return absl::StrCat("relp_version=0\nrelp_software=", std::string(software), "\ncommands=syslog");
}

absl::Status CheckRelpGreeting(const RelpFrame& frame) {
  if (frame.number != 1 || frame.command != "rsp") return NotRelp("no answer to open");
  const absl::StatusOr<RelpAnswer> answer = ReadRelpAnswer(frame.data);
  if (!answer.ok()) return answer.status();
  if (answer->code != 200) {
    return absl::UnavailableError(
        absl::StrCat("the receiver refuses the session: ", answer->code, " ", answer->text));
  }
  for (const absl::string_view line : absl::StrSplit(frame.data, '\n')) {
    if (!absl::StartsWith(line, "commands=")) continue;
    const std::vector<absl::string_view> commands = absl::StrSplit(line.substr(9), ',');
    if (std::find(commands.begin(), commands.end(), "syslog") == commands.end()) {
      return absl::UnavailableError("the receiver takes no messages in this session");
    }
  }
  return absl::OkStatus();
}

}  // namespace cce::syslog
