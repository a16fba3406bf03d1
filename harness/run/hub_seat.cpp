#include "harness/run/hub_seat.hpp"

#include <algorithm>
#include <stdexcept>

#include "harness/model/pattern.hpp"

namespace hubspec::run {

using namespace model;

HubSeat::HubSeat(std::shared_ptr<PlayedHub> hub, Bindings bindings, actors::Inbox& inbox, std::mt19937_64& random)
    : inbox_(inbox),
      hub_(std::move(hub)),
      bindings_(std::move(bindings)),
      back_end_(loop_, *hub_, identities_, inbox, random) {}

const actors::Identity& HubSeat::add_identity(const IdentitySpec& spec) {
    const auto parent = identities_.find(spec.module_of);
    auto identity = hub_->identity(spec, parent == identities_.end() ? "" : parent->second.device_id);
    identity.name = spec.name;
    return identities_[spec.name] = std::move(identity);
}

namespace {

/// `long_property: 70000` is short for a property of so many characters, which no scenario could spell.
void lengthen(Object& request) {
    const auto is_length = [](const Entry& one) { return one.name == "long_property"; };
    const auto found = std::find_if(request.begin(), request.end(), is_length);
    if (found == request.end()) return;
    const auto size = static_cast<std::size_t>(*found->value.integer());
    request.erase(found);
    request.push_back({"properties", Object{{"long", std::string(size, 'x')}}});
}

}  // namespace

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
    auto spec = hub_->program(identities_.at("device"), bindings_);
    if (!spec) return;
    // A program that will not end is left behind: it must not keep the hub with its ports.
    spec->ended = [hub = std::weak_ptr(hub_)] {
        if (const auto there = hub.lock()) there->see_off();
    };
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
    lengthen(*members);
    program_->ask(exchange, *members);
}

void HubSeat::leave() {
    if (program_) program_->stop();
}

}  // namespace hubspec::run
