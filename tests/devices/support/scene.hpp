#pragma once

#include <string>
#include <utility>
#include <vector>

#include "fixtures/devices/plain/device.hpp"

/// The plain device at a chosen time, without a socket, and the hub's lines spoken by the test.
namespace hubspec::devices::test {

inline constexpr Time morning{std::chrono::seconds(1'700'000'000)};

inline Station station() { return {"hub.example", "d1", "", "ZGV2aWNlLWtleQ==", false}; }

class Scene {
public:
    explicit Scene(const Behaviour& given = {}, const Station& who = station())
        : behaviour(given), device_(who, given, 7) {
        give(Started{});
    }
    explicit Scene(const std::string& fault) : Scene(with_faults({fault}).behaviour) {}

    Behaviour behaviour;
    Time now = morning;
    Effects all;  ///< what came of it so far

    void give(const Input& input) { keep(device_.take(input, now)); }
    void pass(std::chrono::milliseconds time) {
        const auto goal = now + time;
        for (auto due = device_.next(); due && *due <= goal; due = device_.next()) {
            now = std::max(now, *due);
            give(Tick{});
        }
        now = goal;
    }
    std::optional<Time> next() const { return device_.next(); }

    void ask(model::Object request) {
        request.push_back({"id", ++last_request_});
        give(Asked{model::Value(std::move(request))});
    }
    void publish(const std::string& topic, const std::string& payload, std::uint8_t qos = 0, mqtt::PacketId id = 0,
                 bool dup = false) {
        give(mqtt::Packet(mqtt::Publish{topic, bytes_of(payload), qos, false, dup, id}));
    }

    /// From CONNECT to SUBACK.
    void open() {
        ask({{"do", "connect"}});
        give(Opened{});
    }
    void accept(bool session_present = false) { give(mqtt::Packet(mqtt::Connack{session_present, 0})); }
    void refuse(std::uint8_t code) {
        give(mqtt::Packet(mqtt::Connack{false, code}));
        give(Closed{});
    }
    void grant() {
        if (const auto asked = packets<mqtt::Subscribe>(); !asked.empty())
            give(mqtt::Packet(mqtt::Suback{asked.back().packet_id, {1, 1, 1, 1}}));
    }
    void come_up() {
        open();
        accept();
        grant();
    }
    /// The connection is lost, and after the pause the next one stands.
    void lose(bool by_reset = false) {
        give(Closed{by_reset});
        pass(std::chrono::seconds(10));
        give(Opened{});
    }

    template <class Packet>
    std::vector<Packet> packets() const {
        std::vector<Packet> found;
        for (const auto& effect : all)
            if (const auto* send = std::get_if<Send>(&effect))
                for (const auto& one : send->packets)
                    if (const auto* packet = std::get_if<Packet>(&one)) found.push_back(*packet);
        return found;
    }
    /// Of the messages whose topic begins so: "TOPIC payload", one a line.
    std::string messages(const std::string& beginning) const {
        std::string text;
        for (const auto& one : packets<mqtt::Publish>())
            if (one.topic.starts_with(beginning))
                text += (text.empty() ? "" : "\n") + one.topic + " " + text_of(one.payload);
        return text;
    }
    /// Lines of the adapter protocol that have this member, without it.
    std::string said(const std::string& member) const {
        std::string text;
        for (const auto& effect : all)
            if (const auto* say = std::get_if<Say>(&effect); say != nullptr && say->line.find(member) != nullptr)
                text += (text.empty() ? "" : "\n") + model::to_json(*say->line.find(member));
        return text;
    }
    template <class Kind>
    int count() const {
        int found = 0;
        for (const auto& effect : all) found += std::holds_alternative<Kind>(effect) ? 1 : 0;
        return found;
    }
    /// Names of the packets that went out, in order.
    std::string names() const {
        std::string text;
        for (const auto& effect : all)
            if (const auto* send = std::get_if<Send>(&effect))
                for (const auto& one : send->packets)
                    text += (text.empty() ? "" : " ") + std::string(mqtt::packet_name(one));
        return text;
    }

private:
    void keep(Effects effects) {
        for (auto& effect : effects) all.push_back(std::move(effect));
    }
    Device device_;
    std::int64_t last_request_ = 0;
};

}  // namespace hubspec::devices::test
