#include "parsers/jumpcloud/event_principals.h"

#include "parsers/jumpcloud/event_words.h"

namespace cce::jumpcloud {
namespace {

using json::At;

// OCSF user.type_id.
constexpr int kUser = 1;
constexpr int kAdmin = 2;
constexpr int kSystem = 3;
constexpr int kService = 4;

constexpr TypedName kPrincipalTypes[] = {
    {"user", kUser},     {"admin", kAdmin},      {"systemuser", kUser}, {"administrator", kAdmin},
    {"system", kSystem}, {"workflow", kService}, {"service", kService}, {"application", kService},
};

// `type` gives back what OCSF has no caption for, `role` the rest.
void FillType(Record& record, Field field, Attribute type, Attribute role, Principal& principal) {
  const Token word = record.in.Peek(field);
  if (word.empty()) return;
  principal.type_id = TypeId(kPrincipalTypes, record.Word(word));
  principal.type = record.in.Take(field, principal.type_id == kOther ? type : role);
}

// OCSF's user needs a name or uid; some services know people by e-mail only.
void NameByEmail(Principal& principal) {
  if (principal.name.empty() && principal.uid.empty()) principal.name = principal.email;
}

void FillFromArray(const Leaves& in, const Leaf& array, Principal& actor) {
  in.ForEachElement(array.at, [&](At at) {
    actor.uid = in.MemberText(at, "id");
    actor.name = in.MemberText(at, "username");
    actor.email = in.MemberText(at, "email");
    return actor.empty();
  });
}

// "jumpcloud:scim/okta" of source and name.
char* WriteAppName(std::string_view source, std::string_view name, std::string_view, char* to) {
  to = Join("jumpcloud:", source, name.empty() ? "" : "/", to);
  return CopyText(to, name.data(), name.size());
}

// That of source and source_metadata.name.
Token ActorAppName(Record& record) {
  Leaves& in = record.in;
  const Token source = in.Peek(Field::kInitiatedBySource);
  if (source.empty()) return {};
  Token name;
  const Leaf* metadata = in.Find(Field::kInitiatedBySourceMetadata);
  if (metadata != nullptr && metadata->kind == Kind::kObject) {
    name = in.MemberText(metadata->at, "name");
  }
  return record.out.Derive(&WriteAppName, source, name);
}

}  // namespace

void FillActor(Record& record) {
  Leaves& in = record.in;
  Principal& actor = record.out.actor;
  actor.uid = in.Take(Field::kInitiatedById, Attribute::kActorUid);
  actor.name =
      TakeFirst(in, Attribute::kActorName, Field::kInitiatedByUsername, Field::kInitiatedByName);
  actor.email = in.Take(Field::kInitiatedByEmail, Attribute::kActorEmail);
  if (const Leaf* whole = in.Find(Field::kInitiatedBy)) {
    if (whole->kind == Kind::kString)
      actor.name = in.Take(Field::kInitiatedBy, Attribute::kActorName);
    if (whole->kind == Kind::kArray) FillFromArray(in, *whole, actor);
  }
  if (actor.empty()) {
    actor.uid = in.Take(Field::kJcInitiatedById, Attribute::kActorUid);
    actor.email = in.Take(Field::kJcInitiatedByEmail, Attribute::kActorEmail);
  }
  // A directory that is searched knows the searcher by this name only, as some logons do.
  const int class_uid = record.out.class_uid;
  if (actor.empty() && (class_uid == kAuthentication || class_uid == kDatastore)) {
    actor.name = in.Take(Field::kUsername, Attribute::kActorName);
  }
  NameByEmail(actor);
  if (!actor.empty()) {
    FillType(record, Field::kInitiatedByType, Attribute::kActorType, Attribute::kActorRole, actor);
    actor.uid_alt = in.Take(Field::kInitiatedByUserId, Attribute::kActorUidAlt);
  }
  record.out.actor_app_name = ActorAppName(record);
}

bool ResourceIsPrincipal(Record& record) {
  Leaves& leaves = record.in;
  const Token type = leaves.Peek(Field::kResourceType);
  const int id = TypeId(kPrincipalTypes, record.Word(type));
  if (!type.empty()) return id == kUser || id == kAdmin;
  return !PeekFirst(leaves, Field::kResourceUsername, Field::kResourceEmail).empty();
}

Principal TakePrincipal(Record& record) {
  Leaves& leaves = record.in;
  Principal principal;
  principal.uid =
      TakeFirst(leaves, Attribute::kUserUid, Field::kResourceId, Field::kResourceObjectId);
  principal.name =
      TakeFirst(leaves, Attribute::kUserName, Field::kResourceUsername, Field::kResourceName,
                Field::kResourceDisplayName, Field::kResourceDisplayLabel);
  principal.email = leaves.Take(Field::kResourceEmail, Attribute::kUserEmail);
  NameByEmail(principal);
  if (!principal.empty()) {
    FillType(record, Field::kResourceType, Attribute::kUserType, Attribute::kUserRole, principal);
  }
  return principal;
}

Principal TakeOtherUser(Leaves& leaves) {
  Principal principal;
  principal.uid = TakeUnlessGiven(leaves, Field::kResourceId, Attribute::kOtherUserUid);
  principal.name = leaves.Take(Field::kResourceUsername, Attribute::kOtherUserName);
  principal.email = leaves.Take(Field::kResourceEmail, Attribute::kOtherUserEmail);
  return principal;
}

Token NameOf(const Principal& principal) {
  if (!principal.name.empty()) return principal.name;
  return principal.email.empty() ? principal.uid : principal.email;
}

}  // namespace cce::jumpcloud
