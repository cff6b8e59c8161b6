// Which partition a key belongs to.
#pragma once

#include <cstdint>
#include <string_view>

namespace cce::kafka {

// MurmurHash2, 32 bits, with the seed that Kafka's Java client uses
// (org.apache.kafka.common.utils.Utils.murmur2).
std::uint32_t Murmur2(std::string_view bytes);

// The partition that the Java client's default partitioner chooses for `key`; it is also how
// devices are spread over shards. REQUIRES: partitions > 0.
std::int32_t PartitionOf(std::string_view key, std::int32_t partitions);

}  // namespace cce::kafka
