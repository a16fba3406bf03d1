// Why a connection did not come about: the transport, then CONNECT.

#include <algorithm>
#include <chrono>
#include <ctime>
#include <iomanip>
#include <locale>
#include <set>
#include <sstream>

#include "harness/iothub/sas_token.hpp"
#include "harness/iothub/user_name.hpp"
#include "harness/model/value.hpp"
#include "harness/run/hints.hpp"

namespace hubspec::run {

using namespace model;

namespace {

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// What the transport said when it could not be opened.
bool failed_with(const Scene& scene, std::initializer_list<std::string_view> words) {
    const auto* closed = event_at<ConnectionClosed>(scene, scene.finding.trace_line);
    if (closed == nullptr || closed->established) return false;
    return std::any_of(words.begin(), words.end(), [&](std::string_view one) { return contains(closed->how, one); });
}

bool answered_in_http(const Scene& scene) {
    const auto* malformed = event_at<MalformedReceived>(scene, scene.finding.trace_line);
    if (malformed == nullptr) return false;
    const std::string_view http = "HTTP/";
    return malformed->bytes.size() >= http.size() && std::equal(http.begin(), http.end(), malformed->bytes.begin());
}

bool closed_without_connack(const Scene& scene) {
    return is_closed(scene) && scene.connect && !scene.connack && !is_second_connect(scene) &&
           sent_at<mqtt::Connect>(scene, scene.last_request) != nullptr;
}

std::optional<iothub::UserName> user_name(const Scene& scene) {
    const auto* connect = sent_at<mqtt::Connect>(scene, scene.connect);
    if (connect == nullptr || !connect->user_name) return std::nullopt;
    const auto parsed = iothub::parse_user_name(*connect->user_name);
    const auto* name = std::get_if<iothub::UserName>(&parsed);
    return name != nullptr ? std::optional(*name) : std::nullopt;
}

std::string identity_of(const iothub::UserName& name) {
    return name.module_id ? name.device_id + "/" + *name.module_id : name.device_id;
}

std::optional<iothub::SasToken> token(const Scene& scene) {
    const auto* connect = sent_at<mqtt::Connect>(scene, scene.connect);
    if (connect == nullptr || !connect->password) return std::nullopt;
    const auto parsed = iothub::parse_sas_token(std::string(connect->password->begin(), connect->password->end()));
    const auto* good = std::get_if<iothub::SasToken>(&parsed);
    return good != nullptr ? std::optional(*good) : std::nullopt;
}

bool lacks_api_version(const Scene& scene) {
    const auto name = user_name(scene);
    return name && !name->api_version();
}

// A twin request or a call had no answer, or an error for one.
bool feature_failed(const Scene& scene) {
    const auto& line = scene.finding.trace_line;
    if (const auto* answered = event_at<ServiceAnswered>(scene, line))
        return answered->response.status >= 400 && expects(scene, "service: answer") && expects(scene, "status 200");
    if (!expects(scene, "topic $iothub/") || expects(scene, "res/400/")) return false;
    const auto* publish = shown<mqtt::Publish>(scene);
    return !line || (publish != nullptr && publish->topic.starts_with("$iothub/twin/res/400/"));
}

bool client_id_differs(const Scene& scene) {
    const auto* connect = sent_at<mqtt::Connect>(scene, scene.connect);
    const auto name = user_name(scene);
    return is_refused(scene) && name && connect->client_id != identity_of(*name);
}

bool token_covers_another(const Scene& scene) {
    const auto given = token(scene);
    const auto name = user_name(scene);
    if (!is_refused(scene) || !given || !name) return false;
    auto resource = name->host + "/devices/" + name->device_id;
    if (name->module_id) resource += "/modules/" + *name->module_id;
    return !iothub::covers(*given, resource);
}

bool token_had_expired(const Scene& scene) {
    const auto life = token_life(scene);
    if (!is_refused(scene) || return_code(scene) != 5 || !life) return false;
    return hub_time(scene, *scene.connack) - hub_time(scene, *scene.connect) >= *life;
}

/// "Sun, 06 Nov 1994 08:49:37 GMT" as Unix seconds; nullopt for anything else.
std::optional<std::int64_t> parse_http_date(std::string_view text) {
    std::istringstream in{std::string(text)};
    in.imbue(std::locale::classic());
    std::tm parts{};
    in >> std::get_time(&parts, "%a, %d %b %Y %H:%M:%S");
    return in.fail() ? std::nullopt : std::optional<std::int64_t>(::timegm(&parts));
}

// The back end tells the hub's time in its answers: the newest before `before`, with what has gone by since.
std::optional<std::int64_t> hub_clock(const Scene& scene, std::size_t before) {
    for (std::size_t index = before; index-- > 0;)
        if (const auto* answer = event_at<ServiceAnswered>(scene, index))
            if (const auto date = parse_http_date(header(answer->response.headers, "date")))
                return *date + (hub_time(scene, before) - hub_time(scene, index)).count() / 1000;
    return std::nullopt;
}

bool clocks_differ(const Scene& scene) {
    const auto given = token(scene);
    const auto life = token_life(scene);
    if (!is_refused(scene) || return_code(scene) != 5 || !given || !life || life->count() <= 0) return false;
    const auto now = hub_clock(scene, *scene.connect);
    return now && given->expiry <= *now;
}

// The last write to this device's identity before the scene's end, as the back end sent it.
const ServiceAsked* last_identity_write(const Scene& scene) {
    const auto name = user_name(scene);
    if (!name) return nullptr;
    const auto path = "/devices/" + name->device_id + "?";
    for (std::size_t index = scene.end; index-- > 0;) {
        const auto* asked = event_at<ServiceAsked>(scene, index);
        if (asked != nullptr && asked->request.target.starts_with(path) && asked->request.method != "GET") return asked;
    }
    return nullptr;
}

bool was_disabled(const Scene& scene) {
    const auto* asked = last_identity_write(scene);
    if (asked == nullptr || !(is_refused(scene) || is_closed(scene))) return false;
    const auto body = parse_json(asked->request.body);
    const auto* status = body ? body->find("status") : nullptr;
    return asked->request.method == "PUT" && status != nullptr && status->text() != nullptr &&
           *status->text() == "disabled";
}

bool is_refused_beside_another(const Scene& scene) {
    const auto* own = sent_at<mqtt::Connect>(scene, scene.connect);
    if (!is_refused(scene) || own == nullptr) return false;
    std::set<std::string> open;
    for (std::size_t index = 0; index < *scene.connect; ++index) {
        const auto* sent = event_at<PacketSent>(scene, index);
        const auto* connect = sent != nullptr ? std::get_if<mqtt::Connect>(&sent->packet) : nullptr;
        if (connect != nullptr && connect->client_id == own->client_id) open.insert(sent->connection);
        if (const auto* closed = event_at<ConnectionClosed>(scene, index)) open.erase(closed->connection);
    }
    return !open.empty();
}

bool was_deleted(const Scene& scene) {
    const auto* asked = last_identity_write(scene);
    return asked != nullptr && (is_refused(scene) || is_closed(scene)) && asked->request.method == "DELETE";
}

bool refused_with_other_code(const Scene& scene) {
    const auto* connack = shown<mqtt::Connack>(scene);
    return connack != nullptr && (connack->return_code == 2 || connack->return_code == 4) &&
           expects(scene, "hub: connack");
}

// Whoever lets in a client without a token does not know tokens.
bool took_a_wrong_client(const Scene& scene) {
    const auto* connack = shown<mqtt::Connack>(scene);
    return connack != nullptr && !token(scene) && connack->return_code == 0 && expects(scene, "hub: connack") &&
           !expects(scene, "return_code 0") && expects(scene, "return_code");
}

}  // namespace

std::vector<Hint> hints_of_transport() {
    return {
        {"name-is-not-the-certificates", "X-TLS-09",
         "The certificate is for another name. Write the hub's full host name under `host:` in the target file; "
         "`address:` is where to connect when that differs.",
         [](const Scene& scene) {
             return failed_with(scene, {"hostname mismatch", "IP address mismatch"});
         }},
        {"certificate-is-not-valid-now", "TLS-04",
         "The hub's certificate has expired or is not valid yet: renew it, or set this machine's clock.",
         [](const Scene& scene) {
             return failed_with(scene, {"certificate has expired", "certificate is not yet valid"});
         }},
        {"certificate-is-not-trusted", "TLS-04",
         "The hub's certificate does not end at a root that is trusted here. Name the root under `ca:` in the target "
         "file; an emulator usually prints or exports one of its own.",
         [](const Scene& scene) { return failed_with(scene, {"certificate refused"}); }},
        {"no-tls-is-spoken", "SCOPE-05",
         "The port probably does not speak TLS: a general MQTT broker's 1883, or a plain HTTP port. A hub's devices "
         "connect with TLS on 8883.",
         [](const Scene& scene) {
             return failed_with(scene, {"wrong version number", "packet length too long", "record layer"});
         }},
        {"nobody-listens", "SCOPE-01",
         "Nobody listens there: is the hub running, and are `address:` and `ports:` of the target file right?",
         [](const Scene& scene) { return failed_with(scene, {"Connection refused"}); }},
        {"http-port", "SCOPE-01",
         "An HTTP server answered: this is the port of the service API or of WebSocket. `ports: {mqtt: ...}` must name "
         "the port for MQTT over TLS, 8883 on a hub.",
         answered_in_http},
    };
}

std::vector<Hint> hints_of_refusals() {
    return {
        {"device-is-disabled", "X-CONN-05",
         "The back end had disabled this device: a hub drops it and refuses it until it is enabled again.",
         was_disabled},
        {"device-was-deleted", "X-CONN-03",
         "The back end had deleted this device: a hub drops it and refuses it from then on.", was_deleted},
        {"token-had-expired", "AUTH-05",
         "The SAS token had expired when the hub looked at it: make it later, or give it a longer life.",
         token_had_expired},
        {"clocks-differ", "X-CONN-27",
         "By the hub's clock the SAS token had expired already, although it was made just before: this machine's clock "
         "is behind the hub's. Set it.",
         clocks_differ},
        {"client-id-is-not-the-device-id", "CONN-02",
         "The client identifier is not the device id that the user name gives; a hub refuses that.", client_id_differs},
        {"token-is-for-another-resource", "X-SAS-09",
         "The SAS token's sr does not cover this device: it must be HOST/devices/ID, or a part of it from the left.",
         token_covers_another},
        {"refused-without-api-version", "CONN-07",
         "The user name has no api-version. Hubs differ there; HOST/ID/?api-version=2021-04-12 is the documented form.",
         [](const Scene& scene) { return is_refused(scene) && lacks_api_version(scene); }},
        {"refused-with-code-3", "X-CONN-04",
         "Code 3 is 'server unavailable': probably the hub is overloaded, throttled or suspended. Old hubs also told a "
         "disabled device so.",
         [](const Scene& scene) { return is_refused(scene) && return_code(scene) == 3; }},
        {"refused-with-other-code", "X-CONN-01",
         "IoT Hub refuses with code 5 whatever the cause; codes 2 and 4 are what general MQTT brokers answer.",
         refused_with_other_code},
        {"refused-beside-another-connection", "CONN-10",
         "The same device id was connected already: the hub seems to refuse the newer connection, but it must end the "
         "older.",
         is_refused_beside_another},
        {"not-authorized", "X-CONN-03",
         "Not authorized: the key is probably not that of this identity, or the identity is not registered or not "
         "enabled. A clock that is wrong by some minutes looks the same.",
         [](const Scene& scene) { return is_refused(scene) && return_code(scene) == 5 && is_ordinary_client(scene); }},
        {"wrong-client-was-taken", "SCOPE-03",
         "The hub took a client without a SAS token. A general MQTT broker that lets anybody in does the same: is the "
         "target an IoT hub?",
         took_a_wrong_client},
        {"closed-without-connack", "CONN-08",
         "CONNECT was answered by a close. Probably the hub did not accept the client and does not say so, or this is "
         "the port of another protocol, such as HTTPS.",
         closed_without_connack},
        {"connect-is-not-answered", "SCOPE-01",
         "The transport is open, but CONNECT has no answer. Probably something other than a hub listens there, or the "
         "hub is overloaded; clients give up after 30 to 60 s.",
         [](const Scene& scene) {
             return scene.connect && !scene.connack && !scene.close && !scene.finding.trace_line &&
                    expects(scene, "hub: connack");
         }},
        {"features-without-api-version", "X-CONN-12",
         "The user name has no api-version: twins and direct methods are known to fail then. HOST/ID/?api-version="
         "2021-04-12 is the documented form.",
         [](const Scene& scene) {
             return lacks_api_version(scene) && !has_kept_session(scene) && feature_failed(scene);
         }},
    };
}

}  // namespace hubspec::run
