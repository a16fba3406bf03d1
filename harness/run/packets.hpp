#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "harness/actors/endpoint.hpp"
#include "harness/actors/wire.hpp"
#include "harness/model/scenario.hpp"
#include "harness/run/fields.hpp"

namespace hubspec::run {

/// What a CONNECT is filled with where the scenario says nothing.
struct Credentials {
    std::string host_name;
    actors::Identity identity;
    std::chrono::system_clock::time_point now;  ///< hub time
    /// The key of a shared access policy, Base64; nullopt when the target does not know it.
    std::function<std::optional<std::string>(const std::string& policy)> policy_key;
};

mqtt::Connect connect_packet(const Fields& fields, const Credentials& credentials);
mqtt::Subscribe subscribe_packet(const Fields& fields, mqtt::PacketId id);
mqtt::Unsubscribe unsubscribe_packet(const Fields& fields, mqtt::PacketId id);
mqtt::Publish publish_packet(const Fields& fields, mqtt::PacketId id);
/// `chunks: [3, 1]`: the pieces in which bytes go out.
std::vector<std::size_t> chunks(const Fields& fields);
mqtt::Distortion distortion(const Fields& fields);

/// Any packet that a `wire` line can name. `id` is used where the line gives none.
actors::WirePacket wire_packet(const std::string& verb, const Fields& fields, const Credentials& credentials,
                               mqtt::PacketId id);

/// A SAS token as `auth: {sas: {...}}` describes it. Throws std::runtime_error when a policy's key is not known.
std::string sas_token(const Fields& sas, const Credentials& credentials);

}  // namespace hubspec::run
