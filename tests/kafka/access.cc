#include "tests/kafka/access.h"

#include <optional>
#include <stdexcept>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "boost/asio/buffer.hpp"
#include "boost/asio/io_context.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "boost/asio/read.hpp"
#include "boost/asio/write.hpp"
#include "tests/kafka/address.h"

namespace cce::kafka_ground {
namespace {

// Versions of the requests that brokers 2.0 to 4.x take (https://kafka.apache.org/protocol).
constexpr std::int16_t kDescribeAcls = 29, kCreateAcls = 30, kVersion = 1;
constexpr std::int8_t kPrefixed = 4, kAllow = 3;

std::string Integer(std::uint64_t value, int bytes) {
  std::string text;
  while (bytes-- > 0) text += static_cast<char>(value >> (8 * bytes));
  return text;
}

std::string Text(const std::string& text) { return Integer(text.size(), 2) + text; }

template <class Enum>
std::string Byte(Enum value) {
  return std::string(1, static_cast<char>(value));
}

std::int64_t IntegerAt(const std::string& bytes, std::size_t at, std::size_t count) {
  std::int64_t value = static_cast<signed char>(bytes.at(at));
  for (std::size_t i = 1; i < count; ++i) {
    value = value * 256 + static_cast<unsigned char>(bytes.at(at + i));
  }
  return value;
}

// The answer, without length and correlation id.
std::string Ask(const std::string& address, std::int16_t api, const std::string& body) {
  namespace asio = boost::asio;
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  socket.connect(Endpoint(address));
  constexpr int kCorrelation = 1;
  const std::string request = Integer(static_cast<std::uint64_t>(api), 2) + Integer(kVersion, 2) +
                              Integer(kCorrelation, 4) + Text("test") + body;
  asio::write(socket, asio::buffer(Integer(request.size(), 4) + request));
  std::string length(4, '\0');
  asio::read(socket, asio::buffer(length));
  std::string answer(static_cast<std::size_t>(IntegerAt(length, 0, 4)), '\0');
  asio::read(socket, asio::buffer(answer));
  return answer.substr(4);
}

std::string Principal(const Access& access) { return Text("User:" + access.user); }

}  // namespace

void GrantAccess(const std::string& address, const Access& access) {
  const std::string answer =
      Ask(address, kCreateAcls,
          Integer(1, 4) + Byte(access.resource) + Text(access.prefix) + Byte(kPrefixed) +
              Principal(access) + Text("*") + Byte(access.operation) + Byte(kAllow));
  // Throttle time, number of results, then their errors.
  const std::int64_t error = IntegerAt(answer, 8, 2);
  if (error != 0) throw std::runtime_error(absl::StrCat("CreateAcls: error ", error));
}

bool IsGranted(const std::string& address, const Access& access) {
  const std::string answer =
      Ask(address, kDescribeAcls,
          Byte(access.resource) + Text(access.prefix) + Byte(kPrefixed) + Principal(access) +
              Text("*") + Byte(access.operation) + Byte(kAllow));
  // Throttle time, error, its text (null), number of resources.
  const std::int64_t error = IntegerAt(answer, 4, 2);
  if (error != 0) throw std::runtime_error(absl::StrCat("DescribeAcls: error ", error));
  const std::int64_t text_size = IntegerAt(answer, 6, 2);
  return IntegerAt(answer, 8 + static_cast<std::size_t>(text_size > 0 ? text_size : 0), 4) > 0;
}

}  // namespace cce::kafka_ground
