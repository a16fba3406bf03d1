#include "harness/run/service_requests.hpp"

#include <stdexcept>

#include "harness/iothub/property_bag.hpp"
#include "harness/iothub/sas_token.hpp"

namespace hubspec::run {

using namespace model;

namespace {

HttpRequest twin_write(const std::string& method, const actors::Identity& identity, Object body, const Fields& fields) {
    HttpRequest request{method, identity_path("/twins/", identity), {}, to_json(Value(std::move(body)))};
    if (fields.has("if_match")) request.headers.emplace_back("If-Match", fields.text("if_match"));
    return request;
}

Object twin_body(const Fields& fields) {
    Object body;
    if (const auto tags = fields.value("tags")) body.push_back({"tags", *tags});
    if (const auto desired = fields.value("desired")) body.push_back({"properties", Object{{"desired", *desired}}});
    return body;
}

void add_text(Object& body, const Fields& fields, std::string_view field, const std::string& member) {
    if (const auto value = fields.value(field)) body.push_back({member, *value});
}

HttpRequest invoke_request(const Fields& fields, const actors::Identity& identity) {
    Object body{{"methodName", fields.text("method")}};
    add_text(body, fields, "payload", "payload");
    if (fields.has("payload_size"))  // with its quotation marks
        body.push_back({"payload", std::string(static_cast<std::size_t>(fields.integer("payload_size", 2) - 2), 'x')});
    const auto seconds = [](std::chrono::milliseconds time) { return static_cast<std::int64_t>(time.count() / 1000); };
    if (fields.has("response_timeout"))
        body.push_back({"responseTimeoutInSeconds", seconds(fields.duration("response_timeout", {}))});
    if (fields.has("connect_timeout"))
        body.push_back({"connectTimeoutInSeconds", seconds(fields.duration("connect_timeout", {}))});
    return {"POST", identity_path("/twins/", identity, "/methods"), {}, to_json(Value(std::move(body)))};
}

HttpRequest plain_request(const Fields& fields) {
    HttpRequest request{fields.text("method", "GET"), fields.text("path"), {}, {}};
    if (fields.has_body()) {
        const auto bytes = fields.body();
        request.body.assign(bytes.begin(), bytes.end());
    }
    for (const auto& field : fields.members("headers"))
        request.headers.emplace_back(interpolate_text(field.name, fields.bindings()),
                                     text_of(resolve(field.value, fields.bindings())));
    return request;
}

}  // namespace

std::string service_path(const std::string& before, const std::string& id, const std::string& after) {
    return before + iothub::percent_encode(id) + after + "?api-version=" + std::string(service_api_version);
}

std::string identity_path(const std::string& before, const actors::Identity& identity, const std::string& after) {
    const auto module = identity.module_id.empty() ? "" : "/modules/" + iothub::percent_encode(identity.module_id);
    return service_path(before, identity.device_id, module + after);
}

std::string identity_body(const actors::Identity& identity, const std::string& status) {
    Object authentication{
        {"type", "sas"},
        {"symmetricKey", Object{{"primaryKey", identity.primary_key}, {"secondaryKey", identity.secondary_key}}}};
    if (identity.has_certificate())
        authentication = {{"type", identity.primary_thumbprint.empty() ? "certificateAuthority" : "selfSigned"},
                          {"x509Thumbprint", Object{{"primaryThumbprint", identity.primary_thumbprint},
                                                    {"secondaryThumbprint", identity.secondary_thumbprint}}}};
    Object body{{"deviceId", identity.device_id}};
    if (identity.module_id.empty())
        body.push_back({"status", status});
    else
        body.push_back({"moduleId", identity.module_id});  // modules have no status (X-MOD-05)
    body.push_back({"authentication", std::move(authentication)});
    return to_json(Value(std::move(body)));
}

actors::CloudMessage cloud_message(const Fields& fields, const std::string& device_id,
                                   std::chrono::system_clock::time_point now) {
    actors::CloudMessage message{device_id, fields.body()};
    const auto optional = [&](const char* name) {
        return fields.has(name) ? std::optional(fields.text(name)) : std::nullopt;
    };
    if (const auto properties = fields.value("properties"); properties && properties->object() != nullptr)
        for (const auto& [name, value] : *properties->object())
            message.properties.emplace_back(name, value.is_null() ? std::nullopt : std::optional(text_of(value)));
    message.message_id = optional("message_id");
    message.correlation_id = optional("correlation_id");
    message.user_id = optional("user_id");
    message.content_type = optional("content_type");
    message.content_encoding = optional("content_encoding");
    message.ack = fields.text("ack");
    if (fields.has("expires_in")) message.expires = now + fields.duration("expires_in", {});
    return message;
}

HttpRequest service_request(const std::string& verb, const Fields& fields, const actors::Identity& identity) {
    const auto& id = identity.device_id;
    if (verb == "get_twin") return {"GET", identity_path("/twins/", identity), {}, {}};
    if (verb == "patch_twin") return twin_write("PATCH", identity, twin_body(fields), fields);
    if (verb == "replace_twin") return twin_write("PUT", identity, twin_body(fields), fields);
    if (verb == "set_desired")
        return twin_write("PATCH", identity, {{"properties", Object{{"desired", fields.all()}}}},
                          Fields({}, fields.bindings()));
    if (verb == "invoke") return invoke_request(fields, identity);
    if (verb == "update_identity")
        return {"PUT",
                identity_path("/devices/", identity),
                {{"If-Match", "\"*\""}},
                identity_body(identity, fields.text("status", "enabled"))};
    if (verb == "delete_identity") return {"DELETE", identity_path("/devices/", identity), {{"If-Match", "\"*\""}}, {}};
    if (verb == "purge") return {"DELETE", service_path("/devices/", id, "/commands"), {}, {}};
    if (verb == "fault")
        return {"PUT", "/_hubspec/faults", {}, to_json(Value(Object{{"faults", Array{Value(fields.text("name"))}}}))};
    if (verb == "limit") return {"PUT", "/_hubspec/limits", {}, to_json(Value(fields.all()))};
    if (verb == "request") return plain_request(fields);
    throw std::logic_error("the vocabulary has a service line '" + verb + "' that the runner does not know");
}

}  // namespace hubspec::run
