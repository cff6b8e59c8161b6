// The syslog output over TCP, its state on the disk included, next to a loop that does nothing but
// write the same frames to the same kind of receiver: a thread that reads and forgets, on loopback.
//
// The frames are the corpus in OCSF with the envelope of RFC 5424. The bare loop has them ready
// and writes one with each call, as a program does that sends a message when it has one; it commits
// nothing. Beside it, for the curious, stands one that writes pieces of 64 KiB. All take turns, and
// the ratio is that of the fastest round of each, because everything else on the machine only ever
// adds time.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/corpus.h"
#include "cce/api/event.h"
#include "cce/state/open_state.h"
#include "cce/system/blocking_pool.h"
#include "cce/system/environment_crash_points.h"
#include "cce/system/posix_files.h"
#include "cce/system/system_clock.h"
#include "cce/system/system_random.h"
#include "outputs/format/ocsf_format.h"
#include "outputs/syslog/message.h"
#include "outputs/syslog/syslog_output.h"
#include "parsers/jumpcloud/page.h"
#include "tests/fakes/temporary_directory.h"

namespace cce {
namespace {

using bench::Corpus;

constexpr int kRounds = 7;
constexpr std::size_t kPiece = 64 << 10;
constexpr char kOrganisation[] = "org";
constexpr std::string_view kFormat = "ocsf";

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "bench_syslog_tcp: %s\n", what.c_str());
  std::exit(1);
}

class NoLog final : public Log {
 public:
  void Write(LogLevel, std::string_view, const std::vector<LogField>&) override {}
};

// Reads what the first who connects writes, and forgets it.
class Sink {
 public:
  Sink() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 1) != 0 ||
        ::getsockname(listener_, generic, &size) != 0) {
      Fail("cannot listen on loopback");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Read(); });
  }
  ~Sink() {
    thread_.join();
    ::close(listener_);
  }

  std::uint16_t port() const { return port_; }

  // Returns once so many bytes have come.
  void WaitFor(std::uint64_t bytes) const {
    for (std::uint64_t come = come_; come < bytes; come = come_) come_.wait(come);
  }

 private:
  void Read() {
    const int connection = ::accept(listener_, nullptr, nullptr);
    std::vector<char> bytes(1 << 20);
    for (ssize_t size; (size = ::read(connection, bytes.data(), bytes.size())) > 0;) {
      come_ += static_cast<std::uint64_t>(size);
      come_.notify_all();
    }
    ::close(connection);
  }

  const int listener_;
  std::uint16_t port_ = 0;
  std::atomic<std::uint64_t> come_ = 0;
  std::thread thread_;
};

double SecondsSince(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// A page as a feed hands it over, and as frames.
struct Ready {
  std::shared_ptr<Batch> batch = std::make_shared<Batch>();
  Step step;
};

struct Frames {
  std::string bytes;
  std::vector<std::size_t> ends;
};

std::vector<Ready> MakeBatches() {
  const jumpcloud::OrganisationKey key(Corpus::kOrganisation);
  const OcsfFormat ocsf;
  Corpus corpus;
  Event event;
  std::vector<Ready> batches;
  for (std::size_t i = 0; i < Corpus::kPages; ++i) {
    const auto parsed =
        jumpcloud::ParsePage(Bytes(corpus.Page(i)), key, jumpcloud::Passed(), 0, {});
    if (!parsed.ok()) Fail("a page does not parse");
    const auto lines = std::make_shared<Buffer>();
    Ready& ready = batches.emplace_back();
    std::vector<std::size_t> ends;
    std::vector<Accounted> accounted;
    const auto heads = parsed->page->heads();
    for (std::size_t n = 0; n < heads.size(); ++n) {
      const WrittenEvent written = parsed->page->Write(n, ocsf, Mark(), event, *lines);
      ends.push_back(lines->size());
      lines->Append('\n');
      ready.batch->events.push_back({.identity = heads[n].identity,
                                     .time_ns = heads[n].time_ns,
                                     .severity_id = written.severity_id});
      accounted.push_back({heads[n].identity, heads[n].time_ns});
    }
    for (std::size_t n = 0, begin = 0; n < ends.size(); begin = ends[n++] + 1) {
      ready.batch->events[n].bytes = lines->view().substr(begin, ends[n] - begin);
    }
    ready.batch->holds = lines;
    ready.step = {.position = absl::StrCat(i + 1), .blocks = ToBlocks(accounted)};
  }
  if (const absl::Status status = corpus.Check(); !status.ok()) Fail(status.ToString());
  std::fputs(corpus.Describe().c_str(), stdout);
  return batches;
}

syslog::SyslogOptions OptionsFor(std::uint16_t port) {
  syslog::SyslogOptions options{.name = "siem", .addresses = {{"127.0.0.1", port}}};
  options.transport = syslog::Transport::kTcp;
  options.host_name = "collector";
  return options;
}

Frames MakeFrames(const std::vector<Ready>& batches) {
  NoLog log;
  syslog::MessageWriter writer(OptionsFor(0), kFormat, ::getpid(), log);
  Frames frames;
  for (const Ready& ready : batches) {
    for (const BatchEvent& event : ready.batch->events) {
      const syslog::Message message = writer.Write(event, kOrganisation);
      absl::StrAppend(&frames.bytes, message.size(), " ", std::string(message.header),
                      std::string(message.text));
      frames.ends.push_back(frames.bytes.size());
    }
  }
  return frames;
}

template <class T>
T Await(boost::asio::io_context& io, Task<T> task) {
  std::optional<T> result;
  boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr error, T value) {
    if (error) std::rethrow_exception(error);
    result = std::move(value);
  });
  io.restart();
  while (!result) io.run_one();
  return *std::move(result);
}

// Seconds from the first Deliver to the sink's last byte and the last commit.
double TimeOutput(const std::vector<Ready>& batches, std::uint64_t bytes) {
  Sink sink;
  const TemporaryDirectory folder(std::filesystem::temp_directory_path());
  SystemClock clock;
  SystemRandom random;
  PosixFiles files;
  EnvironmentCrashPoints crash_points;
  NoLog log;
  boost::asio::io_context io(1);
  BlockingPool blocking(4);
  Context context{clock, random, blocking, files, crash_points, log};
  absl::StatusOr<State> state = OpenState({.state_dir = folder.path(), .default_cce_id = "bench"},
                                          blocking, crash_points, io.get_executor());
  if (!state.ok()) Fail(state.status().ToString());
  const OcsfFormat format;
  double seconds = 0;
  {
    syslog::SyslogOutput output(OptionsFor(sink.port()),
                                {context, *state->store, format, io.get_executor()});
    const FeedKey feed{"siem", "bench", kOrganisation};
    if (const auto found = Await(io, output.Recover(feed)); !found.ok()) {
      Fail(found.status().ToString());
    }
    const auto begin = std::chrono::steady_clock::now();
    for (const Ready& ready : batches) {
      const absl::Status status = Await(io, output.Deliver(feed, ready.batch, ready.step));
      if (!status.ok()) Fail(status.ToString());
    }
    sink.WaitFor(bytes);
    seconds = SecondsSince(begin);
    bool closed = false;
    boost::asio::co_spawn(io, output.Close(), [&](std::exception_ptr) { closed = true; });
    while (!closed) io.run_one();
  }
  return seconds;
}

double TimeBareWrite(const Frames& frames, bool in_pieces) {
  Sink sink;
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(sink.port());
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    Fail("cannot connect on loopback");
  }
  const auto begin = std::chrono::steady_clock::now();
  std::size_t at = 0;
  const auto write_to = [&](std::size_t end) {
    while (at < end) {
      const ssize_t size = ::write(socket, frames.bytes.data() + at, end - at);
      if (size < 0) Fail("cannot write");
      at += static_cast<std::size_t>(size);
    }
  };
  if (in_pieces) {
    while (at < frames.bytes.size()) write_to(std::min(at + kPiece, frames.bytes.size()));
  } else {
    for (const std::size_t end : frames.ends) write_to(end);
  }
  sink.WaitFor(frames.bytes.size());
  const double seconds = SecondsSince(begin);
  ::close(socket);
  return seconds;
}

void Run() {
  const std::vector<Ready> batches = MakeBatches();
  const Frames frames = MakeFrames(batches);
  double ours = std::numeric_limits<double>::max();
  double bare = ours;
  double pieces = ours;
  for (int round = 0; round < kRounds; ++round) {
    ours = std::min(ours, TimeOutput(batches, frames.bytes.size()));
    bare = std::min(bare, TimeBareWrite(frames, false));
    pieces = std::min(pieces, TimeBareWrite(frames, true));
  }
  const auto show = [&](const char* name, double seconds) {
    std::printf("# %-24s %7.3f s  %8.0f events/s  %7.1f MB/s\n", name, seconds,
                static_cast<double>(frames.ends.size()) / seconds,
                static_cast<double>(frames.bytes.size()) / seconds / 1e6);
  };
  show("syslog output", ours);
  show("bare write, a frame each", bare);
  show("bare write, 64 KiB each", pieces);
  std::printf("syslog_tcp_events_per_second %.0f events/s\n",
              static_cast<double>(frames.ends.size()) / ours);
  std::printf("syslog_tcp_over_bare_write %.2f ratio\n", bare / ours);
}

}  // namespace
}  // namespace cce

int main() { cce::Run(); }
