#include "outputs/file/compression.h"

#include <zlib.h>
#include <zstd.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace cce::file {
namespace {

// The programs' own defaults: more costs several times the time for some per cent.
constexpr int kZstdLevel = 3;
constexpr int kGzipLevel = 6;
constexpr int kGzipWindow = 15 + 16;  // the largest, with gzip's header
constexpr int kGzipMemory = 8;        // zlib's default
constexpr std::size_t kBufferSize = 128 << 10;

absl::Status NoMemory() { return absl::ResourceExhaustedError("no memory to compress with"); }

class ZstdCompressor final : public Compressor {
 public:
  static absl::StatusOr<std::unique_ptr<Compressor>> Make(std::uint64_t size) {
    std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
    if (context == nullptr) return NoMemory();
    for (const std::size_t set :
         {ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kZstdLevel),
          ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1),
          ZSTD_CCtx_setPledgedSrcSize(context.get(), size)}) {
      if (ZSTD_isError(set) != 0) return Failure(set);
    }
    return std::make_unique<ZstdCompressor>(std::move(context));
  }

  struct FreeContext {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };
  explicit ZstdCompressor(std::unique_ptr<ZSTD_CCtx, FreeContext> context)
      : context_(std::move(context)) {}

  absl::Status Add(std::string_view bytes, Take take) override {
    return Run(bytes, ZSTD_e_continue, take);
  }
  absl::Status End(Take take) override { return Run({}, ZSTD_e_end, take); }

 private:
  static absl::Status Failure(std::size_t code) {
    return absl::InternalError(absl::StrCat("zstd: ", ZSTD_getErrorName(code)));
  }

  absl::Status Run(std::string_view bytes, ZSTD_EndDirective directive, Take take) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    for (;;) {
      ZSTD_outBuffer out{buffer_.data(), buffer_.size(), 0};
      const std::size_t left = ZSTD_compressStream2(context_.get(), &out, &in, directive);
      if (ZSTD_isError(left) != 0) return Failure(left);
      absl::Status taken = take({buffer_.data(), out.pos});
      if (!taken.ok()) return taken;
      if (directive == ZSTD_e_end ? left == 0 : in.pos == in.size) return absl::OkStatus();
    }
  }

  const std::unique_ptr<ZSTD_CCtx, FreeContext> context_;
  std::string buffer_ = std::string(kBufferSize, '\0');
};

class GzipCompressor final : public Compressor {
 public:
  static absl::StatusOr<std::unique_ptr<Compressor>> Make() {
    auto compressor = std::make_unique<GzipCompressor>();
    const int made = deflateInit2(&compressor->stream_, kGzipLevel, Z_DEFLATED, kGzipWindow,
                                  kGzipMemory, Z_DEFAULT_STRATEGY);
    if (made != Z_OK) return NoMemory();
    return compressor;
  }

  GzipCompressor() = default;
  GzipCompressor(const GzipCompressor&) = delete;
  GzipCompressor& operator=(const GzipCompressor&) = delete;
  ~GzipCompressor() override { deflateEnd(&stream_); }

  absl::Status Add(std::string_view bytes, Take take) override {
    return Run(bytes, Z_NO_FLUSH, take);
  }
  absl::Status End(Take take) override { return Run({}, Z_FINISH, take); }

 private:
  absl::Status Run(std::string_view bytes, int flush, Take take) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    int result = Z_OK;
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
      stream_.avail_out = static_cast<uInt>(buffer_.size());
      result = deflate(&stream_, flush);
      // Z_BUF_ERROR: the last call had emptied its input and just filled its output.
      if (result == Z_STREAM_ERROR) return absl::InternalError("zlib: the stream is inconsistent");
      absl::Status taken = take({buffer_.data(), buffer_.size() - stream_.avail_out});
      if (!taken.ok()) return taken;
    } while (flush == Z_FINISH ? result != Z_STREAM_END : stream_.avail_out == 0);
    return absl::OkStatus();
  }

  z_stream stream_{};
  std::string buffer_ = std::string(kBufferSize, '\0');
};

}  // namespace

std::string_view NameOf(Compression compression) {
  switch (compression) {
    case Compression::kZstd:
      return "zstd";
    case Compression::kGzip:
      return "gzip";
    case Compression::kNone:
      break;
  }
  return "";
}

std::string_view EndingOf(Compression compression) {
  switch (compression) {
    case Compression::kZstd:
      return ".zst";
    case Compression::kGzip:
      return ".gz";
    case Compression::kNone:
      break;
  }
  return "";
}

absl::StatusOr<std::unique_ptr<Compressor>> MakeCompressor(Compression compression,
                                                           std::uint64_t size) {
  return compression == Compression::kZstd ? ZstdCompressor::Make(size) : GzipCompressor::Make();
}

}  // namespace cce::file
