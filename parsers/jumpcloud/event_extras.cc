#include "parsers/jumpcloud/event_extras.h"

namespace cce::jumpcloud {
namespace {

// The field's text. A text that is given back already stays that attribute's.
Token TakeToo(Leaves& in, Field field, Attribute attribute) {
  Leaf* leaf = in.Find(field);
  if (leaf == nullptr || leaf->kind != Kind::kString) return {};
  if (leaf->given == Attribute::kNone) leaf->given = attribute;
  return leaf->text();
}

// The field's array or object as it stands.
Token TakeJson(Leaves& in, Field field, Attribute attribute) {
  Leaf* leaf = in.Find(field);
  if (leaf == nullptr ||
      (leaf->kind != Kind::kArray && leaf->kind != Kind::kObject && leaf->kind != Kind::kBegin)) {
    return {};
  }
  leaf->given = attribute;
  return leaf->value();
}

}  // namespace

void FillExtras(Record& record) {
  Leaves& in = record.in;
  Event& out = record.out;
  out.auth_type = TakeToo(in, Field::kAuthType, Attribute::kAuthType);
  out.url = TakeToo(in, Field::kApplicationSsoUrl, Attribute::kUrl);
  out.process_name = TakeToo(in, Field::kProcessName, Attribute::kProcessName);
  out.destination.type = TakeToo(in, Field::kTargetResourceType, Attribute::kDestinationType);
  out.destination.name = TakeToo(in, Field::kTargetResourceName, Attribute::kDestinationName);
  out.bind_name = TakeToo(in, Field::kDn, Attribute::kBindName);
  out.changes = TakeJson(in, Field::kChanges, Attribute::kChanges);
  out.association = TakeJson(in, Field::kAssociation, Attribute::kAssociation);
}

}  // namespace cce::jumpcloud
