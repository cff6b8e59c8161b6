#include "parsers/jumpcloud/event_classes.h"

#include "cce/api/ocsf_ids.h"
#include "parsers/jumpcloud/event_types.h"

namespace cce::jumpcloud {
namespace {

constexpr Activity kFindingActivities[] = {
    {"Create", "info"}, {"Update", "info"}, {"Close", "info"}};
constexpr Activity kAccountActivities[] = {{"Create", "user,creation"},
                                           {"Enable", "user,change"},
                                           {"Password Change", "user,change"},
                                           {"Password Reset", "user,info"},
                                           {"Disable", "user,change"},
                                           {"Delete", "user,deletion"},
                                           {"Attach Policy", "user,change"},
                                           {"Detach Policy", "user,change"},
                                           {"Lock", "user,change"},
                                           {"MFA Factor Enable", "user,change"},
                                           {"MFA Factor Disable", "user,change"},
                                           {"Unlock", "user,change"}};
constexpr Activity kAuthenticationActivities[] = {
    {"Logon", "info+start_on_success"}, {"Logoff", "end"},
    {"Authentication Ticket", "info"},  {"Service Ticket Request", "info"},
    {"Service Ticket Renew", "info"},   {"Preauth", "info"},
    {"Account Switch", "info"}};
constexpr Activity kEntityActivities[] = {
    {"Create", "creation"}, {"Read", "access"},       {"Update", "change"},
    {"Delete", "deletion"}, {"Move", "change"},       {"Enroll", "change"},
    {"Unenroll", "change"}, {"Enable", "change"},     {"Disable", "change"},
    {"Activate", "change"}, {"Deactivate", "change"}, {"Suspend", "change"},
    {"Resume", "change"}};
constexpr Activity kAccessActivities[] = {{"Assign Privileges", "user,change"},
                                          {"Revoke Privileges", "user,change"}};
constexpr Activity kGroupActivities[] = {
    {"Assign Privileges", "group,change"}, {"Revoke Privileges", "group,change"},
    {"Add User", "group,user,change"},     {"Remove User", "group,user,change"},
    {"Delete", "group,deletion"},          {"Create", "group,creation"},
    {"Add Subgroup", "group,change"},      {"Remove Subgroup", "group,change"}};
constexpr Activity kWebActivities[] = {
    {"Create", "creation"}, {"Read", "access"},     {"Update", "change"}, {"Delete", "deletion"},
    {"Search", "access"},   {"Import", "creation"}, {"Export", "access"}, {"Share", "change"}};
constexpr Activity kApplicationActivities[] = {{"Install", "installation"}, {"Remove", "deletion"},
                                               {"Start", "start"},          {"Stop", "info"},
                                               {"Restart", "start"},        {"Enable", "change"},
                                               {"Disable", "change"},       {"Update", "change"}};
constexpr Activity kDatastoreActivities[] = {
    {"Read", "access"},    {"Update", "change"}, {"Connect", "access"}, {"Query", "access"},
    {"Write", "change"},   {"Create", "change"}, {"Delete", "change"},  {"List", "access"},
    {"Encrypt", "change"}, {"Decrypt", "change"}};
constexpr Activity kFileActivities[] = {
    {"Upload", "creation"},    {"Download", "access"}, {"Update", "change"}, {"Delete", "deletion"},
    {"Rename", "change"},      {"Copy", "creation"},   {"Move", "change"},   {"Restore", "change"},
    {"Preview", "access"},     {"Lock", "change"},     {"Unlock", "change"}, {"Share", "change"},
    {"Unshare", "change"},     {"Open", "access"},     {"Sync", "change"},   {"Unsync", "change"},
    {"Access Check", "access"}};

constexpr EventClass kClasses[] = {
    {"base_event", kBaseEvent, "", {}, ""},
    {"detection_finding", kFinding, "intrusion_detection", kFindingActivities, "info"},
    {"account_change", kAccountChange, "iam", kAccountActivities, "user,change"},
    {"authentication", kAuthentication, "authentication", kAuthenticationActivities, "info"},
    {"entity_management", kEntityManagement, "configuration", kEntityActivities, "info"},
    {"user_access", kUserAccess, "iam", kAccessActivities, "user,change"},
    {"group_management", kGroupManagement, "iam", kGroupActivities, "group,change"},
    {"web_resources_activity", kWebResources, "file", kWebActivities, "info"},
    {"application_lifecycle", kApplicationLifecycle, "package", kApplicationActivities, "info"},
    {"datastore_activity", kDatastore, "database", kDatastoreActivities, "info"},
    {"file_hosting", kFileHosting, "file", kFileActivities, "info"},
};

}  // namespace

absl::Span<const EventClass> EventClasses() { return kClasses; }

}  // namespace cce::jumpcloud
