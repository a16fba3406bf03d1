// Eclipse Paho C++ as a device: reads its twin, sends telemetry, waits for one message, leaves.
// usage: paho_cpp URI CA-FILE CLIENT-ID USER-NAME < PASSWORD
// Each thing that happens is a line on standard output; the test that started it reads them.

#include <mqtt/async_client.h>

#include <exception>
#include <iostream>
#include <string>

namespace {

void converse(mqtt::async_client& client, const mqtt::connect_options& options, const std::string& id) {
    const auto say = [](const std::string& line) { std::cout << line << std::endl; };
    const auto say_message = [&] {
        const auto message = client.consume_message();
        say(message ? "message " + message->get_topic() + " " + message->to_string() : "lost");
    };
    client.start_consuming();
    client.connect(options)->wait();
    say("connected");
    client.publish("devices/" + id + "/messages/events/sdk=paho_cpp", std::string(70'000, 'x'), 1, false)->wait();
    say("sent");
    client.subscribe("$iothub/twin/res/#", 1)->wait();
    say("subscribed twin");
    client.publish("$iothub/twin/GET/?$rid=1", "", 0, false)->wait();
    say("asked");
    say_message();
    client.subscribe("devices/" + id + "/messages/devicebound/#", 1)->wait();
    say("subscribed messages");
    say_message();
    client.disconnect(5'000)->wait();
    say("disconnected");
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) return std::cout << "usage: paho_cpp URI CA-FILE CLIENT-ID USER-NAME < PASSWORD" << std::endl, 1;
    std::string password;
    std::getline(std::cin, password);
    mqtt::ssl_options tls;
    tls.set_trust_store(argv[2]);
    tls.set_verify(true);
    mqtt::connect_options options(argv[4], password);
    options.set_mqtt_version(MQTTVERSION_3_1_1);
    options.set_clean_session(false);
    options.set_ssl(tls);
    try {
        mqtt::async_client client(argv[1], argv[3]);
        converse(client, options, argv[3]);
    } catch (const std::exception& error) {
        return std::cout << "failed " << error.what() << std::endl, 1;
    }
}
