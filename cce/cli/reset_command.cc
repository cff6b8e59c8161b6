#include "cce/cli/reset_command.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <utility>

#include "cce/api/checkpoint.h"
#include "cce/cli/host_name.h"
#include "cce/state/open_state.h"
#include "cce/system/blocking_pool.h"
#include "cce/system/environment_crash_points.h"

namespace cce {
namespace {

Task<absl::Status> ResetFeeds(SqliteStore& store, std::vector<FeedKey> feeds, Position position) {
  for (const FeedKey& feed : feeds) {
    absl::Status status = co_await store.Reset(feed, position);
    if (!status.ok()) co_return status;
  }
  co_return absl::OkStatus();
}

}  // namespace

absl::Status ResetDevice(const Configuration& configuration, const DeviceConfiguration& device,
                         const std::vector<std::string>& outputs, absl::Time from) {
  boost::asio::io_context io(1);
  BlockingPool blocking(1);
  EnvironmentCrashPoints crash_points;
  const StateOptions options{.state_dir = configuration.state_dir,
                             .cce_id = configuration.cce_id,
                             .default_cce_id = HostName()};
  absl::StatusOr<State> state = OpenState(options, blocking, crash_points, io.get_executor());
  if (!state.ok()) return state.status();

  std::vector<FeedKey> feeds;
  for (const std::string& output : outputs) {
    feeds.push_back({output, device.settings.device_name, device.source->organisation()});
  }
  absl::Status result = absl::UnknownError("the reset did not end");
  boost::asio::co_spawn(
      io, ResetFeeds(*state->store, std::move(feeds), device.source->StartAt(from)),
      [&result](std::exception_ptr thrown, absl::Status status) {
        result = thrown ? absl::InternalError("the reset was cut off") : std::move(status);
      });
  io.run();
  return result;
}

}  // namespace cce
