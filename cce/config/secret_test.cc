#include "cce/config/secret.h"

#include <ostream>
#include <sstream>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace cce {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};
template <class T>
concept Joinable = requires(const T& value) {
  absl::StrCat(value);
};
template <class T>
concept Comparable = requires(const T& a, const T& b) {
  a == b;
};

TEST(Secret, CannotBePrintedCopiedComparedOrTurnedIntoText) {
  EXPECT_FALSE(Printable<Secret>);
  EXPECT_FALSE(Joinable<Secret>);
  EXPECT_FALSE(Comparable<Secret>);
  EXPECT_FALSE(std::is_copy_constructible_v<Secret>);
  EXPECT_FALSE((std::is_convertible_v<Secret, std::string>));
  EXPECT_FALSE((std::is_convertible_v<Secret, std::string_view>));
}

TEST(Secret, LeavesNothingBehindWhenItIsMoved) {
  for (const char* text :
       {"short", "long enough to live on the heap, where a move takes it along"}) {
    Secret secret(text);
    Secret taken(std::move(secret));
    EXPECT_EQ(taken.Reveal(), text);
    EXPECT_TRUE(secret.empty());
    Secret assigned("another");
    assigned = std::move(taken);
    EXPECT_EQ(assigned.Reveal(), text);
    EXPECT_TRUE(taken.empty());
  }
}

TEST(Secret, WipesTextInPlaceAndWhatItHeldBefore) {
  std::string text = "0123456789012345678901234567890123456789";
  text.resize(10);
  const char* memory = text.data();
  const std::size_t capacity = text.capacity();
  WipeText(text);
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(text.data(), memory);
  text.resize(capacity);
  for (char c : text) EXPECT_EQ(c, '\0');
}

}  // namespace
}  // namespace cce
