// HOST:PORT, as brokers are named.
#pragma once

#include <cstdint>
#include <string>

#include "boost/asio/ip/tcp.hpp"

namespace cce::kafka_ground {

// REQUIRES: HOST is an IP address.
inline boost::asio::ip::tcp::endpoint Endpoint(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  return {boost::asio::ip::make_address(address.substr(0, colon)),
          static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1)))};
}

}  // namespace cce::kafka_ground
