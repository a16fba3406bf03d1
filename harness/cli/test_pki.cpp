#include "harness/cli/test_pki.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "fixtures/pki/pki.hpp"

namespace hubspec::cli {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const std::string& path, const std::string& what) {
    throw std::runtime_error("cannot " + what + " '" + path + "': " + std::strerror(errno));
}

pki::ServerNames names_for(const std::string& host_name, const std::vector<std::string>& addresses) {
    pki::ServerNames names{host_name, {host_name, "localhost"}, {"127.0.0.1", "::1"}};
    for (const auto& address : addresses)
        if (std::find(names.ip_addresses.begin(), names.ip_addresses.end(), address) == names.ip_addresses.end())
            names.ip_addresses.push_back(address);
    return names;
}

bool covers(const std::string& certificate_pem, const std::string& host_name,
            const std::vector<std::string>& addresses) {
    const auto names = pki::names_of(certificate_pem);
    const auto has = [&](const std::string& name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    return has(host_name) && std::all_of(addresses.begin(), addresses.end(), has) &&
           pki::seconds_left(certificate_pem) > 24 * 3600;
}

bool belong_together(const std::string& chain_pem, const std::string& key_pem) {
    try {
        net::TlsContext::server(chain_pem, key_pem);
        return true;
    } catch (const net::TlsError&) {
        return false;
    }
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
    std::string pattern = (fs::temp_directory_path() / "hubspec-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) fail(pattern, "make the folder");
    path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

void write_private_file(const std::string& path, const std::string& text) {
    const std::string partial = path + ".partial";
    const int file = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) fail(path, "write");
    std::size_t written = 0;
    while (written < text.size()) {
        const auto count = ::write(file, text.data() + written, text.size() - written);
        if (count < 0) {
            ::close(file);
            ::unlink(partial.c_str());
            fail(path, "write");
        }
        written += static_cast<std::size_t>(count);
    }
    ::close(file);
    if (::rename(partial.c_str(), path.c_str()) != 0) fail(path, "write");
}

std::string read_file(const std::string& path) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) throw std::runtime_error("cannot read '" + path + "': it is a folder");
    errno = 0;
    std::ifstream in(path, std::ios::binary);
    if (!in) fail(path, "read");
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

TestPki make_test_pki(const std::string& folder, const std::string& host_name,
                      const std::vector<std::string>& addresses) {
    const auto root = pki::make_root("hubspec test root");
    const auto server = pki::make_server(root, names_for(host_name, addresses));
    const auto context = [](const pki::Credential& issuer, const pki::ServerNames& names,
                            const pki::Validity& validity = {}) {
        const auto made = pki::make_server(issuer, names, validity);
        return net::TlsContext::server(made.certificate_pem, made.key_pem);
    };
    TestPki made{
        folder + "/ca.pem", root.certificate_pem, server.certificate_pem + root.certificate_pem, server.key_pem, {}};
    made.wrong.of_unknown_root = context(pki::make_root("hubspec other root"), names_for(host_name, addresses));
    made.wrong.of_other_name = context(root, {"other.example", {"other.example"}, {}});
    made.wrong.expired = context(root, names_for(host_name, addresses), pki::expired);
    made.wrong.not_yet_valid = context(root, names_for(host_name, addresses), pki::not_yet_valid);
    made.wrong.rotated =
        context(pki::make_intermediate(root, "hubspec other intermediate"), names_for(host_name, addresses));
    write_private_file(made.ca_file, made.ca_pem);
    return made;
}

TestPki keep_test_pki(const std::string& folder, const std::string& host_name,
                      const std::vector<std::string>& addresses) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) throw std::runtime_error("cannot make the folder '" + folder + "': " + error.message());
    const std::string root_key = folder + "/ca.key.pem", chain = folder + "/server.pem",
                      key = folder + "/server.key.pem", ca = folder + "/ca.pem";
    const auto all_there = fs::exists(root_key) && fs::exists(ca);
    pki::Credential root;
    if (all_there) root = {read_file(ca), read_file(root_key)};
    // The root stays as long as it can: people have told their devices to trust it.
    if (!all_there || pki::seconds_left(root.certificate_pem) < 24 * 3600) {
        root = pki::make_root("hubspec test root");
        write_private_file(ca, root.certificate_pem);
        write_private_file(root_key, root.key_pem);
        fs::remove(chain, error);
    }
    if (!fs::exists(chain) || !fs::exists(key) || !covers(read_file(chain), host_name, addresses) ||
        !belong_together(read_file(chain), read_file(key))) {
        const auto server = pki::make_server(root, names_for(host_name, addresses));
        write_private_file(chain, server.certificate_pem + root.certificate_pem);
        write_private_file(key, server.key_pem);
    }
    return {ca, root.certificate_pem, read_file(chain), read_file(key), {}};
}

}  // namespace hubspec::cli
