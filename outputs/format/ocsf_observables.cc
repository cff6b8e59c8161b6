#include "outputs/format/ocsf_observables.h"

#include <cstddef>
#include <iterator>
#include <string_view>

#include "cce/api/ocsf_ids.h"
#include "outputs/format/ocsf_captions.h"
#include "outputs/format/ocsf_objects.h"

namespace cce::ocsf {
namespace {

struct Candidate {
  int type_id;
  Token value;
  std::string_view beginning;
};

Token If(bool condition, Token token) { return condition ? token : Token(); }

}  // namespace

void WriteObservables(JsonWriter& out, const Event& event) {
#define NAMED(type_id, type, name) \
  ",{\"name\":\"" name "\",\"type_id\":" #type_id ",\"type\":\"" type "\",\"value\":\""
#define UNNAMED(type_id, type) ",{\"type_id\":" #type_id ",\"type\":\"" type "\",\"value\":\""
  const ClassTraits& traits = ClassOf(event.class_uid);
  const bool request = traits.has_request;
  const bool user = traits.has_user;
  const bool authentication = event.class_uid == kAuthentication;
  const Candidate candidates[] = {
      {2, If(request, event.src_endpoint.ip), NAMED(2, "IP Address", "src_endpoint.ip")},
      {2, event.device.ip, NAMED(2, "IP Address", "device.ip")},
      {2, If(!request, event.src_endpoint.ip), UNNAMED(2, "IP Address")},
      {4, If(user, event.user.name), NAMED(4, "User Name", "user.name")},
      {4, event.actor.name, NAMED(4, "User Name", "actor.user.name")},
      {4, event.other_user.name, UNNAMED(4, "User Name")},
      {5, If(user, event.user.email), NAMED(5, "Email Address", "user.email_addr")},
      {5, event.actor.email, NAMED(5, "Email Address", "actor.user.email_addr")},
      {5, event.other_user.email, UNNAMED(5, "Email Address")},
      {1, event.device.hostname, NAMED(1, "Hostname", "device.hostname")},
      {1, If(authentication, event.dst_endpoint.hostname),
       NAMED(1, "Hostname", "dst_endpoint.hostname")},
      {7, event.file.name, NAMED(7, "File Name", "file.name")},
      {8, event.file.sha256, UNNAMED(8, "Hash")},
      {10, event.entity.uid, NAMED(10, "Resource UID", "entity.uid")},
      {10, event.resource.uid, UNNAMED(10, "Resource UID")},
  };
  // Candidates of one type are neighbours: four at most.
  constexpr std::size_t kNeighbours = 3;
  char* open = nullptr;
  for (std::size_t i = 0; i < std::size(candidates); ++i) {
    const Candidate& candidate = candidates[i];
    if (candidate.value.empty()) continue;
    bool repeated = false;
    for (std::size_t back = 1; back <= kNeighbours && back <= i; ++back) {
      const Candidate& before = candidates[i - back];
      repeated = repeated || (before.type_id == candidate.type_id && !before.value.empty() &&
                              event.Same(before.value, candidate.value));
    }
    if (repeated) continue;
    if (open == nullptr) {
      out.Literal(",\"observables\":");
      open = out.Open();
    }
    out.Raw(candidate.beginning);
    out.Raw(candidate.value);
    out.Literal("\"}");
  }
  if (request && !event.user_agent.empty()) {
    if (open == nullptr) {
      out.Literal(",\"observables\":");
      open = out.Open();
    }
    out.Literal(NAMED(16, "HTTP User-Agent", "http_request.user_agent"));
    WriteUserAgent(out, event.user_agent);
    out.Literal("\"}");
  }
  if (open != nullptr) out.CloseArray(open);
#undef NAMED
#undef UNNAMED
}

}  // namespace cce::ocsf
