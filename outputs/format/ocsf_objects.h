// OCSF's objects as JSON members. `key` is ,"NAME": of the member; what is empty writes nothing.
#pragma once

#include <string_view>

#include "cce/api/event_objects.h"
#include "outputs/format/json_writer.h"

namespace cce::ocsf {

// "name/version (os)", without quotes.
void WriteUserAgent(JsonWriter& out, const UserAgent& agent);
void WriteUser(JsonWriter& out, std::string_view key, const Principal& user);
void WriteGroup(JsonWriter& out, std::string_view key, const UserGroup& group);
void WriteEndpoint(JsonWriter& out, std::string_view key, const Endpoint& endpoint);
void WriteDevice(JsonWriter& out, std::string_view key, const Device& device);
void WriteEntity(JsonWriter& out, const Entity& entity);
// What a resource is to the event: the attribute role, which objects of web_resources do not have.
enum class ResourceRole { kUnsaid, kTarget };
void WriteResource(JsonWriter& out, std::string_view key, const Resource& resource,
                   ResourceRole role);
// A list of one.
void WriteResources(JsonWriter& out, std::string_view key, const Resource& resource,
                    ResourceRole role);
void WriteApplication(JsonWriter& out, const Application& app);
void WriteQuery(JsonWriter& out, const DatastoreQuery& query);
void WriteFile(JsonWriter& out, const HostedFile& file);
void WriteFinding(JsonWriter& out, const Finding& finding);

}  // namespace cce::ocsf
