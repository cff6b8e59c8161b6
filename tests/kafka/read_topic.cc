// read-topic: a topic's events as lines, for check-delivery.
#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "tests/kafka/reader.h"

namespace cce::kafka_ground {
namespace {

int Main(int argc, char** argv) {
  std::string brokers, topic;
  std::vector<std::string> properties;
  bool uncommitted = false;
  CLI::App app(
      "Prints the value of each record of a topic on a line, as readers of committed records see "
      "it, and ends where the "
      "topic ended when no transaction was open.",
      "read-topic");
  app.add_option("--brokers", brokers, "HOST:PORT,HOST:PORT")->required();
  app.add_option("--topic", topic)->required();
  app.add_option("--property", properties, "NAME=VALUE of librdkafka's; repeatable");
  app.add_flag("--uncommitted", uncommitted,
               "Also what is in open transactions and was taken back; waits for none");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  Properties client = {{"bootstrap.servers", brokers}};
  for (const std::string& property : properties) {
    const std::size_t equals = property.find('=');
    if (equals == std::string::npos) {
      std::cerr << "read-topic: --property: '" << property << "' is not NAME=VALUE\n";
      return 2;
    }
    client[property.substr(0, equals)] = property.substr(equals + 1);
  }
  try {
    if (!uncommitted) WaitUntilSettled(client, topic);
    ReadTopic(
        client, topic, [](const Record& record) { std::cout << record.value.value_or("") << '\n'; },
        uncommitted ? Isolation::kReadUncommitted : Isolation::kReadCommitted);
  } catch (const std::exception& error) {
    std::cerr << "read-topic: " << error.what() << "\n";
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace cce::kafka_ground

int main(int argc, char** argv) { return cce::kafka_ground::Main(argc, argv); }
