// How batches get to a receiver, whatever the transport.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "cce/api/kinds.h"
#include "outputs/syslog/bell.h"
#include "outputs/syslog/syslog_options.h"

namespace cce::syslog {

// A batch on its way. Its sender counts `written` and `acknowledged`, the output `committed`;
// either may give it up by setting `status`, after which the sender lets go of it. Used on the
// output's executor only.
struct Sending {
  Sending(boost::asio::any_io_executor executor, std::shared_ptr<const Batch> its_batch,
          std::string its_organisation, Position its_position)
      : organisation(std::move(its_organisation)),
        position(std::move(its_position)),
        batch(std::move(its_batch)),
        changed(std::move(executor)),
        size_(batch->events.size()) {}

  std::size_t size() const { return size_; }
  bool is_over() const { return !status.ok() || acknowledged == size(); }

  const std::string organisation;
  const Position position;  // where the feed goes on behind it
  // Null once it is over and the output has let go of it.
  std::shared_ptr<const Batch> batch;
  // Of the batch's events, from its beginning: begun to be written to a connection, acknowledged in
  // the sense of the transport, and noted in the state.
  std::size_t written = 0;
  std::size_t acknowledged = 0;
  std::size_t committed = 0;
  // Events that the receiver will not take: acknowledged in passing, they go to the dead letters.
  struct Refused {
    std::size_t index = 0;
    std::string cause;
  };
  std::vector<Refused> refused;  // in their order
  // Why the event at `acknowledged` was refused, to be tried again. Nothing more is written then;
  // once all that was written is answered, this is `status`.
  absl::Status refusal;
  // What the receiver has taken behind it, to be noted before that is returned.
  std::vector<std::size_t> taken_behind;
  absl::Status status;
  Bell changed;  // `acknowledged` or `status` has

 private:
  const std::size_t size_;
};

// Used on the output's executor only, which is one thread's. One sender serves all feeds of an
// output; each feed's events go out in the order in which they are sent.
class Sender {
 public:
  virtual ~Sender() = default;

  // OK if the receiver can be reached; waits for an attempt that is being made. Errors are
  // TroubleErrors: kUnavailable; kFailedPrecondition if a file of TLS cannot be used.
  virtual Task<absl::Status> Ready() = 0;

  // Begins to send; `sending` says how it goes, and gets an error if the receiver cannot be
  // reached. REQUIRES: not empty.
  virtual void Send(std::shared_ptr<Sending> sending) = 0;

  // The output has changed `committed` or `status` of a sending.
  virtual void Changed() = 0;

  // Takes leave of the receiver, within some seconds whatever it does, and those that the reading
  // of a file takes. What is still being sent, as a tail is or a batch that was given up, is left.
  virtual Task<> Close() = 0;
};

// `world`'s references outlive it.
std::unique_ptr<Sender> MakeSender(const SyslogOptions& options, const OutputWorld& world);

}  // namespace cce::syslog
