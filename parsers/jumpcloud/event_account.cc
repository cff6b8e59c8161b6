#include "parsers/jumpcloud/event_account.h"

#include "parsers/jumpcloud/event_changes.h"
#include "parsers/jumpcloud/event_principals.h"
#include "parsers/jumpcloud/event_request.h"

namespace cce::jumpcloud {
namespace {

// What of an account `changes` say.
void FillUserChanges(Record& record) {
  const Leaf* leaf = record.in.Find(Field::kChanges);
  if (leaf == nullptr || leaf->kind != Kind::kArray) return;
  Event& out = record.out;
  const Token changes = leaf->value();
  const std::int64_t changed = out.Ask(&AskUserChanges, changes);
  if ((changed & kNameChanged) != 0) out.user_changes.name = out.Derive(&WriteNewName, changes);
  if ((changed & kEmailChanged) != 0) out.user_changes.email = out.Derive(&WriteNewEmail, changes);
  if ((changed & kFullNameChanged) != 0) {
    out.user_changes.full_name = out.Derive(&WriteNewFullName, changes);
  }
}

}  // namespace

void FillAccountChange(Record& record) {
  FillRequest(record);
  Principal& user = record.out.user;
  if (ResourceIsPrincipal(record)) user = TakePrincipal(record);
  if (user.empty()) user = record.out.actor;
  if (record.type->activity_by == ActivityBy::kChanges) FillUserChanges(record);
  record.out.target_name = NameOf(user);
}

}  // namespace cce::jumpcloud
