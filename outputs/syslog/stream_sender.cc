#include "outputs/syslog/stream_sender.h"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cce/api/text.h"
#include "cce/api/trouble.h"
#include "outputs/syslog/crash_points.h"
#include "outputs/syslog/deadline.h"

namespace cce::syslog {
namespace {

namespace asio = boost::asio;

constexpr absl::Duration kFirstPause = absl::Seconds(1);
constexpr absl::Duration kLongestPause = absl::Seconds(30);
// A connection that has lasted so long was one.
constexpr absl::Duration kLasting = absl::Seconds(10);
// And so long only one to who takes what is sent: proxies give up the receiver behind them before.
constexpr absl::Duration kProven = absl::Seconds(30);
constexpr absl::Duration kLeave = absl::Seconds(2);

absl::Status ToBeTriedAgain(const absl::Status& status) {
  const std::optional<Trouble> trouble = TroubleOf(status);
  return TroubleError(absl::StatusCode::kUnavailable, FromAbseil(status.message()),
                      trouble.value_or(Trouble{.word = StatusWord::kOutputBlocked}));
}

void Rethrow(std::exception_ptr error) {
  if (error) std::rethrow_exception(error);
}

}  // namespace

StreamSender::StreamSender(const SyslogOptions& options, const OutputWorld& world)
    : options_(options),
      world_(world),
      writer_(options_, world.format.name(), ::getpid(), world.context.log),
      work_(world.executor),
      state_changed_(world.executor),
      pause_(world.context.clock.MakeSleeper(world.executor)) {}

Task<absl::Status> StreamSender::Ready() {
  if (state_ == State::kNew && !closing_) {
    state_ = State::kConnecting;
    asio::co_spawn(world_.executor, Run(), Rethrow);
  }
  while (state_ == State::kConnecting) co_await state_changed_.Wait();
  if (state_ == State::kUp) co_return absl::OkStatus();
  co_return state_ == State::kDown ? down_ : absl::UnavailableError("the output is closed");
}

void StreamSender::Send(std::shared_ptr<Sending> sending) {
  if (state_ == State::kUp || state_ == State::kConnecting) {
    sendings_.push_back(std::move(sending));
    work_.Ring();
  } else {
    sending->status =
        state_ == State::kDown ? down_ : absl::UnavailableError("the output is closed");
    sending->changed.Ring();
  }
}

Task<> StreamSender::Close() {
  closing_ = true;
  work_.Ring();
  pause_->Wake();
  interrupt_();
  // A write that a receiver takes ends between two messages.
  const Deadline leaving(world_.context.clock, world_.executor, kLeave, [this] {
    if (is_writing_) Break(absl::UnavailableError("the output is closed"));
  });
  if (state_ == State::kNew) state_ = State::kClosed;
  while (state_ != State::kClosed) co_await state_changed_.Wait();
}

Task<> StreamSender::Run() {
  while (!closing_) {
    absl::StatusOr<std::shared_ptr<Stream>> stream = co_await ConnectToAny();
    absl::Status cause = stream.status();
    if (stream.ok()) {
      cause = co_await Serve(*std::move(stream));
      if (closing_) break;
      const bool was_good =
          !stalled_ && (progressed_ || ((ending_ || sendings_.empty()) && HasLasted(kLasting)));
      first_ = was_good ? 0 : (address_ + 1) % options_.addresses.size();
      world_.context.log.Warning("connection to the receiver has broken",
                                 {{"output", options_.name},
                                  {"address", ToText(options_.addresses[address_])},
                                  {"cause", FromAbseil(cause.message())}});
      if (was_good) {
        failures_ = 0;
        continue;
      }
    } else {
      first_ = 0;
      // Files that once were good are being renewed.
      if (was_up_ && absl::IsFailedPrecondition(cause)) cause = ToBeTriedAgain(cause);
    }
    down_ = std::move(cause);
    GiveUp(down_);
    SetState(State::kDown);
    if (!closing_) co_await pause_->Sleep(Pause());
    SetState(State::kConnecting);
  }
  GiveUp(absl::UnavailableError("the output is closed"));
  SetState(State::kClosed);
}

Task<absl::StatusOr<std::shared_ptr<Stream>>> StreamSender::ConnectToAny() {
  absl::Status failure;
  for (std::size_t i = 0; i < options_.addresses.size() && !closing_; ++i) {
    address_ = (first_ + i) % options_.addresses.size();
    const Address& address = options_.addresses[address_];
    absl::StatusOr<std::shared_ptr<Stream>> stream =
        co_await Connect(world_.executor, world_.context, address,
                         options_.is_tls() ? &options_.tls : nullptr, interrupt_);
    if (stream.ok()) {
      const std::shared_ptr<Stream> greeted = *stream;
      const Interruptible greeting(interrupt_, [greeted] { greeted->Close(); });
      const Deadline deadline(world_.context.clock, world_.executor, kConnectTimeout,
                              [greeted] { greeted->Close(); });
      const absl::Status agreed = co_await Greet(greeted);
      if (agreed.ok()) {
        world_.context.log.Info("connected to the receiver",
                                {{"output", options_.name}, {"address", ToText(address)}});
        co_return stream;
      }
      greeted->Close();
      failure.Update(agreed);
    } else {
      failure.Update(stream.status());
    }
  }
  co_return failure.ok() ? absl::UnavailableError("the output is closed") : failure;
}

Task<absl::Status> StreamSender::Serve(std::shared_ptr<Stream> stream) {
  stream_ = stream;
  was_up_ = true;
  broken_ = absl::OkStatus();
  progressed_ = false;
  stalled_ = false;
  ending_ = false;
  ended_idle_ = false;
  up_since_ = world_.context.clock.Elapsed();
  SetState(State::kUp);
  world_.context.crash_points.Pass(kAfterConnect);
  helpers_ = 2;
  const auto ended = [this](std::exception_ptr error) {
    Rethrow(error);
    --helpers_;
    work_.Ring();
  };
  asio::co_spawn(world_.executor, Listen(stream), ended);
  asio::co_spawn(world_.executor, Follow(stream), ended);
  co_await WriteAll(stream);
  if (!is_broken() && !ending_) {
    const Deadline deadline(world_.context.clock, world_.executor, kLeave,
                            [stream] { stream->Close(); });
    co_await TakeLeave(stream);
    co_await stream->SayGoodbye();
  }
  Break(absl::UnavailableError("the output is closed"));
  while (helpers_ > 0) co_await work_.Wait();
  stream_ = nullptr;
  SetState(State::kConnecting);
  Rewind();
  DropSendingsThatAreOver();
  co_return broken_;
}

Task<> StreamSender::WriteAll(std::shared_ptr<Stream> stream) {
  while (!is_broken() && !closing_) {
    DropSendingsThatAreOver();
    const std::string_view bytes = ending_ ? std::string_view() : Next();
    if (bytes.empty()) {
      co_await work_.Wait();
      continue;
    }
    is_writing_ = true;
    work_.Ring();
    const absl::Status written = co_await stream->Write(bytes);
    is_writing_ = false;
    if (!written.ok()) {
      Break(written);
      co_return;
    }
    world_.context.crash_points.Pass(kAfterWrite);
    Wrote(*stream);
    work_.Ring();
  }
}

Task<> StreamSender::Listen(std::shared_ptr<Stream> stream) {
  std::string bytes(4096, '\0');
  while (!is_broken()) {
    const absl::StatusOr<std::size_t> size = co_await stream->Read(bytes.data(), bytes.size());
    absl::Status received = size.status();
    if (size.ok()) received = Received(std::string_view(bytes).substr(0, *size));
    if (received.ok()) continue;
    if (!size.ok() && !is_broken() && !closing_ && !is_writing_ && HasLasted(kProven)) {
      DropSendingsThatAreOver();
      ending_ = sendings_.empty();
    }
    if (ending_) {
      const bool in_order = co_await stream->EndsInOrder();
      ended_idle_ = in_order && !is_broken();
    }
    Break(received);
  }
}

bool StreamSender::HasLasted(absl::Duration span) const {
  return world_.context.clock.Elapsed() - up_since_ >= span;
}

void StreamSender::Break(absl::Status cause) {
  if (!is_broken()) broken_ = std::move(cause);
  if (stream_ != nullptr) stream_->Close();
  work_.Ring();
}

void StreamSender::BreakStalled() {
  stalled_ = true;
  Break(TroubleError(absl::StatusCode::kUnavailable,
                     absl::StrCat(ToText(options_.addresses[address_]),
                                  ": the receiver has acknowledged nothing for a minute"),
                     {.word = StatusWord::kOutputBlocked,
                      .remedy = "Check that the receiver is not overloaded or hung."}));
}

void StreamSender::GiveUp(const absl::Status& cause) {
  for (const std::shared_ptr<Sending>& sending : sendings_) {
    if (sending->is_over()) continue;
    sending->status = cause;
    sending->changed.Ring();
  }
  sendings_.clear();
  Forget();
}

void StreamSender::DropSendingsThatAreOver() {
  std::erase_if(sendings_, [](const auto& sending) { return sending->is_over(); });
}

void StreamSender::SetState(State state) {
  state_ = state;
  state_changed_.Ring();
}

// Exponential with full jitter, as that of the feeds.
absl::Duration StreamSender::Pause() {
  constexpr int kDoublings = 5;
  const absl::Duration ceiling =
      std::min(kLongestPause, kFirstPause * (1 << std::min(failures_, kDoublings)));
  ++failures_;
  const auto width = static_cast<std::uint64_t>(absl::ToInt64Milliseconds(ceiling));
  return absl::Milliseconds(static_cast<std::int64_t>(world_.context.random.Next() % (width + 1)));
}

}  // namespace cce::syslog
