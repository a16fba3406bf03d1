// Both ends of a WebSocket on one loop; what one writes is fed to the other, or to nobody.

#include "harness/net/web_socket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

namespace hubspec::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::vector<std::uint8_t> bytes(const std::string& text) { return {text.begin(), text.end()}; }

/// What one end saw, as lines: "opened 101 mqtt", "received abc.", "ended 0 WebSocket close 1000".
class Seen {
public:
    void add(std::string line) {
        const std::lock_guard lock(mutex_);
        lines_.push_back(std::move(line));
        changed_.notify_all();
    }
    /// Waits for a line that begins so, and gives all lines until then.
    std::vector<std::string> until(const std::string& beginning) {
        return until([&](const std::string& line) { return line.starts_with(beginning); }, "began", beginning);
    }
    std::vector<std::string> until_end(const std::string& ending) {
        return until([&](const std::string& line) { return line.ends_with(ending); }, "ended", ending);
    }

private:
    std::vector<std::string> until(const std::function<bool(const std::string&)>& is_it, const char* how,
                                   const std::string& text) {
        std::unique_lock lock(mutex_);
        const bool came = changed_.wait_for(lock, std::chrono::minutes(1),
                                            [&] { return std::any_of(lines_.begin(), lines_.end(), is_it); });
        EXPECT_TRUE(came) << "no line " << how << " with '" << text << "'";
        return lines_;
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> lines_;
};

WebSocket::Callbacks told_to(Seen& seen, std::function<void(std::span<const std::uint8_t>)> write) {
    return {std::move(write),
            [&](const model::HttpResponse& answer) {
                seen.add("opened " + std::to_string(answer.status) + " " +
                         std::string(model::header(answer.headers, "Sec-WebSocket-Protocol")));
            },
            [&](std::span<const std::uint8_t> part, bool ends) {
                seen.add("received " + std::string(part.begin(), part.end()) + (ends ? "." : ""));
            },
            [&] { seen.add("pinged"); },
            [&](const model::HttpResponse& refusal, const std::string& why) {
                seen.add("ended " + std::to_string(refusal.status) + " " + why);
            }};
}

class WebSocketTest : public testing::Test {
protected:
    void SetUp() override { loop_.start(); }
    void TearDown() override {
        loop_.call([&] {
            for (const auto& end : {hub_, device_})
                if (end) end->abandon();
        });
    }

    /// The device asks, with these headers; the hub answers what the test's request says.
    void open(const model::HttpHeaders& headers = {{"Sec-WebSocket-Protocol", "mqtt"}}) {
        loop_.call([&] {
            device_ = WebSocket::connect(loop_, "hub.example", "/$iothub/websocket", headers,
                                         told_to(at_device_, [this](auto part) { carry_to_hub(part); }));
        });
    }

    // The first bytes are the request, which Beast parses for the test as it does for the hub's HTTPS port.
    void carry_to_hub(std::span<const std::uint8_t> part) {
        if (hub_ && gathers_ > 0) {
            gathered_.insert(gathered_.end(), part.begin(), part.end());
            if (--gathers_ == 0) hub_->feed(gathered_);
            return;
        }
        if (hub_) {
            hub_->feed(part);
            if (transport_ends_) hub_->finish();
            return;
        }
        request_.append(part.begin(), part.end());
        const auto key = request_.find("Sec-WebSocket-Key: ");
        if (key == std::string::npos || request_.find("\r\n\r\n") == std::string::npos) return;
        const model::HttpRequest upgrade{
            "GET",
            "/$iothub/websocket",
            {{"Host", "hub.example"},
             {"Upgrade", "websocket"},
             {"Connection", "Upgrade"},
             {"Sec-WebSocket-Version", "13"},
             {"Sec-WebSocket-Extensions", "permessage-deflate"},
             {"Sec-WebSocket-Key", request_.substr(key + 19, request_.find('\r', key) - key - 19)}},
            {}};
        EXPECT_TRUE(is_upgrade(upgrade));
        hub_ = WebSocket::accept(loop_, upgrade, "mqtt", told_to(at_hub_, [this](auto answer) {
                                     ++answers_;
                                     loop_.post([this, copy = std::vector(answer.begin(), answer.end())] {
                                         if (device_) device_->feed(copy);
                                     });
                                 }));
    }

    Loop loop_;
    std::shared_ptr<WebSocket> hub_, device_;
    Seen at_hub_, at_device_;
    bool transport_ends_ = false;  // after the next bytes for the hub
    int gathers_ = 0;              // so many writes of the device reach the hub at once
    std::vector<std::uint8_t> gathered_;
    int answers_ = 0;  // writes of the hub
    std::string request_;
};

TEST_F(WebSocketTest, OpensWithTheSubprotocolAndCarriesMessages) {
    open();
    EXPECT_THAT(at_device_.until("opened"), ElementsAre("opened 101 mqtt"));
    EXPECT_THAT(request_, StartsWith("GET /$iothub/websocket HTTP/1.1\r\n"));
    loop_.call([&] { device_->send(bytes("one")), device_->send(bytes("two")); });
    EXPECT_THAT(at_hub_.until("received two"), ElementsAre(HasSubstr("opened"), "received one.", "received two."));
    loop_.call([&] { hub_->send(bytes("back")); });
    EXPECT_THAT(at_device_.until("received back").back(), "received back.");
}

TEST_F(WebSocketTest, TellsPartsOfAMessageAsTheyCome) {
    open();
    at_device_.until("opened");
    loop_.call([&] {
        device_->send(bytes("on"), WebSocket::Kind::binary, false);
        device_->send(bytes("e"));
    });
    EXPECT_THAT(at_hub_.until("received e"), ElementsAre(HasSubstr("opened"), "received on", "received e."));
}

TEST_F(WebSocketTest, TellsTogetherWhatArrivedTogether) {
    open();
    at_device_.until("opened");
    loop_.call([&] {
        hub_->tell_together();
        gathers_ = 3;
        for (const auto* text : {"one ", "two ", "three"}) device_->send(bytes(text));
    });
    EXPECT_THAT(at_hub_.until("received"), ElementsAre(HasSubstr("opened"), "received one two three."));
    const std::string large(5'000, 'x');
    loop_.call([&] { device_->send(bytes(large)), device_->send(bytes("end")); });
    std::string all;
    for (const auto& line : at_hub_.until_end("end."))
        if (line.starts_with("received ")) all += line.substr(9, line.size() - 10);
    EXPECT_EQ(all, "one two three" + large + "end") << "in as many parts as it came";
}

TEST_F(WebSocketTest, TellsWhatCameBeforeTheEnd) {
    open();
    at_device_.until("opened");
    loop_.call([&] {
        hub_->tell_together();
        gathers_ = 2;
        device_->send(bytes("last")), device_->close();
    });
    EXPECT_THAT(at_hub_.until("ended"),
                ElementsAre(HasSubstr("opened"), "received last.", "ended 0 WebSocket close 1000"));
}

TEST_F(WebSocketTest, TellsTogetherWhatCameBeforeItsTransportEnded) {
    open();
    at_device_.until("opened");
    loop_.call([&] {
        hub_->tell_together();
        transport_ends_ = true;
        device_->send(bytes("last"));
    });
    EXPECT_THAT(at_hub_.until("ended"), ElementsAre(HasSubstr("opened"), "received last.", HasSubstr("ended 0")));
}

TEST_F(WebSocketTest, SendsEachPartAsAMessageOfItsOwn) {
    open();
    at_device_.until("opened");
    at_hub_.until("opened");
    loop_.call([&] {
        const auto before = answers_;
        hub_->send_each(bytes("onetwothree"), std::vector<std::size_t>{3, 6, 11});
        EXPECT_EQ(answers_, before + 1);
    });
    EXPECT_THAT(at_device_.until("received three"),
                ElementsAre("opened 101 mqtt", "received one.", "received two.", "received three."));
}

TEST_F(WebSocketTest, WritesTheLengthOfEachMessageAsItsSizeAsks) {
    open();
    at_device_.until("opened");
    at_hub_.until("opened");
    const std::vector<std::size_t> sizes{0, 1, 125, 126, 127, 255, 256, 65'535, 65'536, 70'000};
    std::vector<std::size_t> ends;
    for (const auto size : sizes) ends.push_back((ends.empty() ? 0 : ends.back()) + size);
    loop_.call([&] { hub_->send_each(std::vector<std::uint8_t>(ends.back(), 'y'), ends), hub_->send(bytes("end")); });
    std::vector<std::size_t> seen;
    std::size_t size = 0;
    for (const auto& line : at_device_.until("received end")) {
        if (!line.starts_with("received") || line == "received end.") continue;
        size += line.size() - 9 - (line.ends_with('.') ? 1 : 0);
        if (line.ends_with('.')) seen.push_back(std::exchange(size, 0));
    }
    EXPECT_EQ(seen, sizes);
}

TEST_F(WebSocketTest, ATextFrameEndsItUnlessItIsTaken) {
    open();
    at_device_.until("opened");
    loop_.call([&] { device_->send(bytes("text"), WebSocket::Kind::text); });
    EXPECT_THAT(at_device_.until("ended").back(), "ended 101 WebSocket close 1003 (MQTT needs binary frames)");
    EXPECT_THAT(at_hub_.until("ended").back(), "ended 0 a text frame came");
}

TEST_F(WebSocketTest, TakesTextWhereItIsTold) {
    open();
    at_device_.until("opened");
    loop_.call([&] {
        hub_->take_text();
        device_->send(bytes("text"), WebSocket::Kind::text);
    });
    EXPECT_THAT(at_hub_.until("received").back(), "received text.");
}

TEST_F(WebSocketTest, APingIsToldAndCarriesNothing) {
    open();
    at_device_.until("opened");
    loop_.call([&] { device_->ping(); });
    EXPECT_THAT(at_hub_.until("pinged").back(), "pinged");
}

TEST_F(WebSocketTest, ClosesAfterWhatWasSent) {
    open();
    at_device_.until("opened");
    loop_.call([&] {
        hub_->send(bytes("last"));
        hub_->close();
    });
    EXPECT_THAT(at_device_.until("ended"),
                ElementsAre("opened 101 mqtt", "received last.", "ended 101 WebSocket close 1000"));
    EXPECT_THAT(at_hub_.until("ended").back(), "ended 0 WebSocket close 1000");
}

TEST_F(WebSocketTest, TellsWhatCameBeforeItsTransportEnded) {
    open();
    at_device_.until("opened");
    loop_.call([&] {
        transport_ends_ = true;
        device_->send(bytes("last"));
    });
    EXPECT_THAT(at_hub_.until("ended"), ElementsAre("opened 200 ", "received last.", "ended 0 WebSocket: End of file"));
}

TEST_F(WebSocketTest, ARefusalIsToldWithItsStatus) {
    loop_.call([&] {
        device_ = WebSocket::connect(
            loop_, "hub.example", "/", {}, told_to(at_device_, [this](auto) {
                loop_.post([this] { device_->feed(bytes("HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno")); });
            }));
    });
    EXPECT_THAT(at_device_.until("ended").back(), StartsWith("ended 400 the WebSocket was refused"));
}

TEST_F(WebSocketTest, AnAnswerThatIsNoHttpHasNoStatus) {
    loop_.call([&] {
        device_ = WebSocket::connect(loop_, "hub.example", "/", {}, told_to(at_device_, [this](auto) {
                                         loop_.post([this] { device_->feed(bytes("\x20\x02\r\n\r\n\r\n\r\n")); });
                                     }));
    });
    EXPECT_THAT(at_device_.until("ended").back(), StartsWith("ended 0 the WebSocket was refused"));
}

TEST(IsUpgrade, TellsARequestFromAnUpgrade) {
    EXPECT_FALSE(is_upgrade({"GET", "/devices", {{"Host", "h"}}, {}}));
    EXPECT_FALSE(is_upgrade({"PUT", "/", {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}}, {}}));
}

}  // namespace
}  // namespace hubspec::net
