// Which addresses belong to the internet, and which to this machine or its network.
#pragma once

#include <boost/asio/ip/address.hpp>

namespace cce {

// False for every address that the IANA special-purpose registries (RFC 6890) do not call global:
// loopback, link-local, private (RFC 1918), unique local, shared (RFC 6598), multicast, reserved;
// for addresses that embed such an IPv4 address; and for the public-looking address of Azure's
// metadata service. A name in a configuration must not turn the engine into a way to these.
bool IsPublicAddress(const boost::asio::ip::address& address);

}  // namespace cce
