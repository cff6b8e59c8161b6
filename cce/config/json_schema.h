// Checks a document against a JSON Schema (draft 7) and says in plain words what is wrong.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cce/config/json_text.h"

namespace cce {

// Immutable, hence thread-safe.
class JsonSchema {
 public:
  // `allOf` is left out: it is where the schemas of conf/ point editors to the schemas of vendors
  // and outputs, which the engine has from its Kinds. REQUIRES: `text` is a schema.
  explicit JsonSchema(std::string_view text);
  ~JsonSchema();

  // Everything that is wrong with `document`, which stands at `pointer` of its file. Values of a
  // member that the schema calls writeOnly are not shown.
  std::vector<Finding> Check(const nlohmann::json& document, const std::string& pointer) const;

 private:
  struct Compiled;

  nlohmann::json schema_;
  std::unique_ptr<const Compiled> compiled_;
};

// ` (did you mean "memory"?)` if one of `allowed` is nearly `word`, else nothing.
std::string DidYouMean(std::string_view word, const std::vector<std::string>& allowed);

// `"a", "b" or "c"`.
std::string OneOf(const std::vector<std::string>& allowed);

}  // namespace cce
