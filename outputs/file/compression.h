// How sealed files are compressed.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace cce::file {

enum class Compression { kNone, kZstd, kGzip };

// What the configuration and manifests call it: "", "zstd" (RFC 8878), "gzip" (RFC 1952).
std::string_view NameOf(Compression compression);

// What a compressed file's name ends in: "", ".zst", ".gz".
std::string_view EndingOf(Compression compression);

// Makes one compressed stream, with a checksum of its content in it, in bounded memory.
// Thread-compatible. Errors: kResourceExhausted (no memory), kInternal, and those of `take`.
class Compressor {
 public:
  // Receives the compressed bytes in order.
  using Take = absl::FunctionRef<absl::Status(std::string_view)>;

  virtual ~Compressor() = default;
  virtual absl::Status Add(std::string_view bytes, Take take) = 0;
  // REQUIRES: nothing follows.
  virtual absl::Status End(Take take) = 0;
};

// For a content of `size` bytes. REQUIRES: `compression` is not kNone.
absl::StatusOr<std::unique_ptr<Compressor>> MakeCompressor(Compression compression,
                                                           std::uint64_t size);

}  // namespace cce::file
