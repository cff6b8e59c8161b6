#include "parsers/jumpcloud/event_request.h"

#include <algorithm>

#include "parsers/json/scalars.h"
#include "parsers/jumpcloud/event_words.h"

namespace cce::jumpcloud {
namespace {

using json::At;

struct Address {
  Token ip;  // empty if there is none
  Token port;
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
  if (kind == 0) return {};
  if (kind == 1) return {text, {}, true};
  record.out.GiveUpPlan();
  const AddressText parsed = ParseAddress(text.Expose());
  for (const std::string_view other : parsed.others) {
    record.out.forwarded_for.push_back(Token::OfRecord(other));
  }
  return {Token::OfRecord(parsed.ip), Token::OfRecord(parsed.port), false};
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

Token ContinentName(std::string_view code) {
  constexpr std::string_view kContinents[][2] = {
      {"AF", "Africa"},        {"AN", "Antarctica"}, {"AS", "Asia"},         {"EU", "Europe"},
      {"NA", "North America"}, {"OC", "Oceania"},    {"SA", "South America"}};
  for (const auto& [known, name] : kContinents) {
    if (code == known) return Token::Constant(name);
  }
  return {};
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
  location.continent = ContinentName(record.Word(in.Peek(Field::kGeoipContinentCode)));
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

Token AuthMethod(const Record& record, Token text) {
  const std::string_view method = record.Word(text);
  if (Is(method, "api key")) return "api-key";
  // LDAP's bind choices by number.
  if (method == "128") return "simple";
  if (method == "163") return "sasl";
  if (method == "0") return "anonymous";
  return text;
}

void LabelAuthMethod(Record& record) {
  const Leaf* method = record.in.Find(Field::kAuthMethod);
  if (method == nullptr) return;
  if (method->kind == Kind::kString)
    record.out.AddLabel("auth_method", AuthMethod(record, method->text()));
  if (method->kind == Kind::kNumber)
    record.out.AddLabel("auth_method", AuthMethod(record, method->value()));
}

}  // namespace

void FillRequest(Record& record) {
  Endpoint& source = record.out.src_endpoint;
  const Address client = TakeAddress(record, record.is_systems ? Field::kSrcIp : Field::kClientIp,
                                     Attribute::kSourceIp);
  source.ip = client.ip;
  source.port = client.port;
  if (record.is_radius && !source.ip.empty()) source.svc_name = "radius-nas";
  if (record.is_systems) {
    // The address that JumpCloud sees is the device's own; geoip describes it.
    record.out.device.ip = TakeAddress(record, Field::kClientIp, Attribute::kDeviceIp).ip;
    if (!record.out.device.empty()) FillLocation(record, record.out.device.location);
  } else if (!source.empty()) {
    FillLocation(record, source.location);
    FillAutonomousSystem(record, source);
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
                          : record.out.Derive(&Join, "jumpcloud:", record.out.log_source);
  }
}

void FillOtherRequest(Record& record) {
  Event& out = record.out;
  LabelAuthMethod(record);
  const Leaf* address = record.in.Find(Field::kClientIp);
  if (address == nullptr) return;
  if (address->kind == Kind::kString) {
    out.other_ip = AddressIn(record, address->text()).ip;
  }
  out.forwarded_for.clear();
  if (out.other_ip.empty()) record.Degrade("ip:invalid");
}

}  // namespace cce::jumpcloud
