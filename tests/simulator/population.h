// The invented people, machines and things that an organisation's events talk about.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cce::simulator {

// All text members are JSON string contents: escaped where JSON demands it, and sometimes where it
// only allows it, as the real service's events are.

struct Person {
  std::string id;
  std::string username;
  std::string email;
  std::string full_name;
};

struct Machine {
  std::string id;
  std::string hostname;
  std::string os;
  std::string os_version;
};

struct Application {
  std::string id;
  std::string connector;  // the connector's type, "google"
  std::string label;      // the name people see, "Google Workspace"
};

struct Thing {
  std::string id;
  std::string name;
};

// Immutable, hence thread-safe.
struct Population {
  // The same seed and organisation make the same population.
  Population(std::uint64_t seed, const std::string& organisation_id);

  std::string organisation;
  std::vector<Person> admins;
  std::vector<Person> users;
  std::vector<Machine> machines;
  std::vector<Application> applications;
  std::vector<Thing> groups;
  std::vector<Thing> policies;
  std::vector<std::string> geoips;       // JSON objects
  std::vector<std::string> user_agents;  // JSON objects, several hundred bytes each
};

}  // namespace cce::simulator
