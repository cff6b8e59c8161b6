#include "tests/simulator/http_server.h"

#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "boost/asio/buffer.hpp"
#include "boost/asio/connect.hpp"
#include "boost/asio/read.hpp"
#include "boost/asio/ssl/host_name_verification.hpp"
#include "boost/asio/ssl/stream.hpp"
#include "boost/asio/write.hpp"
#include "boost/beast/core/flat_buffer.hpp"
#include "boost/beast/http/message.hpp"
#include "boost/beast/http/parser.hpp"
#include "boost/beast/http/read.hpp"
#include "boost/beast/http/string_body.hpp"
#include "boost/beast/http/write.hpp"
#include "gtest/gtest.h"
#include "tests/simulator/certificates.h"

namespace cce::simulator {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);

// A server in a thread of its own, which alone touches the simulator after Start.
class Loopback : public ::testing::Test {
 protected:
  Loopback() : simulator_(SimulatorOptions{}) {
    OrganisationOptions options;
    options.events = 3000;
    options.mix.delays = DelayProfile::kNone;
    EXPECT_TRUE(simulator_.AddOrganisation(options, kNow).ok());
    simulator_.credentials().AddKey({"key", options.id});
  }
  ~Loopback() override {
    server_io_.stop();
    if (thread_.joinable()) thread_.join();
  }

  void Start(std::optional<asio::ssl::context> tls) {
    server_.emplace(
        server_io_, simulator_, [] { return kNow; }, std::move(tls));
    ASSERT_TRUE(server_->Listen("127.0.0.1:0").ok());
    server_->Start();
    thread_ = std::thread([this] { server_io_.run(); });
  }

  tcp::socket Connect() {
    tcp::socket socket(client_io_);
    socket.connect(tcp::endpoint(asio::ip::make_address("127.0.0.1"), server_->port()));
    return socket;
  }

  template <class Stream>
  static http::response<http::string_body> Ask(Stream& stream, boost::system::error_code& error) {
    http::request<http::string_body> request(http::verb::post, "/insights/directory/v1/events", 11);
    request.set("x-api-key", "key");
    request.body() = R"({"service":["all"],"limit":10000,"start_time":"2026-09-21T00:00:00Z"})";
    request.prepare_payload();
    http::write(stream, request);
    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(std::uint64_t{64} << 20);
    http::read(stream, buffer, parser, error);
    return parser.release();
  }

  Simulator simulator_;
  asio::io_context server_io_{1};
  asio::io_context client_io_;
  std::optional<HttpServer> server_;
  std::thread thread_;
};

TEST_F(Loopback, AnswersSeveralRequestsOnOneConnection) {
  Start(std::nullopt);
  tcp::socket socket = Connect();
  boost::system::error_code error;
  const auto first = Ask(socket, error);
  ASSERT_FALSE(error) << error.message();
  EXPECT_EQ(first.result_int(), 200u);
  EXPECT_EQ(first["x-result-count"], "3000");
  const auto second = Ask(socket, error);
  ASSERT_FALSE(error) << error.message();
  EXPECT_EQ(first.body(), second.body());
}

TEST_F(Loopback, SpeaksTlsThatItsOwnAuthorityVouchesFor) {
  const absl::StatusOr<Certificates> certificates = MakeCertificates();
  ASSERT_TRUE(certificates.ok()) << certificates.status();
  absl::StatusOr<asio::ssl::context> tls =
      MakeTlsContext(certificates->certificate, certificates->key);
  ASSERT_TRUE(tls.ok()) << tls.status();
  Start(*std::move(tls));

  asio::ssl::context trust(asio::ssl::context::tls_client);
  trust.add_certificate_authority(asio::buffer(certificates->ca));
  asio::ssl::stream<tcp::socket> stream(Connect(), trust);
  stream.set_verify_mode(asio::ssl::verify_peer);
  stream.set_verify_callback(asio::ssl::host_name_verification("127.0.0.1"));
  boost::system::error_code error;
  stream.handshake(asio::ssl::stream_base::client, error);
  ASSERT_FALSE(error) << error.message();
  EXPECT_EQ(Ask(stream, error)["x-result-count"], "3000");
}

TEST_F(Loopback, CutsAnAnswerShort) {
  simulator_.faults().Add(*ParseFault(R"({"fault":"truncated"})"));
  simulator_.faults().Add(*ParseFault(R"({"fault":"reset"})"));
  Start(std::nullopt);
  boost::system::error_code error;
  tcp::socket first = Connect();
  const auto response = Ask(first, error);
  EXPECT_EQ(error, http::error::partial_message);
  EXPECT_GT(response.body().size(), 0u);
  tcp::socket second = Connect();
  Ask(second, error);
  EXPECT_TRUE(error);
  tcp::socket third = Connect();
  EXPECT_EQ(Ask(third, error).result_int(), 200u);
}

TEST(HttpServer, SaysWhatIsWrongWithAnAddress) {
  asio::io_context io;
  Simulator simulator{SimulatorOptions{}};
  HttpServer server(
      io, simulator, [] { return kNow; }, std::nullopt);
  for (const char* address : {"8443", "localhost:8443", "127.0.0.1:99999", "127.0.0.1:x", ""}) {
    EXPECT_EQ(server.Listen(address).code(), absl::StatusCode::kInvalidArgument) << address;
  }
}

TEST(Certificates, ThatAreNoneAreRefused) {
  EXPECT_EQ(MakeTlsContext("nonsense", "nonsense").status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace cce::simulator
