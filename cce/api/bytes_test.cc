#include "cce/api/bytes.h"

#include <string>

#include "gtest/gtest.h"

namespace cce {
namespace {

TEST(Bytes, KeepsContentAndZeroPaddingWhileGrowing) {
  Bytes bytes;
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    const std::string piece(static_cast<std::size_t>(i % 97), static_cast<char>('a' + i % 26));
    bytes.Append(piece);
    expected += piece;
    ASSERT_EQ(bytes.view(), expected);
    for (std::size_t j = 0; j < Bytes::kPadding; ++j) ASSERT_EQ(bytes.data()[bytes.size() + j], 0);
  }
}

TEST(Bytes, IsReadableWhenEmpty) {
  const Bytes bytes;
  EXPECT_EQ(bytes.size(), 0u);
  for (std::size_t j = 0; j < Bytes::kPadding; ++j) EXPECT_EQ(bytes.data()[j], 0);
}

}  // namespace
}  // namespace cce
