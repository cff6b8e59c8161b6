// A syslog output in a virtual world, with a real state and a receiver that lives on.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cce/state/open_state.h"
#include "cce/state/state_fixture.h"
#include "cce/system/posix_files.h"
#include "outputs/syslog/crash_points.h"
#include "outputs/syslog/syslog_output.h"
#include "outputs/syslog/test_receiver.h"
#include "tests/conformance/numbered_feed.h"
#include "tests/fakes/temporary_directory.h"

namespace cce::syslog {

// One run of the program.
class SyslogProcess {
 public:
  SyslogProcess(Files& files, const SyslogOptions& options, const std::string& state_dir)
      : world_(files),
        state_(OpenState({.state_dir = state_dir, .default_cce_id = "host"},
                         world_.context().blocking, world_.crash_points(),
                         world_.io().get_executor())),
        store_(*state_->store),
        output_(options,
                OutputWorld{world_.context(), store_, format_, world_.io().get_executor()}) {
    world_.WaitForOthers(absl::Seconds(1));
  }

  VirtualWorld& world() { return world_; }
  LossyStore& store() { return store_; }
  SyslogOutput& output() { return output_; }

 private:
  VirtualWorld world_;
  absl::StatusOr<State> state_;
  LossyStore store_;
  LineFormat format_;
  SyslogOutput output_;
};

// The text of a message with an envelope of RFC 5424.
inline std::string TextOf(std::string_view message) {
  for (int words = 0; words < 7; ++words) message.remove_prefix(message.find(' ') + 1);
  return std::string(message);
}

inline SyslogOptions OptionsFor(TestReceiver::Protocol protocol, std::uint16_t port) {
  SyslogOptions options{.name = "archive", .addresses = {{"127.0.0.1", port}}};
  options.transport = protocol == TestReceiver::Protocol::kUdp    ? Transport::kUdp
                      : protocol == TestReceiver::Protocol::kRelp ? Transport::kRelp
                                                                  : Transport::kTcp;
  options.octet_counting = protocol != TestReceiver::Protocol::kLf;
  options.host_name = "collector";
  options.structured_data = false;
  // Small, so that it is reached all the time.
  options.window = 4;
  return options;
}

// A world of the conformance suite.
template <TestReceiver::Protocol kProtocol>
class SyslogWorld {
 public:
  static constexpr bool kIsExactlyOnce = false;

  ~SyslogWorld() { process_.reset(); }

  void Start() {
    process_.reset();
    SyslogOptions options = OptionsFor(kProtocol, receiver_.port());
    options.state_dir = state_.path();
    process_.emplace(files_, options, state_.path());
  }
  void Crash(std::uint64_t) { process_.reset(); }
  VirtualWorld& world() { return process_->world(); }
  SyslogOutput& output() { return process_->output(); }
  LossyStore& store() { return process_->store(); }
  TestReceiver& receiver() { return receiver_; }

  std::vector<std::string> Lines(const std::string& device) {
    std::vector<std::string> lines;
    for (const std::string& message : receiver_.Messages()) {
      std::string text = TextOf(message);
      if (text.starts_with(device + "-")) lines.push_back(std::move(text));
    }
    return lines;
  }

  std::vector<std::string> crash_points() const {
    std::vector<std::string> points;
    for (const std::string_view point : kCrashPoints) {
      // The one needs dead letters, the other a receiver that acknowledges a part.
      if (point == kAfterDeadLetters) continue;
      if (point == kAfterPartCommit && kProtocol != TestReceiver::Protocol::kRelp) continue;
      points.emplace_back(point);
    }
    for (const std::string_view point : kStateCrashPoints) points.emplace_back(point);
    return points;
  }

  // Only RELP's receiver can refuse one device's messages; elsewhere the state does.
  void Block(const std::string& device) {
    if (kProtocol == TestReceiver::Protocol::kRelp) return receiver_.Refuse(device + "-");
    store().RefuseStepsOf(device);
  }
  void Unblock(const std::string&) {
    receiver_.Refuse("");
    store().RefuseStepsOf("");
  }

 private:
  PosixFiles files_;
  TemporaryDirectory state_;
  TestReceiver receiver_{kProtocol};
  std::optional<SyslogProcess> process_;
};

}  // namespace cce::syslog
