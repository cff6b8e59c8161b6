#include "parsers/jumpcloud/event_entity.h"

#include "parsers/jumpcloud/event_access.h"
#include "parsers/jumpcloud/event_request.h"
#include "parsers/jumpcloud/event_words.h"

namespace cce::jumpcloud {
namespace {

constexpr TypedName kEntityTypes[] = {
    {"user", kUserEntity},
    {"systemuser", kUserEntity},
    {"admin", kUserEntity},
    {"user_group", kGroupEntity},
    {"group", kGroupEntity},
    {"system_group", kGroupEntity},
    {"system", kDeviceEntity},
    {"device", kDeviceEntity},
    {"organization", kOrganizationEntity},
    {"provider", kOrganizationEntity},
    {"policy", kPolicyEntity},
};

void SetType(const Record& record, Entity& entity, Token type) {
  entity.type_id = TypeId(kEntityTypes, record.Word(type));
  if (entity.type_id == kOther) entity.type = type;
}

// The type's text is given back only where it is no caption of OCSF's.
void TakeType(Record& record, Field field, Entity& entity) {
  const Token type = record.in.Peek(field);
  if (type.empty()) return;
  SetType(record, entity, type);
  if (entity.type_id == kOther) record.in.Take(field, Attribute::kEntityType);
}

bool FillFromResource(Record& record, Entity& entity) {
  Leaves& in = record.in;
  entity.uid = TakeResourceUid(in, Attribute::kEntityUid);
  entity.name = TakeResourceName(in, Attribute::kEntityName);
  if (entity.empty()) return false;
  TakeType(record, Field::kResourceType, entity);
  return true;
}

bool FillFromAssociation(Record& record, Entity& entity) {
  const Resource associated = TakeAssociated(record);
  if (associated.empty()) return false;
  entity.uid = associated.uid;
  entity.name = associated.name;
  if (!associated.type.empty()) SetType(record, entity, associated.type);
  return true;
}

// The device of the entity, if it is under management: it is known by other ids than JumpCloud's.
void FillManagedDevice(Leaves& in, Entity& entity) {
  entity.device_uid =
      TakeFirst(in, Attribute::kEntityDeviceUid, Field::kMdmDeviceId, Field::kDeviceObjectId);
  if (entity.device_uid.empty()) {
    entity.device_uid = in.Take(Field::kWindowsDeviceUuid, Attribute::kEntityDeviceUid);
  } else {
    entity.device_uid_alt = in.Take(Field::kWindowsDeviceUuid, Attribute::kEntityDeviceUidAlt);
  }
}

bool FillFromManagedDevice(Leaves& in, Entity& entity) {
  FillManagedDevice(in, entity);
  if (entity.device_uid.empty()) return false;
  entity.type_id = kDeviceEntity;
  return true;
}

bool FillFromMembers(Record& record, Field uid, Field name, Field type, Entity& entity) {
  Leaves& in = record.in;
  entity.uid = in.Take(uid, Attribute::kEntityUid);
  entity.name = in.Take(name, Attribute::kEntityName);
  if (entity.empty()) return false;
  TakeType(record, type, entity);
  return true;
}

bool FillFromDevice(const Device& device, Entity& entity) {
  entity.uid = device.uid;
  entity.name = device.hostname.empty() ? device.name : device.hostname;
  if (entity.empty()) return false;
  entity.type_id = kDeviceEntity;
  return true;
}

// Says the same in the terms of users, groups and devices where the entity is one.
void FillParties(Record& record) {
  Leaves& in = record.in;
  Event& out = record.out;
  const Entity& entity = out.entity;
  switch (entity.type_id) {
    case kDeviceEntity:
      // An id of device management is another one than the device's.
      if (!out.device.empty() || (entity.uid.empty() && entity.name.empty())) return;
      out.device.uid = entity.uid;
      out.device.hostname = in.Take(Field::kResourceHostname, Attribute::kDeviceHostname);
      out.device.name = entity.name;
      return;
    case kUserEntity:
      out.user.uid = entity.uid;
      out.user.name = entity.name;
      out.user.email = TakeUnlessGiven(in, Field::kResourceEmail, Attribute::kOtherUserEmail);
      out.other_user = out.user;
      return;
    case kGroupEntity:
      out.group = {entity.uid, entity.name};
      return;
    default:
      return;
  }
}

}  // namespace

void FillEntityManagement(Record& record) {
  Leaves& in = record.in;
  Event& out = record.out;
  Entity& entity = out.entity;
  FillRequest(record);
  const bool named = FillFromResource(record, entity) || FillFromAssociation(record, entity);
  if (named) FillManagedDevice(in, entity);
  const bool found =
      named || FillFromManagedDevice(in, entity) ||
      FillFromMembers(record, Field::kWorkflowId, Field::kWorkflowName, Field::kWorkflowType,
                      entity) ||
      FillFromMembers(record, Field::kChannelObjectId, Field::kName, Field::kType, entity) ||
      FillFromMembers(record, Field::kApplicationId, Field::kApplicationName, Field::kNone,
                      entity) ||
      FillFromDevice(out.device, entity);
  if (!found) {
    entity.name = out.event_code.empty() ? Token("unknown") : StemOf(record, out.event_code);
    record.out.AddLabel("entity:synthetic");
  }
  if (entity.type_id == 0 && !out.event_code.empty())
    SetType(record, entity, StemOf(record, out.event_code));
  if (found) FillParties(record);
  out.comment = in.Take(Field::kRequestType, Attribute::kComment);
  out.target_name = !entity.name.empty()  ? entity.name
                    : !entity.uid.empty() ? entity.uid
                                          : entity.device_uid;
}

Token StemOf(const Record& record, Token event_code) {
  const std::string_view code = record.Word(event_code);
  const std::size_t last = code.rfind('_');
  if (last == std::string_view::npos || last == 0) return event_code;
  return Token::OfRecord(code.substr(0, last));
}

}  // namespace cce::jumpcloud
