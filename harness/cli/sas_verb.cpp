#include <chrono>
#include <cstdio>
#include <iostream>
#include <iterator>

#include "harness/cli/execute.hpp"
#include "harness/cli/options.hpp"
#include "harness/cli/test_pki.hpp"
#include "harness/iothub/connection_string.hpp"
#include "harness/iothub/sas_token.hpp"

namespace hubspec::cli {

namespace {

std::string read_secret(const std::string& path) {
    std::string text = path == "-" ? std::string(std::istreambuf_iterator<char>(std::cin), {}) : read_file(path);
    while (!text.empty() && std::string_view(" \t\r\n").find(text.back()) != std::string_view::npos) text.pop_back();
    return text;
}

std::int64_t now() {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

int complain(const std::string& what) {
    std::fprintf(stderr, "hubspec: %s\n", what.c_str());
    return exit_unusable;
}

std::string scope_of(const iothub::ConnectionString& parsed) {
    std::string scope = parsed.host_name;
    if (parsed.device_id) scope += "/devices/" + *parsed.device_id;
    if (parsed.module_id) scope += "/modules/" + *parsed.module_id;
    return scope;
}

// The token itself is what was asked for, so it goes to standard output and nowhere else.
int make(const SasOptions& options) {
    const auto parsed = iothub::parse_connection_string(read_secret(options.connection_string_file));
    if (const auto* problem = std::get_if<iothub::ConnectionStringProblem>(&parsed))
        return complain("the connection string cannot be used: " + problem->text);
    const auto& given = std::get<iothub::ConnectionString>(parsed);
    if (!given.shared_access_key) return complain("the connection string has no SharedAccessKey to sign with");
    const auto key = iothub::base64_decode(*given.shared_access_key);
    if (!key) return complain("the connection string's SharedAccessKey is no Base64");
    const std::string scope = options.resource.empty() ? scope_of(given) : options.resource;
    std::printf(
        "%s\n",
        iothub::make_sas_token({scope, *key, now() + options.duration.count(), given.shared_access_key_name}).c_str());
    return exit_ok;
}

std::string when(std::int64_t seconds) {
    const auto left = seconds - now();
    if (left < 0) return "expired " + std::to_string(-left) + " s ago";
    return "in " + std::to_string(left) + " s";
}

int inspect(const SasOptions& options) {
    const auto parsed = iothub::parse_sas_token(read_secret(options.token_file));
    if (const auto* problem = std::get_if<iothub::SasProblem>(&parsed))
        return complain("this is no SAS token that a hub takes: " + std::string(iothub::describe(*problem)));
    const auto& token = std::get<iothub::SasToken>(parsed);
    std::printf("sr   %s\nse   %s (%s)\nsig  %zu bytes\n", token.resource_raw.c_str(), token.expiry_raw.c_str(),
                when(token.expiry).c_str(), token.signature.size());
    if (token.policy) std::printf("skn  %s\n", token.policy->c_str());
    return exit_ok;
}

}  // namespace

int run(const SasOptions& options) {
    if (options.token_file.empty() == options.connection_string_file.empty())
        return complain("sas takes either --connection-string-file or --inspect; see: hubspec sas --help");
    return options.token_file.empty() ? make(options) : inspect(options);
}

}  // namespace hubspec::cli
