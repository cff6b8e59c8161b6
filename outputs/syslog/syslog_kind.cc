#include "outputs/syslog/syslog_kind.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cce/api/values.h"
#include "nlohmann/json.hpp"
#include "outputs/syslog/syslog_output.h"

namespace cce {
namespace syslog {
namespace {

using nlohmann::json;

struct TransportWord {
  std::string_view word;
  Transport transport;
  std::uint16_t port;
};
// 514: RFC 5426, 6514: RFC 5425; RELP has no registered port, rsyslog's documentation uses 2514.
constexpr std::array kTransports = {
    TransportWord{"udp", Transport::kUdp, 514}, TransportWord{"tcp", Transport::kTcp, 514},
    TransportWord{"tls", Transport::kTls, 6514}, TransportWord{"relp", Transport::kRelp, 2514},
    TransportWord{"relp_tls", Transport::kRelpTls, 6515}};

// By number (RFC 5424 section 6.2.1).
constexpr std::array<std::string_view, 24> kFacilities = {
    "kern",   "user",   "mail",     "daemon", "auth",   "syslog", "lpr",    "news",
    "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "audit",  "alert",  "clock",
    "local0", "local1", "local2",   "local3", "local4", "local5", "local6", "local7"};

constexpr std::size_t kLeastMessage = 480;  // what every receiver takes: RFC 5424 section 6.1
constexpr std::size_t kMostMessage = 1 << 20;
constexpr std::size_t kMostDatagram = 65'507;
constexpr std::size_t kDefaultDatagram = 2048;

std::optional<Address> ReadAddress(std::string_view text, std::uint16_t default_port) {
  Address address{.port = default_port};
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    address.host = std::string(text.substr(1, end - 1));
    port = text.substr(end + 1);
    if (address.host.find(':') == std::string::npos) return std::nullopt;
  } else {
    const std::size_t colon = text.find(':');
    // More than one: an IPv6 address without brackets, which can have no port.
    const bool has_port = colon != std::string_view::npos && colon == text.rfind(':');
    address.host = std::string(has_port ? text.substr(0, colon) : text);
    if (has_port) port = text.substr(colon);
  }
  const auto is_of_a_host = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_' ||
           c == ':' || c == '%';
  };
  if (address.host.empty() || address.host.size() > 253 ||
      !std::all_of(address.host.begin(), address.host.end(), is_of_a_host)) {
    return std::nullopt;
  }
  if (port.empty()) return address;
  std::uint32_t number = 0;
  if (port[0] != ':' || !absl::SimpleAtoi(std::string(port.substr(1)), &number) || number == 0 ||
      number > 65'535) {
    return std::nullopt;
  }
  address.port = static_cast<std::uint16_t>(number);
  return address;
}

std::string HostName() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 && name[0] != '\0' ? name : "-";
}

// Reads the options and keeps every mistake.
class Reader {
 public:
  Reader(const OutputSettings& settings, const json& object)
      : settings_(settings), object_(object) {}

  absl::StatusOr<SyslogOptions> Read() {
    options_.name = settings_.name;
    options_.state_dir = settings_.state_dir;
    const TransportWord& transport = ReadTransport();
    ReadAddresses(transport.port);
    ReadEnvelope();
    ReadMaxMessage();
    if (object_.contains("framing")) {
      if (options_.transport != Transport::kTcp) {
        Wrong("/framing", Text("framing"), "it goes with the transport tcp alone: leave it out");
      } else {
        options_.octet_counting = OneOf("framing", {"octet_counting", "lf"}, 0) == 0;
      }
    }
    if (const auto window = object_.find("window"); window != object_.end()) {
      if (!options_.is_relp()) {
        Wrong("/window", window->dump(), "it goes with relp and relp_tls: leave it out");
      } else if (!window->is_number_integer() || *window < 1 || *window > 10'000) {
        Wrong("/window", window->dump(), "1 to 10000 is allowed");
      } else {
        options_.window = window->get<std::size_t>();
      }
    }
    ReadTls();
    if (!mistakes_.empty()) return absl::InvalidArgumentError(absl::StrJoin(mistakes_, "\n"));
    return std::move(options_);
  }

 private:
  void Wrong(std::string_view pointer, std::string_view found, std::string_view allowed) {
    mistakes_.push_back(absl::StrCat(std::string(pointer), ": found \"", std::string(found), "\"; ",
                                     std::string(allowed)));
  }

  // Empty without it.
  static std::string TextIn(const json& object, const std::string& key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
  }
  std::string Text(const std::string& key) const { return TextIn(object_, key); }

  std::size_t OneOf(const std::string& key, std::vector<std::string_view> words,
                    std::size_t by_default) {
    if (!object_.contains(key)) return by_default;
    const std::string text = Text(key);
    const auto found = std::find(words.begin(), words.end(), text);
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
    std::vector<std::string> allowed(words.begin(), words.end());
    Wrong("/" + key, text, "allowed: " + absl::StrJoin(allowed, ", "));
    return by_default;
  }

  const TransportWord& ReadTransport() {
    std::vector<std::string_view> words;
    for (const TransportWord& known : kTransports) words.push_back(known.word);
    constexpr std::size_t kTls = 2;
    if (!object_.contains("transport")) {
      Wrong("/transport", "", "how messages travel is required: udp, tcp, tls, relp or relp_tls");
    }
    const TransportWord& transport = kTransports[OneOf("transport", words, kTls)];
    options_.transport = transport.transport;
    return transport;
  }

  void ReadAddresses(std::uint16_t default_port) {
    const json address = object_.value("address", json());
    const bool is_list = address.is_array();
    const json list = is_list ? address : json::array({address});
    if (list.empty()) Wrong("/address", "[]", "at least one address is required");
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string text = list[i].is_string() ? list[i].get<std::string>() : std::string();
      if (std::optional<Address> read = ReadAddress(text, default_port)) {
        options_.addresses.push_back(*std::move(read));
      } else {
        Wrong(is_list ? absl::StrCat("/address/", i) : "/address", text,
              "allowed: a host with or without a port, such as \"siem.example.com:6514\" or "
              "\"[2001:db8::7]:6514\"");
      }
    }
  }

  void ReadEnvelope() {
    options_.rfc3164 = OneOf("envelope", {"rfc5424", "rfc3164"}, 0) == 1;
    constexpr std::size_t kAudit = 13;
    options_.facility =
        static_cast<int>(OneOf("facility", {kFacilities.begin(), kFacilities.end()}, kAudit));
    options_.host_name = ReadWord("host_name", 255, HostName());
    options_.app_name = ReadWord("app_name", 32, options_.app_name);
    for (const char* key : {"structured_data", "enterprise_number"}) {
      const auto found = object_.find(key);
      if (options_.rfc3164 && found != object_.end()) {
        Wrong(absl::StrCat("/", key), found->dump(),
              "it goes with the envelope rfc5424 alone: leave it out");
      }
    }
    if (const auto data = object_.find("structured_data"); data != object_.end()) {
      options_.structured_data = *data != false;
    }
    if (const auto number = object_.find("enterprise_number"); number != object_.end()) {
      constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
      if (!number->is_number_unsigned() || *number < 1 || *number > kMost) {
        Wrong("/enterprise_number", number->dump(), "1 to 4294967295 is allowed");
      } else {
        options_.enterprise = number->get<std::uint32_t>();
      }
    }
  }

  std::string ReadWord(const std::string& key, std::size_t limit, std::string by_default) {
    if (!object_.contains(key)) return by_default;
    const std::string text = Text(key);
    const bool is_word =
        !text.empty() && text.size() <= limit && std::all_of(text.begin(), text.end(), [](char c) {
          return absl::ascii_isgraph(static_cast<unsigned char>(c));
        });
    if (!is_word) {
      Wrong("/" + key, text,
            absl::StrCat("1 to ", limit,
                         " printable characters of ASCII without "
                         "spaces are allowed"));
    }
    return text;
  }

  void ReadMaxMessage() {
    const bool is_udp = options_.transport == Transport::kUdp;
    if (is_udp) options_.max_message = kDefaultDatagram;
    if (!object_.contains("max_message")) return;
    const std::string text = Text("max_message");
    const absl::StatusOr<std::uint64_t> size = ReadSize(text);
    const std::size_t most = is_udp ? kMostDatagram : kMostMessage;
    if (!size.ok() || *size < kLeastMessage || *size > most) {
      Wrong("/max_message", text,
            is_udp ? "\"480B\" to \"65507B\" is allowed with udp"
                   : "\"480B\" to \"1MiB\" is allowed");
      return;
    }
    options_.max_message = *size;
  }

  void ReadTls() {
    const json tls = object_.value("tls", json::object());
    if (object_.contains("tls") && !options_.is_tls()) {
      Wrong("/tls", "tls",
            "it goes with the transports tls and relp_tls: leave it out, or take one "
            "of these");
      return;
    }
    options_.tls = {Path(tls, "ca_file"), Path(tls, "cert_file"), Path(tls, "key_file"),
                    TextIn(tls, "server_name")};
    if (options_.tls.cert_file.empty() != options_.tls.key_file.empty()) {
      const bool has_key = options_.tls.cert_file.empty();
      Wrong(has_key ? "/tls/key_file" : "/tls/cert_file",
            has_key ? options_.tls.key_file : options_.tls.cert_file,
            "cert_file and key_file go together");
    }
  }

  std::string Path(const json& tls, const std::string& key) {
    const std::string path = TextIn(tls, key);
    if (path.empty() || path.front() == '/' || settings_.base_dir.empty()) return path;
    return absl::StrCat(settings_.base_dir, "/", path);
  }

  const OutputSettings& settings_;
  const json& object_;
  SyslogOptions options_;
  std::vector<std::string> mistakes_;
};

}  // namespace

std::string ToText(const Address& address) {
  const bool is_v6 = address.host.find(':') != std::string::npos;
  return absl::StrCat(is_v6 ? "[" : "", address.host, is_v6 ? "]:" : ":", address.port);
}

absl::StatusOr<SyslogOptions> ReadOptions(const OutputSettings& settings) {
  const json object = json::parse(settings.options, nullptr, false);
  if (!object.is_object()) return absl::InvalidArgumentError("the output is not a JSON object");
  return Reader(settings, object).Read();
}

}  // namespace syslog

OutputKind SyslogOutputKind() {
  return {
      .type = "syslog",
      .schema = syslog::Schema(),
      .check =
          [](const OutputSettings& settings) { return syslog::ReadOptions(settings).status(); },
      .guarantee =
          [](const OutputSettings& settings) {
            return syslog::GuaranteeOf(syslog::ReadOptions(settings)->transport);
          },
      .make = [](OutputSettings settings,
                 OutputWorld world) -> absl::StatusOr<std::unique_ptr<Output>> {
        absl::StatusOr<syslog::SyslogOptions> options = syslog::ReadOptions(settings);
        if (!options.ok()) return options.status();
        return std::make_unique<syslog::SyslogOutput>(*std::move(options), std::move(world));
      },
  };
}

}  // namespace cce
