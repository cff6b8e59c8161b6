#include "outputs/format/raw_format.h"

#include <gtest/gtest.h>

#include <string>

#include "cce/api/event.h"

namespace cce {
namespace {

TEST(RawFormat, WritesTheBytesOnOneLine) {
  Event event;
  Buffer out;
  event.raw = R"({"a":"b\n"})";
  RawFormat().Write(event, Mark{true}, out);
  EXPECT_EQ(out.view(), event.raw);

  out.Clear();
  event.raw = "{\r\n\t\"a\": 1\n}";
  event.raw_has_line_break = true;
  RawFormat().Write(event, Mark(), out);
  EXPECT_EQ(out.view(), "{  \t\"a\": 1 }");
}

}  // namespace
}  // namespace cce
