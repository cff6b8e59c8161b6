#include "cce/net/public_address.h"

#include <algorithm>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <cstdint>
#include <iterator>

namespace cce {
namespace {

using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;

struct Network {
  std::uint32_t address;
  int bits;
};

constexpr std::uint32_t Quad(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

constexpr Network kNotPublic[] = {
    {Quad(0, 0, 0, 0), 8},         // this network
    {Quad(10, 0, 0, 0), 8},        // private
    {Quad(100, 64, 0, 0), 10},     // shared, e.g. Alibaba's metadata service
    {Quad(127, 0, 0, 0), 8},       // loopback
    {Quad(168, 63, 129, 16), 32},  // Azure's wire server
    {Quad(169, 254, 0, 0), 16},    // link-local, where most clouds serve metadata
    {Quad(172, 16, 0, 0), 12},     // private
    {Quad(192, 0, 0, 0), 24},      // protocol assignments, e.g. Oracle's metadata service
    {Quad(192, 0, 2, 0), 24},      // documentation
    {Quad(192, 88, 99, 0), 24},    // 6to4 relays
    {Quad(192, 168, 0, 0), 16},    // private
    {Quad(198, 18, 0, 0), 15},     // benchmarks
    {Quad(198, 51, 100, 0), 24},   // documentation
    {Quad(203, 0, 113, 0), 24},    // documentation
    {Quad(224, 0, 0, 0), 3},       // multicast, reserved, broadcast
};

bool IsPublic(std::uint32_t address) {
  return std::none_of(std::begin(kNotPublic), std::end(kNotPublic), [&](const Network& network) {
    return (address ^ network.address) >> (32 - network.bits) == 0;
  });
}

bool IsPublic(const address_v6& address) {
  const address_v6::bytes_type b = address.to_bytes();
  const auto ipv4_at = [&b](std::size_t i) { return Quad(b[i], b[i + 1], b[i + 2], b[i + 3]); };
  const auto is_zero = [&b](std::size_t from, std::size_t to) {
    return std::all_of(b.begin() + from, b.begin() + to,
                       [](std::uint8_t byte) { return byte == 0; });
  };
  if (is_zero(0, 10) && b[10] == 0xff && b[11] == 0xff) return IsPublic(ipv4_at(12));  // mapped
  // NAT64's well-known prefix 64:ff9b::/96 (RFC 6052).
  if (ipv4_at(0) == 0x0064ff9b && is_zero(4, 12)) return IsPublic(ipv4_at(12));
  if ((b[0] & 0xe0) != 0x20) return false;  // everything global lies in 2000::/3 (RFC 4291)
  if (b[0] == 0x20 && b[1] == 0x02) return IsPublic(ipv4_at(2));  // 6to4 (RFC 3056)
  // Protocol assignments 2001::/23, Teredo among them, and documentation 2001:db8::/32.
  if (b[0] == 0x20 && b[1] == 0x01 && ((b[2] & 0xfe) == 0 || ipv4_at(0) == 0x20010db8))
    return false;
  return true;
}

}  // namespace

bool IsPublicAddress(const boost::asio::ip::address& address) {
  return address.is_v4() ? IsPublic(address.to_v4().to_uint()) : IsPublic(address.to_v6());
}

}  // namespace cce
