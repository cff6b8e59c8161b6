// Where an event came from and which device it is about (normalisation 3.5 to 3.7).
#pragma once

#include "tests/reference/record.h"

namespace cce::reference {

struct Surroundings {
  json src_endpoint;
  json device;
  json http_request;
  bool has_invalid_ip = false;
};

Surroundings SurroundingsOf(const Record& record, int class_uid);

}  // namespace cce::reference
