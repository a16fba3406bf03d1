#pragma once

#include <bitset>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace hubspec::iothub {

/// Finds secrets in what is to be published: as they are, percent-encoded, JSON-escaped, as hexadecimal digits, in
/// Base64; of a key that is given in Base64 its bytes as well. A piece of 16 bytes is enough, so that one which is cut
/// in two is found.
class SecretScan {
public:
    /// `what` names it for people. One that is shorter than 8 bytes is not looked for: any text might hold it.
    void add(std::string_view secret, const std::string& what);
    bool is_empty() const { return names_.empty(); }
    /// The name of one that the text holds.
    std::optional<std::string> find_in(std::string_view text) const;

private:
    static constexpr std::size_t piece = 16, shortest = 8;

    void add_form(const std::string& form);

    std::set<std::string> added_;
    std::vector<std::string> names_;
    std::unordered_map<std::string, std::size_t> pieces_;             ///< to the index of its name
    std::bitset<1U << 16U> may_be_;                                   ///< by the hash of a piece
    std::vector<std::pair<std::string, std::size_t>> short_secrets_;  ///< looked for as a whole
};

// What this process knows. From any thread.

/// From now on this must not be written into any report.
void keep_secret(std::string_view secret, const std::string& what);
/// Whether there is anything to look for.
bool keeps_secrets();
/// The name of a secret that the text holds; nullopt: it may be published.
std::optional<std::string> secret_in(std::string_view text);

}  // namespace hubspec::iothub
