#include "outputs/file/records.h"

#include "gtest/gtest.h"

namespace cce::file {
namespace {

TEST(Records, AreReadAsTheyWereWritten) {
  FolderRecord folder{"org", "/log/b/lyon", {{"/log/a/lyon", "org before"}}, 7, "\xff\n{", 3};
  FileRecord file;
  file.sequence = 6;
  file.folder = "/log/b/lyon";
  file.name = "20260701T120000Z-000006.ndjson";
  file.origin = {"archive", "lyon", "b", "org", "ocsf"};
  file.compression = Compression::kGzip;
  file.bytes = 10;
  file.events = 2;
  file.late = 1;
  file.first_ns = -5;
  file.opened_ns = 8;
  const std::vector<OutputValue> values = {ToValue("lyon", folder), ToValue("lyon", file)};
  const auto records = ReadRecords(values);
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_TRUE(records->folder.has_value());
  EXPECT_EQ(records->folder->organisation, "org");
  EXPECT_EQ(records->folder->path, folder.path);
  EXPECT_EQ(records->folder->former, folder.former);
  EXPECT_EQ(records->folder->next_sequence, 7u);
  EXPECT_EQ(records->folder->position, folder.position);
  EXPECT_EQ(records->folder->dead_letter_bytes, 3u);
  ASSERT_EQ(records->files.size(), 1u);
  const FileRecord& read = records->files[0];
  EXPECT_EQ(read.sequence, 6u);
  EXPECT_EQ(read.folder, file.folder);
  EXPECT_EQ(read.name, file.name);
  EXPECT_EQ(read.origin, file.origin);
  EXPECT_EQ(read.compression, Compression::kGzip);
  EXPECT_EQ(read.bytes, 10u);
  EXPECT_EQ(read.events, 2u);
  EXPECT_EQ(read.late, 1u);
  EXPECT_EQ(read.first_ns, -5);
  EXPECT_FALSE(read.last_ns.has_value());
  EXPECT_EQ(read.opened_ns, 8);
}

TEST(Records, OfTheVersionBeforeAreRead) {
  const std::vector<OutputValue> values = {
      {"lyon/", "{\"organisation\":\"org\",\"next_sequence\":2,\"dead_letter_bytes\":0}\np"},
      {"lyon/00000000000000000001",
       R"({"sequence":1,"name":"n","bytes":1,"events":1,"late":0,"opened_ns":5})"}};
  const auto records = ReadRecords(values);
  ASSERT_TRUE(records.ok()) << records.status();
  EXPECT_EQ(records->folder->path, "");
  EXPECT_EQ(records->files[0].folder, "");
  EXPECT_EQ(records->files[0].compression, Compression::kNone);
}

TEST(Records, ThatNobodyWroteAreRefused) {
  for (const char* value : {"", "{}", "7",
                            R"({"sequence":1,"name":"n","bytes":1,"events":1,)"
                            R"("late":0,"opened_ns":5,"compression":"lzma"})"}) {
    const std::vector<OutputValue> values = {{"lyon/00000000000000000001", value}};
    EXPECT_TRUE(absl::IsDataLoss(ReadRecords(values).status())) << value;
  }
}

TEST(Records, AreToldApartByDevice) {
  const std::vector<OutputValue> values = {
      {"a-b/", "1"}, {"a-b/01", "2"}, {"a/", "3"}, {"b/01", "4"}};
  const auto devices = ByDevice(values);
  ASSERT_EQ(devices.size(), 3u);
  EXPECT_EQ(devices[0].size(), 2u);
  EXPECT_EQ(devices[1].size(), 1u);
  EXPECT_EQ(devices[2][0].value, "4");
  EXPECT_TRUE(ByDevice({}).empty());
}

}  // namespace
}  // namespace cce::file
