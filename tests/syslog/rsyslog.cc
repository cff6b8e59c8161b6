#include "tests/syslog/rsyslog.h"

#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace cce {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

constexpr char kRoot[] = CCE_RSYSLOG;
constexpr int kLookMilliseconds = 20;
constexpr int kLooks = 3000;

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// Its modules, wherever this machine's architecture has them.
std::string Modules() {
  std::error_code error;
  for (fs::recursive_directory_iterator entry(kRoot, error), end; !error && entry != end; ++entry) {
    if (entry->path().filename() == "imtcp.so") return entry->path().parent_path().string();
  }
  return {};
}

// Ports that were free a moment ago: rsyslog takes numbers only.
std::vector<std::uint16_t> FreePorts(std::size_t count) {
  asio::io_context io;
  std::vector<asio::ip::tcp::acceptor> held;
  std::vector<asio::ip::udp::socket> held_too;
  std::vector<std::uint16_t> ports;
  const auto loopback = asio::ip::address_v4::loopback();
  held_too.emplace_back(io, asio::ip::udp::endpoint(loopback, 0));
  ports.push_back(held_too.back().local_endpoint().port());
  while (ports.size() < count) {
    held.emplace_back(io, asio::ip::tcp::endpoint(loopback, 0));
    ports.push_back(held.back().local_endpoint().port());
  }
  return ports;
}

bool Answers(std::uint16_t port) {
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  boost::system::error_code error;
  socket.connect({asio::ip::address_v4::loopback(), port}, error);
  return !error;
}

}  // namespace

bool Rsyslog::IsHere() { return !Modules().empty(); }

Rsyslog::Rsyslog(RsyslogOptions options)
    : options_(std::move(options)),
      file_(options_.file.empty() ? folder_.path() + "/messages" : options_.file),
      ports_(FreePorts(5)) {
  const std::string modules = Modules();
  std::ofstream(folder_.path() + "/conf") << Configuration();
  std::ofstream(file_, std::ios::app).flush();
  child_ = std::make_unique<e2e::Child>(
      std::string(kRoot) + "/usr/sbin/rsyslogd",
      std::vector<std::string>{"-n", "-f", folder_.path() + "/conf", "-i", folder_.path() + "/pid"},
      folder_.path() + "/log",
      std::vector<std::string>{"LD_LIBRARY_PATH=" + modules + "/..",
                               "RSYSLOG_MODDIR=" + modules + "/"});
  const std::uint16_t last = options_.key_file.empty() ? relp() : relp_tls();
  while (!Answers(last) || !Answers(tcp())) {
    if (child_->WaitFor(kLookMilliseconds) != -1) {
      throw std::runtime_error("rsyslogd has ended: " + Log());
    }
  }
}

std::string Rsyslog::Configuration() const {
  std::ostringstream conf;
  conf << "global(workDirectory=\"" << folder_.path() << "\" maxMessageSize=\"128k\""
       << " parser.escapeControlCharactersOnReceive=\"off\"";
  if (!options_.key_file.empty()) {
    conf << " defaultNetstreamDriver=\"ossl\" defaultNetstreamDriverCAFile=\"" << options_.ca_file
         << "\" defaultNetstreamDriverCertFile=\"" << options_.cert_file
         << "\" defaultNetstreamDriverKeyFile=\"" << options_.key_file << "\"";
  }
  conf << ")\nmodule(load=\"imudp\")\nmodule(load=\"imtcp\")\nmodule(load=\"imrelp\")\n"
       << "template(name=\"line\" type=\"string\" string=\"" << options_.line << "\")\n"
       << "ruleset(name=\"all\" queue.type=\"direct\") { action(type=\"omfile\" file=\"" << file_
       << "\" template=\"line\") }\n";
  const auto input = [&](const char* type, std::uint16_t port, const std::string& more) {
    conf << "input(type=\"" << type << "\" address=\"127.0.0.1\" port=\"" << port
         << "\" ruleset=\"all\"" << more << ")\n";
  };
  input("imudp", udp(), "");
  const bool is_client_known = options_.demands_client;
  input("imtcp", tcp(), " streamDriver.name=\"ptcp\" streamDriver.mode=\"0\"");
  input("imrelp", relp(), "");
  if (options_.key_file.empty()) return conf.str();
  input(
      "imtcp", tls(),
      std::string(" streamDriver.name=\"ossl\" streamDriver.mode=\"1\" streamDriver.authMode=\"") +
          (is_client_known ? "x509/certvalid" : "anon") + "\"");
  input("imrelp", relp_tls(),
        " tls=\"on\" tls.caCert=\"" + options_.ca_file + "\" tls.myCert=\"" + options_.cert_file +
            "\" tls.myPrivKey=\"" + options_.key_file + "\"" + " tls.authMode=\"certvalid\"");
  return conf.str();
}

std::vector<std::string> Rsyslog::Lines() const {
  const std::string text = ReadFile(file_);
  std::vector<std::string> lines;
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos;
       at = end + 1) {
    lines.push_back(text.substr(at, end - at));
  }
  return lines;
}

std::vector<std::string> Rsyslog::WaitForLines(std::size_t count) const {
  const int watch = inotify_init1(IN_CLOEXEC);
  inotify_add_watch(watch, file_.c_str(), IN_MODIFY);
  std::vector<std::string> lines;
  pollfd changed{.fd = watch, .events = POLLIN, .revents = 0};
  for (int look = 0; (lines = Lines()).size() < count && look < kLooks; ++look) {
    char events[4096];
    if (poll(&changed, 1, kLookMilliseconds) > 0 && read(watch, events, sizeof events) < 0) break;
  }
  close(watch);
  return lines;
}

std::string Rsyslog::Log() const { return ReadFile(folder_.path() + "/log"); }

void Rsyslog::Stop() {
  child_->Signal(SIGTERM);
  child_->Wait();
}

}  // namespace cce
