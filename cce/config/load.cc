#include "cce/config/load.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <filesystem>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cce/api/placeholders.h"
#include "cce/api/values.h"
#include "cce/config/base_schemas.h"
#include "cce/config/json_members.h"
#include "cce/config/json_schema.h"
#include "cce/config/json_text.h"
#include "cce/config/secret_source.h"
#include "cce/config/service_url.h"
#include "cce/config/text_file.h"

namespace cce {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr std::uint64_t kLeastMemory = 32u << 20;
constexpr absl::Duration kLongestOverlap = absl::Hours(24);
constexpr absl::Duration kShortestHorizon = absl::Hours(1);
constexpr absl::Duration kLongestHorizon = absl::Hours(2160);  // JumpCloud keeps events 90 days

Json Section(const Json& object, const char* key) {
  const Json* member = Member(object, key);
  return member == nullptr ? Json() : *member;
}

std::vector<std::string> Texts(const Json& list) {
  std::vector<std::string> texts;
  if (!list.is_array()) return texts;
  for (const Json& text : list) {
    if (text.is_string()) texts.push_back(text.get<std::string>());
  }
  return texts;
}

std::string Resolve(const std::string& base_dir, const std::string& path) {
  return (fs::path(base_dir) / path).lexically_normal().string();
}

// A folder's name without the slash that a path may end in, symbolic links followed.
std::string Canonical(const std::string& path) {
  std::error_code error;
  fs::path canonical = fs::weakly_canonical(path, error);
  if (error) canonical = fs::path(path).lexically_normal();
  if (!canonical.has_filename()) canonical = canonical.parent_path();
  return canonical.string();
}

// Whether one of `findings` is about what stands at `pointer`.
bool Mention(const std::vector<Finding>& findings, const std::string& pointer) {
  return std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
    return finding.pointer == pointer || finding.pointer.starts_with(pointer + "/");
  });
}

// What is said of one file.
class Report {
 public:
  Report(std::string file, LoadedConfiguration& loaded) : file_(std::move(file)), loaded_(loaded) {}

  void Error(const Finding& finding) {
    broken_ = true;
    loaded_.errors.push_back(Line(finding));
  }
  void Errors(const std::vector<Finding>& findings) {
    for (const Finding& finding : findings) Error(finding);
  }
  void Warning(const Finding& finding) { loaded_.warnings.push_back(Line(finding)); }

  bool broken() const { return broken_; }
  const std::string& file() const { return file_; }

  // The parsed file, or nullopt with an error reported.
  std::optional<Json> Read() {
    absl::StatusOr<std::string> text = ReadTextFile(file_);
    if (!text.ok()) {
      Error({"", std::string(text.status().message())});
      return std::nullopt;
    }
    std::optional<Json> document = Parse(*text);
    WipeText(*text);
    return document;
  }

  // The same of the file's text.
  std::optional<Json> Parse(std::string_view text) {
    std::vector<Finding> findings;
    std::optional<Json> document = ParseJson(text, findings);
    Errors(findings);
    return document;
  }

 private:
  std::string Line(const Finding& finding) const {
    return finding.pointer.empty() ? absl::StrCat(file_, ": ", finding.text)
                                   : absl::StrCat(file_, ": ", finding.pointer, ": ", finding.text);
  }

  std::string file_;
  LoadedConfiguration& loaded_;
  bool broken_ = false;
};

class Loader {
 public:
  Loader(const Kinds& kinds, Secrets secrets) : kinds_(kinds), secrets_(secrets) {
    for (const SourceKind& kind : kinds.sources) {
      source_schemas_.try_emplace(std::string(kind.type), kind.schema);
      make_source_.try_emplace(std::string(kind.type), kind.make);
      if (!kind.event_types_schema.empty()) {
        event_types_schemas_.try_emplace(std::string(kind.type), kind.event_types_schema);
      }
    }
    for (const OutputKind& kind : kinds.outputs) {
      output_schemas_.try_emplace(std::string(kind.type), kind.schema);
    }
  }

  LoadedConfiguration Load(const std::string& path) {
    std::error_code error;
    fs::path absolute = fs::absolute(path, error);
    if (error) absolute = path;
    Report report(absolute.lexically_normal().string(), loaded_);
    const std::optional<Json> document = report.Read();
    if (!document.has_value()) return std::move(loaded_);
    ReadEngine(*document, report);
    ReadOutputs(Section(*document, "outputs"), report);
    ReadDevices(report);
    if (loaded_.errors.empty()) loaded_.configuration = std::move(result_);
    return std::move(loaded_);
  }

 private:
  void ReadEngine(const Json& document, Report& report) {
    report.Errors(JsonSchema(EngineSchema()).Check(document, ""));

    result_.file = report.file();
    base_dir_ = fs::path(report.file()).parent_path().string();
    result_.cce_id = Text(document, "cce_id");
    result_.cce_ip = Text(document, "cce_ip");
    result_.state_dir = Resolve(base_dir_, Text(document, "state_dir", "/var/lib/cce"));
    loaded_.state_dir = result_.state_dir;
    result_.devices_dir = Resolve(base_dir_, Text(document, "devices_dir", "devices.d"));
    ReadListen(Text(document, "listen", "127.0.0.1:8650"), report);

    const Json limits = Section(document, "limits");
    ReadInto(limits, "memory", "/limits/memory", report, result_.memory_limit, ReadSize,
             kLeastMemory, std::numeric_limits<std::uint64_t>::max(), "at least \"32MiB\"");
    if (const Json* count = Member(limits, "requests_in_flight");
        count != nullptr && count->is_number_integer()) {
      result_.requests_in_flight = count->get<int>();
    }

    const Json collection = Section(document, "collection");
    ReadInto(collection, "overlap", "/collection/overlap", report, overlap_, ReadDuration,
             absl::ZeroDuration(), kLongestOverlap, "from \"0s\" to \"24h\"");
    ReadInto(collection, "audit_horizon", "/collection/audit_horizon", report,
             result_.audit_horizon, ReadDuration, kShortestHorizon, kLongestHorizon,
             "from \"1h\" to \"2160h\" (90 days)");
    if (overlap_ > result_.audit_horizon) {
      report.Error(
          {"/collection/overlap", "longer than collection.audit_horizon; make it shorter"});
    }
    const Json* redact = Member(collection, "redact");
    if (redact != nullptr && redact->is_boolean()) redact_ = redact->get<bool>();
    ReadEventTypes(Section(collection, "event_types"), report);
    const std::string keep = Text(collection, "keep_original");
    if (keep == "always") result_.keep_original = KeepOriginal::kAlways;
    if (keep == "never") result_.keep_original = KeepOriginal::kNever;

    const Json http = Section(document, "http");
    result_.proxy = Text(http, "proxy");
    if (const std::string file = Text(http, "ca_file"); !file.empty()) {
      result_.ca_file = Resolve(base_dir_, file);
      if (absl::StatusOr<std::string> text = ReadTextFile(result_.ca_file); !text.ok()) {
        report.Error(
            {"/http/ca_file", absl::StrCat(Quoted(result_.ca_file), " ", text.status().message(),
                                           "; name a PEM file, or \"\" for the system's")});
      }
    }

    const Json security = Section(document, "security");
    result_.allowed_hosts = Texts(Section(security, "allowed_hosts"));
    const Json* private_hosts = Member(security, "allow_private_hosts");
    result_.allow_private_hosts =
        private_hosts != nullptr && private_hosts->is_boolean() && private_hosts->get<bool>();
  }

  // Devices of a vendor whose file is wrong are checked without it.
  void ReadEventTypes(const Json& files, Report& engine) {
    if (!files.is_object()) return;
    for (const auto& [device_type, file] : files.items()) {
      const std::string pointer = Below("/collection/event_types", device_type);
      const auto schema = event_types_schemas_.find(device_type);
      if (schema == event_types_schemas_.end()) {
        engine.Error({pointer, absl::StrCat("no device_type is called so, or its event types have "
                                            "no table; allowed: ",
                                            OneOf(Keys(event_types_schemas_)))});
        continue;
      }
      if (!file.is_string()) continue;
      const std::string path = Resolve(base_dir_, file.get<std::string>());
      const absl::StatusOr<std::string> text = ReadTextFile(path);
      if (!text.ok()) {
        engine.Error({pointer, absl::StrCat(Quoted(path), " ", text.status().message(),
                                            "; name a JSON file of event types")});
        continue;
      }
      Report report(path, loaded_);
      const std::optional<Json> types = report.Parse(*text);
      if (!types.has_value()) continue;
      report.Errors(schema->second.Check(*types, ""));
      if (report.broken()) continue;
      UseEventTypes(device_type, types->dump(), report);
    }
  }

  void UseEventTypes(const std::string& device_type, const std::string& json, Report& report) {
    const auto kind =
        std::find_if(kinds_.sources.begin(), kinds_.sources.end(),
                     [&](const SourceKind& known) { return known.type == device_type; });
    absl::StatusOr<MakeSource> make = kind->with_event_types(json);
    if (make.ok()) {
      make_source_[device_type] = *std::move(make);
      return;
    }
    for (const absl::string_view line : absl::StrSplit(make.status().message(), '\n')) {
      report.Error(Placed(line));
    }
  }

  // What a vendor or an output says of its own options: "/POINTER: TEXT".
  static Finding Placed(absl::string_view message) {
    const std::size_t colon = absl::StartsWith(message, "/") ? message.find(": ") : 0;
    if (colon == 0 || colon == absl::string_view::npos) return {"", std::string(message)};
    return {std::string(message.substr(0, colon)), std::string(message.substr(colon + 2))};
  }

  void ReadListen(const std::string& listen, Report& report) {
    if (listen.empty()) return;
    const std::string::size_type colon = listen.rfind(':');
    std::string host = listen.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    std::uint32_t port = 0;
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    if (colon == std::string::npos || error || !address.is_loopback() ||
        !absl::SimpleAtoi(listen.substr(colon + 1), &port) || port == 0 || port > 65535) {
      report.Error({"/listen", absl::StrCat("found ", Quoted(listen),
                                            "; allowed: a loopback address with a port such as "
                                            "\"127.0.0.1:8650\", or \"\" for none")});
      return;
    }
    result_.listen_address = host;
    result_.listen_port = static_cast<std::uint16_t>(port);
  }

  // Reads the text at `key`, if it is one, and checks that it lies in [least, most].
  template <class T>
  static void ReadInto(const Json& section, const char* key, const char* pointer, Report& report,
                       T& out, absl::StatusOr<T> (*read)(std::string_view), T least, T most,
                       const char* range) {
    const Json* text = Member(section, key);
    if (text == nullptr || !text->is_string()) return;
    absl::StatusOr<T> value = read(text->get_ref<const std::string&>());
    if (!value.ok()) {
      report.Error({pointer, std::string(value.status().message())});
    } else if (*value < least || *value > most) {
      report.Error({pointer, absl::StrCat("found ", text->dump(), "; allowed: ", range)});
    } else {
      out = *value;
    }
  }

  void ReadOutputs(const Json& outputs, Report& report) {
    if (!outputs.is_object()) return;
    std::vector<OutputDirectory> directories;
    for (const auto& [name, options] : outputs.items()) {
      output_names_.push_back(name);
      const std::string pointer = Below("/outputs", name);
      if (Member(options, "type") == nullptr || !options["type"].is_string()) continue;
      const std::string type = options["type"].get<std::string>();
      const auto schema = output_schemas_.find(type);
      if (schema == output_schemas_.end()) {
        report.Error({pointer + "/type", absl::StrCat("found ", Quoted(type), "; allowed: ",
                                                      OneOf(Keys(output_schemas_)))});
        continue;
      }
      const std::vector<Finding> findings = schema->second.Check(options, pointer);
      report.Errors(findings);

      const std::string format = Text(options, "format", "ocsf");
      std::vector<std::string> formats;
      for (const auto& known : kinds_.formats) formats.emplace_back(known.name);
      if (!Mention(findings, pointer + "/format") &&
          std::find(formats.begin(), formats.end(), format) == formats.end()) {
        report.Error({pointer + "/format",
                      absl::StrCat("found ", Quoted(format), "; allowed: ", OneOf(formats))});
      }
      if (findings.empty()) CheckOptions(name, type, options, pointer, report);
      CheckDirectory(name, type, options, pointer, directories, report);
      result_.outputs.push_back(
          {name, type, format, ReadFilter(Section(options, "only")), options.dump(), base_dir_});
    }
  }

  struct OutputDirectory {
    std::string output;
    std::string type;
    std::string path;
  };

  void CheckDirectory(const std::string& name, const std::string& type, const Json& options,
                      const std::string& pointer, std::vector<OutputDirectory>& others,
                      Report& report) {
    const std::string directory = Text(options, "directory");
    if (directory.empty() || !CheckPlaceholders(directory).ok()) return;
    OutputDirectory own{name, type, Canonical(Resolve(base_dir_, directory))};
    const auto other = std::find_if(others.begin(), others.end(), [&](const OutputDirectory& one) {
      return one.type == type && MayFillAlike(one.path, own.path);
    });
    if (other != others.end()) {
      report.Error({pointer + "/directory",
                    absl::StrCat(Quoted(directory),
                                 other->path == own.path ? " belongs to output "
                                                         : " can become a folder of output ",
                                 Quoted(other->output), " already; give each its own")});
    }
    others.push_back(std::move(own));
  }

  // What the engine's schema allows of `only`; it has reported the rest.
  static EventFilter ReadFilter(const Json& only) {
    EventFilter filter{.services = Texts(Section(only, "services"))};
    const auto word =
        std::find(kSeverityWords.begin(), kSeverityWords.end(), Text(only, "min_severity"));
    if (word != kSeverityWords.end()) {
      filter.min_severity = static_cast<int>(word - kSeverityWords.begin()) + 1;
    }
    return filter;
  }

  void CheckOptions(const std::string& name, const std::string& type, const Json& options,
                    const std::string& pointer, Report& report) {
    const auto kind = std::find_if(kinds_.outputs.begin(), kinds_.outputs.end(),
                                   [&](const OutputKind& known) { return known.type == type; });
    const OutputSettings settings{name, options.dump(), base_dir_, result_.state_dir,
                                  result_.cce_id};
    const absl::Status status = kind->check(settings);
    if (status.ok()) return CheckClaim(*kind, settings, pointer, report);
    for (const absl::string_view line : absl::StrSplit(status.message(), '\n')) {
      Finding finding = Placed(line);
      finding.pointer = pointer + finding.pointer;
      report.Error(finding);
    }
  }

  void CheckClaim(const OutputKind& kind, const OutputSettings& settings,
                  const std::string& pointer, Report& report) {
    const std::optional<OutputClaim> claim =
        kind.claim ? kind.claim(settings) : std::optional<OutputClaim>();
    if (!claim) return;
    const auto [other, fresh] =
        claims_.try_emplace(absl::StrCat(std::string(kind.type), " ", claim->what), settings.name);
    if (fresh) return;
    report.Error({Below(pointer, claim->key),
                  absl::StrCat(Quoted(claim->what), " belongs to output ", Quoted(other->second),
                               " already; give each its own")});
  }

  void ReadDevices(Report& engine) {
    std::vector<std::string> files;
    std::error_code error;
    for (fs::directory_iterator entry(result_.devices_dir, error), end; !error && entry != end;
         entry.increment(error)) {
      const std::string name = entry->path().filename().string();
      // An editor's backup or lock file is not a device.
      if (name.ends_with(".json") && !name.starts_with('.'))
        files.push_back(entry->path().string());
    }
    if (error) {
      engine.Error({"/devices_dir",
                    absl::StrCat("the folder ", Quoted(result_.devices_dir), " cannot be read (",
                                 error.message(), "); create it, or name another")});
      return;
    }
    std::sort(files.begin(), files.end());
    for (const std::string& file : files) ReadDevice(file);
    std::sort(result_.devices.begin(), result_.devices.end(), [](const auto& a, const auto& b) {
      return a.settings.device_name < b.settings.device_name;
    });
    if (result_.devices.empty() && loaded_.errors.empty()) {
      engine.Warning({"/devices_dir",
                      absl::StrCat("no device for this engine in ", Quoted(result_.devices_dir),
                                   "; put one there as NAME.json")});
    }
  }

  void ReadDevice(const std::string& file) {
    Report report(file, loaded_);
    std::optional<Json> document = report.Read();
    if (!document.has_value()) return;
    const std::vector<Finding> findings = device_schema_.Check(*document, "");
    report.Errors(findings);
    if (!document->is_object()) return;

    DeviceConfiguration device;
    device.file = file;
    device.device_type = Text(*document, "device_type", "jumpcloud");
    device.cce_ip = Text(*document, "cce_ip");
    device.settings.device_name = Text(*document, "device_name");
    device.settings.tenant = Text(*document, "tenant");
    device.settings.access_id = Text(*document, "access_id");
    device.settings.overlap = overlap_;
    device.settings.redact = redact_;

    CheckName(device, report);
    CheckTenant(device.settings.tenant, report);
    ReadDeviceOutputs(*document, device, report);
    const bool runs_here = device.cce_ip.empty() || device.cce_ip == result_.cce_ip;
    if (const auto secret = document->find("secret_key"); secret != document->end()) {
      // Another engine's secret need not be on this machine.
      if (runs_here && !Mention(findings, "/secret_key")) ReadSecret(*secret, device, report);
      if (secret->is_string()) WipeText(secret->get_ref<std::string&>());
    }
    ReadSource(*document, device, report);
    if (report.broken()) return;
    if (!runs_here) return;
    result_.devices.push_back(std::move(device));
  }

  void CheckName(const DeviceConfiguration& device, Report& report) {
    const std::string& name = device.settings.device_name;
    if (name.empty()) return;
    CheckFileName("/device_name", name, report);
    const auto [first, fresh] = device_files_.try_emplace(name, device.file);
    if (!fresh) {
      report.Error({"/device_name", absl::StrCat(Quoted(name), " is the name of the device in ",
                                                 first->second, " already; allowed: another one")});
    }
  }

  static void CheckTenant(const std::string& tenant, Report& report) {
    CheckFileName("/tenant", tenant, report);
    if (tenant == kNoTenant) {
      report.Error({"/tenant", absl::StrCat("found ", Quoted(tenant),
                                            ", which stands for having none; allowed: another "
                                            "name, or \"\" for none")});
    }
  }

  static void CheckFileName(const char* pointer, const std::string& name, Report& report) {
    if (std::any_of(name.begin(), name.end(),
                    [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; })) {
      report.Error({pointer, "holds a control character; allowed: printable text"});
    }
    // Outputs make file names of it, percent-encoded where need be; a file system takes 255 bytes.
    constexpr std::ptrdiff_t kLongestFileName = 240;
    const auto special = std::count_if(name.begin(), name.end(), [](char c) {
      return !absl::ascii_isalnum(static_cast<unsigned char>(c)) &&
             std::string_view("-_.").find(c) == std::string_view::npos;
    });
    if (static_cast<std::ptrdiff_t>(name.size()) + 2 * special > kLongestFileName) {
      report.Error(
          {pointer,
           absl::StrCat("is too long for a file name; allowed: ", kLongestFileName,
                        " bytes, where each that is not of A-Z, a-z, 0-9, '-', '_' and '.' "
                        "counts as three")});
    }
  }

  void ReadDeviceOutputs(const Json& document, DeviceConfiguration& device, Report& report) {
    const Json* outputs = Member(document, "outputs");
    device.outputs = outputs == nullptr ? output_names_ : Texts(*outputs);
    for (std::size_t i = 0; outputs != nullptr && i < device.outputs.size(); ++i) {
      const std::string& name = device.outputs[i];
      if (std::find(output_names_.begin(), output_names_.end(), name) != output_names_.end()) {
        continue;
      }
      report.Error(
          {absl::StrCat("/outputs/", i),
           absl::StrCat("no output is called ", Quoted(name), DidYouMean(name, output_names_),
                        "; allowed: ", OneOf(output_names_))});
    }
  }

  void ReadSecret(const Json& value, DeviceConfiguration& device, Report& report) {
    if (secrets_ == Secrets::kSkip) return;
    absl::StatusOr<LoadedSecret> loaded =
        LoadSecret(value, fs::path(device.file).parent_path().string());
    if (!loaded.ok()) {
      report.Error({"/secret_key", std::string(loaded.status().message())});
      return;
    }
    device.secret = std::move(loaded->secret);
    std::string& warning = loaded->warning;
    if (value.is_string() && IsReadableByOthers(device.file)) {
      absl::StrAppend(&warning, "; all users can read it: chmod o-r the file");
    }
    if (!warning.empty()) report.Warning({"/secret_key", warning});
  }

  void ReadSource(const Json& document, DeviceConfiguration& device, Report& report) {
    const auto kind =
        std::find_if(kinds_.sources.begin(), kinds_.sources.end(),
                     [&](const SourceKind& known) { return known.type == device.device_type; });
    if (kind == kinds_.sources.end()) {
      report.Error({"/device_type", absl::StrCat("found ", Quoted(device.device_type),
                                                 "; allowed: ", OneOf(Keys(source_schemas_)))});
      return;
    }
    const Json* configuration = Member(document, "configuration");
    if (configuration == nullptr || !configuration->is_object()) return;
    const std::vector<Finding> findings =
        source_schemas_.find(device.device_type)->second.Check(*configuration, "/configuration");
    report.Errors(findings);

    AllowedHosts hosts{kind->hosts, result_.allow_private_hosts};
    hosts.names.insert(hosts.names.end(), result_.allowed_hosts.begin(),
                       result_.allowed_hosts.end());
    bool urls_ok = true;
    for (const auto& [key, value] : configuration->items()) {
      if (!key.ends_with("_url") || !value.is_string()) continue;
      const absl::Status status = CheckServiceUrl(value.get_ref<const std::string&>(), hosts);
      if (status.ok()) continue;
      urls_ok = false;
      report.Error({Below("/configuration", key), std::string(status.message())});
    }
    if (!findings.empty() || !urls_ok) return;

    device.settings.configuration = configuration->dump();
    absl::StatusOr<std::unique_ptr<Source>> source =
        make_source_[device.device_type](device.settings);
    if (source.ok()) {
      device.source = *std::move(source);
      return;
    }
    const std::string message(source.status().message());
    report.Error(message.starts_with('/') ? Finding{"", message}
                                          : Finding{"/configuration", message});
  }

  using Schemas = std::map<std::string, JsonSchema, std::less<>>;

  static std::vector<std::string> Keys(const Schemas& schemas) {
    std::vector<std::string> keys;
    for (const auto& [key, schema] : schemas) keys.push_back(key);
    return keys;
  }

  const Kinds& kinds_;
  const Secrets secrets_;
  const JsonSchema device_schema_{DeviceSchema()};
  Schemas source_schemas_;
  Schemas output_schemas_;
  Schemas event_types_schemas_;
  std::map<std::string, MakeSource, std::less<>> make_source_;  // by type

  LoadedConfiguration loaded_;
  Configuration result_;
  std::string base_dir_;
  absl::Duration overlap_ = absl::Minutes(10);
  bool redact_ = true;
  std::map<std::string, std::string> claims_;  // to the output that has it
  std::vector<std::string> output_names_;
  std::map<std::string, std::string> device_files_;
};

}  // namespace

LoadedConfiguration LoadConfiguration(const std::string& path, const Kinds& kinds,
                                      Secrets secrets) {
  return Loader(kinds, secrets).Load(path);
}

}  // namespace cce
