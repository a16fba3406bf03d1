#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "harness/scenario/yaml.hpp"

namespace hubspec::scenario {

/// `{{rid}}`, `{{version:int}}` in a text.
struct NameReference {
    std::string name;
    std::string type;
    std::size_t offset = 0;  ///< of the first brace
    std::size_t length = 0;
    bool operator==(const NameReference&) const = default;
};

std::vector<NameReference> references_in(std::string_view text);

/// The text is one name and nothing else.
std::optional<NameReference> single_reference(std::string_view text);

/// What a name is written for.
enum class Use {
    sent,      ///< a new name gets a fresh value
    expected,  ///< a new name captures
    compared,  ///< the name must have a value already
};

/// Follows the names of one scenario from line to line.
class NameBook {
public:
    /// A name that is there from the start: `device.id`, an axis.
    void declare(std::string name);
    /// A name of the language itself that means nothing here: `index` outside of a repeat.
    void reserve(std::string name, std::string why_not);

    /// Checks every name in the text of this node.
    void use(const yaml::Node& node, Use purpose, Diagnostics& diagnostics);
    /// The same for a key.
    void use_key(const yaml::Node& parent, const yaml::Member& key, Use purpose, Diagnostics& diagnostics);

    bool was_used(const std::string& name) const { return counts_.contains(name); }
    /// Names that occur once: nothing is compared with them.
    void finish(Diagnostics& diagnostics) const;

private:
    struct Occurrence {
        std::size_t count = 0;
        Diagnostic first;
    };
    using Spot = std::tuple<const SourceFile*, int, int, std::size_t>;  ///< file, line, column, which name of the text

    void use_text(const std::string& text, const Diagnostic& place, Use purpose, Diagnostics& diagnostics);
    void use_name(const NameReference& reference, const Diagnostic& place, Use purpose, Diagnostics& diagnostics);
    std::string problem(const NameReference& reference, Use purpose) const;

    std::set<std::string> declared_;
    std::map<std::string, std::string> reserved_;
    std::set<std::string> bound_;
    std::map<std::string, Occurrence> counts_;
    std::set<Spot> seen_;
    const SourceFile* file_ = nullptr;
    std::size_t ordinal_ = 0;
};

}  // namespace hubspec::scenario
