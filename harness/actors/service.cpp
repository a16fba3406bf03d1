#include "harness/actors/service.hpp"

#include <curl/curl.h>
#include <strings.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "harness/actors/service_calls.hpp"
#include "harness/iothub/known_secrets.hpp"
#include "harness/iothub/sas_token.hpp"

namespace hubspec::actors {

using namespace model;

namespace {

// Of connection timeouts; nothing that is fetched is a long poll.
constexpr int fetch_patience = 6;

using Easy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using List = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

// What a finished request turns into.
struct Reply {
    CURLcode code = CURLE_OK;
    std::string error;
    HttpResponse response;
};

// One request under way, and what to do with its end.
struct Transfer {
    Easy easy{nullptr, curl_easy_cleanup};
    List headers{nullptr, curl_slist_free_all};
    List resolve{nullptr, curl_slist_free_all};
    HttpRequest request;
    Reply reply;
    std::array<char, CURL_ERROR_SIZE> error{};
    std::function<void(Reply&)> finished;
};

std::size_t append_body(char* data, std::size_t size, std::size_t count, void* transfer) {
    static_cast<Transfer*>(transfer)->reply.response.body.append(data, size * count);
    return size * count;
}

std::size_t append_header(char* data, std::size_t size, std::size_t count, void* transfer) {
    std::string_view line(data, size * count);
    while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
    auto& headers = static_cast<Transfer*>(transfer)->reply.response.headers;
    if (line.starts_with("HTTP/")) headers.clear();  // a 100 Continue came before
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return size * count;
    auto value = line.substr(colon + 1);
    while (value.starts_with(' ') || value.starts_with('\t')) value.remove_prefix(1);
    while (value.ends_with(' ') || value.ends_with('\t')) value.remove_suffix(1);
    headers.emplace_back(std::string(line.substr(0, colon)), std::string(value));
    return size * count;
}

// Header names have no case (RFC 9110 5.1).
bool is_authorization(const std::string& name) { return ::strcasecmp(name.c_str(), "Authorization") == 0; }

void initialise_curl() {
    static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
    (void)once;
}

}  // namespace

std::string service_token(const Endpoint& endpoint, const ServiceAccess& access, std::chrono::seconds lifetime) {
    const auto key = iothub::base64_decode(access.key);
    const auto expiry = std::chrono::ceil<std::chrono::hours>(std::chrono::system_clock::now() + lifetime);
    const auto token = iothub::make_sas_token(
        {endpoint.host_name, key.value_or(std::vector<std::uint8_t>{}),
         std::chrono::duration_cast<std::chrono::seconds>(expiry.time_since_epoch()).count(), access.policy});
    // Whose key no report may show, of those the tokens neither: they outlive the run.
    if (iothub::secret_in(access.key)) {
        const auto parsed = iothub::parse_sas_token(token);
        iothub::keep_secret(iothub::base64_encode(std::get<iothub::SasToken>(parsed).signature),
                            "a token of the policy '" + access.policy + "'");
    }
    return token;
}

namespace {

/// Requests under way side by side, in a thread of their own.
struct Exchanges {
    Exchanges(Endpoint where, ServiceAccess rights) : endpoint(std::move(where)), access(std::move(rights)) {
        initialise_curl();
        multi = curl_multi_init();
        // Longer than any virtual time that a scenario lets pass.
        token = service_token(endpoint, access, std::chrono::hours(24 * 30));
        worker = std::thread([this] { work(); });
    }

    ~Exchanges() {
        stop();
        for (auto& transfer : running) curl_multi_remove_handle(multi, transfer->easy.get());
        running.clear();
        curl_multi_cleanup(multi);
    }

    /// Nobody is told of anything any more.
    void stop() {
        if (!worker.joinable()) return;
        stopping = true;
        curl_multi_wakeup(multi);
        worker.join();
    }

    Endpoint endpoint;
    ServiceAccess access;
    std::string token;
    CURLM* multi = nullptr;
    std::thread worker;
    std::atomic<bool> stopping = false;
    std::atomic<std::uint64_t> asked = 0, answered = 0;
    std::mutex mutex;
    std::vector<std::unique_ptr<Transfer>> submitted;  // under mutex
    std::vector<std::unique_ptr<Transfer>> running;    // worker's thread

    /// `patience` is for the whole exchange; zero: as long as the hub takes.
    void submit(HttpRequest request, std::function<void(Reply&)> finished, std::chrono::milliseconds patience = {}) {
        ++asked;
        auto transfer = std::make_unique<Transfer>();
        transfer->request = std::move(request);
        transfer->finished = std::move(finished);
        prepare(*transfer);
        curl_easy_setopt(transfer->easy.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(patience.count()));
        {
            const std::lock_guard lock(mutex);
            submitted.push_back(std::move(transfer));
        }
        curl_multi_wakeup(multi);
    }

    void prepare(Transfer& transfer) {
        transfer.easy.reset(curl_easy_init());
        CURL* easy = transfer.easy.get();
        const auto& request = transfer.request;
        const std::string port = std::to_string(endpoint.https_port);
        const bool by_address = endpoint.address != endpoint.host_name;
        curl_easy_setopt(
            easy, CURLOPT_URL,
            ("https://" + (by_address ? endpoint.address : endpoint.host_name) + ":" + port + request.target).c_str());
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
        curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
        if (!request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH") {
            curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
            curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
        }
        set_headers(transfer);
        trust(easy);
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        if (endpoint.is_direct()) curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
        curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(endpoint.connect_timeout.count()));
        curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.error.data());
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, append_body);
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
        curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, append_header);
        curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
        curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
    }

    void set_headers(Transfer& transfer) {
        curl_slist* list = nullptr;
        const auto add = [&](const std::string& line) { list = curl_slist_append(list, line.c_str()); };
        const auto& own = transfer.request.headers;
        const bool has_own =
            std::any_of(own.begin(), own.end(), [](const auto& one) { return is_authorization(one.first); });
        if (!has_own) add("Authorization: " + token);                  // an empty one of its own means none
        if (header(transfer.request.headers, "Content-Type").empty())  // without a body the library's own is unsaid
            add(transfer.request.body.empty() ? "Content-Type:" : "Content-Type: application/json; charset=utf-8");
        add("Expect:");
        if (endpoint.address != endpoint.host_name) add("Host: " + endpoint.host_name);
        for (const auto& [name, value] : transfer.request.headers)
            add(value.empty() ? name + ":" : name + ": " + value);
        transfer.headers.reset(list);
        curl_easy_setopt(transfer.easy.get(), CURLOPT_HTTPHEADER, list);
    }

    void trust(CURL* easy) const {
        if (endpoint.ca_pem.empty()) return;
        curl_blob blob{const_cast<char*>(endpoint.ca_pem.data()), endpoint.ca_pem.size(), CURL_BLOB_COPY};
        curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
        curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
    }

    void work() {
        while (!stopping) {
            start_submitted();
            int left = 0;
            curl_multi_perform(multi, &left);
            finish_done();
            if (!stopping) curl_multi_poll(multi, nullptr, 0, 60'000, nullptr);
        }
    }

    void start_submitted() {
        std::vector<std::unique_ptr<Transfer>> fresh;
        {
            const std::lock_guard lock(mutex);
            fresh.swap(submitted);
        }
        for (auto& transfer : fresh) {
            curl_multi_add_handle(multi, transfer->easy.get());
            running.push_back(std::move(transfer));
        }
    }

    void finish_done() {
        int queued = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi, &queued)) {
            if (message->msg != CURLMSG_DONE) continue;
            Transfer* transfer = nullptr;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
            transfer->reply.code = message->data.result;
            finish(transfer);
        }
    }

    void finish(Transfer* transfer) {
        long status = 0;
        curl_easy_getinfo(transfer->easy.get(), CURLINFO_RESPONSE_CODE, &status);
        transfer->reply.response.status = static_cast<int>(status);
        if (transfer->reply.code != CURLE_OK)
            transfer->reply.error =
                transfer->error[0] != '\0' ? transfer->error.data() : curl_easy_strerror(transfer->reply.code);
        curl_multi_remove_handle(multi, transfer->easy.get());
        const auto found =
            std::find_if(running.begin(), running.end(), [&](const auto& one) { return one.get() == transfer; });
        const auto owned = std::move(*found);
        running.erase(found);
        if (!stopping) owned->finished(owned->reply);
        ++answered;
    }

    std::string unreachable(const std::string& error) const {
        return "the service API at https://" + endpoint.address + ":" + std::to_string(endpoint.https_port) +
               " did not answer: " + error;
    }
};

}  // namespace

struct Service::Impl : Exchanges {
    Impl(Endpoint where, ServiceAccess rights, Inbox& events)
        : Exchanges(std::move(where), std::move(rights)), inbox(events) {}
    ~Impl() { stop(); }

    Inbox& inbox;

    // A long poll that renews itself, reporting each entry once.
    void follow_log(std::int64_t after) {
        HttpRequest request{"GET", "/_hubspec/log?after=" + std::to_string(after) + "&wait=3600000", {}, {}};
        submit(std::move(request), [this, after](Reply& reply) {
            if (reply.code != CURLE_OK) return;  // the hub is gone: the connection tells
            if (reply.response.status != 200)
                return inbox.put(HarnessFailed{
                    "infra.service", "GET /_hubspec/log was answered " + std::to_string(reply.response.status)});
            std::int64_t next = after;
            if (const auto answer = parse_json(reply.response.body)) next = report(*answer, after);
            follow_log(next);
        });
    }

    std::int64_t report(const Value& answer, std::int64_t after) {
        const auto* items = answer.find("entries");
        for (const auto& item : items != nullptr && items->array() != nullptr ? *items->array() : Array{})
            inbox.put(LogSeen{item});
        const auto* next = answer.find("next");
        return next != nullptr && next->integer() != nullptr ? *next->integer() : after;
    }
};

Service::Service(Endpoint endpoint, ServiceAccess access, Inbox& inbox)
    : impl_(std::make_unique<Impl>(std::move(endpoint), std::move(access), inbox)) {}
Service::~Service() = default;

void Service::ask(const std::string& exchange, HttpRequest request) {
    HttpRequest shown = request;
    for (auto& [name, value] : shown.headers)
        if (is_authorization(name) && !value.empty()) value = "(hidden)";
    impl_->inbox.put(ServiceAsked{exchange, std::move(shown)});
    impl_->submit(std::move(request), [impl = impl_.get(), exchange](Reply& reply) {
        if (reply.code != CURLE_OK)
            return impl->inbox.put(HarnessFailed{"infra.service", impl->unreachable(reply.error)});
        impl->inbox.put(ServiceAnswered{exchange, std::move(reply.response)});
    });
}

Service::Counts Service::counts() const { return {impl_->asked, impl_->answered}; }

void Service::follow_log(std::int64_t after) { impl_->follow_log(after); }

std::int64_t Service::newest_log() {
    const auto answer = parse_json(fetch({"GET", "/_hubspec/log?after=now&wait=0", {}, {}}).body);
    const auto* next = answer ? answer->find("next") : nullptr;
    return next != nullptr && next->integer() != nullptr ? *next->integer() : 0;
}

HttpResponse Service::fetch(HttpRequest request) {
    std::promise<Reply> promise;
    auto future = promise.get_future();
    impl_->submit(
        std::move(request), [&promise](Reply& reply) { promise.set_value(std::move(reply)); },
        fetch_patience * impl_->endpoint.connect_timeout);
    Reply reply = future.get();
    if (reply.code != CURLE_OK) throw std::runtime_error(impl_->unreachable(reply.error));
    return std::move(reply.response);
}

struct ServiceCalls::Impl : Exchanges {
    using Exchanges::Exchanges;
};

ServiceCalls::ServiceCalls(Endpoint endpoint, ServiceAccess access)
    : impl_(std::make_unique<Impl>(std::move(endpoint), std::move(access))) {}
ServiceCalls::~ServiceCalls() = default;

void ServiceCalls::start(HttpRequest request, std::chrono::milliseconds patience, std::function<void(Outcome)> told) {
    const auto finished = [told = std::move(told)](Reply& reply) {
        told({std::move(reply.response), reply.code == CURLE_OK ? std::string() : std::move(reply.error)});
    };
    impl_->submit(std::move(request), finished, patience);
}

}  // namespace hubspec::actors
