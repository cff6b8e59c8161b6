// Messages to a syslog receiver; the checkpoint is in the state, committed once the transport has
// acknowledged.
//
// A batch's events go out in order. Where the transport acknowledges message by message (RELP), the
// acknowledged part of a batch is committed as it grows, so that no more than a window comes twice;
// elsewhere the whole batch is, and a part only if the rest cannot be sent. The position moves with
// the last event.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "cce/api/kinds.h"
#include "outputs/syslog/sender.h"
#include "outputs/syslog/syslog_options.h"

namespace cce::syslog {

// What each transport can promise.
Guarantee GuaranteeOf(Transport transport);

// Its coroutines run on the world's executor, which is one thread's (or a strand), and everything
// below is touched there only.
// REQUIRES: if it has been used, Close has ended before it is destroyed, or its executor never runs
// again.
class SyslogOutput final : public Output {
 public:
  SyslogOutput(SyslogOptions options, OutputWorld world);

  const std::string& name() const override { return options_.name; }
  const Format& format() const override { return world_.format; }
  std::string_view guarantee() const override;

  Task<absl::StatusOr<std::optional<Checkpoint>>> Recover(FeedKey feed) override;
  Task<absl::Status> Deliver(FeedKey feed, std::shared_ptr<const Batch> batch, Step step) override;
  Task<> Close() override;

 private:
  struct Device {
    std::string organisation;
    bool recovered = false;
    bool busy = false;                    // in Recover or Deliver
    std::uint64_t dead_letter_bytes = 0;  // committed
  };

  Task<absl::StatusOr<std::optional<Checkpoint>>> RecoverHere(FeedKey feed);
  Task<absl::StatusOr<std::optional<Checkpoint>>> RecoverDevice(Device& device, FeedKey feed);
  Task<absl::Status> DeliverHere(FeedKey feed, std::shared_ptr<const Batch> batch, Step step);
  Task<absl::Status> DeliverBatch(Device& device, FeedKey feed, std::shared_ptr<const Batch> batch,
                                  Step step);
  Task<absl::Status> WriteDeadLetters(Device& device, std::string name,
                                      std::vector<DeadLetter> letters, Commit& commit);
  Task<absl::Status> SendEvents(Device& device, FeedKey feed, std::shared_ptr<Sending> sending);
  Task<absl::Status> CommitPart(Device& device, FeedKey feed, std::shared_ptr<Sending> sending);

  // What a user reads of it.
  absl::Status Explain(absl::Status status) const;

  const SyslogOptions options_;
  const OutputWorld world_;
  const std::unique_ptr<Sender> sender_;
  absl::flat_hash_map<std::string, std::unique_ptr<Device>> devices_;
};

}  // namespace cce::syslog
