#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "harness/net/loop.hpp"
#include "harness/run/back_end.hpp"
#include "harness/run/played_hub.hpp"
#include "harness/run/stage.hpp"

namespace hubspec::run {

/// A case in the hub seat: the harness plays the hub and the back end, and the device under test is watched. Its
/// program starts with the first line that needs it: what stands before that is done to the hub alone.
class HubSeat : public Stage {
public:
    HubSeat(std::shared_ptr<PlayedHub> hub, Bindings bindings, actors::Inbox& inbox, std::mt19937_64& random);

    const actors::Identity& add_identity(const model::IdentitySpec& spec) override;
    void start(const std::vector<std::string>& needs) override;
    const std::string& host_name() const override { return hub_->endpoint().host_name; }
    void perform(const model::Action& action, const std::string& connection, const std::string& exchange,
                 const Bindings& bindings) override;
    void expect() override;
    void leave() override;
    bool move_clock(std::chrono::milliseconds) override { return false; }  // the device lives in real time
    bool is_fenced() const override { return false; }
    void note_opened(const std::string&) override {}
    bool is_quiet() override { return false; }

private:
    void ask(const std::string& exchange, const std::string& verb, const Fields& fields);

    actors::Inbox& inbox_;
    std::shared_ptr<PlayedHub> hub_;
    Bindings bindings_;  ///< of the case
    Identities identities_;
    net::Loop loop_;
    BackEnd back_end_;
    bool device_started_ = false, has_adapter_ = false;
    std::unique_ptr<actors::Program> program_;
};

}  // namespace hubspec::run
