// What a thread remembers of records must not be seen in what it writes: whatever the leaves of a
// record of a known shape say, its line is what reading it would give.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "outputs/format/cef_format.h"
#include "outputs/format/ecs_format.h"
#include "outputs/format/leef_format.h"
#include "outputs/format/ocsf_format.h"
#include "outputs/format/raw_format.h"
#include "tests/events/normalised_page.h"
#include "tests/simulator/seeded_random.h"

namespace cce {
namespace {

using Json = nlohmann::ordered_json;

// Counts the events that are written the long way.
class CountedFormat : public Format {
 public:
  explicit CountedFormat(std::unique_ptr<Format> format) : format_(std::move(format)) {}

  std::string_view name() const override { return format_->name(); }
  void Write(const Event& event, const Mark& mark, Buffer& out) const override {
    ++written_;
    format_->Write(event, mark, out);
  }

  std::size_t written() const { return written_; }

 private:
  const std::unique_ptr<Format> format_;
  mutable std::size_t written_ = 0;
};

std::vector<std::unique_ptr<CountedFormat>> AllFormats() {
  std::vector<std::unique_ptr<CountedFormat>> formats;
  const auto add = [&](std::unique_ptr<Format> format) {
    formats.push_back(std::make_unique<CountedFormat>(std::move(format)));
  };
  add(std::make_unique<OcsfFormat>(KeepOriginal::kDegraded));
  add(std::make_unique<OcsfFormat>(KeepOriginal::kAlways));
  add(std::make_unique<EcsFormat>(KeepOriginal::kAlways));
  add(std::make_unique<CefFormat>());
  add(std::make_unique<LeefFormat>());
  add(std::make_unique<RawFormat>());
  return formats;
}

// Texts that rules and formats tell apart.
const std::vector<std::string>& Texts() {
  static const auto& texts = *new std::vector<std::string>{
      "unknown",
      "User",
      "admin",
      "systemuser",
      "user_group",
      "system",
      "application",
      " ",
      "ends with spaces  ",
      "a=b|c\\d",
      "\"quoted\"",
      "two\nlines\r\tand \x01 more",
      "\u00e9\u20ac\U0001f600",
      std::string(300, 'x'),
      std::string(1100, 'y') + "=",
      "203.0.113.7",
      "203.0.113.7:443",
      "::1",
      "[2001:db8::1]:443",
      "::ffff:192.0.2.1",
      "1.2.3.4, 5.6.7.8",
      "256.1.1.1",
      "2026-07-06T08:15:45Z",
      "2026-07-06T08:15:45.123Z",
      "2026-07-06T08:15:45.123456789Z",
      "2026-07-06T10:15:45.5+02:00",
      "2026-02-30T10:15:45Z",
      "1677-01-01T00:00:00Z",
      "true",
      "FALSE",
      "success",
      "Failed: no such user",
      "DENY",
      "allow_with_mfa",
      "Acknowledged",
      "sso",
      "ldap",
      "radius",
      "systems",
      "sso_auth",
      "user_login_attempt",
      "association_change",
      "nothing_known_created",
      "128",
      "0",
      "10",
      "51.5",
      "low",
      "Critical",
      "severe",
      "username",
      "email",
      "displayname",
      "US",
      "us",
      "EU",
      "uid=bob,ou=people,o=org",
      "https://sso.example.com/saml2/office/",
      "https://example.com/",
      "none",
      "totp",
      R"({"type":"webauthn"})",
  };
  return texts;
}

// Gives some leaves of a record other contents, and the record no other shape, but for what is
// empty in `changes`.
class LeafChanges {
 public:
  explicit LeafChanges(std::uint64_t seed) : seed_(seed) {}

  std::string Of(const std::string& event) {
    Json record = Json::parse(event);
    texts_of_record_.clear();
    Collect(record);
    Change(record);
    if (record.contains("changes")) Empty(record["changes"]);
    return record.dump();
  }

 private:
  std::size_t Draw(std::size_t below) { return simulator::Mix(++seed_) % below; }

  void Collect(const Json& value) {
    if (value.is_string()) texts_of_record_.push_back(value.get<std::string>());
    if (value.is_structured()) {
      for (const auto& member : value) Collect(member);
    }
  }

  void Change(Json& value) {
    if (value.is_structured()) {
      for (auto& member : value) Change(member);
      return;
    }
    if (Draw(8) != 0) return;
    if (value.is_string() && !value.get_ref<const std::string&>().empty()) {
      // Equal texts in different places are told apart, too.
      const auto& texts = Draw(4) == 0 ? texts_of_record_ : Texts();
      const std::string& text = texts[Draw(texts.size())];
      if (!text.empty()) value = text;
    } else if (value.is_number()) {
      static const std::vector<Json> numbers = {0, -1, 1.5, 128, 10, 4294967296u, 1e300};
      value = numbers[Draw(numbers.size())];
    }
  }

  void Empty(Json& value) {
    if (value.is_structured()) {
      for (auto& member : value) Empty(member);
    }
    if (Draw(16) != 0) return;
    static const std::vector<Json> empty = {nullptr, "", Json::array(), Json::object()};
    value = empty[Draw(empty.size())];
  }

  std::uint64_t seed_;
  std::vector<std::string> texts_of_record_;
};

TEST(LinePlan, WritesWhatReadingWouldWriteWhateverTheLeavesSay) {
  constexpr std::size_t kChanged = 300;
  const auto formats = AllFormats();
  std::size_t lines = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    for (const std::string& event : ShapedEvents(seed)) {
      LeafChanges changes(seed * 1000 + lines);
      std::string body = "[" + Json::parse(event).dump();
      for (std::size_t i = 0; i < kChanged; ++i) body += "," + changes.Of(event);
      body += "]";
      const auto parsed = jumpcloud::ParsePage(
          Bytes(body), jumpcloud::OrganisationKey(kOrganisation), jumpcloud::Passed(), 7);
      ASSERT_TRUE(parsed.ok());
      const Page& page = *parsed->page;
      lines += page.heads().size();
      for (const auto& format : formats) {
        Event event_read;
        Buffer expected;
        Buffer out;
        for (std::size_t i = 0; i < page.heads().size(); ++i) {
          expected.Clear();
          const WrittenEvent written_long =
              page.Page::Write(i, *format, Mark(), event_read, expected);
          const Understood understood = written_long.understood;
          const int severity_id = written_long.severity_id;
          const std::string service(written_long.service);
          out.Clear();
          const WrittenEvent written = page.Write(i, *format, Mark(), event_read, out);
          ASSERT_EQ(out.view(), expected.view())
              << format->name() << "\n"
              << body.substr(page.heads()[i].offset, page.heads()[i].length);
          EXPECT_EQ(written.understood, understood);
          EXPECT_EQ(written.severity_id, severity_id);
          EXPECT_EQ(written.service, service);
        }
      }
    }
  }
  // It was the short way at all: the long one is gone once for the comparison.
  for (const auto& format : formats) EXPECT_LT(format->written(), lines * 8 / 5) << format->name();
}

TEST(LinePlan, OfOneFormatIsNotThatOfAnother) {
  const std::vector<std::string> events = ShapedEvents(9);
  const std::string body = "[" + events[0] + "]";
  const auto formats = AllFormats();
  for (int round = 0; round < 3; ++round) {
    for (const auto& format : formats) EXPECT_EQ(Written(body, *format).size(), 1u);
  }
}

TEST(LinePlan, OfOneMeaningOfATypeIsNotThatOfAnother) {
  const auto overrides_to = [](const std::string& activity) {
    return jumpcloud::EventTypeOverrides::Read(
               R"({"sso_auth": {"class": "base_event", "other_activity": ")" + activity + R"("}})")
        .value();
  };
  const auto overrides = overrides_to("Mine");
  const auto others = overrides_to("Yours");
  const std::string body =
      R"([{"service":"sso","event_type":"sso_auth","timestamp":"2026-07-06T08:15:45.921Z"}])";
  const auto formats = AllFormats();
  const auto activities_written = [&](const jumpcloud::Reading& reading) {
    std::vector<std::string> lines;
    for (const auto& format : formats) lines.push_back(Written(body, *format, reading).at(0));
    const Json event = Json::parse(lines[0]);
    return event["activity_name"].get<std::string>() + " " + event["class_uid"].dump();
  };
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(activities_written({}), "Logon 3002");
    EXPECT_EQ(activities_written({.overrides = overrides}), "Mine 0");
    EXPECT_EQ(activities_written({.overrides = others}), "Yours 0");
  }
}

TEST(LinePlan, MarksWhatIsLate) {
  const auto parsed =
      jumpcloud::ParsePage(Bytes("[" + ShapedEvents(9)[0] + "]"),
                           jumpcloud::OrganisationKey(kOrganisation), jumpcloud::Passed(), 7);
  ASSERT_TRUE(parsed.ok());
  const OcsfFormat format;
  Event event;
  for (int round = 0; round < 3; ++round) {
    Buffer in_time;
    Buffer late;
    parsed->page->Write(0, format, Mark(), event, in_time);
    parsed->page->Write(0, format, Mark{.late = true}, event, late);
    EXPECT_EQ(in_time.view().find("\"late\""), std::string_view::npos);
    EXPECT_NE(late.view().find("\"late\""), std::string_view::npos);
  }
}

}  // namespace
}  // namespace cce
