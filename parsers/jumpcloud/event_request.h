// Where a request came from and with what: addresses, places, user agents.
#pragma once

#include "parsers/jumpcloud/event_addresses.h"
#include "parsers/jumpcloud/event_record.h"

namespace cce::jumpcloud {

// src_endpoint, http_request and the device's own address. For classes that have these attributes.
void FillRequest(Record& record);

// The same for a class that requires src_endpoint: made up of what else is known if no address is.
void FillRequiredRequest(Record& record);

// For a class without these attributes: the address as an observable.
void FillOtherRequest(Record& record);

}  // namespace cce::jumpcloud
