// One record on its way to becoming an event: what the rules of every class work on.
#pragma once

#include <cstddef>

#include "cce/api/event.h"
#include "parsers/jumpcloud/event_leaves.h"
#include "parsers/jumpcloud/event_types.h"

namespace cce::jumpcloud {

// 99 in OCSF's enumerations.
inline constexpr int kOther = 99;

struct Record {
  Leaves& in;
  Event& out;
  const EventType* type = nullptr;
  // Services whose members mean something else than those of the others.
  bool is_systems = false;
  bool is_radius = false;
  bool is_ldap = false;

  // Something was not understood, as `label` says.
  void Degrade(Token label) {
    out.degraded = true;
    out.AddLabel(label);
  }
};

// The first of `fields` that is text, which `attribute` gives back.
template <class... Fields>
Token TakeFirst(Leaves& leaves, Attribute attribute, Fields... fields) {
  Token found;
  ((found.empty() ? static_cast<void>(found = leaves.Take(fields, attribute))
                  : static_cast<void>(0)),
   ...);
  return found;
}

// The first of `fields` that is text.
template <class... Fields>
Token PeekFirst(Leaves& leaves, Fields... fields) {
  Token found;
  ((found.empty() ? static_cast<void>(found = leaves.Peek(fields)) : static_cast<void>(0)), ...);
  return found;
}

// A number as it stands, which `attribute` gives back, else empty.
inline Token TakeNumber(Leaves& leaves, Field field, Attribute attribute) {
  Leaf* leaf = leaves.Find(field);
  if (leaf == nullptr || leaf->kind != Kind::kNumber) return {};
  leaf->given = attribute;
  return leaf->value();
}

// The same, if OCSF's long_t has it as it stands.
inline Token TakeInteger(Leaves& leaves, Field field, Attribute attribute) {
  constexpr std::size_t kMostDigits = 18;
  Leaf* leaf = leaves.Find(field);
  if (leaf == nullptr || leaf->kind != Kind::kNumber || leaf->value_size > kMostDigits) return {};
  for (const char c : leaf->value()) {
    if (c < '0' || c > '9') return {};
  }
  leaf->given = attribute;
  return leaf->value();
}

// `first`, then `second` in the event's scratch memory.
inline Token Joined(Event& event, Token first, Token second) {
  const std::size_t begin = event.scratch.size();
  event.scratch.Append(first);
  event.scratch.Append(second);
  return event.scratch.view().substr(begin);
}

}  // namespace cce::jumpcloud
