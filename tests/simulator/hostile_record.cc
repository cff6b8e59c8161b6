#include "tests/simulator/hostile_record.h"

#include <array>

#include "absl/strings/str_format.h"
#include "tests/simulator/concat.h"
#include "tests/simulator/seeded_random.h"
#include "tests/simulator/timestamp.h"

namespace cce::simulator {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Hostile::kCount)> kNames = {
    "",
    "number",
    "string",
    "null",
    "array",
    "empty_object",
    "wrong_types",
    "numeric_id",
    "no_timestamp",
    "unreadable_timestamp",
    "huge",
    "invalid_utf8",
    "deep",
    "duplicate_keys",
    "lone_surrogate",
    "huge_numbers",
    "whitespace",
    "control_character",
    "not_a_number",
    "unknown_service"};

constexpr std::size_t kHugeBytes = (1u << 20) + 4096;
constexpr std::size_t kDepth = 2000;

}  // namespace

std::string_view Name(Hostile kind) { return kNames[static_cast<std::size_t>(kind)]; }

std::string_view ServiceOf(Hostile kind) {
  switch (kind) {
    case Hostile::kNumber:
    case Hostile::kString:
    case Hostile::kNull:
    case Hostile::kArray:
    case Hostile::kEmptyObject:
    case Hostile::kUnknownService:
      return "";
    default:
      return "directory";
  }
}

void WriteHostile(Hostile kind, std::string_view organisation, std::int64_t time,
                  std::uint64_t seed, std::string& out) {
  const std::string id = absl::StrFormat("%016x%08x", Mix(seed), Mix(seed, 1) & 0xffffffff);
  std::string timestamp;
  AppendTimestamp(time, Fraction::kNanosecondsCut, timestamp);

  // An ordinary event, whose `more` makes it hostile.
  const auto write = [&](std::string_view more) {
    Append(out, R"({"service":"directory","event_type":"user_update","organization":")",
           organisation, R"(","@version":"1","id":")", id, R"(","timestamp":")", timestamp,
           R"(","initiated_by":{"type":"admin","email":"ada.admin@example.com"})", more, "}");
  };
  // The same without id and timestamp, which `members` brings or leaves out.
  const auto write_with = [&](std::string_view members) {
    Append(out, R"({"service":"directory","event_type":"user_update","organization":")",
           organisation, R"(","@version":"1",)", members,
           R"("resource":{"type":"user","username":"bob.roe"},"success":true})");
  };

  switch (kind) {
    case Hostile::kNumber:
      Append(out, "-", seed % 1000, ".5e3");
      break;
    case Hostile::kString:
      Append(out, R"("a string with ], }, \", {, and \\ in it )", id, "\"");
      break;
    case Hostile::kNull:
      out += "null";
      break;
    case Hostile::kArray:
      Append(out, R"([1,{"a":[2,"]"]},[],")", id, R"("])");
      break;
    case Hostile::kEmptyObject:
      out += "{}";
      break;
    case Hostile::kWrongTypes:
      Append(out,
             R"({"service":["directory"],"event_type":{"x":1},"organization":null,"@version":1,)",
             R"("id":{"$oid":")", id, R"("},"timestamp":)", ToMilliseconds(time),
             R"(,"initiated_by":"root","resource":[],"changes":{"field":7},"success":"maybe",)",
             R"("client_ip":17,"geoip":[48.8,2.3],"useragent":null,"mfa":"yes","auth_context":5,)",
             R"("application":true,"system":-1,"error_message":{"text":[]}})");
      break;
    case Hostile::kNumericId:
      write_with(Concat(R"("id":)", Mix(seed) | (std::uint64_t{1} << 63), R"(,"timestamp":")",
                        timestamp, R"(",)"));
      break;
    case Hostile::kNoTimestamp:
      write_with(Concat(R"("id":")", id, R"(",)"));
      break;
    case Hostile::kUnreadableTimestamp:
      write_with(Concat(R"("id":")", id, R"(","timestamp":"yesterday, about noon",)"));
      break;
    case Hostile::kHuge:
      write(Concat(R"(,"command":{"payload":")", std::string(kHugeBytes, 'A'), R"("})"));
      break;
    case Hostile::kInvalidUtf8:
      write(",\"error_message\":\"caf\xe9 \xff\xfe \xc3\"");
      break;
    case Hostile::kDeep:
      write(Concat(R"(,"deep":)", std::string(kDepth, '['), std::string(kDepth, ']')));
      break;
    case Hostile::kDuplicateKeys:
      write(R"(,"success":true,"success":false,"client_ip":"192.0.2.1","client_ip":null)");
      break;
    case Hostile::kLoneSurrogate:
      write(R"(,"username":"\ud800 \udc00\ud800 \u0000 \uffff","success":true)");
      break;
    case Hostile::kHugeNumbers:
      write(Concat(R"(,"changes":[{"field":"n","from":1e400,"to":-)", std::string(400, '9'),
                   R"(.5E-3}],"success":true)"));
      break;
    case Hostile::kWhitespace:
      Append(out, "{\r\n  \"service\" : \"directory\",\n\t\"event_type\":\"user_update\",",
             "\n  \"id\" :\n \"", id, "\" ,\n  \"timestamp\"\t: \"", timestamp,
             "\",\n  \"changes\" : [\n  ]\n}");
      break;
    case Hostile::kControlCharacter:
      write(",\"error_message\":\"bell \x07, escape \x1b[31m, newline \n\"");
      break;
    case Hostile::kNotANumber:
      write(R"(,"latitude":NaN,"longitude":-Infinity)");
      break;
    case Hostile::kUnknownService:
      Append(out, R"({"service":"quantum_directory","event_type":"entangled","id":")", id,
             R"(","timestamp":")", timestamp, R"(","organization":")", organisation,
             R"(","spin":0.5})");
      break;
    case Hostile::kNone:
    case Hostile::kCount:
      break;
  }
}

}  // namespace cce::simulator
