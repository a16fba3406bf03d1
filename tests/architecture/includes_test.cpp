// Keeps the rooms' dependency rule true: which room may include which, and where third-party headers may be.

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Rule {
    std::set<std::string> rooms;        ///< that may be included, beside itself
    std::set<std::string> third_party;  ///< first path component or whole name
};

const std::map<std::string, Rule>& rules() {
    static const std::map<std::string, Rule> table{
        {"harness/mqtt", {{}, {}}},
        {"harness/iothub", {{}, {"openssl"}}},
        {"harness/model", {{"harness/mqtt"}, {"nlohmann"}}},
        {"harness/scenario", {{"harness/model", "harness/mqtt", "harness/iothub"}, {"yaml-cpp", "nlohmann", "fmt"}}},
        {"harness/net", {{"harness/model"}, {"boost", "openssl", "proton"}}},
        {"harness/actors",
         {{"harness/model", "harness/mqtt", "harness/iothub", "harness/net"},
          {"mqtt", "curl", "proton", "fmt", "MQTTAsync.h", "dlfcn.h", "link.h"}}},
        {"harness/load", {{"harness/model", "harness/mqtt", "harness/iothub", "harness/net", "harness/actors"}, {}}},
        {"harness/run", {{"harness/model", "harness/mqtt", "harness/iothub", "harness/net", "harness/actors"}, {}}},
        {"harness/cli",
         {{"harness/model", "harness/mqtt", "harness/iothub", "harness/net", "harness/actors", "harness/run",
           "harness/load", "harness/scenario", "fixtures/hub", "fixtures/hub/server", "fixtures/hub/store",
           "fixtures/deviations", "fixtures/pki", "fixtures/devices/plain", "reports"},
          {"CLI", "nlohmann", "fmt"}}},
        {"fixtures/devices/plain",
         {{"harness/model", "harness/mqtt", "harness/iothub", "harness/net", "harness/actors", "harness/scenario"},
          {}}},
        {"fixtures/devices/client",
         {{"harness/model", "harness/mqtt", "harness/actors", "fixtures/devices/plain"}, {"mqtt", "mosquitto.h"}}},
        {"fixtures/pki", {{}, {"openssl"}}},
        {"fixtures/hub", {{"harness/mqtt", "harness/iothub", "harness/model"}, {"nlohmann", "fmt"}}},
        {"fixtures/hub/amqp",
         {{"harness/mqtt", "harness/model", "harness/iothub", "harness/net", "fixtures/hub"}, {"proton"}}},
        {"fixtures/hub/server",
         {{"harness/mqtt", "harness/model", "harness/net", "fixtures/hub", "fixtures/hub/amqp", "fixtures/deviations"},
          {"boost", "nlohmann"}}},
        {"fixtures/hub/store", {{"fixtures/hub"}, {"sqlite3.h"}}},
        {"fixtures/deviations", {{"harness/mqtt", "fixtures/hub"}, {}}},
        {"reports",
         {{"harness/model", "harness/mqtt", "harness/iothub"},
          {"pugixml.hpp", "utf8.h", "utf8", "nlohmann", "fmt", "zlib.h"}}},
    };
    return table;
}

// The innermost folder that has a rule.
std::string room_of(const std::string& path) {
    std::string room;
    for (const auto& [name, rule] : rules())
        if (path.starts_with(name + "/") && name.size() > room.size()) room = name;
    return room;
}

// Platform headers are everybody's; so is the standard library, whose headers have neither a folder nor an ending.
bool is_system(const std::string& header) {
    static const std::set<std::string> folders{"sys", "netinet", "arpa"};
    const auto slash = header.find('/');
    if (slash != std::string::npos) return folders.contains(header.substr(0, slash));
    static const std::set<std::string> posix{"unistd.h", "fcntl.h", "poll.h",   "signal.h",  "pthread.h",
                                             "time.h",   "errno.h", "string.h", "strings.h", "stdlib.h",
                                             "dlfcn.h",  "spawn.h", "netdb.h"};
    return header.find('.') == std::string::npos || posix.contains(header);
}

// What only files of the room itself include, which all work on JSON, speak AMQP or declare options.
bool is_private(const std::string& path) {
    static const std::set<std::string> paths{
        "fixtures/hub/core.hpp",       "fixtures/hub/query.hpp",         "reports/stored.hpp",
        "fixtures/hub/amqp/nodes.hpp", "harness/actors/amqp_claims.hpp", "harness/cli/declare.hpp",
        "fixtures/hub/kept.hpp"};
    return paths.contains(path);
}

// It asks every library for its version, and nothing else of it.
constexpr const char* bill_of_materials = "harness/cli/components.cpp";

std::vector<std::string> problems_in(const fs::path& file, const std::string& path) {
    std::vector<std::string> problems;
    const std::string room = room_of(path);
    if (room.empty()) return {path + ": lies in no room that tests/architecture knows"};
    const Rule& rule = rules().at(room);
    static const std::regex include(R"(^\s*#include\s+([<"])([^>"]+)[>"])");
    std::ifstream in(file);
    int number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        std::smatch match;
        if (!std::regex_search(line, match, include)) continue;
        const std::string header = match[2];
        const std::string place = path + ":" + std::to_string(number) + ": ";
        if (match[1] == "\"") {
            const std::string other = room_of(header);
            if (other.empty())
                problems.push_back(place + header + " is not spelled from the repository root");
            else if (other != room && !rule.rooms.contains(other))
                problems.push_back(place + room + " may not include " + other);
        } else if (!is_system(header)) {
            const std::string owner = header.substr(0, header.find('/'));
            if (!rule.third_party.contains(owner) && path != bill_of_materials)
                problems.push_back(place + room + " may not include <" + header + ">");
            else if (path.ends_with(".hpp") && header != "nlohmann/json_fwd.hpp" && room != "harness/net" &&
                     !is_private(path))
                problems.push_back(place + "<" + header +
                                   "> belongs in a .cpp file: it costs every reader of this header seconds");
        }
    }
    return problems;
}

TEST(Architecture, RoomsIncludeOnlyWhatTheyMay) {
    const fs::path root = HUBSPEC_SOURCE_DIR;
    std::vector<std::string> problems;
    std::size_t files = 0;
    for (const auto* top : {"harness", "fixtures", "reports"})
        for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
            const auto ending = entry.path().extension();
            if (ending != ".cpp" && ending != ".hpp") continue;
            ++files;
            const auto found = problems_in(entry.path(), fs::relative(entry.path(), root).generic_string());
            problems.insert(problems.end(), found.begin(), found.end());
        }
    EXPECT_GT(files, 50u);
    for (const auto& problem : problems) ADD_FAILURE() << problem;
}

TEST(Architecture, TheCheckerSeesAForbiddenInclude) {
    const fs::path file = fs::temp_directory_path() / ("hubspec-architecture-" + std::to_string(::getpid()) + ".hpp");
    std::ofstream(file) << "#include <vector>\n#include \"reports/junit.hpp\"\n#include <curl/curl.h>\n";
    const auto problems = problems_in(file, "harness/mqtt/bad.hpp");
    fs::remove(file);
    ASSERT_EQ(problems.size(), 2u);
    EXPECT_EQ(problems[0], "harness/mqtt/bad.hpp:2: harness/mqtt may not include reports");
    EXPECT_EQ(problems[1], "harness/mqtt/bad.hpp:3: harness/mqtt may not include <curl/curl.h>");
}

// Names that say nothing hide things that should be split.
TEST(Architecture, NoFileHasANameThatSaysNothing) {
    static const std::regex vague("manager|handler|helper|util|base(?!line)|impl|common|context", std::regex::icase);
    const fs::path root = HUBSPEC_SOURCE_DIR;
    for (const auto* top : {"harness", "fixtures", "reports"})
        for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
            const auto name = entry.path().stem().string();
            if (name == "tls_context" || name == "base64") continue;  // the standards' own words
            EXPECT_FALSE(std::regex_search(name, vague)) << entry.path();
        }
}

}  // namespace
