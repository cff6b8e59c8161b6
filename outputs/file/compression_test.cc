#include "outputs/file/compression.h"

#include <random>

#include "gtest/gtest.h"
#include "outputs/file/file_fixture.h"

namespace cce::file {
namespace {

std::string Compressed(Compression compression, const std::string& content, std::size_t piece) {
  const auto compressor = MakeCompressor(compression, content.size()).value();
  std::string out;
  const auto take = [&](std::string_view bytes) {
    out.append(bytes);
    return absl::OkStatus();
  };
  for (std::size_t at = 0; at < content.size(); at += piece) {
    EXPECT_TRUE(compressor->Add(std::string_view(content).substr(at, piece), take).ok());
  }
  EXPECT_TRUE(compressor->End(take).ok());
  return out;
}

TEST(Compression, GivesBackWhatWasPutInWhateverItsPieces) {
  std::mt19937_64 random(1);
  std::string lines;
  std::string noise;
  for (int n = 0; n < 20'000; ++n) {
    absl::StrAppend(&lines, "{\"line\":", n, ",\"text\":\"the same again\"}\n");
    for (int i = 0; i < 8; ++i) noise.push_back(static_cast<char>(random()));
  }
  for (const Compression compression : {Compression::kZstd, Compression::kGzip}) {
    for (const std::string& content : {std::string("x"), lines, noise, lines + noise + lines}) {
      for (const std::size_t piece : {std::size_t{100}, std::size_t{4096}, std::size_t{1} << 20}) {
        const std::string packed = Compressed(compression, content, piece);
        EXPECT_TRUE(Unpacked(compression, packed) == content);
        EXPECT_LT(packed.size(), content.size() + 1000);
      }
    }
    EXPECT_LT(Compressed(compression, lines, 4096).size(), lines.size() / 5);
  }
}

TEST(Compression, PassesOnWhatItsTakerSays) {
  for (const Compression compression : {Compression::kZstd, Compression::kGzip}) {
    const auto compressor = MakeCompressor(compression, 1).value();
    const auto refuse = [](std::string_view bytes) {
      return bytes.empty() ? absl::OkStatus() : absl::ResourceExhaustedError("full");
    };
    absl::Status status = compressor->Add("x", refuse);
    if (status.ok()) status = compressor->End(refuse);
    EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  }
}

}  // namespace
}  // namespace cce::file
