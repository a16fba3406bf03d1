#pragma once

#include <string>

#include "harness/model/http.hpp"
#include "harness/model/value.hpp"

/// What the service API answers.
namespace hubspec::hub::test {

/// Behind every path of Azure's.
inline const std::string version = "?api-version=2021-04-12";

/// "404 DeviceNotFound"
inline std::string error_name(const model::HttpResponse& response) {
    return std::to_string(response.status) + " " + std::string(model::header(response.headers, "iothub-errorcode"));
}

inline model::Value json(const std::string& text) { return *model::parse_json(text); }
inline model::Value json(const model::HttpResponse& response) { return json(response.body); }

}  // namespace hubspec::hub::test
