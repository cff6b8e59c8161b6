#include "cce/config/json_schema.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cce {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kSchema = R"({
  "type": "object",
  "required": ["name"],
  "additionalProperties": false,
  "properties": {
    "name": {"type": "string", "minLength": 1, "description": "who it is"},
    "size": {"type": "integer", "minimum": 1, "maximum": 9},
    "mood": {"enum": ["good", "bad"]},
    "nested": {"type": "object", "additionalProperties": false,
               "properties": {"flag": {"type": "boolean"}}},
    "list": {"type": "array", "minItems": 1, "items": {"type": "string"}},
    "key": {"writeOnly": true, "description": "the key",
            "oneOf": [{"type": "string"}, {"type": "object", "additionalProperties": false,
                                           "properties": {"file": {"type": "string"}}}]},
    "named": {"type": "object", "propertyNames": {"pattern": "^[a-z]+$", "description": "letters"},
              "additionalProperties": {"type": "object", "required": ["type"],
                                       "properties": {"type": {"type": "string"}}}}
  },
  "allOf": [{"$ref": "elsewhere.schema.json"}]
})";

std::vector<std::string> Check(const char* document) {
  std::vector<std::string> lines;
  for (const Finding& finding : JsonSchema(kSchema).Check(nlohmann::json::parse(document), "/at")) {
    lines.push_back(finding.pointer + ": " + finding.text);
  }
  return lines;
}

TEST(JsonSchema, FindsNothingWrongWithAValidDocument) {
  EXPECT_THAT(Check(R"({"name": "a", "size": 9, "mood": "bad", "nested": {"flag": true},
                        "list": ["x"], "key": {"file": "f"}, "named": {"a": {"type": "t"}}})"),
              IsEmpty());
}

TEST(JsonSchema, SaysWhatWasFoundAndWhatIsAllowed) {
  EXPECT_THAT(Check(R"({"name": 5})"),
              ElementsAre("/at/name: found 5; allowed: a string (who it is)"));
  EXPECT_THAT(Check(R"({"name": "", "size": 10})"),
              ElementsAre("/at/name: found \"\"; allowed: a string (who it is)",
                          "/at/size: found 10; allowed: a whole number from 1 to 9"));
  EXPECT_THAT(Check(R"({"name": "a", "mood": "goood"})"),
              ElementsAre("/at/mood: found \"goood\"; allowed: \"good\" or \"bad\""));
  EXPECT_THAT(Check(R"({"name": "a", "list": []})"),
              ElementsAre("/at/list: found an empty list; allowed: a list that is not empty"));
  EXPECT_THAT(Check(R"({"name": "a", "list": ["x", 2, null]})"),
              ElementsAre("/at/list/1: found 2; allowed: a string",
                          "/at/list/2: found null; allowed: a string"));
  EXPECT_THAT(Check("[]"), ElementsAre("/at: found an empty list; allowed: an object"));
}

TEST(JsonSchema, NamesEveryUnknownAndEveryMissingKey) {
  EXPECT_THAT(
      Check(R"({"nmae": "a", "nested": {"flags": true, "other": 1}})"),
      ElementsAre(
          "/at/name: missing; needed is a string (who it is)",
          "/at/nested/flags: unknown key (did you mean \"flag\"?); allowed here: \"flag\"",
          "/at/nested/other: unknown key; allowed here: \"flag\"",
          "/at/nmae: unknown key (did you mean \"name\"?); allowed here: \"key\", \"list\", "
          "\"mood\", \"name\", \"named\", \"nested\" or \"size\""));
}

TEST(JsonSchema, ChecksTheNamesOfMembers) {
  EXPECT_THAT(Check(R"({"name": "a", "named": {"A": {"type": "t"}, "b": {}}})"),
              ElementsAre("/at/named/A: this name is not possible; allowed: letters",
                          "/at/named/b/type: missing; needed is a string"));
}

TEST(JsonSchema, DoesNotShowWhatMayBeASecret) {
  EXPECT_THAT(Check(R"({"name": "a", "key": 12345})"),
              ElementsAre("/at/key: found a number; allowed: the key"));
  EXPECT_THAT(Check(R"({"name": "a", "key": {"fiel": "s3cr3t"}})"),
              ElementsAre("/at/key: found an object; allowed: the key"));
  EXPECT_THAT(Check(R"({"name": "a", "mood": "0123456789012345678901234567890123456789"})"),
              ElementsAre("/at/mood: found a string of 40 bytes; allowed: \"good\" or \"bad\""));
}

}  // namespace
}  // namespace cce
