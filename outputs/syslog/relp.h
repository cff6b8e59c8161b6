// RELP, the protocol (rsyslog/librelp:doc/relp.html): frames "TXNR SP COMMAND SP DATALEN [SP DATA]
// LF". Pure.
//
// The client numbers its frames from 1 in every session. The server answers each with a frame of
// the same number whose command is "rsp" and whose data begins with a code of three digits: 200
// took it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "cce/api/buffer.h"

namespace cce::syslog {

// The number behind the last is 1.
inline constexpr std::uint32_t kLastRelpNumber = 999'999'999;
constexpr std::uint32_t NextRelpNumber(std::uint32_t number) {
  return number == kLastRelpNumber ? 1 : number + 1;
}
// How many frames before the frame `last` the one was that had `number`, both from 1 on.
constexpr std::uint32_t RelpNumbersBetween(std::uint32_t number, std::uint32_t last) {
  return number <= last ? last - number : last + (kLastRelpNumber - number);
}

// `data` in two parts, of which the second may be empty.
void AppendRelpFrame(std::uint32_t number, std::string_view command, std::string_view data,
                     std::string_view more_data, Buffer& out);

struct RelpFrame {
  std::uint32_t number = 0;
  std::string command;
  std::string data;

  friend bool operator==(const RelpFrame&, const RelpFrame&) = default;
};

// Cuts what a server sends into frames. Thread-compatible.
class RelpReader {
 public:
  // What a server answers is short: a longer frame is none.
  static constexpr std::size_t kMostData = 64 << 10;

  void Append(std::string_view bytes) { bytes_.append(bytes); }

  // nullopt: the next frame is not all there yet. kUnavailable: this is not RELP, and nothing
  // behind it can be understood.
  absl::StatusOr<std::optional<RelpFrame>> Next();

 private:
  std::string bytes_;
};

struct RelpAnswer {
  int code = 0;
  std::string text;  // the rest of the first line
};

// kUnavailable if `data` does not begin as an answer does.
absl::StatusOr<RelpAnswer> ReadRelpAnswer(std::string_view data);

// What the first frame of a session offers.
std::string RelpOffers(std::string_view software);

// kUnavailable if the answer to it does not take "syslog", with what it says.
absl::Status CheckRelpGreeting(const RelpFrame& frame);

}  // namespace cce::syslog
