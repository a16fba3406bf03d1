#include "reports/trace_json.hpp"

#include <array>

#include "harness/mqtt/hex.hpp"

namespace hubspec::reports {

using namespace model;

namespace {

// Each kind of event and packet says once which members it has; a writer and a reader go over them.

template <class A>
void members(A& a, StepBegan& e) {
    a("step", e.step);
}
template <class A>
void members(A& a, StepExpired& e) {
    a("step", e.step);
}
template <class A>
void members(A& a, NameBound& e) {
    a("name", e.name), a("value", e.value);
}
template <class A>
void members(A& a, HarnessFailed& e) {
    a("type", e.type), a("text", e.text);
}
template <class A>
void members(A& a, ClockMoved& e) {
    a("milliseconds", e.by);
}
template <class A>
void members(A& a, HarnessStoodStill& e) {
    a("milliseconds", e.lasting);
}
template <class A>
void members(A& a, ConnectionOpened& e) {
    a("connection", e.connection), a("tlsVersion", e.tls_version), a("serverName", e.server_name);
    a("transport", e.transport), a("certificate", e.certificate), a("chain", e.chain), a("path", e.path);
}
template <class A>
void members(A& a, UpgradeAnswered& e) {
    a("connection", e.connection), a("response", e.response);
}
template <class A>
void members(A& a, PingFrameSent& e) {
    a("connection", e.connection);
}
template <class A>
void members(A& a, PacketSent& e) {
    a("connection", e.connection), a("packet", e.packet), a("distortion", e.distortion), a("retold", e.retold);
}
template <class A>
void members(A& a, BytesSent& e) {
    a("connection", e.connection), a("bytes", e.bytes);
}
template <class A>
void members(A& a, PacketReceived& e) {
    a("connection", e.connection), a("packet", e.packet), a("retold", e.retold);
}
template <class A>
void members(A& a, MalformedReceived& e) {
    a("connection", e.connection), a("clause", e.problem.clause), a("text", e.problem.text);
    a("offset", e.problem.offset), a("bytes", e.bytes);
}
template <class A>
void members(A& a, ConnectionClosed& e) {
    a("connection", e.connection), a("byPeer", e.by_peer), a("established", e.established), a("how", e.how);
    a("silent", e.silent);
}
template <class A>
void members(A& a, ServiceAsked& e) {
    a("exchange", e.exchange), a("request", e.request);
}
template <class A>
void members(A& a, ServiceAnswered& e) {
    a("exchange", e.exchange), a("response", e.response);
}
template <class A>
void members(A& a, CloudMessageSent& e) {
    a("exchange", e.exchange), a("message", e.message);
}
template <class A>
void members(A& a, CloudMessageSettled& e) {
    a("exchange", e.exchange), a("outcome", e.outcome), a("condition", e.condition), a("description", e.description);
}
template <class A>
void members(A& a, TelemetrySeen& e) {
    a("message", e.message);
}
template <class A>
void members(A& a, LogSeen& e) {
    a("entry", e.entry);
}
template <class A>
void members(A& a, DeviceStarted& e) {
    a("command", e.command);
}
template <class A>
void members(A& a, DeviceExited& e) {
    a("status", e.status), a("how", e.how), a("lastWords", e.last_words), a("wasAsked", e.was_asked);
}
template <class A>
void members(A& a, AppAsked& e) {
    a("exchange", e.exchange), a("request", e.request);
}
template <class A>
void members(A& a, AppAnswered& e) {
    a("exchange", e.exchange), a("answer", e.answer);
}
template <class A>
void members(A& a, AppTold& e) {
    a("event", e.event);
}
template <class A>
void members(A& a, HubTold& e) {
    a("what", e.what);
}

template <class A>
void members(A& a, HttpRequest& e) {
    a("method", e.method), a("target", e.target), a("headers", e.headers), a("body", e.body);
}
template <class A>
void members(A& a, HttpResponse& e) {
    a("status", e.status), a("headers", e.headers), a("body", e.body);
}
template <class A>
void members(A& a, std::pair<std::string, std::string>& e) {
    a("name", e.first), a("value", e.second);
}
template <class A>
void members(A& a, mqtt::Distortion& e) {
    a("flags", e.flags), a("remainingLength", e.remaining_length), a("lengthBytes", e.remaining_length_bytes);
    a("packetType", e.packet_type), a("connectFlags", e.connect_flags), a("omitPacketId", e.omit_packet_id);
    a("trailing", e.trailing), a("replace", e.replace);
}
template <class A>
void members(A& a, mqtt::Distortion::Replacement& e) {
    a("text", e.text), a("bytes", e.bytes);
}

template <class A>
void members(A& a, mqtt::Will& e) {
    a("topic", e.topic), a("payload", e.payload), a("qos", e.qos), a("retain", e.retain);
}
template <class A>
void members(A& a, mqtt::Connect& e) {
    a("protocolName", e.protocol_name), a("protocolLevel", e.protocol_level), a("cleanSession", e.clean_session);
    a("keepAlive", e.keep_alive), a("clientId", e.client_id), a("will", e.will), a("userName", e.user_name);
    a("password", e.password), a("reservedFlag", e.reserved_flag);
}
template <class A>
void members(A& a, mqtt::Connack& e) {
    a("sessionPresent", e.session_present), a("returnCode", e.return_code);
}
template <class A>
void members(A& a, mqtt::Publish& e) {
    a("topic", e.topic), a("payload", e.payload), a("qos", e.qos), a("retain", e.retain), a("dup", e.dup);
    a("packetId", e.packet_id);
}
template <class A>
void members(A& a, mqtt::Subscription& e) {
    a("filter", e.filter), a("qos", e.qos);
}
template <class A>
void members(A& a, mqtt::Subscribe& e) {
    a("packetId", e.packet_id), a("subscriptions", e.subscriptions);
}
template <class A>
void members(A& a, mqtt::Suback& e) {
    a("packetId", e.packet_id), a("returnCodes", e.return_codes);
}
template <class A>
void members(A& a, mqtt::Unsubscribe& e) {
    a("packetId", e.packet_id), a("filters", e.filters);
}
template <class A, class Packet>
requires requires(Packet& e) { e.packet_id; }
void members(A& a, Packet& e) { a("packetId", e.packet_id); }
template <class A>
void members(A&, mqtt::Pingreq&) {}
template <class A>
void members(A&, mqtt::Pingresp&) {}
template <class A>
void members(A&, mqtt::Disconnect&) {}

// In the order of the variant.
constexpr std::array<const char*, std::variant_size_v<EventForm>> kinds{
    "stepBegan",        "stepExpired",         "nameBound",
    "harnessFailed",    "clockMoved",          "connectionOpened",
    "upgradeAnswered",  "pingFrameSent",       "packetSent",
    "bytesSent",        "packetReceived",      "malformedReceived",
    "connectionClosed", "serviceAsked",        "serviceAnswered",
    "cloudMessageSent", "cloudMessageSettled", "telemetrySeen",
    "logSeen",          "deviceStarted",       "deviceExited",
    "appAsked",         "appAnswered",         "appTold",
    "hubTold",          "harnessStoodStill"};

const char* name_in(const EventForm&, std::size_t index) { return kinds[index]; }
std::string name_in(const mqtt::Packet&, std::size_t index) {
    return std::string(mqtt::packet_type_name(static_cast<std::uint8_t>(index + 1)));
}

// --- writing ---

struct Writer {
    Json json = Json::object();

    template <class T>
    void operator()(const char* name, T& member) {
        json[name] = write(member);
    }

    template <class T>
    static Json write(T& value) {
        if constexpr (std::is_integral_v<T> || std::is_same_v<T, std::string>) {
            return value;
        } else if constexpr (std::is_same_v<T, mqtt::Bytes>) {
            return mqtt::hex(value);
        } else if constexpr (std::is_same_v<T, std::chrono::milliseconds>) {
            return value.count();
        } else if constexpr (std::is_same_v<T, Value>) {
            return write_value(value);
        } else if constexpr (std::is_same_v<T, mqtt::Packet>) {
            return write_one_of(value);
        } else {
            Writer writer;
            members(writer, value);
            return std::move(writer.json);
        }
    }
    template <class T>
    static Json write(std::optional<T>& value) {
        return value ? write(*value) : Json(nullptr);
    }
    template <class T>
    requires(!std::is_same_v<T, std::uint8_t>) static Json write(std::vector<T>& list) {
        Json json = Json::array();
        for (auto& item : list) json.push_back(write(item));
        return json;
    }
    template <class Variant>
    static Json write_one_of(Variant& value) {
        auto written = std::visit([](auto& one) { return write(one); }, value);
        return {{std::string(name_in(value, value.index())), std::move(written)}};
    }
};

// --- reading ---

struct MemberReader {
    const Reader& in;

    template <class T>
    void operator()(const char* name, T& member) {
        read(in, name, member);
    }

    template <class T>
    static void read(const Reader& in, const char* name, T& value) {
        if constexpr (std::is_same_v<T, bool>) {
            value = in.flag(name);
        } else if constexpr (std::is_integral_v<T>) {
            value = in.number<T>(name);
        } else if constexpr (std::is_same_v<T, std::string>) {
            value = in.text(name);
        } else if constexpr (std::is_same_v<T, mqtt::Bytes>) {
            const auto bytes = mqtt::from_hex(in.text(name));
            if (!bytes) in.fail(name, "hexadecimal bytes are expected");
            value = *bytes;
        } else if constexpr (std::is_same_v<T, std::chrono::milliseconds>) {
            value = std::chrono::milliseconds(in.number<std::int64_t>(name));
        } else if constexpr (std::is_same_v<T, Value>) {
            value = read_value(in.value(name));
        } else if constexpr (std::is_same_v<T, mqtt::Packet>) {
            value = read_one_of<mqtt::Packet>(in.part(name), "packet");
        } else {
            const auto part = in.part(name);
            value = read_members<T>(part);
        }
    }
    template <class T>
    static void read(const Reader& in, const char* name, std::optional<T>& value) {
        if (!in.has(name)) return;
        read(in, name, value.emplace());
    }
    static void read(const Reader& in, const char* name, std::vector<std::string>& list) { list = in.texts(name); }
    template <class T>
    requires(!std::is_same_v<T, std::uint8_t>) static void read(const Reader& in, const char* name,
                                                                std::vector<T>& list) {
        list = in.each(name, [](const Reader& item) { return read_members<T>(item); });
    }

    template <class T>
    static T read_members(const Reader& in) {
        T value;
        MemberReader reader{in};
        members(reader, value);
        return value;
    }
    /// The member that is named like one of the alternatives; `at` stands beside it in an event.
    template <class Variant, std::size_t Index = 0>
    static Variant read_one_of(const Reader& in, const char* what) {
        if constexpr (Index == std::variant_size_v<Variant>) {
            in.fail("", std::string("this is no ") + what);
        } else {
            const std::string name(name_in(Variant(), Index));
            if (!in.knows(name.c_str())) return read_one_of<Variant, Index + 1>(in, what);
            return read_members<std::variant_alternative_t<Index, Variant>>(in.part(name.c_str()));
        }
    }
};

}  // namespace

Json write_event(const Event& event) {
    auto copy = event.form;
    Json json{{"at", event.at.count()}};
    json.update(Writer::write_one_of(copy));
    return json;
}

Event read_event(const Reader& in) {
    return {in.microseconds("at"), MemberReader::read_one_of<EventForm>(in, "event")};
}

Json write_value(const Value& value) { return Json::parse(to_json(value)); }
Value read_value(const Json& json) { return *parse_json(json.dump()); }

}  // namespace hubspec::reports
