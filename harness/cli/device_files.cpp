#include "harness/cli/device_files.hpp"

#include <filesystem>
#include <stdexcept>

#include "harness/cli/test_pki.hpp"
#include "harness/iothub/property_bag.hpp"

namespace hubspec::cli {

namespace fs = std::filesystem;

namespace {

constexpr long long a_month = 30LL * 24 * 3600;

void make_folder(const std::string& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) throw std::runtime_error("cannot make the folder '" + folder + "': " + error.message());
}

}  // namespace

pki::Credential keep_device_authority(const std::string& folder) {
    make_folder(folder);
    const std::string certificate = folder + "/device-ca.pem", key = folder + "/device-ca.key.pem";
    if (fs::exists(certificate) && fs::exists(key)) {
        const pki::Credential kept{read_file(certificate), read_file(key)};
        if (pki::seconds_left(kept.certificate_pem) > a_month) return kept;
    }
    const auto made = pki::make_root("hubspec device root");
    write_private_file(certificate, made.certificate_pem);
    write_private_file(key, made.key_pem);
    return made;
}

DeviceFiles write_device(const std::string& folder, const std::string& identity, const pki::Credential& credential,
                         bool self_signed) {
    make_folder(folder + "/devices");
    const std::string path = folder + "/devices/" + iothub::percent_encode(identity);
    const auto print = [&](pki::Digest digest) { return pki::thumbprint(credential.certificate_pem, digest); };
    DeviceFiles files{
        identity, self_signed, path + ".pem", path + ".key.pem", print(pki::Digest::sha1), print(pki::Digest::sha256)};
    write_private_file(files.certificate_file, credential.certificate_pem);
    write_private_file(files.key_file, credential.key_pem);
    return files;
}

}  // namespace hubspec::cli
