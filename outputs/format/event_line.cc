#include "outputs/format/event_line.h"

#include "cce/api/ocsf_ids.h"
#include "outputs/format/ocsf_captions.h"

namespace cce {
namespace {

std::int64_t AskIsInteger(std::string_view text, std::string_view, std::string_view) {
  constexpr std::size_t kMostDigits = 18;
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.size() <= kMostDigits &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

void EventLine::WriteProduct(std::size_t limit) {
  out_.Text(Token::Constant(event_.product->vendor_name), style_.header, limit);
  out_.Char('|');
  out_.Text(Token::Constant(event_.product->short_name), style_.header, limit);
}

void EventLine::WriteVersion(std::size_t limit) {
  const Token version = event_.log_version.empty() ? Token("1") : event_.log_version;
  if (out_.Text(version, style_.header, limit).is_whole) Gives(Attribute::kLogVersion);
}

void EventLine::WriteEventId(std::size_t of_service, std::size_t of_type) {
  if (!event_.log_source.empty()) {
    out_.Text(event_.log_source, style_.header, of_service);
    out_.Char(':');
  }
  const Token code = event_.event_code.empty() ? Token("unknown") : event_.event_code;
  if (out_.Text(code, style_.header, of_type).is_whole) Gives(Attribute::kEventCode);
}

int EventLine::Severity() const {
  constexpr int kScale[] = {0, 1, 3, 5, 7, 9, 10};
  constexpr int kUnknownText = 5;
  return event_.severity_id == kOther ? kUnknownText : kScale[event_.severity_id];
}

EventLine::Begun EventLine::Begin(std::string_view prefix, std::string_view key) {
  Begun pair = {out_.at(), nullptr, any_};
  if (any_) out_.Char(style_.separator);
  any_ = true;
  if (!prefix.empty()) out_.Raw(prefix);
  out_.Raw(key);
  out_.Char('=');
  pair.value = out_.at();
  return pair;
}

void EventLine::Part(Token text, std::size_t share) {
  if (!text.empty()) Text(text, share);
}

bool EventLine::End(const Begun& pair) {
  if (out_.at() != pair.value) return true;
  out_.Return(pair.before);
  any_ = pair.any_before;
  return false;
}

bool EventLine::Put(std::string_view prefix, std::string_view key, Token value, std::size_t limit,
                    Attribute attribute) {
  if (value.empty()) return false;
  const Begun pair = Begin(prefix, key);
  const bool is_whole = Text(value, limit).is_whole;
  if (!End(pair)) return false;
  if (is_whole && attribute != Attribute::kNone) written_.Add(attribute);
  return true;
}

bool EventLine::PutJson(std::string_view prefix, std::string_view key, Token json,
                        Attribute attribute) {
  if (json.empty()) return false;
  const Begun pair = Begin(prefix, key);
  if (out_.Json(json, style_.value, kMostOfJson).is_whole) written_.Add(attribute);
  return End(pair);
}

bool EventLine::Integer(std::string_view key, Token value, Attribute attribute) {
  constexpr std::size_t kMostDigits = 20;
  return !value.empty() && event_.Ask(&AskIsInteger, value) != 0 &&
         Pair(key, value, kMostDigits, attribute);
}

bool EventLine::EndWithUserAgent(const Begun& pair) {
  constexpr std::size_t kShareOfName = 511;
  constexpr std::size_t kShareOfVersion = 128;
  constexpr std::size_t kShareOfOs = 380;
  static_assert(kShareOfName + sizeof "/" - 1 + kShareOfVersion + sizeof " ()" - 1 + kShareOfOs ==
                kMostOfOwn);
  const UserAgent& agent = event_.user_agent;
  Part(agent.name, kShareOfName);
  if (!agent.name.empty() && !agent.version.empty()) {
    out_.Char('/');
    Part(agent.version, kShareOfVersion);
  }
  if (!agent.os.empty()) {
    if (!agent.name.empty()) out_.Char(' ');
    out_.Char('(');
    Part(agent.os, kShareOfOs);
    out_.Char(')');
  }
  return End(pair);
}

bool EventLine::EndWithPlace(const Begun& pair) {
  constexpr std::size_t kShareOfCountry = 63;
  constexpr std::size_t kShareOfRegion = 479;
  constexpr std::size_t kShareOfCity = 479;
  static_assert(kShareOfCountry + 1 + kShareOfRegion + 1 + kShareOfCity == kMostOfOwn);
  const Location& place =
      event_.src_endpoint.location.empty() ? event_.device.location : event_.src_endpoint.location;
  Part(place.country, kShareOfCountry);
  if (!place.country.empty() && !place.region.empty()) out_.Char('/');
  Part(place.region, kShareOfRegion);
  if (!place.city.empty() && !(place.country.empty() && place.region.empty())) out_.Char('/');
  Part(place.city, kShareOfCity);
  return End(pair);
}

bool EventLine::EndWithFactors(const Begun& pair) {
  constexpr std::size_t kShareOfFactor = 83;
  static_assert(sizeof "false" - 1 + Event::kMaxFactors * (1 + kShareOfFactor) <= kMostOfOwn);
  if (event_.is_mfa) out_.Raw(*event_.is_mfa ? "true" : "false");
  for (std::size_t i = 0; i < event_.factor_count; ++i) {
    const AuthFactor& factor = event_.factors[i];
    if (out_.at() != pair.value) out_.Char(',');
    Part(factor.type_id == kOther ? factor.type : ocsf::FactorTypeCaption(factor.type_id),
         kShareOfFactor);
  }
  if (event_.is_mfa && event_.factor_count == 0) Gives(Attribute::kIsMfa);
  return End(pair);
}

void EventLine::AlsoGivesOtherKinds() {
  if (written_.Has(Attribute::kStatusCode)) Gives(Attribute::kStatusCodeOtherKind);
  if (written_.Has(Attribute::kLogonType)) Gives(Attribute::kLogonTypeOtherKind);
}

void EventLine::WriteLabels() {
  if (mark_.late) Own("Late", "true");
  constexpr std::size_t kShareOfLabel = 84;
  static_assert(Event::kMaxLabels * (kShareOfLabel + 1) <= kMostOfOwn + 1);
  const Begun pair = BeginOwn("Labels");
  for (std::size_t i = 0; i < event_.label_count; ++i) {
    if (i > 0) out_.Char(',');
    Part(event_.labels[i], kShareOfLabel);
  }
  End(pair);
}

void EventLine::WriteOriginal() {
  if (event_.raw.empty()) return;
  BeginOwn(event_.raw_is_utf8 ? "Original" : "OriginalBase64");
  if (event_.raw_is_utf8) {
    out_.Bytes(event_.raw, style_.value);
  } else {
    out_.Base64(event_.raw);
  }
}

void EventLine::WriteUnmapped() {
  if (event_.unmapped == nullptr) return;
  char* const end = event_.unmapped->Write(written_, event_.recorder, scratch_);
  if (end == scratch_) return;
  BeginOwn("Unmapped");
  out_.Bytes({scratch_, static_cast<std::size_t>(end - scratch_)}, style_.value);
}

}  // namespace cce
