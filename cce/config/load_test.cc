#include "cce/config/load.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "cce/config/test_kinds.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/temporary_directory.h"

namespace cce {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kKey[] = "c4n4ry-s3cr3t-0123456789abcdef0123456789";

class Load : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directory(folder_ + "/devices.d"); }

  // Single quotes stand for double ones.
  void Write(const std::string& name, std::string text, mode_t mode = 0600) {
    for (char& c : text) {
      if (c == '\'') c = '"';
    }
    std::ofstream(folder_ + "/" + name) << text;
    ASSERT_EQ(chmod((folder_ + "/" + name).c_str(), mode), 0);
  }
  void WriteEngine(const std::string& more = "") {
    Write("cce.json", "{" + more + "'outputs': {'archive': {'type': 'file', 'directory': 'out'}}}");
  }
  void WriteDevice(const std::string& name, const std::string& more = "") {
    Write("devices.d/" + name + ".json",
          "{'device_name': '" + name + "', " + more +
              "'secret_key': {'file': 'key'}, 'configuration': {'org_id': 'x'}}");
  }
  void WriteKey() { Write("devices.d/key", std::string(kKey) + "\n"); }

  LoadedConfiguration LoadAll(Secrets secrets = Secrets::kLoad) {
    LoadedConfiguration loaded = LoadConfiguration(folder_ + "/cce.json", TestKinds(), secrets);
    // Wherever a test looks, the key is not there, and every message is one line.
    for (std::vector<std::string>* lines : {&loaded.errors, &loaded.warnings}) {
      for (std::string& line : *lines) {
        EXPECT_THAT(line, Not(HasSubstr("c4n4ry")));
        EXPECT_THAT(line, Not(HasSubstr("\n")));
        line = absl::StrReplaceAll(line, {{folder_ + "/", ""}});
      }
    }
    EXPECT_EQ(loaded.configuration.has_value(), loaded.errors.empty());
    return loaded;
  }
  std::vector<std::string> Errors() { return LoadAll().errors; }

  const TemporaryDirectory temporary_;
  const std::string folder_ = temporary_.path();
};

TEST_F(Load, FillsInWhatIsLeftOut) {
  WriteEngine();
  WriteDevice("acme");
  WriteKey();
  LoadedConfiguration loaded = LoadAll();
  ASSERT_THAT(loaded.errors, IsEmpty());
  EXPECT_THAT(loaded.warnings, IsEmpty());
  const Configuration& c = *loaded.configuration;
  EXPECT_EQ(c.file, folder_ + "/cce.json");
  EXPECT_EQ(c.state_dir, "/var/lib/cce");
  EXPECT_EQ(c.devices_dir, folder_ + "/devices.d");
  EXPECT_EQ(c.listen_address, "127.0.0.1");
  EXPECT_EQ(c.listen_port, 8650);
  EXPECT_EQ(c.memory_limit, 256u << 20);
  EXPECT_EQ(c.requests_in_flight, 64);
  EXPECT_EQ(c.audit_horizon, absl::Hours(24));
  EXPECT_EQ(c.keep_original, KeepOriginal::kDegraded);
  ASSERT_THAT(c.outputs, SizeIs(1));
  EXPECT_EQ(c.outputs[0].name, "archive");
  EXPECT_EQ(c.outputs[0].format, "ocsf");
  EXPECT_EQ(c.outputs[0].filter, EventFilter());
  EXPECT_EQ(c.outputs[0].base_dir, folder_);
  ASSERT_THAT(c.devices, SizeIs(1));
  EXPECT_EQ(c.devices[0].device_type, "jumpcloud");
  EXPECT_EQ(c.devices[0].settings.device_name, "acme");
  EXPECT_EQ(c.devices[0].settings.overlap, absl::Minutes(10));
  EXPECT_TRUE(c.devices[0].settings.redact);
  EXPECT_THAT(c.devices[0].outputs, ElementsAre("archive"));
  EXPECT_EQ(c.devices[0].secret.Reveal(), kKey);
  ASSERT_NE(c.devices[0].source, nullptr);
  EXPECT_EQ(c.devices[0].source->organisation(), "acme-org");
}

TEST_F(Load, TakesEverythingThatIsSet) {
  Write("cce.json", R"({'$schema': 'x', 'cce_id': 'c-1', 'cce_ip': '10.0.0.1', 'state_dir': 'state',
    'devices_dir': 'devices.d/', 'listen': '[::1]:99', 'limits': {'memory': '1GiB',
    'requests_in_flight': 8}, 'collection': {'overlap': '5m', 'audit_horizon': '48h',
    'keep_original': 'never', 'redact': false}, 'http': {'proxy': 'http://proxy.example.com:3128',
    'ca_file': 'ca.pem'},
    'security': {'allowed_hosts': ['jc.example.com'], 'allow_private_hosts': true},
    'outputs': {'a': {'type': 'file', 'directory': 'out', 'format': 'raw',
    'only': {'services': ['sso', 'radius'], 'min_severity': 'low'}}}})");
  Write("ca.pem", "x");
  WriteDevice("acme",
              "'cce_ip': '10.0.0.1', 'access_id': '', 'tenant': 'north', 'outputs': ['a'],");
  WriteKey();
  LoadedConfiguration loaded = LoadAll();
  ASSERT_THAT(loaded.errors, IsEmpty());
  const Configuration& c = *loaded.configuration;
  EXPECT_EQ(c.cce_id, "c-1");
  EXPECT_EQ(c.state_dir, folder_ + "/state");
  EXPECT_EQ(c.listen_address, "::1");
  EXPECT_EQ(c.memory_limit, 1u << 30);
  EXPECT_EQ(c.requests_in_flight, 8);
  EXPECT_EQ(c.audit_horizon, absl::Hours(48));
  EXPECT_EQ(c.keep_original, KeepOriginal::kNever);
  EXPECT_EQ(c.proxy, "http://proxy.example.com:3128");
  EXPECT_EQ(c.ca_file, folder_ + "/ca.pem");
  EXPECT_THAT(c.allowed_hosts, ElementsAre("jc.example.com"));
  EXPECT_TRUE(c.allow_private_hosts);
  EXPECT_EQ(c.outputs[0].format, "raw");
  EXPECT_EQ(c.outputs[0].filter, (EventFilter{.services = {"sso", "radius"}, .min_severity = 2}));
  EXPECT_EQ(c.devices[0].settings.overlap, absl::Minutes(5));
  EXPECT_FALSE(c.devices[0].settings.redact);
  EXPECT_EQ(c.devices[0].settings.tenant, "north");
}

TEST_F(Load, FindsEverythingThatIsWrongInAllFilesInOneGo) {
  Write("cce.json", R"({'cce_idd': 'x', 'state_dir': 5, 'listen': '0.0.0.0:80',
    'limits': {'memory': '64MB', 'requests_in_flight': 0},
    'collection': {'overlap': '5 min', 'audit_horizon': '1m', 'keep_original': 'maybe',
    'redact': 'yes', 'reduct': true},
    'http': {'ca_file': 'nowhere.pem', 'proxy': 'proxy:3128'},
    'security': {'allowed_hosts': ['https://x/']},
    'outputs': {'archive': {'type': 'file', 'directory': 'out', 'format': 'xml',
    'compress': 'zstd'},
                'bus': {'type': 'kafka'}, 'bad name': {'type': 'file', 'directory': 'out2'}}})");
  Write("devices.d/a.json", R"({'device_name': 'acme', 'secret_key': 'c4n4ry', 'secret': 'c4n4ry',
    'configuration': {'org_id': ''}})");
  Write("devices.d/b.json", R"({'device_name': 'beta', 'device_type': 'okta',
    'secret_key': {'sealed': 'c4n4ry'}, 'configuration': {}, 'outputs': ['archvie']})");
  Write("devices.d/c.json", R"({'device_name': 'acme', 'secret_key': 12345678, )");
  Write("devices.d/d.json", R"({'device_name': 'acme', 'secret_key': {'env': 'CCE_NOT_SET'},
    'configuration': {'org_id': 'x', 'base_url': 'https://attacker.example'}})");
  Write("devices.d/e.json", "[1]");
  EXPECT_THAT(
      Errors(),
      ElementsAre(
          StartsWith("cce.json: /cce_idd: unknown key (did you mean \"cce_id\"?)"),
          StartsWith("cce.json: /collection/keep_original: found \"maybe\"; allowed: \"always\""),
          StartsWith("cce.json: /collection/redact: found \"yes\"; allowed: true or false"),
          StartsWith("cce.json: /collection/reduct: unknown key (did you mean \"redact\"?)"),
          StartsWith("cce.json: /http/proxy: found \"proxy:3128\"; allowed: a string (a proxy"),
          StartsWith(
              "cce.json: /limits/requests_in_flight: found 0; allowed: a whole number from 1"),
          StartsWith("cce.json: /outputs/bad name: this name is not possible"),
          StartsWith(
              "cce.json: /security/allowed_hosts/0: found \"https://x/\"; allowed: a string"),
          StartsWith("cce.json: /state_dir: found 5; allowed: a string"),
          StartsWith("cce.json: /listen: found \"0.0.0.0:80\"; allowed: a loopback address"),
          StartsWith("cce.json: /limits/memory: found \"64MB\"; allowed: a size"),
          StartsWith("cce.json: /collection/overlap: found \"5 min\"; allowed: a duration"),
          StartsWith("cce.json: /collection/audit_horizon: found \"1m\"; allowed: from \"1h\""),
          StartsWith("cce.json: /http/ca_file: \"nowhere.pem\" cannot be read"),
          StartsWith("cce.json: /outputs/archive/compress: unknown key"),
          StartsWith(
              "cce.json: /outputs/archive/format: found \"xml\"; allowed: \"ocsf\" or \"raw\""),
          StartsWith("cce.json: /outputs/bus/type: found \"kafka\"; allowed: \"file\""),
          StartsWith("devices.d/a.json: /secret: unknown key"),
          StartsWith(
              "devices.d/a.json: /configuration/org_id: found \"\"; allowed: a string (its id)"),
          StartsWith("devices.d/b.json: /secret_key: found an object; allowed: the API key"),
          StartsWith("devices.d/b.json: /outputs/0: no output is called \"archvie\" (did you mean "
                     "\"archive\"?)"),
          StartsWith("devices.d/b.json: /device_type: found \"okta\"; allowed: \"jumpcloud\""),
          StartsWith("devices.d/c.json: not JSON from line 1, column 49 on"),
          StartsWith("devices.d/d.json: /device_name: \"acme\" is the name of the device in "
                     "devices.d/a.json already"),
          StartsWith(
              "devices.d/d.json: /secret_key: the environment variable \"CCE_NOT_SET\" is not"),
          StartsWith("devices.d/d.json: /configuration/base_url: found host \"attacker.example\""),
          StartsWith("devices.d/e.json: found a list; allowed: an object")));
}

TEST_F(Load, GivesEveryDeviceOfAVendorTheSameEventTypes) {
  WriteEngine("'collection': {'event_types': {'jumpcloud': 'types.json'}},");
  Write("types.json", "{'x': 'y'}");
  WriteDevice("acme");
  WriteDevice("beta");
  WriteKey();
  const LoadedConfiguration loaded = LoadAll();
  ASSERT_THAT(loaded.errors, IsEmpty());
  ASSERT_THAT(loaded.configuration->devices, SizeIs(2));
  for (const DeviceConfiguration& device : loaded.configuration->devices) {
    EXPECT_EQ(device.source->organisation(), R"({"x":"y"})");
  }
}

TEST_F(Load, FindsWhatIsWrongWithEventTypesInTheirOwnFile) {
  WriteDevice("acme");
  WriteKey();
  const auto errors_of = [this](const std::string& types) {
    WriteEngine("'collection': {'event_types': {'jumpcloud': 'types.json'}},");
    Write("types.json", types);
    return Errors();
  };
  EXPECT_THAT(errors_of("{'x' 'y'}"),
              ElementsAre(StartsWith("types.json: not JSON from line 1, column 8 on")));
  EXPECT_THAT(errors_of("{'x': 'y', 'x': 'z'}"), ElementsAre(StartsWith("types.json: /x: ")));
  EXPECT_THAT(errors_of("{'x': 1, 'y': []}"),
              ElementsAre(StartsWith("types.json: /x: found 1; allowed: a string (its meaning)"),
                          StartsWith("types.json: /y: found an empty list; allowed: a string")));
  EXPECT_THAT(errors_of("{'x': 'impossible'}"),
              ElementsAre("types.json: /a: found \"impossible\"", "types.json: /b: so is this"));
}

TEST_F(Load, SaysWhichFileOfEventTypesIsNotThereAndWhoHasNone) {
  WriteEngine("'collection': {'event_types': {'jumpcloud': 'nowhere.json', 'okta': 'o.json'}},");
  WriteDevice("acme");
  WriteKey();
  EXPECT_THAT(
      Errors(),
      ElementsAre(
          StartsWith(
              "cce.json: /collection/event_types/jumpcloud: \"nowhere.json\" cannot be read"),
          StartsWith("cce.json: /collection/event_types/okta: no device_type is called so")));
  WriteEngine("'collection': {'event_types': 'types.json'},");
  EXPECT_THAT(Errors(), ElementsAre(StartsWith("cce.json: /collection/event_types: found \"types."
                                               "json\"; allowed: an object (files in which")));
  WriteEngine("'collection': {'event_types': {'jumpcloud': 7}},");
  EXPECT_THAT(Errors(), ElementsAre(StartsWith("cce.json: /collection/event_types/jumpcloud: found "
                                               "7; allowed: a string (a JSON file")));
}

TEST_F(Load, TakesEachOfOcsfsSeverityWordsAndServicesThatNobodyHasHeardOf) {
  Write("cce.json", R"({'outputs': {
    '1': {'type': 'file', 'directory': '1', 'only': {'min_severity': 'informational'}},
    '2': {'type': 'file', 'directory': '2', 'only': {'min_severity': 'low'}},
    '3': {'type': 'file', 'directory': '3', 'only': {'min_severity': 'medium'}},
    '4': {'type': 'file', 'directory': '4', 'only': {'min_severity': 'high'}},
    '5': {'type': 'file', 'directory': '5', 'only': {'min_severity': 'critical'}},
    '6': {'type': 'file', 'directory': '6', 'only': {'min_severity': 'fatal'}},
    '7': {'type': 'file', 'directory': '7', 'only': {'services': ['of tomorrow']}}}})");
  LoadedConfiguration loaded = LoadAll();
  ASSERT_THAT(loaded.errors, IsEmpty());
  const std::vector<OutputConfiguration>& outputs = loaded.configuration->outputs;
  ASSERT_THAT(outputs, SizeIs(7));
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(outputs[i].filter, EventFilter{.min_severity = static_cast<int>(i) + 1});
  }
  EXPECT_EQ(outputs[6].filter, EventFilter{.services = {"of tomorrow"}});
}

TEST_F(Load, FindsEverythingThatIsWrongWithFiltersInOneGo) {
  Write("cce.json", R"({'outputs': {
    'a': {'type': 'file', 'directory': 'a',
          'only': {'min_severity': 'hihg', 'services': [], 'severity': 'low'}},
    'b': {'type': 'file', 'directory': 'b', 'only': {'min_severity': 3, 'services': ['sso', '']}},
    'c': {'type': 'file', 'directory': 'c', 'only': {'services': ['all', 5, 'All']}},
    'd': {'type': 'file', 'directory': 'd', 'only': {'services': 'sso'}},
    'e': {'type': 'file', 'directory': 'e', 'only': {}},
    'f': {'type': 'file', 'directory': 'f', 'only': 'sso'}}})");
  EXPECT_THAT(
      Errors(),
      ElementsAre(
          StartsWith("cce.json: /outputs/a/only/min_severity: found \"hihg\"; allowed: "
                     "\"informational\", \"low\", \"medium\", \"high\", \"critical\" or \"fatal\""),
          StartsWith("cce.json: /outputs/a/only/services: found an empty list; allowed: a list"),
          StartsWith("cce.json: /outputs/a/only/severity: unknown key; allowed here: "
                     "\"min_severity\" or \"services\""),
          StartsWith("cce.json: /outputs/b/only/min_severity: found 3; allowed: \"info"),
          StartsWith("cce.json: /outputs/b/only/services/1: found \"\"; allowed: a string"),
          AllOf(
              StartsWith("cce.json: /outputs/c/only/services/0: found \"all\"; allowed: a string"),
              HasSubstr("leave \"services\" out for all of them")),
          StartsWith("cce.json: /outputs/c/only/services/1: found 5; allowed: a string"),
          StartsWith("cce.json: /outputs/c/only/services/2: found \"All\"; allowed: a string"),
          StartsWith("cce.json: /outputs/d/only/services: found \"sso\"; allowed: a list"),
          StartsWith("cce.json: /outputs/e/only: found an object; allowed: an object that is not "
                     "empty (a filter"),
          StartsWith("cce.json: /outputs/f/only: found \"sso\"; allowed: an object")));
}

TEST_F(Load, SaysThatTheFileOrTheFolderIsNotThere) {
  EXPECT_THAT(Errors(), ElementsAre(StartsWith("cce.json: cannot be read: No such file")));
  std::filesystem::remove_all(folder_ + "/devices.d");
  WriteEngine();
  EXPECT_THAT(Errors(), ElementsAre(AllOf(StartsWith("cce.json: /devices_dir: the folder"),
                                          HasSubstr("create it"))));
}

TEST_F(Load, KnowsTheStateFolderWhateverElseIsWrong) {
  WriteEngine("'state_dir': 'state', 'wrong': 1,");
  EXPECT_EQ(LoadAll().state_dir, folder_ + "/state");
}

TEST_F(Load, RefusesAKeyThatComesTwice) {
  WriteEngine("'cce_ip': '1', 'cce_ip': '2',");
  EXPECT_THAT(Errors(), ElementsAre("cce.json: /cce_ip: the key comes twice; keep one"));
}

TEST_F(Load, RefusesOutputsThatClaimTheSame) {
  Write("cce.json", R"({'outputs': {'a': {'type': 'file', 'directory': 'claimed/a'},
    'b': {'type': 'file', 'directory': 'claimed/b'}, 'c': {'type': 'file', 'directory': 'c'}}})");
  EXPECT_THAT(Errors(),
              ElementsAre(AllOf(StartsWith("cce.json: /outputs/b/directory: \"the moon\""),
                                HasSubstr("belongs to output \"a\" already"))));
}

TEST_F(Load, RefusesOutputsThatShareAFolderHoweverItIsSpelt) {
  std::filesystem::create_directory(folder_ + "/real");
  std::filesystem::create_directory_symlink(folder_ + "/real", folder_ + "/link");
  Write("cce.json", R"({'outputs': {'a': {'type': 'file', 'directory': 'real/out'},
    'b': {'type': 'file', 'directory': './link/../link/out/'}}})");
  EXPECT_THAT(Errors(), ElementsAre(AllOf(StartsWith("cce.json: /outputs/b/directory"),
                                          HasSubstr("belongs to output \"a\" already"))));
}

TEST_F(Load, RefusesOutputsWhoseFoldersCanBecomeTheSame) {
  Write("cce.json", R"({'outputs': {'a': {'type': 'file', 'directory': 'out/{tenant}'},
    'b': {'type': 'file', 'directory': 'out/acme'},
    'c': {'type': 'file', 'directory': 'out/raw/{tenant}'},
    'd': {'type': 'file', 'directory': 'out/{tenant}'}}})");
  EXPECT_THAT(
      Errors(),
      ElementsAre(StartsWith("cce.json: /outputs/b/directory: \"out/acme\" can become a folder of "
                             "output \"a\" already; give each its own"),
                  StartsWith("cce.json: /outputs/d/directory: \"out/{tenant}\" belongs to output "
                             "\"a\" already")));
}

TEST_F(Load, RefusesATenantThatNoFolderCanBeCalledAfter) {
  WriteEngine();
  WriteDevice("acme", "'tenant': 'no_tenant',");
  WriteDevice("lyon", "'tenant': '" + std::string(81, '%') + "',");
  WriteDevice("oslo", "'tenant': 'a\\u0007b',");
  WriteDevice("paris", "'tenant': '../%/Zoë',");
  WriteKey();
  EXPECT_THAT(
      Errors(),
      ElementsAre(StartsWith("devices.d/acme.json: /tenant: found \"no_tenant\", which stands for"),
                  StartsWith("devices.d/lyon.json: /tenant: is too long for a file name"),
                  StartsWith("devices.d/oslo.json: /tenant: holds a control character")));
}

TEST_F(Load, RefusesAnOverlapLongerThanTheHorizon) {
  WriteEngine("'collection': {'overlap': '2h', 'audit_horizon': '1h'},");
  EXPECT_THAT(Errors(), ElementsAre(HasSubstr("longer than collection.audit_horizon")));
}

TEST_F(Load, PassesOnWhatTheVendorSaysOfAConfiguration) {
  WriteEngine();
  WriteKey();
  Write("devices.d/a.json", R"({'device_name': 'a', 'secret_key': {'file': 'key'},
    'configuration': {'org_id': 'impossible'}})");
  EXPECT_THAT(Errors(),
              ElementsAre("devices.d/a.json: /configuration/org_id: found \"impossible\""));
}

TEST_F(Load, AsksEachOutputWhetherItsOptionsCanWork) {
  Write("cce.json", R"({'state_dir': 'state', 'devices_dir': 'devices.d',
    'outputs': {'a': {'type': 'file', 'directory': 'impossible'}}})");
  EXPECT_THAT(Errors(), ElementsAre("cce.json: /outputs/a/directory: found \"impossible\"",
                                    "cce.json: /outputs/a/format: so is this"));
}

TEST_F(Load, RunsDevicesOfThisEngineAndChecksTheOthers) {
  WriteEngine("'cce_ip': '10.0.0.1',");
  WriteKey();
  WriteDevice("here", "'cce_ip': '10.0.0.1',");
  WriteDevice("anywhere");
  WriteDevice("empty", "'cce_ip': '',");
  WriteDevice("elsewhere", "'cce_ip': '10.0.0.2',");
  Write("devices.d/secretless.json", R"({'device_name': 'secretless', 'cce_ip': '10.0.0.2',
    'secret_key': {'file': 'on the other machine'}, 'configuration': {'org_id': 'x'}})");
  std::vector<std::string> names;
  LoadedConfiguration loaded = LoadAll();
  ASSERT_THAT(loaded.errors, IsEmpty());
  for (const auto& device : loaded.configuration->devices) {
    names.push_back(device.settings.device_name);
  }
  EXPECT_THAT(names, ElementsAre("anywhere", "empty", "here"));
  WriteDevice("wrong", "'cce_ip': '10.0.0.2', 'colour': 'red',");
  EXPECT_THAT(Errors(), ElementsAre(StartsWith("devices.d/wrong.json: /colour")));
}

TEST_F(Load, WarnsWhenThereIsNothingToDo) {
  WriteEngine();
  Write("devices.d/README", "not a device");
  Write("devices.d/.acme.json", "an editor's");
  LoadedConfiguration loaded = LoadAll();
  EXPECT_THAT(loaded.errors, IsEmpty());
  EXPECT_THAT(loaded.warnings, ElementsAre(HasSubstr("no device for this engine")));
}

TEST_F(Load, TakesAKeyFromEnvironmentAndCredential) {
  WriteEngine();
  Write("credential", kKey, 0644);
  setenv("CCE_TEST_KEY", kKey, 1);
  Write("devices.d/e.json", R"({'device_name': 'e', 'secret_key': {'env': 'CCE_TEST_KEY'},
    'configuration': {'org_id': 'x'}})");
  Write("devices.d/c.json", R"({'device_name': 'c', 'secret_key': {'credential': 'credential'},
    'configuration': {'org_id': 'x'}})");
  EXPECT_THAT(Errors(), ElementsAre(HasSubstr("LoadCredential=credential:PATH")));
  setenv("CREDENTIALS_DIRECTORY", folder_.c_str(), 1);
  LoadedConfiguration loaded = LoadAll();
  unsetenv("CREDENTIALS_DIRECTORY");
  unsetenv("CCE_TEST_KEY");
  ASSERT_THAT(loaded.errors, IsEmpty());
  EXPECT_THAT(loaded.warnings, IsEmpty());
  EXPECT_EQ(loaded.configuration->devices[0].secret.Reveal(), kKey);
  EXPECT_EQ(loaded.configuration->devices[1].secret.Reveal(), kKey);
}

TEST_F(Load, WarnsOfKeysThatStandInTheFileOrThatAllMayRead) {
  WriteEngine();
  const std::string text = "{'device_name': 'a', 'secret_key': '" + std::string(kKey) +
                           "', 'configuration': {'org_id': 'x'}}";
  Write("devices.d/a.json", text);
  LoadedConfiguration loaded = LoadAll();
  EXPECT_THAT(loaded.warnings,
              ElementsAre(AllOf(StartsWith("devices.d/a.json: /secret_key: the key stands in the"),
                                Not(HasSubstr("chmod")))));
  EXPECT_EQ(loaded.configuration->devices[0].secret.Reveal(), kKey);
  Write("devices.d/a.json", text, 0644);
  EXPECT_THAT(LoadAll().warnings, ElementsAre(HasSubstr("chmod o-r the file")));

  std::filesystem::remove(folder_ + "/devices.d/a.json");
  WriteDevice("b");
  Write("devices.d/key", kKey, 0644);
  EXPECT_THAT(LoadAll().warnings, ElementsAre(HasSubstr("is readable by all users")));
}

TEST_F(Load, RefusesKeyFilesWithoutAKey) {
  WriteEngine();
  WriteDevice("a");
  EXPECT_THAT(Errors(), ElementsAre(HasSubstr("cannot be read: No such file")));
  Write("devices.d/key", "\n\n");
  EXPECT_THAT(Errors(), ElementsAre(HasSubstr("is empty")));
  Write("devices.d/key", std::string(kKey) + "\nanother\n");
  EXPECT_THAT(Errors(), ElementsAre(HasSubstr("several lines")));
  std::filesystem::remove(folder_ + "/devices.d/key");
  std::filesystem::create_directory(folder_ + "/devices.d/key");
  EXPECT_THAT(Errors(), ElementsAre(HasSubstr("is not a file")));
}

TEST_F(Load, NeedsNoKeyForCommandsThatAskNoService) {
  WriteEngine();
  WriteDevice("a");
  LoadedConfiguration loaded = LoadAll(Secrets::kSkip);
  EXPECT_THAT(loaded.errors, IsEmpty());
  EXPECT_TRUE(loaded.configuration->devices[0].secret.empty());
}

TEST_F(Load, RefusesNamesThatNoFileCanHave) {
  WriteEngine();
  WriteKey();
  const auto device_called = [&](const std::string& name) {
    Write("devices.d/a.json",
          "{'device_name': '" + name +
              "', 'secret_key': {'file': 'key'}, 'configuration': {'org_id': 'x'}}");
    return Errors();
  };
  EXPECT_THAT(device_called(std::string(128, 'a')), IsEmpty());
  std::string accented;
  for (int i = 0; i < 50; ++i) accented += "\xc3\xa9";
  EXPECT_THAT(device_called(accented),
              ElementsAre(HasSubstr("/device_name: is too long for a file name")));
}

TEST_F(Load, RefusesNamesWithControlCharactersAndServiceAccounts) {
  WriteEngine();
  WriteKey();
  Write("devices.d/a.json", R"({'device_name': 'a\nb', 'access_id': 'client',
    'secret_key': {'file': 'key'}, 'configuration': {'org_id': 'x'}})");
  EXPECT_THAT(Errors(), ElementsAre(StartsWith("devices.d/a.json: /access_id: found \"client\"; "
                                               "allowed: \"\""),
                                    HasSubstr("/device_name: holds a control character")));
}

}  // namespace
}  // namespace cce
