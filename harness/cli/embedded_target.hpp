#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/run/target.hpp"

namespace hubspec::cli {

/// The reference hub in this process: each case gets a hub, an identity and a standing clock of its own.
class EmbeddedTarget : public run::Target {
public:
    /// `deviations` and `profile` were checked to exist. Throws std::runtime_error when the test PKI cannot be written.
    explicit EmbeddedTarget(std::vector<std::string> deviations = {}, const std::string& profile = "observed");
    ~EmbeddedTarget() override;

    std::string name() const override;
    std::string kind() const override { return "embedded"; }
    const model::Value& capabilities() const override;
    std::chrono::milliseconds window() const override { return std::chrono::seconds(5); }
    std::chrono::milliseconds longest_wait() const override { return {}; }
    std::unique_ptr<run::Session> open(const std::string& case_name) override;
    bool is_parallel() const override { return true; }

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace hubspec::cli
