#pragma once

#include <string>

#include "harness/actors/amqp_back_end.hpp"
#include "harness/actors/endpoint.hpp"
#include "harness/model/http.hpp"
#include "harness/run/fields.hpp"

namespace hubspec::run {

/// The api-version that the harness's back end speaks (X-REST-02).
inline constexpr std::string_view service_api_version = "2021-04-12";

/// `path` with the api-version, an id percent-encoded once into it (X-REST-04).
std::string service_path(const std::string& before, const std::string& id, const std::string& after = {});

/// What a `send` line sends to this device, when the hub's clock shows `now`.
actors::CloudMessage cloud_message(const Fields& fields, const std::string& device_id,
                                   std::chrono::system_clock::time_point now);

/// The REST request of a `service` line about this identity. Lines that need more than one request are the runner's.
model::HttpRequest service_request(const std::string& verb, const Fields& fields, const actors::Identity& identity);

/// Path and query of an identity's own resource: "/twins/D/modules/M?api-version=...".
std::string identity_path(const std::string& before, const actors::Identity& identity, const std::string& after = {});

/// The identity as PUT /devices/{id} takes it.
std::string identity_body(const actors::Identity& identity, const std::string& status);

}  // namespace hubspec::run
