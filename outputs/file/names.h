// What files are called.
//
//   <directory>/<device>/20260701T120000Z-000001.ndjson                 sealed
//                        20260701T120000Z-000001.ndjson.open            being written
//                        20260701T120000Z-000001.ndjson.manifest.json   beside each sealed one
//                        20260701T120000Z-000001.ndjson.manifest.tmp    a manifest being written
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace cce::file {

inline constexpr char kOpenEnding[] = ".open";
inline constexpr char kManifestEnding[] = ".manifest.json";
inline constexpr char kTemporaryEnding[] = ".manifest.tmp";

// The sealed name of the `sequence`-th file of a folder, first delivered to at `time`.
std::string SealedName(absl::Time time, std::uint64_t sequence);

enum class Part { kSealed, kOpen, kManifest, kTemporary };

struct ParsedName {
  Part part;
  std::uint64_t sequence;
  std::string sealed_name;
};

// nullopt: not the name of a file of ours. A sealed file may have one more ending, as compressed
// files do.
std::optional<ParsedName> ParseName(std::string_view name);

}  // namespace cce::file
