#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "harness/actors/service.hpp"

namespace hubspec::actors {

/// The back end over REST for who asks thousands of times a second and keeps no trace of it.
class ServiceCalls {
public:
    ServiceCalls(Endpoint endpoint, ServiceAccess access);
    ~ServiceCalls();  ///< abandons what is pending

    struct Outcome {
        model::HttpResponse response;
        std::string failure;  ///< why there was no answer; empty: there was one
    };
    /// Starts a request; `told` is called in a thread of this. `patience` is for the whole exchange.
    void start(model::HttpRequest request, std::chrono::milliseconds patience, std::function<void(Outcome)> told);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace hubspec::actors
