#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/cli/statement.hpp"
#include "harness/run/plan.hpp"
#include "harness/run/target.hpp"

namespace hubspec::cli {

/// The device under test: each case plays a hub of its own for it, in real time.
class CertifiedDevice : public run::Target {
public:
    explicit CertifiedDevice(Statement statement);
    ~CertifiedDevice() override;

    std::string name() const override;
    std::string kind() const override { return "device"; }
    const model::Value& capabilities() const override;
    std::chrono::milliseconds window() const override;
    std::chrono::milliseconds longest_wait() const override;
    std::unique_ptr<run::Session> open(const std::string&) override { return nullptr; }
    std::shared_ptr<run::PlayedHub> play(const std::string& case_name, actors::Inbox& inbox) override;
    bool is_parallel() const override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Each case once for each transport of the device, with the identity that it has.
std::vector<run::Case> for_device(const std::vector<run::Case>& cases, const Statement& statement);

}  // namespace hubspec::cli
