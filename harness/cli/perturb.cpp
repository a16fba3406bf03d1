#include "harness/cli/perturb.hpp"

#include <stdexcept>

#include "harness/mqtt/encode.hpp"
#include "harness/mqtt/hex.hpp"

namespace hubspec::cli {

using namespace hub;

namespace {

std::uint8_t type_of(const std::string& packet) {
    if (packet == "connack") return 2;
    if (packet == "publish") return 3;
    if (packet == "puback") return 4;
    if (packet == "suback") return 9;
    if (packet == "unsuback") return 11;
    return 13;
}

PacketPattern sent(const std::string& packet, const run::Fields& fields) {
    PacketPattern pattern;
    pattern.type = type_of(packet);
    if (fields.has("topic")) pattern.topic = fields.text("topic");
    if (fields.has("times")) pattern.times = static_cast<std::uint32_t>(fields.integer("times", 1));
    return pattern;
}

CloseKind how(const run::Fields& fields) {
    const auto word = fields.text("how", "fin");
    return word == "reset" ? CloseKind::reset : word == "silence" ? CloseKind::silent : CloseKind::fin;
}

void show_certificate(Server& server, const std::string& word) {
    const auto shown = word == "rotated"         ? ShownCertificate::rotated
                       : word == "unknown_root"  ? ShownCertificate::of_unknown_root
                       : word == "other_name"    ? ShownCertificate::of_other_name
                       : word == "expired"       ? ShownCertificate::expired
                       : word == "not_yet_valid" ? ShownCertificate::not_yet_valid
                                                 : ShownCertificate::proper;
    server.with_hub([&](Hub& hub, Time) { hub.policy().shown_certificate = shown; });
}

// A CONNACK with another code, and then the end [MQTT-3.2.2-5]; with the flag alone the connection goes on.
void answer_connect(Server& server, const run::Fields& fields) {
    const auto code = static_cast<std::uint8_t>(fields.integer("return_code", 0));
    const auto on = sent("connack", fields);
    if (code != 0) {
        server.add_rule({on, Replace{mqtt::Connack{false, code}}});
        return server.add_rule({on, CloseAfter{}});
    }
    server.add_rule({on, SetSessionPresent{fields.flag("session_present", false)}});
}

// The body first: the rule for the topic makes it one that the other would not know any more.
void answer_twin(Server& server, const run::Fields& fields) {
    const auto status = "res/" + std::to_string(fields.integer("status", 500)) + "/";
    const auto of = fields.text("of", "both");
    for (const auto& [request, usual] : {std::pair("get", "res/200/"), std::pair("patch", "res/204/")}) {
        if (of != "both" && of != request) continue;
        auto on = sent("publish", fields);
        on.topic = std::string("$iothub/twin/") + usual;
        server.add_rule({on, SetPayload{fields.text("payload")}});
        server.add_rule({on, EditTopic{usual, status}});
    }
}

mqtt::Publish own_publish(const run::Fields& fields) {
    mqtt::Publish packet{fields.text("topic"),
                         fields.body(),
                         static_cast<std::uint8_t>(fields.integer("qos", 0)),
                         fields.flag("retain", false),
                         fields.flag("dup", false),
                         static_cast<mqtt::PacketId>(fields.integer("packet_id", 0))};
    if (packet.qos > 0 && packet.packet_id == 0) packet.packet_id = 60'001;  // far from those that the hub counts up
    return packet;
}

// Its topic is that of the message, not of what it follows.
void append(Server& server, const run::Fields& fields) {
    auto on = sent(fields.text("packet"), fields);
    on.topic.reset();
    server.add_rule({on, Append{own_publish(fields)}});
}

void inject(Server& server, const run::Fields& fields) {
    if (!server.send(mqtt::encode(own_publish(fields))))
        throw std::runtime_error("the device is not connected, so nothing can be sent to it");
}

}  // namespace

void perturb(Server& server, const std::string& verb, const run::Fields& fields) {
    const auto packet = [&] { return sent(fields.text("packet"), fields); };
    if (verb == "drop") return server.drop(how(fields));
    if (verb == "withhold") return server.add_rule({packet(), Drop{}});
    if (verb == "delay") return server.add_rule({packet(), Delay{fields.duration("by", {})}});
    if (verb == "duplicate") return server.add_rule({packet(), Duplicate{}});
    if (verb == "reorder") return server.add_rule({packet(), Swap{}});
    if (verb == "close_after") return server.add_rule({packet(), CloseAfter{how(fields)}});
    if (verb == "answer_connect") return answer_connect(server, fields);
    if (verb == "answer_twin") return answer_twin(server, fields);
    if (verb == "answer_subscribe")
        return server.add_rule(
            {sent("suback", fields), SetReturnCode{static_cast<std::uint8_t>(fields.integer("return_code", 128))}});
    if (verb == "inject") return inject(server, fields);
    if (verb == "append") return append(server, fields);
    if (verb == "bytes" && !server.send(mqtt::from_hex(fields.text("hex")).value_or(mqtt::Bytes{})))
        throw std::runtime_error("the device is not connected, so nothing can be sent to it");
    if (verb == "pieces") return server.cut_into(static_cast<std::size_t>(fields.integer("bytes", 1)));
    if (verb == "certificate") return show_certificate(server, fields.text("show"));
    if (verb == "mend") return server.mend();
    if (verb == "fault" && !server.show(fields.text("name")))
        throw std::invalid_argument("there is no fault or deviation '" + fields.text("name") + "'");
}

}  // namespace hubspec::cli
