#include "outputs/syslog/relp_sender.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cce/api/trouble.h"
#include "outputs/syslog/deadline.h"

namespace cce::syslog {
namespace {

constexpr std::string_view kSoftware = "cce,1";
constexpr int kRefusals = 10;

absl::Status Blocked(std::string_view cause, std::string_view remedy) {
  return TroubleError(absl::StatusCode::kUnavailable, cause,
                      {.word = StatusWord::kOutputBlocked, .remedy = std::string(remedy)});
}

absl::Status Explained(const absl::Status& status) {
  return Blocked(
      std::string(status.message()),
      "Check that a RELP receiver listens at the output's address; for plain syslog take "
      "the transport tcp or tls.");
}

}  // namespace

Task<absl::Status> RelpSender::Greet(std::shared_ptr<Stream> stream) {
  reader_ = RelpReader();
  number_ = 1;
  leaving_ = false;
  Buffer open;
  AppendRelpFrame(number_, "open", RelpOffers(kSoftware), "", open);
  const absl::Status written = co_await stream->Write(open.view());
  if (!written.ok()) co_return written;
  std::string bytes(4096, '\0');
  for (;;) {
    const absl::StatusOr<std::optional<RelpFrame>> frame = reader_.Next();
    if (!frame.ok()) co_return Explained(frame.status());
    if (*frame) {
      const absl::Status agreed = CheckRelpGreeting(**frame);
      co_return agreed.ok() ? agreed : Explained(agreed);
    }
    const absl::StatusOr<std::size_t> size = co_await stream->Read(bytes.data(), bytes.size());
    if (!size.ok()) co_return size.status();
    reader_.Append(std::string_view(bytes).substr(0, *size));
  }
}

std::string_view RelpSender::Next() {
  out_.Clear();
  for (const std::shared_ptr<Sending>& sending : sendings()) {
    while (sending->refusal.ok() && sending->written < sending->size() &&
           in_flight_.size() < options_.window &&
           sending->written - sending->committed < options_.window && out_.size() < kPiece) {
      const std::size_t index = sending->written++;
      const Message message = writer_.Write(sending->batch->events[index], sending->organisation);
      number_ = NextRelpNumber(number_);
      AppendRelpFrame(number_, "syslog", message.header, message.text, out_);
      in_flight_.push_back({.sending = sending, .index = index, .answer = std::nullopt});
    }
  }
  return out_.view();
}

void RelpSender::Wrote(Stream&) {}

absl::Status RelpSender::Received(std::string_view bytes) {
  reader_.Append(bytes);
  for (;;) {
    const absl::StatusOr<std::optional<RelpFrame>> frame = reader_.Next();
    if (!frame.ok()) return Explained(frame.status());
    if (!*frame) break;
    if ((*frame)->command == "serverclose") {
      return Blocked("the receiver has ended the session", "Check the receiver's log.");
    }
    const absl::Status taken = TakeAnswer(**frame);
    if (!taken.ok()) return taken;
  }
  TakeNote();
  return absl::OkStatus();
}

absl::Status RelpSender::TakeAnswer(const RelpFrame& frame) {
  if (leaving_ && frame.number == number_) return absl::OkStatus();
  const std::uint32_t behind = RelpNumbersBetween(frame.number, number_);
  if (frame.command != "rsp" || frame.number == 0 || behind >= in_flight_.size()) {
    return Explained(absl::UnavailableError("the receiver answers what was not asked"));
  }
  InFlight& asked = in_flight_[in_flight_.size() - 1 - behind];
  absl::StatusOr<RelpAnswer> answer = ReadRelpAnswer(frame.data);
  if (!answer.ok()) return Explained(answer.status());
  asked.answer = *std::move(answer);
  ++answers_;
  return absl::OkStatus();
}

// A receiver that takes nothing at all has a trouble of its own.
bool RelpSender::IsGivenUp(const Identity& refused) {
  Refusals& refusals = refusals_[refused];
  if (refusals.times == 0 || taken_ > refusals.taken) ++refusals.times;
  refusals.taken = taken_;
  if (refusals.times < kRefusals) return false;
  refusals_.erase(refused);
  return true;
}

void RelpSender::TakeNote() {
  for (; !in_flight_.empty() && in_flight_.front().answer; in_flight_.pop_front()) {
    const InFlight& answered = in_flight_.front();
    Sending& sending = *answered.sending;
    // In the order of the messages, however their answers came: what was taken behind a refused one
    // counts before it is refused again.
    if (answered.answer->code == 200) ++taken_;
    if (!sending.status.ok()) continue;
    TakeNoteOf(answered);
    if (!sending.refusal.ok() && answered.index + 1 == sending.written) EndRefused(sending);
    sending.changed.Ring();
  }
  work_.Ring();
}

void RelpSender::TakeNoteOf(const InFlight& answered) {
  const RelpAnswer& answer = *answered.answer;
  Sending& sending = *answered.sending;
  const BatchEvent& event = sending.batch->events[answered.index];
  if (answer.code == 200) {
    if (!refusals_.empty()) refusals_.erase(event.identity);
    Progressed();
    if (sending.refusal.ok()) {
      ++sending.acknowledged;
    } else {
      sending.taken_behind.push_back(answered.index);
    }
    return;
  }
  // Its turn comes when the one before it is taken or passed over.
  if (!sending.refusal.ok()) return;
  const std::string cause =
      absl::StrCat("the receiver refuses a message: ", answer.code, " ", answer.text);
  if (IsGivenUp(event.identity)) {
    world_.context.log.Warning(
        "message refused by the receiver; it goes to the dead letters",
        {{"output", options_.name}, {"event", ToText(event.identity)}, {"cause", cause}});
    sending.refused.push_back({sending.acknowledged++, cause});
  } else {
    sending.refusal = Blocked(cause,
                              "Check the receiver's log. The message is sent again; once it was "
                              "refused ten times while "
                              "others were taken, it goes to the dead letters.");
  }
}

void RelpSender::EndRefused(Sending& sending) {
  // Of those behind it one goes out again with it: else nothing might be left that shows that the
  // receiver takes others.
  if (!sending.taken_behind.empty()) sending.taken_behind.pop_back();
  sending.status = sending.refusal;
}

Task<> RelpSender::Follow(std::shared_ptr<Stream>) {
  const auto waits = [this] { return !is_broken() && !in_flight_.empty(); };
  while (!is_broken()) {
    const std::uint64_t before = answers_;
    bool expired = false;
    if (waits()) {
      const Deadline deadline(world_.context.clock, world_.executor, kPatience, [&] {
        expired = true;
        work_.Ring();
      });
      while (waits() && !expired && answers_ == before) co_await work_.Wait();
    } else {
      co_await work_.Wait();
    }
    if (expired && waits() && answers_ == before) BreakStalled();
  }
}

void RelpSender::Rewind() {
  in_flight_.clear();
  for (const std::shared_ptr<Sending>& sending : sendings()) {
    if (sending->refusal.ok()) {
      sending->written = sending->acknowledged;
    } else if (!sending->is_over()) {
      EndRefused(*sending);
      sending->changed.Ring();
    }
  }
}

void RelpSender::Forget() { in_flight_.clear(); }

Task<> RelpSender::TakeLeave(std::shared_ptr<Stream> stream) {
  Buffer close;
  number_ = NextRelpNumber(number_);
  leaving_ = true;
  AppendRelpFrame(number_, "close", "", "", close);
  const absl::Status written = co_await stream->Write(close.view());
  // The receiver answers and ends the session.
  while (written.ok() && !is_broken()) co_await work_.Wait();
}

}  // namespace cce::syslog
