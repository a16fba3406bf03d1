#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// MQTT 3.1.1 control packets as values (OASIS standard, 29 October 2014, chapters 2 and 3).
///
/// Fields hold what is on the wire, legal or not: a QoS of 3, a zero packet identifier or an empty SUBSCRIBE can be
/// written down, encoded and sent, because showing a peer what is wrong is half of the harness's work.
namespace hubspec::mqtt {

using Bytes = std::vector<std::uint8_t>;
using PacketId = std::uint16_t;

/// CONNACK return codes, table 3.1.
enum class ConnectReturnCode : std::uint8_t {
    accepted = 0,
    unacceptable_protocol_version = 1,
    identifier_rejected = 2,
    server_unavailable = 3,
    bad_user_name_or_password = 4,
    not_authorized = 5,
};

/// SUBACK return code for a refused subscription, section 3.9.3.
inline constexpr std::uint8_t subscription_failure = 0x80;

struct Will {
    std::string topic;
    Bytes payload;
    std::uint8_t qos = 0;
    bool retain = false;
    bool operator==(const Will&) const = default;
};

struct Connect {
    std::string protocol_name = "MQTT";
    std::uint8_t protocol_level = 4;
    bool clean_session = true;
    std::uint16_t keep_alive = 0;  ///< seconds; 0 turns the mechanism off
    std::string client_id;
    std::optional<Will> will;
    std::optional<std::string> user_name;
    std::optional<Bytes> password;
    bool reserved_flag = false;  ///< bit 0 of the connect flags; must be 0 [MQTT-3.1.2-3]
    bool operator==(const Connect&) const = default;
};

struct Connack {
    bool session_present = false;
    std::uint8_t return_code = 0;
    bool operator==(const Connack&) const = default;
};

struct Publish {
    std::string topic;
    Bytes payload;
    std::uint8_t qos = 0;
    bool retain = false;
    bool dup = false;
    PacketId packet_id = 0;  ///< on the wire only when qos > 0
    bool operator==(const Publish&) const = default;
};

struct Puback {
    PacketId packet_id = 0;
    bool operator==(const Puback&) const = default;
};
struct Pubrec {
    PacketId packet_id = 0;
    bool operator==(const Pubrec&) const = default;
};
struct Pubrel {
    PacketId packet_id = 0;
    bool operator==(const Pubrel&) const = default;
};
struct Pubcomp {
    PacketId packet_id = 0;
    bool operator==(const Pubcomp&) const = default;
};

struct Subscription {
    std::string filter;
    std::uint8_t qos = 0;
    bool operator==(const Subscription&) const = default;
};

struct Subscribe {
    PacketId packet_id = 0;
    std::vector<Subscription> subscriptions;
    bool operator==(const Subscribe&) const = default;
};

struct Suback {
    PacketId packet_id = 0;
    std::vector<std::uint8_t> return_codes;
    bool operator==(const Suback&) const = default;
};

struct Unsubscribe {
    PacketId packet_id = 0;
    std::vector<std::string> filters;
    bool operator==(const Unsubscribe&) const = default;
};

struct Unsuback {
    PacketId packet_id = 0;
    bool operator==(const Unsuback&) const = default;
};
struct Pingreq {
    bool operator==(const Pingreq&) const = default;
};
struct Pingresp {
    bool operator==(const Pingresp&) const = default;
};
struct Disconnect {
    bool operator==(const Disconnect&) const = default;
};

using Packet = std::variant<Connect, Connack, Publish, Puback, Pubrec, Pubrel, Pubcomp, Subscribe, Suback, Unsubscribe,
                            Unsuback, Pingreq, Pingresp, Disconnect>;

/// The four-bit control packet type of table 2.1: 1 for CONNECT to 14 for DISCONNECT.
std::uint8_t packet_type(const Packet& packet);

/// The name the standard prints: "CONNECT", "PUBACK". "reserved" for types 0 and 15.
std::string_view packet_type_name(std::uint8_t type);

inline std::string_view packet_name(const Packet& packet) { return packet_type_name(packet_type(packet)); }

/// Visits a closed set exhaustively: std::visit(overloaded{...}, packet).
template <class... Alternatives>
struct overloaded : Alternatives... {
    using Alternatives::operator()...;
};
template <class... Alternatives>
overloaded(Alternatives...) -> overloaded<Alternatives...>;

}  // namespace hubspec::mqtt
