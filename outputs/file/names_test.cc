#include "outputs/file/names.h"

#include "gtest/gtest.h"

namespace cce::file {
namespace {

TEST(Names, CarryTimeAndSequence) {
  const absl::Time time = absl::FromUnixSeconds(1'782'907'200);
  EXPECT_EQ(DataName(time, 1), "20260701T120000Z-000001.ndjson");
  EXPECT_EQ(DataName(time, 12'345'678), "20260701T120000Z-12345678.ndjson");
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
  EXPECT_EQ(part(sealed + ".gz.manifest.json"), Part::kManifest);
  EXPECT_EQ(part(sealed + ".manifest.tmp"), Part::kTemporary);
  EXPECT_EQ(part(sealed + ".zst.manifest.tmp"), Part::kTemporary);
  EXPECT_EQ(part(sealed + ".zst.tmp"), Part::kTemporary);
  EXPECT_EQ(ParseName(sealed + ".zst")->compression, Compression::kZstd);
  EXPECT_EQ(ParseName(sealed + ".gz.manifest.json")->compression, Compression::kGzip);
  EXPECT_EQ(ParseName(sealed)->compression, Compression::kNone);
  EXPECT_EQ(ParseName(sealed)->time, absl::FromUnixSeconds(1'782'907'200));
  EXPECT_EQ(ParseName(sealed + ".open")->sequence, 42u);
  EXPECT_EQ(ParseName(sealed + ".open")->data_name, sealed);
}

TEST(Names, OfOthersAreNotOurs) {
  for (const char* name :
       {"", "README", ".ndjson", "-.ndjson", "lost+found", "20260701T120000Z-.ndjson",
        "20260701T120000Z-1x.ndjson", "20260701-120000Z-1.ndjson", "20260701T120000Z-1.ndjson.bak",
        "20260701T120000Z-99999999999999999999999.ndjson", "2026-1.ndjson",
        "20260701T120000Z-1.ndjson", "20260701T120000Z-0000001.ndjson",
        "20261301T120000Z-000001.ndjson", "20260701T120000Z-000001.ndjson.zst.open",
        "20260701T120000Z-000001.ndjson.zst.gz",
        "20260701T120000Z-000001.ndjson.bak.manifest.json"}) {
    EXPECT_FALSE(ParseName(name).has_value()) << name;
  }
}

}  // namespace
}  // namespace cce::file
