// What files are called.
//
//   <directory>/<device>/20260701T120000Z-000001.ndjson.open                being written
//                        20260701T120000Z-000001.ndjson                     sealed, or
//                        20260701T120000Z-000001.ndjson.zst                 sealed and compressed
//                        20260701T120000Z-000001.ndjson.zst.manifest.json   beside each sealed one
//                        *.tmp                                              one of these to be
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "outputs/file/compression.h"

namespace cce::file {

inline constexpr char kOpenEnding[] = ".open";
inline constexpr char kManifestEnding[] = ".manifest.json";
inline constexpr char kTemporaryManifestEnding[] = ".manifest.tmp";
inline constexpr char kTemporaryEnding[] = ".tmp";

// The name of the `sequence`-th file of a device, first delivered to at `time`, without the ending
// of its compression.
std::string DataName(absl::Time time, std::uint64_t sequence);

enum class Part { kSealed, kOpen, kManifest, kTemporary };

struct ParsedName {
  Part part;
  absl::Time time;  // when the file was first delivered to
  std::uint64_t sequence;
  std::string data_name;
  Compression compression = Compression::kNone;  // of kSealed and kManifest
};

// nullopt: not the name of a file of ours.
std::optional<ParsedName> ParseName(std::string_view name);

}  // namespace cce::file
