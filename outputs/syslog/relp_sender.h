// Messages over RELP, where the receiver acknowledges each.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "cce/api/buffer.h"
#include "cce/api/identity.h"
#include "outputs/syslog/relp.h"
#include "outputs/syslog/stream_sender.h"

namespace cce::syslog {

// At most options.window messages are unacknowledged, and as many of each feed are not yet
// committed. A message that the receiver refuses ends its batch and no other, once those behind it
// are answered; one that it refuses again and again, while it takes others, is passed over.
class RelpSender final : public StreamSender {
 public:
  using StreamSender::StreamSender;

 private:
  struct InFlight {
    std::shared_ptr<Sending> sending;
    std::size_t index = 0;  // of its event
    std::optional<RelpAnswer> answer;
  };

  Task<absl::Status> Greet(std::shared_ptr<Stream> stream) override;
  std::string_view Next() override;
  void Wrote(Stream& stream) override;
  absl::Status Received(std::string_view bytes) override;
  Task<> Follow(std::shared_ptr<Stream> stream) override;
  void Rewind() override;
  void Forget() override;
  Task<> TakeLeave(std::shared_ptr<Stream> stream) override;

  struct Refusals {
    int times = 0;
    std::uint64_t taken = 0;  // taken_ at the last
  };

  // True if it is not to be tried any more.
  bool IsGivenUp(const Identity& refused);
  absl::Status TakeAnswer(const RelpFrame& frame);
  void TakeNote();
  void TakeNoteOf(const InFlight& answered);
  void EndRefused(Sending& sending);

  Buffer out_;
  RelpReader reader_;
  std::deque<InFlight> in_flight_;  // unanswered, and answered behind an unanswered one
  std::uint32_t number_ = 1;        // of the frame that was sent last
  std::uint64_t answers_ = 0;
  std::uint64_t taken_ = 0;  // messages that a receiver has
  absl::flat_hash_map<Identity, Refusals> refusals_;
  bool leaving_ = false;
};

}  // namespace cce::syslog
