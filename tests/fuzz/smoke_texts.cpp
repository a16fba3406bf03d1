// Runs a fuzz target that reads text without libFuzzer: over seeds of every format and a fixed number of mutations of
// each. With a folder as argument it writes the seeds there instead, for `fuzz_NAME FOLDER`.
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/smoke.hpp"

namespace {

const std::vector<std::string>& seeds() {
    static const std::vector<std::string> all{
        "",
        "SharedAccessSignature sr=h.azure-devices.net%2Fdevices%2Fd&sig=f7C%2FEPc%3D&se=1456481802",
        "SharedAccessSignature se=9999999999&skn=iothubowner&sig=AAAA&sr=h",
        "h.azure-devices.net/d/?api-version=2021-04-12&DeviceClientType=x%20y",
        "h.azure-devices.net/d/m/api-version=2016-11-14/DeviceClientType=a",
        "HostName=h.azure-devices.net;DeviceId=d;SharedAccessKey=a2V5",
        "HostName=h;SharedAccessKeyName=service;SharedAccessKey=a2V5;GatewayHostName=g",
        "devices/d/messages/events/%24.mid=1&%24.ct=application%2Fjson&a=b&c=&d",
        "devices/d/modules/m/messages/events/",
        "$iothub/twin/PATCH/properties/reported/?$rid=1&$version=2",
        "$iothub/methods/res/200/?$rid=1",
        "%24.mid=x&prop=&other",
        "PUT "
        "/devices/"
        "x\n{\"deviceId\":\"x\",\"authentication\":{\"symmetricKey\":{\"primaryKey\":null}},\"capabilities\":{}}",
        "POST "
        "/devices\n[{\"id\":\"x\",\"importMode\":\"create\",\"tags\":{}},{\"id\":\"d\",\"importMode\":\"delete\"}]",
        "PATCH /twins/d/modules/m\n{\"tags\":{\"a\":[1]},\"properties\":{\"desired\":{\"b\":null}}}",
        "POST /twins/d/methods\n{\"methodName\":\"m\",\"payload\":{},\"connectTimeoutInSeconds\":300}",
        "POST /devices/query\n{\"query\":\"SELECT * FROM devices\"}",
        "SELECT * FROM devices WHERE tags.a = 'x' AND NOT properties.reported.b IN [1, 'y', null]",
        "SELECT TOP 2 deviceId AS id, COUNT() FROM devices.modules WHERE (IS_DEFINED([[a b]]) OR a <> 0x1F) GROUP BY "
        "id",
        "GET /twins/d?api-version=2021-04-12 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n{}GET /b HTTP/1.1\r\n\r\n",
        "PUT /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: 1\r\n\r\nHEAD / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "
        "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\nrest",
    };
    return all;
}

std::string mutated(std::string text, std::mt19937& random) {
    for (unsigned left = 1 + random() % 4; left > 0; --left) {
        const std::size_t at = text.empty() ? 0 : random() % text.size();
        switch (random() % 4) {
            case 0:
                text.insert(at, 1, static_cast<char>(random()));
                break;
            case 1:
                text.erase(at, 1 + random() % 3);
                break;
            case 2:
                text.insert(at, text.substr(at / 2, random() % 12));
                break;
            default:
                text.insert(at, std::vector<std::string>{"%", "%2", "%00", "=", "&", ";", "/", "?", "$", "+", "\xff",
                                                         "#"}[random() % 12]);
                break;
        }
    }
    return text;
}

}  // namespace

int main(int argc, char** argv) { return hubspec::fuzz::smoke(argc, argv, seeds(), 3000, mutated); }
