// An event in the terms of OCSF 1.8.0, between a vendor's parser, which fills it, and the formats,
// which write it. Attribute names and enumerations are OCSF's; nothing here names a vendor.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "cce/api/attribute.h"
#include "cce/api/buffer.h"
#include "cce/api/event_objects.h"
#include "cce/api/identity.h"
#include "cce/api/line_plan.h"
#include "cce/api/page.h"
#include "cce/api/token.h"

namespace cce {

enum class EventKind : std::uint8_t {
  kEvent,
  kAlert,
  kAsset,
  kUndecodable,  // only raw, identity and time are meaningful
};

// What a record says besides what an event's attributes give back.
class Unmapped {
 public:
  // Bytes that it takes at most, and those behind them that Write may touch.
  virtual std::size_t Room() const = 0;

  // Writes it as a JSON object of the source's shape: every member that none of `written` gives
  // back, without what is empty. Returns its end, which is `out` if nothing is left. REQUIRES:
  // Room() bytes at `out`.
  // `recorder`, if there is one, is told what is copied.
  virtual char* Write(const AttributeSet& written, PlanRecorder* recorder, char* out) const = 0;

 protected:
  ~Unmapped() = default;
};

// Everything of an event that is forgotten when the next one is read.
struct EventFields {
  EventKind kind = EventKind::kEvent;
  bool raw_has_line_break = false;  // CR or LF may be in `raw`, outside strings
  bool raw_is_utf8 = true;
  // Something was not understood: a reader may want the original.
  bool degraded = false;

  Identity identity;
  Token time_ms;         // since 1970 UTC, rounded down: a number
  Token time_text;       // RFC 3339 in UTC, all digits
  std::string_view raw;  // as the service sent it, but for secrets if they are to be masked
  const Product* product = nullptr;

  int class_uid = 0;
  int activity_id = 0;
  Token activity_name;
  // ECS event.category and event.type: names, separated by commas.
  std::string_view ecs_category;
  std::string_view ecs_type;
  int severity_id = 0;
  Token severity;                     // text of severity_id 99
  bool has_own_severity = false;      // the source itself says one, which is what these stand for
  bool has_guessed_severity = false;  // nobody says one, and the type is not known
  int status_id = 0;
  Token status;  // text of status_id 99
  Token status_code;
  Token status_detail;
  Token message;      // absent: the format makes one of what follows
  Token target_name;  // what the event is about, for that message

  // metadata
  Token event_code;
  Token log_source;
  Token log_version;
  Token original_event_uid;
  Token original_time;
  Token tenant_uid;
  Token correlation_uid;
  Token logged_time_ms;  // as time_ms
  Token logged_time_text;
  std::size_t label_count = 0;  // of Event::labels

  Token timezone_offset;  // minutes, a number

  Principal actor;
  Token actor_app_name;
  // The subject of classes 3001, 3002, 3005 and 3006; empty where nobody is named, though OCSF
  // requires one of the first three.
  Principal user;
  AccountChanges user_changes;  // class 3001
  Principal other_user;         // whom an event is about whose class has no attribute for it
  Endpoint src_endpoint;        // of every class, also of those where OCSF has no place for it
  Endpoint dst_endpoint;
  Device device;
  Service service;
  UserAgent user_agent;
  Token session_uid;

  Entity entity;    // class 3004
  Token comment;    // class 3004
  UserGroup group;  // class 3006; empty where none is named, though OCSF requires one
  UserGroup subgroup;
  Privilege privilege;   // classes 3005 and 3006: what the user or group may do
  Resource resource;     // classes 2004, 3005, 3006 and 6001
  Application app;       // class 6002
  DatastoreQuery query;  // class 6005
  HostedFile file;       // class 6006; likewise its name
  Finding finding;       // class 2004

  std::optional<bool> is_mfa;
  std::optional<bool> is_cleartext;
  int auth_protocol_id = 0;
  Token auth_protocol;  // text of auth_protocol_id 99
  int logon_type_id = 0;
  Token logon_type;              // as the source has it
  std::size_t factor_count = 0;  // of Event::factors
  Device push_device;            // where the factor of type 5 (Push Notification) arrived

  // Profile security_control; 0 without authorizations.
  int action_id = 0;
  Token action;  // text of action_id 99
  int disposition_id = 0;

  // What the source says and OCSF has no attribute for.
  Token auth_method;     // how the request was authorised: "session", "api-key"
  Token auth_type;       // of a network's access server: "eap"
  Token url;             // of the service that was asked for
  Token process_name;    // what let the user in
  Resource destination;  // what was to be reached, a kind and a name
  Token bind_name;       // whom a directory was to authenticate: a distinguished name
  Token changes;         // JSON as it stands
  Token association;     // likewise
  std::optional<bool> is_encrypted;

  const Unmapped* unmapped = nullptr;  // null if there is none

  PlanRecorder* recorder = nullptr;  // null unless the event's way is to be remembered
};

// What a reader keeps from event to event besides `scratch`. Each kind of reader has its own.
class ReaderMemory {
 public:
  virtual ~ReaderMemory() = default;
};

// Filled by Page::Read, reused from event to event. The views point into the page, into program
// text, into `scratch` or into `memory`.
struct Event : EventFields {
  static constexpr std::size_t kMaxFactors = 12;
  static constexpr std::size_t kMaxLabels = 12;

  // The first label_count and factor_count of them are the event's.
  std::array<Token, kMaxLabels> labels;  // program text
  std::array<AuthFactor, kMaxFactors> factors;
  std::vector<Token> forwarded_for;  // http_request.x_forwarded_for
  std::vector<Authorization> authorizations;

  // The reader's; of no meaning to a format.
  Buffer scratch;
  std::unique_ptr<ReaderMemory> memory;

  // Forgets all but the memory.
  void Clear() {
    // In place: an assignment would build another one first.
    std::destroy_at(static_cast<EventFields*>(this));
    std::construct_at(static_cast<EventFields*>(this));
    forwarded_for.clear();
    authorizations.clear();
    scratch.Clear();
  }

  // Adds a label that is not there yet; one too many is dropped.
  void AddLabel(Token name);

  // What `text` says.
  std::string_view Word(Token text) const;

  // The answer to a question about texts.
  std::int64_t Ask(Question question, Token a, Token b = {}, Token c = {}) const;

  // True if both say the same.
  bool Same(Token a, Token b) const;

  // A text made of others, in the scratch memory. REQUIRES: that has room; the text is not empty.
  Token Derive(Derivation derivation, Token a, Token b = {}, Token c = {});

  // The event's way is not to be remembered: it depends on more than was asked.
  void GiveUpPlan() const {
    if (recorder != nullptr) recorder->GiveUp();
  }
};

// What is noted of `event` once it is written.
WrittenEvent DescribeWritten(const Event& event);

}  // namespace cce
