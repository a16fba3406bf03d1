#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "harness/model/value.hpp"
#include "harness/scenario/diagnostic.hpp"
#include "harness/scenario/source_file.hpp"

/// Strict YAML: every node knows its place, nothing is guessed. No aliases, anchors, tags, merge keys, second
/// documents, duplicate keys or missing values; plain scalars are null, true, false, decimal numbers and text.
namespace hubspec::scenario::yaml {

inline constexpr int deepest = 64;
inline constexpr std::size_t most_nodes = 100'000;

struct Node;
struct Member;

struct Scalar {
    model::Value value;   ///< null, bool, integer, real or text
    std::string text;     ///< as it is written, without quotes
    bool quoted = false;  ///< in quotes or a block: always text
};
struct Sequence {
    std::vector<Node> items;
};
struct Map {
    std::vector<Member> members;
    const Node* find(std::string_view name) const;
    const Member* member(std::string_view name) const;
};

struct Node {
    std::variant<Scalar, Sequence, Map> form;
    const SourceFile* file = nullptr;
    model::Place place;
    int length = 1;       ///< characters on its first line
    bool broken = false;  ///< something was said about it already; whatever it is, it is no news

    const Scalar* scalar() const { return std::get_if<Scalar>(&form); }
    const Sequence* sequence() const { return std::get_if<Sequence>(&form); }
    const Map* map() const { return std::get_if<Map>(&form); }
    /// The text of a scalar that is text; nullptr for everything else.
    const std::string* text() const;
    /// True for this word without quotes.
    bool is_plain(std::string_view word) const;
};

struct Member {
    std::string name;
    model::Place place;
    int length = 1;
    Node value;
};

struct Document {
    SourceFilePointer file;  ///< null when it could not be read
    Node root;               ///< broken when there is none
    Diagnostics diagnostics;
};

Document parse(SourceFilePointer file);
Document parse(std::string name, std::string text);
Document read(const std::string& path);
/// The same for many files, several at a time: most of the time that a suite takes to load goes into this.
std::vector<Document> read_all(const std::vector<std::string>& paths);

Diagnostic at(const Node& node, std::string message);
Diagnostic at(const Node& parent, const Member& key, std::string message);

/// What it is, for messages: "the text 'x'", "the number 5", "a list", "null".
std::string describe(const Node& node);

}  // namespace hubspec::scenario::yaml
