// What the fuzzer starts from has no difference in it, and the fuzzer's function still compiles.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace cce {
namespace {

namespace fs = std::filesystem;

void Fuzz(const std::string& body) {
  const auto* const data = static_cast<const std::uint8_t*>(static_cast<const void*>(body.data()));
  LLVMFuzzerTestOneInput(data, body.size());
}

TEST(PageFuzzer, FindsNothingInItsSeeds) {
  std::string all = "[";
  std::size_t seeds = 0;
  for (const auto& entry : fs::directory_iterator(CCE_GOLDEN)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream in(entry.path());
    const std::string record((std::istreambuf_iterator<char>(in)), {});
    Fuzz("[" + record + "]");
    Fuzz("[" + record + "," + record + "]");
    if (seeds++ > 0) all += ",";
    all += record;
  }
  ASSERT_GE(seeds, 17u);
  Fuzz(all + "]");
  Fuzz(all);
  Fuzz("null");
  Fuzz("");
}

}  // namespace
}  // namespace cce
