#include "parsers/json/token_index.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "simdjson.h"

namespace cce::json {

class TokenIndex::Stage1 {
 public:
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
};

TokenIndex::TokenIndex() : stage1_(std::make_unique<Stage1>()) {}
TokenIndex::~TokenIndex() = default;
TokenIndex::TokenIndex(TokenIndex&&) noexcept = default;
TokenIndex& TokenIndex::operator=(TokenIndex&&) noexcept = default;

bool TokenIndex::Build(std::string_view text) {
  auto& parser = stage1_->parser;
  if (!parser || parser->capacity() < text.size()) {
    constexpr std::size_t kSmallest = 4096;
    // Nothing of the depth is used in the first stage.
    const simdjson::error_code error =
        simdjson::get_active_implementation()->create_dom_parser_implementation(
            std::max(kSmallest, text.size() + text.size() / 4), 1, parser);
    if (error != simdjson::SUCCESS) return false;
  }
  const simdjson::error_code error =
      parser->stage1(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                     simdjson::stage1_mode::regular);
  if (error != simdjson::SUCCESS) return false;
  begin_ = parser->structural_indexes.get();
  size_ = parser->n_structural_indexes;
  return true;
}

Peculiarities FindPeculiarities(std::string_view text) {
  // Compares that every compiler turns into vector instructions.
  using Vector __attribute__((vector_size(16))) = unsigned char;
  const Vector last_control = Vector{} + static_cast<unsigned char>(0x1f);
  const Vector slash = Vector{} + static_cast<unsigned char>('\\');
  Vector control{};
  Vector backslash{};
  std::size_t i = 0;
  for (; i + sizeof(Vector) <= text.size(); i += sizeof(Vector)) {
    Vector bytes;
    std::memcpy(&bytes, text.data() + i, sizeof bytes);
    control |= reinterpret_cast<Vector>(bytes <= last_control);
    backslash |= reinterpret_cast<Vector>(bytes == slash);
  }
  Peculiarities found;
  for (std::size_t lane = 0; lane < sizeof(Vector); ++lane) {
    found.control |= control[lane] != 0;
    found.backslash |= backslash[lane] != 0;
  }
  for (; i < text.size(); ++i) {
    found.control |= static_cast<unsigned char>(text[i]) < 0x20;
    found.backslash |= text[i] == '\\';
  }
  return found;
}

std::string_view KernelName() {
  // The first call of stage 1 makes the choice.
  constexpr char kText[64] = "[]";
  TokenIndex().Build(std::string_view(kText, 2));
  static const std::string name = simdjson::get_active_implementation()->name();
  return name;
}

}  // namespace cce::json
