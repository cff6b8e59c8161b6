#include "outputs/file/names.h"

#include "gtest/gtest.h"

namespace cce::file {
namespace {

TEST(Names, CarryTimeAndSequence) {
  const absl::Time time = absl::FromUnixSeconds(1'782'907'200);
  EXPECT_EQ(SealedName(time, 1), "20260701T120000Z-000001.ndjson");
  EXPECT_EQ(SealedName(time, 12'345'678), "20260701T120000Z-12345678.ndjson");
}

TEST(Names, AreRecognised) {
  const std::string sealed = "20260701T120000Z-000042.ndjson";
  const auto part = [](const std::string& name) {
    const auto parsed = ParseName(name);
    return parsed ? std::optional(parsed->part) : std::nullopt;
  };
  EXPECT_EQ(part(sealed), Part::kSealed);
  EXPECT_EQ(part(sealed + ".zst"), Part::kSealed);
  EXPECT_EQ(part(sealed + ".gz"), Part::kSealed);
  EXPECT_EQ(part(sealed + ".open"), Part::kOpen);
  EXPECT_EQ(part(sealed + ".manifest.json"), Part::kManifest);
  EXPECT_EQ(part(sealed + ".manifest.tmp"), Part::kTemporary);
  EXPECT_EQ(ParseName(sealed + ".open")->sequence, 42u);
  EXPECT_EQ(ParseName(sealed + ".open")->sealed_name, sealed);
}

TEST(Names, OfOthersAreNotOurs) {
  for (const char* name :
       {"", "README", ".ndjson", "-.ndjson", "lost+found", "20260701T120000Z-.ndjson",
        "20260701T120000Z-1x.ndjson", "20260701-120000Z-1.ndjson", "20260701T120000Z-1.ndjson.bak",
        "20260701T120000Z-99999999999999999999999.ndjson", "2026-1.ndjson"}) {
    EXPECT_FALSE(ParseName(name).has_value()) << name;
  }
}

}  // namespace
}  // namespace cce::file
