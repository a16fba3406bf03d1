#include "harness/cli/endpoint_target.hpp"

#include <algorithm>
#include <mutex>
#include <set>

#include "harness/actors/wire.hpp"
#include "harness/cli/endpoint_sessions.hpp"
#include "harness/cli/survey.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/net/loop.hpp"

namespace hubspec::cli {

namespace {

// While a hub throttles, connections suffer for about this long.
constexpr std::chrono::seconds lately{60};

void set(model::Object& capabilities, const std::string& name, model::Value value) {
    const bool given = std::any_of(capabilities.begin(), capabilities.end(),
                                   [&](const model::Entry& one) { return one.name == name; });
    if (!given) capabilities.push_back({name, std::move(value)});
}

std::string quoted(const std::string& path) {
    return path.find_first_of(" '\"$&;") == std::string::npos ? path : "\"" + path + "\"";
}

}  // namespace

struct EndpointTarget::Impl {
    explicit Impl(TargetFile what)
        : file(std::move(what)),
          listed(file.identities),
          certificates(file.device_authority.value_or(pki::make_root("hubspec device root"))) {
        if (file.service) {
            registry = std::make_unique<Registry>(file.endpoint, *file.service, new_run_id());
            registry->remedy(own_command() + " clean --target " + quoted(file.file) + " --run " + registry->run_id() +
                             " --yes");
        }
        if (registry && file.pool > 0) pool = std::make_unique<IdentityPool>(*registry, file.pool);
        merge();
    }

    TargetFile file;
    ListedIdentities listed;
    DeviceCertificates certificates;
    Survey survey;
    model::Value capabilities;
    std::optional<Budget> budget;
    std::unique_ptr<Pacer> pacer;
    std::unique_ptr<actors::SharedTelemetry> telemetry;
    std::unique_ptr<Registry> registry;  // after what it uses
    std::unique_ptr<IdentityPool> pool;
    std::set<std::string> reusing;  ///< names of cases that take one of the pool
    const run::Interruption* interruption = nullptr;
    std::mutex mutex;
    std::int64_t messages_used = 0;
    bool is_used_up = false;

    /// What the file says stands first, then what was found, then what is taken for granted.
    void merge() {
        auto all = file.capabilities;
        for (const auto& [name, value] : survey.capabilities) set(all, name, value);
        const auto granted = [&](const char* name, model::Value value) {
            if (!survey.why.contains(name)) set(all, name, std::move(value));
        };
        const bool service = file.service.has_value();
        granted("tier", "standard");
        granted("embedded", false);
        granted("service", service);
        granted("fresh_identities", service);
        granted("wss", file.has_https_port);
        granted("modules", service);
        granted("x509", service);
        granted("x509_ca", service && file.device_authority.has_value());
        granted("tls_1_2", true);
        granted("tls_1_3", true);
        if (!service)
            granted("identities", static_cast<std::int64_t>(ListedIdentities::group_size(file.identities.size())));
        capabilities = model::Value(std::move(all));
    }

    std::optional<std::string> ask() {
        auto answer = ask_service(file, *registry);
        if (const auto* refused = std::get_if<std::string>(&answer)) return *refused;
        survey = std::get<Survey>(std::move(answer));
        ask_amqp(file, file.endpoint, survey);
        if (file.endpoint.events) telemetry = std::make_unique<actors::SharedTelemetry>(file.endpoint, *file.service);
        merge();
        set_budget();
        return std::nullopt;
    }

    // A hub of Azure's has limits that cost money or a day; the reference hub has those that it was started with.
    void set_budget() {
        if (!file.budget && (survey.is_reference_hub || !is_azure(file.endpoint.host_name))) return;
        const auto* tier = capabilities.find("tier");
        budget = budget_of(file.budget.value_or(BudgetTerms{}), tier != nullptr && tier->text() ? *tier->text() : "");
        pacer = std::make_unique<Pacer>(budget->rates);
        if (registry) registry->pace(pacer.get(), interruption);
    }

    Load load(const run::Case& one) const { return load_of(one, !registry || reusing.contains(one.name)); }

    bool fits(const Load& load) {
        const std::lock_guard lock(mutex);
        if (is_used_up || messages_used + messages_of(load) > budget->messages) return !(is_used_up = true);
        messages_used += messages_of(load);
        return true;
    }
};

EndpointTarget::EndpointTarget(TargetFile file) : impl_(std::make_unique<Impl>(std::move(file))) {}
EndpointTarget::~EndpointTarget() = default;

std::string EndpointTarget::name() const { return impl_->file.name; }
const model::Value& EndpointTarget::capabilities() const { return impl_->capabilities; }
std::chrono::milliseconds EndpointTarget::window() const { return impl_->file.window; }
std::chrono::milliseconds EndpointTarget::longest_wait() const { return impl_->file.longest_wait; }
bool EndpointTarget::is_parallel() const { return impl_->file.service.has_value() || impl_->listed.groups() > 1; }
bool EndpointTarget::throttled_lately() const { return impl_->registry && impl_->registry->throttled_within(lately); }

std::unique_ptr<run::Session> EndpointTarget::open(const std::string& case_name) {
    if (!impl_->registry) return listed_session(impl_->file, impl_->listed);
    auto* pool = impl_->reusing.contains(case_name) ? impl_->pool.get() : nullptr;
    return fresh_session(impl_->file, impl_->certificates, *impl_->registry, impl_->telemetry.get(), pool);
}

std::vector<std::string> EndpointTarget::findings() const {
    auto lines = impl_->survey.lines;
    if (impl_->registry)
        lines.push_back("identities of this run: " + std::string(identity_prefix) + impl_->registry->run_id() + "-N");
    return lines;
}

std::string EndpointTarget::why_not(const std::string& capability) const {
    const auto found = impl_->survey.why.find(capability);
    return found == impl_->survey.why.end() ? std::string() : found->second;
}

std::vector<std::string> EndpointTarget::prepare(const std::vector<run::Case>& cases,
                                                 const run::Interruption& interruption) {
    impl_->interruption = &interruption;
    if (impl_->registry) impl_->registry->pace(impl_->pacer.get(), &interruption);
    if (!impl_->registry && impl_->file.budget) impl_->set_budget();
    Load load;
    for (const auto& one : cases) {
        if (impl_->pool && leaves_nothing(one)) impl_->reusing.insert(one.name);
        add(load, impl_->load(one));
    }
    if (!impl_->reusing.empty()) load[Cost::identity_operations] += 2 * static_cast<std::int64_t>(impl_->pool->size());
    return impl_->budget ? describe(load, *impl_->budget) : std::vector<std::string>{};
}

std::optional<std::string> EndpointTarget::admit(const run::Case& one) {
    if (!impl_->budget) return std::nullopt;
    const auto load = impl_->load(one);
    if (!impl_->fits(load))
        return "not run: the budget of " + std::to_string(impl_->budget->messages) + " messages is used up";
    // Identity operations are paced one by one, where they are done.
    for (const auto& [what, count] : load)
        if (what != Cost::identity_operations) impl_->pacer->wait(what, count, impl_->interruption);
    return std::nullopt;
}

std::optional<std::string> mqtt_unreachable(const actors::Endpoint& endpoint) {
    actors::Inbox inbox;
    net::Loop loop;
    loop.start();
    actors::Wire wire(loop, inbox, "main");
    wire.open(endpoint, {});
    const auto event = inbox.take(std::chrono::steady_clock::now() + endpoint.connect_timeout);
    const auto* closed = event ? std::get_if<model::ConnectionClosed>(&event->form) : nullptr;
    const std::string there =
        "the hub cannot be reached at " + endpoint.address + ":" + std::to_string(endpoint.mqtt_port) + ": ";
    if (!event)
        return there + "no TLS handshake within " + std::to_string(endpoint.connect_timeout.count() / 1000) + " s";
    if (closed != nullptr) return there + closed->how;
    wire.reset();
    return std::nullopt;
}

std::string service_unreachable(const actors::Endpoint& endpoint, const std::string& why) {
    return "the service API cannot be reached at " + endpoint.address + ":" + std::to_string(endpoint.https_port) +
           ": " + why;
}

std::optional<std::string> EndpointTarget::unreachable() {
    if (auto why = mqtt_unreachable(impl_->file.endpoint)) return why;
    if (!impl_->registry) return std::nullopt;
    try {
        return impl_->ask();
    } catch (const std::exception& error) {
        return service_unreachable(impl_->file.endpoint, error.what());
    }
}

}  // namespace hubspec::cli
