#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hubspec::model {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// One HTTP request as the service API sees it: `target` is path and query, still percent-encoded.
struct HttpRequest {
    std::string method;
    std::string target;
    HttpHeaders headers;
    std::string body;
    bool operator==(const HttpRequest&) const = default;
};

struct HttpResponse {
    int status = 200;
    HttpHeaders headers;
    std::string body;
    bool operator==(const HttpResponse&) const = default;
};

/// First header of that name, compared without case; empty when absent.
std::string_view header(const HttpHeaders& headers, std::string_view name);

}  // namespace hubspec::model
