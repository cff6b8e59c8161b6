#include "cce/cli/run.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cce/api/text.h"
#include "cce/api/trouble.h"
#include "cce/cli/host_name.h"
#include "cce/engine/engine.h"
#include "cce/net/curl_client.h"
#include "cce/state/open_state.h"
#include "cce/status/board.h"
#include "cce/status/server.h"
#include "cce/system/blocking_pool.h"
#include "cce/system/environment_crash_points.h"
#include "cce/system/posix_files.h"
#include "cce/system/spdlog_log.h"
#include "cce/system/system_clock.h"
#include "cce/system/system_random.h"

namespace cce {
namespace {

namespace asio = boost::asio;

// SQLite takes one at a time.
constexpr std::size_t kStateThreads = 1;

// Each output has its own, so that a disk that hangs stops what is written there and nothing else.
// fsyncs of different files run side by side.
constexpr std::size_t kThreadsOfAnOutput = 4;

constexpr absl::Duration kProgressEvery = absl::Seconds(10);

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kRefused = 3;

StatusServer::Options ServerOptions(const Configuration& configuration) {
  StatusServer::Options options;
  options.socket_path = configuration.state_dir + "/cce.sock";
  options.listen_address = configuration.listen_address;
  options.listen_port = configuration.listen_port;
  return options;
}

StatusBoard::Progress ToBoard(const FeedProgress& progress) {
  StatusBoard::Progress result{.delivered = progress.delivered,
                               .filtered = progress.filtered,
                               .duplicates = progress.duplicates,
                               .dead_letters = progress.dead_letters,
                               .degraded = progress.degraded,
                               .undecodable = progress.undecodable,
                               .last_event_time = progress.last_event_time,
                               .reached = progress.complete_to,
                               .watermark = progress.watermark};
  for (const FeedProgress::Service& service : progress.services) {
    result.services.push_back({.service = service.name,
                               .events = service.events,
                               .last_event_time = service.last_event_time});
  }
  return result;
}

// An output's world, with threads of its own.
struct OutputThreads {
  explicit OutputThreads(const Context& all)
      : context{all.clock, all.random, blocking, all.files, all.crash_points, all.log} {}

  BlockingPool blocking{kThreadsOfAnOutput};
  Context context;
};

// Everything that one `cce run` is made of. It ends in the reverse of the members' order.
class Run {
 public:
  Run(const RunOptions& options, const Kinds& kinds)
      : options_(options), configuration_(options.configuration), kinds_(kinds) {}

  absl::StatusOr<int> Go();

 private:
  absl::Status BuildOutputs();
  std::string TenantOf(const std::string& device) const;
  void BuildEngine();
  absl::Status Serve();
  void HandleSignals();
  Task<> LogProgress();
  Task<> CloseOutputs();
  int ExitCode(const std::vector<absl::Status>& failures);
  // `status` as it may be shown: a service may say in its answer what it was sent.
  absl::Status Redacted(const absl::Status& status);

  const RunOptions& options_;
  const Configuration& configuration_;
  const Kinds& kinds_;

  SystemClock clock_;
  SpdlogLog log_{clock_, LogLevel::kInfo, StandardErrorSink()};
  SystemRandom random_;
  PosixFiles files_;
  EnvironmentCrashPoints crash_points_;
  // Outputs, state and status run here; devices have the engine's event loops. All of them outlive
  // the pools, whose threads may still be on their way out of posting there.
  asio::io_context io_{1};
  std::unique_ptr<Engine> engine_;
  BlockingPool blocking_{kStateThreads};
  Context context_{clock_, random_, blocking_, files_, crash_points_, log_};
  std::unique_ptr<State> state_;
  std::unique_ptr<StatusBoard> board_;
  std::vector<std::unique_ptr<OutputThreads>> output_threads_;  // as in the configuration
  std::vector<std::unique_ptr<const Format>> formats_;
  std::vector<std::unique_ptr<Output>> outputs_;  // as in the configuration
  std::unique_ptr<StatusServer> server_;
  asio::signal_set signals_{io_, SIGINT, SIGTERM};
  std::unique_ptr<Sleeper> progress_pause_;
  bool ending_ = false;
};

absl::Status Run::BuildOutputs() {
  for (const OutputConfiguration& configured : configuration_.outputs) {
    const auto format_kind =
        std::find_if(kinds_.formats.begin(), kinds_.formats.end(),
                     [&](const FormatKind& kind) { return kind.name == configured.format; });
    const auto output_kind =
        std::find_if(kinds_.outputs.begin(), kinds_.outputs.end(),
                     [&](const OutputKind& kind) { return kind.type == configured.type; });
    const FormatOptions format_options{.keep_original = configuration_.keep_original};
    const Format& format = *formats_.emplace_back(format_kind->make(format_options));
    OutputSettings settings{.name = configured.name,
                            .options = configured.options,
                            .base_dir = configured.base_dir,
                            .state_dir = configuration_.state_dir,
                            .cce_id = state_->cce_id};
    OutputThreads& threads =
        *output_threads_.emplace_back(std::make_unique<OutputThreads>(context_));
    OutputWorld world{.context = threads.context,
                      .store = *state_->store,
                      .format = format,
                      .executor = io_.get_executor(),
                      .tenant_of = [this](const std::string& device) { return TenantOf(device); },
                      .make_blocking = [] { return std::make_unique<BlockingPool>(1); }};
    absl::StatusOr<std::unique_ptr<Output>> output =
        output_kind->make(std::move(settings), std::move(world));
    if (!output.ok()) return output.status();
    board_->AddOutput(**output);
    outputs_.push_back(*std::move(output));
  }
  return absl::OkStatus();
}

std::string Run::TenantOf(const std::string& device) const {
  // Devices are sorted by name.
  const auto found =
      std::lower_bound(configuration_.devices.begin(), configuration_.devices.end(), device,
                       [](const DeviceConfiguration& one, const std::string& name) {
                         return one.settings.device_name < name;
                       });
  const bool is_here =
      found != configuration_.devices.end() && found->settings.device_name == device;
  return is_here ? found->settings.tenant : std::string();
}

void Run::BuildEngine() {
  const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
  const std::size_t threads = std::clamp<std::size_t>(configuration_.devices.size(), 1, cores);
  const auto in_flight = static_cast<std::size_t>(configuration_.requests_in_flight);
  const NetOptions net{.proxy = configuration_.proxy,
                       .ca_file = configuration_.ca_file,
                       .allow_private_hosts = configuration_.allow_private_hosts,
                       .requests_in_flight = in_flight};
  EngineOptions engine_options{
      .threads = threads,
      .memory = configuration_.memory_limit,
      .requests_in_flight = in_flight,
      .audit_horizon = configuration_.audit_horizon,
      .until_caught_up = options_.until_caught_up,
      .make_http_client =
          [net](asio::io_context& io) -> absl::StatusOr<std::unique_ptr<HttpClient>> {
        return CurlClient::Make(io.get_executor(), net);
      },
      .on_poll = [this](const std::string& device,
                        const absl::Status& status) { board_->Polled(device, Redacted(status)); },
      .on_delivery_begun =
          [this](const FeedKey& feed) { board_->DeliveryBegun(feed.device, feed.output); },
      .on_delivery =
          [this](const FeedKey& feed, const absl::Status& status, const FeedProgress& progress) {
            board_->Delivered(feed.device, feed.output, Redacted(status), ToBoard(progress));
          }};
  engine_ = std::make_unique<Engine>(std::move(engine_options), *state_->store, context_);

  for (const DeviceConfiguration& configured : configuration_.devices) {
    EngineDevice device{.name = configured.settings.device_name,
                        .source = configured.source,
                        .secret = std::string(configured.secret.Reveal())};
    StatusBoard::Device on_board{.device_name = configured.settings.device_name,
                                 .device_type = configured.device_type,
                                 .tenant = configured.settings.tenant,
                                 .cce_ip = configured.cce_ip,
                                 .poll_interval = configured.source->poll_interval()};
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      const std::unique_ptr<Output>& output = outputs_[i];
      if (std::find(configured.outputs.begin(), configured.outputs.end(), output->name()) ==
          configured.outputs.end()) {
        continue;
      }
      device.outputs.push_back({output.get(), configuration_.outputs[i].filter});
      on_board.feeds.push_back({.output = output->name(),
                                .format = std::string(output->format().name()),
                                .guarantee = std::string(output->guarantee())});
    }
    board_->Add(on_board);
    engine_->Add(std::move(device));
  }
}

absl::Status Run::Serve() {
  absl::StatusOr<std::unique_ptr<StatusServer>> server =
      StatusServer::Open(io_.get_executor(), clock_, *board_, ServerOptions(configuration_));
  if (!server.ok()) return server.status();
  server_ = *std::move(server);
  return absl::OkStatus();
}

void Run::HandleSignals() {
  signals_.async_wait([this](const boost::system::error_code& error, int) {
    if (error) return;
    // A second signal means at once, which is safe: what is not durable comes again.
    if (std::exchange(ending_, true)) std::_Exit(kFailed);
    log_.Info("ending with the batches in hand", {});
    engine_->Stop();
    HandleSignals();
  });
}

Task<> Run::LogProgress() {
  std::uint64_t before = 0;
  while (!ending_) {
    co_await progress_pause_->Sleep(kProgressEvery);
    std::uint64_t delivered = 0;
    std::uint64_t filtered = 0;
    absl::Time newest = absl::InfinitePast();
    const EngineStatus status = board_->Snapshot();
    for (const DeviceStatus& device : status.devices) {
      for (const FeedStatus& feed : device.feeds) {
        delivered += feed.delivered_events;
        filtered += feed.filtered_events;
      }
      newest = std::max(newest, device.last_event_time.value_or(newest));
    }
    const std::uint64_t arrived = delivered + filtered;
    if (arrived == before) continue;
    const double seconds = absl::ToDoubleSeconds(kProgressEvery);
    log_.Info("catching up",
              {{"delivered", delivered},
               {"filtered", filtered},
               {"events_per_second",
                static_cast<std::uint64_t>(static_cast<double>(arrived - before) / seconds)},
               {"newest_event", absl::FormatTime(newest, absl::UTCTimeZone())}});
    before = arrived;
  }
}

Task<> Run::CloseOutputs() {
  for (const std::unique_ptr<Output>& output : outputs_) co_await output->Close();
}

int Run::ExitCode(const std::vector<absl::Status>& failures) {
  for (const absl::Status& failure : failures) {
    log_.Error("feed gave up",
               {{"cause", FromAbseil(failure.message())}, {"remedy", RemedyOf(failure)}});
  }
  // Only what the service refuses is a refusal; an output that cannot go on is a failure.
  const auto by_service = [](const absl::Status& failure) {
    const std::optional<Trouble> trouble = TroubleOf(failure);
    return IsRefusal(failure) && trouble && trouble->word != StatusWord::kOutputBlocked;
  };
  if (failures.empty()) return kDone;
  return std::any_of(failures.begin(), failures.end(), by_service) ? kRefused : kFailed;
}

absl::Status Run::Redacted(const absl::Status& status) {
  if (status.ok()) return status;
  absl::Status redacted(status.code(), log_.WithoutSecrets(FromAbseil(status.message())));
  status.ForEachPayload([&](absl::string_view type, const absl::Cord& payload) {
    redacted.SetPayload(type, payload);
  });
  return redacted;
}

absl::StatusOr<int> Run::Go() {
  if (configuration_.devices.empty()) {
    const std::string cause =
        absl::StrCat("no device runs here: add a device file to ", configuration_.devices_dir,
                     " (one without cce_ip, or with this engine's)");
    if (options_.until_caught_up) return absl::FailedPreconditionError(cause);
    // Outputs may have files of devices that are gone to look after.
    log_.Warning(cause, {});
  }
  for (const DeviceConfiguration& device : configuration_.devices) {
    log_.AddSecret(device.secret.Reveal());
  }
  const StateOptions state_options{.state_dir = configuration_.state_dir,
                                   .cce_id = configuration_.cce_id,
                                   .default_cce_id = HostName()};
  absl::StatusOr<State> state =
      OpenState(state_options, blocking_, crash_points_, io_.get_executor());
  if (!state.ok()) return state.status();
  state_ = std::make_unique<State>(*std::move(state));
  board_ = std::make_unique<StatusBoard>(clock_, state_->cce_id, options_.version);

  absl::Status built = BuildOutputs();
  if (!built.ok()) return built;
  BuildEngine();
  absl::Status serving = Serve();
  if (!serving.ok()) return serving;

  HandleSignals();
  auto work = asio::make_work_guard(io_);
  absl::Status started = engine_->Start([this, &work] {
    asio::post(io_, [this, &work] {
      ending_ = true;
      signals_.cancel();
      if (progress_pause_) progress_pause_->Wake();
      work.reset();
      asio::co_spawn(io_, CloseOutputs(), [this](std::exception_ptr) { server_.reset(); });
    });
  });
  if (!started.ok()) return started;
  board_->SetReady(true);
  log_.Info("collecting", {{"cce_id", state_->cce_id},
                           {"version", options_.version},
                           {"devices", configuration_.devices.size()},
                           {"outputs", outputs_.size()}});
  if (options_.until_caught_up) {
    progress_pause_ = clock_.MakeSleeper(io_.get_executor());
    asio::co_spawn(io_, LogProgress(), asio::detached);
  }
  io_.run();
  const int code = ExitCode(engine_->Wait());
  log_.Info("ended", {{"exit_code", code}});
  return code;
}

}  // namespace

absl::StatusOr<int> RunEngine(const RunOptions& options, const Kinds& kinds) {
  std::signal(SIGPIPE, SIG_IGN);
  return Run(options, kinds).Go();
}

}  // namespace cce
