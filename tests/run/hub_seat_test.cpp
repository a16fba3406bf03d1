#include "harness/run/hub_seat.hpp"

#include <gtest/gtest.h>

namespace hubspec::run {
namespace {

/// A hub that nobody comes to, for a device that ends at once.
class LonelyHub : public PlayedHub {
public:
    const actors::Endpoint& endpoint() const override { return endpoint_; }
    actors::Identity identity(const model::IdentitySpec& spec, const std::string&) override {
        return {spec.name, "d1", {}, {}, {}};
    }
    std::optional<actors::ServiceAccess> service_access() const override { return std::nullopt; }
    std::optional<std::string> policy_key(const std::string&) const override { return std::nullopt; }
    bool advance(std::chrono::milliseconds) override { return false; }
    std::optional<HubCounts> counts(const std::string&, std::size_t) override { return std::nullopt; }
    void perform(const std::string&, const Fields&) override {}
    std::optional<actors::ProgramSpec> program(const actors::Identity&, const Bindings&) override {
        actors::ProgramSpec spec;
        spec.process.command = {"true"};
        return spec;
    }
    void see_off() override { ++seen_off; }

    int seen_off = 0;

private:
    actors::Endpoint endpoint_;
};

// Its ports are needed: a long run plays thousands of hubs.
TEST(HubSeat, LetsGoOfItsHubAtTheEndOfTheCase) {
    actors::Inbox inbox;
    std::mt19937_64 random;
    auto hub = std::make_shared<LonelyHub>();
    const std::weak_ptr<LonelyHub> watched = hub;
    {
        HubSeat seat(std::move(hub), {}, inbox, random);
        seat.add_identity(model::IdentitySpec{"device"});
        seat.start({});
        seat.expect();
        const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        bool exited = false;
        while (const auto event = exited ? std::nullopt : inbox.take(patience))
            exited = std::holds_alternative<model::DeviceExited>(event->form);
        EXPECT_TRUE(exited);
        ASSERT_FALSE(watched.expired());
        EXPECT_EQ(watched.lock()->seen_off, 1);
        seat.leave();
    }
    EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace hubspec::run
