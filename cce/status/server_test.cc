#include "cce/status/server.h"

#include <sys/stat.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/temporary_directory.h"
#include "tests/fakes/virtual_world.h"

namespace cce {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

namespace asio = boost::asio;
using Local = asio::local::stream_protocol;
using Tcp = asio::ip::tcp;

// A server on a thread of its own; the test is the client.
class Server : public ::testing::Test {
 protected:
  void SetUp() override { options_.socket_path = folder_ + "/cce.sock"; }

  void TearDown() override { Stop(); }

  absl::Status Open() {
    absl::StatusOr<std::unique_ptr<StatusServer>> server =
        StatusServer::Open(io_.get_executor(), clock_, board_, options_);
    if (!server.ok()) return server.status();
    server_ = *std::move(server);
    return absl::OkStatus();
  }

  void Start() {
    const absl::Status status = Open();
    ASSERT_TRUE(status.ok()) << status;
    thread_ = std::thread([this] { io_.run(); });
  }

  // Ends the server; returns once nothing of it runs any more.
  void Stop() {
    if (!thread_.joinable()) return;
    asio::post(io_, [this] { server_.reset(); });
    thread_.join();
  }

  // Everything the server answers to `bytes`; empty if it just closes.
  template <class Protocol>
  std::string Exchange(const typename Protocol::endpoint& endpoint, const std::string& bytes) {
    asio::io_context io;
    typename Protocol::socket socket(io);
    boost::system::error_code error;
    socket.connect(endpoint, error);
    if (error) return "cannot connect: " + error.message();
    asio::write(socket, asio::buffer(bytes), error);
    std::string answer;
    asio::read(socket, asio::dynamic_buffer(answer), error);
    return answer;
  }

  std::string Ask(const std::string& bytes) {
    return Exchange<Local>(Local::endpoint(options_.socket_path), bytes);
  }
  std::string AskTcp(const std::string& bytes) {
    const Tcp::endpoint endpoint(asio::ip::address_v4::loopback(),
                                 static_cast<std::uint16_t>(server_->port()));
    return Exchange<Tcp>(endpoint, bytes);
  }

  const TemporaryDirectory temporary_;
  const std::string folder_ = temporary_.path();
  VirtualClock clock_{absl::FromUnixSeconds(1'780'000'000)};
  StatusBoard board_{clock_, "collector-1", "1.0"};
  StatusServer::Options options_;
  asio::io_context io_{1};
  std::unique_ptr<StatusServer> server_;
  std::thread thread_;
};

TEST_F(Server, AnswersOnAUnixSocketThatOnlyItsOwnerMayOpen) {
  Start();
  const std::string answer = Ask("GET /api/v1/status HTTP/1.1\r\nHost: cce\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(answer, HasSubstr("Cache-Control: no-store\r\n"));
  EXPECT_THAT(answer, HasSubstr("\"cce_id\": \"collector-1\""));
  struct stat info;
  ASSERT_EQ(stat(options_.socket_path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0600u);
}

TEST_F(Server, ServesMetricsAndHealth) {
  Start();
  EXPECT_THAT(Ask("GET /metrics HTTP/1.1\r\nHost: cce\r\n\r\n"),
              HasSubstr("cce_engine_info{cce_id=\"collector-1\""));
  EXPECT_THAT(Ask("GET /healthz HTTP/1.1\r\nHost: cce\r\n\r\n"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(Ask("GET /readyz HTTP/1.1\r\nHost: cce\r\n\r\n"), StartsWith("HTTP/1.1 503"));
  board_.SetReady(true);
  EXPECT_THAT(Ask("GET /readyz?x=1 HTTP/1.1\r\nHost: cce\r\n\r\n"), StartsWith("HTTP/1.1 200"));
}

TEST_F(Server, SaysWhatIsServedInsteadOfWhatIsNot) {
  Start();
  const std::string missing = Ask("GET /api/v1/devices HTTP/1.1\r\nHost: cce\r\n\r\n");
  EXPECT_THAT(missing, StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(missing, HasSubstr("{\"error\":\"nothing is here; GET /api/v1/status"));
  const std::string method = Ask("POST /api/v1/status HTTP/1.1\r\nHost: cce\r\n\r\n");
  EXPECT_THAT(method, StartsWith("HTTP/1.1 405"));
  EXPECT_THAT(method, HasSubstr("Allow: GET\r\n"));
}

TEST_F(Server, RefusesWhatIsNotARequestOrIsTooLarge) {
  Start();
  EXPECT_THAT(Ask("\x16\x03\x01 hello\r\n\r\n"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(Ask("GET / HTTP/1.1\r\nHost: cce\r\nX: " + std::string(17'000, 'x') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431"));
  EXPECT_THAT(Ask("GET / HTTP/1.1\r\nHost: cce\r\nContent-Length: 5\r\n\r\n"),
              StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(Ask("GET /healthz HTTP/1.1\r\nHost: cce\r\n\r\n"), StartsWith("HTTP/1.1 200"));
}

TEST_F(Server, ClosesAConnectionThatDoesNotFinishItsHeaderInTime) {
  options_.header_deadline = absl::ZeroDuration();
  Start();
  EXPECT_THAT(Ask("GET /healthz HTTP/1.1\r\n"), IsEmpty());
}

TEST_F(Server, ClosesConnectionsBeyondTheCapAtOnce) {
  options_.max_connections = 0;
  Start();
  EXPECT_THAT(Ask(""), IsEmpty());
}

TEST_F(Server, EndsOpenConnectionsAndRemovesItsSocketWhenItEnds) {
  Start();
  asio::io_context io;
  Local::socket silent(io);
  silent.connect(Local::endpoint(options_.socket_path));
  EXPECT_THAT(Ask("GET /healthz HTTP/1.1\r\nHost: cce\r\n\r\n"), StartsWith("HTTP/1.1 200"));
  Stop();
  EXPECT_FALSE(std::filesystem::exists(options_.socket_path));
}

TEST_F(Server, ReplacesTheSocketOfADeadEngineAndNothingElse) {
  {
    asio::io_context io;
    Local::acceptor dead(io, Local::endpoint(options_.socket_path));
  }
  ASSERT_TRUE(std::filesystem::exists(options_.socket_path));
  Start();
  EXPECT_THAT(Ask("GET /healthz HTTP/1.1\r\nHost: cce\r\n\r\n"), StartsWith("HTTP/1.1 200"));
  Stop();

  std::ofstream(options_.socket_path) << "precious";
  const absl::Status status = Open();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("not a socket; move it away"));
  EXPECT_TRUE(std::filesystem::exists(options_.socket_path));
}

TEST_F(Server, SaysThatAPathIsTooLongForASocket) {
  options_.socket_path = folder_ + "/" + std::string(120, 'x');
  EXPECT_THAT(std::string(Open().message()), HasSubstr("choose a shorter state_dir"));
}

TEST_F(Server, ServesLoopbackTcpToClientsOfThisMachineOnly) {
  options_.listen_address = "127.0.0.1";
  Start();
  ASSERT_NE(server_->port(), 0);
  const auto status_for = [this](const std::string& headers) {
    return AskTcp("GET /healthz HTTP/1.1\r\n" + headers + "\r\n").substr(9, 3);
  };
  EXPECT_EQ(status_for("Host: 127.0.0.1:8650\r\n"), "200");
  EXPECT_EQ(status_for("Host: localhost\r\n"), "200");
  EXPECT_EQ(status_for("Host: [::1]:8650\r\n"), "200");
  EXPECT_EQ(status_for("Host: LocalHost:1\r\nOrigin: http://LocalHost:1\r\n"), "200");
  EXPECT_EQ(status_for("Host: attacker.example\r\n"), "403");
  EXPECT_EQ(status_for("Host: localhost.attacker.example:8650\r\n"), "403");
  EXPECT_EQ(status_for("Host: localhost\r\nOrigin: http://attacker.example\r\n"), "403");
  EXPECT_EQ(status_for("Host: localhost\r\nOrigin: null\r\n"), "403");
  EXPECT_EQ(status_for("Host: \r\n"), "403");
  EXPECT_EQ(status_for(""), "403");
}

TEST_F(Server, SaysThatAPortIsTaken) {
  options_.listen_address = "127.0.0.1";
  Start();
  options_.listen_port = static_cast<std::uint16_t>(server_->port());
  options_.socket_path += "2";
  absl::StatusOr<std::unique_ptr<StatusServer>> second =
      StatusServer::Open(io_.get_executor(), clock_, board_, options_);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("set another port in \"listen\""));
  EXPECT_FALSE(std::filesystem::exists(options_.socket_path));
  options_.socket_path.pop_back();
}

TEST_F(Server, DoesNotListenBeyondThisMachine) {
  options_.listen_address = "0.0.0.0";
  EXPECT_EQ(Open().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace cce
