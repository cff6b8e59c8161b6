#include "parsers/jumpcloud/event_request.h"

#include <algorithm>

#include "parsers/json/scalars.h"
#include "parsers/jumpcloud/event_words.h"

namespace cce::jumpcloud {
namespace {

using json::At;

// The address in `field`; `attribute` gives it back if it is all of the text.
ParsedAddress TakeAddress(Record& record, Field field, Attribute attribute) {
  Leaf* leaf = record.in.Find(field);
  if (leaf == nullptr) return {};
  ParsedAddress address;
  if (leaf->kind == Kind::kString) address = ParseAddress(leaf->text(), record.out.forwarded_for);
  if (address.whole) leaf->given = attribute;
  if (address.ip.empty()) record.Degrade("ip:invalid");
  return address;
}

// A number, which `attribute` gives back, or the number inside a string; else empty.
Token TakeCoordinate(Leaves& in, Field field, Attribute attribute) {
  if (const Token number = TakeNumber(in, field, attribute); !number.empty()) return number;
  const Token text = in.Peek(field);
  if (text.empty()) return {};
  return json::EndOfNumber(text.data()) == text.data() + text.size() ? text : Token();
}

// The leaf with an alpha-2 country code in capitals, or nullptr.
Leaf* CountryCode(Leaves& in) {
  for (const Field field : {Field::kGeoipCountryCode, Field::kGeoipCountryCode2}) {
    Leaf* leaf = in.Find(field);
    if (leaf == nullptr || leaf->kind != Kind::kString) continue;
    const Token code = leaf->text();
    const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (code.size() != 2 || !is_capital(code[0]) || !is_capital(code[1])) continue;
    leaf->given = Attribute::kCountry;
    return leaf;
  }
  return nullptr;
}

Token ContinentName(Token code) {
  constexpr std::string_view kContinents[][2] = {
      {"AF", "Africa"},        {"AN", "Antarctica"}, {"AS", "Asia"},         {"EU", "Europe"},
      {"NA", "North America"}, {"OC", "Oceania"},    {"SA", "South America"}};
  for (const auto& [known, name] : kContinents) {
    if (code == known) return name;
  }
  return {};
}

void FillLocation(Leaves& in, Location& location) {
  const Leaf* country = CountryCode(in);
  const Token region = in.Peek(Field::kGeoipRegionCode);
  const bool has_city = in.Find(Field::kGeoipCity) || in.Find(Field::kGeoipCityName);
  if (country == nullptr && region.empty() && !has_city) return;
  location.city = TakeFirst(in, Attribute::kCity, Field::kGeoipCity, Field::kGeoipCityName);
  location.region = region;
  if (country != nullptr) location.country = country->text();
  if (location.empty()) return;
  location.continent = ContinentName(in.Peek(Field::kGeoipContinentCode));
  location.name = in.Take(Field::kGeoipRegionName, Attribute::kRegionName);
  location.latitude = TakeCoordinate(in, Field::kGeoipLatitude, Attribute::kLatitude);
  location.longitude = TakeCoordinate(in, Field::kGeoipLongitude, Attribute::kLongitude);
}

bool IsAsNumber(std::string_view text) {
  return !text.empty() && text.size() <= 9 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// A number, or an object with number and organization.
void FillAutonomousSystem(Leaves& in, Endpoint& endpoint) {
  for (const Field field : {Field::kAsn, Field::kGeoipAsn}) {
    Leaf* asn = in.Find(field);
    if (asn == nullptr) continue;
    if (asn->kind == Kind::kNumber && IsAsNumber(asn->value())) {
      endpoint.as_number = asn->value();
      asn->given = Attribute::kAsNumber;
      return;
    }
    if (asn->kind == Kind::kObject) {
      endpoint.as_name = in.MemberText(asn->at, "organization");
      if (const At number = in.Member(asn->at, "number")) {
        const std::string_view text = json::ScalarAt(in.text(), number);
        if (IsAsNumber(text)) endpoint.as_number = text;
      }
      return;
    }
  }
}

void FillUserAgent(Record& record) {
  const Leaf* agent = record.in.Find(Field::kUseragent);
  if (agent == nullptr || agent->kind != Kind::kObject) return;
  UserAgent& out = record.out.user_agent;
  record.in.ForEachMember(agent->at, [&](std::string_view key, At value) {
    if (key == "name") out.name = record.in.TextAt(value);
    if (key == "version") out.version = record.in.TextAt(value);
    if (key == "os_full") out.os = record.in.TextAt(value);
  });
}

Token AuthMethod(Token method) {
  if (Is(method, "api key")) return "api-key";
  // LDAP's bind choices by number.
  if (method == "128") return "simple";
  if (method == "163") return "sasl";
  if (method == "0") return "anonymous";
  return method;
}

void LabelAuthMethod(Record& record) {
  const Leaf* method = record.in.Find(Field::kAuthMethod);
  if (method == nullptr) return;
  if (method->kind == Kind::kString) record.out.AddLabel("auth_method", AuthMethod(method->text()));
  if (method->kind == Kind::kNumber)
    record.out.AddLabel("auth_method", AuthMethod(method->value()));
}

}  // namespace

void FillRequest(Record& record) {
  Endpoint& source = record.out.src_endpoint;
  const ParsedAddress client = TakeAddress(
      record, record.is_systems ? Field::kSrcIp : Field::kClientIp, Attribute::kSourceIp);
  source.ip = client.ip;
  source.port = client.port;
  if (record.is_radius && !source.ip.empty()) source.svc_name = "radius-nas";
  if (record.is_systems) {
    // The address that JumpCloud sees is the device's own; geoip describes it.
    record.out.device.ip = TakeAddress(record, Field::kClientIp, Attribute::kDeviceIp).ip;
    if (!record.out.device.empty()) FillLocation(record.in, record.out.device.location);
  } else if (!source.empty()) {
    FillLocation(record.in, source.location);
    FillAutonomousSystem(record.in, source);
  }
  FillUserAgent(record);
  LabelAuthMethod(record);
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
                          : Joined(record.out, "jumpcloud:", record.out.log_source);
  }
}

void FillOtherAddress(Record& record) {
  Event& out = record.out;
  const Leaf* address = record.in.Find(Field::kClientIp);
  if (address == nullptr) return;
  if (address->kind == Kind::kString) {
    out.other_ip = ParseAddress(address->text(), out.forwarded_for).ip;
  }
  out.forwarded_for.clear();
  if (out.other_ip.empty()) record.Degrade("ip:invalid");
}

}  // namespace cce::jumpcloud
