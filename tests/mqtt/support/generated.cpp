#include "tests/mqtt/support/generated.hpp"

#include <array>
#include <stdexcept>

namespace hubspec::mqtt {
namespace {

std::string text(Dice& dice, std::size_t least, std::size_t most) {
    constexpr std::array<std::string_view, 8> letters{"a", "Z", "/", "$", " ", "\x7F", "\xC3\xA9", "\xF4\x8F\xBF\xBF"};
    std::string out;
    const std::size_t count = least + dice.below(most - least + 1);
    for (std::size_t i = 0; i < count; ++i) out += letters[dice.below(letters.size())];
    return out;
}

std::string filter(Dice& dice) {
    std::string out = dice.coin() ? "+" : text(dice, 1, 4);
    while (dice.below(3) > 0) out += dice.coin() ? "/+" : "/" + text(dice, 0, 3);
    return dice.below(3) == 0 ? out + "/#" : out;
}

Bytes binary(Dice& dice, std::size_t most) {
    Bytes out(dice.below(most + 1));
    for (auto& byte : out) byte = static_cast<std::uint8_t>(dice.below(256));
    return out;
}

PacketId id(Dice& dice) { return static_cast<PacketId>(1 + dice.below(65'535)); }

std::uint8_t qos(Dice& dice) { return static_cast<std::uint8_t>(dice.below(3)); }

Connect connect(Dice& dice) {
    Connect out;
    out.clean_session = dice.coin();
    out.keep_alive = static_cast<std::uint16_t>(dice.below(65'536));
    out.client_id = text(dice, 0, 30);
    if (dice.coin()) out.will = Will{text(dice, 1, 20), binary(dice, 40), qos(dice), dice.coin()};
    if (dice.coin()) {
        out.user_name = text(dice, 0, 200);
        if (dice.coin()) out.password = binary(dice, 40);
    }
    return out;
}

Publish publish(Dice& dice) {
    Publish out{text(dice, 1, 40), binary(dice, 300), qos(dice), dice.coin(), false, 0};
    if (out.qos > 0) {
        out.dup = dice.coin();
        out.packet_id = id(dice);
    }
    return out;
}

Subscribe subscribe(Dice& dice) {
    Subscribe out{id(dice), {}};
    do out.subscriptions.push_back({filter(dice), qos(dice)});
    while (dice.coin());
    return out;
}

Unsubscribe unsubscribe(Dice& dice) {
    Unsubscribe out{id(dice), {}};
    do out.filters.push_back(filter(dice));
    while (dice.coin());
    return out;
}

Suback suback(Dice& dice) {
    constexpr std::array<std::uint8_t, 4> codes{0, 1, 2, subscription_failure};
    Suback out{id(dice), {}};
    do out.return_codes.push_back(codes[dice.below(codes.size())]);
    while (dice.coin());
    return out;
}

Connack connack(Dice& dice) {
    const auto code = static_cast<std::uint8_t>(dice.below(7));
    return {code == 0 && dice.coin(), code};
}

Packet from_client(Dice& dice) {
    switch (dice.below(5)) {
        case 0:
            return connect(dice);
        case 1:
            return subscribe(dice);
        case 2:
            return unsubscribe(dice);
        case 3:
            return Pingreq{};
        default:
            return Disconnect{};
    }
}

Packet from_server(Dice& dice) {
    switch (dice.below(4)) {
        case 0:
            return connack(dice);
        case 1:
            return suback(dice);
        case 2:
            return Unsuback{id(dice)};
        default:
            return Pingresp{};
    }
}

Packet from_either(Dice& dice) {
    switch (dice.below(6)) {
        case 0:
            return Puback{id(dice)};
        case 1:
            return Pubrec{id(dice)};
        case 2:
            return Pubrel{id(dice)};
        case 3:
            return Pubcomp{id(dice)};
        default:
            return publish(dice);
    }
}

}  // namespace

std::size_t Dice::below(std::size_t sides) {
    if (sides == 0) throw std::invalid_argument("a die needs a side");
    // splitmix64
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
    return static_cast<std::size_t>((mixed ^ (mixed >> 31)) % sides);
}

Packet generated_packet(Dice& dice, Sender sender) {
    if (dice.below(3) == 0) return from_either(dice);
    return sender == Sender::client ? from_client(dice) : from_server(dice);
}

}  // namespace hubspec::mqtt
