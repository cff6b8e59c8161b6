#include "tests/simulator/delivered_files.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/fakes/temporary_directory.h"

namespace cce::simulator {
namespace {

namespace fs = std::filesystem;

class OutputFolder : public ::testing::Test {
 protected:
  OutputFolder() {
    fs::create_directories(root_ / "paris's office");
    fs::create_directories(root_ / "lyon");
  }

  void Write(const std::string& name, std::string_view content) {
    std::ofstream(root_ / name, std::ios::binary) << content;
  }

  std::vector<std::string> Names(const std::string& device = "") {
    std::vector<std::string> names;
    const auto files = DeliveredFiles(root_, device);
    EXPECT_TRUE(files.ok()) << files.status();
    for (const fs::path& file : *files) names.push_back(fs::relative(file, root_).string());
    return names;
  }

  const TemporaryDirectory temporary_;
  const fs::path root_ = temporary_.path();
};

TEST_F(OutputFolder, IgnoresAnOpenFileBesideItsSealedName) {
  Write("lyon/1.ndjson", "");
  Write("lyon/1.ndjson.open", "");
  Write("lyon/2.ndjson.open", "");
  Write("lyon/3.ndjson.zst", "");
  Write("lyon/3.ndjson.open", "");
  Write("lyon/1.ndjson.manifest.json", "");
  Write("lyon/notes.txt", "");
  Write("paris's office/1.ndjson", "");
  EXPECT_EQ(Names(), (std::vector<std::string>{"lyon/1.ndjson", "lyon/2.ndjson.open",
                                               "lyon/3.ndjson.zst", "paris's office/1.ndjson"}));
  EXPECT_EQ(Names("lyon").size(), 3u);
}

TEST_F(OutputFolder, ReadsWholeLinesOnly) {
  Write("paris's office/1.ndjson.open", "{\"a\":1}\n{\"b\":");
  EXPECT_EQ(*ReadDelivered(root_ / "paris's office/1.ndjson.open"), "{\"a\":1}\n");
  Write("lyon/1.ndjson.open", "{\"b\":");
  EXPECT_EQ(*ReadDelivered(root_ / "lyon/1.ndjson.open"), "");
  EXPECT_FALSE(ReadDelivered(root_ / "lyon/none.ndjson").ok());
}

TEST_F(OutputFolder, IsSearchedAtAnyDepth) {
  fs::create_directories(root_ / "tenant/lyon");
  Write("tenant/lyon/1.ndjson", "");
  Write("lyon/2.ndjson", "");
  EXPECT_EQ(Names("lyon"), (std::vector<std::string>{"lyon/2.ndjson", "tenant/lyon/1.ndjson"}));
}

TEST_F(OutputFolder, HasManifestsThatDescribeTheFilesToTheByte) {
  const std::string content = "{\"a\":1}\n{\"b\":2}\n";
  const auto fault = [&](const std::string& name) {
    const auto read = ReadDelivered(root_ / name);
    EXPECT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*read, content) << name;
    return ManifestFault(root_ / name, *read);
  };
  Write("lyon/1.ndjson", content);
  EXPECT_NE(fault("lyon/1.ndjson"), "") << "it has none";
  const std::string figures =
      R"("count":2,"bytes":16,)"
      R"("sha256":"3881dc2ee848fe04d776737c86afbc783e482e7c5be6431d3aab36fa8fa2c928")";
  Write("lyon/1.ndjson.manifest.json", "{\"file\":\"1.ndjson\"," + figures + "}");
  EXPECT_EQ(fault("lyon/1.ndjson"), "");

  ASSERT_EQ(std::system(("gzip -k " + (root_ / "lyon/1.ndjson").string()).c_str()), 0);
  Write("lyon/1.ndjson.gz.manifest.json", "{\"file\":\"1.ndjson.gz\"," + figures + "}");
  EXPECT_NE(fault("lyon/1.ndjson.gz"), "") << "nothing is said of the compressed bytes";

  Write("lyon/1.ndjson.manifest.json", "{\"file\":\"2.ndjson\"," + figures + "}");
  EXPECT_NE(fault("lyon/1.ndjson"), "");
  Write("lyon/2.ndjson.open", content);
  EXPECT_EQ(fault("lyon/2.ndjson.open"), "");
}

TEST_F(OutputFolder, ThatIsMissingIsAnError) {
  EXPECT_FALSE(DeliveredFiles(root_ / "nowhere", "").ok());
}

}  // namespace
}  // namespace cce::simulator
