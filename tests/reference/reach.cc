#include "tests/reference/reach.h"

#include <cstddef>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace cce::reference {
namespace {

using nlohmann::json;

// Reads a page until the first thing that is out of reach.
class Reach final : public nlohmann::json_sax<json> {
 public:
  bool null() override { return Value(); }
  bool boolean(bool) override { return Value(); }
  bool number_unsigned(number_unsigned_t) override { return Value(); }
  bool number_integer(number_integer_t value) override { return value != 0 && Value(); }  // -0
  bool number_float(number_float_t value, const string_t& written) override {
    return json(value).dump() == written && Value();
  }
  bool string(string_t&) override { return Value(); }
  bool binary(binary_t&) override { return false; }
  bool start_array(std::size_t) override { return Open({}); }
  bool end_array() override { return Close(); }
  bool start_object(std::size_t) override {
    // Within itself, a place is one more spelling of the same.
    const bool is_place = !open_.empty() && open_.back().key == "geoip";
    return Open({"", {}, is_place ? open_.back().places + 1 : 0});
  }
  bool end_object() override { return Close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

  bool key(string_t& name) override {
    Structure& object = open_.back();
    object.key = name == "Geoip" ? "geoip" : name == "user_agent" ? "useragent" : name;
    if (!object.keys.insert(object.key).second) return false;
    return object.places == 0 || !object.keys.contains("geoip") ||
           (object.places == 1 && object.keys.size() == 1);
  }

 private:
  static constexpr std::size_t kMostDeep = 1000;

  struct Structure {
    std::string key;  // the last one
    std::set<std::string> keys;
    int places = 0;  // how many places it is in, itself included; 0 if it is none
  };

  bool Value() const { return !open_.empty(); }
  bool Open(Structure structure) {
    open_.push_back(std::move(structure));
    return open_.size() <= kMostDeep;
  }
  bool Close() {
    open_.pop_back();
    return true;
  }

  std::vector<Structure> open_;
};

}  // namespace

bool CanJudge(std::string_view page) {
  const std::size_t first = page.find_first_not_of(" \t\r\n");
  Reach reach;
  return first != std::string_view::npos && page[first] == '[' && json::sax_parse(page, &reach);
}

}  // namespace cce::reference
