#include "tests/simulator/event_shapes.h"

#include <array>

namespace cce::simulator {
namespace {

constexpr Fraction k0 = Fraction::kNone;
constexpr Fraction k3 = Fraction::kMilliseconds;
constexpr Fraction k3Cut = Fraction::kMillisecondsCut;
constexpr Fraction k9 = Fraction::kNanosecondsCut;
constexpr IdStyle kHex = IdStyle::kObjectId;
constexpr IdStyle kUuid = IdStyle::kUuid;
constexpr IdStyle kUpper = IdStyle::kUpperCaseUuid;

constexpr std::array<std::string_view, 17> kServices = {"access_management",
                                                        "alert",
                                                        "alerts",
                                                        "asset_management",
                                                        "directory",
                                                        "ldap",
                                                        "mdm",
                                                        "notifications",
                                                        "object_storage",
                                                        "password_manager",
                                                        "radius",
                                                        "reports",
                                                        "saas_app_management",
                                                        "software",
                                                        "sso",
                                                        "systems",
                                                        "workflows"};

constexpr EventShape kShapes[] =
    {
        // directory
        {"directory", "admin_login_attempt", 30, k3, kHex, 0,
         R"({<head>,"initiated_by":<admin>,"resource":<admin>,"geoip":<geo>,"useragent":<ua>,"mfa":<bool>,"mfa_meta":{"type":"<mfa_type>"},"provider":<provider>,"success":<success>,"client_ip":"<ip>"})"},
        {"directory", "admin_login_attempt", 4, k3Cut, kHex, 0,
         R"({"service":"<service>","event_type":"<type>","organization":null,"@version":"1",<id_member>"timestamp":"<time>","initiated_by":{"type":"admin","email":"nobody@example.com","provider":"<hex>"},"geoip":<geo>,"useragent":<ua>,"mfa":false,"provider":"<hex>","success":false,"error_message":"invalid credentials","client_ip":"<ip>","auth_method":"session"})"},
        {"directory", "user_login_attempt", 80, k3, kHex, 0,
         R"({<head>,"initiated_by":<user>,"resource":<user>,"target_resource":{"type":"user_portal"},"auth_context":<auth_context>,"geoip":<geo>,"useragent":<ua>,"mfa":true,"mfa_meta":{"type":"<mfa_type>"},"provider":<provider>,"success":<success>,"error_message":"<error>","client_ip":"<ip>"})"},
        {"directory", "user_update", 40, k3, kHex, 0,
         R"({<head>,"initiated_by":<admin>,"resource":<target>,"changes":[<changes>],"auth_method":"<auth_method>","geoip":<geo>,"useragent":<ua>,"provider":<provider>,"client_ip":"<ip>"})"},
        {"directory", "user_update", 12, k3, kHex, 0,
         R"({"auth_method":"api key","changes":[{"field":"addresses","from":[{"country":"FR","poBox":"","streetAddress":"","postalCode":"","locality":"","region":"","extendedAddress":"","type":"home","id":"<hex>","_id":"<hex>"}],"to":[]},{"field":"state","from":"ACTIVATED","to":"SUSPENDED"},{"field":"suspended","from":false,"to":true}],"client_ip":"<ip>","correlation":{},"event_type":"<type>","geoip":<geo>,<id_member>"initiated_by":{"id":"<admin_id>","type":"admin","email":"<admin_email>","source":"scim"},"message_chain":{},"organization":<org>,"resource":<target>,"service":"<service>","success":true,"timestamp":"<time>","useragent":{"os":"Other","os_full":"Other","os_name":"Other","name":"curl","version":"8.5.0","major":"8","minor":"5","patch":"0","device":"Other"},"@version":"1"})"},
        {"directory", "user_create", 6, k3Cut, kHex, 0,
         R"({<head>,"initiated_by":<admin>,"resource":<target>,"changes":[{"field":"username","to":"<target_name>"},{"field":"mfa","to":{"configured":false,"exclusion":true,"exclusionUntil":"2031-01-13T08:22:00.000Z"}},{"field":"relationships","to":[{"type":"manager","value":"<user_id>"}]},{"field":"password"}],"auth_method":"session","correlation":{"id":"<hex>","type":"user_import"},"geoip":<geo>,"useragent":<ua>,"provider":<provider>,"success":true,"client_ip":"<ip>"})"},
        {"directory", "user_delete", 3, k3, kHex, 0,
         R"({<head>,"initiated_by":<admin>,"resource":<target>,"auth_method":"<auth_method>","geoip":<geo>,"useragent":<ua>,"provider":<provider>,"success":true,"client_ip":"<ip>"})"},
        {"directory", "user_password_change", 8, k3, kHex, 0,
         R"({<head>,"initiated_by":<user>,"resource":<user>,"changes":[{"field":"password"}],"auth_method":"session","geoip":<geo>,"useragent":<ua>,"provider":<provider>,"success":true,"client_ip":"<ip>"})"},
        {"directory", "user_lockout", 3, k3Cut, kHex, 0,
         R"({<head>,"initiated_by":{},"resource":<target>,"provider":null,"success":true})"},
        {"directory", "user_unlocked", 2, k3, kHex, 0,
         R"({<head>,"initiated_by":<admin>,"resource":<target>,"auth_method":"session","useragent":<ua>,"provider":"","success":null,"client_ip":"<ip>"})"},
        {"directory", "user_suspended", 2, k3, kHex, 0,
         R"({<head>,"initiated_by":{"type":"system"},"resource":<target>,"correlation":{},"provider":null,"success":true})"},
        {"directory", "user_admin_granted", 2, k3, kHex, 0,
         R"({<head>,"initiated_by":<admin>,"resource":<target>,"system":<machine>,"changes":[{"field":"sudo","from":{"enabled":false},"to":{"enabled":true,"withoutPassword":false}}],"geoip":<geo>,"useragent":<ua>,"success":true,"client_ip":"<ip>"})"},
        {"directory", "association_change", 20, k3, kHex, 0,
         R"({<head>,"initiated_by":<admin>,"association":{"op":"add","action_source":"manual","connection":{"from":{"name":"<host>","type":"system","object_id":"<machine_id>"},"to":{"name":"<user_name>","type":"user","object_id":"<user_id>"}},"attributes":null},"auth_method":"session","geoip":<geo>,"useragent":<ua>,"provider":<provider>,"success":true,"client_ip":"<ip>"})"},
        {"directory", "association_change", 10, k0, kHex, 0,
         R"({<head>,"initiated_by":<admin>,"association":{"op":"remove","action_source":"dynamic_group","connection":{"from":{"name":"<group_name>","type":"user_group","object_id":"<group_id>"},"to":{"name":"<app_connector>","type":"application","object_id":"<app_id>"}},"attributes":{"sudo":{"enabled":true,"withoutPassword":false}}},"auth_method":"api-key","geoip":<geo>,"useragent":<ua>,"provider":<provider>,"success":true,"client_ip":"<ip>"})"},
        {"directory", "association_change", 2,
         k3, kHex, 0, R"({<head>,"initiated_by":{"id":"<admin_id>","type":"administrator","email":"<admin_email>","name":"<admin_full>"},"association":{"type":"user_group","id":"<group_id>","email":""},"success":true,"client_ip":"<ip>"})"},
        {"directory", "group_create", 3, k3, kHex, 0,
         R"({<head>,"initiated_by":<admin>,"resource":{"id":"<group_id>","type":"user_group","name":"<group_name>"},"changes":[{"field":"name","to":"<group_name>"},{"field":"membershipMethod","to":"STATIC"}],"auth_method":"session","geoip":<geo>,"useragent":<ua>,"provider":<provider>,"success":true,"client_ip":"<ip>"})"},
        {"directory", "group_update", 3, k3, kHex, 0,
         R"({<head>,"initiated_by":<admin>,"resource":{"id":"<group_id>","type":"system_group","name":"<group_name>"},"changes":[{"field":"memberQuery","from":null,"to":{"queryType":"FilterQuery","filters":[{"field":"department","operator":"eq","value":"<text>"}]}}],"auth_method":"session","useragent":<ua>,"provider":<provider>,"success":true,"client_ip":"<ip>"})"},
        {"directory", "admin_update", 2, k3Cut, kHex, 0,
         R"({<head>,"initiated_by":<admin>,"resource":{"id":"<hex>","type":"admin","email":"help.desk@example.com"},"changes":[{"field":"roleName","from":"Help Desk","to":"Administrator"},{"field":"enableMultiFactor","from":true,"to":false},{"field":"apiKeySecret","to":"<base64>"}],"auth_method":"session","geoip":<geo>,"useragent":<ua>,"provider":<provider>,"success":true,"client_ip":"<ip>"})"},
        {"directory", "organization_update", 2, k3, kHex, 0,
         R"({<head>,"initiated_by":<admin>,"resource":{"id":"<hex>","type":"organization","name":"Example \"Ltd\" – Söhne"},"changes":[{"field":"settings","from":{"passwordPolicy":{"minLength":8,"maxHistory":0}},"to":{"passwordPolicy":{"minLength":14,"maxHistory":24}}},{"field":"maxSystemUsers","from":-1,"to":500},{"field":"created","from":null,"to":"2030-07-06T08:29:00.000Z"}],"auth_method":"other","geoip":<geo>,"useragent":<ua>,"provider":<provider>,"success":true,"client_ip":"<ip>"})"},
        {"directory", "application_create", 2, k3Cut,
         kHex, 0, R"({<head>,"initiated_by":<admin>,"application":{"id":"<app_id>","name":"<app_connector>"},"resource":{"id":"<app_id>","type":"application","name":"<app_connector>"},"changes":[{"field":"sso","to":{"type":"saml","beta":false}},{"field":"config.idpCertificate","to":"<base64_long>"}],"auth_method":"session","geoip":<geo>,"useragent":<ua>,"provider":<provider>,"success":true,"client_ip":"<ip>"})"},
        {"directory", "policy_update", 3, k3Cut, kHex, 0,
         R"({<head>,"initiated_by":<admin>,"resource":{"id":"<policy_id>","type":"policy","name":"<policy_name>"},"changes":[{"field":"values","from":[{"configFieldID":"<hex>","value":600}],"to":[{"configFieldID":"<hex>","value":"300"}]}],"auth_method":"api-key","geoip":<geo>,"useragent":<ua>,"provider":<provider>,"success":true,"client_ip":"<ip>"})"},
        {"directory", "authpolicy_update", 1, k3, kHex, 0,
         R"({<head>,"initiated_by":<admin>,"resource":{"id":"<policy_id>","type":"authn_policy","name":"<policy_name>"},"changes":[{"field":"conditions","from":{"ipAddressIn":["<hex>"]},"to":{"not":{"ipAddressIn":["<hex>"]}}}],"useragent":<ua>,"geoip":<geo>,"success":true,"client_ip":"2001:db8::<small>"})"},
        {"directory", "iplist_delete", 1, k3, kHex, 0,
         R"({<head>,"initiated_by":<admin>,"resource":{"id":"<hex>","type":"ip_list","name":"<text>"},"auth_method":"session","useragent":<ua>,"success":true,"client_ip":"<ip>:443"})"},
        {"directory", "command_run", 6, k3Cut, kHex, 0,
         R"({<head>,"initiated_by":<admin>,"resource":{"id":"<hex>","type":"command","name":"rotate-logs"},"system":{"id":"<machine_id>","hostname":"<host>","displayName":"<host>","type":"system"},"auth_method":"session","geoip":<geo>,"useragent":<ua>,"provider":<provider>,"success":true,"client_ip":"<ip>"})"},
        {"directory", "system_update", 5, k3, kHex, 0,
         R"({<head>,"initiated_by":{"type":"system"},"resource":{"id":"<machine_id>","type":"system","hostname":"<host>","displayName":"<host>"},"changes":[{"field":"agentVersion","from":"2.18.<small>","to":"2.19.0"},{"field":"fde.active","from":null,"to":true}],"provider":null,"success":true})"},
        {"directory", "totp_finish_enrollment", 2, k3, kHex, 0,
         R"({<head>,"initiated_by":<user>,"resource":<user>,"mfa_meta":{"type":""},"geoip":<geo>,"useragent":<ua>,"provider":"","success":true,"client_ip":"<ip>"})"},
        {"directory", "integration_activate", 1, k3, kHex, 0,
         R"({<head>,"initiated_by":<admin>,"resource":{"id":"<hex>","type":"g_suite","name":"<text>"},"idm_client_id":<number>,"useragent":<ua>,"success":"true","client_ip":""})"},
        {"directory", "user_activation_email", 2, k3, kHex, 0,
         R"({<head>,"initiated_by":{"type":"system"},"resource":<target>,"jc_initiated_by_email":"<admin_email>","jc_initiated_by_id":"<admin_id>","asn":{"organization":"Example Net","number":64496},"success":true})"},
        {"directory", "something_nobody_documented", 1, k3, kHex, 0,
         R"({<head>,"initiated_by":<user>,"payload":{"a":[1,2.50,-0,1e3,{"b":null}],"text":"<text>"},"success":true,"client_ip":"<ip>"})"},
        // sso
        {"sso", "sso_auth", 150, k9, kHex, 0,
         R"({<head>,"initiated_by":<user>,"application":{"id":"<app_id>","name":"<app_connector>","display_label":"<app_label>","sso_type":"saml","sso_url":"https://sso.example.com/saml2/<app_connector>"},"auth_context":<auth_context>,"error_message":"","sso_token_success":true,"idp_initiated":<bool>,"mfa":<bool>,"geoip":<geo>,"useragent":<ua>,"provider":<provider>,"client_ip":"<ip>"})"},
        {"sso", "sso_auth", 15, k9, kHex, 0,
         R"({<head>,"initiated_by":<user>,"application":{"id":"","name":"","display_label":"","sso_type":"saml","sso_url":"https://sso.example.com/saml2/unknown"},"auth_context":{"auth_methods":{},"system":<machine_os>},"error_message":"application unreachable","sso_token_success":false,"idp_initiated":false,"mfa":false,"geoip":<geo>,"useragent":<ua>,"provider":"","client_ip":"<ip>"})"},
        {"sso", "sso_auth", 10, k0, kHex, 0,
         R"({<head>,"server_timestamp":"<time_ns>","timestamp_source":"server","initiated_by":<user>,"application":{"id":"<app_id>","name":"<app_connector>","display_label":"<app_label>","sso_type":"oidc","sso_url":""},"auth_context":<auth_context>,"success":null,"sso_token_success":false,"idp_initiated":false,"mfa":true,"geoip":<geo>,"useragent":<ua>,"provider":null})"},
        // radius
        {"radius", "radius_auth_attempt", 60, k0, kUpper, 0,
         R"({<head>,"initiated_by":{"type":"user","username":"<user_name>"},"username":"<user_name>","auth_type":"eap","eap_type":"MSCHAPv2","nas_mfa_state":"DISABLED","outer":{"eap_type":"PEAP","username":"<user_name>","error_message":"eap_peap: session was previously rejected (again.), eap: Failed continuing EAP PEAP (25) session"},"error_message":"mschap: MS-CHAP2-Response is incorrect","mfa":false,"auth_meta":{"user_password_enabled":true,"device_cert_enabled":false,"user_cert_enabled":false,"auth_idp":"JUMPCLOUD","userid_type":"USERNAME"},"success":<bool>,"geoip":<geo>,"client_ip":"<ip>"})"},
        {"radius", "radius_auth_attempt", 20, k0, kUpper, 0,
         R"({<head>,"initiated_by":{"type":"user","username":"<user_name>"},"username":"<user_name>","auth_type":"pap","eap_type":null,"nas_mfa_state":"","outer":{"eap_type":null,"username":null,"error_message":null},"error_message":null,"mfa":null,"auth_meta":{"user_password_enabled":true,"device_cert_enabled":null,"user_cert_enabled":false,"auth_idp":"AZURE","userid_type":"EMAIL"},"success":true,"geoip":{},"client_ip":"<ip>"})"},
        {"radius", "radius_auth", 2, k0, kUpper, 0,
         R"({<head>,"initiated_by":{},"username":"<user_name>","auth_type":"EAP","eap_type":"TTLS","nas_mfa_state":"ALWAYS","mfa":true,"success":false,"error_message":"<error>","client_ip":"<ip>"})"},
        // ldap
        {"ldap", "ldap_bind", 50, k3Cut, kHex, 0.5,
         R"({<head>,"initiated_by":{"type":"user","username":"svc-ldap"},"username":"svc-ldap","connection_id":"<base64_short>","operation_number":0,"operation_type":"BIND RESULT","dn":"uid=svc-ldap,ou=Users,o=<org_id>,dc=example,dc=com","auth_method":"simple","mech":"SIMPLE","start_tls":false,"tls_established":true,"error_code":49,"error_message":"invalid credentials","auth_meta":{"auth_methods":{"password":{"success":false}}},"success":false,"geoip":<geo>,"client_ip":"<ip>"})"},
        {"ldap", "ldap_bind", 10, k0, kHex, 1,
         R"({<head>,"username":"svc-ldap","connection_id":"<base64_short>","operation_number":0,"operation_type":"BIND","dn":"uid=<user_name>,ou=Users,o=<org_id>,dc=example,dc=com","auth_method":128,"mech":"","start_tls":false,"tls_established":false,"error_code":0,"success":true,"client_ip":"<ip>"})"},
        {"ldap", "ldap_srch", 60, k0, kHex, 0.5,
         R"~({<head>,"initiated_by":{"type":"user","username":"svc-ldap"},"username":"svc-ldap","connection_id":"<base64_short>","operation_number":<small>,"operation_type":"SEARCH RESULT","base":"ou=Users,o=<org_id>,dc=example,dc=com","scope":2,"deref":0,"filter":"(&(objectClass=posixAccount)(uid=<user_name>*))","attr":"uid cn memberOf","number_of_results":1,"error_code":0,"error_message":"","success":true,"client_ip":"<ip>"})~"},
        {"ldap", "ldap_search", 2, k3, kHex, 1,
         R"~({<head>,"connection_id":"<base64_short>","operation_number":"3","scope":"2","deref":null,"filter":"(cn=\\2a)","oid":"1.2.840.113556.1.4.319","number_of_results":0,"error_code":32,"success":false,"client_ip":"<ip>"})~"},
        // systems
        {"systems", "login_attempt", 70, k0, kHex, 0, R"({<head>,"initiated_by":{"type":"user","username":"root"},"system":<machine>,"username":"root","process_name":"sshd","message":"Failed login for root from <ip2>, process name: sshd","src_ip":"<ip2>","src_geoip":{"country_code":"NL","region_name":"North Holland"},"client_ip":"<ip>","system_timestamp":"<time_offset>","provider":null,"success":false,"geoip":<geo>})"},
        {"systems", "login_attempt", 50, k0, kHex, 0,
         R"({<head>,"initiated_by":<user>,"system":<machine>,"resource":{"type":"system","id":"<machine_id>","hostname":"<host>","displayName":"<host>"},"username":"<user_name>","process_name":"C:\\Windows\\System32\\winlogon.exe","message":"User <user_name> logged in\r\nwith \"smart\" card\t.","windows_meta":{"elevated":<bool>,"logon_type":"10"},"system_timestamp":"<time_offset>","provider":"","success":true,"client_ip":"<ip>"})"},
        {"systems", "system_fde_key_update", 4, k3, kHex, 0,
         R"({<head>,"initiated_by":{"type":"system","id":"<machine_id>"},"resource":{"id":"<machine_id>","type":"system"},"system":<machine>,"changes":[{"field":"fde_key"}],"provider":null,"success":true,"client_ip":"<ip>"})"},
        {"systems", "user_password_change", 3, k0, kHex, 0,
         R"({<head>,"initiated_by":{"type":"systemuser","id":"<user_id>","username":"<user_name>"},"resource":{"type":"systemuser","id":"<user_id>","username":"<user_name>"},"system":<machine>,"changes":[{"field":"password"}],"provider":null,"success":true,"client_ip":"<ip>"})"},
        {"systems", "user_lockout", 2, k0, kHex, 0,
         R"({<head>,"resource":{"type":"systemuser","id":"<user_id>","username":"<user_name>"},"system":<machine>,"success":true})"},
        {"systems", "remote_session_start", 2, k3, kHex, 0,
         R"({<head>,"initiated_by":<admin>,"system":<machine>,"resource":{"type":"system","id":"<machine_id>"},"useragent":<ua>,"geoip":<geo>,"success":true,"client_ip":"<ip>"})"},
        {"systems", "command_result", 10, k9, kHex, 0,
         R"({<head>,"system":<machine_os>,"resource":{"id":"<hex>","type":"command","name":"<text>"},"exit_code":<small>,"message":"done in 0.<number>s","success":<success>})"},
        {"systems", "policy_result", 10, k9, kHex, 0,
         R"({<head>,"system":<machine_os>,"resource":{"id":"<policy_id>","type":"policy","name":"<policy_name>"},"status":"failed","error_message":"<error>","success":false})"},
        {"systems", "os_minor_upgrade", 2, k3, kHex, 0,
         R"({<head>,"system":<machine>,"changes":[{"field":"os_version","from":"14.4","to":"14.5"}],"success":true})"},
        // software
        {"software", "software_add", 40, k3Cut, kHex, 0, R"({<head>,"system":{"id":"<machine_id>","type":"system"},"resource":{"id":"<machine_id>","type":"system"},"application":{"name":"Example Browser","version":"126.0.<small>","path":"/Applications/Example Browser.app","publisher":"Example Inc.","uninstall_string":""},"app_management_source":"JumpCloud App Catalog","provider":null})"},
        {"software", "software_change", 20, k0, kHex, 0,
         R"({<head>,"system":{"id":"<machine_id>","hostname":"<host>","displayName":"<host>","type":"system"},"resource":{"id":"<machine_id>","type":"system"},"application":{"name":"ExampleZip","version":"24.07","path":"C:\\Program Files\\ExampleZip\\","publisher":"Example Zip Project","uninstall_string":"\"C:\\Program Files\\ExampleZip\\Uninstall.exe\""},"changes":[{"field":"version","from":"23.01","to":"24.07"}],"provider":""})"},
        {"software", "software_remove", 5, k3Cut, kHex, 0,
         R"({<head>,"system":{"id":"<machine_id>","type":"system"},"resource":{"id":"<machine_id>","type":"system"},"application":{"name":"<text>","version":"","path":"/opt/<small>/bin","publisher":null,"uninstall_string":""},"provider":null})"},
        {"software", "software_status_update", 15, k9, kHex, 0,
         R"({<head>,"system":{"id":"<machine_id>","type":"system"},"package_manager":"APPLE_CUSTOM","install_type":"MANAGED","update_mode":"AUTO","scan_initiated":<bool>,"status":"INSTALLED","application":{"name":"<text>","version":"1.<small>"}})"},
        // mdm
        {"mdm", "mdm_command_result", 20, k9, kHex, 0,
         R"({<head>,"mdm_type":"apple","mdm_device_id":"<hex>","mdm_device_manager_id":"<hex>","command_uuid":"<uuid>","request_type":"ProfileList","command":{"request_type":"ProfileList","payload":"<base64>"},"status":"Acknowledged","error_chain":null,"profile_list":[{"payload_identifier":"com.example.profile","payload_display_name":"<text>","payload_uuid":"<uuid>","payload_verion":1,"is_encrypted":false,"is_managed":true,"signer_certificates":["<base64_long>"]}],"resource":{"id":"<hex>","type":"mdm_device"},"success":true})"},
        {"mdm", "mdm_command_result", 10, k9, kHex, 0,
         R"({<head>,"mdm_type":"apple","mdm_device_id":"<hex>","mdm_device_manager_id":"<hex>","command_uuid":"<uuid>","request_type":"InstallProfile","command":{"request_type":"InstallProfile","payload":"<base64>"},"status":"Error","error_chain":[{"error_code":4001,"error_domain":"MCInstallationErrorDomain","localized_description":"Le profil «<text>» n’a pas pu être installé.","us_english_description":"The profile could not be installed."}],"resource":{"id":"<hex>","type":"mdm_device"},"success":false})"},
        {"mdm", "device_enrollment", 3, k3, kHex, 0,
         R"({<head>,"initiated_by":{"email":"<user_email>"},"windows_device_uuid":"0F0F0F0F0F0F0F0F0F0F0F0F0000<small>","mdm_type":"microsoft","result":"successful enrollment of device","geoip":<geo>,"success":true,"client_ip":"<ip>"})"},
        // password_manager
        {"password_manager", "passwordmanager_item_add", 12, k3Cut, kUuid, 0,
         R"({<head>,"initiated_by":{"id":"<user_id>","type":"user","email":"<user_email>","source":"system"},"association":{"type":"folder","id":"<hex>","name":"<group_name>"},"changes":[{"field":"item name","from":"","to":"Router"}],"user_agent":<ua>,"geoip":<geo>,"provider":null,"success":true,"error_message":"","client_ip":"<ip>"})"},
        {"password_manager", "passwordmanager_item_reveal", 8, k3Cut, kUuid, 0,
         R"({<head>,"initiated_by":{"id":"<user_id>","type":"user","email":"<user_email>"},"resource":{"id":"<uuid>","type":"item","name":"<text>"},"user_agent":<ua>,"geoip":<geo>,"provider":null,"success":true,"client_ip":"<ip>"})"},
        {"password_manager", "passwordmanager_items_export", 1, k3Cut, kUuid, 0,
         R"({<head>,"initiated_by":{"id":"<user_id>","type":"user","email":"<user_email>"},"number_of_items":<number>,"user_agent":<ua>,"success":true,"client_ip":"<ip>"})"},
        // object_storage
        {"object_storage", "object_storage_upload_validation_result", 4, k3Cut, kHex, 0,
         R"({<head>,"result":"Success","referrer_type":"SOFTWARE_APP","referrer_object_id":"<hex>","object_storage_item_object_id":"<hex>","object_storage_item_version_object_id":"<hex>","object_storage_item_version_name":"ExampleAgent.pkg","object_storage_item_version_size":17800<number>,"object_storage_item_version_sha_256_sum":"<hex><hex>0123456789abcdef","total_software_item_count":164,"total_space_used":9007199254740993})"},
        {"object_storage", "object_storage_get_download_url_request", 2, k3Cut, kHex, 0,
         R"({<head>,"initiated_by":<admin>,"object_storage_item_object_id":"<hex>","result":"Success","success":true,"client_ip":"<ip>"})"},
        // alerts
        {"alerts", "alert_created", 6, k0, kHex, 0,
         R"({<head>,"category":"System","severity":"Medium","resource":{"id":"<hex>","context":"{\"disk_free_pct\":4,\"note\":\"<small>\"}","source_id":"<machine_id>","source_type":"device","reference_id":"AL-<number>"},"correlation":{"id":"<hex>"},"changes":[{"field":"Status","from":"","to":"Open"}],"initiated_by":{"type":"system"},"username":"","success":true,"client_ip":""})"},
        {"alerts", "alert_status_updated", 3, k3, kHex, 0,
         R"({<head>,"category":"Security","severity":"critical","resource":{"id":"<hex>","context":"","source_id":"<machine_id>","source_type":"device","reference_id":"AL-<number>"},"changes":[{"field":"Status","from":"Open","to":"Resolved"}],"initiated_by":<admin>,"username":"<admin_email>","success":true,"client_ip":"<ip>"})"},
        {"alerts", "rule_config_updated", 1, k3, kHex, 0,
         R"({<head>,"initiated_by":<admin>,"resource":{"id":"<hex>","type":"rule","name":"<text>"},"changes":[{"field":"threshold","from":10,"to":null}],"success":true,"client_ip":"<ip>"})"},
        // access_management
        {"access_management", "access_management_access_request", 3, k3Cut, kUuid, 0,
         R"({<head>,"initiated_by":{"id":"<user_id>","type":"user","email":"<user_email>","source":"system"},"access_request_id":"<hex>","pid":"<uuid>","resource":{"type":"application","id":"<app_id>","name":"<app_label>"},"workflow":{"type":"access-workflow","id":"<hex>","name":"<text>","desc":"72 h"},"user_agent":<ua>,"geoip":<geo>,"provider":null,"success":true,"client_ip":"<ip>"})"},
        {"access_management", "access_management_access_request_approval", 3, k3Cut, kUuid, 0,
         R"({<head>,"initiated_by":{"id":"<admin_id>","type":"admin","email":"<admin_email>","source":"system"},"access_request_id":"<hex>","resource":{"type":"user","id":"<user_id>","name":"<user_name>"},"workflow":{"type":"access-workflow","id":"<hex>","name":"<text>","desc":"72 h"},"changes":[{"field":"status","from":"PENDING","to":"APPROVED"}],"user_agent":<ua>,"geoip":<geo>,"provider":null,"success":true,"client_ip":"<ip>"})"},
        // reports
        {"reports", "report_export", 3, k3Cut, kUuid, 0,
         R"({<head>,"initiated_by":<admin>,"resource":{"id":"<hex>","name":"users to devices","description":"","resources":["users","devices"],"search_request":{},"configuration":{}},"auth_method":"session","user_agent":<ua>,"provider":null,"client_ip":"<ip>"})"},
        {"reports", "report_run", 3, k3Cut, kUuid, 0,
         R"({<head>,"initiated_by":<admin>,"resource":{"id":"<hex>","name":"<text>"},"auth_method":"session","user_agent":<ua>,"provider":null,"client_ip":"<ip>"})"},
        // saas_app_management
        {"saas_app_management", "saas_management_login_event", 20, k3Cut, kHex, 0,
         R"({<head>,"initiated_by":{"type":"systemuser","id":"<user_id>","username":"<user_name>"},"username":"<user_name>","resource":{"application_id":"<app_connector>","application_name":"<app_label>","application_category":"Sales"},"detail":"login captured","client_ip":"<ip>"})"},
        {"saas_app_management", "saas_management_application_discover", 4, k3Cut, kHex, 0,
         R"({<head>,"initiated_by":{"type":"system"},"resource":{"application_id":"<app_connector>","application_name":"<app_label>","application_category":""},"detail":"<text>"})"},
        // asset_management
        {
            "asset_management", "asset_management_asset_update", 4, k3Cut, kHex,
            0, R"({<head>,"initiated_by":<admin>,"resource":{"id":"68A2C00000000300017C00<small>","type":"DEVICE"},"changes":[{"field":"Name","from":"Desktop-01","to":"<host>"}],"detail":"An asset was updated","username":"","client_ip":"<ip>"})"},
        {"asset_management", "asset_management_field_setting_create", 1, k3Cut, kHex, 0,
         R"({<head>,"initiated_by":<admin>,"changes":[{"field":"options","to":["<text>",7,null,true,{"x":[]}]}],"detail":"","client_ip":"<ip>"})"},
        // notifications
        {"notifications", "notification_channel_created", 2, k3Cut, kHex, 0,
         R"({<head>,"initiated_by":<admin>,"name":"install failures","type":"email","description":"mail the desk","channel_object_id":"<hex>","correlation":{"id":"<hex>"},"config":[{"name":"desk","email":"desk@example.com"},{"role_object_id":"<hex>"}],"success":true,"client_ip":"<ip>"})"},
        {"notifications", "slack_notification_sent", 3, k9, kHex, 0,
         R"({<head>,"initiated_by":{"type":"system"},"channel_object_id":"<hex>","message":"<text>","success":<success>})"},
        // workflows
        {"workflows", "workflow_run", 6, k3, kHex, 0,
         R"({<head>,"initiated_by":{"type":"system"},"resource":{"id":"<hex>","type":"workflow","name":"Offboard leaver","status":"completed","meta_data":{"trigger_source":"schedule"}},"success":true})"},
        {"workflows", "workflow_update", 1, k3, kHex, 0,
         R"({<head>,"initiated_by":<admin>,"resource":{"id":"<hex>","type":"workflow","name":"<text>"},"changes":[{"field":"steps","from":[],"to":[{"id":1,"next":[2,3]},{"id":2},{"id":3}]}],"success":true,"client_ip":"<ip>"})"},
};

}  // namespace

absl::Span<const EventShape> EventShapes() { return kShapes; }

absl::Span<const std::string_view> KnownServices() { return kServices; }

}  // namespace cce::simulator
