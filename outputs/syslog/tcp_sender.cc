#include "outputs/syslog/tcp_sender.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cce/api/text.h"

namespace cce::syslog {
namespace {

constexpr absl::Duration kShortestLook = absl::Milliseconds(1);
constexpr absl::Duration kLongestLook = absl::Milliseconds(20);

}  // namespace

Task<absl::Status> TcpSender::Greet(std::shared_ptr<Stream>) { co_return absl::OkStatus(); }

std::string_view TcpSender::Next() {
  if (sent_ == pieces_.size()) {
    Piece piece;
    if (!Fill(piece)) return {};
    pieces_.push_back(std::move(piece));
  }
  return pieces_[sent_].bytes.view();
}

bool TcpSender::Fill(Piece& piece) {
  for (const std::shared_ptr<Sending>& sending : sendings()) {
    if (sending->written == sending->size()) continue;
    const std::vector<BatchEvent>& events = sending->batch->events;
    while (sending->written < events.size() && piece.bytes.size() < kPiece) {
      Append(writer_.Write(events[sending->written++], sending->organisation), piece.bytes);
    }
    piece.ends.emplace_back(sending, sending->written);
    if (piece.bytes.size() >= kPiece) break;
  }
  return !piece.ends.empty();
}

// RFC 6587 section 3.4.1, RFC 5425 section 4.3: "LEN SP MSG"; or section 3.4.2: "MSG LF", in which
// no line feed occurs because no format writes one.
void TcpSender::Append(const Message& message, Buffer& out) const {
  if (options_.octet_counting) {
    const absl::AlphaNum size(message.size());
    out.Append(FromAbseil(size.Piece()));
    out.Append(' ');
  }
  out.Append(message.header);
  out.Append(message.text);
  if (!options_.octet_counting) out.Append('\n');
}

void TcpSender::Wrote(Stream& stream) {
  pieces_[sent_++].end = stream.written();
  // A connection may end before Follow looks.
  TakeNote(stream.Arrived());
}

// Receivers of syslog say nothing.
absl::Status TcpSender::Received(std::string_view) { return absl::OkStatus(); }

Task<> TcpSender::Follow(std::shared_ptr<Stream> stream) {
  absl::Duration look = kShortestLook;
  absl::Duration waited = absl::ZeroDuration();
  std::uint64_t before = 0;
  while (!is_broken()) {
    const std::uint64_t arrived = stream->Arrived();
    if (arrived != before) {
      before = arrived;
      look = kShortestLook;
      waited = absl::ZeroDuration();
      TakeNote(arrived);
    }
    if (confirmed_ == sent_ && !is_writing()) {
      waited = absl::ZeroDuration();
      co_await work_.Wait();
      continue;
    }
    if (waited >= kPatience) {
      BreakStalled();
      break;
    }
    co_await look_->Sleep(look);
    waited += look;
    look = std::min(2 * look, kLongestLook);
  }
}

void TcpSender::TakeNote(std::uint64_t arrived) {
  for (; confirmed_ < sent_ && pieces_[confirmed_].end <= arrived; ++confirmed_) {
    Piece& piece = pieces_[confirmed_];
    // What goes out again shows nothing new.
    if (piece.arrivals++ == 0) Progressed();
    confirmed_bytes_ += piece.bytes.size();
    for (const auto& [sending, end] : piece.ends) {
      sending->acknowledged = std::max(sending->acknowledged, end);
      sending->changed.Ring();
    }
    piece.ends.clear();
  }
  while (confirmed_ > 0 && confirmed_bytes_ - pieces_.front().bytes.size() >= kTail) {
    confirmed_bytes_ -= pieces_.front().bytes.size();
    pieces_.pop_front();
    --confirmed_;
    --sent_;
  }
}

void TcpSender::Rewind() {
  std::size_t dropped = 0;
  if (has_ended_idle()) {
    while (dropped < confirmed_ && pieces_[dropped].arrivals > 1) ++dropped;
  } else if (!has_progressed() && !is_stalled() && confirmed_ < pieces_.size()) {
    dropped = (confirmed_ + 1) / 2;
  }
  pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(dropped));
  confirmed_ = 0;
  confirmed_bytes_ = 0;
  sent_ = 0;
}

void TcpSender::Forget() {
  std::erase_if(pieces_, [](const Piece& piece) { return piece.arrivals == 0; });
}

Task<> TcpSender::TakeLeave(std::shared_ptr<Stream>) { co_return; }

}  // namespace cce::syslog
