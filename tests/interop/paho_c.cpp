// Eclipse Paho C (its asynchronous client) as a device: reads its twin, sends telemetry, waits for one message, leaves.
// usage: paho_c URI CA-FILE CLIENT-ID USER-NAME < PASSWORD
// Each thing that happens is a line on standard output; the test that started it reads them.

#include <MQTTAsync.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <iostream>
#include <mutex>
#include <string>

namespace {

// What the callbacks, which run on Paho's thread, tell the main thread.
struct Heard {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::string> lines;

    void say(std::string line) {
        const std::scoped_lock lock(mutex);
        lines.push_back(std::move(line));
        changed.notify_one();
    }
    std::string next() {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return !lines.empty(); });
        auto line = lines.front();
        lines.pop_front();
        return line;
    }
};

void on_success(void* heard, MQTTAsync_successData*) { static_cast<Heard*>(heard)->say("done"); }

void on_failure(void* heard, MQTTAsync_failureData* data) {
    static_cast<Heard*>(heard)->say("failed " + std::to_string(data->code));
}

void on_lost(void* heard, char*) { static_cast<Heard*>(heard)->say("lost"); }

int on_message(void* heard, char* topic, int, MQTTAsync_message* message) {
    const std::string payload(static_cast<const char*>(message->payload),
                              static_cast<std::size_t>(message->payloadlen));
    static_cast<Heard*>(heard)->say("message " + std::string(topic) + " " + payload);
    MQTTAsync_freeMessage(&message);
    MQTTAsync_free(topic);
    return 1;
}

[[noreturn]] void give_up(const std::string& what) {
    std::cout << what << std::endl;
    std::exit(1);
}

// Starts something and prints NAME once it is done.
void perform(Heard& heard, const char* name, const std::function<int()>& start) {
    if (const int code = start(); code != MQTTASYNC_SUCCESS)
        give_up(std::string(name) + " not started " + std::to_string(code));
    if (const auto line = heard.next(); line != "done") give_up(std::string(name) + " " + line);
    std::cout << name << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) give_up("usage: paho_c URI CA-FILE CLIENT-ID USER-NAME < PASSWORD");
    const std::string uri = argv[1], ca_file = argv[2], id = argv[3], user_name = argv[4];
    std::string password;
    std::getline(std::cin, password);
    Heard heard;

    MQTTAsync client = nullptr;
    if (MQTTAsync_create(&client, uri.c_str(), id.c_str(), MQTTCLIENT_PERSISTENCE_NONE, nullptr) != MQTTASYNC_SUCCESS)
        give_up("not created");
    MQTTAsync_setCallbacks(client, &heard, on_lost, on_message, nullptr);

    MQTTAsync_SSLOptions tls = MQTTAsync_SSLOptions_initializer;
    tls.trustStore = ca_file.c_str();
    tls.verify = 1;
    MQTTAsync_connectOptions connect = MQTTAsync_connectOptions_initializer;
    connect.MQTTVersion = MQTTVERSION_3_1_1;
    connect.cleansession = 0;
    connect.username = user_name.c_str();
    connect.password = password.c_str();
    connect.ssl = &tls;
    connect.context = &heard;
    connect.onSuccess = on_success;
    connect.onFailure = on_failure;
    perform(heard, "connected", [&] { return MQTTAsync_connect(client, &connect); });

    MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
    response.context = &heard;
    response.onSuccess = on_success;
    response.onFailure = on_failure;
    const auto subscribe = [&](const char* name, const std::string& filter) {
        perform(heard, name, [&] { return MQTTAsync_subscribe(client, filter.c_str(), 1, &response); });
    };
    const auto publish = [&](const char* name, const std::string& topic, const std::string& payload, int qos) {
        perform(heard, name, [&] {
            return MQTTAsync_send(client, topic.c_str(), static_cast<int>(payload.size()), payload.data(), qos, 0,
                                  &response);
        });
    };
    publish("sent", "devices/" + id + "/messages/events/sdk=paho_c", std::string(70'000, 'x'), 1);
    subscribe("subscribed twin", "$iothub/twin/res/#");
    publish("asked", "$iothub/twin/GET/?$rid=1", "", 0);
    std::cout << heard.next() << std::endl;
    subscribe("subscribed messages", "devices/" + id + "/messages/devicebound/#");
    std::cout << heard.next() << std::endl;

    MQTTAsync_disconnectOptions leave = MQTTAsync_disconnectOptions_initializer;
    leave.context = &heard;
    leave.onSuccess = on_success;
    leave.timeout = 5'000;  // for the acknowledgement of the message to go out
    perform(heard, "disconnected", [&] { return MQTTAsync_disconnect(client, &leave); });
    MQTTAsync_destroy(&client);
}
