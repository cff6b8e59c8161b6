#include "tests/reference/comparison.h"

#include <algorithm>

namespace cce::reference {
namespace {

// Observables and labels are sets: no order of them is meant.
void OrderSets(json& event) {
  if (event.contains("observables")) {
    json by_value = json::object();
    for (const json& observable : event["observables"]) {
      const std::string key =
          observable["type"].get<std::string>() + " " + observable["value"].get<std::string>();
      by_value[key].push_back(observable);
    }
    event["observables"] = by_value;
  }
  const json::json_pointer labels("/metadata/labels");
  if (event.contains(labels)) std::sort(event[labels].begin(), event[labels].end());
}

std::string Shown(const json& event, const std::string& place) {
  const json::json_pointer pointer(place);
  return event.contains(pointer) ? event.at(pointer).dump() : "nothing";
}

}  // namespace

void Comparison::Add(std::string_view line, const ReferenceEvent& expected, std::string_view raw) {
  ++events_;
  json product = json::parse(line, nullptr, false);
  json reference = expected.ocsf;
  OrderSets(product);
  OrderSets(reference);
  if (product == reference) return;
  for (const json& operation : json::diff(reference, product)) {
    const std::string place = operation["path"];
    Difference& difference = differences_[place];
    if (++difference.events > 1) continue;
    difference.example = "reference " + Shown(reference, place) + ", product " +
                         Shown(product, place) + "\n    of " + std::string(raw);
  }
}

std::string Comparison::Report() const {
  std::string report;
  for (const auto& [place, difference] : differences_) {
    report += place + " in " + std::to_string(difference.events) +
              " events: " + difference.example + "\n";
  }
  return report;
}

}  // namespace cce::reference
