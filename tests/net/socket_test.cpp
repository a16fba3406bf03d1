#include "harness/net/socket.hpp"

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <utility>
#include <vector>

#include "fixtures/pki/pki.hpp"

namespace hubspec::net {
namespace {

// A server on a free port whose sockets the test drives, and a client beside it on the same loop.
class SocketTest : public testing::Test {
protected:
    static const pki::Credential& root() {
        static const auto made = pki::make_root("test root");
        return made;
    }
    static const pki::Credential& server_credential() {
        static const auto made = pki::make_server(root(), {"hub.example", {"hub.example", "localhost"}, {"127.0.0.1"}});
        return made;
    }

    void SetUp() override {
        loop_.start();
        loop_.call([&] {
            listener_ = std::make_unique<Listener>(loop_, "127.0.0.1", 0, [this](Accepted accepted) {
                accepted_ = Socket::accept(loop_, std::move(accepted), server_tls_, server_callbacks_, server_terms_);
            });
        });
    }
    void TearDown() override {
        loop_.call([&] {
            listener_.reset();
            if (accepted_) accepted_->reset();
            if (client_) client_->reset();
            accepted_.reset();
            client_.reset();
        });
    }

    void connect(const std::optional<TlsContext>& tls, const std::string& name, Socket::Callbacks callbacks) {
        loop_.call(
            [&] { client_ = Socket::connect(loop_, "127.0.0.1", listener_->port(), tls, name, std::move(callbacks)); });
    }
    static TlsContext client_tls(TlsVersion version = TlsVersion::any, const std::string& ca = root().certificate_pem) {
        return TlsContext::client({.ca_pem = ca, .chain_pem = {}, .key_pem = {}, .version = version, .verify = true});
    }
    static std::span<const std::uint8_t> bytes(const std::string& text) {
        return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
    }

    /// Connects, and returns how that ended.
    Ended failure(const std::optional<TlsContext>& tls, const std::string& name) {
        std::promise<Ended> ended;
        connect(tls, name,
                {.opened = nullptr, .received = nullptr, .ended = [&](const Ended& how) { ended.set_value(how); }});
        return ended.get_future().get();
    }
    /// Connects, lets the server do `then` with its socket, and returns how the client's connection ended.
    Ended ending(void (Socket::*then)()) {
        std::promise<Ended> ended;
        server_callbacks_.opened = [this, then](const PeerFacts&) {
            loop_.post([this, then] { (accepted_.get()->*then)(); });
        };
        connect(client_tls(), "hub.example",
                {.opened = nullptr, .received = nullptr, .ended = [&](const Ended& how) { ended.set_value(how); }});
        return ended.get_future().get();
    }

    std::optional<TlsContext> server_tls_ =
        TlsContext::server(server_credential().certificate_pem, server_credential().key_pem);
    Socket::Callbacks server_callbacks_;
    HandshakeTerms server_terms_;
    std::shared_ptr<Socket> accepted_, client_;
    std::unique_ptr<Listener> listener_;
    Loop loop_;
};

TEST_F(SocketTest, CarriesBytesBothWays) {
    std::promise<std::string> echoed;
    std::string collected;
    server_callbacks_.received = [this](std::span<const std::uint8_t> data) { accepted_->send(data); };
    const std::string sent(100'000, 'x');
    connect(client_tls(), "hub.example",
            {.opened = [&](const PeerFacts&) { client_->send(bytes(sent)); },
             .received =
                 [&](std::span<const std::uint8_t> data) {
                     collected.append(data.begin(), data.end());
                     if (collected.size() == sent.size()) echoed.set_value(collected);
                 },
             .ended = nullptr});
    EXPECT_EQ(echoed.get_future().get(), sent);
}

TEST_F(SocketTest, NegotiatesTheVersionItIsAskedFor) {
    for (const auto& [version, name] :
         {std::pair{TlsVersion::tls_1_2, "TLSv1.2"}, std::pair{TlsVersion::tls_1_3, "TLSv1.3"}}) {
        std::promise<std::string> negotiated;
        connect(client_tls(version), "hub.example",
                {.opened = [&](const PeerFacts& facts) { negotiated.set_value(facts.tls_version); },
                 .received = nullptr,
                 .ended = nullptr});
        EXPECT_EQ(negotiated.get_future().get(), name);
    }
}

// Whoever drives a connection is often held by its callbacks: neither may outlive the loop.
TEST(LoopsEnd, ClosesConnectionsAndLetsGoOfWhoDroveThem) {
    const auto held = std::make_shared<int>();
    Loop server;
    std::promise<void> came, gone;
    std::shared_ptr<Socket> accepted;
    server.start();
    std::unique_ptr<Listener> listener;
    server.call([&] {
        listener = std::make_unique<Listener>(server, "127.0.0.1", 0, [&](Accepted one) {
            accepted = Socket::accept(server, std::move(one), std::nullopt,
                                      {.opened = nullptr,
                                       .received = [&](std::span<const std::uint8_t>) { came.set_value(); },
                                       .ended = [&](const Ended&) { gone.set_value(); }});
        });
    });
    {
        Loop loop;
        loop.start();
        loop.call([&] {
            const auto socket = std::make_shared<std::shared_ptr<Socket>>();
            *socket = Socket::connect(loop, "127.0.0.1", listener->port(), std::nullopt, "",
                                      {.opened =
                                           [socket, held](const PeerFacts&) {
                                               const std::uint8_t byte = 1;
                                               (*socket)->send(std::span(&byte, 1));
                                           },
                                       .received = nullptr,
                                       .ended = [socket, held](const Ended&) { ADD_FAILURE() << "told of the end"; }});
        });
        came.get_future().get();
    }
    ASSERT_EQ(held.use_count(), 1);
    gone.get_future().get();
    server.call([&] { listener.reset(), accepted.reset(); });
}

struct ClientCertificateCase {
    const char* name;
    pki::Credential (*make)(const pki::Credential& root);
    bool chain_is_valid;
    int days_from, days_until;  ///< when it holds with all above it, from now; the root does since yesterday
};

void PrintTo(const ClientCertificateCase& one, std::ostream* out) { *out << one.name; }

class ClientCertificates : public SocketTest, public testing::WithParamInterface<ClientCertificateCase> {};

// X-X509-05: whatever the certificate, the handshake goes on, and the server is told what it was.
TEST_P(ClientCertificates, AreTakenAndTold) {
    const auto& expected = GetParam();
    const auto client = expected.make(root());
    for (const auto version : {TlsVersion::tls_1_2, TlsVersion::tls_1_3}) {
        std::promise<PeerFacts> told;
        server_tls_ = TlsContext::server(server_credential().certificate_pem, server_credential().key_pem,
                                         root().certificate_pem);
        server_callbacks_.opened = [&](const PeerFacts& facts) { told.set_value(facts); };
        connect(TlsContext::client({root().certificate_pem, client.certificate_pem, client.key_pem, version, true}),
                "hub.example", {});
        const auto facts = told.get_future().get();
        ASSERT_TRUE(facts.certificate);
        EXPECT_EQ(facts.certificate->subject_common_name, "D");
        EXPECT_EQ(facts.certificate->sha1_thumbprint, pki::thumbprint(client.certificate_pem, pki::Digest::sha1));
        EXPECT_EQ(facts.certificate->sha256_thumbprint, pki::thumbprint(client.certificate_pem, pki::Digest::sha256));
        EXPECT_EQ(facts.certificate->chain_is_valid, expected.chain_is_valid);
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        const auto days = [&](auto time) { return std::chrono::round<std::chrono::days>(time - now).count(); };
        EXPECT_EQ(days(facts.certificate->not_before), expected.days_from);
        EXPECT_EQ(days(facts.certificate->not_after), expected.days_until);
    }
}

INSTANTIATE_TEST_SUITE_P(
    All, ClientCertificates,
    testing::Values(
        ClientCertificateCase{"Right", [](const pki::Credential& root) { return pki::make_client(root, "D"); }, true,
                              -1, 365},
        ClientCertificateCase{
            "ThroughAnIntermediate",
            [](const pki::Credential& root) { return pki::make_client(pki::make_intermediate(root, "middle"), "D"); },
            true, -1, 365},
        ClientCertificateCase{"WithoutItsIntermediate",
                              [](const pki::Credential& root) {
                                  auto made = pki::make_client(pki::make_intermediate(root, "middle"), "D");
                                  made.certificate_pem = pki::leaf_of(made.certificate_pem);
                                  return made;
                              },
                              false, -1, 365},
        ClientCertificateCase{"ThroughAnExpiredIntermediate",
                              [](const pki::Credential& root) {
                                  return pki::make_client(pki::make_intermediate(root, "middle", pki::expired), "D");
                              },
                              true, -1, -1},
        ClientCertificateCase{"Expired",
                              [](const pki::Credential& root) { return pki::make_client(root, "D", pki::expired); },
                              true, -1, -1},
        ClientCertificateCase{
            "NotYetValid", [](const pki::Credential& root) { return pki::make_client(root, "D", pki::not_yet_valid); },
            true, 1, 2},
        ClientCertificateCase{"ForServers",
                              [](const pki::Credential& root) {
                                  return pki::issue(root, {"D", pki::Usage::server, {}, {}, {}});
                              },
                              false, -1, 365},
        ClientCertificateCase{"OfAnotherRoot",
                              [](const pki::Credential&) { return pki::make_client(pki::make_root("other"), "D"); },
                              false, -1, 365},
        ClientCertificateCase{"SelfSigned", [](const pki::Credential&) { return pki::make_self_signed("D"); }, false,
                              -1, 365},
        ClientCertificateCase{"SelfSignedAndExpired",
                              [](const pki::Credential&) { return pki::make_self_signed("D", pki::expired); }, false,
                              -2, -1}),
    [](const auto& one) { return std::string(one.param.name); });

TEST_F(SocketTest, WithoutAClientCertificateTheServerIsToldOfNone) {  // X-TLS-08
    std::promise<PeerFacts> told;
    server_tls_ =
        TlsContext::server(server_credential().certificate_pem, server_credential().key_pem, root().certificate_pem);
    server_callbacks_.opened = [&](const PeerFacts& facts) { told.set_value(facts); };
    connect(client_tls(), "hub.example", {});
    EXPECT_FALSE(told.get_future().get().certificate);
}

TEST_F(SocketTest, AForeignRootIsRefused) {
    const auto other = pki::make_root("another root");
    const auto ended = failure(client_tls(TlsVersion::any, other.certificate_pem), "hub.example");
    EXPECT_EQ(ended.ending, Ending::handshake);
    EXPECT_NE(ended.text.find("certificate refused: "), std::string::npos) << ended.text;
}

TEST_F(SocketTest, AWrongNameIsRefused) {
    const auto ended = failure(client_tls(), "other.example");
    EXPECT_EQ(ended.text, "certificate refused: hostname mismatch");
}

TEST_F(SocketTest, WhoOverlooksOneThingStillSeesTheOther) {
    const auto foreign = pki::make_root("another root").certificate_pem;
    const auto client = [&](Overlooks what, const std::string& ca) {
        return TlsContext::client({.ca_pem = ca, .chain_pem = {}, .key_pem = {}, .overlooks = what});
    };
    std::promise<void> opened;
    connect(client(Overlooks::name, root().certificate_pem), "other.example",
            {.opened = [&](const PeerFacts&) { opened.set_value(); }, .received = nullptr, .ended = nullptr});
    opened.get_future().get();
    EXPECT_EQ(failure(client(Overlooks::root, foreign), "other.example").text,
              "certificate refused: hostname mismatch");
    EXPECT_EQ(failure(client(Overlooks::name, foreign), "other.example").ending, Ending::handshake);
    EXPECT_EQ(failure(client(Overlooks::expiry, root().certificate_pem), "other.example").text,
              "certificate refused: hostname mismatch");
}

TEST_F(SocketTest, ClientsOfTheSameOptionsShareAContext) {
    const auto ca = root().certificate_pem;
    const auto client = [](const TlsContext::ClientOptions& options) { return TlsContext::client(options).native(); };
    const TlsContext::ClientOptions plain{.ca_pem = ca, .chain_pem = {}, .key_pem = {}};
    auto newest = plain, careless = plain;
    newest.version = TlsVersion::tls_1_3;
    careless.overlooks = Overlooks::name;
    EXPECT_EQ(client(plain), client(plain));
    EXPECT_NE(client(plain), client(newest));
    EXPECT_NE(client(plain), client(careless));
    const auto with = [&plain](const pki::Credential& credential) {
        auto options = plain;
        options.chain_pem = credential.certificate_pem, options.key_pem = credential.key_pem;
        return options;
    };
    pki::Contents contents;
    contents.common_name = "D";
    const auto one = with(pki::self_sign(contents)), other = with(pki::self_sign(contents));
    EXPECT_EQ(client(one), client(one));
    EXPECT_NE(client(one), client(other)) << "a key is nobody else's";
    EXPECT_NE(client(one), client(plain));
}

TEST_F(SocketTest, AnAddressIsCheckedAgainstTheAddressesOfTheCertificate) {
    std::promise<void> opened;
    connect(client_tls(), "127.0.0.1",
            {.opened = [&](const PeerFacts&) { opened.set_value(); }, .received = nullptr, .ended = nullptr});
    opened.get_future().get();
    EXPECT_EQ(failure(client_tls(), "127.0.0.2").text, "certificate refused: IP address mismatch");
}

TEST_F(SocketTest, PlainBytesEndTheHandshakeOfTheServer) {
    std::promise<Ended> ended;
    server_callbacks_.ended = [&](const Ended& how) { ended.set_value(how); };
    connect(std::nullopt, "",
            {.opened = [&](const PeerFacts&) { client_->send(bytes("\x10\x0c plain MQTT")); },
             .received = nullptr,
             .ended = nullptr});
    EXPECT_EQ(ended.get_future().get().ending, Ending::handshake);
}

TEST_F(SocketTest, WhoSaysNothingIsLetGo) {
    server_terms_.patience = std::chrono::milliseconds(1);
    std::promise<Ended> no_handshake, no_word;
    server_callbacks_.ended = [&](const Ended& how) { no_handshake.set_value(how); };
    connect(std::nullopt, "", {});
    const auto first = no_handshake.get_future().get();
    EXPECT_EQ(first.ending, Ending::handshake);
    EXPECT_EQ(first.text, "nothing came from the peer in time");

    server_tls_.reset();  // there is no handshake to wait for
    server_terms_.until_it_speaks = true;
    server_callbacks_.ended = [&](const Ended& how) { no_word.set_value(how); };
    connect(std::nullopt, "", {});
    EXPECT_EQ(no_word.get_future().get().text, "nothing came from the peer in time");
}

TEST_F(SocketTest, TellsWhenThePeerHasTakenWhatWaited) {
    std::promise<void> full, drained;
    bool is_full = false;
    server_callbacks_.opened = [&](const PeerFacts&) {
        loop_.post([&] {
            while (accepted_->queued() == 0) accepted_->send(std::vector<std::uint8_t>(1'000'000));
            is_full = true;
            full.set_value();
        });
    };
    server_callbacks_.drained = [&] {
        if (std::exchange(is_full, false)) drained.set_value();
    };
    Loop slow;  // the client reads on a loop of its own, that is held up
    slow.start();
    std::shared_ptr<Socket> client;
    slow.call([&] {
        client = Socket::connect(slow, "127.0.0.1", listener_->port(), client_tls(), "hub.example",
                                 {.opened = [&](const PeerFacts&) { full.get_future().wait(); },
                                  .received = [](std::span<const std::uint8_t>) {},
                                  .ended = {}});
    });
    drained.get_future().get();
    slow.call([&] { client->reset(); });
}

TEST_F(SocketTest, TellsHowThePeerClosed) {
    EXPECT_EQ(ending(&Socket::close).ending, Ending::close_notify);
    EXPECT_EQ(ending(&Socket::fin).ending, Ending::fin);
    EXPECT_EQ(ending(&Socket::reset).ending, Ending::reset);
}

TEST_F(SocketTest, AResetThatAWriterSeesFirstIsAReset) {
    for (const bool with_tls : {true, false}) {
        std::promise<Ended> ended;
        const auto reset_and_write = [&] {
            accepted_->reset();
            client_->send(bytes("into nothing"));
            client_->send(bytes("and again"));
        };
        server_callbacks_.opened = [&](const PeerFacts&) { loop_.post(reset_and_write); };
        if (!with_tls) server_tls_.reset();
        connect(with_tls ? std::optional(client_tls()) : std::nullopt, "hub.example",
                {.opened = nullptr, .received = nullptr, .ended = [&](const Ended& how) { ended.set_value(how); }});
        const auto how = ended.get_future().get();
        EXPECT_EQ(how.ending, Ending::reset) << how.text;
        EXPECT_EQ(how.text, "reset (TCP RST)");
    }
}

TEST_F(SocketTest, NobodyListening) {
    const auto port = listener_->port();
    loop_.call([&] { listener_.reset(); });
    std::promise<Ended> ended;
    loop_.call([&] {
        client_ = Socket::connect(
            loop_, "127.0.0.1", port, client_tls(), "hub.example",
            {.opened = nullptr, .received = nullptr, .ended = [&](const Ended& how) { ended.set_value(how); }});
    });
    const auto how = ended.get_future().get();
    EXPECT_EQ(how.ending, Ending::unreachable);
    EXPECT_EQ(how.text, "TCP connection failed: Connection refused");
}

TEST_F(SocketTest, WhatWasSentBeforeTheCloseArrives) {
    std::promise<std::string> all;
    std::string collected;
    server_callbacks_.opened = [this](const PeerFacts&) {
        loop_.post([this] {
            accepted_->send(bytes("last words"));
            accepted_->close();
        });
    };
    connect(client_tls(), "hub.example",
            {.opened = nullptr,
             .received = [&](std::span<const std::uint8_t> data) { collected.append(data.begin(), data.end()); },
             .ended = [&](const Ended&) { all.set_value(collected); }});
    EXPECT_EQ(all.get_future().get(), "last words");
}

TEST(Listener, APortInUseIsSaid) {
    Loop loop;
    loop.start();
    std::unique_ptr<Listener> first;
    loop.call([&] { first = std::make_unique<Listener>(loop, "127.0.0.1", 0, [](Accepted) {}); });
    try {
        loop.call([&] { Listener second(loop, "127.0.0.1", first->port(), [](Accepted) {}); });
        FAIL() << "the port was given out twice";
    } catch (const ListenError& error) {
        EXPECT_EQ(std::string(error.what()),
                  "cannot listen on 127.0.0.1:" + std::to_string(first->port()) + ": Address already in use");
    }
    loop.call([&] { first.reset(); });
}

TEST(TlsContext, ForeignKeysAndNonsenseAreNamed) {
    const auto root = pki::make_root("root");
    const auto one = pki::make_server(root, {"a", {"a"}, {}});
    const auto other = pki::make_server(root, {"b", {"b"}, {}});
    const auto text_of = [](const auto& work) -> std::string {
        try {
            work();
        } catch (const TlsError& error) {
            return error.what();
        }
        return "accepted";
    };
    EXPECT_EQ(text_of([&] { TlsContext::server(one.certificate_pem, other.key_pem); }),
              "server key: it does not belong to the certificate");
    EXPECT_EQ(text_of([&] { TlsContext::server("nonsense", one.key_pem); }),
              "server certificate: no PEM certificate in it");
    EXPECT_EQ(text_of([&] { TlsContext::server(one.certificate_pem, "nonsense"); }),
              "server key: no PEM private key in it");
    EXPECT_EQ(
        text_of([&] {
            TlsContext::client(
                {.ca_pem = "nonsense", .chain_pem = {}, .key_pem = {}, .version = TlsVersion::any, .verify = true});
        }),
        "CA file: no PEM certificate in it");
}

}  // namespace
}  // namespace hubspec::net
