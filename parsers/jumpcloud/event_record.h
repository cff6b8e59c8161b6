// One record on its way to becoming an event: what the rules of every class work on.
#pragma once

#include <cstddef>

#include "cce/api/event.h"
#include "cce/api/ocsf_ids.h"
#include "parsers/jumpcloud/event_leaves.h"
#include "parsers/jumpcloud/event_types.h"

namespace cce::jumpcloud {

struct Record {
  Leaves& in;
  Event& out;
  const EventType* type = nullptr;
  // Services whose members mean something else than those of the others.
  bool is_systems = false;
  bool is_radius = false;
  bool is_ldap = false;

  // What `text` says.
  std::string_view Word(Token text) const { return out.Word(text); }

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

// The field's text, which `attribute` gives back unless another does.
inline Token TakeUnlessGiven(Leaves& leaves, Field field, Attribute attribute) {
  const Leaf* leaf = leaves.Find(field);
  const bool is_given = leaf != nullptr && leaf->given != Attribute::kNone;
  return is_given ? leaves.Peek(field) : leaves.Take(field, attribute);
}

// The first of `fields` that is text.
template <class... Fields>
Token PeekFirst(Leaves& leaves, Fields... fields) {
  Token found;
  ((found.empty() ? static_cast<void>(found = leaves.Peek(fields)) : static_cast<void>(0)), ...);
  return found;
}

// By which id and by which name `resource` is known, which `attribute` gives back.
inline Token TakeResourceUid(Leaves& leaves, Attribute attribute) {
  return TakeFirst(leaves, attribute, Field::kResourceId, Field::kResourceObjectId,
                   Field::kResourceApplicationId, Field::kResourceAppId);
}
inline Token TakeResourceName(Leaves& leaves, Attribute attribute) {
  return TakeFirst(leaves, attribute, Field::kResourceName, Field::kResourceDisplayName,
                   Field::kResourceDisplayLabel, Field::kResourceUsername, Field::kResourceEmail,
                   Field::kResourceHostname);
}

// A number as it stands, which `attribute` gives back, else empty.
inline Token TakeNumber(Leaves& leaves, Field field, Attribute attribute) {
  Leaf* leaf = leaves.Find(field);
  if (leaf == nullptr || leaf->kind != Kind::kNumber) return {};
  leaf->given = attribute;
  return leaf->value();
}

// `a`, `b` and `c`, one behind the other.
inline char* Join(std::string_view a, std::string_view b, std::string_view c, char* to) {
  return CopyText(CopyText(CopyText(to, a.data(), a.size()), b.data(), b.size()), c.data(),
                  c.size());
}

}  // namespace cce::jumpcloud
