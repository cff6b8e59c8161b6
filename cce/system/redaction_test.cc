#include "cce/system/redaction.h"

#include <gtest/gtest.h>

namespace cce {
namespace {

TEST(Redaction, LeavesTextAloneWithoutSecrets) {
  EXPECT_EQ(Redaction().Apply("x-api-key: abcdef"), "x-api-key: abcdef");
}

TEST(Redaction, TakesOutEveryOccurrence) {
  Redaction redaction;
  redaction.Add("hunter22");
  EXPECT_EQ(redaction.Apply("hunter22, not hunter2 but hunter22hunter22"),
            "[redacted], not hunter2 but [redacted][redacted]");
}

TEST(Redaction, TakesOutTheLongestOfSecretsThatBeginAlike) {
  Redaction redaction;
  redaction.Add("abcd");
  redaction.Add("abcdefgh");
  redaction.Add("abcdef");
  redaction.Add("abcdefgh");
  EXPECT_EQ(redaction.Apply("abcdefgh abcdefg abc"), "[redacted] [redacted]g abc");
}

TEST(Redaction, DoesNotTakeWordsThatAreTooShort) {
  Redaction redaction;
  redaction.Add("");
  redaction.Add("abc");
  EXPECT_EQ(redaction.Apply("abc"), "abc");
}

TEST(Redaction, HandlesSecretsOfAnyBytes) {
  Redaction redaction;
  redaction.Add(std::string_view("\0\xff\n\"", 4));
  EXPECT_EQ(redaction.Apply(std::string_view("a\0\xff\n\"b", 6)), "a[redacted]b");
}

}  // namespace
}  // namespace cce
