#include "outputs/file/file_kind.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace cce::file {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<FileOptions> Read(std::string options) {
  return ReadOptions({.name = "archive",
                      .options = std::move(options),
                      .base_dir = "/etc/cce",
                      .state_dir = "/var/lib/cce"});
}

std::string Refusal(std::string options) {
  const auto read = Read(std::move(options));
  EXPECT_TRUE(absl::IsInvalidArgument(read.status())) << read.status();
  return std::string(read.status().message());
}

TEST(FileOptions, HaveDefaults) {
  const auto options = Read(R"({"type": "file", "directory": "/var/log/cce"})");
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->name, "archive");
  EXPECT_EQ(options->directory, "/var/log/cce");
  EXPECT_EQ(options->state_dir, "/var/lib/cce");
  EXPECT_EQ(options->rotate_size, 256u << 20);
  EXPECT_EQ(options->rotate_every, absl::Hours(1));
  EXPECT_EQ(options->compression, Compression::kNone);
  EXPECT_TRUE(options->retention.KeepsAll());
}

TEST(FileOptions, AreRead) {
  const auto options = Read(
      R"({"type": "file", "directory": "out/", "format": "ecs", "rotate_size": "64MiB",
          "rotate_every": "5m", "compress": "zstd", "retain_for": "2160h",
          "retain_size": "2TiB"})");
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->directory, "/etc/cce/out");
  EXPECT_EQ(options->compression, Compression::kZstd);
  EXPECT_EQ(options->retention.retain_for, absl::Hours(24 * 90));
  EXPECT_EQ(options->retention.retain_size, std::uint64_t{2} << 40);
  EXPECT_EQ(options->rotate_size, 64u << 20);
  EXPECT_EQ(options->rotate_every, absl::Minutes(5));
}

TEST(FileOptions, TakeTheContractsExample) {
  const auto options = Read(
      R"({"type": "file", "directory": "/var/log/cce/{tenant}", "format": "ocsf",
          "rotate_size": "256MiB", "rotate_every": "1h", "compress": "zstd", "retain_for": "",
          "retain_size": ""})");
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->directory, "/var/log/cce/{tenant}");
  EXPECT_TRUE(options->retention.KeepsAll());
}

TEST(FileOptions, RefuseWhatCannotWorkAndSayWhatCan) {
  EXPECT_THAT(Refusal(R"({"directory": "/log/{org}"})"),
              ::testing::AllOf(HasSubstr("/directory: "), HasSubstr("{tenant} and {device}")));
  EXPECT_THAT(Refusal(R"({"directory": "/a", "retain_for": "90d"})"), HasSubstr("/retain_for: "));
  EXPECT_THAT(Refusal(R"({"directory": "/a", "retain_for": "10m"})"),
              HasSubstr("\"2160h\" for 90 days"));
  EXPECT_THAT(Refusal(R"({"directory": "/a", "retain_for": "-24h"})"), HasSubstr("/retain_for"));
  EXPECT_THAT(Refusal(R"({"directory": "/a", "retain_size": "10GB"})"),
              HasSubstr("/retain_size: "));
  EXPECT_THAT(Refusal(R"({"directory": "/a", "retain_size": "1KiB"})"), HasSubstr("1MiB"));
  EXPECT_THAT(Refusal(R"({"type": "file"})"), HasSubstr("/directory"));
  EXPECT_THAT(Refusal(R"({"directory": "/a", "rotate_size": "12"})"), HasSubstr("/rotate_size"));
  EXPECT_THAT(Refusal(R"({"directory": "/a", "rotate_size": "1B"})"), HasSubstr("1KiB"));
  EXPECT_THAT(Refusal(R"({"directory": "/a", "rotate_every": "soon"})"),
              HasSubstr("/rotate_every"));
  EXPECT_THAT(Refusal(R"({"directory": "/a", "rotate_every": "10ms"})"), HasSubstr("1s"));
  Refusal("[]");
  Refusal("nonsense");
}

TEST(FileOptions, SayEveryMistakeAtOnce) {
  EXPECT_THAT(Refusal(R"({"directory": "/log/{org}", "rotate_size": "12", "rotate_every": "soon",
                          "retain_for": "10m", "retain_size": "1KiB"})"),
              ::testing::MatchesRegex("/directory: .*\n/rotate_size: .*\n/rotate_every: .*\n"
                                      "/retain_for: .*\n/retain_size: .*"));
}

TEST(FileSchema, IsDraft7AndListsEveryKey) {
  const auto schema = nlohmann::json::parse(Schema(), nullptr, false);
  ASSERT_TRUE(schema.is_object());
  EXPECT_EQ(schema["$schema"], "http://json-schema.org/draft-07/schema#");
  EXPECT_FALSE(schema["additionalProperties"].get<bool>());
  for (const char* key : {"type", "directory", "format", "rotate_size", "rotate_every", "compress",
                          "retain_for", "retain_size"}) {
    EXPECT_TRUE(schema["properties"].contains(key)) << key;
  }
}

}  // namespace
}  // namespace cce::file
