#include "parsers/jumpcloud/event_account.h"

#include "parsers/jumpcloud/event_principals.h"
#include "parsers/jumpcloud/event_request.h"

namespace cce::jumpcloud {

void FillAccountChange(Record& record) {
  FillRequest(record);
  Principal& user = record.out.user;
  if (ResourceIsPrincipal(record)) user = TakePrincipal(record);
  if (user.empty()) user = record.out.actor;
  record.out.target_name = NameOf(user);
}

}  // namespace cce::jumpcloud
