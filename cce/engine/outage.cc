#include "cce/engine/outage.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

namespace cce {

bool Outage::Holds(const Member& member) const {
  return member.failed_in_ == number_ && failed_ > 1;
}

void Outage::End() {
  ++number_;
  failed_ = 0;
  next_try_ = absl::InfinitePast();
  pace_.Reset();
  for (const Member* member : waiting_) Wake(*member);
  waiting_.clear();
}

void Outage::Wake(const Member& member) {
  boost::asio::post(member.executor_, [sleeper = member.sleeper_] { sleeper->Wake(); });
}

void Outage::WakeNext() {
  if (!waiting_.empty()) Wake(*waiting_.front());
}

void Outage::Member::Note(Act act, const absl::Status& status) {
  const std::lock_guard lock(outage_.mutex_);
  const bool had_failed = failed_in_ == outage_.number_;
  if (status.ok()) {
    if (act == Act::kEvents || (had_failed && act >= failed_at_)) outage_.End();
  } else if (absl::IsUnavailable(status) || absl::IsResourceExhausted(status)) {
    failed_at_ = had_failed ? std::max(failed_at_, act) : act;
    if (!had_failed) ++outage_.failed_;
    failed_in_ = outage_.number_;
    tries_ = false;
  }
}

void Outage::Member::NoteIdle() {
  const std::lock_guard lock(outage_.mutex_);
  if (failed_in_ == outage_.number_) Forget();
}

absl::Duration Outage::Member::UntilTurn() {
  const std::lock_guard lock(outage_.mutex_);
  std::deque<Member*>& waiting = outage_.waiting_;
  if (!outage_.Holds(*this)) {
    if (std::erase(waiting, this) > 0) outage_.WakeNext();
    return absl::ZeroDuration();
  }
  if (std::find(waiting.begin(), waiting.end(), this) == waiting.end()) waiting.push_back(this);
  if (waiting.front() != this) return absl::InfiniteDuration();
  const absl::Time now = outage_.context_.clock.Now();
  const absl::Duration rest = outage_.next_try_ - now;
  // More than the longest pause is a clock that has been set back.
  if (rest > absl::ZeroDuration() && rest <= Backoff::Cap()) return rest;
  waiting.pop_front();
  tries_ = true;
  outage_.next_try_ = now + outage_.pace_.Next();
  outage_.WakeNext();
  return absl::ZeroDuration();
}

void Outage::Member::Leave() {
  const std::lock_guard lock(outage_.mutex_);
  std::erase(outage_.waiting_, this);
  if (failed_in_ == outage_.number_) Forget();
}

void Outage::Member::Forget() {
  failed_in_ = 0;
  --outage_.failed_;
  // Where its try has shown nothing, it is the next one's turn.
  if (std::exchange(tries_, false)) outage_.next_try_ = absl::InfinitePast();
  outage_.WakeNext();
}

}  // namespace cce
