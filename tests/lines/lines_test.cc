// CEF and LEEF lines of every type of event parse back to what the events say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>
#include <vector>

#include "outputs/format/cef_format.h"
#include "outputs/format/leef_format.h"
#include "outputs/format/line_writer.h"
#include "parsers/jumpcloud/event_types.h"
#include "tests/events/mutation.h"
#include "tests/events/normalised_page.h"
#include "tests/events/type_samples.h"
#include "tests/lines/line_parsers.h"
#include "tests/simulator/seeded_random.h"

namespace cce {
namespace {

using nlohmann::json;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A format, how its lines are read, and what its own keys begin with.
struct LineFormat {
  const Format& format;
  std::optional<ParsedLine> (*parse)(std::string_view);
  std::string prefix;
};

// Where a member of a record may be given back: keys, of the product's own ones what is behind its
// prefix. "#id" is the header's event id, "#version" its version. JSON stands in `json`.
struct Places {
  std::vector<std::string> cef;
  std::vector<std::string> leef;
};
const std::map<std::string, Places>& PlacesOfMembers() {
  static const std::map<std::string, Places> places = {
      {"/id", {{"externalId"}, {"+EventId"}}},
      {"/event_type", {{"#id"}, {"#id"}}},
      {"/service", {{"cat"}, {"+Service"}}},
      {"/@version", {{"#version"}, {"#version"}}},
      {"/organization", {{"deviceExternalId"}, {"realm"}}},
      {"/provider", {{"deviceExternalId"}, {"realm"}}},
      {"/correlation/id", {{"+CorrelationId"}, {"+Correlation"}}},
      {"/access_request_id", {{"+CorrelationId"}, {"+Correlation"}}},
      {"/message", {{"msg"}, {"+Msg"}}},
      {"/detail", {{"msg"}, {"+Msg"}}},
      {"/success", {{"outcome"}, {"+Outcome"}}},
      {"/sso_token_success", {{"outcome"}, {"+Outcome"}}},
      {"/status", {{}, {"+Outcome"}}},
      {"/error_message", {{"reason"}, {"+Reason"}}},
      {"/result", {{"reason"}, {"+Reason"}}},
      {"/error_code", {{"cn1", "+StatusCode"}, {"+ErrorCode"}}},
      {"/initiated_by", {{"suser"}, {"usrName"}}},
      {"/initiated_by/id", {{"suid"}, {"+ActorId"}}},
      {"/initiated_by/username", {{"suser"}, {"usrName"}}},
      {"/initiated_by/name", {{"suser"}, {"usrName"}}},
      {"/initiated_by/email", {{"suser"}, {"usrName"}}},
      {"/initiated_by/type", {{"spriv"}, {"role"}}},
      {"/jc_initiated_by_id", {{"suid"}, {"+ActorId"}}},
      {"/jc_initiated_by_email", {{"suser"}, {"usrName"}}},
      {"/username", {{"suser"}, {"usrName"}}},
      {"/resource/id",
       {{"suid", "duid"}, {"+ActorId", "+AccountId", "+ResourceId", "+HostId", "groupID"}}},
      {"/resource/object_id",
       {{"suid", "duid"}, {"+ActorId", "+AccountId", "+ResourceId", "+HostId", "groupID"}}},
      {"/resource/application_id", {{"duid"}, {"+ResourceId"}}},
      {"/resource/app_id", {{"duid"}, {"+ResourceId"}}},
      {"/resource/source_id", {{}, {"+ResourceId"}}},
      {"/resource/username", {{"suser", "duser"}, {"usrName", "accountName", "resource"}}},
      {"/resource/email", {{"suser", "duser"}, {"usrName", "accountName", "resource"}}},
      {"/resource/name", {{"suser", "duser"}, {"usrName", "accountName", "resource", "+Group"}}},
      {"/resource/displayName",
       {{"suser", "duser"}, {"usrName", "accountName", "resource", "+Group"}}},
      {"/resource/display_label", {{"suser", "duser"}, {"usrName", "accountName", "resource"}}},
      {"/resource/hostname", {{"dhost", "duser"}, {"+Host", "identHostName", "resource"}}},
      {"/resource/application_name", {{"destinationServiceName"}, {"+App"}}},
      {"/target_resource/type", {{}, {"+Target"}}},
      {"/target_resource/name", {{"destinationServiceName"}, {"+App", "+TargetName"}}},
      {"/application/id", {{}, {"+ResourceId"}}},
      {"/application/name",
       {{"destinationServiceName", "fname"}, {"+App", "+Package", "resource"}}},
      {"/application/display_label", {{"destinationServiceName", "fname"}, {"+App", "+Package"}}},
      {"/application/sso_url", {{"request"}, {"url"}}},
      {"/process_name", {{"destinationServiceName", "dproc"}, {"+App", "+Process"}}},
      {"/client_ip", {{"src", "c6a2", "dvc"}, {"src", "identSrc"}}},
      {"/src_ip", {{"src", "c6a2"}, {"src"}}},
      {"/asn", {{}, {"+Asn"}}},
      {"/geoip/asn", {{}, {"+Asn"}}},
      {"/auth_method", {{"+AuthMethod"}, {"+AuthMethod"}}},
      {"/auth_type", {{"app"}, {"+AuthType"}}},
      {"/mfa", {{"cs2"}, {"+Mfa"}}},
      {"/connection_id", {{}, {"+Connection"}}},
      {"/windows_meta/logon_type", {{"cn3"}, {"+LogonType"}}},
      {"/dn", {{"cs1"}, {"+LdapBase"}}},
      {"/base", {{"cs1"}, {"+LdapBase"}}},
      {"/filter", {{"+LdapFilter"}, {"+LdapFilter"}}},
      {"/number_of_results", {{"cn2"}, {"+Results"}}},
      {"/request_type", {{"+Request"}, {"+Request"}}},
      {"/mdm_device_id", {{"duid"}, {"resource"}}},
      {"/device_object_id", {{"duid"}, {"resource"}}},
      {"/windows_device_uuid", {{"duid"}, {"resource"}}},
      {"/workflow/id", {{"duid"}, {"+ResourceId"}}},
      {"/workflow/name", {{"duser"}, {"resource"}}},
      {"/channel_object_id", {{"duid"}, {"+ResourceId"}}},
      {"/name", {{"duser"}, {"resource"}}},
      {"/object_storage_item_object_id", {{"fileId"}, {"+File"}}},
      {"/object_storage_item_version_name", {{"fname"}, {"+File"}}},
      {"/object_storage_item_version_size", {{"fsize"}, {}}},
      {"/object_storage_item_version_sha_256_sum", {{"fileHash"}, {"+FileHash"}}},
      {"/alert_title", {{"msg", "+Alert"}, {"+Alert"}}},
      {"/system/id", {{}, {"+HostId", "+ResourceId"}}},
      {"/system_object_id", {{}, {"+HostId", "+ResourceId"}}},
      {"/system/hostname", {{"dhost"}, {"+Host", "identHostName"}}},
      {"/auth_context/system/id", {{}, {"+HostId"}}},
      {"/auth_context/system/hostname", {{"dhost"}, {"+Host", "identHostName"}}},
      {"/association/id", {{"duid"}, {"+ResourceId"}}},
      {"/association/connection/from/object_id",
       {{"duid"}, {"+AccountId", "+ResourceId", "+HostId", "groupID"}}},
      {"/association/connection/to/object_id",
       {{"duid"}, {"+AccountId", "+ResourceId", "+HostId", "groupID"}}},
      {"/association/connection/from/name",
       {{"duser", "dhost"}, {"accountName", "resource", "+Group", "+Host", "identHostName"}}},
      {"/association/connection/to/name",
       {{"duser", "dhost"}, {"accountName", "resource", "+Group", "+Host", "identHostName"}}},
  };
  return places;
}

class Lines : public ::testing::TestWithParam<const char*> {
 protected:
  Lines() : line_format_(Named(GetParam())) {}

  bool IsCef() const { return line_format_.prefix != "jc"; }

  ParsedLine Parsed(const std::string& body) {
    const std::vector<std::string> lines = Written(body, line_format_.format);
    EXPECT_THAT(lines, SizeIs(1)) << body;
    if (lines.empty()) return {};
    const std::optional<ParsedLine> parsed = line_format_.parse(lines[0]);
    EXPECT_TRUE(parsed.has_value()) << lines[0];
    return parsed.value_or(ParsedLine());
  }

  // What is written as `place`; "" if it is not there.
  std::string At(const ParsedLine& line, const std::string& place) const {
    if (place == "#version") return line.header.at(3);
    if (place == "#id") return line.header.at(4);
    const bool is_own = place.starts_with('+');
    const auto value = line.values.find(is_own ? line_format_.prefix + place.substr(1) : place);
    return value == line.values.end() ? "" : value->second;
  }

  json JsonAt(const ParsedLine& line, const std::string& place) const {
    const std::string text = At(line, place);
    const json value = json::parse(text.empty() ? "null" : text, nullptr, false);
    return value.is_discarded() ? json() : Prune(value);  // it was cut
  }

  json Rest(const ParsedLine& line) const { return JsonAt(line, "+Unmapped"); }

  // True if the line has `value` where it gives back what is at `path` of a record.
  bool IsGivenBack(const std::string& path, const json& value, const ParsedLine& line) const {
    for (const auto& [member, cef, leef] : {std::tuple("/changes", "cs5", "+Changes"),
                                            std::tuple("/association", "cs6", "+Association")}) {
      if (!path.starts_with(std::string(member) + "/")) continue;
      const json whole = JsonAt(line, IsCef() ? cef : leef);
      const json::json_pointer at(path.substr(std::string_view(member).size()));
      if (whole.contains(at) && whole[at] == value) return true;
    }
    const auto places = PlacesOfMembers().find(path);
    if (places == PlacesOfMembers().end()) return false;
    std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    if (path == "/success" || path == "/sso_token_success")
      text = value == true ? "success" : "failure";
    const auto& keys = IsCef() ? places->second.cef : places->second.leef;
    return std::any_of(keys.begin(), keys.end(), [&](const std::string& key) {
      const std::string said = At(line, key);
      return said == text || (key == "#id" && said.ends_with(":" + text));
    });
  }

  // Leaves of `record` (pruned) that are neither in the rest at their place nor given back.
  std::vector<std::string> Lost(const json& record, const ParsedLine& line) const {
    const json rest = Rest(line);
    std::vector<std::string> lost;
    const json leaves = record.flatten();
    for (const auto& [path, value] : leaves.items()) {
      if (IsEmptyValue(value)) continue;  // the record itself was empty
      const json::json_pointer at(path);
      if (rest.contains(at) && rest[at] == value) continue;
      if (!IsGivenBack(path, value, line)) lost.push_back(path + " = " + value.dump());
    }
    return lost;
  }

  ParsedLine ExpectWhole(const json& record) {
    const ParsedLine line = Parsed("[" + record.dump() + "]");
    if (line.header.empty()) return line;
    EXPECT_THAT(Lost(Prune(record), line), IsEmpty()) << record;
    return line;
  }

 private:
  static LineFormat Named(const std::string& name) {
    static const CefFormat cef;
    static const LeefFormat leef;
    if (name == "cef") return {cef, &ParseCef, "JumpCloudDirectoryInsights"};
    return {leef, &ParseLeef, "jc"};
  }

  const LineFormat line_format_;
};

TEST_P(Lines, OfEveryTypeParseBack) {
  for (const jumpcloud::EventType& type : jumpcloud::KnownEventTypes()) {
    for (const json& event : {MinimalEvent(type), FullEvent(type), EventAboutAThing(type)}) {
      ExpectWhole(event);
    }
  }
}

TEST_P(Lines, OfEveryShapeParseBack) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    for (const std::string& event : ShapedEvents(seed)) ExpectWhole(json::parse(event));
  }
}

TEST_P(Lines, OfRandomMutationsParseBack) {
  VisitMutations(ShapedEvents(9), 44, 10'000, [this](const json& record) { ExpectWhole(record); });
}

// Texts about as long as limits are, of characters of all sizes.
std::string LongText(std::uint64_t& seed) {
  static const std::vector<std::string> kPieces = {"x",  "=",      "\\",     "|",          " ",
                                                   "\n", "\u00e9", "\u20ac", "\U0001f600", "abc"};
  constexpr std::size_t kAbout[] = {31, 40, 63, 83, 128, 191, 255, 380, 511, 767, 1023, 4000, 6000};
  const std::size_t about = kAbout[simulator::Mix(++seed) % std::size(kAbout)];
  const std::size_t size = about - 4 + simulator::Mix(++seed) % 8;
  // Half of them of one character, which a cut in its middle would show in most places.
  const bool is_plain = simulator::Mix(++seed) % 2 == 0;
  const std::string& only = kPieces[simulator::Mix(++seed) % kPieces.size()];
  std::string text;
  while (text.size() < size)
    text += is_plain ? only : kPieces[simulator::Mix(++seed) % kPieces.size()];
  return text;
}

void MakeTextsLong(json& value, std::uint64_t& seed) {
  if (value.is_structured()) {
    for (auto& [key, member] : value.items()) {
      const bool decides = key == "timestamp" || key == "service" || key == "event_type";
      if (simulator::Mix(++seed) % (decides ? 12 : 2) == 0) MakeTextsLong(member, seed);
    }
  } else if (value.is_string()) {
    value = LongText(seed);
  }
}

// How many bytes a receiver takes of a field: document version 27 of CEF, "Key Names"; LEEF's
// "Predefined event attributes". What neither limits has CCE's own limit.
std::size_t LimitOf(const std::string& key, bool is_cef) {
  constexpr std::size_t kOwn = 1023;
  constexpr std::size_t kJson = 4000;
  static const std::map<std::string, std::size_t> cef = {
      {"externalId", 40}, {"src", 40},     {"c6a2", 40},  {"dvc", 40},
      {"act", 63},        {"outcome", 63}, {"app", 31},   {"deviceExternalId", 255},
      {"fileHash", 255},  {"cs1", 4000},   {"cs2", 4000}, {"cs3", 4000},
      {"cs4", 4000},      {"cs5", 4000},   {"cs6", 4000}, {"cn1", 20},
      {"cn2", 20},        {"cn3", 20}};
  static const std::map<std::string, std::size_t> leef = {
      {"usrName", 255}, {"accountName", 255}, {"jcChanges", kJson}, {"jcAssociation", kJson}};
  const auto& limits = is_cef ? cef : leef;
  const auto limit = limits.find(key);
  return limit == limits.end() ? kOwn : limit->second;
}

TEST_P(Lines, OfLongTextsKeepEveryLimitAndLoseNothing) {
  const std::vector<std::size_t> header_limits =
      IsCef() ? std::vector<std::size_t>{5, 63, 63, 31, 1023, 512, 2}
              : std::vector<std::size_t>{8, 255, 255, 255, 255, 3};
  std::vector<json> records;
  for (const std::string& event : ShapedEvents(3)) records.push_back(json::parse(event));
  for (const jumpcloud::EventType& type : jumpcloud::KnownEventTypes()) {
    records.push_back(FullEvent(type));
  }
  std::uint64_t seed = 17;
  for (const json& record : records) {
    for (int i = 0; i < 4 && !testing::Test::HasFailure(); ++i) {
      json changed = record;
      MakeTextsLong(changed, seed);
      const ParsedLine line = ExpectWhole(changed);
      ASSERT_THAT(line.header, SizeIs(header_limits.size()));
      for (std::size_t field = 0; field < line.header.size(); ++field) {
        EXPECT_LE(line.header[field].size(), header_limits[field]) << field;
      }
      for (const auto& [key, value] : line.values) {
        if (key.ends_with("Unmapped")) continue;
        EXPECT_LE(value.size(), LimitOf(key, IsCef())) << key;
        EXPECT_NO_THROW(json(value).dump()) << key << " was cut inside a character";
        EXPECT_TRUE(!IsCef() || !value.ends_with(' ')) << key;
      }
    }
  }
}

TEST_P(Lines, KeepAnUndecodableElement) {
  const ParsedLine line = Parsed("[\"a=b|c\\\\d\"]");
  const bool kept = std::any_of(line.values.begin(), line.values.end(), [](const auto& pair) {
    return pair.first.ends_with("Original") && pair.second == "\"a=b|c\\\\d\"";
  });
  EXPECT_TRUE(kept);
}

INSTANTIATE_TEST_SUITE_P(Format, Lines, ::testing::Values("cef", "leef"),
                         [](const auto& param) { return std::string(param.param); });

TEST(Cef, NamesTheThingByItsType) {
  const auto line =
      ParseCef(Written(R"([{"timestamp":"2026-07-06T08:15:45Z","event_type":"policy_update",)"
                       R"("resource":{"id":"p1","type":"policy","name":"Disk"}}])",
                       CefFormat())
                   .at(0));
  ASSERT_TRUE(line);
  EXPECT_EQ(line->values.at("cs1"), "Policy:p1:Disk");
  EXPECT_EQ(line->values.count("spriv"), 0u);
}

TEST_P(Lines, NameThePolicyThatDecided) {
  const ParsedLine line = Parsed(
      R"([{"timestamp":"2026-07-06T08:15:45Z","event_type":"user_login_attempt","success":true,)"
      R"("auth_context":{"policies_applied":[{"name":"A","metadata":{"action":"ALLOW"}},)"
      R"({"name":"B","metadata":{"action":"deny"}},{"name":"C","metadata":{"action":"DENY"}}]}}])");
  const bool named = std::any_of(line.values.begin(), line.values.end(), [](const auto& pair) {
    return pair.second == "B" || pair.second == "B:deny";
  });
  EXPECT_TRUE(named);
}

constexpr char kLogon[] = R"json([{"timestamp":"2026-07-06T08:15:45.921Z","service":"directory",
    "event_type":"user_login_attempt","id":"e1","organization":"64f0c0de5eed000000000a01",
    "initiated_by":{"id":"u1","type":"user","username":"bob"},"success":false,
    "error_message":"no = never","client_ip":"2001:db8::1"}])json";

TEST(Cef, NamesWhoDidWhatFromWhere) {
  const auto line = ParseCef(Written(kLogon, CefFormat()).at(0));
  ASSERT_TRUE(line);
  EXPECT_EQ(line->header, (std::vector<std::string>{"CEF:0", "JumpCloud", "Directory Insights", "1",
                                                    "directory:user_login_attempt",
                                                    "Authentication: Logon", "3"}));
  const auto& values = line->values;
  EXPECT_EQ(values.at("rt"), "1783325745921");
  EXPECT_EQ(values.at("suser"), "bob");
  EXPECT_EQ(values.at("suid"), "u1");
  EXPECT_EQ(values.at("c6a2"), "2001:db8::1");
  EXPECT_EQ(values.at("c6a2Label"), "Source IPv6 Address");
  EXPECT_EQ(values.at("outcome"), "failure");
  EXPECT_EQ(values.at("reason"), "no = never");
  EXPECT_EQ(values.at("destinationServiceName"), "JumpCloud User Portal");
}

TEST(Leef, NamesWhoDidWhatFromWhere) {
  const auto line = ParseLeef(Written(kLogon, LeefFormat()).at(0));
  ASSERT_TRUE(line);
  EXPECT_EQ(line->header, (std::vector<std::string>{"LEEF:2.0", "JumpCloud", "Directory Insights",
                                                    "1", "directory:user_login_attempt", "x09"}));
  const auto& values = line->values;
  EXPECT_EQ(values.at("cat"), "directory.failure");
  EXPECT_EQ(values.at("sev"), "3");
  EXPECT_EQ(values.at("devTime"), "1783325745921");
  EXPECT_EQ(values.at("usrName"), "bob");
  EXPECT_EQ(values.at("src"), "2001:db8::1");
  EXPECT_EQ(values.at("jcReason"), "no = never");
}

TEST_P(Lines, OfAnEventWithoutAServiceBeginWithItsType) {
  const ParsedLine line =
      Parsed(R"([{"timestamp":"2026-07-06T08:15:45Z","event_type":"user_delete","success":true}])");
  EXPECT_EQ(line.header.at(4), "user_delete");
  EXPECT_EQ(At(line, "cat"), IsCef() ? "" : "success");
}

TEST_P(Lines, CutAComposedValueAsAWhole) {
  json record = json::parse(kLogon)[0];
  record["useragent"] = {{"name", std::string(2000, 'n')},
                         {"version", std::string(2000, 'v')},
                         {"os_full", std::string(2000, 'o')}};
  record["geoip"] = {{"country_code", "FR"},
                     {"region_code", std::string(2000, 'r')},
                     {"city", std::string(2000, 'c')}};
  const ParsedLine line = ExpectWhole(record);
  const std::string agent = At(line, IsCef() ? "requestClientApplication" : "+UserAgent");
  EXPECT_EQ(agent.size(), 1023u);
  EXPECT_TRUE(agent.ends_with("o)")) << agent;
  const std::string place = At(line, IsCef() ? "cs3" : "+Geo");
  EXPECT_TRUE(place.starts_with("FR/rrr") && place.ends_with("ccc")) << place;
  EXPECT_LE(place.size(), 1023u);
  record["service"] = std::string(2000, 's');
  record["event_type"] = std::string(2000, 't');
  const std::string id = At(ExpectWhole(record), "#id");
  EXPECT_EQ(id.size(), IsCef() ? 1023u : 255u);
  EXPECT_TRUE(id.starts_with("ss") && id.ends_with("tt")) << id;
}

TEST_P(Lines, ComposeAValueOfWhatIsThere) {
  json record = json::parse(kLogon)[0];
  record["geoip"] = {{"city", "Paris"}};
  record["useragent"] = {{"name", "Edge "}};
  record["auth_context"]["auth_methods"]["password"]["success"] = true;
  const ParsedLine line = ExpectWhole(record);
  EXPECT_EQ(At(line, IsCef() ? "cs3" : "+Geo"), "Paris");
  EXPECT_EQ(At(line, IsCef() ? "requestClientApplication" : "+UserAgent"),
            IsCef() ? "Edge" : "Edge ");
  EXPECT_EQ(At(line, IsCef() ? "cs2" : "+Mfa"), "Password");
  record["geoip"] = {{"city", "  "}};
  EXPECT_EQ(ExpectWhole(record).values.count("cs3Label"), 0u);
}

// What a record says, and where CEF and LEEF say it; "" where they have no place for it.
struct Told {
  const char* path;
  const char* cef;
  const char* leef;
  const char* value;
};

class ToldLines : public Lines {
 protected:
  // Each is where it belongs and nowhere else: in the rest if the format has no place for it.
  void Expect(const std::string& members, const std::vector<Told>& all) {
    const ParsedLine line =
        ExpectWhole(json::parse(R"({"timestamp":"2026-07-06T08:15:45.921Z",)" + members + "}"));
    const json rest = Rest(line);
    for (const Told& told : all) {
      const std::string place = IsCef() ? told.cef : told.leef;
      EXPECT_EQ(rest.contains(json::json_pointer(told.path)), place.empty()) << told.path;
      if (place.empty()) continue;
      EXPECT_EQ(At(line, place), told.value) << place;
    }
  }
};

TEST_P(ToldLines, SayWhatADirectoryWasAsked) {
  Expect(
      R"json("service":"ldap","event_type":"ldap_srch","base":"ou=Users,o=x","filter":"(uid=bob)",)json"
      R"json("number_of_results":3,"error_code":32,"connection_id":"k1","success":false)json",
      {{"/base", "cs1", "+LdapBase", "ou=Users,o=x"},
       {"/filter", "+LdapFilter", "+LdapFilter", "(uid=bob)"},
       {"/number_of_results", "cn2", "+Results", "3"},
       {"/error_code", "cn1", "+ErrorCode", "32"},
       {"/connection_id", "", "+Connection", "k1"}});
  Expect(
      R"json("service":"ldap","event_type":"ldap_bind","dn":"uid=bob,ou=Users","auth_method":"sasl",)json"
      R"json("error_code":49,"success":false)json",
      {{"/dn", "cs1", "+LdapBase", "uid=bob,ou=Users"},
       {"/auth_method", "+AuthMethod", "+AuthMethod", "sasl"},
       {"/error_code", "cn1", "+ErrorCode", "49"}});
}

TEST_P(ToldLines, SayHowALogonWent) {
  Expect(
      R"json("service":"systems","event_type":"login_attempt","username":"bob","process_name":"sshd",)json"
      R"json("system":{"id":"s1","hostname":"ws-1"},"client_ip":"192.0.2.1","src_ip":"192.0.2.2",)json"
      R"json("windows_meta":{"logon_type":"10"},"success":true)json",
      {{"/process_name", "dproc", "+Process", "sshd"},
       {"/windows_meta/logon_type", "cn3", "+LogonType", "10"},
       {"/client_ip", "dvc", "identSrc", "192.0.2.1"},
       {"/system/hostname", "dhost", "identHostName", "ws-1"},
       {"/src_ip", "src", "src", "192.0.2.2"}});
  Expect(
      R"json("service":"radius","event_type":"radius_auth_attempt","username":"bob",)json"
      R"json("auth_type":"eap","mfa":false,"client_ip":"192.0.2.1","asn":64500,"success":true)json",
      {{"/auth_type", "app", "+AuthType", "eap"},
       {"/mfa", "cs2", "+Mfa", "false"},
       {"/asn", "", "+Asn", "64500"}});
  Expect(
      R"json("service":"sso","event_type":"sso_auth","sso_token_success":true,)json"
      R"json("target_resource":{"type":"application","name":"Mail"},)json"
      R"json("application":{"display_label":"Mail","sso_url":"https://a.example/saml2/mail"})json",
      {{"/application/sso_url", "request", "url", "https://a.example/saml2/mail"},
       {"/target_resource/type", "", "+Target", "application"},
       {"/target_resource/name", "", "+TargetName", "Mail"}});
}

TEST_P(ToldLines, SayWhatHasChanged) {
  Expect(R"json("service":"directory","event_type":"user_update",)json"
         R"json("changes":[{"field":"state","from":null,"to":"a=b\\c"}])json",
         {{"/changes", "cs5", "+Changes",
           R"json([{"field":"state","from":null,"to":"a=b\\c"}])json"}});
  Expect(
      R"json("service":"directory","event_type":"association_change","association":{"op":"add",)json"
      R"json("connection":{"from":{"type":"system","object_id":"s1"},"to":{"type":"user",)json"
      R"json("name":"bob","object_id":"u1"}},"attributes":null})json",
      {{"/association", "cs6", "+Association",
        R"json({"attributes":null,"connection":{"from":{"object_id":"s1","type":"system"},)json"
        R"json("to":{"name":"bob","object_id":"u1","type":"user"}},"op":"add"})json"}});
  Expect(
      R"json("service":"mdm","event_type":"mdm_command_result","request_type":"DeviceLock",)json"
      R"json("mdm_device_id":"d1","resource":{"id":"r1","type":"mdm_device"},"status":"Idle")json",
      {{"/mdm_device_id", "duid", "resource", "d1"},
       {"/request_type", "+Request", "+Request", "DeviceLock"},
       {"/resource/id", "", "+ResourceId", "r1"},
       {"/status", "", "+Outcome", "Idle"}});
  Expect(R"json("service":"alerts","event_type":"alert_created","alert_title":"Too many")json",
         {{"/alert_title", "msg", "+Alert", "Too many"}});
}

TEST_P(ToldLines, KeepApartWhatIsTooLongToGiveBack) {
  json record = {{"timestamp", "2026-07-06T08:15:45.921Z"},
                 {"event_type", "user_update"},
                 {"changes", {{{"field", "about"}, {"to", std::string(5000, 'x')}}}}};
  const ParsedLine line = ExpectWhole(record);
  EXPECT_EQ(At(line, IsCef() ? "cs5" : "+Changes").size(), 4000u);
  EXPECT_EQ(Rest(line)["changes"], record["changes"]);
}

INSTANTIATE_TEST_SUITE_P(Format, ToldLines, ::testing::Values("cef", "leef"),
                         [](const auto& param) { return std::string(param.param); });

TEST(Cef, HasALabelBesideEachCustomValue) {
  for (const jumpcloud::EventType& type : jumpcloud::KnownEventTypes()) {
    const auto line = ParseCef(Written("[" + FullEvent(type).dump() + "]", CefFormat()).at(0));
    ASSERT_TRUE(line);
    for (const char* key :
         {"cn1", "cn2", "cn3", "cs1", "cs2", "cs3", "cs4", "cs5", "cs6", "c6a2"}) {
      EXPECT_EQ(line->values.count(key), line->values.count(std::string(key) + "Label")) << key;
    }
  }
}

// Any character that UTF-8 has, the awkward ones often.
std::string RandomText(std::uint64_t& seed) {
  constexpr std::string_view kAwkward("\\=|\n\r\t\0 \"/\x01\x1f\x7f", 13);
  std::string text;
  for (std::size_t length = simulator::Mix(++seed) % 12; length > 0; --length) {
    const std::uint64_t draw = simulator::Mix(++seed);
    if (draw % 3 == 0) {
      text += kAwkward[(draw / 3) % kAwkward.size()];
      continue;
    }
    const auto code = static_cast<std::uint32_t>((draw >> 8) % (draw % 3 == 1 ? 0x80 : 0x110000));
    if (code >= 0xd800 && code <= 0xdfff) continue;
    if (code < 0x80) {
      text += static_cast<char>(code);
    } else if (code < 0x800) {
      text += {static_cast<char>(0xc0 | (code >> 6)), static_cast<char>(0x80 | (code & 0x3f))};
    } else if (code < 0x10000) {
      text +=
          {static_cast<char>(0xe0 | (code >> 12)), static_cast<char>(0x80 | ((code >> 6) & 0x3f)),
           static_cast<char>(0x80 | (code & 0x3f))};
    } else {
      text +=
          {static_cast<char>(0xf0 | (code >> 18)), static_cast<char>(0x80 | ((code >> 12) & 0x3f)),
           static_cast<char>(0x80 | ((code >> 6) & 0x3f)), static_cast<char>(0x80 | (code & 0x3f))};
    }
  }
  return text;
}

// `text` with a space for each of `blanks`.
std::string Blanked(std::string text, bool (*blank)(char)) {
  std::replace_if(text.begin(), text.end(), blank, ' ');
  return text;
}

TEST(LineWriter, ParsesBackWhateverTheText) {
  constexpr int kCases = 1'000'000;
  constexpr Escapes kCef = {.with_backslash = "\\=", .names_line_ends = true};
  constexpr Escapes kLeef = {.no_controls = false};
  std::uint64_t seed = 5;
  char room[512];
  for (int i = 0; i < kCases && !testing::Test::HasFailure(); ++i) {
    const std::string text = RandomText(seed);
    // Half of them with every character that JSON lets be an escape as one.
    const std::string quoted = json(text).dump(-1, ' ', i % 2 == 0);
    const Token spelled = Token::OfRecord(std::string_view(quoted).substr(1, quoted.size() - 2));

    LineWriter cef(room, nullptr);
    cef.Raw("CEF:0|a|b|c|d|e|0|k=x");
    const bool cef_whole = cef.Text(spelled, kCef, 400).is_whole;
    cef.Raw(" z=1");
    const auto cef_line = ParseCef({room, static_cast<std::size_t>(cef.at() - room)});
    const std::string cef_text =
        Blanked(text, [](char c) { return c != '\n' && c != '\r' && c >= 0 && c < 0x20; });
    ASSERT_TRUE(cef_line) << quoted;
    EXPECT_EQ(cef_line->values.at("k"), "x" + cef_text) << quoted;
    EXPECT_EQ(cef_whole, cef_text == text) << quoted;

    LineWriter leef(room, nullptr);
    leef.Raw("LEEF:2.0|a|b|c|d|x09|k=x");
    const bool leef_whole = leef.Text(spelled, kLeef, 400).is_whole;
    leef.Raw("\tz=1");
    const auto leef_line = ParseLeef({room, static_cast<std::size_t>(leef.at() - room)});
    const std::string leef_text =
        Blanked(text, [](char c) { return c == '\t' || c == '\n' || c == '\r' || c == '\0'; });
    ASSERT_TRUE(leef_line) << quoted;
    EXPECT_EQ(leef_line->values.at("k"), "x" + leef_text) << quoted;
    EXPECT_EQ(leef_whole, leef_text == text) << quoted;
  }
}

// `text` as `write` puts it into a line.
template <class Write>
std::string WrittenBy(Write write) {
  char room[512];
  LineWriter out(room, nullptr);
  write(out);
  return {room, static_cast<std::size_t>(out.at() - room)};
}

TEST(LineWriter, ParsesBackWhateverTheBytes) {
  constexpr int kCases = 300'000;
  constexpr Escapes kCef = {.with_backslash = "\\=", .names_line_ends = true};
  constexpr Escapes kLeef = {.no_controls = false};
  std::uint64_t seed = 6;
  for (int i = 0; i < kCases && !testing::Test::HasFailure(); ++i) {
    const std::string text = RandomText(seed);
    const auto cef = ParseCef(WrittenBy([&](LineWriter& out) {
      out.Raw("CEF:0|a|b|c|d|e|0|k=x");
      out.Bytes(text, kCef);
      out.Raw(" z=1");
    }));
    ASSERT_TRUE(cef) << json(text);
    EXPECT_EQ(
        cef->values.at("k"),
        "x" + Blanked(text, [](char c) { return c != '\n' && c != '\r' && c >= 0 && c < 0x20; }))
        << json(text);
    const auto leef = ParseLeef(WrittenBy([&](LineWriter& out) {
      out.Raw("LEEF:2.0|a|b|c|d|x09|k=x");
      out.Bytes(text, kLeef);
      out.Raw("\tz=1");
    }));
    ASSERT_TRUE(leef) << json(text);
    EXPECT_EQ(
        leef->values.at("k"),
        "x" +
            Blanked(text, [](char c) { return c == '\t' || c == '\n' || c == '\r' || c == '\0'; }))
        << json(text);
  }
}

TEST(LineWriter, WritesBytesThatWereCopiedAsItWritesOthers) {
  constexpr int kCases = 100'000;
  constexpr Escapes kCef = {.with_backslash = "\\=", .names_line_ends = true};
  std::uint64_t seed = 7;
  for (int i = 0; i < kCases && !testing::Test::HasFailure(); ++i) {
    const std::string record = RandomText(seed) + RandomText(seed) + "}";
    std::vector<LeafSpan> leaves;
    const Buffer scratch;
    const std::string copy = record;
    PlanRecorder recorder(record, leaves, scratch);
    for (std::size_t at = 0; at < record.size();) {
      const std::size_t size = simulator::Mix(++seed) % 5;
      const std::string_view part = std::string_view(record).substr(at, size);
      if (simulator::Mix(++seed) % 2 == 0) recorder.Copied(copy.data() + at, part);
      at += part.size() + simulator::Mix(++seed) % 3;
    }
    char room[512];
    LineWriter out(room, &recorder);
    out.Bytes(copy, kCef);
    EXPECT_EQ(std::string_view(room, static_cast<std::size_t>(out.at() - room)),
              WrittenBy([&](LineWriter& other) { other.Bytes(record, kCef); }))
        << json(record);
  }
}

TEST(LineWriter, CutsJsonBetweenCharactersAndSaysSo) {
  constexpr int kCases = 100'000;
  constexpr Escapes kPlain = {.no_controls = false};
  std::uint64_t seed = 8;
  for (int i = 0; i < kCases && !testing::Test::HasFailure(); ++i) {
    const std::string text = RandomText(seed);
    const std::size_t limit = simulator::Mix(++seed) % 40;
    LineText outcome;
    const std::string written = WrittenBy(
        [&](LineWriter& out) { outcome = out.Json(Token::OfRecord(text), kPlain, limit); });
    const std::string expected =
        Blanked(text, [](char c) { return c == '\t' || c == '\n' || c == '\r' || c == '\0'; });
    EXPECT_LE(written.size(), limit);
    EXPECT_TRUE(expected.starts_with(written)) << json(text);
    EXPECT_NO_THROW(json(written).dump());
    EXPECT_EQ(outcome.is_whole, written == text) << json(text);
    // No character more would have fitted but spaces.
    const std::size_t missing = expected.find_first_not_of(' ', written.size());
    if (missing == expected.npos) continue;
    std::size_t end = missing + 1;
    while (end < expected.size() && (static_cast<unsigned char>(expected[end]) & 0xc0) == 0x80)
      ++end;
    EXPECT_GT(end, limit) << json(text);
  }
}

TEST(LineWriter, CutsBetweenCharacters) {
  char room[64];
  for (std::size_t limit = 0; limit <= 6; ++limit) {
    LineWriter out(room, nullptr);
    EXPECT_EQ(out.Text("a\xc3\xa9\\u20ac", {}, limit).is_whole, limit == 6);
    const std::string_view text(room, static_cast<std::size_t>(out.at() - room));
    EXPECT_EQ(text, limit == 0  ? ""
                    : limit < 3 ? "a"
                    : limit < 6 ? "a\xc3\xa9"
                                : "a\xc3\xa9\xe2\x82\xac");
  }
}

}  // namespace
}  // namespace cce
