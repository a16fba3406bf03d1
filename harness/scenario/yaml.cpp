#include "harness/scenario/yaml.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

#include "harness/mqtt/packet.hpp"
#include "harness/scenario/text.hpp"
#include "harness/scenario/yaml_events.hpp"

namespace hubspec::scenario::yaml {

namespace {

constexpr std::size_t longest_quote = 40;

Document broken_document(SourceFilePointer file) {
    Document document;
    document.root.broken = true;
    document.root.file = file.get();
    document.file = std::move(file);
    return document;
}

// yaml-cpp takes a tab before a token for a blank, or for something else altogether.
void check_indentation(const SourceFile& file, Diagnostics& diagnostics) {
    for (int number = 1; static_cast<std::size_t>(number) <= file.line_starts.size(); ++number) {
        const auto line = file.line(number);
        const auto content = line.find_first_not_of(" \t");
        const auto tab = line.find('\t');
        if (content == std::string_view::npos || tab > content) continue;
        diagnostics.push_back(
            diagnose(file, {number, static_cast<int>(tab) + 1}, 1, "a tab cannot indent; use spaces"));
    }
}

bool has_content(const SourceFile& file) {
    for (int number = 1; static_cast<std::size_t>(number) <= file.line_starts.size(); ++number) {
        const auto line = file.line(number);
        const auto content = line.find_first_not_of(" \t");
        if (content != std::string_view::npos && line[content] != '#') return true;
    }
    return false;
}

}  // namespace

const Member* Map::member(std::string_view name) const {
    for (const auto& one : members)
        if (one.name == name) return &one;
    return nullptr;
}

const Node* Map::find(std::string_view name) const {
    const auto* found = member(name);
    return found == nullptr ? nullptr : &found->value;
}

const std::string* Node::text() const {
    const auto* one = scalar();
    return one == nullptr ? nullptr : one->value.text();
}

bool Node::is_plain(std::string_view word) const {
    const auto* one = scalar();
    return one != nullptr && !one->quoted && one->text == word;
}

Document parse(SourceFilePointer file) {
    Document document = broken_document(std::move(file));
    if (!check_characters(*document.file, document.diagnostics)) return document;
    check_indentation(*document.file, document.diagnostics);
    if (!document.diagnostics.empty()) return document;
    if (!has_content(*document.file)) {
        document.diagnostics.push_back(diagnose(*document.file, {}, 1, "the file is empty"));
        return document;
    }
    build(document);
    return document;
}

Document parse(std::string name, std::string text) {
    if (text.size() <= largest_file) return parse(make_source(std::move(name), std::move(text)));
    const auto size = text.size();
    Document document = broken_document(make_source(std::move(name), ""));
    document.diagnostics.push_back(diagnose(*document.file, {}, 1, too_large(size)));
    return document;
}

Document read(const std::string& path) {
    Diagnostics diagnostics;
    auto file = read_source(path, diagnostics);
    if (file != nullptr) return parse(std::move(file));
    Document document = broken_document(nullptr);
    document.diagnostics = std::move(diagnostics);
    return document;
}

std::vector<Document> read_all(const std::vector<std::string>& paths) {
    std::vector<Document> documents(paths.size());
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (auto i = next++; i < paths.size(); i = next++) documents[i] = read(paths[i]);
    };
    constexpr std::size_t files_a_thread = 20;
    const auto others =
        std::min<std::size_t>(std::max(std::thread::hardware_concurrency(), 1U) - 1, paths.size() / files_a_thread);
    std::vector<std::future<void>> working;
    for (std::size_t i = 0; i < others; ++i) working.push_back(std::async(std::launch::async, work));
    work();
    for (auto& one : working) one.get();
    return documents;
}

Diagnostic at(const Node& node, std::string message) {
    return diagnose(*node.file, node.place, node.length, std::move(message));
}

Diagnostic at(const Node& parent, const Member& key, std::string message) {
    return diagnose(*parent.file, key.place, key.length, std::move(message));
}

std::string describe(const Node& node) {
    return std::visit(
        mqtt::overloaded{
            [](const Scalar& scalar) -> std::string {
                if (scalar.value.text() != nullptr) return "the text '" + shorten(scalar.text, longest_quote) + "'";
                if (scalar.value.is_null()) return "null";
                if (std::holds_alternative<bool>(scalar.value.form)) return scalar.text;
                return "the number " + scalar.text;
            },
            [](const Sequence& sequence) -> std::string { return sequence.items.empty() ? "an empty list" : "a list"; },
            [](const Map& map) -> std::string { return map.members.empty() ? "an empty map" : "a map"; },
        },
        node.form);
}

}  // namespace hubspec::scenario::yaml
