#include "parsers/jumpcloud/event_request.h"

#include <algorithm>

#include "parsers/json/scalars.h"
#include "parsers/jumpcloud/event_words.h"

namespace cce::jumpcloud {
namespace {

using json::At;

// Methods that have another name, LDAP's bind choices by number among them.
constexpr std::string_view kAuthMethods[][2] = {
    {"api key", "api-key"}, {"128", "simple"}, {"163", "sasl"}, {"0", "anonymous"}};

struct Address {
  Token ip;  // empty if there is none
  Token port;
  Token text;  // all of it
  bool is_alone = false;
};

// 0: the text is no address. 1: it is one and nothing else. 2: there is more to it.
std::int64_t AskAddress(std::string_view text, std::string_view, std::string_view) {
  if (IsIpv4(text)) return 1;  // as nearly all are
  const AddressText parsed = ParseAddress(text);
  return parsed.ip.empty() ? 0 : parsed.is_alone ? 1 : 2;
}

// The first address in `text`; the others go to forwarded_for.
Address AddressIn(Record& record, Token text) {
  const std::int64_t kind = record.out.Ask(&AskAddress, text);
  if (kind == 0) return {{}, {}, text, false};
  if (kind == 1) return {text, {}, text, true};
  record.out.GiveUpPlan();
  const AddressText parsed = ParseAddress(text.Expose());
  for (const std::string_view other : parsed.others) {
    record.out.forwarded_for.push_back(Token::OfRecord(other));
  }
  return {Token::OfRecord(parsed.ip), Token::OfRecord(parsed.port), text, false};
}

// The address in `field`; `attribute` gives it back if it is all of the text.
Address TakeAddress(Record& record, Field field, Attribute attribute) {
  Leaf* leaf = record.in.Find(field);
  if (leaf == nullptr) return {};
  Address address;
  if (leaf->kind == Kind::kString) address = AddressIn(record, leaf->text());
  if (address.is_alone) leaf->given = attribute;
  if (address.ip.empty()) record.Degrade("ip:invalid");
  return address;
}

std::int64_t AskIsNumber(std::string_view text, std::string_view, std::string_view) {
  return json::EndOfNumber(text.data()) == text.data() + text.size();
}

// A number, which `attribute` gives back, or the number inside a string; else empty.
Token TakeCoordinate(Record& record, Field field, Attribute attribute) {
  Leaves& in = record.in;
  if (const Token number = TakeNumber(in, field, attribute); !number.empty()) return number;
  const Token text = in.Peek(field);
  return !text.empty() && record.out.Ask(&AskIsNumber, text) != 0 ? text : Token();
}

std::int64_t AskIsCountryCode(std::string_view code, std::string_view, std::string_view) {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  return code.size() == 2 && is_capital(code[0]) && is_capital(code[1]);
}

// The leaf with an alpha-2 country code in capitals, or nullptr.
Leaf* CountryCode(Record& record) {
  for (const Field field : {Field::kGeoipCountryCode, Field::kGeoipCountryCode2}) {
    Leaf* leaf = record.in.Find(field);
    if (leaf == nullptr || leaf->kind != Kind::kString) continue;
    if (record.out.Ask(&AskIsCountryCode, leaf->text()) == 0) continue;
    leaf->given = Attribute::kCountry;
    return leaf;
  }
  return nullptr;
}

// Empty for another code.
std::string_view ContinentName(std::string_view code) {
  constexpr std::string_view kContinents[][2] = {
      {"AF", "Africa"},        {"AN", "Antarctica"}, {"AS", "Asia"},         {"EU", "Europe"},
      {"NA", "North America"}, {"OC", "Oceania"},    {"SA", "South America"}};
  for (const auto& [known, name] : kContinents) {
    if (code == known) return name;
  }
  return {};
}

std::int64_t AskIsContinent(std::string_view code, std::string_view, std::string_view) {
  return !ContinentName(code).empty();
}

char* WriteContinentName(std::string_view code, std::string_view, std::string_view, char* to) {
  const std::string_view name = ContinentName(code);
  return CopyText(to, name.data(), name.size());
}

void FillLocation(Record& record, Location& location) {
  Leaves& in = record.in;
  const Leaf* country = CountryCode(record);
  const Token region = in.Peek(Field::kGeoipRegionCode);
  const bool has_city = in.Find(Field::kGeoipCity) || in.Find(Field::kGeoipCityName);
  if (country == nullptr && region.empty() && !has_city) return;
  location.city = TakeFirst(in, Attribute::kCity, Field::kGeoipCity, Field::kGeoipCityName);
  location.region = region;
  if (country != nullptr) location.country = country->text();
  if (location.empty()) return;
  location.country_name = in.Take(Field::kGeoipCountryName, Attribute::kCountryName);
  const Token continent = in.Peek(Field::kGeoipContinentCode);
  if (record.out.Ask(&AskIsContinent, continent) != 0) {
    location.continent = record.out.Derive(&WriteContinentName, continent);
    location.continent_code = in.Take(Field::kGeoipContinentCode, Attribute::kContinentCode);
  }
  location.timezone = in.Take(Field::kGeoipTimezone, Attribute::kTimezone);
  location.name = in.Take(Field::kGeoipRegionName, Attribute::kRegionName);
  location.latitude = TakeCoordinate(record, Field::kGeoipLatitude, Attribute::kLatitude);
  location.longitude = TakeCoordinate(record, Field::kGeoipLongitude, Attribute::kLongitude);
}

std::int64_t AskIsAsNumber(std::string_view text, std::string_view, std::string_view) {
  return !text.empty() && text.size() <= 9 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// A number, or an object with number and organization.
void FillAutonomousSystem(Record& record, Endpoint& endpoint) {
  Leaves& in = record.in;
  const auto is_as_number = [&](Token text) { return record.out.Ask(&AskIsAsNumber, text) != 0; };
  for (const Field field : {Field::kAsn, Field::kGeoipAsn}) {
    Leaf* asn = in.Find(field);
    if (asn == nullptr) continue;
    if (asn->kind == Kind::kNumber && is_as_number(asn->value())) {
      endpoint.as_number = asn->value();
      asn->given = Attribute::kAsNumber;
      return;
    }
    if (asn->kind == Kind::kObject) {
      endpoint.as_name = in.MemberText(asn->at, "organization");
      if (const At number = in.Member(asn->at, "number")) {
        const Token text = in.ScalarAt(number);
        if (is_as_number(text)) endpoint.as_number = text;
      }
      return;
    }
  }
}

// "126.0.1", up to the first part that is missing.
char* WriteVersion(std::string_view major, std::string_view minor, std::string_view patch,
                   char* to) {
  to = CopyText(to, major.data(), major.size());
  for (const std::string_view part : {minor, patch}) {
    if (part.empty()) break;
    *to++ = '.';
    to = CopyText(to, part.data(), part.size());
  }
  return to;
}

void FillUserAgent(Record& record) {
  const Leaf* agent = record.in.Find(Field::kUseragent);
  if (agent == nullptr || agent->kind != Kind::kObject) return;
  UserAgent& out = record.out.user_agent;
  Token os;
  Token version[3];
  record.in.ForEachMember(agent->at, [&](std::string_view key, At value) {
    const Token text = record.in.TextAt(value);
    if (key == "name") out.name = text;
    if (key == "version") out.version = text;
    if (key == "os_full") out.os = text;
    if (key == "os_name") out.os_name = text;
    if (key == "os_version") out.os_version = text;
    if (key == "device") out.device_name = text;
    if (key == "os") os = text;
    if (key == "major") version[0] = text;
    if (key == "minor") version[1] = text;
    if (key == "patch") version[2] = text;
  });
  if (out.os_name.empty()) out.os_name = os;
  if (out.version.empty() && !version[0].empty()) {
    out.version = record.out.Derive(&WriteVersion, version[0], version[1], version[2]);
  }
}

// Which of kAuthMethods it is, plus one; 0: none.
std::int64_t AskAuthMethod(std::string_view method, std::string_view, std::string_view) {
  const auto* const known = std::find_if(std::begin(kAuthMethods), std::end(kAuthMethods),
                                         [=](const auto& one) { return Is(method, one[0]); });
  return known == std::end(kAuthMethods) ? 0 : known - std::begin(kAuthMethods) + 1;
}

Token AuthMethod(const Record& record, Token text) {
  const std::int64_t known = record.out.Ask(&AskAuthMethod, text);
  return known == 0 ? text : Token::Constant(kAuthMethods[known - 1][1]);
}

void FillAuthMethod(Record& record) {
  Leaf* leaf = record.in.Find(Field::kAuthMethod);
  if (leaf == nullptr || (leaf->kind != Kind::kString && leaf->kind != Kind::kNumber)) return;
  const Token text = leaf->kind == Kind::kString ? leaf->text() : leaf->value();
  const Token method = AuthMethod(record, text);
  record.out.auth_method = method;
  if (method.Expose().data() == text.Expose().data()) leaf->given = Attribute::kAuthMethod;
}

}  // namespace

void FillRequest(Record& record) {
  Endpoint& source = record.out.src_endpoint;
  const Address client = TakeAddress(record, record.is_systems ? Field::kSrcIp : Field::kClientIp,
                                     Attribute::kSourceIp);
  source.ip = client.ip;
  source.address = client.text;
  source.port = client.port;
  if (record.is_radius && !source.ip.empty()) source.svc_name = "radius-nas";
  if (record.is_systems) {
    // The address that JumpCloud sees is the device's own; geoip describes it.
    Device& device = record.out.device;
    const Address own = TakeAddress(record, Field::kClientIp, Attribute::kDeviceIp);
    device.ip = own.ip;
    device.address = own.text;
    if (!device.empty()) FillLocation(record, device.location);
  } else if (!source.empty()) {
    FillLocation(record, source.location);
    FillAutonomousSystem(record, source);
  }
  FillUserAgent(record);
  FillAuthMethod(record);
}

void FillRequiredRequest(Record& record) {
  FillRequest(record);
  Endpoint& source = record.out.src_endpoint;
  if (!source.empty()) return;
  source.uid = record.in.Take(Field::kConnectionId, Attribute::kSourceUid);
  if (source.uid.empty()) source.uid = record.out.device.uid;
  if (source.uid.empty()) {
    source.svc_name = record.out.log_source.empty()
                          ? Token("jumpcloud")
                          : record.out.Derive(&Join, "jumpcloud:", record.out.log_source);
  }
}

Token OnlyAddress(const Record& record, Token text) {
  return record.out.Ask(&AskAddress, text) == 1 ? text : Token();
}

}  // namespace cce::jumpcloud
