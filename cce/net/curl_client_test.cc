#include "cce/net/curl_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/beast/zlib/deflate_stream.hpp>
#include <boost/crc.hpp>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <future>
#include <latch>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cce/api/trouble.h"
#include "cce/net/test_authority.h"
#include "cce/net/test_server.h"

namespace cce {
namespace {

namespace ssl = boost::asio::ssl;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr char kSecret[] = "s3cret-k3y";

std::string Answer(const std::string& body, const std::string& headers = "") {
  return absl::StrCat("HTTP/1.1 200 OK\r\n", headers, "Content-Length: ", body.size(), "\r\n\r\n",
                      body);
}

std::string Chunk(const std::string& bytes) {
  return absl::StrCat(absl::Hex(bytes.size()), "\r\n", bytes, "\r\n");
}

std::string Gzip(const std::string& plain) {
  boost::beast::zlib::deflate_stream deflate;
  std::string packed(deflate.upper_bound(plain.size()), '\0');
  boost::beast::zlib::z_params state;
  state.next_in = plain.data();
  state.avail_in = plain.size();
  state.next_out = packed.data();
  state.avail_out = packed.size();
  boost::beast::error_code error;
  deflate.write(state, boost::beast::zlib::Flush::finish, error);
  packed.resize(state.total_out);
  boost::crc_32_type crc;
  crc.process_bytes(plain.data(), plain.size());
  std::string all("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
  all += packed;
  for (const std::size_t number : {std::size_t{crc.checksum()}, plain.size()}) {
    for (int shift = 0; shift < 32; shift += 8) {
      all += static_cast<char>(number >> shift & 0xff);
    }
  }
  return all;
}

// Answers every request of a connection with `answer`.
TestServer::Handler Always(std::string answer) {
  return [answer = std::move(answer)](TestConnection& connection) {
    while (connection.ReadRequest() && connection.Write(answer)) {
    }
  };
}

// Answers the first request with `answer` and hangs up.
TestServer::Handler Once(std::string answer) {
  return [answer = std::move(answer)](TestConnection& connection) {
    if (connection.ReadRequest()) connection.Write(answer);
  };
}

void Stall(TestConnection& connection) {
  connection.ReadRequest();
  connection.Stall();
}

class CurlClientTest : public testing::Test {
 protected:
  CurlClientTest() { options_.allow_private_hosts = true; }

  CurlClient& Client() {
    if (client_ == nullptr) client_ = *CurlClient::Make(loop_.get_executor(), options_);
    return *client_;
  }

  std::future<absl::StatusOr<HttpResponse>> Start(HttpRequest request) {
    request.secret_header = "x-api-key";
    return boost::asio::co_spawn(loop_, Client().Send(std::move(request), kSecret, limits_),
                                 boost::asio::use_future);
  }

  std::future<absl::StatusOr<HttpResponse>> Start(const std::string& url) {
    HttpRequest request;
    request.url = url;
    return Start(std::move(request));
  }

  template <class Result>
  Result Await(std::future<Result> future) {
    while (future.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
      loop_.restart();
      loop_.run_one();
    }
    return future.get();
  }

  absl::StatusOr<HttpResponse> Send(HttpRequest request) {
    absl::StatusOr<HttpResponse> response = Await(Start(std::move(request)));
    if (!response.ok()) {
      EXPECT_THAT(response.status().ToString(), Not(HasSubstr(kSecret)));
    }
    return response;
  }

  absl::StatusOr<HttpResponse> Send(const std::string& url) {
    HttpRequest request;
    request.url = url;
    return Send(std::move(request));
  }

  // The error of asking `url`, as text.
  std::string Error(const std::string& url) { return Send(url).status().ToString(); }

  // What a server with `handler` does to a request.
  absl::StatusOr<HttpResponse> Ask(TestServer::Handler handler) {
    TestServer server(std::move(handler));
    return Send("http://" + server.address() + "/");
  }

  std::string Failed(TestServer::Handler handler) {
    return Ask(std::move(handler)).status().ToString();
  }

  boost::asio::io_context loop_;
  NetOptions options_;
  HttpLimits limits_;
  std::unique_ptr<CurlClient> client_;
};

TEST_F(CurlClientTest, AsksAndReadsTheAnswer) {
  std::string asked;
  TestServer server([&](TestConnection& connection) {
    asked = connection.ReadRequest().value_or("");
    connection.Write(
        "HTTP/1.1 404 Not Found\r\nX-Result-Count:  7 \r\nEmpty:\r\nx-result-count: 8\r\n"
        "Content-Length: 3\r\n\r\nabc");
  });
  HttpRequest request;
  request.url = "http://" + server.address() + "/a?b=c%20d";
  request.headers = {{"x-org-id", "acme"}, {"x-empty", ""}};
  absl::StatusOr<HttpResponse> response = Send(std::move(request));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->status, 404);
  EXPECT_EQ(response->Header("X-RESULT-COUNT"), "7");
  EXPECT_EQ(response->Header("empty"), "");
  EXPECT_EQ(response->headers.size(), 4u);
  EXPECT_EQ(response->body.view(), "abc");
  EXPECT_FALSE(response->over_cap);
  EXPECT_EQ(response->body.data()[3], '\0');
  EXPECT_THAT(asked, StartsWith("GET /a?b=c%20d HTTP/1.1\r\nHost: " + server.address() + "\r\n"));
  EXPECT_THAT(asked, HasSubstr("\r\nx-api-key: s3cret-k3y\r\n"));
  EXPECT_THAT(asked, HasSubstr("\r\nx-org-id: acme\r\n"));
  EXPECT_THAT(asked, HasSubstr("\r\nx-empty:\r\n"));
  EXPECT_THAT(asked, HasSubstr("\r\nAccept-Encoding: gzip\r\n"));
  EXPECT_THAT(asked, EndsWith("\r\n\r\n"));
}

TEST_F(CurlClientTest, SendsBodiesWithAnyMethod) {
  for (const char* method : {"POST", "PUT", "DELETE"}) {
    std::string asked;
    TestServer server([&](TestConnection& connection) {
      asked = connection.ReadRequest().value_or("");
      connection.Write(Answer(""));
    });
    HttpRequest request;
    request.method = method;
    request.url = "http://" + server.address() + "/events";
    request.headers = {{"Content-Type", "application/json"}};
    request.body = std::string(3000, ' ') + std::string("{\0}", 3);
    absl::StatusOr<HttpResponse> response = Send(request);
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_THAT(asked, StartsWith(absl::StrCat(method, " /events HTTP/1.1\r\n")));
    EXPECT_THAT(asked, HasSubstr("\r\nContent-Type: application/json\r\n"));
    EXPECT_THAT(asked, HasSubstr("\r\nContent-Length: 3003\r\n"));
    EXPECT_THAT(asked, Not(HasSubstr("Expect")));
    EXPECT_THAT(asked, EndsWith("\r\n\r\n" + request.body));
  }
}

TEST_F(CurlClientTest, ReadsNoBodyAfterHead) {
  TestServer server(Always("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"));
  HttpRequest request;
  request.method = "HEAD";
  request.url = "http://" + server.address() + "/";
  absl::StatusOr<HttpResponse> response = Send(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->body.size(), 0u);
}

TEST_F(CurlClientTest, ReusesItsConnection) {
  TestServer server(Always(Answer("abc")));
  for (int i = 0; i < 5; ++i) {
    absl::StatusOr<HttpResponse> response = Send("http://" + server.address() + "/");
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->body.view(), "abc");
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(CurlClientTest, AsksAgainWhenAKeptConnectionIsGone) {
  TestServer server(Once(Answer("abc")));
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(Send("http://" + server.address() + "/").ok());
  }
  EXPECT_EQ(server.connections(), 5);
}

TEST_F(CurlClientTest, CarriesAHundredTransfersAtOnceOnOneThread) {
  constexpr int kTransfers = 100;
  options_.requests_in_flight = kTransfers;
  std::latch all_asked(kTransfers);
  TestServer server([&](TestConnection& connection) {
    const std::optional<std::string> asked = connection.ReadRequest();
    if (!asked) return;
    all_asked.arrive_and_wait();
    connection.Write(Answer(asked->substr(0, asked->find(" HTTP")) + std::string(100'000, 'x')));
  });
  std::vector<std::future<absl::StatusOr<HttpResponse>>> futures;
  for (int i = 0; i < kTransfers; ++i) {
    futures.push_back(Start(absl::StrCat("http://", server.address(), "/", i)));
  }
  for (int i = 0; i < kTransfers; ++i) {
    absl::StatusOr<HttpResponse> response = Await(std::move(futures[static_cast<std::size_t>(i)]));
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->body.view(), absl::StrCat("GET /", i) + std::string(100'000, 'x'));
  }
}

TEST_F(CurlClientTest, StartsNoMoreThanItMayAndKeepsTheOrder) {
  options_.requests_in_flight = 2;
  std::mutex mutex;
  std::vector<std::string> asked;
  std::latch two(2);
  TestServer server([&](TestConnection& connection) {
    while (std::optional<std::string> request = connection.ReadRequest()) {
      {
        const std::lock_guard lock(mutex);
        asked.push_back(request->substr(0, 6));
      }
      if (request->starts_with("GET /0") || request->starts_with("GET /1")) two.arrive_and_wait();
      if (request->starts_with("GET /0")) connection.Stall();
      connection.Write(Answer(""));
    }
  });
  std::vector<std::future<absl::StatusOr<HttpResponse>>> futures;
  for (int i = 0; i < 5; ++i) {
    futures.push_back(Start(absl::StrCat("http://", server.address(), "/", i)));
  }
  for (std::size_t i = 1; i < 5; ++i) EXPECT_TRUE(Await(std::move(futures[i])).ok());
  const std::lock_guard lock(mutex);
  std::sort(asked.begin(), asked.begin() + 2);
  EXPECT_THAT(asked, ElementsAre("GET /0", "GET /1", "GET /2", "GET /3", "GET /4"));
  EXPECT_EQ(server.connections(), 2);
}

// What servers send.

TEST_F(CurlClientTest, UnpacksGzip) {
  const std::string plain = "[" + std::string(1'000'000, 'x') + "]";
  const std::string packed = Gzip(plain);
  ASSERT_LT(packed.size(), 10'000u);
  absl::StatusOr<HttpResponse> response = Ask(Once(Answer(packed, "Content-Encoding: gzip\r\n")));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->body.view(), plain);
}

TEST_F(CurlClientTest, TakesABodyThatJustFits) {
  limits_.body_cap = 100'000;
  const std::string body(limits_.body_cap, 'x');
  for (const std::string& answer :
       {Answer(body), Answer(Gzip(body), "Content-Encoding: gzip\r\n"),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Chunk(body) + Chunk("")}) {
    absl::StatusOr<HttpResponse> response = Ask(Once(answer));
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_FALSE(response->over_cap);
    EXPECT_EQ(response->body.view(), body);
  }
}

TEST_F(CurlClientTest, DropsABodyOverTheCapAndKeepsTheHeaders) {
  limits_.body_cap = 100'000;
  const std::string body(limits_.body_cap + 1, 'x');
  const std::string chunked =
      "HTTP/1.1 200 OK\r\nX-Limit: 10\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& answer :
       {Answer(body, "X-Limit: 10\r\n"),
        Answer(Gzip(body), "X-Limit: 10\r\nContent-Encoding: gzip\r\n"),
        chunked + Chunk(body) + Chunk(""), Answer(std::string(3u << 20, 'x'), "X-Limit: 10\r\n")}) {
    absl::StatusOr<HttpResponse> response = Ask(Once(answer));
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_TRUE(response->over_cap);
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->Header("x-limit"), "10");
    EXPECT_EQ(response->body.size(), 0u);
    EXPECT_EQ(response->body.capacity(), 0u);
  }
}

TEST_F(CurlClientTest, EndsABombAtTheCap) {
  limits_.body_cap = 1u << 20;
  const std::string bomb = Gzip(std::string(100u << 20, '\0'));
  ASSERT_LT(bomb.size(), 200u << 10);
  absl::StatusOr<HttpResponse> response = Ask(Once(Answer(bomb, "Content-Encoding: gzip\r\n")));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_TRUE(response->over_cap);
  EXPECT_EQ(response->body.capacity(), 0u);
}

TEST_F(CurlClientTest, EndsAnEndlessBodyAtTheCap) {
  limits_.body_cap = 1u << 20;
  absl::StatusOr<HttpResponse> response = Ask([](TestConnection& connection) {
    connection.ReadRequest();
    connection.Write("HTTP/1.1 200 OK\r\n\r\n");
    while (connection.Write(std::string(65'536, 'x'))) {
    }
  });
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_TRUE(response->over_cap);
}

TEST_F(CurlClientTest, RefusesEncodingsThatItDidNotAskFor) {
  const std::string twice = Gzip(Gzip("abc"));
  for (const char* encoding : {"gzip, gzip", "br", "deflate", "gzip\r\nContent-Encoding: gzip"}) {
    const std::string header = absl::StrCat("Content-Encoding: ", encoding, "\r\n");
    EXPECT_THAT(
        Failed(Once(Answer(twice, header))),
        StartsWith("UNAVAILABLE: 127.0.0.1: the answer has an encoding that was not asked for"))
        << encoding;
  }
  EXPECT_TRUE(Ask(Once(Answer("abc", "Content-Encoding: identity\r\n"))).ok());
}

TEST_F(CurlClientTest, EndsAnswersWithTooManyHeaders) {
  std::string many;
  for (int i = 0; i < 250; ++i) absl::StrAppend(&many, "H", i, ": x\r\n");
  EXPECT_THAT(Failed(Once(Answer("", many))), HasSubstr("more than 200 headers or 64 KiB"));
  std::string large;
  for (int i = 0; i < 100; ++i) {
    absl::StrAppend(&large, "H", i, ": ", std::string(1000, 'x'), "\r\n");
  }
  EXPECT_THAT(Failed(Once(Answer("", large))), HasSubstr("more than 200 headers or 64 KiB"));
  EXPECT_THAT(Failed([](TestConnection& connection) {
                connection.ReadRequest();
                while (connection.Write("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")) {
                }
              }),
              HasSubstr("more than 200 headers or 64 KiB"));
}

TEST_F(CurlClientTest, TakesTheHeadersOfTheFinalAnswerOnly) {
  absl::StatusOr<HttpResponse> response =
      Ask(Once("HTTP/1.1 103 Early Hints\r\nLink: early\r\n\r\n"
               "HTTP/1.1 200 OK\r\nX-Limit: 10\r\nTransfer-Encoding: chunked\r\n\r\n" +
               Chunk("abc") + "0\r\nDate: trailer\r\n\r\n"));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->Header("x-limit"), "10");
  EXPECT_EQ(response->Header("link"), std::nullopt);
  EXPECT_EQ(response->Header("date"), std::nullopt);
  EXPECT_EQ(response->body.view(), "abc");
}

TEST_F(CurlClientTest, FollowsNoRedirect) {
  TestServer target(Always(Answer("abc")));
  absl::StatusOr<HttpResponse> response =
      Ask(Once("HTTP/1.1 302 Found\r\nLocation: http://" + target.address() +
               "/\r\nContent-Length: 0\r\n\r\n"));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->status, 302);
  EXPECT_EQ(target.connections(), 0);
}

TEST_F(CurlClientTest, ReportsBrokenTransfers) {
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_THAT(Failed(Once(chunked + Chunk("abc") + "5\r\nab")),
              StartsWith("UNAVAILABLE: 127.0.0.1: "));
  EXPECT_THAT(Failed(Once(chunked + Chunk("abc"))), StartsWith("UNAVAILABLE: 127.0.0.1: "));
  EXPECT_THAT(Failed(Once(chunked + "xyz\r\nabc\r\n")), StartsWith("UNAVAILABLE: 127.0.0.1: "));
  EXPECT_THAT(Failed(Once("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")),
              AllOf(StartsWith("UNAVAILABLE: 127.0.0.1: "), HasSubstr("97 bytes")));
  EXPECT_THAT(Failed(Once(Answer("no gzip", "Content-Encoding: gzip\r\n"))),
              StartsWith("UNAVAILABLE: 127.0.0.1: "));
  EXPECT_THAT(Failed(Once("")), StartsWith("UNAVAILABLE: 127.0.0.1: Empty reply"));
  EXPECT_THAT(Failed(Once("SSH-2.0-OpenSSH_9.2\r\n")), StartsWith("UNAVAILABLE: 127.0.0.1: "));
  EXPECT_THAT(Failed([](TestConnection& connection) {
                connection.ReadRequest();
                connection.Write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
                connection.Reset();
              }),
              StartsWith("UNAVAILABLE: 127.0.0.1: "));
}

TEST_F(CurlClientTest, NamesWhyAConnectionCannotBeMade) {
  std::string address;
  {
    TestServer gone(Stall);
    address = gone.address();
  }
  EXPECT_THAT(Error("http://" + address + "/"),
              StartsWith("UNAVAILABLE: 127.0.0.1: cannot connect: Connection refused"));
  EXPECT_THAT(Error("https://no-such-host.invalid/"),
              StartsWith("UNAVAILABLE: no-such-host.invalid: its name cannot be resolved"));
}

TEST_F(CurlClientTest, SaysWhatToDoNext) {
  const absl::Status status = Send("https://no-such-host.invalid/").status();
  ASSERT_TRUE(TroubleOf(status).has_value());
  EXPECT_EQ(TroubleOf(status)->word, StatusWord::kUnreachable);
  EXPECT_THAT(TroubleOf(status)->remedy, HasSubstr("DNS"));
}

TEST_F(CurlClientTest, GivesUpAServerThatDoesNotAnswer) {
  limits_.total_timeout = absl::Milliseconds(50);
  EXPECT_THAT(Failed(Stall), StartsWith("UNAVAILABLE: 127.0.0.1: Operation timed out"));
}

TEST_F(CurlClientTest, GivesUpAServerThatStopsInTheMiddle) {
  limits_.total_timeout = absl::Milliseconds(50);
  EXPECT_THAT(Failed([](TestConnection& connection) {
                connection.ReadRequest();
                connection.Write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
                connection.Stall();
              }),
              StartsWith("UNAVAILABLE: 127.0.0.1: Operation timed out"));
}

TEST_F(CurlClientTest, GivesUpATlsHandshakeThatDoesNotEnd) {
  limits_.connect_timeout = absl::Milliseconds(50);
  TestServer server(Stall);
  EXPECT_THAT(
      Error("https://" + server.address() + "/"),
      AllOf(StartsWith("UNAVAILABLE: 127.0.0.1: "), testing::ContainsRegex("timeout|timed out")));
}

TEST_F(CurlClientTest, GivesUpATrickle) {
  limits_.low_speed_time = absl::Milliseconds(1);  // libcurl rounds up to a second
  EXPECT_THAT(Failed([](TestConnection& connection) {
                connection.ReadRequest();
                connection.Write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
                connection.Stall();
              }),
              StartsWith("UNAVAILABLE: 127.0.0.1: Operation too slow"));
}

// What may be asked.

TEST_F(CurlClientTest, RefusesWhatCannotBeSent) {
  for (const char* url : {"", "://", "https://user:pass@127.0.0.1/", "https://user@127.0.0.1/",
                          "https://127.0.0.1:99999/", "https://a b/"}) {
    EXPECT_THAT(Error(url), StartsWith("INVALID_ARGUMENT: ")) << url;
  }
  TestServer server(Always(Answer("")));
  HttpRequest good;
  good.url = "http://" + server.address() + "/";
  for (const char* value : {"a\r\nX-Forged: 1", "a\nb", "a\rb", "\n"}) {
    HttpRequest request = good;
    request.headers = {{"x-name", value}};
    EXPECT_EQ(Send(request).status().ToString(),
              "INVALID_ARGUMENT: the value of header x-name has a line end in it");
  }
  for (const char* name : {"", "a b", "a:", "a\r\n", "a;"}) {
    HttpRequest request = good;
    request.headers = {{name, "x"}};
    EXPECT_THAT(Send(request).status().ToString(), StartsWith("INVALID_ARGUMENT: "));
  }
  for (const char* method : {"", "GET /x HTTP/1.1\r\nX-Forged: 1\r\n\r\nGET", "A B"}) {
    HttpRequest request = good;
    request.method = method;
    EXPECT_THAT(Send(request).status().ToString(), StartsWith("INVALID_ARGUMENT: "));
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(CurlClientTest, RefusesASecretWithALineEndWithoutSayingIt) {
  TestServer server(Always(Answer("")));
  HttpRequest request;
  request.url = "http://" + server.address() + "/";
  request.secret_header = "x-api-key";
  const absl::StatusOr<HttpResponse> response = Await(boost::asio::co_spawn(
      loop_, Client().Send(request, "abcdef\n", limits_), boost::asio::use_future));
  EXPECT_EQ(response.status().ToString(),
            "INVALID_ARGUMENT: the value of header x-api-key has a line end in it");
}

TEST_F(CurlClientTest, RefusesOtherProtocols) {
  for (const char* url : {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/",
                          "dict://127.0.0.1/", "ws://127.0.0.1/"}) {
    EXPECT_THAT(Error(url),
                testing::AnyOf(StartsWith("PERMISSION_DENIED: "), StartsWith("INVALID_ARGUMENT: ")))
        << url;
  }
}

TEST_F(CurlClientTest, RefusesPlainHttpByDefault) {
  options_.allow_private_hosts = false;
  TestServer server(Always(Answer("")));
  EXPECT_THAT(Error("http://" + server.address() + "/"),
              StartsWith("PERMISSION_DENIED: 127.0.0.1: http is not allowed"));
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(CurlClientTest, RefusesPlainHttpToPublicAddressesAlways) {
  EXPECT_THAT(
      Error("http://1.1.1.1/"),
      StartsWith("PERMISSION_DENIED: 1.1.1.1: its address 1.1.1.1 is not allowed over http"));
}

TEST_F(CurlClientTest, RefusesPrivateAddressesHoweverTheyAreWritten) {
  options_.allow_private_hosts = false;
  TestServer server(Always(Answer("")));
  // libcurl resolves every name under localhost to loopback.
  for (const char* host : {"127.0.0.1", "localhost", "name.localhost", "2130706433", "0x7f.1",
                           "127.1", "0", "[::1]", "[::ffff:127.0.0.1]", "[::]"}) {
    EXPECT_THAT(Error(absl::StrCat("https://", host, ":", server.port(), "/")),
                AllOf(StartsWith("PERMISSION_DENIED: "), HasSubstr("is not allowed over https")))
        << host;
  }
  for (const char* host :
       {"10.1.2.3", "192.168.0.1", "169.254.169.254", "[fd00::1]", "[fe80::1]"}) {
    EXPECT_THAT(Error(absl::StrCat("https://", host, "/")), StartsWith("PERMISSION_DENIED: "))
        << host;
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(CurlClientTest, ReachesPrivateNamesWhenTheyAreAllowed) {
  TestServer server(Always(Answer("abc")));
  absl::StatusOr<HttpResponse> response = Send("http://name.localhost:" + server.port() + "/");
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->body.view(), "abc");
}

// Proxies.

TEST_F(CurlClientTest, HearsNoProxyOfTheEnvironment) {
  TestServer proxy(Always(Answer("from the proxy")));
  TestServer server(Always(Answer("from the server")));
  const std::string url = "http://" + proxy.address();
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"}) {
    ::setenv(name, url.c_str(), 1);
  }
  absl::StatusOr<HttpResponse> response = Send("http://" + server.address() + "/");
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"}) ::unsetenv(name);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->body.view(), "from the server");
  EXPECT_EQ(proxy.connections(), 0);
}

TEST_F(CurlClientTest, AsksThroughTheProxyAndTellsItNoSecret) {
  std::string asked;
  TestServer proxy([&](TestConnection& connection) {
    asked = connection.ReadRequest().value_or("");
    connection.Write("HTTP/1.1 502 Bad Gateway\r\nX-Proxy: 1\r\nContent-Length: 0\r\n\r\n");
  });
  options_.allow_private_hosts = false;  // the proxy's own address needs no leave
  options_.proxy = "http://user:proxy-passw0rd@" + proxy.address();
  ::setenv("no_proxy", "*", 1);
  const std::string error = Error("https://api.example.com/");
  ::unsetenv("no_proxy");
  EXPECT_THAT(error, AllOf(StartsWith("UNAVAILABLE: api.example.com: "), HasSubstr("502"),
                           Not(HasSubstr("proxy-passw0rd"))));
  EXPECT_THAT(asked, StartsWith("CONNECT api.example.com:443 HTTP/1.1\r\n"));
  EXPECT_THAT(asked, Not(HasSubstr("s3cret")));
  EXPECT_THAT(asked, Not(HasSubstr("x-api-key")));
}

TEST_F(CurlClientTest, RefusesPrivateHostsBehindAProxyByName) {
  TestServer proxy(Always(Answer("")));
  options_.allow_private_hosts = false;
  options_.proxy = "http://" + proxy.address();
  for (const char* host :
       {"127.0.0.1", "localhost", "A.LOCALHOST", "localhost.", "10.0.0.1", "[::1]", "0x7f.1"}) {
    EXPECT_THAT(Error(absl::StrCat("https://", host, "/")), StartsWith("PERMISSION_DENIED: "))
        << host;
  }
  options_.allow_private_hosts = true;
  client_.reset();
  EXPECT_THAT(Error("http://api.example.com/"), StartsWith("PERMISSION_DENIED: "));
  EXPECT_EQ(proxy.connections(), 0);
}

TEST_F(CurlClientTest, NamesAProxyThatIsGone) {
  {
    TestServer gone(Stall);
    options_.proxy = "http://" + gone.address();
  }
  EXPECT_THAT(Error("https://api.example.com/"),
              StartsWith("UNAVAILABLE: api.example.com: cannot connect to the proxy"));
  options_.proxy = "http://no-such-proxy.invalid:3128";
  client_.reset();
  EXPECT_THAT(Error("https://api.example.com/"),
              StartsWith("UNAVAILABLE: api.example.com: the proxy's name cannot be resolved"));
}

// TLS.

class CurlClientTlsTest : public CurlClientTest {
 protected:
  CurlClientTlsTest() { Trust(authority_); }
  ~CurlClientTlsTest() override { std::remove(options_.ca_file.c_str()); }

  void Trust(const TestAuthority& authority) {
    options_.ca_file = absl::StrCat(testing::TempDir(), "/curl_client_test_", ::getpid(), ".pem");
    std::ofstream(options_.ca_file) << authority.Certificate();
  }

  void Use(const TestIdentity& identity) {
    tls_.use_certificate(boost::asio::buffer(identity.certificate), ssl::context::pem);
    tls_.use_private_key(boost::asio::buffer(identity.key), ssl::context::pem);
  }

  // The error of asking a server with that identity, which must receive nothing.
  std::string Refused() {
    TestServer server(Always(Answer("")), &tls_);
    const std::string error = Error("https://localhost:" + server.port() + "/");
    server.Stop();
    EXPECT_EQ(server.received(), 0u);
    return error;
  }

  TestAuthority authority_;
  ssl::context tls_{ssl::context::tls_server};
};

TEST_F(CurlClientTlsTest, AsksAServerThatIsWhatItSays) {
  Use(authority_.Issue("DNS:localhost"));
  TestServer server(Always(Answer("abc")), &tls_);
  for (int i = 0; i < 3; ++i) {
    absl::StatusOr<HttpResponse> response = Send("https://localhost:" + server.port() + "/");
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->body.view(), "abc");
  }
  EXPECT_EQ(server.connections(), 1);
  EXPECT_GT(server.received(), 0u);
}

TEST_F(CurlClientTlsTest, TellsNothingToAServerOfAnotherName) {
  Use(authority_.Issue("DNS:other.example"));
  EXPECT_THAT(Refused(), AllOf(StartsWith("UNAVAILABLE: localhost: "), HasSubstr("name")));
}

TEST_F(CurlClientTlsTest, TellsNothingToAServerWhoseCertificateHasExpired) {
  Use(authority_.Issue("DNS:localhost", -absl::Hours(1)));
  EXPECT_THAT(Refused(), StartsWith("UNAVAILABLE: localhost: certificate has expired"));
}

TEST_F(CurlClientTlsTest, TellsNothingToAServerOfAnotherAuthority) {
  Use(TestAuthority("Another authority").Issue("DNS:localhost"));
  EXPECT_THAT(Refused(),
              StartsWith("UNAVAILABLE: localhost: unable to get local issuer certificate"));
}

TEST_F(CurlClientTlsTest, TrustsTheSystemOnlyWithoutACaFile) {
  options_.ca_file.clear();
  Use(authority_.Issue("DNS:localhost"));
  EXPECT_THAT(Refused(), StartsWith("UNAVAILABLE: localhost: "));
}

TEST_F(CurlClientTlsTest, TellsNothingWithoutTheCaFileItWasGiven) {
  options_.ca_file = "/no/such/file.pem";
  Use(authority_.Issue("DNS:localhost"));
  EXPECT_THAT(Refused(),
              AllOf(StartsWith("UNAVAILABLE: localhost: "), HasSubstr("/no/such/file.pem")));
}

TEST_F(CurlClientTlsTest, TellsNothingToAServerWithOldTls) {
  Use(authority_.Issue("DNS:localhost"));
  ::SSL_CTX_set_max_proto_version(tls_.native_handle(), TLS1_1_VERSION);
  ::SSL_CTX_set_cipher_list(tls_.native_handle(), "ALL:@SECLEVEL=0");
  EXPECT_THAT(Refused(), StartsWith("UNAVAILABLE: localhost: "));
}

TEST_F(CurlClientTlsTest, NoticesABodyThatIsCutWithoutTheEndOfTls) {
  Use(authority_.Issue("DNS:localhost"));
  TestServer server(
      [](TestConnection& connection) {
        connection.ReadRequest();
        connection.Write("HTTP/1.1 200 OK\r\n\r\nabc");  // ends with the connection
        connection.Reset();
      },
      &tls_);
  EXPECT_THAT(Error("https://localhost:" + server.port() + "/"),
              StartsWith("UNAVAILABLE: localhost: "));
}

// Ends.

TEST_F(CurlClientTest, EndsEverySendWhenItIsDestroyed) {
  options_.requests_in_flight = 2;
  std::latch two(2);
  TestServer server([&](TestConnection& connection) {
    connection.ReadRequest();
    two.count_down();
    connection.Stall();
  });
  std::vector<std::future<absl::StatusOr<HttpResponse>>> futures;
  for (int i = 0; i < 5; ++i) futures.push_back(Start("http://" + server.address() + "/"));
  while (!two.try_wait()) loop_.poll();
  client_.reset();
  for (std::future<absl::StatusOr<HttpResponse>>& future : futures) {
    EXPECT_EQ(Await(std::move(future)).status().code(), absl::StatusCode::kUnavailable);
  }
}

TEST_F(CurlClientTest, EndsASendThatHasItsAnswerAndHasNotSeenIt) {
  std::string address;
  {
    TestServer gone(Stall);
    address = gone.address();
  }
  auto send = [&]() -> Task<std::string> {
    HttpRequest request;
    request.url = "http://" + address + "/";
    absl::StatusOr<HttpResponse> response =
        co_await Client().Send(std::move(request), kSecret, limits_);
    client_.reset();
    co_return response.status().ToString();
  };
  std::future<std::string> one = boost::asio::co_spawn(loop_, send(), boost::asio::use_future);
  std::future<std::string> other = boost::asio::co_spawn(loop_, send(), boost::asio::use_future);
  EXPECT_THAT(Await(std::move(one)), HasSubstr("cannot connect"));
  EXPECT_EQ(Await(std::move(other)), "UNAVAILABLE: the request was given up");
}

TEST_F(CurlClientTest, LeavesNothingWhenItsLoopEndsInTheMiddle) {
  auto loop = std::make_unique<boost::asio::io_context>();
  std::unique_ptr<CurlClient> client = *CurlClient::Make(loop->get_executor(), options_);
  std::latch asked(1);
  TestServer server([&](TestConnection& connection) {
    connection.ReadRequest();
    asked.count_down();
    connection.Stall();
  });
  bool resumed = false;
  const auto held = std::make_shared<int>(1);
  auto send = [&resumed, &client, &server, this](std::shared_ptr<int> hold) -> Task<> {
    HttpRequest request;
    request.url = "http://" + server.address() + "/";
    absl::StatusOr<HttpResponse> response =
        co_await client->Send(std::move(request), kSecret, limits_);
    resumed = true;
    hold.reset();
  };
  boost::asio::co_spawn(*loop, send(held), boost::asio::detached);
  while (!asked.try_wait()) loop->poll();
  client.reset();
  loop.reset();
  EXPECT_FALSE(resumed);
  EXPECT_EQ(held.use_count(), 1);
}

TEST_F(CurlClientTest, GivesACancelledTransferUpAndGoesOn) {
  options_.requests_in_flight = 1;
  std::latch asked(1);
  TestServer stalled([&](TestConnection& connection) {
    connection.ReadRequest();
    asked.count_down();
    connection.Stall();
  });
  TestServer server(Always(Answer("abc")));
  boost::asio::cancellation_signal running;
  boost::asio::cancellation_signal waiting;
  auto start = [&](boost::asio::cancellation_signal& signal) {
    HttpRequest request;
    request.url = "http://" + stalled.address() + "/";
    return boost::asio::co_spawn(
        loop_, Client().Send(std::move(request), kSecret, limits_),
        boost::asio::bind_cancellation_slot(signal.slot(), boost::asio::use_future));
  };
  std::future<absl::StatusOr<HttpResponse>> first = start(running);
  std::future<absl::StatusOr<HttpResponse>> second = start(waiting);
  std::future<absl::StatusOr<HttpResponse>> third = Start("http://" + server.address() + "/");
  while (!asked.try_wait()) loop_.poll();
  waiting.emit(boost::asio::cancellation_type::terminal);
  running.emit(boost::asio::cancellation_type::terminal);
  EXPECT_EQ(Await(std::move(first)).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Await(std::move(second)).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(Await(std::move(third)).ok());
}

TEST_F(CurlClientTest, DoesNotWaitForANameWhenItIsDestroyed) {
  std::future<absl::StatusOr<HttpResponse>> future = Start("https://no-such-host.invalid/");
  loop_.poll();
  client_.reset();
  EXPECT_EQ(Await(std::move(future)).status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace cce
