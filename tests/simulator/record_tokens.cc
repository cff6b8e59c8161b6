#include "tests/simulator/record_tokens.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "cce/api/text.h"
#include "simdjson.h"

namespace cce::simulator {
namespace {

std::string_view ScalarToken(simdjson::ondemand::object& object, std::string_view key) {
  simdjson::ondemand::value value;
  if (object.find_field_unordered(key).get(value) != simdjson::SUCCESS) return {};
  simdjson::ondemand::json_type type;
  if (value.type().get(type) != simdjson::SUCCESS) return {};
  if (type != simdjson::ondemand::json_type::string &&
      type != simdjson::ondemand::json_type::number) {
    return {};
  }
  return FromAbseil(absl::StripAsciiWhitespace(ForAbseil(value.raw_json_token())));
}

}  // namespace

struct RecordReader::Parser {
  simdjson::ondemand::parser parser;
  simdjson::dom::parser validator;
  std::string padded;
};

RecordReader::RecordReader() : parser_(std::make_unique<Parser>()) {}

RecordReader::~RecordReader() = default;

RecordTokens RecordReader::Read(std::string_view record) {
  std::string& padded = parser_->padded;
  padded.reserve(record.size() + simdjson::SIMDJSON_PADDING);
  padded = record;
  RecordTokens tokens;
  simdjson::ondemand::document document;
  simdjson::ondemand::object object;
  if (parser_->parser.iterate(padded.data(), padded.size(), padded.capacity()).get(document) !=
          simdjson::SUCCESS ||
      document.get_object().get(object) != simdjson::SUCCESS) {
    return tokens;
  }
  tokens.service = ScalarToken(object, "service");
  tokens.id = ScalarToken(object, "id");
  tokens.timestamp = ScalarToken(object, "timestamp");
  return tokens;
}

bool RecordReader::IsObject(std::string_view record) {
  simdjson::dom::element element;
  return parser_->validator.parse(record.data(), record.size()).get(element) == simdjson::SUCCESS &&
         element.is_object();
}

std::string_view Unquoted(std::string_view token) {
  if (token.size() >= 2 && token.front() == '"' && token.back() == '"') {
    return token.substr(1, token.size() - 2);
  }
  return token;
}

std::string HashOf(std::string_view bytes) {
  std::array<unsigned char, 16> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size(), nullptr, 0);
  std::array<char, 33> text{};
  sodium_bin2hex(text.data(), text.size(), hash.data(), hash.size());
  return std::string(text.data(), 32);
}

std::string OnOneLine(std::string_view record) {
  std::string line(record);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return line;
}

}  // namespace cce::simulator
