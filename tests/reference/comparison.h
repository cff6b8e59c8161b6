// Compares the product's OCSF events with the reference's.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "tests/reference/normalise.h"

namespace cce::reference {

// What differs, by the attributes that do.
class Comparison {
 public:
  // Compares `line`, the product's, with what the reference makes of the record `raw`.
  void Add(std::string_view line, const ReferenceEvent& expected, std::string_view raw);

  std::size_t events() const { return events_; }
  bool AllEqual() const { return differences_.empty(); }

  // One example of each kind of difference.
  std::string Report() const;

 private:
  struct Difference {
    std::size_t events = 0;
    std::string example;
  };
  std::size_t events_ = 0;
  std::map<std::string, Difference> differences_;
};

}  // namespace cce::reference
