#include "harness/run/hub_seat.hpp"

#include <stdexcept>

#include "harness/model/pattern.hpp"

namespace hubspec::run {

using namespace model;

HubSeat::HubSeat(std::shared_ptr<PlayedHub> hub, std::string transport, actors::Inbox& inbox, std::mt19937_64& random)
    : inbox_(inbox),
      hub_(std::move(hub)),
      transport_(std::move(transport)),
      back_end_(*hub_, identities_, inbox, random) {}

const actors::Identity& HubSeat::add_identity(const IdentitySpec& spec) {
    const auto parent = identities_.find(spec.module_of);
    auto identity = hub_->identity(spec, parent == identities_.end() ? "" : parent->second.device_id);
    identity.name = spec.name;
    return identities_[spec.name] = std::move(identity);
}

void HubSeat::start(const std::vector<std::string>& needs) {
    loop_.start();
    back_end_.start(needs, false);
}

void HubSeat::perform(const Action& action, const std::string&, const std::string& exchange, const Bindings& bindings) {
    const Fields fields(action.fields, bindings);
    if (action.speaker == Speaker::service) return back_end_.perform(action.verb, fields, exchange, {});
    if (action.speaker == Speaker::app) return ask(exchange, action.verb, fields);
    if (action.speaker != Speaker::hub) throw std::invalid_argument("this line has no meaning in the hub seat");
    inbox_.put(HubTold{action.verb + (action.fields.empty() ? "" : " " + to_json(fields.all()))});
    hub_->perform(action.verb, fields);
}

void HubSeat::expect() {
    if (device_started_) return;
    device_started_ = true;
    const auto spec = hub_->program(identities_.at("device"), transport_);
    if (!spec) return;
    has_adapter_ = spec->adapter;
    program_ = std::make_unique<actors::Program>(loop_, inbox_, *spec);
    if (has_adapter_) program_->ask("connect", {{"do", "connect"}});
}

// A device without an adapter does what it does; what follows says whether that is what was wanted.
void HubSeat::ask(const std::string& exchange, const std::string& verb, const Fields& fields) {
    expect();
    if (!has_adapter_) return;
    auto request = fields.all();
    auto* members = std::get_if<Object>(&request.form);
    members->insert(members->begin(), {"do", verb});
    program_->ask(exchange, *members);
}

void HubSeat::leave() {
    if (program_) program_->stop();
}

}  // namespace hubspec::run
