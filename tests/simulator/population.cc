#include "tests/simulator/population.h"

#include <array>
#include <string_view>

#include "absl/strings/str_format.h"
#include "tests/simulator/concat.h"
#include "tests/simulator/seeded_random.h"

namespace cce::simulator {
namespace {

struct Name {
  std::string_view text;   // as it is shown
  std::string_view ascii;  // as it is in a mail address
};

// The backslashes are JSON's: some names arrive escaped.
constexpr std::array kFirstNames = std::to_array<Name>({
    {"Zoë", "zoe"},
    {"Łukasz", "lukasz"},
    {"Søren", "soren"},
    {"Ana", "ana"},
    {"Иван", "ivan"},
    {"美咲", "misaki"},
    {"Ren\\u00e9e", "renee"},
    {"Bob", "bob"},
    {"Fatima", "fatima"},
    {"Αλέξης", "alexis"},
    {"Nguyễn", "nguyen"},
    {"Tom", "tom"},
    {"Grace", "grace"},
    {"محمد", "mohammed"},
    {"Jean-Luc", "jean-luc"},
    {"Priya", "priya"},
});

constexpr std::array kLastNames = std::to_array<Name>({
    {"Müller", "mueller"},
    {"O'Connor", "oconnor"},
    {"Sørensen", "sorensen"},
    {"Roe", "roe"},
    {"Петров", "petrov"},
    {"佐藤", "sato"},
    {"D\\u2019Arc", "darc"},
    {"García", "garcia"},
    {"Papadopoulos", "papadopoulos"},
    {"Kowalski", "kowalski"},
    {"Smith", "smith"},
    {"van den Berg", "vandenberg"},
});

constexpr std::array<std::string_view, 8> kGroups = {
    "Équipe sécurité", "All \\\"staff\\\"", "Finance",        "Ventes – été",
    "🚀 Platform",      "R&D <prototypes>",  "Support\\/Desk", "経理部",
};

constexpr std::array<std::string_view, 6> kPolicies = {
    "Require MFA off-network", "Global Policy",     "Lock screen",
    "Disk encryption – macOS", "No USB \\\\ no CD", "Updates (ring 2)",
};

constexpr std::array<std::array<std::string_view, 2>, 5> kSystems = {{
    {"Mac OS X", "14.5"},
    {"Microsoft Windows 11 Pro", "10.0.22631"},
    {"Ubuntu", "22.04"},
    {"Debian GNU/Linux", "12"},
    {"Mac OS X", "15.0.1"},
}};

constexpr std::array<std::array<std::string_view, 2>, 8> kApplications = {{
    {"google", "Google Workspace"},
    {"salesforce", "Salesforce – EMEA"},
    {"example-crm", "Example CRM"},
    {"saml2", "Interner Wiki-Dienst"},
    {"oidc", "Ops \\\"Console\\\""},
    {"github", "Code hosting"},
    {"zoom", "Meetings"},
    {"bookmark", "Café menu"},
}};

constexpr std::string_view kGeoips[] = {
    R"({"country_code":"FR","timezone":"Europe/Paris","latitude":48.8558,"longitude":2.3494,"continent_code":"EU","region_name":"Paris","region_code":"75"})",
    R"({"country_code":"US","timezone":"America/New_York","latitude":42.36,"longitude":-71.06,"continent_code":"NA","region_name":"Massachusetts","region_code":"MA"})",
    R"({"country_code":"DE","timezone":"Europe/Berlin","latitude":48.1371,"longitude":11.5754,"continent_code":"EU","region_name":"Bayern","region_code":"BY"})",
    R"({"country_code":"IN","timezone":"Asia/Kolkata","latitude":12.97194,"longitude":77.59369,"continent_code":"AS","region_name":"Karnātaka","region_code":"KA"})",
    R"({"timezone":"America/Los_Angeles","continent_code":"NA","region_code":"OR","country_code":"US","region_name":"Oregon","latitude":"45.0001","longitude":"-119.0002"})",
    R"({"country_code":"JP","timezone":"Asia/Tokyo","latitude":35.69,"longitude":139.69,"continent_code":"AS","region_name":"Tokyo","region_code":"13"})",
    R"({"country_code":"BR","timezone":"America/Sao_Paulo","latitude":-23.5475,"longitude":-46.63611,"continent_code":"SA","region_name":"São Paulo","region_code":"SP"})",
};

std::string ObjectId(SeededRandom& random) {
  return absl::StrFormat("%016x%08x", random.Next(), random.Next() & 0xffffffff);
}

Person MakePerson(SeededRandom& random, std::size_t number) {
  const Name& first = kFirstNames[random.Below(kFirstNames.size())];
  const Name& last = kLastNames[random.Below(kLastNames.size())];
  Person person;
  person.id = ObjectId(random);
  person.username = random.Chance(0.2) ? Concat(first.text, ".", last.text, number)
                                       : Concat(first.ascii, ".", last.ascii, number);
  person.email = Concat(first.ascii, ".", last.ascii, number, "@example.com");
  person.full_name = Concat(first.text, " ", last.text);
  return person;
}

std::string MakeUserAgent(SeededRandom& random) {
  const std::uint64_t version = 110 + random.Below(30);
  switch (random.Below(4)) {
    case 0:
      return absl::StrFormat(
          R"({"os":"Mac OS X","os_name":"Mac OS X","os_full":"Mac OS X 10.15.%1$d","os_version":"10.15.%1$d","os_major":"10","os_minor":"15","os_patch":"%1$d","name":"Chrome","version":"%2$d.0.0.0","major":"%2$d","minor":"0","patch":"0","device":"Mac"})",
          random.Below(8), version);
    case 1:
      return absl::StrFormat(
          R"({"os":"Windows","os_name":"Windows","os_full":"Windows 10","os_version":"10","os_major":"10","name":"Edge","version":"%1$d.0.%2$d.0","major":"%1$d","minor":"0","patch":"%2$d","build":"","device":"Other"})",
          version, random.Below(3000));
    case 2:
      return absl::StrFormat(
          R"({"os":"Ubuntu","os_name":"Ubuntu","os_full":"Ubuntu","name":"Firefox","version":"%1$d.0","major":"%1$d","minor":"0","device":"Other"})",
          version);
    default:
      return R"({"os":"Other","os_full":"Other","os_name":"Other","name":"Other","device":"Other"})";
  }
}

}  // namespace

Population::Population(std::uint64_t seed, const std::string& organisation_id)
    : organisation(organisation_id) {
  SeededRandom random(seed);
  for (std::size_t i = 0; i < 6; ++i) admins.push_back(MakePerson(random, i));
  for (std::size_t i = 0; i < 120; ++i) users.push_back(MakePerson(random, i + 100));
  for (std::size_t i = 0; i < 90; ++i) {
    const auto& [os, version] = kSystems[random.Below(kSystems.size())];
    machines.push_back({ObjectId(random), absl::StrFormat("WS-%s-%02d", i % 7 ? "LYON" : "Zoë", i),
                        std::string(os), std::string(version)});
  }
  for (const auto& [connector, label] : kApplications) {
    applications.push_back({ObjectId(random), std::string(connector), std::string(label)});
  }
  for (const std::string_view name : kGroups)
    groups.push_back({ObjectId(random), std::string(name)});
  for (const std::string_view name : kPolicies) {
    policies.push_back({ObjectId(random), std::string(name)});
  }
  geoips.assign(std::begin(kGeoips), std::end(kGeoips));
  for (std::size_t i = 0; i < 24; ++i) user_agents.push_back(MakeUserAgent(random));
}

}  // namespace cce::simulator
