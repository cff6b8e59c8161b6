#include "parsers/jumpcloud/redaction.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cce/api/event.h"
#include "parsers/json/scalars.h"
#include "parsers/json/splitter.h"
#include "parsers/json/walker.h"
#include "parsers/jumpcloud/page.h"

namespace cce::jumpcloud {
namespace {

// The record with its secrets masked; the record itself if it has none.
std::string Masked(std::string_view record) {
  const Bytes bytes(record);
  json::TokenIndex index;
  EXPECT_TRUE(index.Build(bytes.view())) << record;
  Bytes out;
  if (!Redact(bytes.view(), index.begin(), out)) return std::string(record);
  return std::string(out.view());
}

std::string MaskedChanges(const std::string& changes) {
  const std::string masked = Masked(R"({"id":"a","changes":)" + changes + R"(,"b":"c"})");
  EXPECT_TRUE(masked.starts_with(R"({"id":"a","changes":)")) << masked;
  EXPECT_TRUE(masked.ends_with(R"(,"b":"c"})")) << masked;
  return masked.substr(20, masked.size() - 29);
}

std::string MaskedUndecodable(std::string_view element) {
  Bytes out;
  return std::string(RedactUndecodable(element, out) ? out.view() : element);
}

TEST(Redaction, MasksTheOldAndTheNewValueOfWhatIsNamedASecret) {
  for (const char* name : {"secret", "sharedSecret", "client_secret_post", "SECRET", "privateKey",
                           "private_key", "config.idpPrivateKey", "apiKey", "api_key", "APIKEYHASH",
                           "apiKeySecret", "passphrase", "wifi Passphrase 2"}) {
    const std::string element = std::string(R"([{"field":")") + name + R"(","from":)";
    EXPECT_EQ(MaskedChanges(element + R"("old","to":"new"}])"),
              element + R"("[redacted]","to":"[redacted]"}])")
        << name;
  }
}

TEST(Redaction, LeavesEverythingElseAsItIs) {
  for (const char* changes :
       {R"([{"field":"password"}])",
        R"([{"field":"fde_key","to":"x"}])",
        R"([{"field":"api key","to":"x"},{"field":"private-key","to":"x"}])",
        R"([{"field":"secre","to":"t"}])",
        R"([{"field":"api__key","to":"x"}])",
        R"([{"field":"name","to":"secret apiKey passphrase"}])",
        R"([{"field":"apiKey"}])",
        R"([{"field":"apiKey","from":null,"to":true},{"field":"secret","to":[1,-2.5e3,{}]}])",
        R"([{"field":"apiKey","from":""}])",
        R"([{"to":"x"}])",
        "[]",
        "{}",
        "null",
        "7",
        "[[]]",
        R"("text")",
        R"(["a",1,null])",
        R"([{"field":7,"to":"x"}])",
        R"([{"field":"\\u0073ecret","to":"x"}])",
        R"([{"field":"se\ncret","to":"x"}])"}) {
    EXPECT_EQ(MaskedChanges(changes), changes);
  }
  for (const char* record :
       {"{}", R"({"field":"apiKey","to":"x"})", R"({"apiKey":"x"})",
        R"({"resource":{"changes":[{"field":"apiKey","to":"x"}]}})",
        R"({"change":[{"field":"apiKey","to":"x"}],"changess":[{"field":"apiKey","to":"x"}]})",
        R"({"changes":[],"also":[{"field":"apiKey","to":"x"}]})"}) {
    EXPECT_EQ(Masked(record), record);
  }
}

TEST(Redaction, MasksOnlyTheElementsThatNameASecret) {
  EXPECT_EQ(
      MaskedChanges(
          R"([{"field":"name","to":"x"}, {"field":"apiKey","to":"x"} ,{"field":"y","to":"z"}])"),
      R"([{"field":"name","to":"x"}, {"field":"apiKey","to":"[redacted]"} ,{"field":"y","to":"z"}])");
}

TEST(Redaction, MasksEveryStringOfSuchAnElementHoweverDeep) {
  EXPECT_EQ(
      MaskedChanges(
          R"([{"from":[ "a" ,{"b":"c","field":"d","n":1}],"note":"e","field":"secret","to":{"f":{"g":["h",null,""]}}}])"),
      R"([{"from":[ "[redacted]" ,{"b":"[redacted]","field":"[redacted]","n":1}],"note":"[redacted]","field":"secret","to":{"f":{"g":["[redacted]",null,""]}}}])");
}

TEST(Redaction, MasksTheValueOfAMemberThatIsNamedASecret) {
  EXPECT_EQ(
      MaskedChanges(
          R"([{"field":"config","to":{"idpPrivateKey":["a",{"b":"c"}],"url":"d","x":{"apiKey":"e","y":"f"}}}])"),
      R"([{"field":"config","to":{"idpPrivateKey":["[redacted]",{"b":"[redacted]"}],"url":"d","x":{"apiKey":"[redacted]","y":"f"}}}])");
}

TEST(Redaction, TakesAnObjectInThePlaceOfTheArrayForAnElement) {
  EXPECT_EQ(MaskedChanges(R"({"field":"apiKey","to":"x"})"),
            R"({"field":"apiKey","to":"[redacted]"})");
  EXPECT_EQ(MaskedChanges(R"({"name":{"to":"x"},"apiKey":{"from":"y","to":"z"}})"),
            R"({"name":{"to":"x"},"apiKey":{"from":"[redacted]","to":"[redacted]"}})");
  EXPECT_EQ(MaskedChanges(R"([[{"field":"apiKey","to":"x"}]])"),
            R"([[{"field":"apiKey","to":"[redacted]"}]])");
}

TEST(Redaction, MasksATextInThePlaceOfAnElementThatNamesASecret) {
  EXPECT_EQ(MaskedChanges(R"("[{\"field\":\"apiKey\",\"to\":\"x\"}]")"), R"("[redacted]")");
  EXPECT_EQ(MaskedChanges(R"(["a","my secret"])"), R"(["a","[redacted]"])");
}

TEST(Redaction, LooksIntoAFieldThatIsNoText) {
  EXPECT_EQ(MaskedChanges(R"([{"field":["name","apiKey"],"to":"x"}])"),
            R"([{"field":["[redacted]","[redacted]"],"to":"[redacted]"}])");
}

TEST(Redaction, SeesThroughEscapes) {
  for (const char* name : {R"(\u0073ecret)", R"(s\u0065CRET)", R"(api\u005fkey)", R"(api\u005FKey)",
                           R"(\u0041\u0050\u0049\u006b\u0065\u0079)", R"(\\private\u004bey\u00e9)",
                           R"(\ud83d\ude00passphrase)", R"(\/\"\b\f\n\r\tsecret\\)"}) {
    const std::string element = std::string(R"([{"field":")") + name + R"(","to":)";
    EXPECT_EQ(MaskedChanges(element + R"("x\"\\"}])"), element + R"("[redacted]"}])") << name;
  }
  EXPECT_EQ(Masked(R"({"\u0063hange\u0073":[{"f\u0069eld":"apiKey","to":"x"}]})"),
            R"({"\u0063hange\u0073":[{"f\u0069eld":"apiKey","to":"[redacted]"}]})");
  EXPECT_EQ(Masked(R"({"changes":[{"to":{"s\u0065cret":"x"}}]})"),
            R"({"changes":[{"to":{"s\u0065cret":"[redacted]"}}]})");
}

TEST(Redaction, DoesNotCareForTheCaseOfKeys) {
  EXPECT_EQ(Masked(R"({"Changes":[{"Field":"ApiKey","To":"x"}]})"),
            R"({"Changes":[{"Field":"ApiKey","To":"[redacted]"}]})");
}

TEST(Redaction, HeedsEveryOneOfEqualKeys) {
  EXPECT_EQ(
      Masked(R"({"changes":[],"changes":[{"field":"apiKey","to":"x"}],"changes":"secret"})"),
      R"({"changes":[],"changes":[{"field":"apiKey","to":"[redacted]"}],"changes":"[redacted]"})");
  for (const char* element :
       {R"({"field":"apiKey","field":"name","to":)", R"({"field":"name","field":"apiKey","to":)"}) {
    EXPECT_EQ(Masked(R"({"changes":[)" + std::string(element) + R"("x","to":"y"}]})"),
              R"({"changes":[)" + std::string(element) + R"("[redacted]","to":"[redacted]"}]})");
  }
}

TEST(Redaction, GoesAsDeepAsARecordMayBe) {
  std::string before;
  std::string behind;
  for (std::size_t depth = 4; depth < json::kMaxDepth; depth += 2) {
    before += R"([{"a":)";
    behind += "}]";
  }
  const auto record = [&](const std::string& value) {
    return R"({"changes":[{"to":)" + before + value + behind + R"(,"field":"secret"}]})";
  };
  ASSERT_TRUE(json::IsStrictJson(record(R"(["x"])")));
  EXPECT_EQ(Masked(record(R"("x")")), record(R"("[redacted]")"));
}

TEST(Redaction, MasksARecordOfAMegabyte) {
  const std::string large(1'000'000, 'x');
  EXPECT_EQ(MaskedChanges(R"([{"to":")" + large + R"(","field":"api)" + large + R"(apiKey"}])"),
            R"([{"to":"[redacted]","field":"api)" + large + R"(apiKey"}])");
  std::string many = R"([{"field":"apiKey","to":[)";
  std::string masked = many;
  for (int i = 0; i < 250'000; ++i) {
    many += i == 0 ? R"("a")" : R"(,"a")";
    masked += i == 0 ? R"("[redacted]")" : R"(,"[redacted]")";
  }
  EXPECT_EQ(MaskedChanges(many + "]}]"), masked + "]}]");
}

TEST(Redaction, LeavesBytesBehindTheCopyThatMayBeRead) {
  const Bytes record(R"({"changes":[{"field":"apiKey","to":"x"}]})");
  json::TokenIndex index;
  ASSERT_TRUE(index.Build(record.view()));
  Bytes out(std::string(500, 'y'));
  ASSERT_TRUE(Redact(record.view(), index.begin(), out));
  EXPECT_EQ(std::string_view(out.data() + out.size(), Bytes::kPadding),
            std::string(Bytes::kPadding, '\0'));
}

TEST(MayNameSecret, MissesNoName) {
  for (const char* name : {"secret", "PRIVATEKEY", "Private_Key", "apikey", "api_KEY", "PassPhrase",
                           R"(\u0073ecre\u0074)"}) {
    for (std::size_t before = 0; before < 40; ++before) {
      for (std::size_t behind = 0; behind < 20; ++behind) {
        EXPECT_TRUE(MayNameSecret(std::string(before, 'x') + name + std::string(behind, 'x')));
      }
    }
  }
}

TEST(MayNameSecret, PassesOverWhatMostRecordsAre) {
  for (
      const char* text :
      {"", "[]", R"([{"field":"password"}])",
       R"([{"field":"roleName","from":"User","to":"Admin"}])",
       R"([{"field":"state","from":"ACTIVATED","to":"SUSPENDED"},{"field":"suspended","to":true}])"}) {
    EXPECT_FALSE(MayNameSecret(text)) << text;
  }
}

TEST(RedactionOfTheUndecodable, MasksAllTextIfASecretIsNamedInIt) {
  EXPECT_EQ(
      MaskedUndecodable(
          R"({"id" : "a","n":-1.5e3,"x":NaN,"name":"\ud83d","changes":[{"field":"apiKey","from":null,"to":"s3"}],"e":"",})"),
      R"({"id" : "[redacted]","n":-1.5e3,"x":"[redacted]","name":"[redacted]","changes":[{"field":"[redacted]","from":null,"to":"[redacted]"}],"e":"",})");
}

TEST(RedactionOfTheUndecodable, LeavesOthersAsTheyAre) {
  for (const char* element :
       {"", "7", "null", "[{}]", R"({"id":NaN})", R"({"changes":[{"field":"name","to":"x"}],)",
        R"({"id":"secret",)", "\"\xff", "\\"}) {
    EXPECT_EQ(MaskedUndecodable(element), element);
  }
}

TEST(RedactionOfTheUndecodable, LetsNoSecretThroughWhateverIsBroken) {
  for (const std::string element :
       {R"({"x":"a"b","changes":[{"field":"apiKey","to":"S3CRET"}]})",
        R"({"changes":[{"field":"apiKey","to":"S3CRET)",
        R"({"changes":[{"field":"apiKey","to":S3CRET}])", R"({changes:[{field:apiKey,to:S3CRET}]})",
        R"({'changes':[{'field':'apiKey','to':'S3CRET'}]})",
        R"("{\"changes\":[{\"field\":\"apiKey\",\"to\":\"S3CRET\"}]}")",
        R"([{"changes":[{"field":"apiKey","to":"S3CRET"}]}])",
        R"({"\u0063hanges":[{"field":"api\u004bey","to":"S3CRET"}],)",
        R"({"changes":[{"field":"\secret","to":"S3CRET"}]})",
        R"({"changes":[{"field":"\u00secret","to":"S3CRET"}]})",
        "{\"changes\":[{\"field\":\"apiKey\",\"to\":\"S3CRET\xff\"}]}",
        "{\"changes\":[{\"field\":\"apiKey\",\"to\":\"\nS3CRET\\"}) {
    const std::string masked = MaskedUndecodable(element);
    EXPECT_NE(masked, element);
    EXPECT_EQ(masked.find("S3CRET"), std::string::npos) << masked;
  }
}

// Writes a record at random together with what is to become of it.
class RandomRecord {
 public:
  explicit RandomRecord(std::uint64_t seed) : state_(seed) {
    Both("{");
    for (std::size_t members = Draw(6); members > 0; --members) {
      if (Draw(2) == 0) {
        Key("changes");
        Changes();
      } else {
        Key(Draw(2) == 0 ? "note" : "apiKey");
        Value(3, false, false);
      }
      Both(",");
    }
    Key("id");
    Value(1, false, false);
    Both("}");
  }

  const std::string& text() const { return text_; }
  const std::string& masked() const { return masked_; }

 private:
  std::size_t Draw(std::size_t below) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::size_t>(state_ >> 33) % below;
  }

  void Both(std::string_view bytes) {
    text_ += bytes;
    masked_ += bytes;
    if (Draw(4) == 0) {
      constexpr std::string_view kSpaces = " \t\r\n";
      const char space = kSpaces[Draw(kSpaces.size())];
      text_ += space;
      masked_ += space;
    }
  }

  // `text` as a string token, with some of its letters escaped and in another case.
  std::string Spelled(std::string_view text) {
    constexpr char kDigits[2][17] = {"0123456789abcdef", "0123456789ABCDEF"};
    std::string token = "\"";
    for (char c : text) {
      if (c >= 'a' && c <= 'z' && Draw(6) == 0) c = static_cast<char>(c - 'a' + 'A');
      if (Draw(12) == 0) {
        const auto code = static_cast<unsigned char>(c);
        token += std::string("\\u00") + kDigits[Draw(2)][code / 16] + kDigits[Draw(2)][code % 16];
      } else {
        token += c;
      }
    }
    return token + "\"";
  }

  void Key(std::string_view key) {
    Both(Spelled(key));
    Both(":");
  }

  void String(bool secret) {
    constexpr std::string_view kTexts[] = {
        "", "plain", "\\\"quoted\\\"", "caf\xc3\xa9 \\u00e9", "{[:,]}", "\\\\"};
    const std::string_view text = kTexts[Draw(std::size(kTexts))];
    if (secret && !text.empty()) {
      text_ += "\"S3-" + std::string(text) + "\"";
      masked_ += "\"[redacted]\"";
      Both("");
    } else {
      Both("\"" + std::string(text) + "\"");
    }
  }

  // In `changes`, a key may make a secret of what is not one yet.
  void Value(std::size_t depth, bool secret, bool in_changes) {
    constexpr std::string_view kScalars[] = {"null", "true", "false", "0", "-1.5e3"};
    switch (depth == 0 ? Draw(2) : Draw(4)) {
      case 0:
        String(secret);
        break;
      case 1:
        Both(kScalars[Draw(std::size(kScalars))]);
        break;
      case 2:
        Both("[");
        for (std::size_t i = 0, count = Draw(4); i < count; ++i) {
          if (i > 0) Both(",");
          Value(depth - 1, secret, in_changes);
        }
        Both("]");
        break;
      default:
        Both("{");
        for (std::size_t i = 0, count = Draw(4); i < count; ++i) {
          if (i > 0) Both(",");
          const bool names = Draw(4) == 0;
          Key(names ? Name() : "value");
          Value(depth - 1, secret || (names && in_changes), in_changes);
        }
        Both("}");
        break;
    }
  }

  std::string_view Name() {
    constexpr std::string_view kNames[] = {"secret",  "sharedsecretx", "private_key",
                                           "api_key", "apikeyhash",    "a passphrase"};
    return kNames[Draw(std::size(kNames))];
  }

  void Element() {
    constexpr std::string_view kOthers[] = {"name", "fde_key", "password", "api-key", "secre t"};
    const bool first = Draw(2) == 0;
    const bool second = Draw(4) == 0;
    const bool secret = first || second;
    Both("{");
    Value("from", secret);
    Both(",");
    Key("field");
    Both(Spelled(first ? Name() : kOthers[Draw(std::size(kOthers))]));
    Both(",");
    if (second) {
      Key("field");
      Both(Spelled(Name()));
      Both(",");
    }
    Value("to", secret);
    Both("}");
  }

  void Value(std::string_view key, bool secret) {
    Key(key);
    Value(4, secret, true);
  }

  void Changes() {
    if (Draw(6) == 0) return Element();
    Both("[");
    for (std::size_t i = 0, count = Draw(5); i < count; ++i) {
      if (i > 0) Both(",");
      Element();
    }
    Both("]");
  }

  std::uint64_t state_;
  std::string text_;
  std::string masked_;
};

TEST(Redaction, ChangesTheSecretsOfARandomRecordAndNotAByteElse) {
  int with_secrets = 0;
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    const RandomRecord record(seed);
    const std::string masked = Masked(record.text());
    ASSERT_EQ(masked, record.masked()) << record.text();
    ASSERT_TRUE(nlohmann::json::accept(masked)) << masked;
    ASSERT_EQ(masked.find("S3-"), std::string::npos) << masked;
    with_secrets += record.text() != masked ? 1 : 0;
    const std::string again = Masked(masked);
    ASSERT_EQ(again, masked);
  }
  EXPECT_GT(with_secrets, 5'000);
}

// The page looks for secrets before it asks for them to be masked, and misses none: neither in
// records of a new shape nor, the second time, of a known one.
TEST(Redaction, IsDoneToEveryRandomRecordOfAPage) {
  std::string body;
  std::vector<std::string> masked;
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    const RandomRecord record(seed);
    body += (body.empty() ? "[" : ",") + record.text();
    masked.push_back(record.masked());
  }
  for (int times = 0; times < 2; ++times) {
    const auto parsed = ParsePage(Bytes(body + "]"), OrganisationKey("o"), Passed(), 0);
    ASSERT_TRUE(parsed.ok());
    ASSERT_EQ(parsed->page->heads().size(), masked.size());
    Event event;
    for (std::size_t i = 0; i < masked.size(); ++i) {
      parsed->page->Read(i, event);
      std::string_view expected = masked[i];
      while (json::IsSpace(expected.back())) expected.remove_suffix(1);
      ASSERT_EQ(event.raw, expected);
    }
  }
}

TEST(RedactionOfTheUndecodable, LetsNoSecretThroughInACutRandomRecord) {
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    const std::string text = RandomRecord(seed).text();
    // Behind the names, so that there is something to see.
    const std::string cut = R"(,{"changes":"apiKey",)" + text.substr(0, text.size() - 1);
    ASSERT_EQ(MaskedUndecodable(cut).find("S3-"), std::string::npos) << cut;
  }
}

}  // namespace
}  // namespace cce::jumpcloud
