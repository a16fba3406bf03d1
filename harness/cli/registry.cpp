#include "harness/cli/registry.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "harness/cli/random.hpp"
#include "harness/iothub/redact.hpp"
#include "harness/iothub/sas_token.hpp"
#include "harness/run/service_requests.hpp"

namespace hubspec::cli {

using Json = nlohmann::json;

namespace {

constexpr std::size_t most_in_bulk = 100;  // X-REST-12
constexpr int most_repetitions = 6;
constexpr std::chrono::seconds longest_back_off{20};  // X-REST-38

std::int64_t steady_seconds() {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

std::vector<std::vector<std::string>> in_portions(const std::vector<std::string>& all) {
    std::vector<std::vector<std::string>> portions;
    for (std::size_t i = 0; i < all.size(); i += most_in_bulk)
        portions.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(i),
                              all.begin() + static_cast<std::ptrdiff_t>(std::min(i + most_in_bulk, all.size())));
    return portions;
}

model::HttpRequest bulk_removal(const std::vector<std::string>& ids) {
    Json items = Json::array();
    for (const auto& id : ids) items.push_back({{"id", id}, {"importMode", "delete"}});
    return {"POST", "/devices?api-version=" + std::string(run::service_api_version), {}, items.dump()};
}

model::HttpRequest bulk_creation(const std::vector<actors::Identity>& identities) {
    Json items = Json::array();
    for (const auto& one : identities) {
        auto item = Json::parse(run::identity_body(one, "enabled"));
        item.erase("deviceId");
        item["id"] = one.device_id;
        item["importMode"] = "create";
        items.push_back(std::move(item));
    }
    return {"POST", "/devices?api-version=" + std::string(run::service_api_version), {}, items.dump()};
}

// Those that a bulk removal could not remove, with the hub's word; what is not there any more is as good as removed.
// nullopt: the answer does not tell which.
std::optional<std::vector<std::string>> refused_in(const model::HttpResponse& answer, std::string& why) {
    if (answer.status != 200 && answer.status != 400) return std::nullopt;
    std::vector<std::string> ids;
    const auto body = Json::parse(answer.body, nullptr, false);
    if (!body.is_object() || !body.contains("errors") || !body["errors"].is_array())
        return answer.status == 200 ? std::optional(ids) : std::nullopt;
    for (const auto& error : body["errors"]) {
        const auto text = error.dump(-1, ' ', false, Json::error_handler_t::replace);
        if (!error.is_object()) return std::nullopt;
        if (text.find("NotFound") != std::string::npos || text.find("404001") != std::string::npos) continue;
        if (!error.contains("deviceId") || !error["deviceId"].is_string()) return std::nullopt;
        ids.push_back(error["deviceId"].get<std::string>());
        why = text.substr(0, 300);
    }
    return ids;
}

}  // namespace

std::string new_run_id() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto bytes = random_bytes(2);
    return fmt::format("{:08x}{:02x}{:02x}", std::chrono::duration_cast<std::chrono::seconds>(now).count() & 0xFFFFFFFF,
                       bytes[0], bytes[1]);
}

std::optional<RunName> parse_run_name(std::string_view id) {
    if (!id.starts_with(identity_prefix)) return std::nullopt;
    id.remove_prefix(identity_prefix.size());
    const auto is_run = [](std::string_view text) {
        return text.size() == 12 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
    };
    const auto dash = id.find('-');
    if (dash == std::string_view::npos || !is_run(id.substr(0, dash))) return std::nullopt;
    const auto number = id.substr(dash + 1);
    if (number.empty() || number.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    std::uint32_t seconds = 0;
    std::from_chars(id.data(), id.data() + 8, seconds, 16);
    return RunName{std::string(id.substr(0, dash)), std::chrono::sys_seconds(std::chrono::seconds(seconds))};
}

std::string answer_text(const model::HttpResponse& answer) {
    return std::to_string(answer.status) +
           (answer.body.empty() ? "" : " " + iothub::redact(answer.body.substr(0, 300)));
}

std::chrono::milliseconds back_off(const model::HttpResponse& answer, int attempt) {
    int said = 0;
    const auto header = model::header(answer.headers, "Retry-After");
    std::from_chars(header.data(), header.data() + header.size(), said);
    if (said > 0) return std::chrono::seconds(std::min(said, 60));
    return std::min<std::chrono::milliseconds>(std::chrono::seconds(1 << std::min(attempt - 1, 8)), longest_back_off);
}

Registry::Registry(const actors::Endpoint& endpoint, const actors::ServiceAccess& access, std::string run_id)
    : service_(endpoint, access, inbox_), run_id_(std::move(run_id)) {}

Registry::~Registry() {
    try {
        const auto left = remove_all();
        if (throttled_ > 0)
            std::fprintf(stderr, "hubspec: the hub throttled %u requests to its registry; the run waited for it\n",
                         throttled_.load());
        if (left.device_ids.empty()) return;
        std::fprintf(stderr, "hubspec: %zu identities of this run are still on the hub: %s\n", left.device_ids.size(),
                     left.why.c_str());
        for (const auto& id : left.device_ids) std::fprintf(stderr, "  %s\n", id.c_str());
        if (!remedy_.empty()) std::fprintf(stderr, "remove them: %s\n", remedy_.c_str());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "hubspec: the identities %s%s-* could not be removed: %s\n",
                     std::string(identity_prefix).c_str(), run_id_.c_str(), error.what());
    }
}

std::string Registry::fresh_id() { return fmt::format("{}{}-{}", identity_prefix, run_id_, ++named_); }

actors::Identity Registry::fresh_identity(const std::string& name) {
    return {name, fresh_id(), iothub::base64_encode(random_bytes(32)), iothub::base64_encode(random_bytes(32)), {}};
}

model::HttpResponse Registry::put(const actors::Identity& identity) {
    if (identity.module_id.empty()) {
        // Before it is asked for: an answer that is lost may be that of an identity that was made.
        const std::lock_guard lock(mutex_);
        made_.push_back(identity.device_id);
    }
    return ask({"PUT", run::identity_path("/devices/", identity), {}, run::identity_body(identity, "enabled")});
}

void Registry::create(const actors::Identity& identity) {
    if (const auto answer = put(identity); answer.status != 200)
        throw std::runtime_error("the service API did not create the identity " + identity.client_id() + ": " +
                                 answer_text(answer));
}

void Registry::create_all(const std::vector<actors::Identity>& identities) {
    for (std::size_t i = 0; i < identities.size(); i += most_in_bulk) {
        const std::vector<actors::Identity> portion(
            identities.begin() + static_cast<std::ptrdiff_t>(i),
            identities.begin() + static_cast<std::ptrdiff_t>(std::min(i + most_in_bulk, identities.size())));
        {
            const std::lock_guard lock(mutex_);
            for (const auto& one : portion) made_.push_back(one.device_id);
        }
        const auto answer = ask(bulk_creation(portion));
        const auto body = Json::parse(answer.body, nullptr, false);
        if (answer.status == 200 && (!body.is_object() || body.value("isSuccessful", true))) continue;
        if (answer.status == 404 || answer.status == 405)
            for (const auto& one : portion) create(one);
        else
            throw std::runtime_error("the service API did not create " + std::to_string(portion.size()) +
                                     " identities: " + answer_text(answer));
    }
}

void Registry::discard(const std::string& device_id) {
    std::vector<std::string> enough;
    {
        const std::lock_guard lock(mutex_);
        discarded_.push_back(device_id);
        if (discarded_.size() >= most_in_bulk) enough = std::exchange(discarded_, {});
    }
    remove(enough);
}

Registry::Left Registry::remove(const std::vector<std::string>& device_ids) {
    Left left;
    const auto keep = [&](const std::string& id, std::string why) {
        left.device_ids.push_back(id);
        left.why = std::move(why);
    };
    for (const auto& portion : in_portions(device_ids)) try {
            const auto answer = ask(bulk_removal(portion));
            std::string why;
            if (const auto refused = refused_in(answer, why)) {
                for (const auto& id : *refused) keep(id, why);
                continue;
            }
            if (answer.status == 429 || answer.status == 401) throw std::runtime_error(answer_text(answer));
            for (const auto& id : portion) {  // a hub without bulk requests, or that does not say which it refused
                const auto one = ask({"DELETE", run::service_path("/devices/", id), {{"If-Match", "\"*\""}}, {}});
                if (one.status != 204 && one.status != 200 && one.status != 404) keep(id, answer_text(one));
            }
        } catch (const std::exception& error) {
            for (const auto& id : portion) keep(id, error.what());
        }
    const std::set<std::string> still(left.device_ids.begin(), left.device_ids.end());
    const std::set<std::string> gone(device_ids.begin(), device_ids.end());
    const std::lock_guard lock(mutex_);
    std::erase_if(made_, [&](const std::string& id) { return gone.contains(id) && !still.contains(id); });
    return left;
}

Registry::Left Registry::remove_all() {
    std::vector<std::string> all;
    {
        const std::lock_guard lock(mutex_);
        all = made_;
        discarded_.clear();
    }
    return remove(all);
}

model::HttpResponse Registry::ask(const model::HttpRequest& request) {
    for (int attempt = 1;; ++attempt) {
        if (pacer_ != nullptr) pacer_->wait(Cost::identity_operations, 1, interruption_);
        auto answer = service_.fetch(request);
        if (answer.status != 429 || attempt > most_repetitions) return answer;
        throttled_at_ = steady_seconds();
        ++throttled_;
        std::this_thread::sleep_for(back_off(answer, was_interrupted() ? 1 : attempt));
    }
}

bool Registry::throttled_within(std::chrono::seconds time) const {
    const auto at = throttled_at_.load();
    return at != 0 && steady_seconds() - at <= time.count();
}

}  // namespace hubspec::cli
