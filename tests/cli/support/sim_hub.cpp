#include "tests/cli/support/sim_hub.hpp"

#include <signal.h>

#include <algorithm>

namespace hubspec::test {

namespace {

std::vector<std::string> hub_arguments(const Folder& folder, const std::vector<std::string>& options) {
    std::vector<std::string> all{"hub",         "--json", "--host-name",  "hubspec-sim.azure-devices.net",
                                 "--mqtt-port", "0",      "--https-port", "0",
                                 "--amqp-port", "0",      "--state",      folder.path("state"),
                                 "--device",    "d1"};
    all.insert(all.end(), options.begin(), options.end());
    return all;
}

}  // namespace

SimulatedAzure::SimulatedAzure(const std::vector<std::string>& options)
    : process_(Start{hub_arguments(folder_, options), {}, {}, {}}) {
    if (process_.wait_for("\n")) facts_ = nlohmann::json::parse(process_.out());
}

std::string SimulatedAzure::key() const {
    const auto text = service();
    return text.substr(text.find("SharedAccessKey=") + 16);
}

std::string SimulatedAzure::target(const std::string& name, const std::string& more, int amqp_port) const {
    const auto port = [&](const char* which) { return std::to_string(facts_[which].get<int>()); };
    return folder_.write(name,
                         "address: 127.0.0.1\nports: {mqtt: " + port("mqttPort") + ", https: " + port("httpsPort") +
                             ", amqp: " + (amqp_port > 0 ? std::to_string(amqp_port) : port("amqpPort")) +
                             "}\nca: " + facts_["caFile"].get<std::string>() +
                             "\nservice: {connection_string: {env: HUBSPEC_TEST_SERVICE}}\nlongest_wait: 1s\n" + more);
}

Start SimulatedAzure::start(std::vector<std::string> arguments) const {
    return {std::move(arguments), {{"HUBSPEC_TEST_SERVICE", service()}}, {}, {}};
}

Ended SimulatedAzure::run(std::vector<std::string> arguments) const { return run_hubspec(start(std::move(arguments))); }

std::size_t SimulatedAzure::leftovers() const {
    const auto ended = run({"clean", "--target", target("clean.yaml"), "--older-than", "0"});
    return static_cast<std::size_t>(std::count(ended.out.begin(), ended.out.end(), '\n'));
}

void SimulatedAzure::kill() {
    process_.signal(SIGKILL);
    process_.wait();
}

}  // namespace hubspec::test
